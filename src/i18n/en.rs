//! English: every text, by the groups in which they are loaded.

use fusionbrain::{ApiError, PictureError, TextError};
use studio::{
    Failure, Ms, StorageFault,
    backup::{Damage, OpenError},
    prompt::MOST_RUNS,
    shortcuts::{Action, Place},
};

use super::{
    Texts, config, counted, framed, jobs, moment, number,
    prompts::{self, short},
    rooms::{self, CustodyTexts, EmbedTexts, KeyboardTexts, LibraryTexts, SettingsTexts, StorageTexts},
    size, works,
};
use crate::{browser::database::Fault, settings::Look};

// What a first visit loads.

pub(super) static TEXTS: Texts = Texts {
    nav: "Main",
    create: "Create",
    library: "Library",
    storage: "Storage",
    connection: "Connection",
    queue: "Queue",
    settings: "Settings",
    switch_here: "Switch to English",
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
    custom: "Custom",
    width: "Width",
    height: "Height",
    swap: "Swap width and height",
    size_rule: |min, max, step| {
        format!("{min} to {max} pixels. Multiples of {step} up to 1024 give the best pictures.")
    },
    style: "Style",
    no_style: "No style",
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
    newer: "A new version of the app is here. Reload the page to use it; nothing is lost.",
    reload: "Reload",
    full: "This browser has no room left for pictures. Waiting runs are not sent, so that no quota is spent on what could be lost. Download what is not stored yet, delete old pictures or files, then try to store again.",
    held_queue: "The queue is paused: waiting pictures are not sent.",
    go_on: "Go on",
    weaker: "This page is not encrypted (plain http), so the browser gives it no service worker and no locks: do not close this tab while a picture is on its way.",
    no_storage: |fault| {
        match fault {
        StorageFault::Missing => "This browser stores nothing for this page (a private window, or a frame without storage?). You can make pictures; download each before you close the tab.".to_owned(),
        _ => "This browser's storage for this page does not work. You can make pictures; download each before you close the tab, and reload the page to try again.".to_owned(),
    }
    },
    offline: "You are offline. Nothing is lost: waiting pictures go on when the network is back.",
    remove: "Remove",
    open_connection: "Check the connection",
    retry: "Try again",
    dismiss: "Close",
    api,
    no_models: "The service answers, but offers no model for pictures to this key. Try again later, or check the connection.",
    no_connection: "No service is connected yet. Enter your Fusion Brain keys, or the address of a relay.",
    vault_locked: "The keys are in the vault. Open it with its passphrase on the Connection page.",
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

// Of one job; loaded with the works, as all up to the rooms.

pub(super) static JOBS: jobs::Texts = jobs::Texts {
    waiting: "Waiting for its turn",
    unsaved: "Here, but not stored",
    unconnected: "No connection to its service",
    unconnected_why: "This picture was begun over another connection. Set that one up again, and it goes on by itself.",
    send_anyway: "Send anyway",
    save_again: "Try to store again",
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
        Some(seconds) => format!("{width} × {height}, drawn in {} s", number(seconds, 1)),
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
    again: "Run again",
    stop: "Stop waiting",
    keep: "Keep waiting",
    send_again: "Send again",
    download: "Download",
    reuse: "Use prompt",
    report: "Save the raw answer",
    failure,
};

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

pub(super) static WORKS: works::Texts = works::Texts {
    queue: "Queue",
    counts: |busy, waiting, failed| {
        let mut parts = vec![];
        if busy > 0 {
            parts.push(format!("{busy} in progress"));
        }
        if waiting > 0 {
            parts.push(format!("{waiting} waiting"));
        }
        if failed > 0 {
            parts.push(format!("{failed} without a picture"));
        }
        parts.join(" · ")
    },
    idle: "Nothing is waiting.",
    pause: "Pause",
    go_on: "Go on",
    retry_all: |n| format!("Retry all ({n})"),
    cancel_all: |n| format!("Cancel waiting ({n})"),
    said_asks: |prompt| format!("Waits for your decision: {prompt}"),
    said_taken: |n| format!("{n} {} queued", if n == 1 { "request" } else { "requests" }),
    cancelled: |n| match n {
        1 => "One was cancelled; nothing was spent.".to_owned(),
        n => format!("{n} were cancelled; nothing was spent."),
    },
    undo: "Undo",
    closed: |word, waiting| {
        let rest = match waiting {
            0 => String::new(),
            1 => " One more waits behind it.".to_owned(),
            n => format!(" {n} more wait behind it."),
        };
        format!(
            "The service takes no new runs now ({word}). Nothing is spent meanwhile, and the queue goes on by itself when the service is back.{rest}"
        )
    },
    limited: |waiting| {
        let rest = match waiting {
            0 => String::new(),
            1 => " One more waits behind it.".to_owned(),
            n => format!(" {n} more wait behind it."),
        };
        format!("The service asks for a slower pace. The queue goes on by itself.{rest}")
    },
    looks_again: |seconds| format!("Looks again in {seconds} s."),
    try_now: "Try now",
    drag: "Drag to another place; or Alt with the arrow keys",
    to_front: "To the front",
    up: "Up (Alt+↑)",
    down: "Down (Alt+↓)",
    edit: "Edit",
    cancel: "Cancel",
    retry: "Retry",
    asked: |age| match age {
        0..1_000 => "asked just now".to_owned(),
        age => format!("asked {} ago", span(age)),
    },
    left: |time| format!("about {} left", span(time)),
    done_in: |time| format!("done in about {}", span(time)),
    stands: |place, of| format!("Now {place} of {of}"),
    prompt: "Prompt",
    negative: "Negative prompt",
    save: "Save",
    leave: "Leave as it was",
    bad_prompt: |error| match error {
        TextError::Empty => "A prompt cannot be empty.".to_owned(),
        TextError::TooLong { units, limit } => {
            format!("{units} of {limit} characters: shorten it by {}.", units - limit)
        }
    },
    too_late: "It has been sent meanwhile, with its old text. Your text is still here:",
    as_new: "Make another picture of it",
    variations: |n| format!("{n} variations"),
    fold: |n| format!("Stack {n} variations"),
    compare: "Compare",
    compare_next: "Choose the other picture to compare with.",
    comparing: "Comparing two pictures",
    close: "Close",
    slider: "Slider",
    beside: "Side by side",
    cut: "How much of the left picture is shown",
    larger: "Larger",
    smaller: "Smaller",
    fit: "Whole pictures",
    left_picture: "Left",
    right_picture: "Right",
    differ: "What differs",
    all_same: "Nothing: both were made from the same wish.",
    same: |names| format!("The same in both: {names}."),
    parameter: "Parameter",
    style: "Style",
    size: "Size",
    model: "Model",
    made: "Made",
    drawn: "Drawn in",
    seconds: |seconds| format!("{seconds} s"),
    none: "none",
    gone: "This picture cannot be shown.",
    telling: "When I am not looking",
    tell_me: "Tell me when it is done",
    notify: "Notify me",
    notify_text: "When pictures are ready or failed while you do something else. One notification for what was asked for together.",
    sound: "Play a sound",
    sound_text: "A short tone, at the same moments.",
    notify_denied: "The browser does not let this page notify you. Allow notifications in the settings of this site (the sign beside the address), then tick this again.",
    notify_missing: "This browser has no notifications for this page (it wants https). The title of the tab counts what is under way.",
    told: |done, failed, asking| match (done, failed, asking) {
        (1, 0, 0) => "Your picture is ready".to_owned(),
        (n, 0, 0) => format!("{n} pictures are ready"),
        (0, 1, 0) => "No picture".to_owned(),
        (0, n, 0) => format!("{n} runs ended without a picture"),
        (0, 0, 1) => "A picture waits for your decision".to_owned(),
        (0, 0, n) => format!("{n} pictures wait for your decision"),
        (done, failed, 0) => format!("Ready: {done}, without a picture: {failed}"),
        (done, 0, asking) => format!("Ready: {done}, waiting for you: {asking}"),
        (0, failed, asking) => format!("Without a picture: {failed}, waiting for you: {asking}"),
        (done, failed, asking) => {
            format!("Ready: {done}, without a picture: {failed}, waiting for you: {asking}")
        }
    },
};

fn span(time: Ms) -> String {
    match time / 1_000 {
        seconds if seconds < 100 => format!("{seconds} s"),
        seconds if seconds < 6_000 => format!("{} min", (seconds + 30) / 60),
        seconds if seconds < 172_800 => format!("{} h", (seconds + 1_800) / 3_600),
        seconds => format!("{} days", (seconds + 43_200) / 86_400),
    }
}

pub(super) static PROMPTS: prompts::Texts = prompts::Texts {
    history: "History",
    search: "Search your prompts",
    favourites: "Favourites only",
    favourite: |prompt| format!("Favourite: {}", short(prompt)),
    delete: |what| format!("Delete: {}", short(what)),
    deleted: |what| format!("Deleted: {}", short(what)),
    undo: "Undo",
    no_history: "Every prompt you send is kept here, whatever becomes of its pictures.",
    nothing_found: "No prompt has all of these words.",
    more: "Show more",

    presets: "Presets",
    templates: "Templates",
    template_hint: "{prompt} is where your prompt goes; without it the template comes after your prompt.",
    own_styles: "Own styles",
    style_hint: "Added to the prompt when the style is chosen. With {prompt} you say where the prompt goes.",
    lists: "Lists",
    list_hint: "One entry a line. In a prompt, __name__ stands for each of them.",
    new_preset: "New, or the same name to change one",
    kind: "What it is",
    name: "Name",
    text: "Text",
    save: "Save",
    take_prompt: "Take the prompt",
    edit: |what| format!("Edit: {}", short(what)),
    lacking: "It needs a name and a text. The name of a list has no spaces, braces or bars.",

    preview: |texts, runs| {
        format!("{}, {}, exactly as sent:", of(texts, "text", "texts"), of(runs, "run", "runs"))
    },
    empty_text: "Empty: nothing would be drawn. Put a word beside this choice.",
    odd_brace: "A { or } has no other half: it is sent as it is. To say so on purpose, write \\{ or \\}.",
    no_choice: "Braces without a | between them are sent as they are. Alternatives look like {cat|dog}.",
    no_list: |name| format!("There is no list “{name}”: __{name}__ is sent as it is. Presets can make one."),

    batch: "Batch",
    more_styles: "Also in these styles",
    more_shapes: "Also in these shapes",
    variations: "Pictures of each",
    some: "Only so many of the texts, by chance",
    all: "all",
    shuffle: "Choose others",
    ask_above: "Ask when more pictures than",
    reset: "Back to one picture",
    too_many: |runs| {
        if runs == u64::MAX {
            format!(
                "More combinations than can be counted; {MOST_RUNS} runs at once is the most. Take some of the texts by chance (under “Batch”), or fewer alternatives."
            )
        } else {
            format!(
                "That is {} runs; {MOST_RUNS} at once is the most. Take some of the texts by chance (under “Batch”), or fewer alternatives.",
                counted(runs)
            )
        }
    },
    ask: |runs| format!("Send {}? Each one counts against the quota of your key.", of(runs, "run", "runs")),
    ask_yes: |runs| format!("Create {runs}"),
    ask_no: "Not now",
};

fn of(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", counted(n), if n == 1 { one } else { many })
}

pub(super) static FRAMED: framed::Texts = framed::Texts {
    full_studio: "Open full studio",
    full_studio_text: "Open the full studio in a tab of its own. It keeps its own pictures: those made here stay here.",
    choose: "Use this picture",
    choose_text: "The page around asks for a picture: make one, or choose one of these.",
    cancel: "Choose none",
};

pub(super) static OWNER: config::Texts = config::Texts {
    owner: "For the owner of this page:",
    not_json: "config.json is not a JSON object, so nothing of it is used.",
    wrong: |places| format!("config.json has values that cannot be meant, and they are not used: {places}."),
    not_allowed: "The relay that config.json presets is not in its own list of relays, so it is not used.",
    secret: |places| {
        format!(
            "Keys do not belong in config.json, everybody who opens the page can read it. They are not used; take them out and revoke them: {places}."
        )
    },
};

// What is loaded when a room beside the studio is entered.

pub(super) static ROOMS: rooms::Texts = rooms::Texts {
    keyboard: KeyboardTexts {
        title: "Keyboard shortcuts",
        intro: "They rest while you type. In another alphabet, a letter is meant by its place in the English layout.",
        close: "Close",
        palette: "Command palette",
        ask: "What shall be done?",
        nothing: "Nothing is called that. Try fewer letters.",
        place: |place| match place {
            Place::Everywhere => "Everywhere",
            Place::Studio => "While composing",
            Place::Queue => "On a waiting picture of the queue",
            Place::Compare => "While comparing",
            Place::Library => "In the library",
            Place::Grid => "On a picture of the library",
            Place::Viewer => "In the viewer",
        },
        action: |action| match action {
            Action::Palette => "Command palette",
            Action::Sheet => "Keyboard shortcuts",
            Action::Prompt => "Write a prompt",
            Action::Queue => "Go to the queue",
            Action::Library => "Go to the library",
            Action::Storage => "Go to storage and backups",
            Action::Connection => "Go to the connection",
            Action::Settings => "Go to the settings",
            Action::Theme => "Change between dark and light",
            Action::Create => "Create",
            Action::Search => "Search the library",
            Action::Undo => "Undo deleting",
            Action::ChooseAll => "Select all",
            Action::ChooseNone => "Clear selection",
            Action::Walk => "Go from picture to picture; with Shift select on the way",
            Action::Open => "Open",
            Action::Choose => "Select",
            Action::Mark => "Favourite",
            Action::Download => "Download",
            Action::Reuse => "Reuse settings",
            Action::Compare => "Compare",
            Action::Details => "Details",
            Action::Delete => "Delete",
            Action::Earlier => "Send earlier",
            Action::Later => "Send later",
            Action::Slider => "One over the other, with a slider",
            Action::Beside => "Side by side",
            Action::Previous => "Previous picture",
            Action::Next => "Next picture",
            Action::First => "First picture",
            Action::Last => "Last picture",
            Action::Larger => "Zoom in",
            Action::Smaller => "Zoom out",
            Action::Fit => "Whole picture",
            Action::Actual => "Actual size",
            Action::Close => "Close",
        },
    },
    settings: SettingsTexts {
        language: "Language",
        theme: "Theme",
        look: |look| match look {
            Look::Auto => "Automatic",
            Look::Dark => "Dark",
            Look::Light => "Light",
            Look::Contrast => "High contrast",
        },
        look_text: |look| match look {
            Look::Auto => "As your system has it, its wish for more contrast included.",
            Look::Dark => "The pictures are the brightest thing.",
            Look::Light => "For bright rooms.",
            Look::Contrast => "Black and white, strong lines; dark or light as your system has it.",
        },
        keys: "Keyboard",
        single_keys: "Single keys are shortcuts",
        single_keys_text: "Switch this off if keys are pressed by chance, or by speech. Keys with Ctrl, and those on a picture, stay.",
        more: "Storage and connection",
    },
    library: LibraryTexts {
        title: "Library",
        pictures: "Pictures",
        count: |hits, all| match (hits, all) {
            (1, 1) => "1 picture".to_owned(),
            (hits, all) if hits == all => format!("{all} pictures"),
            (hits, all) => format!("{hits} of {all}"),
        },
        search: "Search prompts",
        favourites: "Favourites",
        filters: "Filters",
        style: "Style",
        any_style: "Any style",
        shape: "Shape",
        any_shape: "Any shape",
        square: "Square",
        portrait: "Portrait",
        landscape: "Landscape",
        from: "From",
        until: "To",
        sort: "Order",
        newest: "Newest first",
        oldest: "Oldest first",
        largest: "Largest files first",
        by_prompt: "By prompt, A to Z",
        clear_filters: "Clear filters",
        untitled: "Picture without a prompt",
        select: "Select",
        mark: "Favourite",
        chosen: |n| format!("{n} selected"),
        choose_all: "Select all",
        choose_none: "Clear selection",
        download: "Download",
        delete: "Delete",
        undo: "Undo",
        dismiss: "Dismiss",
        deleted: |n| match n {
            1 => "Picture deleted.".to_owned(),
            n => format!("{n} pictures deleted."),
        },
        bringing: "Bringing them back…",
        back: |n| match n {
            1 => "The picture is back.".to_owned(),
            n => format!("{n} pictures are back."),
        },
        partly_back: |back, of| {
            format!("{back} of {of} pictures are back; the others had been deleted for good.")
        },
        not_done: |why| format!("That could not be stored: {why}. Nothing was changed."),
        full: "there is no room left in this browser's storage",
        copied: "Copied.",
        not_copied: "The browser does not let this page copy. Select the text and press Ctrl+C.",
        saved: |n, left_out| match (n, left_out) {
            (1, 0) => "1 picture saved.".to_owned(),
            (n, 0) => format!("{n} pictures saved."),
            (n, left_out) => format!(
                "Saved: {n}. Left out, because they are damaged or the same picture twice: {left_out}."
            ),
        },
        not_saved: "The file could not be made. Try again with fewer pictures.",
        reading: |read, all| format!("Opening the library: {read} of {all}"),
        packing: |done, all| format!("Packing {done} of {all}"),
        cancel: "Cancel",
        empty_title: "No pictures yet",
        empty_text: "Every picture you make is kept here, in this browser. Search, favourites and downloads come with the first one.",
        create: "Create a picture",
        nothing_title: "Nothing found",
        nothing_text: "No picture has all of that. Try a part of a word, or fewer filters.",
        damaged: |n| match n {
            1 => "1 entry could not be read and is left out.".to_owned(),
            n => format!("{n} entries could not be read and are left out."),
        },
        missing_title: "This browser keeps nothing for this page",
        missing_text: "That is so in private windows and when site data is blocked. Open the page in an ordinary window, or allow site data for it, then reload. Pictures you make meanwhile can be downloaded at once.",
        blocked: "Another tab holds an older version of the library open. Close or reload it: this page then goes on by itself.",
        newer: "A newer version of Komposition has opened the library in another tab. Reload this page.",
        broken: |why| {
            format!(
                "The library could not be opened ({why}). Your pictures are most likely still there. Try again; if that does not help, restart the browser."
            )
        },
        retry: "Try again",
        reload: "Reload",
        viewer: "Picture",
        close: "Close",
        previous: "Previous picture",
        next: "Next picture",
        place: |n, all| format!("{n} of {all}"),
        smaller: "Zoom out",
        larger: "Zoom in",
        fit: "Whole picture",
        actual: "Actual size",
        info: "Details",
        reuse: "Reuse settings",
        gone: "The bytes of this picture are missing or damaged. What is known of it is under Details.",
        origin: "Made by",
        demo: "Demo: painted by the simulator, not by the service",
        prompt: "Prompt",
        negative: "Negative prompt",
        size: "Size",
        file: "File",
        made: "Made",
        drawn: "Drawn in",
        seconds: |seconds| format!("{seconds} s"),
        model: "Model",
        task: "Task",
        copy: |name| format!("Copy: {name}"),
        copy_all: "Copy everything",
    },
    connection_intro: "Where pictures come from",
    from_here: "The relay that serves this page",
    from_here_text: "Nothing to set up: it holds the keys, or simulates the service.",
    from_here_missing: "This page was not served by a relay.",
    from_relay: "Another relay",
    from_relay_text: "A komposition-relay in your network; it must allow this page's origin.",
    from_direct: "Fusion Brain, directly",
    from_direct_text: "Your own key and secret, sent from this browser to the service.",
    relay_address: "Address of the relay",
    base_address: "Address of the service",
    key: "Key",
    secret: "Secret",
    test: "Test",
    testing: "Testing…",
    test_ok: |models| match models {
        1 => "It works: one model.".to_owned(),
        n => format!("It works: {n} models."),
    },
    use_it: "Use this connection",
    forget: "Forget keys",
    forgotten: "The keys are forgotten.",
    bad_address: "This is not an address: it should look like https://relay.example/ .",
    not_a_relay: "Something answers there, but it is not a komposition-relay.",
    keys_missing: "Both key and secret are needed.",
    from_demo: "The demo inside this page",
    from_demo_text: "A simulator paints: no key, no network, no quota. These are not the service's pictures.",
    not_allowed: |origins| match origins {
        "" => "Whoever runs this page allows no relays.".to_owned(),
        origins => format!("Whoever runs this page allows these relays only: {origins}."),
    },
    plain_http: "This address is not encrypted: keys can be read on the way. Use it only inside a network you trust.",
    key_guide: "How to get keys",
    key_steps: [
        "Sign in at fusionbrain.ai and open the API section.",
        "Create a key there. It shows a key and a secret: the secret only once.",
        "Paste both here and press Test.",
    ],
    custody: CustodyTexts {
        list: "Connections",
        add: "Add a connection",
        name: "Name",
        in_use: "in use",
        delete: |name| format!("Delete: {name}"),
        deleted: |name| format!("“{name}” is deleted."),
        lock: "Lock the vault",
        locked: "The vault is locked.",
        in_tab: "in this tab only",
        in_browser: |until| match until {
            None => "in this browser, with no end".to_owned(),
            Some(until) => format!("in this browser until {}", moment(until)),
        },
        in_open_vault: "vault, open",
        in_locked_vault: "vault, locked",
        token: "Token",
        have_token: "I have a token for this relay",
        token_missing: "This relay asks who you are: enter the token you were given for it.",
        show: "Show",
        hide: "Hide",
        show_it: |what| format!("Show for ten seconds: {what}"),
        ends_in: |ending| format!("ends in {ending}"),
        moved: "The address has changed. Keys go only where they were given for: enter those for the new address.",
        keeping: "Where the keys are kept",
        tab: "In this tab only",
        tab_text: "Nothing is stored. They are gone when the tab is closed or reloaded.",
        remembered: "In this browser, for some time",
        remembered_text: "Readable in localStorage: anyone who uses this browser profile, extensions and any page on this address can read them until then.",
        until: "Forget them after",
        spans: ["30 minutes", "12 hours", "a day", "7 days", "30 days", "never"],
        vault: "In a vault with a passphrase",
        vault_text: "Stored encrypted. The passphrase opens them in this tab; after 15 minutes without you they are locked again.",
        vault_missing: "A vault needs https: browsers give pages on plain http no cryptography, and such a page could be changed on the way to read your passphrase.",
        relay: "With a relay",
        relay_text: "The keys never come into this browser. Somebody runs a komposition-relay that holds them; you enter its address.",
        shared: |origin| {
            format!(
                "This page shares {origin} with other sites. To the browser they are one: each of them can read what is stored here, and a script of theirs can read an open vault. Best are “In this tab only” or a relay."
            )
        },
        not_kept: "The connection is in use, but this browser stored nothing: with a reload the keys are gone.",
        passphrase: "Passphrase",
        new_passphrase: "Passphrase for the vault",
        passphrase_advice: "At least 8 characters; four or five random words are good. It is stored nowhere: if you forget it, enter the keys anew.",
        locked_text: "The keys of this connection are in the vault.",
        unlock_and_use: "Unlock and use",
        passphrase_missing: "The vault is locked: enter its passphrase.",
        passphrase_short: "Choose a passphrase of at least 8 characters.",
        passphrase_wrong: "The vault stays closed: this is not its passphrase, or what is stored was changed.",
        everything: "Pictures, jobs, settings and keys together:",
        to_everything: "forget everything",
    },
    storage: StorageTexts {
        title: "Storage",
        used: "Used in this browser",
        used_of: |used, quota| format!("{} of {}", size(used), size(quota)),
        used_unknown: "This browser does not say how much room there is.",
        pictures: "Pictures",
        picture_count: |count, bytes| match count {
            0 => "None yet".to_owned(),
            1 => format!("One picture, {}", size(bytes)),
            n => format!("{} pictures, {}", counted(n as u64), size(bytes)),
        },
        reckoning: "Counting…",
        no_database: |fault| {
            match fault {
            Fault::Missing => "This browser keeps nothing here: a private window, or storage is switched off. Pictures last as long as the tab.".to_owned(),
            Fault::Newer => "Another tab runs a newer version of the app: reload this page.".to_owned(),
            Fault::Full => "The disk is full: nothing can be read or written.".to_owned(),
            Fault::Broken(why) => format!("The browser's storage does not answer: {why}"),
        }
        },
        promise: "Protection",
        promised: "The browser has promised not to clear these pictures by itself.",
        not_promised: "The browser may clear these pictures by itself when the disk gets full, or after long absence.",
        promise_unknown: "On this page the browser cannot be asked to keep pictures for good (it wants https). Make backups.",
        ask_promise: "Ask it to keep them",
        promise_refused: "The browser said no. Bookmarking or installing the page, or allowing notifications, often changes its mind. Make backups until then.",
        last_backup: "Last backup",
        never: "Never",
        time: moment,
        since: |count| match count {
            0 => "No picture was made since.".to_owned(),
            1 => "One picture was made since.".to_owned(),
            n => format!("{n} pictures were made since."),
        },
        backup: "Backup",
        backup_text: "A ZIP file that any computer opens: the pictures as they came, what each was made from, and a page that shows them offline. Imported here, it brings everything back.",
        make_backup: "Make a backup",
        backup_parts: |parts, bytes| {
            format!("About {parts} files of up to {} each, saved one after the other.", size(bytes))
        },
        backing_up: |done, total| format!("Packing picture {} of {}", counted(done as u64), counted(total as u64)),
        part_ready: |is_only| {
            if is_only { "The backup is ready. Save it:" } else { "A part of the backup is ready. Save it:" }
        },
        part_next: |left| match left {
            0 => "This is the last part.".to_owned(),
            1 => "When it is saved, the next part is packed; one picture is left.".to_owned(),
            n => format!("When it is saved, the next part is packed; {} pictures are left.", counted(n as u64)),
        },
        save: |name, bytes| format!("Save {name} ({})", size(bytes)),
        backup_done: |pictures, bytes| match pictures {
            1 => format!(
                "One picture was backed up, {}. Look whether the file is where you want it.",
                size(bytes)
            ),
            n => format!(
                "{} pictures were backed up, {}. Look whether the files are where you want them.",
                counted(n as u64),
                size(bytes)
            ),
        },
        backup_stopped: "Cancelled. Parts that you have saved are whole and can be imported.",
        backup_empty: "There is no picture to back up yet.",
        backup_failed: |fault| match fault {
            Some(Fault::Full) | None => {
                "The browser has no room to pack this part. Make room and try again.".to_owned()
            }
            Some(_) => "The pictures could not be read. Reload the page and try again.".to_owned(),
        },
        left_out: |count| match count {
            1 => "One picture is not in the backup:".to_owned(),
            n => format!("{n} pictures are not in the backup:"),
        },
        missing_bytes: "its bytes are not there",
        not_a_picture: "its bytes are not a picture",
        too_big: |limit| format!("larger than {}; download it by itself", size(limit)),
        import: "Import",
        import_text: "Backups, other ZIP files with pictures, or single pictures (PNG, JPEG, WebP). What is here already is passed over. You can also drop files anywhere on the page.",
        choose_files: "Choose files…",
        importing: |done, total| format!("{done} of {total}"),
        reading: |name| format!("Importing {name}"),
        import_done: |new, here, damaged| {
            let mut parts = vec![format!("{new} new")];
            match here {
                0 => {}
                1 => parts.push("1 was here already".to_owned()),
                n => parts.push(format!("{n} were here already")),
            }
            if damaged > 0 {
                parts.push(format!("{damaged} could not be taken"));
            }
            parts.join(", ") + "."
        },
        import_stopped: "Cancelled. What was taken in so far stays.",
        import_failed: |fault| {
            match fault {
            Fault::Full => "There is no more room. What was taken in so far stays; make room and import again.".to_owned(),
            _ => "The browser's storage refused. What was taken in so far stays; reload the page and import again.".to_owned(),
        }
        },
        inventory_lost: |name| {
            format!(
                "The inventory of {name} cannot be read: its pictures were taken as loose files. Whether any is missing, nobody can tell."
            )
        },
        not_taken: "Could not be taken",
        unreadable_file: "the file cannot be read (moved or changed since?)",
        open_error: |error| match error {
            OpenError::NotAnArchive => "neither a ZIP nor a picture".to_owned(),
            OpenError::CutOff => "breaks off in the middle: copy or download it again".to_owned(),
            OpenError::NoPictures => "no picture in it".to_owned(),
            OpenError::Newer { version } => {
                format!("made by a newer version of the app (format {version}): reload or update the app")
            }
            OpenError::Unreadable => {
                "says it is a backup, but there is no picture in it and its inventory cannot be read"
                    .to_owned()
            }
            OpenError::TooMany { limit } => format!("more in it than {limit} pictures"),
            OpenError::Missing(_) => "the file cannot be read".to_owned(),
        },
        damage: |damage| match damage {
            Damage::Gone => "not in the archive".to_owned(),
            Damage::TooBig { bytes, limit } => format!("{} is more than {}", size(*bytes), size(*limit)),
            Damage::Bomb => "unpacks to far too much".to_owned(),
            Damage::Unreadable => "cannot be read".to_owned(),
            Damage::NotAPicture => "not a PNG, JPEG or WebP".to_owned(),
            Damage::WrongHash => "damaged: not the bytes that were saved".to_owned(),
            Damage::Repeated => "named twice".to_owned(),
            Damage::Missing(_) => "the file cannot be read".to_owned(),
        },
        nameless: "(no name)",
        room: "Make room",
        room_text: |gone, bytes, favourites| {
            let goes = if gone == 1 { "One picture goes".to_owned() } else { format!("{gone} pictures go") };
            let stays = match favourites {
                0 => "there are no favourites".to_owned(),
                1 => "one favourite stays".to_owned(),
                n => format!("{n} favourites stay"),
            };
            format!("{goes} ({}), {stays}.", size(bytes))
        },
        room_nothing: "There is nothing but favourites here.",
        delete_rest: "Delete all but favourites",
        deleting: "One moment…",
        deleted: |count, bytes| {
            let what = if count == 1 {
                "One picture is deleted.".to_owned()
            } else {
                format!("{count} pictures are deleted.")
            };
            format!(
                "{what} The room ({}) is freed when you leave this page; until then all can be brought back.",
                size(bytes)
            )
        },
        bring_back: "Bring them back",
        free_now: "Free the room now",
        freed: "They are gone, and the room is free.",
        brought_back: "They are back.",
        not_done: |fault| match fault {
            Fault::Full => "The disk is too full even for that. Close other tabs and try again.".to_owned(),
            _ => "The browser's storage refused, and nothing was changed. Reload the page and try again."
                .to_owned(),
        },
        forget: "Forget everything",
        forget_text: "Leaves nothing of Komposition in this browser. There is no way back but a backup.",
        forget_begin: "Forget everything…",
        forget_list: |pictures| {
            [
                match pictures {
                    0 => "the library (it is empty), and all small pictures".to_owned(),
                    1 => "the one picture of the library".to_owned(),
                    n => format!("all {n} pictures of the library, favourites too"),
                },
                "all jobs; what the service is drawing right now is lost, and its quota spent".to_owned(),
                "the keys, the connection and all settings".to_owned(),
                "the app's own files kept for a start without network".to_owned(),
            ]
        },
        forget_tabs: "Close other tabs with this app first: they would write again what they are doing.",
        forget_sure: "I have a backup, or want none",
        forget_do: "Destroy all of it",
        forget_not: "Keep everything",
        forgetting: "Forgetting…",
        forget_held: "All pictures, jobs and settings are gone. The empty database is still held by another tab: close it, and the browser removes the rest.",
        cancel: "Cancel",
        close: "Close",
    },
    embed: EmbedTexts {
        way: "Put this studio on another page",
        title: "On another page",
        intro: "Makes what you paste into your own page to have this studio inside it. Keys stay here or on the relay: the page around never sees them.",
        form: "Form",
        element: "Element with a script",
        element_text: "<komposition-studio> grows with its content, presets a prompt, tells your page of results and lets people pick a picture for it.",
        frame: "Plain frame",
        frame_text: "No script on your page. It always shows the careful studio: no keys, no settings, no deleting.",
        host: "Origin of your page",
        host_text: "Compared exactly: https://intranet.example, with the port if there is one, and nothing behind it.",
        host_wrong: "This is not an origin. Write it like https://intranet.example, without a path.",
        language: "Language",
        theme: "Theme",
        visitors: "The visitor's own",
        dark: "Dark",
        light: "Light",
        height: "Height in pixels",
        height_text: "Empty: the element follows its content; a frame is 900 pixels high.",
        forgets: "Without storage",
        forgets_text: "Pictures are in memory only and gone with the page. The service must answer pages without an origin; a relay does not.",
        snippet: "1. Into your page",
        snippet_text: "Where the studio shall be.",
        policy: "2. Into its Content-Security-Policy, if it has one",
        policy_text: "Added to what stands there.",
        listing: "3. On this studio's side",
        listing_text: "Into config.json beside the studio's index.html. Without it the page is a stranger: it can propose a prompt, and a person must press Create. Origins under may_spend can start runs by themselves.",
        listing_relay: "Or, where a relay serves the studio, as its option:",
        copy: "Copy",
        copied: "Copied.",
        not_copied: "This browser did not let it be copied. Select the text and copy it by hand.",
    },
};

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::{PROMPTS, ROOMS, WORKS};

    #[wasm_bindgen_test]
    fn texts_that_count_agree_with_their_numbers() {
        assert_eq!([1, 2, 21].map(ROOMS.storage.since), [
            "One picture was made since.",
            "2 pictures were made since.",
            "21 pictures were made since."
        ]);
        assert_eq!((ROOMS.storage.import_done)(2, 1, 5), "2 new, 1 was here already, 5 could not be taken.");
        assert_eq!([1, 11].map(WORKS.cancelled), [
            "One was cancelled; nothing was spent.",
            "11 were cancelled; nothing was spent."
        ]);
        assert_eq!((PROMPTS.preview)(1, 101), "1 text, 101 runs, exactly as sent:");
    }
}
