//! From what is kept about a connection to one that can be used.

use fusionbrain::{ApiError, Base, Token};

use super::{
    Connection, Kind, RelayInfo,
    custody::{Choice, Kept},
    preset,
};
use crate::browser::{http, page};

/// Why a connection cannot be used.
#[derive(Clone, PartialEq)]
pub(super) enum Wrong {
    Address,
    NoRelayHere,
    NotARelay,
    KeysMissing,
    /// The page's owner allows other addresses only.
    NotAllowed,
    Api(ApiError),
}

/// The simulator inside this page. It is always there.
pub(super) fn demo() -> Option<Connection> {
    let base = Base::new(http::DEMO).ok()?;
    Some(Connection { kind: Kind::Demo, base, credentials: None, token: None })
}

/// The relay that served this page, if one did.
pub(super) async fn here(token: Option<&Token>) -> Result<(Base, RelayInfo), ApiError> {
    let base = page::folder().and_then(|folder| Base::new(&folder).ok());
    let base = base.ok_or(ApiError::NotFound { text: String::new() })?;
    let info = RelayInfo::ask(&base, token).await?;
    Ok((base, info))
}

/// The connection that is described, asking a relay who it is.
pub(super) async fn find(kept: &Kept) -> Result<Connection, Wrong> {
    let token = &kept.token();
    let token = token.as_ref();
    let info = match kept.choice {
        Choice::Here => {
            let here = here(token).await.map_err(|error| match error {
                ApiError::NotFound { .. } => Wrong::NoRelayHere,
                error => Wrong::Api(error),
            })?;
            Some(here.1)
        }
        Choice::Relay => {
            let base = Base::new(&kept.relay).map_err(|_| Wrong::Address)?;
            let info = RelayInfo::ask(&base, token).await.map_err(|error| match error {
                ApiError::NotFound { .. } => Wrong::NotARelay,
                error => Wrong::Api(error),
            })?;
            Some(info)
        }
        Choice::Direct | Choice::Demo => None,
    };
    with(kept, info)
}

/// Whether the address that was entered is one, and may be used. To be asked before [`find`].
pub(super) fn check(kept: &Kept) -> Result<(), Wrong> {
    let address = match kept.choice {
        Choice::Relay => &kept.relay,
        Choice::Direct => &kept.direct,
        Choice::Here | Choice::Demo => return Ok(()),
    };
    let base = Base::new(address).map_err(|_| Wrong::Address)?;
    if preset::allows(&base) { Ok(()) } else { Err(Wrong::NotAllowed) }
}

/// The connection that is described, with what its relay has said of itself.
pub(super) fn with(kept: &Kept, info: Option<RelayInfo>) -> Result<Connection, Wrong> {
    let needs_keys = info.as_ref().is_none_or(RelayInfo::needs_keys);
    let address = match kept.choice {
        Choice::Here => &page::folder().unwrap_or_default(),
        Choice::Relay => &kept.relay,
        Choice::Direct => &kept.direct,
        Choice::Demo => return demo().ok_or(Wrong::Address),
    };
    let base = Base::new(address).map_err(|_| Wrong::Address)?;
    let kind = match (kept.choice, info) {
        (Choice::Here, Some(info)) => Kind::Here(info),
        (Choice::Relay, Some(info)) => Kind::Relay(info),
        (Choice::Direct, _) => Kind::Direct,
        (Choice::Here | Choice::Relay, None) | (Choice::Demo, _) => return Err(Wrong::NotARelay),
    };
    let credentials = kept.credentials();
    if needs_keys && credentials.is_none() {
        return Err(Wrong::KeysMissing);
    }
    // Keys go to a relay only if it asks for them; a token is nothing for the service itself.
    let token = kept.token().filter(|_| kind != Kind::Direct);
    Ok(Connection { kind, base, credentials: credentials.filter(|_| needs_keys), token })
}
