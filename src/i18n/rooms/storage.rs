//! What is said on the storage page, and of backups and imports.

use studio::{
    Ms,
    backup::{Damage, OpenError},
};

use crate::browser::database::Fault;

/// The storage page's texts.
pub struct StorageTexts {
    pub title: &'static str,
    // numbers
    pub used: &'static str,
    pub used_of: fn(used: u64, quota: u64) -> String,
    pub used_unknown: &'static str,
    pub pictures: &'static str,
    pub picture_count: fn(count: usize, bytes: u64) -> String,
    pub reckoning: &'static str,
    pub no_database: fn(&Fault) -> String,
    pub promise: &'static str,
    pub promised: &'static str,
    pub not_promised: &'static str,
    pub promise_unknown: &'static str,
    pub ask_promise: &'static str,
    pub promise_refused: &'static str,
    pub last_backup: &'static str,
    pub never: &'static str,
    pub time: fn(Ms) -> String,
    pub since: fn(count: u32) -> String,
    // backup
    pub backup: &'static str,
    pub backup_text: &'static str,
    pub make_backup: &'static str,
    pub backup_parts: fn(parts: u64, part_bytes: u64) -> String,
    pub backing_up: fn(done: usize, total: usize) -> String,
    pub part_ready: fn(is_only: bool) -> &'static str,
    pub part_next: fn(left: usize) -> String,
    pub save: fn(name: &str, bytes: u64) -> String,
    pub backup_done: fn(pictures: usize, bytes: u64) -> String,
    pub backup_stopped: &'static str,
    pub backup_empty: &'static str,
    pub backup_failed: fn(Option<&Fault>) -> String,
    pub left_out: fn(count: usize) -> String,
    pub missing_bytes: &'static str,
    pub not_a_picture: &'static str,
    pub too_big: fn(limit: u64) -> String,
    // import
    pub import: &'static str,
    pub import_text: &'static str,
    pub choose_files: &'static str,
    pub importing: fn(done: usize, total: usize) -> String,
    pub reading: fn(name: &str) -> String,
    pub import_done: fn(new: usize, here: usize, damaged: usize) -> String,
    pub import_stopped: &'static str,
    pub import_failed: fn(&Fault) -> String,
    pub inventory_lost: fn(name: &str) -> String,
    pub not_taken: &'static str,
    pub unreadable_file: &'static str,
    pub open_error: fn(&OpenError) -> String,
    pub damage: fn(&Damage) -> String,
    pub nameless: &'static str,
    // making room
    pub room: &'static str,
    pub room_text: fn(gone: usize, bytes: u64, favourites: usize) -> String,
    pub room_nothing: &'static str,
    pub delete_rest: &'static str,
    pub deleting: &'static str,
    pub deleted: fn(count: usize, bytes: u64) -> String,
    pub bring_back: &'static str,
    pub free_now: &'static str,
    pub freed: &'static str,
    pub brought_back: &'static str,
    pub not_done: fn(&Fault) -> String,
    // forgetting
    pub forget: &'static str,
    pub forget_text: &'static str,
    pub forget_begin: &'static str,
    pub forget_list: fn(pictures: usize) -> [String; 4],
    pub forget_tabs: &'static str,
    pub forget_sure: &'static str,
    pub forget_do: &'static str,
    pub forget_not: &'static str,
    pub forgetting: &'static str,
    pub forget_held: &'static str,
    // everywhere
    pub cancel: &'static str,
    pub close: &'static str,
}

/// Bytes as people read them: `512 KB`, `1.4 MB`. Thousands and not 1024s, as disks are sold and browsers' settings count.
pub(super) fn size(bytes: u64, units: [&str; 3], comma: char) -> String {
    let (unit, name) = match bytes {
        0..1_000_000 => (1_000, units[0]),
        1_000_000..1_000_000_000 => (1_000_000, units[1]),
        _ => (1_000_000_000, units[2]),
    };
    let tenths = bytes.div_ceil(unit / 10);
    if unit == 1_000 || tenths >= 100 {
        format!("{}\u{a0}{name}", tenths.div_ceil(10))
    } else {
        format!("{}{comma}{}\u{a0}{name}", tenths / 10, tenths % 10)
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::size;

    #[wasm_bindgen_test]
    fn bytes_are_read_in_the_unit_that_suits_them() {
        let text = |bytes| size(bytes, ["KB", "MB", "GB"], '.').replace('\u{a0}', " ");
        assert_eq!([0, 1, 1_000, 99_001].map(text), ["0 KB", "1 KB", "1 KB", "100 KB"]);
        assert_eq!([1_000_000, 1_440_000, 25_000_000].map(text), ["1.0 MB", "1.5 MB", "25 MB"]);
        assert_eq!([2_000_000_000, 512_300_000_000].map(text), ["2.0 GB", "513 GB"]);
    }
}
