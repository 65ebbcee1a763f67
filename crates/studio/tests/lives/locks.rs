//! Locks as browsers have them: one holder, others wait in line; a dead tab's are free.

use std::collections::{BTreeMap, VecDeque};

/// Who asks. Unique for each request, so that an answer to a request given up is told from one that counts.
pub type Ask = u64;

#[derive(Default)]
struct Line {
    holder: Option<Ask>,
    waiting: VecDeque<Ask>,
}

#[derive(Default)]
pub struct Locks(BTreeMap<String, Line>);

impl Locks {
    /// Whether it is granted at once.
    pub fn ask(&mut self, name: &str, ask: Ask) -> bool {
        let line = self.0.entry(name.to_owned()).or_default();
        if line.holder.is_none() {
            line.holder = Some(ask);
            return true;
        }
        line.waiting.push_back(ask);
        false
    }

    /// Takes it from its holder, who is named.
    pub fn steal(&mut self, name: &str, ask: Ask) -> Option<Ask> {
        self.0.entry(name.to_owned()).or_default().holder.replace(ask)
    }

    /// Gives it back or waits for it no longer; names who has it now, if that changed.
    pub fn release(&mut self, name: &str, ask: Ask) -> Option<Ask> {
        let line = self.0.get_mut(name)?;
        line.waiting.retain(|other| *other != ask);
        if line.holder != Some(ask) {
            return None;
        }
        line.holder = line.waiting.pop_front();
        let next = line.holder;
        if next.is_none() {
            self.0.remove(name);
        }
        next
    }

    pub fn held(&self) -> Vec<(String, Ask)> {
        self.0.iter().filter_map(|(name, line)| Some((name.clone(), line.holder?))).collect()
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}
