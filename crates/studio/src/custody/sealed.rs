//! What a vault is on the disk: how to get from a passphrase to a key, and what that key opens.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// Bytes under AES-256-GCM, whose key PBKDF2-HMAC-SHA-256 makes of a passphrase. As texts in base64: who only wants to
/// know that something is sealed does not decode it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Rounds of PBKDF2.
    rounds: u32,
    salt: String,
    nonce: String,
    bytes: String,
}

/// What a [`Sealed`] is made of.
#[derive(Clone, PartialEq, Eq)]
pub struct Parts {
    /// Rounds of PBKDF2.
    pub rounds: u32,
    /// Its salt, [`Sealed::SALT`] bytes, new at each sealing.
    pub salt: Vec<u8>,
    /// The nonce, [`Sealed::NONCE`] bytes, new at each sealing.
    pub nonce: Vec<u8>,
    /// What is sealed, with the tag of 16 bytes at its end.
    pub bytes: Vec<u8>,
}

impl Sealed {
    /// Rounds of what is sealed anew: OWASP's least for PBKDF2-HMAC-SHA-256.
    pub const ROUNDS: u32 = 600_000;
    /// Nobody waits for more: a text that asks for them was not written here.
    pub const MOST_ROUNDS: u32 = 10_000_000;
    /// Bytes of a salt.
    pub const SALT: usize = 16;
    /// Bytes of a nonce.
    pub const NONCE: usize = 12;
    /// Keys are short; what is longer was not written here. In characters of base64.
    const MOST: usize = 64 << 10;
    const TAG: usize = 16;

    /// To be stored.
    pub fn new(parts: &Parts) -> Self {
        let text = |bytes: &[u8]| STANDARD.encode(bytes);
        let Parts { rounds, salt, nonce, bytes } = parts;
        Self { rounds: *rounds, salt: text(salt), nonce: text(nonce), bytes: text(bytes) }
    }

    /// To be opened. None when it was not written here.
    pub fn parts(&self) -> Option<Parts> {
        let bytes = |text: &str| STANDARD.decode(text).ok();
        let (salt, nonce, bytes) = (bytes(&self.salt)?, bytes(&self.nonce)?, bytes(&self.bytes)?);
        let fits = salt.len() == Self::SALT && nonce.len() == Self::NONCE && bytes.len() >= Self::TAG;
        fits.then_some(Parts { rounds: self.rounds, salt, nonce, bytes })
    }

    pub(super) fn to_value(&self) -> Value {
        json!({
            "kdf": "PBKDF2-SHA-256", "rounds": self.rounds, "salt": self.salt,
            "cipher": "AES-256-GCM", "nonce": self.nonce, "bytes": self.bytes,
        })
    }

    /// Nothing weaker than what is written today is opened: whoever can change the text shall not be helped by that.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let word = |name: &str| value.get(name).and_then(Value::as_str);
        let text = |name: &str| word(name).filter(|text| text.len() <= Self::MOST).map(str::to_owned);
        let right = word("kdf")? == "PBKDF2-SHA-256" && word("cipher")? == "AES-256-GCM";
        let rounds = value.get("rounds").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok())?;
        let fits = right && (Self::ROUNDS..=Self::MOST_ROUNDS).contains(&rounds);
        fits.then_some(Self { rounds, salt: text("salt")?, nonce: text("nonce")?, bytes: text("bytes")? })
    }
}
