//! Chance, from the browser.

use js_sys::Uint8Array;

use super::js;

/// A new id: 128 random bits in hexadecimal. `crypto.randomUUID` is not there on plain http.
pub fn id() -> String {
    let bits = Uint8Array::new_with_length(16);
    let _ = js::call(&js::global("crypto"), "getRandomValues", &[&bits]);
    let mut id = String::new();
    for byte in bits.to_vec() {
        for half in [byte >> 4, byte & 15] {
            id.push(char::from(b"0123456789abcdef"[usize::from(half)]));
        }
    }
    id
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::*;

    use super::*;

    #[wasm_bindgen_test]
    fn ids_are_long_and_no_two_are_the_same() {
        let (one, other) = (id(), id());
        assert!(one.len() == 32 && one.bytes().all(|b| b.is_ascii_hexdigit()), "{one}");
        assert_ne!(one, other);
    }
}
