//! The fuzz corpus, run by the ordinary tests: every file through its own reader, and through all the others.

#[path = "../../fuzz/readers.rs"]
pub(crate) mod readers;

use std::path::Path;

pub(crate) type Reader = fn(&[u8]);

pub(crate) const READERS: [(&str, Reader); 7] = [
    ("pipelines", readers::pipelines),
    ("availability", readers::availability),
    ("run", readers::run),
    ("status", readers::status),
    ("styles", readers::styles),
    ("file", readers::file),
    ("base", readers::base),
];

#[test]
fn the_corpus_goes_through_every_reader() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, _) in READERS {
        let files: Vec<_> =
            std::fs::read_dir(corpus.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(files.len() >= 5, "{name} has seeds");
        for path in files {
            let bytes = std::fs::read(&path).unwrap();
            for (reader, read) in READERS {
                let read = std::panic::AssertUnwindSafe(|| read(&bytes));
                assert!(std::panic::catch_unwind(read).is_ok(), "{} broke {reader}", path.display());
            }
        }
    }
}

#[test]
fn each_target_has_its_reader_and_corpus() {
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let mut names: Vec<_> = std::fs::read_dir(targets)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut known: Vec<_> = READERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    known.sort();
    assert_eq!(names, known);
}
