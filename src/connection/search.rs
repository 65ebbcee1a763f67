//! From what is kept about a connection to one that can be used.

use fusionbrain::{ApiError, Base, Token};

use super::{
    Connection, Kind, RelayInfo,
    custody::{Choice, Kept},
};
use crate::browser::page;

/// Why a connection cannot be used.
#[derive(Clone, PartialEq)]
pub(super) enum Wrong {
    Address,
    NoRelayHere,
    NotARelay,
    KeysMissing,
    /// The keys are in the vault, and it is locked.
    Locked,
    TokenMissing,
    Api(ApiError),
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
        Choice::Direct => None,
    };
    with(kept, info)
}

/// The connection that is described, with what its relay has said of itself.
pub(super) fn with(kept: &Kept, info: Option<RelayInfo>) -> Result<Connection, Wrong> {
    let needs_keys = info.as_ref().is_none_or(|info| info.needs_keys);
    let address = match kept.choice {
        Choice::Here => &page::folder().unwrap_or_default(),
        Choice::Relay => &kept.relay,
        Choice::Direct => &kept.direct,
    };
    let base = Base::new(address).map_err(|_| Wrong::Address)?;
    let kind = match (kept.choice, info) {
        (Choice::Here, Some(info)) => Kind::Here(info),
        (Choice::Relay, Some(info)) => Kind::Relay(info),
        (Choice::Direct, _) => Kind::Direct,
        (_, None) => return Err(Wrong::NotARelay),
    };
    let (credentials, token) = (kept.credentials(), kept.token());
    let needs_token = matches!(&kind, Kind::Here(info) | Kind::Relay(info) if info.needs_token);
    let lacks_keys = needs_keys && credentials.is_none();
    if lacks_keys || (needs_token && token.is_none()) {
        return Err(match kept.is_locked() {
            true => Wrong::Locked,
            false if lacks_keys => Wrong::KeysMissing,
            false => Wrong::TokenMissing,
        });
    }
    // Keys go to a relay only if it asks for them; a token is nothing for the service itself.
    let token = token.filter(|_| kind != Kind::Direct);
    let credentials = credentials.filter(|_| needs_keys);
    Ok(Connection { kind, base, credentials, token, id: kept.id.clone(), until: kept.until() })
}
