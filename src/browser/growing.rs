//! A file that grows while it is written. The browser holds it, and may put it on the disk; wasm memory keeps a piece of it
//! at most.

use std::io;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag};

use super::files::ObjectUrl;

/// So many bytes are handed over at once: little enough to hold no frame up.
const PIECE: usize = 2 << 20;

/// A file being written.
#[derive(Default)]
pub struct Growing {
    /// What the browser holds: one `Blob` a piece.
    pieces: Array,
    pending: Vec<u8>,
    bytes: u64,
}

fn blob(parts: &Array) -> io::Result<Blob> {
    let options = BlobPropertyBag::new();
    options.set_type("application/zip");
    Blob::new_with_blob_sequence_and_options(parts, &options)
        .map_err(|_| io::Error::from(io::ErrorKind::StorageFull))
}

impl Growing {
    fn hand_over(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            let bytes = Uint8Array::from(self.pending.as_slice());
            self.pieces.push(blob(&Array::of1(&bytes))?.unchecked_ref());
            self.pending.clear();
        }
        Ok(())
    }

    /// The file, and how many bytes it has.
    ///
    /// # Errors
    /// When the browser has no room for it.
    pub fn into_file(mut self) -> io::Result<(ObjectUrl, u64)> {
        self.hand_over()?;
        let file = ObjectUrl::of_blob(&blob(&self.pieces)?);
        file.map(|file| (file, self.bytes)).ok_or_else(|| io::ErrorKind::StorageFull.into())
    }
}

impl io::Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        self.bytes += bytes.len() as u64;
        if self.pending.len() >= PIECE {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use std::io::Write;

    use wasm_bindgen_test::*;

    use super::*;
    use crate::browser::http::{Patience, get};

    #[wasm_bindgen_test]
    async fn what_is_written_is_in_the_file_in_its_order() {
        let mut file = Growing::default();
        let piece: Vec<u8> = (0..1_000_003_u32).map(|n| (n % 251) as u8).collect();
        for _ in 0..20 {
            file.write_all(&piece).unwrap();
        }
        let (url, bytes) = file.into_file().unwrap();
        assert_eq!(bytes, 20 * piece.len() as u64);
        let answer = get(url.address(), &[], Patience::Endless).await.unwrap();
        assert_eq!(answer.headers.get("content-type"), Some("application/zip"));
        assert!(answer.body == piece.repeat(20));
    }
}
