//! A whole Fusion Brain service in memory: the same wire, scripted faults, painted pictures.
//!
//! For the demo in a tab, for the relay's `--engine simulator`, for tests, and for authors of bots who want a service
//! that runs on the desk, costs nothing and fails on command ([`WORDS`]).
//!
//! The crate is pure: time comes in as an argument, chance follows from [`Config::seed`], nothing is read or sent.
//! A carrier (an HTTP server, or the app itself) turns what it got into a [`Request`], gives it to
//! [`Simulator::handle`] and sends the [`Reply`]:
//!
//! ```
//! use fusionbrain::Headers;
//! use simulator::{Body, Config, Request, Simulator};
//!
//! let mut service = Simulator::new(Config::default());
//! let headers = Headers::none();
//! let path = "/key/api/v1/pipelines";
//! let request = Request { method: "GET", path, query: "type=TEXT2IMAGE", headers: &headers, body: Body::None };
//! let reply = service.handle(request, 0);
//! assert_eq!(reply.status, 200);
//! let pipelines = fusionbrain::read_pipelines(reply.status, &reply.headers(), &reply.body.into_bytes());
//! assert_eq!(pipelines.map(|list| list.len()), Ok(2));
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod paint;

mod catalogue;
mod config;
mod error;
mod form;
mod kept;
mod log;
mod painting;
mod reply;
mod request;
mod simulator;
mod task;
mod words;

pub use catalogue::{PIPELINE, paints};
pub use config::Config;
pub use form::{Malformed, Offered, Order};
pub use kept::Kept;
pub use log::{Event, LogEntry};
pub use painting::Painting;
pub use reply::{Delivery, Reply, ReplyBody, Ticket};
pub use request::{Body, Part, Request};
pub use simulator::Simulator;
pub use words::WORDS;
