//! Every sentence of the protocol's description as a named case. One binary, one module a call.
#![allow(clippy::unwrap_used, missing_docs)]

mod availability;
mod bodies;
mod corpus;
mod file;
mod pipelines;
#[cfg(not(target_family = "wasm"))]
mod properties;
mod run;
mod sending;
mod status;
mod styles;
mod table;
mod texts;
