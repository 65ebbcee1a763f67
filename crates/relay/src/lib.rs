//! One HTTP door in front of an engine that speaks the Fusion Brain protocol.
//!
//! Two engines stand behind it: the real service somewhere else (streamed through, keys put on here or passed on
//! from the client), and the simulator inside this process. The door itself is the same for both: five routes,
//! CORS, own failures in the service's own shape, and optionally the files of the app.
//!
//! [`run`] takes a listener, [`Settings`] and a future that says when to stop; `main` only turns [`Flags`] into them.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod app_files;
mod connector;
mod delivery;
mod flags;
mod frame;
mod hold;
mod keys;
mod origin;
mod people;
mod refusal;
mod router;
mod server;
mod settings;
mod simulated;
mod upstream;

pub use flags::{FlagError, Flags};
pub use hold::{HoldPlace, HoldSettings};
pub use keys::{KeysFileError, read_keys_file};
pub use origin::{Origin, OriginError};
pub use server::{Server, run, stop_asked};
pub use settings::{EngineSettings, Keys, Limits, Settings, StartError};
