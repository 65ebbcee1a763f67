//! Life inside somebody else's page: see docs/embedding/ and docs/decisions/0024-inside-another-page.md.
//!
//! The shell notices that the page is framed, and marks it (`<html data-embed>`): `unknown` until a page whose origin is
//! listed has said hello, then `known`. The conversation with the page around is loaded with the works; the room that makes
//! the snippet is one of the second program's.

mod bar;
mod frame;
mod outcome;
mod snippet_page;

pub use frame::live;
pub use snippet_page::{snippet_page, way};
