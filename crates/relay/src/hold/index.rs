//! What this relay holds by itself: whose tasks are, whose answers are here, and which of them goes when there is no room.

use crate::hold::kept::Kept;
use crate::hold::owner::Owner;
use crate::hold::store::Task;
use std::collections::{BTreeSet, HashMap};

/// Tasks and answers in memory. It knows no clock: times are milliseconds since 1970, and come in.
#[derive(Debug)]
pub(crate) struct Index {
    most: u64,
    used: u64,
    entries: HashMap<String, Entry>,
    /// What ends by itself, in the order of time.
    ends: BTreeSet<(u64, End, String)>,
    /// Answers that were handed over whole at least once, the oldest first.
    sent: BTreeSet<(u64, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Answer,
    Task,
}

#[derive(Debug)]
struct Entry {
    task: Task,
    forget_at: u64,
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    until: u64,
    size: u64,
    /// `None` when it is on disk.
    answer: Option<Kept>,
}

/// What is no longer here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Gone {
    pub(crate) answers: Vec<String>,
    pub(crate) tasks: Vec<String>,
}

/// Where an answer is.
#[derive(Debug)]
pub(crate) enum Place {
    Nowhere,
    Here(Kept),
    OnDisk,
}

impl Index {
    pub(crate) fn new(most: u64) -> Self {
        Self { most, used: 0, entries: HashMap::new(), ends: BTreeSet::new(), sent: BTreeSet::new() }
    }

    /// Bytes of all answers.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    pub(crate) fn own(&mut self, uuid: &str, task: Task, forget_at: u64) {
        self.remove(uuid);
        self.ends.insert((forget_at, End::Task, uuid.to_owned()));
        self.entries.insert(uuid.to_owned(), Entry { task, forget_at, held: None });
    }

    pub(crate) fn task(&self, uuid: &str) -> Option<&Task> {
        self.entries.get(uuid).map(|entry| &entry.task)
    }

    pub(crate) fn answer(&self, uuid: &str) -> Place {
        match self.entries.get(uuid).and_then(|entry| entry.held.as_ref()) {
            None => Place::Nowhere,
            Some(Held { answer: Some(answer), .. }) => Place::Here(answer.clone()),
            Some(Held { answer: None, .. }) => Place::OnDisk,
        }
    }

    pub(crate) fn holds(&self, uuid: &str) -> bool {
        self.entries.get(uuid).is_some_and(|entry| entry.held.is_some())
    }

    /// Holds an answer and says which older ones went for it: those that were handed over already, the oldest first.
    /// `None`, and nothing changed, when that does not make room enough: what nobody has fetched yet stays.
    pub(crate) fn keep(
        &mut self,
        uuid: &str,
        owner: &Owner,
        answer: Kept,
        until: u64,
    ) -> Option<Vec<String>> {
        self.release(uuid);
        let size = u64::try_from(answer.body.len()).unwrap_or(u64::MAX);
        let (mut freed, mut going) = (0, Vec::new());
        let mut oldest = self.sent.iter();
        while self.used - freed + size > self.most {
            let (_, sent) = oldest.next()?;
            freed += self.entries.get(sent).and_then(|entry| entry.held.as_ref()).map_or(0, |held| held.size);
            going.push(sent.clone());
        }
        for sent in &going {
            self.release(sent);
        }
        if !self.entries.contains_key(uuid) {
            // Somebody else's relay started it, or this one before it began to hold.
            self.own(uuid, Task { owner: owner.clone(), not_before: 0 }, until);
        }
        self.put(uuid, Held { until, size, answer: Some(answer) });
        Some(going)
    }

    /// What was found on disk at the start.
    pub(crate) fn found(&mut self, uuid: &str, size: u64, until: u64) {
        self.put(uuid, Held { until, size, answer: None });
    }

    fn put(&mut self, uuid: &str, held: Held) {
        let Some(entry) = self.entries.get_mut(uuid) else { return };
        self.used += held.size;
        self.ends.insert((held.until, End::Answer, uuid.to_owned()));
        // An answer without its owner would be nobody's; and once it is here, nobody needs to know longer whose it was.
        self.ends.remove(&(entry.forget_at, End::Task, uuid.to_owned()));
        entry.forget_at = held.until;
        self.ends.insert((entry.forget_at, End::Task, uuid.to_owned()));
        entry.held = Some(held);
    }

    /// It is on disk now and need not be in memory.
    pub(crate) fn stored(&mut self, uuid: &str) {
        if let Some(held) = self.entries.get_mut(uuid).and_then(|entry| entry.held.as_mut()) {
            held.answer = None;
        }
    }

    /// It was handed over whole.
    pub(crate) fn sent(&mut self, uuid: &str) {
        if let Some(held) = self.entries.get(uuid).and_then(|entry| entry.held.as_ref()) {
            self.sent.insert((held.until, uuid.to_owned()));
        }
    }

    /// Drops an answer; whose the task is stays known. `false` when there was none.
    pub(crate) fn release(&mut self, uuid: &str) -> bool {
        let Some(held) = self.entries.get_mut(uuid).and_then(|entry| entry.held.take()) else { return false };
        self.used -= held.size;
        self.ends.remove(&(held.until, End::Answer, uuid.to_owned()));
        self.sent.remove(&(held.until, uuid.to_owned()));
        true
    }

    fn remove(&mut self, uuid: &str) {
        self.release(uuid);
        if let Some(entry) = self.entries.remove(uuid) {
            self.ends.remove(&(entry.forget_at, End::Task, uuid.to_owned()));
        }
    }

    /// Drops whatever ended by `now`.
    pub(crate) fn expire(&mut self, now: u64) -> Gone {
        let mut gone = Gone::default();
        while let Some((at, end, uuid)) = self.ends.first().cloned()
            && at <= now
        {
            match end {
                End::Answer => {
                    self.release(&uuid);
                    gone.answers.push(uuid);
                }
                End::Task => {
                    self.remove(&uuid);
                    gone.tasks.push(uuid);
                }
            }
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::{Gone, Index, Place};
    use crate::hold::kept::Kept;
    use crate::hold::owner::Owner;
    use crate::hold::store::Task;

    fn owner() -> Owner {
        Owner::stored("somebody".to_owned())
    }

    fn answer(size: usize) -> Kept {
        Kept::stored(200, "application/json", "", vec![b'x'; size].into())
    }

    fn index() -> Index {
        let mut index = Index::new(100);
        for uuid in ["a", "b", "c", "d"] {
            index.own(uuid, Task { owner: owner(), not_before: 0 }, 1_000_000);
        }
        index
    }

    #[test]
    fn what_was_handed_over_goes_before_what_nobody_has_fetched() {
        let mut index = index();
        assert_eq!(index.keep("a", &owner(), answer(40), 10), Some(vec![]));
        assert_eq!(index.keep("b", &owner(), answer(40), 11), Some(vec![]));
        index.sent("b");
        assert_eq!(index.keep("c", &owner(), answer(40), 12), Some(vec!["b".to_owned()]));
        assert!(index.holds("a") && !index.holds("b") && index.holds("c"));
    }

    #[test]
    fn what_nobody_has_fetched_stays_and_the_new_one_finds_no_room() {
        let mut index = index();
        index.keep("a", &owner(), answer(60), 10).unwrap();
        index.keep("b", &owner(), answer(30), 11).unwrap();
        index.sent("b");
        assert_eq!(index.keep("c", &owner(), answer(41), 12), None);
        assert!(index.holds("a") && index.holds("b") && !index.holds("c"), "nothing went in vain");
        assert_eq!(index.keep("c", &owner(), answer(40), 12), Some(vec!["b".to_owned()]));
    }

    #[test]
    fn a_released_answer_makes_room_and_its_owner_stays_known() {
        let mut index = index();
        index.keep("a", &owner(), answer(100), 10).unwrap();
        assert!(index.release("a") && !index.release("a"));
        assert!(matches!(index.answer("a"), Place::Nowhere));
        assert_eq!(index.task("a").unwrap().owner, owner());
        assert_eq!(index.keep("b", &owner(), answer(100), 10), Some(vec![]));
    }

    #[test]
    fn an_answer_and_whose_it_was_end_together() {
        for forget_at in [5, 5_000] {
            let mut index = Index::new(100);
            index.own("a", Task { owner: owner(), not_before: 0 }, forget_at);
            index.keep("a", &owner(), answer(10), 10).unwrap();
            assert_eq!(index.expire(9), Gone::default());
            assert!(index.task("a").is_some());
            assert_eq!(index.expire(10), Gone { answers: vec!["a".to_owned()], tasks: vec!["a".to_owned()] });
            assert!(index.task("a").is_none() && index.used == 0 && index.ends.is_empty());
        }
    }
}
