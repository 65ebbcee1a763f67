//! Life inside somebody else's page: what the host and the studio say to each other, who may say what, and how often.
//!
//! A message is a JSON text: an object whose `komposition` names what it is. What a host says is read by [`read`], which
//! takes anything and trusts nothing; what the studio says is written by [`Told`]. [`Hosts`] knows which pages may do more
//! than strangers, [`Pace`] how often somebody may speak. The messages stand in `docs/embedding/messages.schema.json`.

mod heard;
mod hosts;
mod pace;
mod snippet;
mod told;

#[cfg(test)]
mod tests;

pub use heard::{Configure, Heard, LONGEST, Preset, Refusal, read};
pub use hosts::{Above, Hosts, Standing};
pub use pace::Pace;
pub use snippet::{Snippet, listing};
pub use told::{Ended, Told, UNASKED};

/// The version of the protocol. Another one is another language: fields may be added within one, none changes its meaning.
pub const VERSION: u64 = 1;
