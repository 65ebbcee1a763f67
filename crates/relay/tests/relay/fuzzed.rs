//! The fuzz corpus of the request path, run by the ordinary tests.

#[path = "../../fuzz/requests.rs"]
mod requests;

use std::path::Path;

#[test]
fn the_corpus_breaks_nothing() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/requests");
    let files: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 15);
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let run = std::panic::AssertUnwindSafe(|| requests::requests(&bytes));
        assert!(std::panic::catch_unwind(run).is_ok(), "{} broke it", path.display());
    }
}

/// A few thousand inputs that a fuzzer would make of the seeds first: cut, doubled, one byte changed.
#[test]
fn what_a_fuzzer_tries_first_breaks_nothing() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/requests");
    let mut seeds: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    let mut chance = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        usize::try_from(chance % below as u64).unwrap()
    };
    for seed in seeds {
        let seed = std::fs::read(&seed).unwrap();
        for _ in 0..60 {
            let mut bytes = seed.clone();
            for _ in 0..=next(3) {
                let at = next(bytes.len());
                bytes[at] = [0, b'\r', b'\n', b' ', b':', b'%', b'/', 0xff, b'0', b'-'][next(10)];
            }
            // Mostly whole, so that few wait for the end of a time.
            bytes.extend_from_slice(b"\r\n\r\n");
            requests::requests(&bytes);
        }
    }
}
