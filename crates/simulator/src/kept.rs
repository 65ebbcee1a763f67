//! Accepted runs that outlive the simulator, for a carrier that may die any moment, as a tab.

use fusionbrain::Size;
use serde::{Deserialize, Serialize};

use crate::form::Order;
use crate::log::Event;
use crate::simulator::Simulator;
use crate::task::Task;
use crate::words::Words;

/// A run that was accepted and is not handed out yet: plain data that makes the very same picture again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The task's id.
    pub uuid: String,
    /// When it was accepted, in milliseconds of the carrier's clock.
    pub accepted_ms: u64,
    taken_ms: u64,
    pipeline: String,
    prompt: String,
    negative: String,
    style: Option<String>,
    width: u32,
    height: u32,
    seed: u64,
}

impl Kept {
    pub(crate) fn of(uuid: &str, order: &Order, seed: u64, accepted_ms: u64, taken_ms: u64) -> Self {
        Self {
            uuid: uuid.to_owned(),
            accepted_ms,
            taken_ms,
            pipeline: order.pipeline.clone(),
            prompt: order.prompt.clone(),
            negative: order.negative.clone(),
            style: order.style.clone(),
            width: order.size.width(),
            height: order.size.height(),
            seed,
        }
    }

    /// The task; none when no run could have asked for it.
    fn task(&self) -> Option<Task> {
        let order = Order {
            pipeline: self.pipeline.clone(),
            prompt: self.prompt.clone(),
            negative: self.negative.clone(),
            style: self.style.clone(),
            size: Size::new(self.width, self.height).ok()?,
        };
        let (words, scene) = Words::read(&order.prompt);
        Some(Task::new(self.uuid.clone(), order, words, scene, self.seed, self.accepted_ms, self.taken_ms))
    }
}

impl Simulator {
    /// A run that was accepted and is not handed out yet, to be kept elsewhere.
    pub fn keep(&self, uuid: &str) -> Option<Kept> {
        self.tasks.get(uuid).map(|task| task.kept.clone())
    }

    /// Makes these the runs that were accepted and are not handed out yet, and no others: what is known of them here stays,
    /// what was handed out elsewhere is forgotten. What had long expired does so at once.
    pub fn resume(&mut self, kept: &[Kept], now_ms: u64) {
        self.tasks.retain(|uuid, _| kept.iter().any(|kept| kept.uuid == *uuid));
        for run in kept {
            let Some(task) = run.task().filter(|task| !self.tasks.contains_key(&task.uuid)) else { continue };
            if let Some(ready_ms) = task.ready_ms {
                self.schedule(ready_ms, Event::Ready, &run.uuid);
            }
            self.tasks.insert(run.uuid.clone(), task);
        }
        self.tick(now_ms);
    }
}
