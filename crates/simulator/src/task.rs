//! One run that was accepted.

use serde_json::json;

use crate::form::Order;
use crate::kept::Kept;
use crate::painting::{FileKind, Painting, Scene};
use crate::reply::{Delivery, Reply, ReplyBody};
use crate::words::Words;

/// A task: what it will answer, and what still goes wrong before.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) uuid: String,
    /// When it becomes final; `None`: never.
    pub(crate) ready_ms: Option<u64>,
    taken_ms: u64,
    words: Words,
    scene: Scene,
    /// What a carrier keeps of it.
    pub(crate) kept: Kept,
}

/// What a status request of a task that is not final meets first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    Http(u16),
    Html,
}

impl Task {
    /// A task that was accepted at `now_ms` and takes `taken_ms`.
    pub(crate) fn new(
        uuid: String,
        order: Order,
        words: Words,
        scene: String,
        seed: u64,
        now_ms: u64,
        taken_ms: u64,
    ) -> Self {
        let kept = Kept::of(&uuid, &order, seed, now_ms, taken_ms);
        let Order { negative, style, size, .. } = order;
        let scene = Scene { prompt: scene, negative, style, size, seed: words.seed.unwrap_or(seed) };
        let ready_ms = (!words.stuck).then(|| now_ms.saturating_add(taken_ms));
        Self { uuid, ready_ms, taken_ms, words, scene, kept }
    }

    /// The fault this status request meets, if there is one left; each is used up by being met.
    pub(crate) fn obstacle(&mut self) -> Option<Obstacle> {
        if let Some((code, times)) = self.words.poll_http
            && times > 0
        {
            self.words.poll_http = Some((code, times - 1));
            return Some(Obstacle::Http(code));
        }
        std::mem::take(&mut self.words.html).then_some(Obstacle::Html)
    }

    pub(crate) fn is_ready(&self, now_ms: u64) -> bool {
        self.ready_ms.is_some_and(|ready| ready <= now_ms)
    }

    /// Whether the final answer stays here after it was handed out.
    pub(crate) fn answers_again(&self) -> bool {
        self.words.again
    }

    /// The answer while the task is not ready. `PROCESSING` is almost never seen in reality.
    pub(crate) fn pending(&self) -> Reply {
        Reply::json(200, &json!({ "uuid": self.uuid, "status": "INITIAL", "statusDescription": "" }))
    }

    /// The final answer.
    pub(crate) fn answer(self) -> Reply {
        let generation_time = self.taken_ms.div_ceil(1_000).max(1);
        let words = &self.words;
        let delivery = match words.dribble_ms {
            _ if words.cut => Delivery::Cut,
            Some(over_ms) => Delivery::Dribble { over_ms },
            None => Delivery::Whole,
        };
        let reply = if words.cancel {
            Reply::json(
                200,
                &json!({ "uuid": self.uuid, "status": "CANCEL", "generationTime": generation_time }),
            )
        } else if let Some(text) = &words.fail {
            let mut answer =
                json!({ "uuid": self.uuid, "status": "FAIL", "generationTime": generation_time });
            if let (Some(text), Some(answer)) = (text, answer.as_object_mut()) {
                answer.insert("errorDescription".to_owned(), text.clone().into());
            }
            Reply::json(200, &answer)
        } else {
            Reply::of(200, ReplyBody::Painting(self.painting(generation_time)))
        };
        Reply { delivery, ..reply }
    }

    fn painting(self, generation_time: u64) -> Painting {
        let words = self.words;
        let file = match () {
            () if words.empty => FileKind::Missing,
            () if words.bad_base64 => FileKind::BadBase64,
            () if words.not_image => FileKind::NotAnImage,
            () if words.jpeg => FileKind::Jpeg,
            () if words.webp => FileKind::Webp,
            () => FileKind::Png,
        };
        Painting {
            uuid: self.uuid,
            scene: self.scene,
            file,
            censored: words.censored,
            data_url: words.data_url,
            top_level: words.top_level,
            generation_time,
        }
    }
}
