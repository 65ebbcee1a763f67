//! The browser itself: the only folder that touches web-sys and js-sys.

pub mod calendar;
pub mod channel;
pub mod clock;
pub mod config;
pub mod crash;
pub mod database;
pub mod doors;
pub mod elements;
pub mod files;
pub mod forget;
pub mod growing;
pub mod http;
mod js;
pub mod locks;
pub mod node;
pub mod notifications;
pub mod outside;
pub mod page;
pub mod picked;
pub mod questions;
pub mod random;
pub mod save;
pub mod shell;
pub mod storage;
pub mod storage_space;
pub mod thumbs;
pub mod worker;
