//! From what is kept about a connection to one that can be used.

use fusionbrain::{ApiError, Base};

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
    Api(ApiError),
}

/// The relay that served this page, if one did.
pub(super) async fn here() -> Result<(Base, RelayInfo), ApiError> {
    let base = page::folder().and_then(|folder| Base::new(&folder).ok());
    let base = base.ok_or(ApiError::NotFound { text: String::new() })?;
    let info = RelayInfo::ask(&base).await?;
    Ok((base, info))
}

/// The connection that is described, asking a relay who it is.
pub(super) async fn find(kept: &Kept) -> Result<Connection, Wrong> {
    let (kind, base, needs_keys) = match kept.choice {
        Choice::Here => {
            let (base, info) = here().await.map_err(|error| match error {
                ApiError::NotFound { .. } => Wrong::NoRelayHere,
                error => Wrong::Api(error),
            })?;
            let needs_keys = info.needs_keys;
            (Kind::Here(info), base, needs_keys)
        }
        Choice::Relay => {
            let base = Base::new(&kept.relay).map_err(|_| Wrong::Address)?;
            let info = RelayInfo::ask(&base).await.map_err(|error| match error {
                ApiError::NotFound { .. } => Wrong::NotARelay,
                error => Wrong::Api(error),
            })?;
            let needs_keys = info.needs_keys;
            (Kind::Relay(info), base, needs_keys)
        }
        Choice::Direct => (Kind::Direct, Base::new(&kept.direct).map_err(|_| Wrong::Address)?, true),
    };
    let credentials = kept.credentials();
    if needs_keys && credentials.is_none() {
        return Err(Wrong::KeysMissing);
    }
    // Keys go to a relay only if it asks for them.
    Ok(Connection { kind, base, credentials: credentials.filter(|_| needs_keys) })
}
