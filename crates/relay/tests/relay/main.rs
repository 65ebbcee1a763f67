//! The relay over real sockets: every sentence that its issue says about it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod app;
mod attacks;
mod command;
mod cors;
mod deploy;
mod door;
mod fuzzed;
mod hold;
mod hold_restart;
mod hold_shared;
mod limits;
mod numbers;
mod official_samples;
mod openai;
mod openai_answers;
mod openai_links;
mod openapi;
mod pass_through;
mod people;
mod people_held;
mod secrets;
mod simulated;
mod stopping;
mod support;
mod upstream_trouble;
