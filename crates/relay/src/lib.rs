//! One HTTP door in front of an engine that speaks the Fusion Brain protocol.
//!
//! Three engines stand behind it: the real service somewhere else (streamed through, keys put on here or passed on
//! from the client), the simulator inside this process, and any server with `POST /images/generations` (translated).
//! The door itself is the same for all: a few fixed routes, people and what they may, answers that are held until they are
//! acknowledged, CORS, own failures in the service's own shape, and optionally the files of the app.
//!
//! [`run`] takes a listener, [`Settings`] and a future that says when to stop; `main` only turns [`Flags`] into them.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address;
mod app_files;
mod config_file;
mod connector;
mod delivery;
mod embedding;
mod engine;
mod final_answer;
mod flags;
mod form;
mod frame;
mod guard_flags;
mod hold;
mod keys;
mod lingering;
mod manners;
mod metrics;
mod openai;
mod origin;
mod ownership;
mod people;
mod places;
mod rates;
mod refusal;
mod router;
mod run_form;
mod server;
mod settings;
mod simulated;
mod token_command;
mod upstream;

pub use config_file::ReadError;
pub use embedding::Embedding;
pub use flags::{Command, FlagError, Flags, LogFormat};
pub use hold::{HoldPlace, HoldSettings};
pub use keys::{KeysFileError, read_keys_file, read_upstream_key_file};
pub use openai::OpenAiSettings;
pub use origin::{Ancestor, Origin, OriginError};
pub use people::{RegisterError, Trust};
pub use server::{Server, listen, run, stop_asked};
pub use settings::{Allowance, EngineSettings, Keys, Limits, Rates, Settings, StartError};
pub use token_command::{TokenCommand, TokenError};
