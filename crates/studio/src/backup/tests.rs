//! What goes into a backup comes back; what was put in by somebody else does no harm.

use super::*;
use crate::library::PictureEntry;
use crate::metadata;
use fusionbrain::{PictureKind, Size};
use proptest::prelude::*;
use simulator::paint::paint;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

mod hostile;
mod piecewise;

const MADE: u64 = 1_795_374_513_000;

fn about() -> About {
    About { made: MADE, app: "Komposition 0.1.0".into() }
}

/// A small picture, another one for each number and of another kind.
fn picture(number: u64) -> (PictureEntry, Vec<u8>) {
    let canvas = paint("кот", "", None, Size::new(128, 128).unwrap(), number);
    let (kind, bytes) = match number % 3 {
        0 => (PictureKind::Png, canvas.png()),
        1 => (PictureKind::Jpeg, canvas.jpeg()),
        _ => (PictureKind::Webp, canvas.webp()),
    };
    let entry = PictureEntry {
        prompt: format!("</script><b>кот</b> № {number}"),
        negative: "пёс".into(),
        favourite: number == 1,
        style: "ANIME".into(),
        seconds: Some(4.5),
        width: 128,
        height: 128,
        kind,
        size: bytes.len() as u64,
        hash: sha256(&bytes),
        ..PictureEntry::new(&format!("job-{number}"), MADE + number * 1000)
    };
    (entry, bytes)
}

fn backup_of(numbers: std::ops::Range<u64>) -> Vec<u8> {
    let mut writer = Writer::new(about(), DEFAULT_PART_BYTES, Vec::new());
    for number in numbers {
        let (entry, bytes) = picture(number);
        assert!(writer.fits(&entry, bytes.len()));
        assert_eq!(writer.add(&entry, &bytes).unwrap(), Added::Written);
    }
    writer.finish().unwrap().0
}

fn opened(bytes: &[u8]) -> Result<Backup<Cursor<&[u8]>>, OpenError> {
    open(Cursor::new(bytes), &Limits::default())
}

fn archive(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn entries(backup: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(backup)).unwrap();
    let mut read = |index| {
        let mut file = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().to_owned(), bytes)
    };
    (0..ZipArchive::new(Cursor::new(backup)).unwrap().len()).map(&mut read).collect()
}

fn packed_again(entries: &[(String, Vec<u8>)], folder: &str, method: CompressionMethod) -> Vec<u8> {
    let named: Vec<(String, &[u8])> =
        entries.iter().map(|(name, bytes)| (format!("{folder}{name}"), bytes.as_slice())).collect();
    let named: Vec<(&str, &[u8])> = named.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    archive(&named, method)
}

#[test]
fn what_goes_in_comes_back() {
    let file = backup_of(0..4);
    let mut backup = opened(&file).unwrap();
    assert!(backup.is_backup());
    assert_eq!((backup.version(), backup.made(), backup.part(), backup.len()), (1, Some(MADE), 1, 4));
    let plan = backup.plan(|_| false);
    assert_eq!((plan.new.len(), plan.here, plan.damaged.len()), (4, 0, 0));
    for index in plan.new {
        let (entry, bytes) = picture(index as u64);
        assert_eq!(backup.picture(index), Ok(Restored { entry, bytes, told: true }));
    }
    let known = picture(2).0.hash;
    let plan = backup.plan(|hash| hash == known);
    assert_eq!((plan.new, plan.here), (vec![0, 1, 3], 1));
}

#[test]
fn the_archive_has_what_people_and_old_unpackers_expect() {
    let file = backup_of(0..2);
    let names: Vec<String> = entries(&file).into_iter().map(|(name, _)| name).collect();
    let hash = |number| picture(number).0.hash[..8].to_owned();
    assert_eq!(
        names,
        [
            format!("pictures/20261122-190833-{}.png", hash(0)),
            format!("pictures/20261122-190833-{}.json", hash(0)),
            format!("pictures/20261122-190834-{}.jpg", hash(1)),
            format!("pictures/20261122-190834-{}.json", hash(1)),
            "index.html".into(),
            "README.txt".into(),
            "manifest.json".into(),
        ]
    );
    // The first local header: no sizes behind the bytes (flag 8), stored (0), and its size is in it.
    let header = |at: usize, length: usize| {
        file[at..at + length].iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    };
    assert_eq!((header(6, 2) & 8, header(8, 2), header(22, 4)), (0, 0, picture(0).0.size));
}

#[test]
fn the_viewer_runs_only_its_own_script_and_takes_texts_as_texts() {
    let file = backup_of(0..3);
    let files = entries(&file);
    let page = &files.iter().find(|(name, _)| name == "index.html").unwrap().1;
    let page = String::from_utf8(page.clone()).unwrap();
    let between =
        |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0.to_owned();
    assert_eq!(page.matches("</script>").count(), 2, "no prompt ends a script");
    assert!(!page.contains("{{") && !page.contains("<b>"));
    for handler in
        ["onclick", "onload", "onerror", "javascript:", "innerHTML", "http://", "https://", "eval("]
    {
        assert!(!page.contains(handler), "{handler}");
    }
    let rows: serde_json::Value = serde_json::from_str(&between("id=\"pictures\">", "</script>")).unwrap();
    assert_eq!(rows[1]["prompt"], picture(1).0.prompt);
    let in_archive = |row: &serde_json::Value| files.iter().any(|(name, _)| row["file"] == name.as_str());
    assert!(rows.as_array().unwrap().iter().all(in_archive));
    use base64::Engine;
    use sha2::Digest;
    for (tag, directive) in [("<style>", "style-src"), ("<script>", "script-src")] {
        let text = between(tag, &tag.replace('<', "</"));
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text));
        assert!(page.contains(&format!("{directive} 'sha256-{hash}'")), "{directive}");
    }
}

#[test]
fn parts_are_whole_archives_and_none_is_too_big() {
    let limit = 60_000;
    let mut writer = Writer::new(about(), limit, Vec::new());
    let mut parts = Vec::new();
    for number in 0..20 {
        let (entry, bytes) = picture(number);
        if !writer.fits(&entry, bytes.len()) {
            parts.push(writer.next_part(Vec::new()).unwrap());
        }
        writer.add(&entry, &bytes).unwrap();
    }
    let (last, written) = writer.finish().unwrap();
    parts.push(last);
    assert!(parts.len() > 2);
    assert_eq!((written.parts as usize, written.pictures), (parts.len(), 20));
    assert_eq!(written.bytes, parts.iter().map(|part| part.len() as u64).sum::<u64>());
    let mut back = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        assert!(part.len() as u64 <= limit, "{} bytes", part.len());
        let mut backup = opened(part).unwrap();
        assert_eq!(backup.part() as usize, number + 1);
        back.extend((0..backup.len()).map(|index| backup.picture(index).unwrap().entry.id));
    }
    assert_eq!(back, (0..20).map(|number| format!("job-{number}")).collect::<Vec<_>>());
    assert_eq!(part_name(MADE, 1, true), "komposition-2026-11-22.zip");
    assert_eq!(part_name(MADE, 2, false), "komposition-2026-11-22-part-2.zip");
}

#[test]
fn a_picture_is_written_once_and_what_is_none_is_not_written() {
    let mut writer = Writer::new(about(), 0, Vec::new());
    let (entry, bytes) = picture(0);
    assert!(writer.fits(&entry, bytes.len()), "an empty part takes one, however small the parts shall be");
    assert_eq!(writer.add(&entry, b"<html>").unwrap(), Added::NotAPicture);
    assert_eq!(writer.add(&entry, &bytes).unwrap(), Added::Written);
    assert!(!writer.fits(&entry, bytes.len()));
    let _ = writer.next_part(Vec::new()).unwrap();
    assert_eq!(writer.add(&entry, &bytes).unwrap(), Added::AlreadyThere);
    assert_eq!(writer.written().pictures, 1);
}

/// A sink that can be looked into while it is written.
#[derive(Clone, Default)]
struct Seen(std::rc::Rc<std::cell::RefCell<Vec<u8>>>);

impl Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_picture_leaves_for_the_sink_before_the_next_one_is_there() {
    let sink = Seen::default();
    let mut writer = Writer::new(about(), DEFAULT_PART_BYTES, sink.clone());
    let mut sent = 0;
    for number in 0..4 {
        let (entry, bytes) = picture(number);
        writer.add(&entry, &bytes).unwrap();
        sent += bytes.len();
        assert!(sink.0.borrow().len() >= sent, "picture {number} is still held");
    }
    // Cancelled: no harm.
    drop(writer);
}

/// A sink that is full after so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let count = bytes.len().min(self.0);
        self.0 -= count;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_sink_is_told_at_once() {
    let (entry, bytes) = picture(0);
    for room in [0, 1, 100, 5_000, 20_000] {
        let mut writer = Writer::new(about(), DEFAULT_PART_BYTES, Full(room));
        let added = writer.add(&entry, &bytes);
        let end = added.and_then(|_| writer.finish());
        assert!(
            matches!(end, Err(WriteError::Sink(error)) if error.kind() == std::io::ErrorKind::StorageFull),
            "{room}"
        );
    }
}

#[test]
fn one_damaged_picture_costs_only_itself() {
    let file = backup_of(0..4);
    let mut files = entries(&file);
    // The picture of the first, the metadata of the second, the whole third.
    let at = files[0].1.len() / 2;
    files[0].1[at] ^= 1;
    files[3].1 = b"{".to_vec();
    files.drain(4..6);
    let file = packed_again(&files, "", CompressionMethod::Stored);
    let mut backup = opened(&file).unwrap();
    let plan = backup.plan(|_| false);
    assert_eq!(plan.new, [0, 1, 3]);
    assert_eq!(plan.damaged.len(), 1);
    assert_eq!(plan.damaged[0].damage, Damage::Gone);
    assert_eq!(backup.picture(0), Err(Damage::WrongHash));
    assert_eq!(backup.picture(2), Err(Damage::Gone));
    assert_eq!(backup.picture(9), Err(Damage::Gone));
    let bare = backup.picture(1).unwrap();
    assert!(!bare.told && bare.bytes == picture(1).1);
    assert_eq!(
        (bare.entry.prompt.as_str(), bare.entry.created),
        ("", MADE),
        "a picture without its metadata is one"
    );
    assert_eq!(backup.picture(3).unwrap().entry, picture(3).0);
}

#[test]
fn a_backup_that_was_unpacked_and_packed_again_is_still_one() {
    let files = entries(&backup_of(0..3));
    let mut shuffled = files.clone();
    shuffled.reverse();
    shuffled.push(("__MACOSX/._manifest.json".into(), vec![1, 2, 3]));
    for file in [
        packed_again(&files, "", CompressionMethod::Deflated),
        packed_again(&files, "komposition-2026-11-22/", CompressionMethod::Deflated),
        packed_again(&shuffled, "Копия бэкапа/", CompressionMethod::Stored),
    ] {
        let mut backup = opened(&file).unwrap();
        assert_eq!(backup.plan(|_| false).new.len(), 3);
        assert_eq!(backup.picture(1).unwrap().entry, picture(1).0);
    }
}

#[test]
fn any_archive_with_pictures_is_an_import_of_loose_files() {
    let (entry, bytes) = picture(0);
    let filled = metadata::embed(&bytes, &(&entry).into()).unwrap();
    let file = archive(
        &[
            ("a/кот.PNG", &filled),
            ("notes.txt", b"hello"),
            ("b.jpeg", b"no picture"),
            ("a/._кот.png", b"shadow"),
        ],
        CompressionMethod::Deflated,
    );
    let mut backup = opened(&file).unwrap();
    assert!(!backup.is_backup());
    assert_eq!((backup.len(), backup.version(), backup.made()), (2, 0, None));
    assert_eq!(backup.name(0), "a/кот.PNG");
    let restored = backup.picture(0).unwrap();
    assert_eq!(restored.bytes, bytes, "the very picture, so that its hash is known");
    assert_eq!((restored.entry.prompt, restored.entry.hash), (entry.prompt, entry.hash));
    assert_eq!(backup.picture(1), Err(Damage::NotAPicture));
}

#[test]
fn a_loose_picture_is_taken_with_or_without_parameters() {
    let (entry, bytes) = picture(1);
    let plain = loose(bytes.clone(), 77).unwrap();
    assert_eq!((plain.told, plain.entry.created, plain.entry.kind), (false, 77, PictureKind::Jpeg));
    assert_eq!(plain.entry.id, format!("import-{}", &entry.hash[..24]));
    let told = loose(metadata::embed(&bytes, &(&entry).into()).unwrap(), 77).unwrap();
    assert_eq!((told.told, told.entry.created, told.bytes == bytes), (true, entry.created, true));
    assert_eq!(told.entry.prompt, entry.prompt);
    assert_eq!(loose(b"GIF89a".to_vec(), 1), Err(Damage::NotAPicture));
    assert_eq!(loose(Vec::new(), 1), Err(Damage::NotAPicture));
    assert!(matches!(loose(vec![0; 65 << 20], 1), Err(Damage::TooBig { .. })));
}

#[test]
fn without_a_readable_inventory_the_pictures_come_with_what_stands_beside_them() {
    let mut files = entries(&backup_of(0..3));
    let manifest = files.len() - 1;
    // What stands beside the second speaks of other bytes.
    let at = files[3].1.windows(64).position(|part| part == picture(1).0.hash.as_bytes()).unwrap();
    files[3].1[at] = if files[3].1[at] == b'0' { b'1' } else { b'0' };
    let whole = files[manifest].1.clone();
    let cut = &whole[..whole.len() / 2];
    for (text, lost) in [(cut, true), (&b"\xff"[..], true), (br#"{"format":"another"}"#, false)] {
        files[manifest].1 = text.to_vec();
        let file = packed_again(&files, "", CompressionMethod::Stored);
        let mut backup = opened(&file).unwrap();
        assert_eq!((backup.is_backup(), backup.inventory_lost(), backup.len()), (false, lost, 3));
        assert_eq!(backup.plan(|_| true).new, [0, 1, 2], "hashes are known when they are read");
        let (entry, bytes) = picture(0);
        assert_eq!(backup.picture(0), Ok(Restored { entry, bytes, told: true }));
        let second = backup.picture(1).unwrap();
        assert_eq!(
            (second.told, second.entry.prompt.as_str(), second.bytes == picture(1).1),
            (false, "", true)
        );
    }
    assert!(!opened(&backup_of(0..1)).unwrap().inventory_lost());
}

#[test]
fn an_inventory_is_read_whatever_else_is_in_it() {
    let file = entries(&backup_of(0..1));
    let line = String::from_utf8(file.last().unwrap().1.clone()).unwrap();
    let line = line.split_once('\n').unwrap().1.split_once('\n').unwrap().0.to_owned();
    // In another order, with more in it, and with things of other types in the places of lines.
    let text = format!(
        r#"{{"more":[[1,{{}}],-1.5e3],"pictures":[true,-1,1.5,"x",null,[],{{}},{},{line}],"x":"{}","part":"2","made":-1,"version":1,"format":"komposition-backup"}}"#,
        line.replace("\"picture\"", "\"a\":{\"b\":[]},\"picture\""),
        "y".repeat(1000),
    );
    let read = manifest::read(text.as_bytes(), 9).unwrap().unwrap();
    assert_eq!((read.version, read.made, read.part, read.lines.len()), (1, 0, 1, 9));
    assert!(read.lines[..7].iter().all(Option::is_none));
    assert!(read.lines[7].is_some() && read.lines[7] == read.lines[8]);
    assert_eq!(manifest::read(text.as_bytes(), 8), Err(OpenError::TooMany { limit: 8 }));
    for text in ["true", "[1]", "null", "7", "\"x\"", "{}"] {
        assert_eq!(manifest::read(text.as_bytes(), 9), Ok(None), "{text}");
    }
    for text in ["{} {}", "", "{\"format\":"] {
        assert_eq!(manifest::read(text.as_bytes(), 9), Err(OpenError::Unreadable), "{text}");
    }
}

/// Written by the first version of the format. It is never written again, and read for ever.
const VERSION_1: &[u8] = include_bytes!("version-1.zip");

#[test]
fn a_backup_of_version_1_is_read_for_ever() {
    let mut backup = opened(VERSION_1).unwrap();
    assert_eq!((backup.version(), backup.made(), backup.part()), (1, Some(MADE), 1));
    let restored: Vec<Restored> = (0..backup.len()).map(|index| backup.picture(index).unwrap()).collect();
    let told: Vec<_> =
        restored.iter().map(|it| (it.entry.id.as_str(), it.entry.kind, it.entry.prompt.as_str())).collect();
    assert_eq!(
        told,
        [
            ("job-0", PictureKind::Png, "</script><b>кот</b> № 0"),
            ("job-1", PictureKind::Jpeg, "</script><b>кот</b> № 1"),
            ("job-2", PictureKind::Webp, "</script><b>кот</b> № 2"),
        ]
    );
    let first = &restored[1].entry;
    assert_eq!((first.favourite, first.created, first.style.as_str()), (true, MADE + 1000, "ANIME"));
    assert_eq!((first.negative.as_str(), first.seconds, first.width), ("пёс", Some(4.5), 128));
}

/// Painting takes longer than all else that is tried here many times.
static PAINTED: std::sync::OnceLock<(PictureEntry, Vec<u8>)> = std::sync::OnceLock::new();

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_texts_survive_a_backup(prompt in any::<String>(), negative in any::<String>(), id in "[a-z0-9-]{1,20}", created in 0..9_000_000_000_000_u64) {
        let (entry, bytes) = PAINTED.get_or_init(|| picture(0)).clone();
        let entry = PictureEntry { prompt, negative, created, id, ..entry };
        let mut writer = Writer::new(about(), DEFAULT_PART_BYTES, Vec::new());
        writer.add(&entry, &bytes).unwrap();
        let file = writer.finish().unwrap().0;
        let restored = opened(&file).unwrap().picture(0).unwrap();
        let expected = PictureEntry::from_json(&entry.to_json()).unwrap();
        prop_assert_eq!(restored.entry, expected);
    }
}
