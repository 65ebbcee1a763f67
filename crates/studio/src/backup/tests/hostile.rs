//! Files made to do harm, and files that harm was done to.

use super::super::*;
use super::MADE;
use super::{VERSION_1, archive, backup_of, opened, picture};
use crate::library::PictureEntry;
use fusionbrain::PictureKind;
use proptest::prelude::*;
use std::io::Cursor;
use zip::CompressionMethod;

fn manifest_of(lines: &str) -> Vec<u8> {
    manifest::write(MADE, "\"}, \u{7}<app>", 1, 1, lines).into_bytes()
}

#[test]
fn every_refusal_has_its_name() {
    let good = backup_of(0..1);
    let newer = br#"{"format":"komposition-backup","version":2,"pictures":[]}"#;
    let with = |manifest: &[u8]| archive(&[("manifest.json", manifest)], CompressionMethod::Stored);
    for (file, error) in [
        (Vec::new(), OpenError::NotAnArchive),
        (b"hello".to_vec(), OpenError::NotAnArchive),
        (vec![0; 100_000], OpenError::NotAnArchive),
        (good[..good.len() - 30].to_vec(), OpenError::CutOff),
        (good[..200].to_vec(), OpenError::CutOff),
        (archive(&[("a.txt", b"x")], CompressionMethod::Stored), OpenError::NoPictures),
        (with(newer), OpenError::Newer { version: 2 }),
        (with(b"{"), OpenError::Unreadable),
        (with(br#"{"format":"komposition-backup"}"#), OpenError::Unreadable),
        (with(br#"{"format":"komposition-backup","version":0}"#), OpenError::Unreadable),
        (with(br#"{"format":"komposition-backup","version":"1","pictures":[]}"#), OpenError::Unreadable),
        (with(br#"{"format":"komposition-backup","version":1,"pictures":7}"#), OpenError::Unreadable),
        (with(br#"{"format":"another","version":1}"#), OpenError::NoPictures),
        (with("[".repeat(100_000).as_bytes()), OpenError::Unreadable),
        (with(&vec![b' '; 17 << 20]), OpenError::Unreadable),
    ] {
        assert_eq!(opened(&file).err(), Some(error));
    }
    assert_eq!(opened(&with(&manifest_of(""))).unwrap().len(), 0);
}

#[test]
fn names_from_inside_only_ever_find_their_entry() {
    let (entry, bytes) = picture(0);
    let line = |name: &str| {
        serde_json::json!({"picture": name, "metadata": "m.json", "sha256": entry.hash, "bytes": bytes.len()})
            .to_string()
    };
    for name in [
        "../../../etc/passwd.png",
        "/etc/passwd.png",
        "C:\\Windows\\a.png",
        "a/../b.png",
        "CON.png",
        "\u{202e}gnp.exe",
        "pictures/кот.png",
    ] {
        let row = serde_json::json!({"id": name, "prompt": name, "width": 9, "kind": "webp", "hash": "0".repeat(64)}).to_string();
        let files: [(&str, &[u8]); 3] =
            [("manifest.json", &manifest_of(&line(name))), (name, &bytes), ("m.json", row.as_bytes())];
        let file = archive(&files, CompressionMethod::Stored);
        let restored = opened(&file).unwrap().picture(0).unwrap();
        assert!(restored.entry.id.starts_with("import-"), "{:?} is no id", restored.entry.id);
        assert_eq!(restored.entry.width, 128, "the picture's word, not the file's");
        assert_eq!((restored.entry.kind, &restored.entry.hash), (PictureKind::Png, &entry.hash));
    }
    // Twice the same file, a file of the wrong type, lines of the wrong shape, an entry that is not there.
    let twice =
        [line("a.png"), line("a.png"), line("b.png"), line("c.png"), "7".into(), "{}".into(), "null".into()]
            .join(",");
    let liar = line("d.png").replace(&bytes.len().to_string(), "99999999999");
    let script = line("e.png").replace(&entry.hash, &sha256(b"<script>"));
    let all = [twice, liar, script].join(",");
    let file = archive(
        &[
            ("manifest.json", &manifest_of(&all)),
            ("a.png", &bytes),
            ("b.png", &bytes),
            ("d.png", &bytes),
            ("e.png", b"<script>"),
        ],
        CompressionMethod::Stored,
    );
    let mut backup = opened(&file).unwrap();
    let plan = backup.plan(|_| false);
    assert_eq!(
        (plan.new.as_slice(), plan.here),
        (&[0, 8][..], 1),
        "the same bytes under two names are one picture"
    );
    let damages: Vec<Damage> = plan.damaged.into_iter().map(|it| it.damage).collect();
    let unreadable = Damage::Unreadable;
    assert_eq!(
        damages,
        [
            Damage::Repeated,
            Damage::Gone,
            unreadable.clone(),
            unreadable.clone(),
            unreadable,
            Damage::TooBig { bytes: 99_999_999_999, limit: PICTURE_BYTES }
        ]
    );
    assert_eq!(backup.picture(8), Err(Damage::NotAPicture));
}

#[test]
fn a_bomb_is_not_unpacked() {
    let bomb = vec![0; 31 << 20];
    let line =
        serde_json::json!({"picture": "a.png", "metadata": "a.json", "sha256": sha256(&bomb), "bytes": 5})
            .to_string();
    let huge = vec![0; 70 << 20];
    let file = archive(
        &[("manifest.json", &manifest_of(&line)), ("a.png", &bomb), ("a.json", b"{}"), ("big.png", &huge)],
        CompressionMethod::Deflated,
    );
    assert!(file.len() < 400_000);
    assert_eq!(opened(&file).unwrap().picture(0), Err(Damage::Bomb));
    // Its size in both headers made small: the promise is not believed, and the end of the bytes is told by the limit.
    let mut lying = archive(&[("a.png", &bomb)], CompressionMethod::Deflated);
    let size = u32::try_from(bomb.len()).unwrap().to_le_bytes();
    while let Some(at) = lying.windows(4).position(|window| window == size) {
        lying[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    let small = Limits { picture_bytes: 1 << 20, ..Limits::default() };
    let mut backup = open(Cursor::new(&lying), &small).unwrap();
    assert!(matches!(backup.picture(0), Err(Damage::TooBig { .. } | Damage::Unreadable)));
    let file = archive(&[("big.png", &huge)], CompressionMethod::Stored);
    assert!(matches!(opened(&file).unwrap().picture(0), Err(Damage::TooBig { .. })));
}

#[test]
fn a_million_entries_are_neither_believed_nor_read() {
    // The directory's end alone, with the claim.
    let mut claim = b"PK\x05\x06\0\0\0\0".to_vec();
    claim.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0, 0]);
    assert!(matches!(opened(&claim), Err(OpenError::CutOff | OpenError::NotAnArchive)));
    // So many that they are really there: more than the limit, and more bytes than are read for it.
    let small = Limits { pictures: 10, directory_bytes: 1 << 20, ..Limits::default() };
    let names: Vec<String> = (0..200).map(|number| format!("{number}.png")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let file = archive(&many, CompressionMethod::Stored);
    assert_eq!(open(Cursor::new(&file), &small).err(), Some(OpenError::TooMany { limit: 10 }));
    let file = archive(&many[..50], CompressionMethod::Stored);
    assert_eq!(open(Cursor::new(&file), &small).err(), Some(OpenError::TooMany { limit: 10 }));
    let tight = Limits { directory_bytes: 5_000, ..Limits::default() };
    assert!(matches!(
        open(Cursor::new(archive(&many, CompressionMethod::Stored)), &tight),
        Err(OpenError::TooMany { .. })
    ));
    let texts: Vec<String> = (0..200).map(|number| format!("{number}.txt")).collect();
    let manifest = manifest_of("");
    let stuffed: Vec<(&str, &[u8])> = std::iter::once(("manifest.json", manifest.as_slice()))
        .chain(texts.iter().map(|name| (name.as_str(), &b""[..])))
        .collect();
    let file = archive(&stuffed, CompressionMethod::Stored);
    assert_eq!(open(Cursor::new(&file), &small).err(), Some(OpenError::TooMany { limit: 10 }));
    let lines = ["{}"; 11].join(",");
    let file = archive(&[("manifest.json", &manifest_of(&lines))], CompressionMethod::Stored);
    assert_eq!(open(Cursor::new(&file), &small).err(), Some(OpenError::TooMany { limit: 10 }));
}

#[test]
fn duplicate_and_unreadable_names_do_no_harm() {
    let (_, bytes) = picture(0);
    let mut file = archive(&[("aaaa.png", &bytes), ("bbbb.png", &bytes)], CompressionMethod::Stored);
    let second = file.clone();
    while let Some(at) = file.windows(4).position(|window| window == b"bbbb") {
        file[at..at + 4].copy_from_slice(b"aaaa");
    }
    let mut backup = opened(&file).unwrap();
    assert_eq!(backup.len(), 1);
    assert!(backup.picture(0).is_ok());
    let mut file = second;
    while let Some(at) = file.windows(4).position(|window| window == b"bbbb") {
        file[at..at + 4].copy_from_slice(b"\xff\xfe\x00\x1b");
    }
    let mut backup = opened(&file).unwrap();
    for index in 0..backup.len() {
        assert!(!backup.name(index).chars().any(char::is_control));
        assert!(backup.picture(index).is_ok());
    }
}

/// Opens, plans and reads everything.
fn exercise(file: &[u8]) {
    let limits = Limits { picture_bytes: 1 << 20, manifest_bytes: 1 << 20, ..Limits::default() };
    if let Ok(mut backup) = open(Cursor::new(file), &limits) {
        let plan = backup.plan(|_| false);
        for index in plan.new.into_iter().take(20) {
            let name_length = backup.name(index).chars().count();
            assert!(name_length <= 100);
            if let Ok(restored) = backup.picture(index) {
                assert_eq!(restored.entry.hash, sha256(&restored.bytes));
                assert!(PictureEntry::from_json(&restored.entry.to_json()) == Some(restored.entry));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_damaged_backup_never_panics_and_what_it_gives_is_whole(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), from_end in any::<bool>(),
    ) {
        let mut file = VERSION_1.to_vec();
        let length = file.len();
        for (at, byte) in changes {
            // The directory is at the end: half of the changes go there.
            let at = if from_end { length - 1 - at.index(1200) } else { at.index(length) };
            file[at] = byte;
        }
        exercise(&file);
    }

    #[test]
    fn a_backup_that_breaks_off_is_refused(cut in any::<prop::sample::Index>()) {
        let file = &VERSION_1[..cut.index(VERSION_1.len())];
        prop_assert!(matches!(opened(file), Err(OpenError::CutOff | OpenError::NotAnArchive)));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        exercise(&bytes);
        for magic in [&b"PK\x03\x04"[..], b"PK\x05\x06", b"PK\x01\x02", b"PK\x06\x06"] {
            exercise(&[magic, &bytes].concat());
            exercise(&[&bytes[..], magic, &[0; 18]].concat());
        }
    }

    #[test]
    fn an_arbitrary_inventory_never_panics(lines in "[\\[\\]{}:,\"a-z0-9]{0,80}", text in any::<String>()) {
        let row = serde_json::json!({"picture": text, "metadata": lines, "sha256": "0".repeat(64), "bytes": 1}).to_string();
        for lines in [lines.as_str(), text.as_str(), row.as_str()] {
            exercise(&archive(&[("manifest.json", &manifest_of(lines)), (lines, b"x")], CompressionMethod::Stored));
        }
    }
}
