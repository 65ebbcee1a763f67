//! Backups: a plain ZIP that any tool opens, with the pictures, what is known of each, an inventory with hashes, and a page
//! that shows them offline.
//!
//! ```text
//! manifest.json                          format, version, and of each picture: name, hash, size
//! pictures/20261122-190833-1a2b3c4d.png  the bytes as they were received
//! pictures/20261122-190833-1a2b3c4d.json the row of the library
//! index.html  README.txt
//! ```
//!
//! [`Writer`] takes one picture at a time and never holds more than that one. [`open`] reads any such file, also a hostile
//! one: a name from inside only ever finds its entry, sizes are bounds and not promises, and a picture whose hash is wrong
//! is reported and passed over.

mod error;
mod item;
mod manifest;
mod pieces;
mod read;
mod tail;
mod viewer;
mod write;

#[cfg(test)]
mod tests;

pub use error::{Damage, OpenError, WriteError};
pub use item::{Restored, loose};
pub use pieces::Pieces;
pub use read::{Backup, Damaged, Limits, PICTURE_BYTES, Plan, open};
pub use write::{About, Added, DEFAULT_PART_BYTES, Writer, Written, part_name};

/// SHA-256 in small hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
