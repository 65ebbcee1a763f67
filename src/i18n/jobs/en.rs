//! English.

use fusionbrain::{PictureError, decimal};
use studio::{Failure, StorageFault};

use super::Texts;
use crate::i18n::en::{api, quoted};

pub(super) static TEXTS: Texts = Texts {
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
