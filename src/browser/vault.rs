//! Sealing keys under a passphrase, by the browser's own cryptography: PBKDF2-HMAC-SHA-256 and AES-256-GCM.
//!
//! Passphrase, derived key and what is sealed stay inside this file's two functions; the derived key cannot be taken out of
//! the browser's hands.

use js_sys::{Array, JsString, Uint8Array};
use studio::custody::{Parts, Sealed};
use wasm_bindgen::JsValue;

use super::js;

/// Why a vault stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Another passphrase, or what is stored was changed: the two cannot be told apart.
    Wrong,
    /// The browser has no cryptography for this page.
    Missing,
}

fn subtle() -> JsValue {
    js::get(&js::global("crypto"), "subtle")
}

/// Whether this page can have a vault: browsers give cryptography to https (and this very machine) only.
pub fn is_available() -> bool {
    subtle().is_object()
}

fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

fn random(count: usize) -> Result<Vec<u8>, js::Thrown> {
    let room = Uint8Array::new_with_length(u32::try_from(count).unwrap_or_default());
    js::call(&js::global("crypto"), "getRandomValues", &[&room])?;
    Ok(room.to_vec())
}

async fn key(passphrase: &str, salt: &[u8], rounds: u32, usage: &str) -> Result<JsValue, js::Thrown> {
    let subtle = subtle();
    // The same letters, however a keyboard makes them.
    let passphrase = JsString::from(passphrase).normalize("NFKC");
    let passphrase = bytes(String::from(passphrase).as_bytes());
    let raw = ["raw".into(), "PBKDF2".into(), JsValue::FALSE, Array::of1(&"deriveKey".into()).into()];
    let [format, name, closed, use_] = &raw;
    let secret =
        js::settled(js::call(&subtle, "importKey", &[format, &passphrase, name, closed, use_])?).await?;
    let derivation = js::object(&[
        ("name", "PBKDF2".into()),
        ("hash", "SHA-256".into()),
        ("salt", bytes(salt)),
        ("iterations", rounds.into()),
    ]);
    let wanted = js::object(&[("name", "AES-GCM".into()), ("length", 256.into())]);
    let usage = Array::of1(&usage.into()).into();
    let arguments = [&derivation, &secret, &wanted, &JsValue::FALSE, &usage];
    js::settled(js::call(&subtle, "deriveKey", &arguments)?).await
}

fn cipher(nonce: &[u8], bound_to: &str) -> JsValue {
    js::object(&[
        ("name", "AES-GCM".into()),
        ("iv", bytes(nonce)),
        ("additionalData", bytes(bound_to.as_bytes())),
        ("tagLength", 128.into()),
    ])
}

/// Seals a text, with a new salt and a new nonce. It can be opened only beside the same `bound_to`.
///
/// # Errors
/// [`Closed::Missing`].
pub async fn seal(passphrase: &str, bound_to: &str, text: &str) -> Result<Sealed, Closed> {
    let sealed = async || -> Result<Sealed, js::Thrown> {
        let (salt, nonce, rounds) = (random(Sealed::SALT)?, random(Sealed::NONCE)?, Sealed::ROUNDS);
        let key = key(passphrase, &salt, rounds, "encrypt").await?;
        let arguments = [&cipher(&nonce, bound_to), &key, &bytes(text.as_bytes())];
        let sealed = js::settled(js::call(&subtle(), "encrypt", &arguments)?).await?;
        Ok(Sealed::new(&Parts { rounds, salt, nonce, bytes: Uint8Array::new(&sealed).to_vec() }))
    };
    sealed().await.map_err(|_| Closed::Missing)
}

/// Opens what was sealed.
///
/// # Errors
/// Why it stays closed.
pub async fn open(passphrase: &str, bound_to: &str, sealed: &Sealed) -> Result<String, Closed> {
    if !is_available() {
        return Err(Closed::Missing);
    }
    let sealed = sealed.parts().ok_or(Closed::Wrong)?;
    let opened = async || -> Result<String, js::Thrown> {
        let key = key(passphrase, &sealed.salt, sealed.rounds, "decrypt").await?;
        let arguments = [&cipher(&sealed.nonce, bound_to), &key, &bytes(&sealed.bytes)];
        let opened = js::settled(js::call(&subtle(), "decrypt", &arguments)?).await?;
        String::from_utf8(Uint8Array::new(&opened).to_vec()).map_err(|_| JsValue::NULL)
    };
    opened().await.map_err(|_| Closed::Wrong)
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::*;

    use super::*;

    #[wasm_bindgen_test]
    async fn what_is_sealed_is_opened_by_the_same_passphrase_beside_the_same_place() {
        let sealed = seal("пароль ё", "direct https://a.example", "[\"K\",\"S\"]").await.unwrap();
        // The letter and its dots apart, as some keyboards make them.
        let opened = open("пароль е\u{308}", "direct https://a.example", &sealed).await;
        assert_eq!(opened.as_deref(), Ok("[\"K\",\"S\"]"));
        let wrong = open("пароль", "direct https://a.example", &sealed).await;
        assert_eq!(wrong, Err(Closed::Wrong));
        let moved = open("пароль ё", "direct https://b.example", &sealed).await;
        assert_eq!(moved, Err(Closed::Wrong));
    }

    #[wasm_bindgen_test]
    async fn every_sealing_has_a_salt_and_a_nonce_of_its_own() {
        let one = seal("passphrase", "here", "text").await.unwrap();
        let other = seal("passphrase", "here", "text").await.unwrap();
        let (one, other) = (one.parts().unwrap(), other.parts().unwrap());
        assert!(one.salt != other.salt && one.nonce != other.nonce && one.bytes != other.bytes);
        assert_eq!((one.rounds, one.bytes.len()), (600_000, "text".len() + 16));
    }
}
