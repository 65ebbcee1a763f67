//! The browser itself: the only folder that touches web-sys and js-sys.

pub mod clock;
pub mod crash;
pub mod doors;
pub mod files;
pub mod http;
pub mod node;
pub mod page;
pub mod shell;
pub mod storage;
