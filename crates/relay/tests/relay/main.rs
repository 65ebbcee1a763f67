//! The relay over real sockets: every sentence that its issue says about it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod app;
mod command;
mod cors;
mod door;
mod hold;
mod hold_restart;
mod hold_shared;
mod official_samples;
mod pass_through;
mod secrets;
mod simulated;
mod stopping;
mod support;
mod upstream_trouble;
