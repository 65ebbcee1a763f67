//! What a vault is on the disk: how to get from a passphrase to a key, and what that key opens.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// Bytes under AES-256-GCM, whose key PBKDF2-HMAC-SHA-256 makes of a passphrase.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Rounds of PBKDF2.
    pub rounds: u32,
    /// Its salt, [`Self::SALT`] bytes, new at each sealing.
    pub salt: Vec<u8>,
    /// The nonce, [`Self::NONCE`] bytes, new at each sealing.
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
    /// Keys are short; what is longer was not written here. In bytes.
    const MOST: usize = 64 << 10;
    const TAG: usize = 16;

    pub(super) fn to_value(&self) -> Value {
        let text = |bytes: &[u8]| STANDARD.encode(bytes);
        json!({
            "kdf": "PBKDF2-SHA-256", "rounds": self.rounds, "salt": text(&self.salt),
            "cipher": "AES-256-GCM", "nonce": text(&self.nonce), "bytes": text(&self.bytes),
        })
    }

    /// Nothing weaker than what is written today is opened: whoever can change the text shall not be helped by that.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let word = |name: &str| value.get(name).and_then(Value::as_str);
        let bytes = |name: &str| STANDARD.decode(word(name)?).ok();
        let right = word("kdf")? == "PBKDF2-SHA-256" && word("cipher")? == "AES-256-GCM";
        let rounds = value.get("rounds").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok())?;
        let sealed = Self { rounds, salt: bytes("salt")?, nonce: bytes("nonce")?, bytes: bytes("bytes")? };
        let fits = (Self::ROUNDS..=Self::MOST_ROUNDS).contains(&rounds)
            && sealed.salt.len() == Self::SALT
            && sealed.nonce.len() == Self::NONCE
            && (Self::TAG..=Self::MOST).contains(&sealed.bytes.len());
        (right && fits).then_some(sealed)
    }
}
