//! The connection room's state: all connections, the one that is open in the form, and what becomes of its keys.

use fusionbrain::{ApiError, Base};
use studio::{Ms, custody::Sealed};

use super::{
    BUSY, FORGET, KEYS_REFUSED, Kind, RelayInfo, Service, USE,
    custody::{self, Cabinet, Choice, Custody, Kept},
    search::{self, Wrong},
    tested_text,
};
use crate::{
    app::Route,
    browser::{clock, doors, page, vault},
    ui::{State, spawn},
};

/// Nobody touched the page for so long: open vaults are locked. In milliseconds.
const IDLE_LIMIT: Ms = 15 * 60_000;

/// The shortest passphrase, in characters. What is worth more is said beside the field.
pub(super) const SHORTEST: usize = 8;

/// What a test came to.
#[derive(Clone, PartialEq)]
pub(super) enum Tested {
    No,
    Running,
    Works {
        models: usize,
    },
    Wrong(Wrong),
    /// The vault stays closed, or cannot be made.
    Vault(Vault),
    Forgotten,
    /// Open vaults were locked.
    Locked,
    /// The connection is in use, and this browser keeps nothing of it.
    NotKept,
}

/// What is wrong with a vault.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Vault {
    /// A passphrase is missing, or shorter than [`SHORTEST`].
    Short,
    /// It does not open it.
    Wrong,
    /// There is no cryptography on this page.
    Missing,
}

impl From<vault::Closed> for Vault {
    fn from(closed: vault::Closed) -> Self {
        match closed {
            vault::Closed::Wrong => Self::Wrong,
            vault::Closed::Missing => Self::Missing,
        }
    }
}

/// How keys shall be kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Tab,
    Remembered,
    Vault,
}

/// For how long keys are remembered: words for programs, and milliseconds. No time is for ever.
pub(super) const SPANS: [(&str, Option<Ms>); 6] = [
    ("30m", Some(30 * 60_000)),
    ("12h", Some(12 * 3_600_000)),
    ("1d", Some(24 * 3_600_000)),
    ("7d", Some(7 * 24 * 3_600_000)),
    ("30d", Some(30 * 24 * 3_600_000)),
    ("never", None),
];

/// Proposed: a day's work, and gone the next morning.
const PROPOSED: usize = 1;

/// Whether a relay served this page.
#[derive(Clone, PartialEq)]
pub(super) enum Here {
    Unknown,
    Nobody,
    Relay(RelayInfo),
}

/// What pressing a button came to.
enum Done {
    /// To be used: what the first program is handed.
    Use(String),
    /// So many models.
    Tested(usize),
}

/// The connection room.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// All connections as they are kept; keys that nothing stores are in here too, for as long as the page lives.
    pub(super) all: State<Cabinet>,
    /// What the form's fields hold.
    pub(super) fields: State<Kept>,
    pub(super) way: State<Way>,
    /// Which of [`SPANS`].
    pub(super) span: State<usize>,
    pub(super) passphrase: State<String>,
    pub(super) tested: State<Tested>,
    /// How often it was tested: what an earlier test comes to is no longer wanted.
    tests: State<u32>,
    /// What the relay that served this page is, if one did.
    pub(super) here: State<Here>,
    /// What another relay has said of itself, and at which [`Kept::place`].
    told: State<Option<(String, RelayInfo)>>,
    /// The keys in use were refused.
    refused: State<bool>,
    /// The keys went with the address they were given for.
    pub(super) moved: State<bool>,
    /// The person wants to enter a token.
    pub(super) token_open: State<bool>,
    /// What was deleted last: where it stood, and whether it was in use.
    pub(super) deleted: State<Option<(usize, Kept, bool)>>,
    /// When somebody touched the page last.
    touched: State<Ms>,
}

impl Room {
    pub(super) fn new() -> Self {
        custody::drop_expired();
        let all = custody::read_all();
        let room = Self {
            fields: State::new(Kept::default()),
            way: State::new(Way::Tab),
            span: State::new(PROPOSED),
            passphrase: State::new(String::new()),
            tested: State::new(Tested::No),
            tests: State::new(0),
            here: State::new(Here::Unknown),
            told: State::new(None),
            refused: State::new(false),
            moved: State::new(false),
            token_open: State::new(false),
            deleted: State::new(None),
            touched: State::new(clock::now()),
            all: State::new(all),
        };
        room.open(&room.all.peek(|all| all.active.clone()));
        room.refresh();
        room.watch();
        room
    }

    /// Keys go when their time is over, when nobody is there, and when another tab says so.
    fn watch(self) {
        page::on_window(&["pointerdown", "keydown", "wheel"], move || {
            // After a machine's sleep the first touch can come before the next second does.
            self.lock_if_left_alone();
            self.touched.quietly(|at| *at = clock::now());
        });
        clock::every_second(move || {
            let now = clock::now();
            let over = |kept: &Kept| kept.until().is_some_and(|until| until <= now);
            let ended: Vec<String> = self.all.peek(|all| {
                all.connections.iter().filter(|kept| over(kept)).map(|kept| kept.id.clone()).collect()
            });
            if !ended.is_empty() {
                custody::drop_expired();
                self.reload();
            }
            for id in ended {
                doors::ask(FORGET, &id);
            }
            self.lock_if_left_alone();
        });
        custody::on_changed(move || self.reload());
        custody::on_forgotten(move |id| {
            doors::ask(FORGET, id);
            let concerned = |kept: &Kept| id.is_empty() || id == kept.id;
            self.all.update(|all| all.connections.iter_mut().filter(|k| concerned(k)).for_each(Kept::lock));
            self.deleted.update(|gone| {
                gone.iter_mut().filter(|(_, k, _)| concerned(k)).for_each(|(_, k, _)| k.lock());
            });
            if self.fields.peek(concerned) {
                self.keys_are_gone();
            }
            self.reload();
        });
    }

    fn lock_if_left_alone(self) {
        let left_alone = clock::now() >= self.touched.get_untracked() + IDLE_LIMIT;
        // Somebody who waits for pictures does not touch the page either.
        if left_alone && self.has_open_vault() && doors::ask(BUSY, "").is_empty() {
            // Somebody may well be in another tab, which locks itself.
            self.lock(false);
        }
    }

    /// Whatever is changed, the last test no longer speaks of it; and keys are for the address they were given for.
    pub(super) fn change(self, edit: impl FnOnce(&mut Kept)) {
        self.fields.update(edit);
        self.untested();
        self.keep_keys_at_home();
    }

    /// Keys in the fields that were given for another address than the one that stands there are forgotten.
    fn keep_keys_at_home(self) {
        let moved = |k: &Kept| !k.given_for.is_empty() && k.place().as_ref() != Some(&k.given_for);
        if self.fields.peek(moved) {
            self.fields.update(Kept::forget);
            self.moved.set(true);
        }
    }

    /// The connection in the fields is taken as it is, without a look at whether it works: it was in use just now.
    pub(super) fn use_again(self) {
        let fields = self.fields.get_untracked();
        if fields.is_locked() {
            return;
        }
        spawn(async move {
            if let Ok(connection) = search::find(&fields).await {
                doors::ask(USE, &tested_text(&fields, &connection));
            }
        });
    }

    /// A passphrase is being typed: what was said of the one before is over.
    pub(super) fn passphrase_changed(self) {
        if self.is_passphrase_wrong() {
            self.untested();
        }
    }

    fn untested(self) {
        self.tests.quietly(|n| *n += 1);
        self.refused.set(false);
        self.tested.set(Tested::No);
        self.moved.set(false);
    }

    pub(super) fn chosen(self, choice: Choice) -> bool {
        self.fields.with(|k| k.choice == choice)
    }

    /// What the relay in the fields has said of itself.
    fn info<T>(self, look: impl Fn(&RelayInfo) -> T) -> Option<T> {
        self.fields.with(|fields| match fields.choice {
            Choice::Here => self.here.with(|here| match here {
                Here::Relay(info) => Some(look(info)),
                Here::Unknown | Here::Nobody => None,
            }),
            Choice::Relay => {
                let place = fields.place();
                self.told.with(|told| match told {
                    Some((at, info)) if Some(at) == place.as_ref() => Some(look(info)),
                    _ => None,
                })
            }
            Choice::Direct | Choice::Demo => None,
        })
    }

    pub(super) fn is_locked(self) -> bool {
        self.fields.with(Kept::is_locked)
    }

    /// Whether the keys' fields are shown. Of a relay that was not asked yet nobody knows.
    pub(super) fn needs_keys(self) -> bool {
        let unless_said = self.chosen(Choice::Relay) || self.chosen(Choice::Direct);
        !self.is_locked() && self.info(RelayInfo::needs_keys).unwrap_or(unless_said)
    }

    /// Whether the token's field is shown.
    pub(super) fn needs_token(self) -> bool {
        let there = self.token_open.get() || self.fields.with(|k| !k.token.is_empty());
        let wanted = there || self.info(RelayInfo::needs_token) == Some(true);
        wanted && (self.chosen(Choice::Here) || self.chosen(Choice::Relay)) && !self.is_locked()
    }

    /// Whether there is anything to keep.
    pub(super) fn has_fields(self) -> bool {
        self.needs_keys() || self.needs_token()
    }

    /// The keys would be sent where others can read them.
    pub(super) fn is_plain(self) -> bool {
        let base = self.fields.with(|k| match k.choice {
            Choice::Here | Choice::Demo => None,
            Choice::Relay => Base::new(&k.relay).ok(),
            Choice::Direct => Base::new(&k.direct).ok(),
        });
        base.is_some_and(|base| base.is_plain_http() && !is_loopback(&base))
    }

    pub(super) fn are_keys_wrong(self) -> bool {
        self.are_refused_or(&Wrong::KeysMissing)
    }

    pub(super) fn is_token_wrong(self) -> bool {
        self.are_refused_or(&Wrong::TokenMissing)
    }

    fn are_refused_or(self, missing: &Wrong) -> bool {
        self.tested.with(|tested| match tested {
            Tested::Wrong(Wrong::Api(ApiError::Unauthorized { .. })) => true,
            Tested::Wrong(wrong) => wrong == missing,
            Tested::No => self.refused.get(),
            _ => false,
        })
    }

    pub(super) fn is_address_wrong(self) -> bool {
        self.tested.with(|tested| matches!(tested, Tested::Wrong(Wrong::Address | Wrong::NotAllowed)))
    }

    pub(super) fn is_passphrase_wrong(self) -> bool {
        self.tested.with(|tested| matches!(tested, Tested::Vault(_) | Tested::Wrong(Wrong::Locked)))
    }

    /// Shows a connection in the form.
    pub(super) fn open(self, id: &str) {
        let found = self.all.peek(|all| all.connections.iter().find(|kept| kept.id == id).cloned());
        let Some(kept) = found else { return };
        self.way.set(match kept.custody {
            Custody::Tab => Way::Tab,
            Custody::Remembered(_) => Way::Remembered,
            Custody::Vault(_) => Way::Vault,
        });
        let left = kept.until().map(|until| until.saturating_sub(clock::now()));
        let fits = |(_, span): &(&str, Option<Ms>)| span.is_none_or(|span| left.is_some_and(|l| l <= span));
        let remembered = matches!(kept.custody, Custody::Remembered(_));
        let span = SPANS.iter().position(fits).filter(|_| remembered);
        self.span.set(span.unwrap_or(PROPOSED));
        self.passphrase.set(String::new());
        self.token_open.set(false);
        self.fields.set(kept);
        self.untested();
        self.see_refusal();
    }

    /// Asks whether the connection in the fields works; or uses it.
    pub(super) fn try_it(self, then_use: bool) {
        self.tests.quietly(|n| *n += 1);
        let test = self.tests.get_untracked();
        let mut fields = self.fields.get_untracked();
        self.tested.set(Tested::Running);
        spawn(async move {
            let result = self.tried(&mut fields, then_use).await;
            if self.tests.try_peek(|now| *now == test) != Some(true) {
                return;
            }
            match result {
                Ok(Done::Use(tested)) => self.take(fields, &tested),
                Ok(Done::Tested(models)) => {
                    if self.is_locked_now() {
                        self.opened_by_test(&fields);
                    }
                    self.fields.set(fields);
                    self.tested.set(Tested::Works { models });
                }
                Err(tested) => {
                    if tested == Tested::Wrong(Wrong::TokenMissing) {
                        self.token_open.set(true);
                    }
                    // Nothing is left of a passphrase that did not open anything.
                    if tested == Tested::Vault(Vault::Wrong) {
                        self.passphrase.set(String::new());
                    }
                    self.tested.set(tested);
                    if self.is_passphrase_wrong() {
                        page::focus("passphrase");
                    }
                }
            }
        });
    }

    async fn tried(self, fields: &mut Kept, then_use: bool) -> Result<Done, Tested> {
        let passphrase = self.passphrase.get_untracked();
        search::check(fields).map_err(Tested::Wrong)?;
        let place = fields.place().ok_or(Tested::Wrong(Wrong::Address))?;
        if let (true, Custody::Vault(Some(sealed))) = (fields.is_locked(), &fields.custody) {
            if passphrase.is_empty() {
                return Err(Tested::Wrong(Wrong::Locked));
            }
            let keys = opened(&passphrase, &place, sealed).await?;
            fields.take_keys(&keys);
        }
        if fields.has_keys() {
            self.given(fields, &place);
        }
        let found = search::find(fields).await;
        // What the relay has said shows the fields it asks for.
        let said = match &found {
            Ok(connection) => match &connection.kind {
                Kind::Here(info) | Kind::Relay(info) => Some(info.clone()),
                Kind::Direct | Kind::Demo => None,
            },
            Err(Wrong::KeysMissing) if fields.choice == Choice::Relay => match Base::new(&fields.relay) {
                Ok(base) => RelayInfo::ask(&base, None).await.ok(),
                Err(_) => None,
            },
            Err(_) => None,
        };
        let lacks_token = fields.token().is_none() && said.as_ref().is_some_and(RelayInfo::needs_token);
        if let Some(info) = said.filter(|_| fields.choice == Choice::Relay) {
            self.told.set(Some((place.clone(), info)));
        }
        let connection = found.map_err(Tested::Wrong)?;
        if lacks_token {
            return Err(Tested::Wrong(Wrong::TokenMissing));
        }
        if then_use {
            self.keep(fields, &place, &passphrase).await?;
            return Ok(Done::Use(tested_text(fields, &connection)));
        }
        let list = Service::new(connection).pipelines().await.map_err(|e| Tested::Wrong(Wrong::Api(e)))?;
        Ok(Done::Tested(list.iter().filter(|pipeline| pipeline.makes_pictures()).count()))
    }

    /// The keys are about to be sent there: from now on they are for that address alone, whatever comes of it. A refused
    /// redirect or an answer that may not be read looks like a host that is not there, and has the keys all the same.
    fn given(self, fields: &mut Kept, place: &str) {
        place.clone_into(&mut fields.given_for);
        let same = |now: &Kept| now.id == fields.id && now.keys_text() == fields.keys_text();
        if self.fields.peek(same) {
            self.fields.quietly(|now| place.clone_into(&mut now.given_for));
            self.keep_keys_at_home();
        }
    }

    /// Puts the keys into the custody that was chosen.
    async fn keep(self, fields: &mut Kept, place: &str, passphrase: &str) -> Result<(), Tested> {
        if !fields.has_keys() {
            fields.custody = Custody::Tab;
            return Ok(());
        }
        let was = self.all.peek(|all| all.connections.iter().find(|old| old.id == fields.id).cloned());
        fields.custody = match self.way.get_untracked() {
            Way::Tab => Custody::Tab,
            Way::Remembered => {
                let (_, span) = SPANS[self.span.get_untracked().min(SPANS.len() - 1)];
                Custody::Remembered(span.map(|span| clock::now() + span))
            }
            Way::Vault if !vault::is_available() => return Err(Tested::Vault(Vault::Missing)),
            Way::Vault => {
                let sealed = match &fields.custody {
                    Custody::Vault(Some(sealed)) => Some(sealed.clone()),
                    Custody::Vault(None) | Custody::Tab | Custody::Remembered(_) => None,
                };
                // What was opened just now, or before in this tab, and is the same still, stays as it is.
                let same = was.is_some_and(|was| was.keys_text() == fields.keys_text());
                let unchanged = self.is_locked_now() || (same && passphrase.is_empty());
                match sealed {
                    Some(sealed) if unchanged => Custody::Vault(Some(sealed)),
                    _ if passphrase.chars().count() < SHORTEST => return Err(Tested::Vault(Vault::Short)),
                    _ => {
                        let sealed = vault::seal(passphrase, place, &fields.keys_text()).await;
                        Custody::Vault(Some(sealed.map_err(|closed| Tested::Vault(closed.into()))?))
                    }
                }
            }
        };
        Ok(())
    }

    /// The vault is open from now on, and its passphrase is not kept.
    fn opened_by_test(self, fields: &Kept) {
        self.passphrase.set(String::new());
        self.all.update(|all| {
            if let Some(kept) = all.connections.iter_mut().find(|kept| kept.id == fields.id) {
                *kept = fields.clone();
            }
        });
    }

    fn is_locked_now(self) -> bool {
        self.fields.peek(Kept::is_locked)
    }

    /// The connection was found: it is the one in use from now on.
    fn take(self, fields: Kept, tested: &str) {
        doors::ask(USE, tested);
        let (id, wants_storage) = (fields.id.clone(), fields.custody != Custody::Tab);
        self.all.update(|all| {
            all.active.clone_from(&id);
            match all.connections.iter_mut().find(|old| old.id == id) {
                Some(old) => *old = fields,
                None => all.connections.push(fields),
            }
        });
        let kept = self.all.peek(custody::write);
        self.open(&id);
        if kept || !wants_storage {
            page::go(Route::Create.hash());
        } else {
            self.tested.set(Tested::NotKept);
        }
    }

    /// What can have changed while somebody was elsewhere.
    pub(super) fn refresh(self) {
        self.see_refusal();
        spawn(async move {
            self.here.set(match search::here(None).await {
                Ok((_, info)) => Here::Relay(info),
                Err(_) => Here::Nobody,
            });
        });
    }

    /// The keys in the fields were refused, if they are those in use.
    pub(super) fn see_refusal(self) {
        let in_use = self.all.peek(|all| self.fields.peek(|fields| fields.id == all.active));
        self.refused.set(in_use && !doors::ask(KEYS_REFUSED, "").is_empty());
    }

    /// Reads again what is stored, and keeps what only this page knows.
    fn reload(self) {
        let fresh = custody::read_all();
        self.all.update(|all| {
            let old = std::mem::replace(all, fresh);
            for kept in &mut all.connections {
                if let Some(old) = old.connections.iter().find(|old| old.id == kept.id)
                    && old.custody == kept.custody
                    && old.given_for == old.place().unwrap_or_default()
                    && old.place() == kept.place()
                {
                    let Kept { key, secret, token, given_for, .. } = old.clone();
                    (kept.key, kept.secret, kept.token, kept.given_for) = (key, secret, token, given_for);
                }
            }
        });
        // What the form shows of it goes along; what was typed and not used yet stays.
        let id = self.fields.peek(|fields| fields.id.clone());
        let now = self.all.peek(|all| all.connections.iter().find(|kept| kept.id == id).cloned());
        let was_kept = self.fields.peek(|fields| !fields.given_for.is_empty());
        match now {
            Some(now) if was_kept && !now.has_keys() => {
                self.fields.update(|fields| {
                    fields.lock();
                    fields.custody = now.custody;
                });
            }
            _ => {}
        }
    }

    fn keys_are_gone(self) {
        self.fields.update(Kept::lock);
        self.passphrase.set(String::new());
    }

    pub(super) fn tell_forgotten(id: &str) {
        custody::tell_forgotten(id);
        doors::ask(FORGET, id);
    }

    /// The open connection's keys go, everywhere.
    pub(super) fn forget(self) {
        let id = self.fields.peek(|fields| fields.id.clone());
        let forget = |kept: &mut Kept| {
            kept.forget();
            kept.custody = Custody::Tab;
        };
        self.all.update(|all| all.connections.iter_mut().filter(|kept| kept.id == id).for_each(forget));
        self.all.peek(custody::write);
        self.fields.update(forget);
        self.way.set(Way::Tab);
        self.passphrase.set(String::new());
        Self::tell_forgotten(&id);
        self.untested();
        self.tested.set(Tested::Forgotten);
    }

    fn is_open_vault(kept: &Kept) -> bool {
        kept.has_keys() && matches!(kept.custody, Custody::Vault(Some(_)))
    }

    /// Whether keys are in the memory of this tab that are in a vault too.
    pub(super) fn has_open_vault(self) -> bool {
        let deleted = self.deleted.with(|gone| gone.iter().any(|(_, kept, _)| Self::is_open_vault(kept)));
        self.all.with(|all| all.connections.iter().any(Self::is_open_vault)) || deleted
    }

    /// Every open vault is locked; in every tab, or in this one alone.
    pub(super) fn lock(self, everywhere: bool) {
        let mut locked = vec![];
        self.all.update(|all| {
            for kept in all.connections.iter_mut().filter(|kept| Self::is_open_vault(kept)) {
                kept.lock();
                locked.push(kept.id.clone());
            }
        });
        // One that was deleted can come back, but not open.
        self.deleted.update(|gone| {
            gone.iter_mut().filter(|(_, k, _)| Self::is_open_vault(k)).for_each(|(_, k, _)| k.lock());
        });
        for id in &locked {
            if everywhere {
                Self::tell_forgotten(id);
            } else {
                doors::ask(FORGET, id);
            }
        }
        if self.fields.peek(|fields| locked.contains(&fields.id)) {
            let id = self.fields.peek(|fields| fields.id.clone());
            self.open(&id);
        }
        self.tested.set(Tested::Locked);
    }
}

async fn opened(passphrase: &str, place: &str, sealed: &Sealed) -> Result<String, Tested> {
    vault::open(passphrase, place, sealed).await.map_err(|closed| Tested::Vault(closed.into()))
}

/// Whether what is sent there never leaves this machine.
fn is_loopback(base: &Base) -> bool {
    let authority = base.origin().split_once("://").map_or("", |(_, authority)| authority);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    let numbers =
        host.strip_prefix("127.").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    host == "localhost" || host == "[::1]" || numbers
}
