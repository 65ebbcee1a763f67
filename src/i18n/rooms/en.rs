//! English, in the rooms beside the studio.

use studio::{
    backup::{Damage, OpenError},
    shortcuts::{Action, Place},
};

use super::{KeyboardTexts, LibraryTexts, SettingsTexts, StorageTexts, Texts};
use crate::{
    browser::{calendar, database::Fault},
    settings::Look,
};

pub(super) static TEXTS: Texts = Texts {
    embed: &super::embed::EN,
    keyboard: KeyboardTexts {
        title: "Keyboard shortcuts",
        intro: "They rest while you type. Letters mean the same keys in every layout.",
        close: "Close",
        palette: "Command palette",
        ask: "What shall be done?",
        nothing: "Nothing is called that. Try fewer letters.",
        place: |place| match place {
            Place::Everywhere => "Everywhere",
            Place::Studio => "While composing",
            Place::Queue => "On a waiting picture of the queue",
            Place::Compare => "While comparing",
            Place::Library => "In the library",
            Place::Grid => "On a picture of the library",
            Place::Viewer => "In the viewer",
        },
        action: |action| match action {
            Action::Palette => "Command palette",
            Action::Sheet => "Keyboard shortcuts",
            Action::Prompt => "Write a prompt",
            Action::Queue => "Go to the queue",
            Action::Library => "Go to the library",
            Action::Storage => "Go to storage and backups",
            Action::Connection => "Go to the connection",
            Action::Settings => "Go to the settings",
            Action::Theme => "Change between dark and light",
            Action::Create => "Create",
            Action::Search => "Search the library",
            Action::Undo => "Undo deleting",
            Action::ChooseAll => "Select all",
            Action::ChooseNone => "Clear selection",
            Action::Walk => "Go from picture to picture; with Shift select on the way",
            Action::Open => "Open",
            Action::Choose => "Select",
            Action::Mark => "Favourite",
            Action::Download => "Download",
            Action::Reuse => "Reuse settings",
            Action::Compare => "Compare",
            Action::Details => "Details",
            Action::Delete => "Delete",
            Action::Earlier => "Send earlier",
            Action::Later => "Send later",
            Action::Slider => "One over the other, with a slider",
            Action::Beside => "Side by side",
            Action::Previous => "Previous picture",
            Action::Next => "Next picture",
            Action::First => "First picture",
            Action::Last => "Last picture",
            Action::Larger => "Zoom in",
            Action::Smaller => "Zoom out",
            Action::Fit => "Whole picture",
            Action::Actual => "Actual size",
            Action::Close => "Close",
        },
    },
    settings: SettingsTexts {
        language: "Language",
        theme: "Theme",
        look: |look| match look {
            Look::Auto => "Automatic",
            Look::Dark => "Dark",
            Look::Light => "Light",
            Look::Contrast => "High contrast",
        },
        look_text: |look| match look {
            Look::Auto => "As your system has it, its wish for more contrast included.",
            Look::Dark => "The pictures are the brightest thing.",
            Look::Light => "For bright rooms.",
            Look::Contrast => "Black and white, strong lines; dark or light as your system has it.",
        },
        keys: "Keyboard",
        single_keys: "Single keys are shortcuts",
        single_keys_text: "Switch this off if keys are pressed by chance, or by speech. Keys with Ctrl, and those on a picture, stay.",
        more: "Storage and connection",
    },
    library: LibraryTexts {
        title: "Library",
        pictures: "Pictures",
        count: |hits, all| match (hits, all) {
            (1, 1) => "1 picture".to_owned(),
            (hits, all) if hits == all => format!("{all} pictures"),
            (hits, all) => format!("{hits} of {all}"),
        },
        search: "Search prompts",
        favourites: "Favourites",
        filters: "Filters",
        style: "Style",
        any_style: "Any style",
        no_style: "No style",
        shape: "Shape",
        any_shape: "Any shape",
        square: "Square",
        portrait: "Portrait",
        landscape: "Landscape",
        from: "From",
        until: "To",
        sort: "Order",
        newest: "Newest first",
        oldest: "Oldest first",
        largest: "Largest files first",
        by_prompt: "By prompt, A to Z",
        clear_filters: "Clear filters",
        untitled: "Picture without a prompt",
        select: "Select",
        mark: "Favourite",
        chosen: |n| format!("{n} selected"),
        choose_all: "Select all",
        choose_none: "Clear selection",
        download: "Download",
        delete: "Delete",
        undo: "Undo",
        dismiss: "Dismiss",
        deleted: |n| match n {
            1 => "Picture deleted.".to_owned(),
            n => format!("{n} pictures deleted."),
        },
        bringing: "Bringing them back…",
        back: |n| match n {
            1 => "The picture is back.".to_owned(),
            n => format!("{n} pictures are back."),
        },
        partly_back: |back, of| {
            format!("{back} of {of} pictures are back; the others had been deleted for good.")
        },
        not_done: |why| format!("That could not be stored: {why}. Nothing was changed."),
        full: "there is no room left in this browser's storage",
        copied: "Copied.",
        not_copied: "The browser does not let this page copy. Select the text and press Ctrl+C.",
        saved: |n, left_out| match (n, left_out) {
            (1, 0) => "1 picture saved.".to_owned(),
            (n, 0) => format!("{n} pictures saved."),
            (n, left_out) => format!(
                "Saved: {n}. Left out, because they are damaged or the same picture twice: {left_out}."
            ),
        },
        not_saved: "The file could not be made. Try again with fewer pictures.",
        reading: |read, all| format!("Opening the library: {read} of {all}"),
        packing: |done, all| format!("Packing {done} of {all}"),
        cancel: "Cancel",
        empty_title: "No pictures yet",
        empty_text: "Every picture you make is kept here, in this browser. Search, favourites and downloads come with the first one.",
        create: "Create a picture",
        nothing_title: "Nothing found",
        nothing_text: "No picture has all of that. Try a part of a word, or fewer filters.",
        damaged: |n| match n {
            1 => "1 entry could not be read and is left out.".to_owned(),
            n => format!("{n} entries could not be read and are left out."),
        },
        missing_title: "This browser keeps nothing for this page",
        missing_text: "That is so in private windows and when site data is blocked. Open the page in an ordinary window, or allow site data for it, then reload. Pictures you make meanwhile can be downloaded at once.",
        blocked: "Another tab holds an older version of the library open. Close or reload it: this page then goes on by itself.",
        newer: "A newer version of Komposition has opened the library in another tab. Reload this page.",
        broken: |why| {
            format!(
                "The library could not be opened ({why}). Your pictures are most likely still there. Try again; if that does not help, restart the browser."
            )
        },
        retry: "Try again",
        reload: "Reload",
        viewer: "Picture",
        close: "Close",
        previous: "Previous picture",
        next: "Next picture",
        place: |n, all| format!("{n} of {all}"),
        smaller: "Zoom out",
        larger: "Zoom in",
        fit: "Whole picture",
        actual: "Actual size",
        info: "Details",
        reuse: "Reuse settings",
        gone: "The bytes of this picture are missing or damaged. What is known of it is under Details.",
        origin: "Made by",
        demo: "Demo: painted by the simulator, not by the service",
        prompt: "Prompt",
        negative: "Negative prompt",
        size: "Size",
        file: "File",
        made: "Made",
        drawn: "Drawn in",
        seconds: |seconds| format!("{seconds} s"),
        model: "Model",
        task: "Task",
        copy: |name| format!("Copy: {name}"),
        copy_all: "Copy everything",
        units: ["bytes", "KB", "MB"],
    },
    connection_intro: "Where pictures come from",
    from_here: "The relay that serves this page",
    from_here_text: "Nothing to set up: it holds the keys, or simulates the service.",
    from_here_missing: "This page was not served by a relay.",
    from_relay: "Another relay",
    from_relay_text: "A komposition-relay in your network; it must allow this page's origin.",
    from_direct: "Fusion Brain, directly",
    from_direct_text: "Your own key and secret, sent from this browser to the service.",
    relay_address: "Address of the relay",
    base_address: "Address of the service",
    key: "Key",
    secret: "Secret",
    remember: "Remember the keys in this browser",
    remember_text: "They are kept readable in localStorage: anyone who uses this browser, and any page on this address, can read them. Without this they are gone when you close or reload the tab.",
    test: "Test",
    testing: "Testing…",
    test_ok: |models| match models {
        1 => "It works: one model.".to_owned(),
        n => format!("It works: {n} models."),
    },
    use_it: "Use this connection",
    forget: "Forget keys",
    forgotten: "The keys are forgotten.",
    bad_address: "This is no address: it should look like https://relay.example/ .",
    not_a_relay: "Something answers there, but it is no komposition-relay.",
    keys_missing: "Both key and secret are needed.",
    from_demo: "The demo inside this page",
    from_demo_text: "A simulator paints: no key, no network, no quota. These are not the service's pictures.",
    not_allowed: |origins| match origins {
        "" => "Whoever runs this page allows no relays.".to_owned(),
        origins => format!("Whoever runs this page allows these relays only: {origins}."),
    },
    plain_http: "This address is not encrypted: keys can be read on the way. Use it only inside a network you trust.",
    key_guide: "How to get keys",
    key_steps: [
        "Sign in at fusionbrain.ai and open the API section.",
        "Create a key there. It shows a key and a secret: the secret only once.",
        "Paste both here and press Test.",
    ],
    storage: StorageTexts {
        title: "Storage",
        used: "Used in this browser",
        used_of: |used, quota| format!("{} of {}", size(used), size(quota)),
        used_unknown: "This browser does not say how much room there is.",
        pictures: "Pictures",
        picture_count: |count, bytes| match count {
            0 => "None yet".to_owned(),
            1 => format!("One picture, {}", size(bytes)),
            n => format!("{n} pictures, {}", size(bytes)),
        },
        reckoning: "Counting…",
        no_database: |fault| {
            match fault {
            Fault::Missing => "This browser keeps nothing here: a private window, or storage is switched off. Pictures last as long as the tab.".to_owned(),
            Fault::Newer => "Another tab runs a newer version of the app: reload this page.".to_owned(),
            Fault::Full => "The disk is full: nothing can be read or written.".to_owned(),
            Fault::Broken(why) => format!("The browser's storage does not answer: {why}"),
        }
        },
        promise: "Protection",
        promised: "The browser has promised not to clear these pictures by itself.",
        not_promised: "The browser may clear these pictures by itself when the disk gets full, or after long absence.",
        promise_unknown: "On this page the browser cannot be asked to keep pictures for good (it wants https). Make backups.",
        ask_promise: "Ask it to keep them",
        promise_refused: "The browser said no. Bookmarking or installing the page, or allowing notifications, often changes its mind. Make backups until then.",
        last_backup: "Last backup",
        never: "Never",
        time: |time| calendar::moment(time, "en"),
        since: |count| match count {
            0 => "No picture was made since.".to_owned(),
            1 => "One picture was made since.".to_owned(),
            n => format!("{n} pictures were made since."),
        },
        backup: "Backup",
        backup_text: "A ZIP file that any computer opens: the pictures as they came, what each was made from, and a page that shows them offline. Imported here, it brings everything back.",
        make_backup: "Make a backup",
        backup_parts: |parts, bytes| {
            format!("About {parts} files of up to {} each, saved one after the other.", size(bytes))
        },
        backing_up: |done, total| format!("Packing picture {done} of {total}"),
        part_ready: |is_only| {
            if is_only { "The backup is ready. Save it:" } else { "A part of the backup is ready. Save it:" }
        },
        part_next: |left| match left {
            0 => "This is the last part.".to_owned(),
            1 => "When it is saved, the next part is packed; one picture is left.".to_owned(),
            n => format!("When it is saved, the next part is packed; {n} pictures are left."),
        },
        save: |name, bytes| format!("Save {name} ({})", size(bytes)),
        backup_done: |pictures, bytes| match pictures {
            1 => format!(
                "One picture was backed up, {}. Look whether the file is where you want it.",
                size(bytes)
            ),
            n => format!(
                "{n} pictures were backed up, {}. Look whether the files are where you want them.",
                size(bytes)
            ),
        },
        backup_stopped: "Cancelled. Parts that you have saved are whole and can be imported.",
        backup_empty: "There is no picture to back up yet.",
        backup_failed: |fault| match fault {
            Some(Fault::Full) | None => {
                "The browser has no room to pack this part. Make room and try again.".to_owned()
            }
            Some(_) => "The pictures could not be read. Reload the page and try again.".to_owned(),
        },
        left_out: |count| match count {
            1 => "One picture is not in the backup:".to_owned(),
            n => format!("{n} pictures are not in the backup:"),
        },
        missing_bytes: "its bytes are not there",
        not_a_picture: "its bytes are no picture",
        too_big: |limit| format!("larger than {}; download it by itself", size(limit)),
        import: "Import",
        import_text: "Backups, other ZIP files with pictures, or single pictures (PNG, JPEG, WebP). What is here already is passed over. You can also drop files anywhere on the page.",
        choose_files: "Choose files…",
        importing: |done, total| format!("{done} of {total}"),
        reading: |name| format!("Importing {name}"),
        import_done: |new, here, damaged| {
            let mut parts = vec![format!("{new} new")];
            match here {
                0 => {}
                1 => parts.push("1 was here already".to_owned()),
                n => parts.push(format!("{n} were here already")),
            }
            if damaged > 0 {
                parts.push(format!("{damaged} could not be taken"));
            }
            parts.join(", ") + "."
        },
        import_stopped: "Cancelled. What was taken in so far stays.",
        import_failed: |fault| {
            match fault {
            Fault::Full => "There is no more room. What was taken in so far stays; make room and import again.".to_owned(),
            _ => "The browser's storage refused. What was taken in so far stays; reload the page and import again.".to_owned(),
        }
        },
        inventory_lost: |name| {
            format!(
                "The inventory of {name} cannot be read: its pictures were taken as loose files. Whether any is missing, nobody can tell."
            )
        },
        not_taken: "Could not be taken",
        unreadable_file: "the file cannot be read (moved or changed since?)",
        open_error: |error| match error {
            OpenError::NotAnArchive => "neither a ZIP nor a picture".to_owned(),
            OpenError::CutOff => "breaks off in the middle: copy or download it again".to_owned(),
            OpenError::NoPictures => "no picture in it".to_owned(),
            OpenError::Newer { version } => {
                format!("made by a newer version of the app (format {version}): reload or update the app")
            }
            OpenError::Unreadable => {
                "says it is a backup, but there is no picture in it and its inventory cannot be read"
                    .to_owned()
            }
            OpenError::TooMany { limit } => format!("more in it than {limit} pictures"),
            OpenError::Missing(_) => "the file cannot be read".to_owned(),
        },
        damage: |damage| match damage {
            Damage::Gone => "not in the archive".to_owned(),
            Damage::TooBig { bytes, limit } => format!("{} is more than {}", size(*bytes), size(*limit)),
            Damage::Bomb => "unpacks to far too much".to_owned(),
            Damage::Unreadable => "cannot be read".to_owned(),
            Damage::NotAPicture => "no PNG, JPEG or WebP".to_owned(),
            Damage::WrongHash => "damaged: not the bytes that were saved".to_owned(),
            Damage::Repeated => "named twice".to_owned(),
            Damage::Missing(_) => "the file cannot be read".to_owned(),
        },
        nameless: "(no name)",
        room: "Make room",
        room_text: |gone, bytes, favourites| {
            let goes = if gone == 1 { "One picture goes".to_owned() } else { format!("{gone} pictures go") };
            let stays = match favourites {
                0 => "there are no favourites".to_owned(),
                1 => "one favourite stays".to_owned(),
                n => format!("{n} favourites stay"),
            };
            format!("{goes} ({}), {stays}.", size(bytes))
        },
        room_nothing: "There is nothing but favourites here.",
        delete_rest: "Delete all but favourites",
        deleting: "One moment…",
        deleted: |count, bytes| {
            let what = if count == 1 {
                "One picture is deleted.".to_owned()
            } else {
                format!("{count} pictures are deleted.")
            };
            format!(
                "{what} Their {} are freed when you leave this page; until then they can be brought back.",
                size(bytes)
            )
        },
        bring_back: "Bring them back",
        free_now: "Free the room now",
        freed: "They are gone, and the room is free.",
        brought_back: "They are back.",
        not_done: |fault| match fault {
            Fault::Full => "The disk is too full even for that. Close other tabs and try again.".to_owned(),
            _ => "The browser's storage refused, and nothing was changed. Reload the page and try again."
                .to_owned(),
        },
        forget: "Forget everything",
        forget_text: "Leaves nothing of Komposition in this browser. There is no way back but a backup.",
        forget_begin: "Forget everything…",
        forget_list: |pictures| {
            [
                match pictures {
                    0 => "the library (it is empty), and all small pictures".to_owned(),
                    1 => "the one picture of the library".to_owned(),
                    n => format!("all {n} pictures of the library, favourites too"),
                },
                "all jobs; what the service is drawing right now is lost, and its quota spent".to_owned(),
                "the keys, the connection and all settings".to_owned(),
                "the app's own files kept for a start without network".to_owned(),
            ]
        },
        forget_tabs: "Close other tabs with this app first: they would write again what they are doing.",
        forget_sure: "I have a backup, or want none",
        forget_do: "Destroy all of it",
        forget_not: "Keep everything",
        forgetting: "Forgetting…",
        forget_held: "All pictures, jobs and settings are gone. The empty database is still held by another tab: close it, and the browser removes the rest.",
        cancel: "Cancel",
        close: "Close",
    },
};

fn size(bytes: u64) -> String {
    super::storage::size(bytes, ["KB", "MB", "GB"], '.')
}
