//! English.

use fusionbrain::{ApiError, PictureError, TextError, decimal};
use studio::{Failure, StorageFault};

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    nav: "Main",
    create: "Create",
    library: "Library",
    storage: "Storage",
    connection: "Connection",
    queue: "Queue",
    settings: "Settings",
    other_language: "Русский",
    switch_language: "Switch to Russian",
    light_theme: "Light theme",
    dark_theme: "Dark theme",
    loading: "Opening…",
    storage_blocked: "Another tab runs an older version of this app and holds its storage. Close or reload that tab: this one goes on by itself.",
    unreadable: |count| {
        format!(
            "Stored jobs that cannot be read: {count}. They are of another version of this app, or damaged. Pictures in the library are not touched by this."
        )
    },
    works_not_loaded: "A part of the app could not be loaded, so nothing is sent yet. Try again when the network is back; if a newer version has been published meanwhile, reload.",
    not_loaded: "This part of the app could not be loaded. Check the network and try again; what you are making goes on.",

    source_here_simulator: "Simulator",
    source_here: "Relay of this page",
    source_relay_simulator: "Simulator on a relay",
    source_relay: "Relay",
    source_direct: "Fusion Brain, directly",
    demo: "Demo",
    demo_next: "Get real pictures",
    source_searching: "Looking for a service…",
    source_missing: "Not connected",

    prompt: "Prompt",
    prompt_hint: "What shall we draw? A fluffy cat in glasses, a lighthouse in a storm…",
    clear: "Clear",
    undo: "Undo",
    negative: "Negative prompt",
    negative_hint: "What should not be in it: bright colours, text, …",
    shape: "Shape",
    custom: "Own",
    width: "Width",
    height: "Height",
    swap: "Swap width and height",
    size_rule: |min, max, step| {
        format!("{min} to {max} pixels. Multiples of {step} up to 1024 give the best pictures.")
    },
    style: "Style",
    ignored: "Not used by this relay’s engine.",
    left_today: "left today:",
    model: "Model",
    model_version: |name, version| format!("{name} {version}"),
    available: "The model takes runs",
    unavailable: |word| format!("The model may be busy now ({word}). You can try all the same."),
    availability_unknown: "The model does not say whether it takes runs",

    why_empty: "Write a prompt first.",
    why_text: text_error,
    why_negative: |error| format!("Negative prompt: {}", text_error(error)),
    why_size: "Width and height must be 128 to 2048 pixels.",
    why_searching: "Connecting…",
    why_no_connection: "There is no connection yet: set one up on the Connection page.",
    why_no_models: "The service has not named a model that makes pictures.",

    jobs: "Pictures",
    empty_title: "Describe a picture, press Create",
    empty_text: "In Russian, English or any language. Your pictures appear here.",
    empty_keys: "Or start with one of these:",
    samples: [
        "A fluffy cat in glasses",
        "A lighthouse in a storm, evening light",
        "A fox reading by the fire",
    ],
    demo_words: "The simulator paints these pictures: no key needed, no quota spent.",

    waiting: "Waiting for its turn",
    unsaved: "Here, but not stored",
    unconnected: "No connection to its service",
    unconnected_why: "This picture was begun over another connection. Set that one up again, and it goes on by itself.",
    send_anyway: "Send anyway",
    save_again: "Try to store again",
    newer: "A new version of the app is here. Reload the page to use it; nothing is lost.",
    reload: "Reload",
    full: "This browser has no room left for pictures. Waiting runs are not sent, so that no quota is spent on what could be lost. Download what is not stored yet, delete old pictures or files, then try to store again.",
    held_queue: "The queue is paused: waiting pictures are not sent.",
    go_on: "Go on",
    weaker: "This page is not encrypted (plain http), so the browser gives it no service worker and no locks: do not close this tab while a picture is on its way.",
    unkept_why: |fault| {
        match fault {
        StorageFault::Full => "The run was not sent: there is no room to write it down, and a picture that comes could be lost. Make room, or send it anyway.".to_owned(),
        _ => "The run was not sent: this browser did not write it down, and a picture that comes could be lost. It is tried again by itself; or send it anyway.".to_owned(),
    }
    },
    unsaved_why: |fault| {
        match fault {
        StorageFault::Full => "This picture is only in this tab: there is no room to store it. Download it now, or make room and try again.".to_owned(),
        StorageFault::Missing => "This picture is only in this tab: this browser stores nothing here. Download it before you close the tab.".to_owned(),
        StorageFault::Broken => "This picture is only in this tab: this browser could not store it. Download it now; storing is tried again.".to_owned(),
    }
    },
    no_storage: |fault| {
        match fault {
        StorageFault::Missing => "This browser stores nothing for this page (a private window, or a frame without storage?). You can make pictures; download each before you close the tab.".to_owned(),
        _ => "This browser's storage for this page does not work. You can make pictures; download each before you close the tab, and reload the page to try again.".to_owned(),
    }
    },
    sending: "Sending",
    overdue: "Should be ready any moment",
    broken: "The bytes begin like a picture, but this browser cannot draw them. You can still download them, or run it again.",
    drawing: "Drawing",
    asking: "Asking for the picture",
    saving: "Receiving",
    refused: "Waiting for the service",
    held: "Waiting for the rate limit",
    unknown: "Outcome unknown",
    paused: "Paused: the keys were refused",
    done: "Done",
    failed: "No picture",
    stopped: "Stopped waiting",
    times: |elapsed, expected| match expected {
        Some(expected) => format!("{} of about {} s", elapsed / 1_000, expected / 1_000),
        None => format!("{} s", elapsed / 1_000),
    },
    facts: |width, height, seconds| match seconds {
        Some(seconds) => format!("{width} × {height}, drawn in {} s", decimal(seconds)),
        None => format!("{width} × {height}"),
    },

    service_refused: |word| {
        format!(
            "The service takes no new runs now ({word}). Nothing was spent. Your prompt waits and is sent by itself when the service is back."
        )
    },
    rate_limited: |seconds| {
        format!("Too many requests (429). Nothing was spent; the run is sent again in {seconds} s.")
    },
    outcome_unknown: |error| {
        format!(
            "{} The run may have been accepted and may have spent quota, so it is not sent again by itself: you decide.",
            api(error)
        )
    },
    still_waiting: "This takes unusually long. The picture can still come: keep waiting, or stop.",
    stopped_spent: "You stopped waiting. Nothing can cancel a run at the service: the quota is spent, or may be.",
    stopped_unspent: "You stopped waiting before a run was started. No quota was spent.",
    trying_again: |seconds| format!("Asking again in {seconds} s."),
    offline: "You are offline. Nothing is lost: waiting pictures go on when the network is back.",

    again: "Run again",
    stop: "Stop waiting",
    keep: "Keep waiting",
    send_again: "Send again",
    download: "Download",
    reuse: "Use prompt",
    report: "Save the raw answer",
    remove: "Remove",
    open_connection: "Check the connection",
    retry: "Try again",
    dismiss: "Close",

    api,
    failure,
    no_models: "The service answers, but offers no model for pictures to this key. Try again later, or check the connection.",
    no_connection: "No service is connected yet. Enter your Fusion Brain keys, or the address of a relay.",
    no_token: "This relay wants a token, and yours is missing, wrong or has expired. Ask whoever runs the relay for one, and enter it on the Connection page.",
    models_refetched: "The service did not know that model any more, so the list of models was fetched again. Please press Create once more.",
    quota_notice: "The month's quota of this key is used up. Runs until it is renewed will fail; another key can be set up on the Connection page.",

    said_done: |prompt| format!("Picture ready: {prompt}"),
    said_failed: |prompt| format!("No picture: {prompt}"),
};

fn text_error(error: &TextError) -> String {
    match error {
        TextError::Empty => "it is empty.".to_owned(),
        TextError::TooLong { units, limit } => {
            format!("{units} of {limit} characters: shorten it by {}.", units - limit)
        }
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" It said: “{text}”.") }
}

fn api(error: &ApiError) -> String {
    match error {
        ApiError::Unreachable => "No answer came. A browser does not say why: you may be offline, the address may be wrong, the service may be down or out of reach in your country, or it does not allow this page (CORS). A relay helps with the last two.".to_owned(),
        ApiError::Unauthorized { text } => format!("The service refused the keys (401). Check key and secret on the Connection page.{}", quoted(text)),
        ApiError::Refused { status: 429, text, .. } => format!("Too many requests (429); we wait before asking again.{}", quoted(text)),
        ApiError::Refused { status, text, .. } => format!("The service turned the request away ({status}). This may pass: try again later.{}", quoted(text)),
        ApiError::Html { status, text, .. } => format!("Instead of the service a web page answered ({status}); often that is a protection against floods of requests, or a proxy.{}", quoted(text)),
        ApiError::Empty { status, .. } => format!("The answer was empty ({status}). This may pass: try again later."),
        ApiError::BadRequest { text } if text.is_empty() => "The service did not accept the request (400). Change the prompt or the size and try again.".to_owned(),
        ApiError::BadRequest { text } => format!("The service did not accept the request (400): “{text}”. Change the prompt or the size and try again."),
        ApiError::PipelineNotFound { text } => format!("The service does not know this model any more (404). The list of models was fetched again: choose one and run again.{}", quoted(text)),
        ApiError::TaskNotFound { text } => format!("The service does not know this run (404); that can pass, so it is asked again before it is believed.{}", quoted(text)),
        ApiError::NotFound { text } => format!("There is no such service at this address (404). Check the address on the Connection page.{}", quoted(text)),
        ApiError::UnsupportedMediaType { text } => format!("The service did not understand the form of the request (415). That is a fault of this app or of the relay in between, not yours: please report it.{}", quoted(text)),
        ApiError::Server { status, text, .. } => format!("The service has a fault of its own ({status}). This usually passes.{}", quoted(text)),
        ApiError::CutBody { .. } => "The answer broke off in the middle.".to_owned(),
        ApiError::Unreadable { .. } => "The answer has a form that nobody has described. It is kept for a report.".to_owned(),
    }
}

fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Api(error) => api(error),
        Failure::Said { text } => format!("The service could not draw this. It said: “{text}”. Run it again, or change the prompt."),
        Failure::Silent => "The service could not draw this and did not say why. Run it again, or change the prompt.".to_owned(),
        Failure::Cancelled { text } => format!("The service cancelled this run.{} You can run it again.", quoted(text.as_deref().unwrap_or_default())),
        Failure::QuotaReached { text } => format!("The month's quota of this key is used up (“{text}”). Wait until it is renewed, or use another key."),
        Failure::Censored => "The service's moderation withheld this picture because of the prompt or of what came out. What it sent is only a placeholder. Change the prompt and run it again.".to_owned(),
        Failure::NoFiles | Failure::Picture(PictureError::Empty) => "The service says “done” but sent no picture. Its raw answer is kept for a report. You can run it again.".to_owned(),
        Failure::Picture(PictureError::BadBase64) => "The picture arrived damaged and cannot be decoded. The raw answer is kept for a report. You can run it again.".to_owned(),
        Failure::Picture(PictureError::NotAPicture { starts }) => format!("What arrived is no picture (it starts with {starts}). The raw answer is kept for a report. You can run it again."),
        Failure::TaskGone { delivered: true } => "The picture was handed out but did not arrive whole, and the service hands each picture out only once. The prompt is kept: run it again.".to_owned(),
        Failure::TaskGone { delivered: false } => "The service does not know this run any more: the picture expired, or was fetched elsewhere. The prompt is kept: run it again.".to_owned(),
    }
}
