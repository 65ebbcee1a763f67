//! Where pictures come from: the relay that served this page, another relay, or the service itself.

mod custody;
mod fields;
mod form;
mod list;
mod room;
mod search;
mod service;
mod ways;

pub use form::connection_page;
pub use service::Service;

use fusionbrain::{
    ApiError, Base, Credentials, Pipeline, RunRequest, Style, StyleName, Token, built_in_styles,
    default_pipeline,
};
use serde_json::Value;

use crate::{
    browser::{
        clock, doors,
        http::{self, Patience},
        page,
    },
    ui::{State, follow, spawn},
};
use studio::Ms;

use custody::Kept;
use search::Wrong;

/// What a relay tells of itself at `relay/v1/config`.
#[derive(Debug, Clone, PartialEq)]
pub struct RelayInfo {
    engine: String,
    needs_keys: bool,
    needs_token: bool,
}

impl RelayInfo {
    /// Asks the address whether a relay is there, and what it says to whoever has this token.
    ///
    /// # Errors
    /// Why nothing readable came. [`ApiError::NotFound`] when something else than a relay answers.
    pub async fn ask(base: &Base, token: Option<&Token>) -> Result<Self, ApiError> {
        let url = format!("{}relay/v1/config", base.as_str());
        let headers: Vec<_> = token.map(Token::header).into_iter().collect();
        let answer = http::get(&url, &headers, Patience::Seconds(15)).await?;
        Some(answer)
            .filter(|answer| answer.status == 200)
            .and_then(|answer| serde_json::from_str(&String::from_utf8_lossy(&answer.body)).ok())
            .and_then(|value| Self::read(&value))
            .ok_or(ApiError::NotFound { text: String::new() })
    }

    /// As [`Self::read`] reads it.
    fn to_text(&self) -> String {
        let Self { engine, needs_keys, needs_token } = self;
        let (keys, token) = (needs_keys, needs_token);
        serde_json::json!({ "relay": "komposition", "engine": engine, "needs_keys": keys, "needs_token": token })
            .to_string()
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        (text("relay")? == "komposition").then_some(())?;
        let flag = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or_default();
        let (needs_keys, needs_token) = (flag("needs_keys"), flag("needs_token"));
        Some(Self { engine: text("engine")?.to_owned(), needs_keys, needs_token })
    }

    /// Whether its pictures are painted by a simulator.
    pub fn is_simulator(&self) -> bool {
        self.engine == "simulator"
    }
}

/// What kind of counterpart there is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// The relay that served this page.
    Here(RelayInfo),
    /// A relay somewhere else.
    Relay(RelayInfo),
    /// The service itself.
    Direct,
}

/// A usable connection.
#[derive(Clone)]
pub struct Connection {
    /// What it leads to.
    pub kind: Kind,
    /// Where the protocol's paths begin.
    pub base: Base,
    /// What is put on each request, if anything.
    pub credentials: Option<Credentials>,
    /// What its relay knows this person by.
    pub token: Option<Token>,
    /// What tabs know it by.
    id: String,
    /// When its keys are to be forgotten.
    until: Option<Ms>,
}

/// What the window is told when the models were asked for: the keys may have been refused.
const ASKED: &str = "komposition-models";

/// The text that hands a tested connection to the first program: what is kept of it, and on a second line what its
/// relay has said of itself.
fn tested_text(kept: &Kept, connection: &Connection) -> String {
    let info = match &connection.kind {
        Kind::Here(info) | Kind::Relay(info) => info.to_text(),
        Kind::Direct => String::new(),
    };
    kept.to_hand() + "\n" + &info
}

fn tested_connection(text: &str) -> Option<Connection> {
    let (kept, info) = text.split_once('\n')?;
    let info = serde_json::from_str(info).ok().and_then(|value| RelayInfo::read(&value));
    search::with(&Kept::from_hand(kept), info).ok()
}

/// Doors between the programs: use the connection in the text; forget the keys of the connection with that id; is
/// nothing being made? were the keys refused?
const USE: &str = "use-connection";
const FORGET: &str = "forget-keys";
const IDLE: &str = "idle";
const KEYS_REFUSED: &str = "keys-refused";

/// Whether there is a connection.
#[derive(Clone)]
pub enum Link {
    /// Looking for one.
    Searching,
    /// None is set up.
    Missing,
    /// One is set up; whether it works, [`Models`] tell.
    Ready(Connection),
}

/// The pipelines of the connection.
#[derive(Clone)]
pub enum Models {
    /// Not asked yet, or being asked.
    Asking,
    /// What makes pictures here. May be empty.
    Ready(Vec<Pipeline>),
    /// They could not be had.
    Failed(ApiError),
}

/// What availability said last.
#[derive(Clone, PartialEq)]
pub enum Open {
    /// Nothing yet, or nothing readable.
    Unknown,
    /// The service's word, and whether it means "takes runs".
    Said {
        /// The word.
        word: String,
        /// Whether runs are taken.
        active: bool,
    },
}

/// The connection and what is known through it: the one home of both.
#[derive(Clone, Copy)]
pub struct Connections {
    /// The connection.
    pub link: State<Link>,
    /// Its pipelines.
    pub models: State<Models>,
    /// The pipeline a person chose, by its identifier.
    pub chosen: State<Option<String>>,
    /// Its availability.
    pub open: State<Open>,
    /// The service's styles; built in until fresher ones are read.
    pub styles: State<Vec<Style>>,
    /// There is a connection, and its keys are in the vault, which is locked.
    pub locked: State<bool>,
    /// Every connection that was used in this tab, the newest first: jobs go on over the one they were begun with.
    used: State<Vec<Service>>,
    /// How often a connection was looked for: what an earlier search finds is no longer wanted.
    searches: State<u32>,
    /// How often in a row the models could not be had, and when they are asked for again.
    again: State<(u32, Option<clock::WakeUp>)>,
    /// Called when a connection is found that could not be reached before.
    found: State<Option<Box<dyn Fn()>>>,
}

impl Connections {
    /// Nothing connected yet.
    pub fn new() -> Self {
        Self {
            used: State::new(vec![]),
            searches: State::new(0),
            again: State::new((0, None)),
            found: State::new(None),
            link: State::new(Link::Searching),
            models: State::new(Models::Asking),
            chosen: State::new(None),
            open: State::new(Open::Unknown),
            styles: State::new(built_in_styles()),
            locked: State::new(false),
        }
    }

    /// Finds a connection: the one chosen earlier, else the relay that served this page.
    pub async fn search(self) {
        let search = self.overtake();
        let found = search::find(&custody::read()).await;
        if self.searches.try_peek(|n| *n == search) != Some(true) {
            return;
        }
        match found {
            Ok(connection) => {
                self.connect(connection);
                self.found.peek(|found| found.iter().for_each(|found| found()));
            }
            Err(wrong) => {
                self.locked.set(wrong == Wrong::Locked);
                self.link.set(Link::Missing);
                match wrong {
                    // There may well be one: it is looked for again.
                    Wrong::Api(error) => self.fail(error),
                    _ => self.models.set(Models::Asking),
                }
            }
        }
    }

    /// `found` is called when a connection is found that could not be reached before.
    pub fn on_found(self, found: impl Fn() + 'static) {
        self.found.quietly(|place| *place = Some(Box::new(found)));
    }

    /// What a search that is under way finds is no longer wanted.
    fn overtake(self) -> u32 {
        self.searches.quietly(|n| *n += 1);
        self.searches.get_untracked()
    }

    /// Answers what the connection page in the second program asks for, and forgets keys when that is to be. `mended` is
    /// called when it has set up a connection; `idle` says whether nothing is being made.
    pub fn offer(self, mended: impl Fn() + 'static, idle: impl Fn() -> bool + 'static) {
        doors::offer(USE, move |tested| {
            if let Some(connection) = tested_connection(&tested) {
                self.overtake();
                self.connect(connection);
                mended();
            }
            String::new()
        });
        doors::offer(FORGET, move |id| {
            self.forget(Some(&id));
            String::new()
        });
        doors::offer(IDLE, move |_| String::from(if idle() { IDLE } else { "" }));
        custody::on_forgotten(move |id| self.forget(id));
        // By the clock and not by one long timer, which stands still while the machine sleeps.
        clock::every_second(move || {
            let over = self.link.peek(|link| match link {
                Link::Ready(connection) => connection.until.is_some_and(|until| until <= clock::now()),
                Link::Searching | Link::Missing => false,
            });
            if over {
                self.forget(None);
            }
        });
        doors::offer(KEYS_REFUSED, move |_| {
            let refused =
                self.models.peek(|models| matches!(models, Models::Failed(ApiError::Unauthorized { .. })));
            String::from(if refused { KEYS_REFUSED } else { "" })
        });
        // Whoever shows the key fields asks again.
        follow(move || {
            self.models.with(|_| ());
            page::tell(ASKED);
        });
    }

    /// This tab forgets the keys of the connection with this id, or of whichever is in use, and goes on with what the
    /// storage still says. Jobs that are on their way keep what their answers need; nothing is begun with it any more.
    fn forget(self, id: Option<&str>) {
        self.used.quietly(|used| used.iter_mut().for_each(|service| service.forget(id)));
        let concerned = self.link.peek(|link| match link {
            Link::Ready(connection) => id.is_none_or(|id| id == connection.id),
            // The search may have read the keys before they were forgotten.
            Link::Searching => true,
            Link::Missing => false,
        });
        if concerned {
            if !self.link.peek(|link| matches!(link, Link::Searching)) {
                self.link.set(Link::Missing);
                self.models.set(Models::Asking);
            }
            spawn(self.search());
        }
    }

    /// Uses this connection from now on, and asks it for what it offers.
    pub fn connect(self, connection: Connection) {
        let service = Service::new(connection.clone());
        self.used.quietly(|used| {
            let place = service.place();
            used.retain(|old| old.place() != place);
            used.insert(0, service);
        });
        self.locked.set(false);
        self.link.set(Link::Ready(connection));
        self.models.set(Models::Asking);
        self.again.set((0, None));
        self.open.set(Open::Unknown);
        self.ask_models();
        self.refresh_styles();
    }

    /// The connection, if there is one.
    pub fn service(self) -> Option<Service> {
        self.link.peek(|link| match link {
            Link::Ready(connection) => Some(Service::new(connection.clone())),
            Link::Searching | Link::Missing => None,
        })
    }

    /// The connection that leads to a place ([`Service::place`]), if this tab knows one. `begin`: something shall be begun
    /// over it, for which forgotten keys are not used any more.
    pub fn service_for(self, place: &str, begin: bool) -> Option<Service> {
        let fits = |service: &&Service| service.place() == place && !(begin && service.is_forgotten());
        self.used.peek(|used| used.iter().find(fits).cloned())
    }

    /// Asks for the pipelines (again).
    pub fn ask_models(self) {
        let Some(service) = self.service() else {
            // It was the one who knows where the service is that could not be asked.
            if self.failed_untracked() {
                spawn(self.search());
            }
            return;
        };
        // What was said of a failure stays until there is something better to say.
        if !self.failed_untracked() {
            self.models.set(Models::Asking);
        }
        spawn(async move {
            let answer = service.pipelines().await;
            if !self.is_current(&service) {
                return;
            }
            match answer {
                Ok(all) => {
                    let usable: Vec<_> = all.into_iter().filter(Pipeline::makes_pictures).collect();
                    self.models.set(Models::Ready(usable));
                    self.again.set((0, None));
                    self.ask_availability();
                }
                Err(error) => self.fail(error),
            }
        });
    }

    /// The models could not be had; what passes is tried again.
    fn fail(self, error: ApiError) {
        if error.is_passing() {
            let faults = self.again.peek(|(faults, _)| faults + 1);
            let time = clock::now() + studio::schedule::backoff(faults, error.retry_after());
            self.again.set((faults, Some(clock::at(time, move || self.ask_models()))));
        }
        self.models.set(Models::Failed(error));
    }

    /// Asks whether the pipeline in use takes runs. Advice, never a gate.
    pub fn ask_availability(self) {
        let pipeline = self
            .models
            .peek(|models| self.chosen.peek(|chosen| pick(models, chosen.as_deref()).map(|p| p.id.clone())));
        let (Some(service), Some(pipeline)) = (self.service(), pipeline) else { return };
        spawn(async move {
            let answer = service.availability(&pipeline).await;
            if self.is_current(&service) {
                self.open.set(match answer {
                    Ok(a) => Open::Said { word: a.word.as_str().to_owned(), active: a.word.is_active() },
                    Err(_) => Open::Unknown,
                });
            }
        });
    }

    /// The built-in styles are good enough: whatever goes wrong here is not worth a word.
    fn refresh_styles(self) {
        let Some(service) = self.service() else { return };
        spawn(async move {
            if let Ok(styles) = service.styles().await
                && !styles.is_empty()
                && self.is_current(&service)
            {
                self.styles.set(styles);
            }
        });
    }

    /// Puts the model in use into a request for one that this service does not offer.
    pub fn mend_pipeline(self, request: &mut RunRequest) {
        self.models.peek(|models| {
            let Models::Ready(list) = models else { return };
            if !list.iter().any(|p| p.id == request.pipeline)
                && let Some(pipeline) = self.chosen.peek(|chosen| pick(models, chosen.as_deref()))
            {
                request.pipeline = pipeline.id.clone();
            }
        });
    }

    fn failed_untracked(self) -> bool {
        self.models.peek(|models| matches!(models, Models::Failed(_)))
    }

    fn is_current(self, service: &Service) -> bool {
        self.link.peek(|link| matches!(link, Link::Ready(c) if service.leads_to(c)))
    }

    /// Looks at the pipeline that runs go to: the chosen one, else the best.
    pub fn pipeline<T>(self, look: impl FnOnce(&Pipeline) -> T) -> Option<T> {
        self.models.with(|models| self.chosen.with(|chosen| pick(models, chosen.as_deref()).map(look)))
    }

    /// Whether the connection's models could not be had.
    pub fn failed(self) -> bool {
        self.models.with(|models| matches!(models, Models::Failed(_)))
    }

    /// The style to send for a chosen name: none for the service's "no style".
    pub fn style(self, name: &str) -> Option<StyleName> {
        StyleName::new(name).filter(|name| !name.is_default())
    }
}

fn pick<'a>(models: &'a Models, chosen: Option<&str>) -> Option<&'a Pipeline> {
    let Models::Ready(list) = models else { return None };
    let chosen = list.iter().find(|p| Some(p.id.as_str()) == chosen);
    // None ACTIVE is advice only: the first one may take runs all the same.
    chosen.or_else(|| default_pipeline(list)).or_else(|| list.first())
}
