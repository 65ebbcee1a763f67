//! Where pictures come from: the relay that served this page, another relay, or the service itself.

mod custody;
mod form;
mod preset;
mod search;
mod service;

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
        page, storage,
    },
    i18n::t,
    ui::{State, follow, spawn},
};
use custody::{Choice, Kept};
use search::Wrong;

/// A relay is asked to wait for news no longer than this, in seconds: many proxies give a silent connection up after
/// thirty.
const LONGEST_WAIT: u64 = 25;

/// What a relay tells of itself at `relay/v1/config`.
#[derive(Debug, Clone, PartialEq)]
pub struct RelayInfo {
    /// As it came: both programs and what is loaded later read of it what they need.
    said: String,
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
        match answer.status {
            200 => Self::read(&String::from_utf8_lossy(&answer.body)),
            // Nobody but a relay asks for a token here.
            401 if token.is_some() => return Err(ApiError::Unauthorized { text: String::new() }),
            // A proxy whose relay is away for a moment: there is one.
            status @ 500.. => {
                return Err(ApiError::Server { status, text: String::new(), retry_after: None });
            }
            _ => None,
        }
        .ok_or(ApiError::NotFound { text: String::new() })
    }

    fn read(said: &str) -> Option<Self> {
        let info = Self { said: said.to_owned() };
        let value = info.value();
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        (text("relay")? == "komposition" && text("engine").is_some()).then_some(info)
    }

    fn value(&self) -> Value {
        serde_json::from_str(&self.said).unwrap_or_default()
    }

    fn needs_keys(&self) -> bool {
        self.value().get("needs_keys").and_then(Value::as_bool).unwrap_or_default()
    }

    /// What it does beyond the protocol, for what is loaded later: whether it keeps final answers until they are
    /// acknowledged, and for how many seconds it waits for news when it is asked to.
    fn offers(&self) -> (bool, u32) {
        let value = self.value();
        let hold = value.get("hold").and_then(Value::as_bool).unwrap_or_default();
        (hold, value.get("wait").and_then(Value::as_u64).unwrap_or_default().min(LONGEST_WAIT) as u32)
    }

    /// Whether its pictures are painted by a simulator.
    pub fn is_simulator(&self) -> bool {
        self.value().get("engine").and_then(Value::as_str) == Some("simulator")
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
    /// The simulator inside this page.
    Demo,
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
}

/// What the window is told when the models were asked for: the keys may have been refused.
const ASKED: &str = "komposition-models";

/// The text that hands a tested connection to the first program: what is kept of it, and on a second line what its
/// relay has said of itself.
fn tested_text(kept: &Kept, connection: &Connection) -> String {
    let info = match &connection.kind {
        Kind::Here(info) | Kind::Relay(info) => &info.said,
        Kind::Direct | Kind::Demo => "",
    };
    custody::to_text(kept) + "\n" + info
}

fn tested_connection(text: &str) -> Option<Connection> {
    let (kept, info) = text.split_once('\n')?;
    search::with(&custody::from_text(kept), RelayInfo::read(info)).ok()
}

/// Under which it is stored that no relay served this page.
const NOBODY: &str = "nobody";

/// Doors between the programs: use the connection in the text; forget the keys in use; were the keys refused?
const USE: &str = "use-connection";
const FORGET: &str = "forget-keys";
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
    /// What its relay said of itself last; null where there is none.
    relay: State<Value>,
    /// The service's styles; built in until fresher ones are read.
    pub styles: State<Vec<Style>>,
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
            relay: State::new(Value::Null),
            styles: State::new(built_in_styles()),
        }
    }

    /// Finds a connection: the one chosen earlier, else the relay that served this page.
    pub async fn search(self) {
        let search = self.overtake();
        let mut kept = custody::read();
        // A preset that makes no sense, or what the page's owner has ruled out since it was chosen.
        if search::check(&kept).is_err() {
            kept = Kept::default();
        }
        let mut found = search::find(&kept).await;
        // A page on a static host, before somebody who has neither keys nor a token: it works at once all the same. Without a
        // network it is what it was.
        let nobody = match &found {
            Ok(_) => {
                storage::write(NOBODY, "");
                false
            }
            Err(Wrong::NoRelayHere) => {
                storage::write(NOBODY, NOBODY);
                true
            }
            Err(Wrong::Api(ApiError::Unreachable)) => storage::read(NOBODY).as_deref() == Some(NOBODY),
            Err(_) => false,
        };
        if nobody && kept.choice == Choice::Here && kept.has_nothing() {
            found = search::demo().ok_or(Wrong::NoRelayHere);
        }
        if self.searches.try_peek(|n| *n == search) != Some(true) {
            return;
        }
        match found {
            Ok(connection) => {
                self.connect(connection);
                self.found.peek(|found| found.iter().for_each(|found| found()));
            }
            Err(wrong) => {
                self.relay.set(Value::Null);
                self.link.set(Link::Missing);
                match wrong {
                    // There may well be one: it is looked for again.
                    Wrong::Api(error) => self.fail(error),
                    _ => self.models.set(Models::Asking),
                }
            }
        }
    }

    /// Uses a relay in this tab, without keys and without keeping it. Says whether it can be used.
    pub async fn use_relay(self, address: &str) -> bool {
        let search = self.overtake();
        let relay = Kept { choice: Choice::Relay, relay: address.to_owned(), ..Kept::default() };
        let found = search::find(&relay).await;
        if self.searches.try_peek(|n| *n == search) != Some(true) {
            return true;
        }
        let Ok(connection) = found else { return false };
        self.connect(connection);
        self.found.peek(|found| found.iter().for_each(|found| found()));
        true
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

    /// Answers what the connection page in the second program asks for. `mended` is called when it has set up a
    /// connection.
    pub fn offer(self, mended: impl Fn() + 'static) {
        doors::offer(USE, move |tested| {
            if let Some(connection) = tested_connection(&tested) {
                self.overtake();
                self.connect(connection);
                mended();
            }
            String::new()
        });
        // This tab forgets the keys too; jobs that are on their way keep what their answers need.
        doors::offer(FORGET, move |_| {
            let (searching, with_keys) = self.link.peek(|link| match link {
                Link::Ready(connection) => (false, connection.credentials.is_some()),
                Link::Searching => (true, false),
                Link::Missing => (false, false),
            });
            if searching {
                // The search may have read the keys before they were forgotten.
                spawn(self.search());
            } else if with_keys {
                self.relay.set(Value::Null);
                self.models.set(Models::Asking);
                self.link.set(Link::Missing);
            }
            String::new()
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

    /// Uses this connection from now on, and asks it for what it offers.
    pub fn connect(self, connection: Connection) {
        let service = Service::new(connection.clone());
        self.used.quietly(|used| {
            let place = service.place();
            used.retain(|old| old.place() != place);
            used.insert(0, service);
        });
        self.relay.set(match &connection.kind {
            Kind::Here(info) | Kind::Relay(info) => info.value(),
            Kind::Direct | Kind::Demo => Value::Null,
        });
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

    /// The connection that leads to a place ([`Service::place`]), if this tab knows one.
    pub fn service_for(self, place: &str) -> Option<Service> {
        self.used.peek(|used| used.iter().find(|service| service.place() == place).cloned())
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

    /// Asks the relay again what it says to this person: a run was counted.
    pub async fn ask_relay(self, service: &Service) {
        if self.relay.peek(|relay| relay.get("who").is_some())
            && let Ok(info) = service.relay_info().await
            && self.is_current(service)
        {
            self.relay.set(info.value());
        }
    }

    /// By which name the relay knows this person, and how many more runs it takes from them today; empty where it does not
    /// tell people apart.
    pub fn person(self) -> String {
        self.relay.with(|relay| {
            let mut said = relay.get("who").and_then(Value::as_str).unwrap_or_default().to_owned();
            if let Some(left) = relay.get("runs_left").and_then(Value::as_u64) {
                for part in [" · ", t().left_today, " ", &left.to_string()] {
                    said.push_str(part);
                }
            }
            said
        })
    }

    /// Whether the relay's engine does nothing with this parameter of a run, by its name on the wire.
    pub fn ignores(self, parameter: &str) -> bool {
        self.relay.with(|relay| {
            let list = relay.get("ignores").and_then(Value::as_array);
            list.is_some_and(|list| list.iter().any(|word| word.as_str() == Some(parameter)))
        })
    }

    /// Whether it is the person's token that is missing or refused, and no key.
    pub fn wants_token(self) -> bool {
        let direct = |link: &Link| matches!(link, Link::Ready(connection) if connection.kind == Kind::Direct);
        self.models.with(|models| matches!(models, Models::Failed(ApiError::Unauthorized { .. })))
            && !self.link.with(direct)
            // A relay that refuses the token does not say who it is.
            && self.relay.with(|relay| relay.get("needs_token").and_then(Value::as_bool) != Some(false))
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
