//! What a person does with the queue: puts jobs elsewhere, changes what waits, cancels, tries again.

use fusionbrain::{NegativePrompt, Prompt, RunRequest, TextError};
use studio::{Command, Happening, Job, Phase, queue::is_worth_another_run};

use super::{Entry, Queue};
use crate::{
    app::Route,
    browser::{clock, page},
    i18n::works::t,
    notify,
    ui::{Node, State},
};

/// The panel's own state, for as long as the page lives.
#[derive(Clone, Copy)]
pub(super) struct Arranging {
    /// The job that is being edited.
    pub(super) edited: State<Option<Editing>>,
    /// What was cancelled last, to be brought back.
    pub(super) cancelled: State<Vec<RunRequest>>,
    /// The rows in the page, to see where one is dragged to.
    pub(super) rows: State<Vec<(String, Node)>>,
    /// The job that is being dragged, and the one before which it would stand.
    pub(super) dragged: State<Option<(String, Option<String>)>>,
    /// Nobody has decided yet whether they want to be told when they do not look.
    pub(super) offers: State<bool>,
    /// What came of the last move, for those who do not see it.
    pub(super) said: State<String>,
}

/// Texts that are being changed.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    pub(super) id: State<String>,
    pub(super) prompt: State<String>,
    pub(super) negative: State<String>,
    /// It was said to be saved; another tab may have to do it.
    pub(super) saved: State<bool>,
    /// Why it cannot be.
    pub(super) error: State<Option<TextError>>,
}

impl Editing {
    /// What is written in the fields.
    fn texts(self) -> Result<(Prompt, Option<NegativePrompt>), TextError> {
        let prompt = self.prompt.peek(|text| Prompt::new(text))?;
        Ok((prompt, self.negative.peek(|text| NegativePrompt::new(text))?))
    }

    /// The job reads as it shall.
    fn is_done(self, job: &Job) -> bool {
        self.texts()
            .is_ok_and(|(prompt, negative)| job.request.prompt == prompt && job.request.negative == negative)
    }
}

/// One step, or all the way.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Way {
    Up,
    Down,
    Front,
}

impl Arranging {
    pub(super) fn new() -> Self {
        let offers = State::new(notify::may_be_offered());
        page::on_window(&[notify::CHANGED], move || offers.set(notify::may_be_offered()));
        Self {
            offers,
            edited: State::new(None),
            cancelled: State::new(vec![]),
            rows: State::new(vec![]),
            dragged: State::new(None),
            said: State::new(String::new()),
        }
    }
}

/// The focus goes to the element with this id once it is there.
pub(super) fn focus_soon(id: &str) {
    let id = id.to_owned();
    clock::after_paint(move || page::focus(&id));
}

impl Queue {
    /// The waiting jobs of all tabs in their order.
    pub(super) fn waiting(self) -> Vec<Entry> {
        let mut row: Vec<(u64, String, Entry)> = vec![];
        for entry in self.entries.get() {
            let place = entry.job.with(|job| (job.phase == Phase::Waiting).then_some(job.order));
            row.extend(place.map(|place| (place, entry.id.get_untracked(), entry)));
        }
        row.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        row.into_iter().map(|(_, _, entry)| entry).collect()
    }

    /// Where it stands among the waiting ones, and how many there are.
    pub(super) fn place_of(self, entry: Entry) -> Option<(usize, usize)> {
        let row = self.waiting();
        let id = entry.id.get_untracked();
        let at = row.iter().position(|other| other.id.peek(|other| *other == id))?;
        Some((at, row.len()))
    }

    /// Puts a waiting job elsewhere.
    pub(super) fn put(self, entry: Entry, way: Way) {
        let row: Vec<String> = self.waiting().into_iter().map(|entry| entry.id.get_untracked()).collect();
        let id = entry.id.get_untracked();
        let Some(at) = row.iter().position(|have| *have == id) else { return };
        let to = match way {
            Way::Up if at > 0 => at - 1,
            Way::Down if at + 1 < row.len() => at + 1,
            Way::Front if at > 0 => 0,
            _ => return,
        };
        match way {
            Way::Front => self.command(entry, Command::ToFront),
            Way::Up => self.put_before(id, row.get(at - 1).cloned()),
            Way::Down => self.put_before(id, row.get(at + 2).cloned()),
        }
        self.works().arranging.said.set((t().stands)(to + 1, row.len()));
    }

    /// Puts a waiting job right before another one, or behind all.
    pub(super) fn put_before(self, id: String, before: Option<String>) {
        self.on(Happening::Moved { id, before });
    }

    /// Takes jobs off the list of which nothing was sent; they can be brought back.
    pub(super) fn cancel(self, entries: &[Entry]) {
        let requests: Vec<RunRequest> =
            entries.iter().map(|entry| entry.job.peek(|job| job.request.clone())).collect();
        // The last one first: else the next one would be sent when the first is gone.
        for entry in entries.iter().rev() {
            self.command(*entry, Command::Cancel);
        }
        self.works().arranging.cancelled.set(requests);
        focus_soon("queue-undo");
    }

    /// Brings back what was cancelled last: at the end of the queue.
    pub(super) fn bring_back(self) {
        let mut left = self.works().arranging.cancelled.get_untracked();
        // Without a connection they stay, to be brought back when there is one.
        let started = left.iter().take_while(|request| self.wish_again((*request).clone())).count();
        left.drain(..started);
        let is_whole = left.is_empty();
        self.works().arranging.cancelled.set(left);
        if is_whole {
            page::focus("queue-title");
        }
    }

    /// Wishes once more, over the connection in use. Says whether there is one.
    fn wish_again(self, mut request: RunRequest) -> bool {
        self.connections.mend_pipeline(&mut request);
        let wished = self.start(request);
        if !wished {
            page::go(Route::Connection.hash());
        }
        wished
    }

    /// Another run in the place of one that brought no picture.
    pub(super) fn retry(self, entry: Entry) {
        if self.wish_again(entry.job.peek(|job| job.request.clone())) {
            self.command(entry, Command::Remove);
        }
        page::focus("queue-title");
    }

    /// The jobs without a picture that another run may help.
    pub(super) fn retriable(self) -> Vec<Entry> {
        let helps = |job: &Job| matches!(&job.phase, Phase::Failed(failure) if is_worth_another_run(failure));
        let mut all = self.entries.get();
        all.retain(|entry| entry.job.with(helps));
        // The list has the newest first; the oldest goes first.
        all.reverse();
        all
    }

    /// Begins to change the texts of a job.
    pub(super) fn edit(self, entry: Entry) {
        let (prompt, negative) = entry.job.peek(|job| {
            let negative = job.request.negative.as_ref().map_or("", |negative| negative.as_str());
            (job.request.prompt.as_str().to_owned(), negative.to_owned())
        });
        let editing = self.owner.get_untracked().with(|| Editing {
            id: State::new(entry.id.get_untracked()),
            prompt: State::new(prompt),
            negative: State::new(negative),
            saved: State::new(false),
            error: State::new(None),
        });
        self.works().arranging.edited.set(Some(editing));
        focus_soon("queue-edit-prompt");
    }

    /// The editing of this job, if it goes on.
    pub(super) fn editing(self, entry: Entry) -> Option<Editing> {
        let editing = self.works().arranging.edited.get()?;
        let is_this = entry.id.peek(|id| editing.id.peek(|edited| edited == id));
        let goes_on = move || !(editing.saved.get() && entry.job.with(|job| editing.is_done(job)));
        (is_this && goes_on()).then_some(editing)
    }

    /// Writes the changed texts down. It goes on waiting with them; nothing is sent for it.
    pub(super) fn save_edit(self, entry: Entry, editing: Editing) {
        match editing.texts() {
            Ok((prompt, negative)) => {
                editing.error.set(None);
                editing.saved.set(true);
                self.command(entry, Command::Edit(prompt, negative));
                let is_done = entry.job.peek(|job| editing.is_done(job));
                if is_done {
                    self.works().arranging.edited.set(None);
                    focus_soon(&edit_id(entry));
                }
            }
            Err(error) => {
                editing.error.set(Some(error));
                page::focus("queue-edit-prompt");
            }
        }
    }

    /// A job of its own for texts that came too late.
    pub(super) fn wish_edit(self, entry: Entry, editing: Editing) {
        let Ok((prompt, negative)) = editing.texts() else { return };
        let mut request = entry.job.peek(|job| job.request.clone());
        (request.prompt, request.negative) = (prompt, negative);
        if self.wish_again(request) {
            self.leave_edit(entry);
        }
    }

    /// The texts stay as they were.
    pub(super) fn leave_edit(self, entry: Entry) {
        self.works().arranging.edited.set(None);
        let still_there = entry.job.peek(Job::can_be_edited);
        focus_soon(&if still_there { edit_id(entry) } else { "queue-title".to_owned() });
    }
}

/// The id of the button that begins it.
pub(super) fn edit_id(entry: Entry) -> String {
    format!("queue-edit-{}", entry.id.get_untracked())
}
