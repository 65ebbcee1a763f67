//! English, in what is loaded with the works.

use fusionbrain::TextError;
use studio::Ms;

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
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
    asked: |age| format!("asked {} ago", span(age)),
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
    told: |done, failed| match (done, failed) {
        (1, 0) => "Your picture is ready".to_owned(),
        (n, 0) => format!("{n} pictures are ready"),
        (0, 1) => "No picture".to_owned(),
        (0, n) => format!("{n} runs ended without a picture"),
        (done, failed) => format!("Ready: {done}, without a picture: {failed}"),
    },
};

fn span(time: Ms) -> String {
    match time / 1_000 {
        seconds if seconds < 100 => format!("{seconds} s"),
        seconds if seconds < 6_000 => format!("{} min", seconds / 60),
        seconds if seconds < 172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}
