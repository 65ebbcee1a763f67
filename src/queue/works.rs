//! What is loaded later: the thinking about jobs, the hands that do it, and how a job looks.
//!
//! Whoever only looks at the page does without it; a first visit loads it when somebody begins to type. Everything here is
//! reached through the function pointers of [`Works`] alone: a call from the first program would bring what is called
//! into the first download.

use studio::{
    Command, Desk, Happening, Job, Learned, Pause, Phase, Tab, Word,
    news::{News, Standing},
};

use super::{
    Entry, Queue, Said,
    arranging::Arranging,
    delivery::Shown,
    hands::Hands,
    outside::{Asked, Live},
    stacks::{self, Stacks},
};
use crate::{
    browser::{clock, config, focus, random, storage},
    compose::Draft,
    embed,
    i18n::{self, t, works},
    prompts::{Shelf, Tools},
    ui::{Item, State},
};

/// The works, once they are there.
#[derive(Clone, Copy)]
pub(super) struct Works {
    tab: State<Tab>,
    pub(super) hands: Hands,
    learned: State<Learned>,
    /// What happened while the page was left.
    missed: State<Vec<Happening>>,
    /// What somebody who does not look was not told yet.
    pub(super) news: State<News>,
    pub(super) arranging: Arranging,
    pub(super) stacks: Stacks,
    pub(super) answer: fn(Queue, Ask),
    /// What stands before the tiles: the panel, and what two pictures are compared in.
    pub(super) beside: fn(Queue, Draft) -> Vec<Item>,
    pub(super) tiles: fn(Queue, Draft) -> Vec<Item>,
    pub(super) tools: Tools,
    pub(super) asked: Asked,
    /// What begins in somebody else's page.
    pub(super) live: Live,
}

/// What the first program tells the works.
pub(super) enum Ask {
    /// Look what is due.
    Tick,
    /// What had failed can be tried again.
    Resume,
    /// There are other keys, perhaps: what their lack, or the end of their quota, had stopped goes on.
    Mended,
    /// Waiting jobs are sent again.
    GoOn,
    /// It is known whether there is a connection.
    Searched,
    /// There are wishes.
    Wished,
    /// The page is shown again, perhaps after it had been left.
    CatchUp,
    /// Stored jobs that cannot be read are to be removed.
    RemoveUnreadable,
    /// Another tab said this.
    Hear(String),
}

/// Generation times of one's own last pictures, in whole milliseconds, as stored text.
const LEARNED: &str = "learned";

impl Queue {
    /// The works begin: they open the storage, and go on with what was left.
    pub fn begin(self) {
        let times = storage::read(LEARNED).unwrap_or_default();
        let learned =
            Learned::restore(times.split(' ').filter_map(|t| Some(t.parse::<u32>().ok()? as f64 / 1e3)));
        self.owner.get_untracked().with(|| {
            self.works.set(Some(Works {
                tab: State::new(Tab::new()),
                hands: Hands::new(),
                learned: State::new(learned),
                missed: State::new(vec![]),
                news: State::new(News::default()),
                arranging: Arranging::new(),
                stacks: Stacks::new(),
                answer: Self::answer,
                beside: stacks::beside,
                tiles: stacks::tiles,
                tools: Tools::new(),
                asked: Asked::new(),
                live: embed::live,
            }));
        });
        self.connections.guard(move || self.goes_on());
        // Rows come and go by themselves, and with them the buttons that somebody is about to press.
        focus::keep_around("jobs", &["queue-title", "jobs"]);
        // What was sent before the tools were here belongs into the history as well.
        let shelf = self.kept_shelf();
        self.wishes.peek(|all| all.iter().for_each(|(wish, _)| shelf.remember(wish.prompt.as_str())));
        let owner: fn() -> String = || i18n::owner(&studio::config::read(&config::text()).1);
        if !owner().is_empty() {
            self.misconfigured.set(Some(owner));
        }
        self.open();
        self.answer(Ask::Wished);
    }

    /// The works. Only for what is loaded with them.
    pub(super) fn works(self) -> Works {
        self.works.get_untracked().expect("the works call themselves")
    }

    /// Where prompts are kept.
    pub(super) fn kept_shelf(self) -> Shelf {
        self.works().tools.shelf()
    }

    /// This tab's hands.
    pub(super) fn hands(self) -> Hands {
        self.works().hands
    }

    /// Whether nothing has been begun here yet.
    pub(super) fn has_no_desks(self) -> bool {
        self.works().tab.peek(|tab| tab.desks().is_empty())
    }

    fn answer(self, ask: Ask) {
        match ask {
            Ask::Tick => self.on(Happening::Tick),
            Ask::Resume => self.on(Happening::Resume),
            Ask::Mended => {
                // A person's own pause is not for a connection to end.
                if self.pause.peek(|pause| *pause == Some(Pause::Quota)) {
                    self.on(Happening::Pause(false));
                }
                self.on(Happening::Resume);
            }
            Ask::GoOn => self.on(Happening::Pause(false)),
            Ask::Searched => self.go_on_with_deeds(),
            Ask::CatchUp => self.come_back(),
            Ask::Hear(text) => {
                if let Some(word) = Word::read(&text) {
                    self.on(Happening::Told(word));
                }
            }
            Ask::RemoveUnreadable => {
                let ids = self.works().tab.peek(|tab| tab.unreadable().iter().map(|u| u.0.clone()).collect());
                let ids: Vec<String> = ids;
                for id in ids {
                    self.on(Happening::Command { id, command: Command::Remove });
                }
            }
            Ask::Wished => {
                let mut wishes = vec![];
                self.wishes.update(|all| wishes = std::mem::take(all));
                // Jobs of one moment are drawn in the order of their ids: a batch in the order of its runs.
                let mut ids: Vec<String> = wishes.iter().map(|_| random::id()).collect();
                ids.sort_unstable();
                if !wishes.is_empty() {
                    self.say((works::t().said_taken)(wishes.len()));
                }
                for ((request, place), id) in wishes.into_iter().zip(ids) {
                    let learned = self.works().learned.peek(Learned::median);
                    self.on(Happening::Wished { id, request, place, learned });
                }
            }
        }
    }

    /// Waiting jobs are sent no more, or again.
    pub(super) fn pause_or_go_on(self) {
        let pauses = !leptos::prelude::untrack(|| self.is_held());
        self.on(Happening::Pause(pauses));
    }

    /// Whether a person can let it go on: where there is no room, only room helps.
    pub(super) fn is_held(self) -> bool {
        self.pause.with(|pause| matches!(pause, Some(Pause::Person | Pause::Quota)))
    }

    /// What a person wants of a job.
    pub(super) fn command(self, entry: Entry, command: Command) {
        let id = entry.id.get_untracked();
        let is_done = entry.job.peek(|job| matches!(job.phase, Phase::Done(_)));
        let is_removed = command == Command::Remove;
        self.on(Happening::Command { id: id.clone(), command });
        if is_done && is_removed {
            // The picture stays in the library; its job was kept for the stage alone.
            self.hands().forget(id.clone());
            self.drop_entry(&id);
        }
    }

    /// The page is shown, perhaps after it had been left.
    fn come_back(self) {
        let mut missed = vec![];
        self.works().missed.quietly(|all| missed = std::mem::take(all));
        for happening in missed {
            self.on(happening);
        }
        self.on(Happening::Tick);
    }

    /// Feeds one happening to the tab and does what it asks for.
    pub(super) fn on(self, happening: Happening) {
        if self.away.get_untracked() {
            return self.works().missed.quietly(|all| all.push(happening));
        }
        let mut deeds = vec![];
        self.works().tab.quietly(|tab| deeds = tab.on(happening, clock::now()));
        for deed in deeds {
            self.perform(deed);
        }
        let unreadable = self.works().tab.peek(|tab| tab.unreadable().len() as u32);
        if self.unreadable.peek(|old| *old != unreadable) {
            self.unreadable.set(unreadable);
        }
        let pause = self.works().tab.peek(Tab::pause);
        if self.pause.peek(|old| *old != pause) {
            self.pause.set(pause);
        }
        if self.works().news.peek(|news| !news.is_empty()) {
            self.tell_news();
        }
    }

    /// Brings what is shown of a job up to date.
    pub(super) fn show(self, id: &str) {
        let seen = self.works().tab.peek(|tab| {
            // What came to its end in our hands is nobody's any more.
            let ours = |d: &Desk| d.is_ours() || d.ended_here();
            tab.desk(id).filter(|d| d.is_listed()).map(|d| (d.job().clone(), ours(d), d.is_unconnected()))
        });
        let Some((job, ours, unconnected)) = seen else { return self.drop_entry(id) };
        let entry = match self.entry(id) {
            Some(entry) => entry,
            None => self.enter(id, job.clone()),
        };
        let (had_task, was_final, told) =
            entry.job.peek(|old| (old.task().is_some(), old.is_final(), old.standing()));
        self.now.set(clock::now());
        match &job.phase {
            Phase::Accepted(watch) if !had_task => {
                clock::mark(&format!("komposition:accepted:{}", watch.task));
            }
            // A job ends once, whatever it is told afterwards.
            Phase::Failed(_) if ours && !was_final => self.keep_report(entry),
            Phase::Done(facts) if !was_final => {
                self.settle_older(id);
                if ours {
                    self.learn(facts.generation_time);
                }
            }
            _ => {}
        }
        if let Some(standing) = job.standing().filter(|standing| told != Some(*standing) && !was_final) {
            let say = match standing {
                Standing::Picture => t().said_done,
                Standing::Nothing => t().said_failed,
                Standing::Asks => works::t().said_asks,
            };
            self.say(say(job.request.prompt.as_str()));
            if ours {
                self.note_end(standing, &job);
            }
        }
        entry.unconnected.set(unconnected);
        entry.job.set(job);
        self.fetch(entry);
    }

    pub(super) fn entry(self, id: &str) -> Option<Entry> {
        self.entries.peek(|all| all.iter().find(|e| e.id.peek(|have| have == id)).copied())
    }

    pub(super) fn enter(self, id: &str, job: Job) -> Entry {
        let created = job.created;
        let entry = self.owner.get_untracked().with(|| Entry {
            id: State::new(id.to_owned()),
            job: State::new(job),
            shown: State::new(None),
            broken: State::new(false),
            raw: State::new(None),
            unconnected: State::new(false),
        });
        self.entries.update(|all| {
            let place = all.iter().position(|e| e.job.peek(|job| job.created <= created));
            all.insert(place.unwrap_or(all.len()), entry);
        });
        entry
    }

    fn drop_entry(self, id: &str) {
        let Some(entry) = self.entry(id) else { return };
        self.entries.update(|all| all.retain(|e| e.id.peek(|have| have != id)));
        entry.shown.set(None);
        entry.raw.set(None);
    }

    /// Of earlier pictures, the text they came as is let go: it is there twice, and their bytes are enough to show them.
    fn settle_older(self, id: &str) {
        for entry in self.entries.get_untracked() {
            let settles = entry.shown.peek(|shown| shown.as_ref().is_some_and(Shown::can_settle));
            if settles && entry.id.peek(|have| have != id) && entry.job.peek(Job::is_final) {
                entry.shown.update(|shown| shown.iter_mut().for_each(Shown::settle));
            }
        }
    }

    fn say(self, words: String) {
        self.said.update(|said| *said = Said { count: said.count + 1, words });
    }

    fn learn(self, seconds: Option<f64>) {
        let Some(seconds) = seconds else { return };
        self.works().learned.quietly(|learned| learned.add(seconds));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to an hour")]
        let stored = |s: &f64| ((s * 1e3).round() as u32).to_string();
        let times: Vec<String> = self.works().learned.peek(|l| l.times().iter().map(stored).collect());
        storage::write(LEARNED, &times.join(" "));
    }
}
