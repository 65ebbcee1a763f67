//! The harness of the end-to-end tests: the real built app, the real relay binary, real Chromium, Firefox and
//! WebKitGTK, real sockets. The tests themselves are in `tests/e2e/`, one file a subject.
//!
//! # Running
//!
//! `cargo xtask test --only e2e` builds everything, sets what is below and runs all of it. By hand:
//!
//! ```text
//! cargo xtask build                                              # dist/ and the relay
//! KOMPOSITION_RELAY=target/release/komposition-relay cargo test -p komposition-tests
//! ```
//!
//! Every test in every engine is a test of its own, named `engine::subject::sentence`, so the usual filters work:
//!
//! ```text
//! cargo test -p komposition-tests -- --list
//! cargo test -p komposition-tests -- firefox::                                       # one engine
//! cargo test -p komposition-tests -- demo::                                          # one subject, all engines
//! cargo test -p komposition-tests -- --exact webkit::demo::picture_of_the_prompt     # one test in one engine
//! ```
//!
//! | variable | what | else |
//! | --- | --- | --- |
//! | `KOMPOSITION_RELAY` | the relay binary | `komposition-relay` beside the test binary, in `debug` or `release` |
//! | `KOMPOSITION_APP` | the folder of the built app | `dist` of the workspace |
//! | `KOMPOSITION_BROWSERS` | `chromium,firefox,webkit`, or fewer of them | all three |
//! | `KOMPOSITION_GECKODRIVER` | the geckodriver binary | `geckodriver` on `PATH` |
//! | `KOMPOSITION_AXE` | axe-core's `axe.min.js`, which looks for what shuts people out (`axe::`) | those tests fail |
//! | `KOMPOSITION_KILLS` | how many moments of a job's life a browser is killed at (`kills::`) | 5 |
//! | `KOMPOSITION_SEED` | which moments these are | 1 |
//! | `KOMPOSITION_ENGINES_AT_ONCE` | how many engines work side by side | all of them: tests mostly wait |
//!
//! A missing browser, driver, relay or app is a failed test with a sentence that says how to get it. Nothing is skipped.
//!
//! # How it works
//!
//! * One browser session an engine, started by the first test that wants it and reused by the next ones: a session
//!   a test would cost seconds. Within an engine tests run one after the other.
//! * Each test starts its own relay on port 0, so each has an origin, and with it a storage, of its own. What it left
//!   there is cleared afterwards all the same, because the system hands ports out again.
//! * Nothing sleeps for a guessed time: [`wait::until`] asks for a state the app shows, and when it does not come says
//!   what was there instead.
//! * After a test nothing may be left in `window.kompositionFaults`, where the app's first script keeps every
//!   `window.onerror`, unhandled rejection and CSP violation. A test that provokes faults takes them out first.
//! * When a test fails, a screenshot and the page's HTML are kept in `e2e-failures/` of the target folder; the message names them.
//! * Drivers, browsers, relays and the X server live in process groups that are ended with the session, on a panic and on ctrl-c.

pub mod engine;
pub mod host;
pub mod job;
pub mod lasting;
mod origins;
pub mod people;
pub mod process;
mod puppet;
pub mod relay;
pub mod screens;
pub mod service;
pub mod session;
pub mod settings;
pub mod stage;
pub mod static_host;
pub mod suite;
pub mod wait;

pub use engine::Engine;
pub use host::Host;
pub use job::Job;
pub use lasting::Lasting;
pub use people::People;
pub use relay::Relay;
pub use service::{Script, Service, Wasm};
pub use settings::Settings;
pub use stage::Stage;
pub use static_host::StaticHost;
pub use suite::Test;
