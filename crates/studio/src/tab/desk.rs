//! A job's place in a tab: who drives it, what is stored of it, what is on its way.

use fusionbrain::TaskId;

use super::{Errand, Filing};
use crate::{Event, Job, Ms, Pause, queue};

/// Whose the job is to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    /// Not asked for.
    Free,
    /// Asked for: another tab drives the job, or is about to be found gone.
    Asked,
    /// This tab drives the job.
    Held,
}

/// A job in a tab.
#[derive(Debug)]
pub struct Desk {
    pub(super) id: String,
    pub(super) job: Job,
    pub(super) lock: Lock,
    /// Counts how often this tab got the lock.
    pub(super) epoch: u32,
    /// The row's text, as last read or written.
    pub(super) stored: Option<String>,
    /// The row that is being written.
    pub(super) writing: Option<String>,
    /// The row is to be written; whether strictly.
    pub(super) dirty: Option<bool>,
    /// Writing failed, and is tried again then.
    pub(super) retry: Option<Ms>,
    /// The row is read to see whether it is still the one that we know.
    pub(super) doubted: bool,
    /// Waits for the write under way.
    pub(super) filing: Option<Box<Filing>>,
    /// A picture is being filed: the row is written with it.
    pub(super) filed_errand: bool,
    /// The answer to a filing is still to come, from before the lock was lost or after.
    pub(super) file_out: bool,
    /// It is being filed again, after it could not be.
    pub(super) refiling: bool,
    /// Errands that are out.
    pub(super) flights: u32,
    /// The letter that was read last: it is, or may be, still in the inbox.
    pub(super) letter: Option<(TaskId, Ms)>,
    /// The inbox has a letter for it that was not read yet.
    pub(super) has_letter: bool,
    /// The letter that was judged last.
    pub(super) judged: Option<Ms>,
    /// A person took it off the list; it goes when nothing is on its way.
    pub(super) removing: bool,
    /// Its service cannot be asked, as was found.
    pub(super) unconnected: bool,
    /// The job as it was when the lock was lost, where nobody else knows what this one knows.
    pub(super) keepsake: Option<Box<Job>>,
    /// News that came after the lock was lost, and that nobody else has.
    pub(super) strays: Vec<Event>,
    /// How often the lock was taken from another tab for that.
    pub(super) steals: u32,
    /// When the job wants to be woken.
    pub(super) wake: Option<Ms>,
    /// It came to its end in this tab's hands.
    pub(super) ended_here: bool,
    /// Whether the row was ever read: a letter's job is not known before.
    pub(super) listed: bool,
}

impl Desk {
    /// Two tabs that both know something only they know could take the lock from each other for ever.
    pub(super) const MOST_STEALS: u32 = 3;

    pub(super) fn new(id: String, job: Job) -> Self {
        Self {
            id,
            job,
            lock: Lock::Free,
            epoch: 0,
            stored: None,
            writing: None,
            dirty: None,
            retry: None,
            doubted: false,
            filing: None,
            filed_errand: false,
            file_out: false,
            refiling: false,
            flights: 0,
            letter: None,
            has_letter: false,
            judged: None,
            removing: false,
            unconnected: false,
            keepsake: None,
            strays: vec![],
            steals: 0,
            wake: None,
            ended_here: false,
            listed: true,
        }
    }

    /// The job's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where the job stands, as far as this tab knows.
    #[must_use]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Whether this tab drives it.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.lock == Lock::Held
    }

    /// Whether it came to its end in this tab's hands: nobody drives it any more.
    #[must_use]
    pub fn ended_here(&self) -> bool {
        self.ended_here
    }

    /// Whether its service could not be asked: there is no connection to it.
    #[must_use]
    pub fn is_unconnected(&self) -> bool {
        self.unconnected
    }

    /// Whether it is to be shown: `false` for a letter whose job has not been read yet, and for what a person has taken
    /// off the list while something was on its way. A relay may take half a minute to answer.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.listed && !self.removing
    }

    pub(super) fn errand(&self) -> Errand {
        Errand { job: self.id.clone(), epoch: self.epoch }
    }

    pub(super) fn place(&self) -> queue::Place<'_> {
        queue::Place { id: &self.id, job: &self.job, ours: self.is_ours(), connected: !self.unconnected }
    }

    /// Whether its row is worth a look: always where another tab writes it, and where nothing of ours is on its way.
    pub(super) fn doubts(&mut self) -> bool {
        if self.lock != Lock::Held {
            return true;
        }
        self.doubted = self.writing.is_none() && !self.filed_errand;
        self.doubted
    }

    /// Something of it is only in memory because it could not be stored.
    pub(super) fn has_no_room(&self) -> bool {
        self.is_ours() && (self.refiling || Pause::for_phase(&self.job.phase) == Some(Pause::Storage))
    }

    /// Nothing more to do, nothing on its way, nothing unwritten.
    pub(super) fn is_over(&self) -> bool {
        self.job.is_final()
            && self.flights == 0
            && self.dirty.is_none()
            && self.filing.is_none()
            && self.strays.is_empty()
    }

    /// Neither a keepsake nor news that nobody else has.
    pub(super) fn has_nothing_of_its_own(&self) -> bool {
        self.keepsake.is_none() && self.strays.is_empty()
    }
}
