//! What comes of jobs, told to a host that is known.

use std::collections::BTreeMap;

use fusionbrain::PictureKind;
use studio::{
    Job, Phase,
    embed::{Ended, Told},
};

use super::frame::Frame;
use crate::{
    browser::{clock, page},
    ui::{follow, spawn},
};

/// The news that a job's state is, if it is any.
fn event(job: &Job) -> &'static str {
    match &job.phase {
        Phase::Accepted(_) | Phase::Polling(_) => "started",
        Phase::Done(_) | Phase::Unsaved { .. } => "done",
        Phase::Failed(_) => "failed",
        _ => "",
    }
}

fn ended<'a>(event: &'a str, id: &'a str, job: &'a Job) -> Ended<'a> {
    let request = &job.request;
    let facts = match &job.phase {
        Phase::Done(facts) | Phase::Unsaved { facts, .. } => Some(facts),
        _ => None,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to an hour")]
    let ms = |seconds: f64| (seconds * 1e3).round() as u64;
    Ended {
        event,
        job: id,
        prompt: request.prompt.as_str(),
        negative: request.negative.as_ref().map_or("", |n| n.as_str()),
        style: request.style.as_ref().map_or("", |s| s.as_str()),
        size: facts
            .map_or((request.size.width(), request.size.height()), |facts| (facts.width, facts.height)),
        kind: facts.and_then(|facts| facts.kind).map_or("", PictureKind::mime),
        drawn: facts.and_then(|facts| facts.generation_time).map(ms),
        failure: match &job.phase {
            Phase::Failed(failure) => failure.name(),
            _ => "",
        },
    }
}

/// Tells each job's news once. What was over before the host came is none.
pub(super) fn follow_jobs(frame: Frame) {
    let since = clock::now();
    let mut told = BTreeMap::<String, &'static str>::new();
    follow(move || {
        frame.queue.each_job(|id, job| {
            let event = event(job);
            let before = told.get(id).copied();
            let is_old = before.is_none() && job.created < since && !matches!(event, "" | "started");
            if before != Some(event) && (before.is_none() || !event.is_empty()) {
                told.insert(id.to_owned(), event);
                if !event.is_empty() && !is_old {
                    frame.tell(&Told::Result(ended(event, id, job)));
                }
            }
        });
    });
}

/// Hands over the picture that the person chose.
pub(super) fn follow_picks(frame: Frame) {
    let picked = frame.queue.picked();
    follow(move || {
        let Some(id) = picked.get() else { return };
        frame.queue.ask_for_picture(false);
        // The button that was pressed is gone.
        page::focus("embed-bar");
        let Some(line) = frame.line() else { return };
        if id.is_empty() {
            return frame.error("cancelled", "configure");
        }
        spawn(async move {
            let bytes = frame.queue.bytes(&id).await;
            let text = frame.queue.job(&id).map(|job| Told::Result(ended("picked", &id, &job)).to_text());
            match (bytes, text) {
                (Some(bytes), Some(text)) => line.hand(&text, &bytes),
                _ => frame.error("no-picture", "configure"),
            }
        });
    });
}
