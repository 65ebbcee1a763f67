//! Who is asking.

mod list;
mod register;
mod token;
mod trust;

use list::List;
pub use register::RegisterError;
pub(crate) use register::{Person, Register};
pub(crate) use token::Token;
pub use trust::Trust;

use crate::address::Peer;
use crate::refusal::Refusal;
use crate::settings::{Allowance, EngineSettings, Keys, Settings};
use axum::http::{HeaderMap, StatusCode, header};
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

/// Somebody the door let in. Holds nothing secret, so that it may be shown and logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    id: Arc<str>,
    name: Arc<str>,
    allowance: Allowance,
}

impl Caller {
    /// The one caller of a relay that knows no people: whoever reaches it.
    pub(crate) fn anyone() -> Self {
        static ANYONE: LazyLock<Caller> =
            LazyLock::new(|| Caller { id: "".into(), name: "".into(), allowance: Allowance::default() });
        ANYONE.clone()
    }

    /// Names the caller, the same on every machine and after every restart. Empty for [`Caller::anyone`].
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Who it is, for people.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// How much this caller may have made.
    pub(crate) fn allowance(&self) -> Allowance {
        self.allowance
    }

    /// Whether this relay knows no people at all, so that nothing is anybody's.
    pub(crate) fn is_anyone(&self) -> bool {
        self.id.is_empty()
    }
}

/// Why a request has no caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// It did not say who it is.
    Nameless,
    /// It showed a token that opens nothing.
    Refused,
}

/// Everybody who may come in, and how they are recognised.
pub(crate) struct People {
    list: Option<List>,
    trust: Option<Trust>,
    /// For those of whom nothing else is said.
    usual: Allowance,
    /// Whether `X-Secret` may hold a token: not where it holds a secret for the service.
    in_secret: bool,
}

impl People {
    /// # Errors
    /// When the people's file cannot be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self, RegisterError> {
        let clients_keys =
            matches!(&settings.engine, EngineSettings::Fusionbrain { keys: Keys::FromClient, .. });
        Ok(Self {
            list: settings.people.as_deref().map(List::open).transpose()?,
            trust: settings.trust.clone(),
            usual: settings.allowance,
            in_secret: !clients_keys,
        })
    }

    /// Whether anybody is asked who they are.
    pub(crate) fn any(&self) -> bool {
        self.list.is_some() || self.trust.as_ref().is_some_and(Trust::names_people)
    }

    /// Reads the people's file again, whether it seems to have changed or not.
    pub(crate) fn reload(&self) {
        if let Some(list) = &self.list {
            list.reload();
        }
    }

    /// Who is asking.
    pub(crate) fn who(&self, peer: Peer, headers: &HeaderMap) -> Result<Caller, Stranger> {
        if !self.any() {
            return Ok(Caller::anyone());
        }
        if let Some(name) = self.trust.as_ref().and_then(|trust| trust.name(peer.0, headers)) {
            // A mark that no token's id has: nobody becomes somebody else by their name.
            let id = format!("header:{name}").into();
            return Ok(Caller { id, name: name.into(), allowance: self.usual });
        }
        let shown = self.shown(headers).ok_or(Stranger::Nameless)?;
        let list = self.list.as_ref().ok_or(Stranger::Refused)?;
        let token = Token::read(shown).ok_or(Stranger::Refused)?;
        let register = list.now();
        let person = register.owner(&token).filter(|person| !person.expired(SystemTime::now()));
        person.map(|person| self.caller(person)).ok_or(Stranger::Refused)
    }

    fn caller(&self, person: &Person) -> Caller {
        Caller {
            id: person.id.as_str().into(),
            name: person.name.as_str().into(),
            allowance: Allowance {
                runs_a_day: person.runs_a_day.or(self.usual.runs_a_day),
                at_once: person.at_once.or(self.usual.at_once),
            },
        }
    }

    /// What was shown as a token: as `Authorization: Bearer`, or, by scripts that only know a key and a secret, as the
    /// secret.
    fn shown<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            let value = value.to_str().unwrap_or_default();
            return Some(scheme(value, "Bearer").unwrap_or_default());
        }
        let secret = headers.get("x-secret").filter(|_| self.in_secret)?.to_str().unwrap_or_default();
        Some(scheme(secret, "Secret").unwrap_or(secret).trim()).filter(|secret| !secret.is_empty())
    }
}

/// What follows the word, in whatever case it is written.
fn scheme<'a>(value: &'a str, word: &str) -> Option<&'a str> {
    let (first, rest) = value.trim().split_once(' ')?;
    first.eq_ignore_ascii_case(word).then(|| rest.trim())
}

impl Stranger {
    /// 401. It does not say in what way a token is wrong (unknown, revoked, expired): whoever guesses learns nothing.
    pub(crate) fn refusal(self) -> Refusal {
        let message = match self {
            Self::Nameless => {
                "This relay wants to know who you are: send your token as Authorization: Bearer, or as X-Secret."
            }
            Self::Refused => "This token opens nothing here: it is wrong, has been revoked or has expired.",
        };
        Refusal::new(StatusCode::UNAUTHORIZED, message)
    }
}
