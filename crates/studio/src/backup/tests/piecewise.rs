//! A file that is fetched as it is needed.

use super::super::*;
use super::{about, backup_of, opened, picture};

/// Fetches what is missing until there is an answer, as the shell does.
fn fetched<T, E>(
    file: &[u8],
    pieces: &Pieces,
    mut call: impl FnMut() -> Result<T, E>,
    missing: impl Fn(&E) -> Option<std::ops::Range<u64>>,
) -> Result<T, E> {
    for _ in 0..100 {
        let answer = call();
        let Some(range) = answer.as_ref().err().and_then(&missing) else { return answer };
        assert!(range.start < range.end && range.end <= file.len() as u64);
        pieces.fill(
            range.start,
            file[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec(),
        );
    }
    panic!("asks without end");
}

fn missing_to_open(error: &OpenError) -> Option<std::ops::Range<u64>> {
    if let OpenError::Missing(range) = error { Some(range.clone()) } else { None }
}

fn missing_to_read(damage: &Damage) -> Option<std::ops::Range<u64>> {
    if let Damage::Missing(range) = damage { Some(range.clone()) } else { None }
}

#[test]
fn a_file_is_read_piece_by_piece_with_little_of_it_in_memory() {
    // Noise after the picture, as some tools leave it: so a small canvas makes a file of many pieces.
    let mut writer = Writer::new(about(), DEFAULT_PART_BYTES, Vec::new());
    let mut sent = Vec::new();
    for number in 0..4 {
        let (entry, mut bytes) = picture(number);
        bytes.resize(5 << 20, u8::try_from(number).unwrap());
        writer.add(&entry, &bytes).unwrap();
        sent.push(sha256(&bytes));
    }
    let file = writer.finish().unwrap().0;
    assert!(file.len() > 20 << 20);
    let pieces = Pieces::new(file.len() as u64);
    let limits = Limits::default();
    let mut backup = fetched(&file, &pieces, || open(pieces.clone(), &limits), missing_to_open).unwrap();
    assert_eq!(backup.len(), 4);
    assert!(pieces.held() <= 6 << 20, "its beginning and its end");
    for (index, hash) in sent.iter().enumerate() {
        let restored = fetched(&file, &pieces, || backup.picture(index), missing_to_read).unwrap();
        assert_eq!(restored.entry.hash, *hash);
        pieces.let_go();
        assert!(pieces.held() <= 4 << 20);
    }
    for number in 0..100 {
        pieces.fill(number * 100, vec![0; 100]);
    }
    assert_eq!(pieces.held(), 4_000, "only the latest are kept");
    pieces.let_go();
    assert_eq!(pieces.held(), 200);
}

#[test]
fn whatever_is_missing_first_the_answer_is_the_same() {
    for file in [backup_of(0..2), backup_of(0..2)[..300].to_vec(), b"no archive".to_vec(), Vec::new()] {
        let whole = opened(&file).map(|backup| backup.len());
        let pieces = Pieces::new(file.len() as u64);
        let limits = Limits::default();
        let by_piece = fetched(&file, &pieces, || open(pieces.clone(), &limits), missing_to_open);
        assert_eq!(by_piece.map(|backup| backup.len()), whole);
    }
}

#[test]
fn the_greatest_picture_that_is_written_is_read_and_a_greater_one_is_not_written() {
    let mut writer = Writer::new(about(), DEFAULT_PART_BYTES, Vec::new());
    let (entry, mut bytes) = picture(0);
    let (mut greater, _) = picture(3);
    greater.hash.clear();
    bytes.resize(usize::try_from(PICTURE_BYTES).unwrap(), 0);
    assert_eq!(writer.add(&entry, &bytes).unwrap(), Added::Written);
    let hash = sha256(&bytes);
    bytes.push(0);
    assert_eq!(writer.add(&greater, &bytes).unwrap(), Added::TooBig);
    let (file, written) = writer.finish().unwrap();
    assert_eq!(written.pictures, 1);
    let pieces = Pieces::new(file.len() as u64);
    let limits = Limits::default();
    let mut backup = fetched(&file, &pieces, || open(pieces.clone(), &limits), missing_to_open).unwrap();
    let restored = fetched(&file, &pieces, || backup.picture(0), missing_to_read).unwrap();
    assert_eq!(restored.entry.hash, hash);
}
