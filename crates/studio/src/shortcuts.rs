//! The registry of keys: what each does, and where it is heard. The app's listeners, the sheet of shortcuts and the palette
//! read the same tables, so none of them can know a key that the others do not.

/// What a key, or an entry of the palette, does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    // everywhere
    /// Opens the command palette.
    Palette,
    /// Shows all shortcuts.
    Sheet,
    /// Goes to the prompt field.
    Prompt,
    /// Goes to the jobs.
    Queue,
    /// Goes to the library.
    Library,
    /// Goes to the storage room.
    Storage,
    /// Goes to the connection room.
    Connection,
    /// Goes to the settings.
    Settings,
    /// Changes between light and dark.
    Theme,
    // the studio
    /// Creates what is composed.
    Create,
    // the library
    /// Goes to the search field.
    Search,
    /// Brings back what was deleted last.
    Undo,
    /// Chooses all pictures.
    ChooseAll,
    /// Chooses none.
    ChooseNone,
    // a picture in the grid
    /// Goes to another picture; with Shift chooses those on the way.
    Walk,
    /// Opens the picture. The browser's own keys press its button.
    Open,
    /// Chooses the picture, or no longer.
    Choose,
    // a picture, in the grid or in the viewer
    /// Marks as favourite, or no longer.
    Mark,
    /// Saves as a file.
    Download,
    /// Fills the form with what it was made from.
    Reuse,
    /// Puts two pictures beside each other: the two that are chosen, or this one and another.
    Compare,
    /// Shows what is known of it.
    Details,
    /// Deletes, with a way back.
    Delete,
    // a waiting job
    /// Is sent earlier.
    Earlier,
    /// Is sent later.
    Later,
    // comparing
    /// One picture over the other, and a line to push.
    Slider,
    /// One beside the other.
    Beside,
    // the viewer
    /// The picture before.
    Previous,
    /// The picture after.
    Next,
    /// The first picture.
    First,
    /// The last picture.
    Last,
    /// Nearer.
    Larger,
    /// Farther.
    Smaller,
    /// The whole picture.
    Fit,
    /// A pixel of the picture on a pixel of the page.
    Actual,
    /// Back to where one was. The browser's own key closes the dialog.
    Close,
}

/// Where a key is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On every page, unless something lies over it.
    Everywhere,
    /// In the form.
    Studio,
    /// On a waiting job of the queue.
    Queue,
    /// In the library.
    Library,
    /// On a picture of the library's grid.
    Grid,
    /// In the viewer, which lies over everything: no other place's keys are heard there.
    Viewer,
    /// Where two pictures are compared: it lies over everything, too.
    Compare,
}

impl Place {
    /// All of them, in the order of the sheet.
    pub const ALL: [Self; 7] =
        [Self::Everywhere, Self::Studio, Self::Queue, Self::Library, Self::Grid, Self::Viewer, Self::Compare];

    /// What is heard there.
    pub fn shortcuts(self) -> &'static [Shortcut] {
        match self {
            Self::Everywhere => &EVERYWHERE,
            Self::Studio => &STUDIO,
            Self::Queue => &QUEUE,
            Self::Library => &LIBRARY,
            Self::Grid => &GRID,
            Self::Viewer => &VIEWER,
            Self::Compare => &COMPARE,
        }
    }

    /// What a press does there, if it does something.
    pub fn hear(self, press: &Press<'_>) -> Option<Action> {
        hear(self.shortcuts(), press)
    }
}

/// A line of the registry: what is done, and the keys that do it, as `Ctrl+k`, `ArrowLeft`, `f`.
///
/// `Ctrl` is Cmd on a Mac, and `Alt` Option. Letters are small, and mean the key that has them in the Latin layout. Shift is named where it is
/// wanted; for a sign it does not matter, because layouts have signs in different places.
pub type Shortcut = (Action, &'static [&'static str]);

/// On every page.
pub const EVERYWHERE: [Shortcut; 9] = [
    (Action::Palette, &["Ctrl+k"]),
    (Action::Sheet, &["?"]),
    (Action::Prompt, &["n"]),
    (Action::Queue, &["q"]),
    (Action::Library, &["l"]),
    (Action::Storage, &["b"]),
    (Action::Connection, &["k"]),
    (Action::Settings, &["s"]),
    (Action::Theme, &["t"]),
];

const STUDIO: [Shortcut; 1] = [(Action::Create, &["Ctrl+Enter"])];

const QUEUE: [Shortcut; 2] = [(Action::Earlier, &["Alt+ArrowUp"]), (Action::Later, &["Alt+ArrowDown"])];

const LIBRARY: [Shortcut; 4] = [
    (Action::Search, &["/"]),
    (Action::ChooseAll, &["Ctrl+a"]),
    (Action::ChooseNone, &["Escape"]),
    (Action::Undo, &["Ctrl+z"]),
];

const GRID: [Shortcut; 9] = [
    (
        Action::Walk,
        &[
            "ArrowLeft",
            "ArrowRight",
            "ArrowUp",
            "ArrowDown",
            "Home",
            "End",
            "PageUp",
            "PageDown",
            "Shift+ArrowLeft",
            "Shift+ArrowRight",
            "Shift+ArrowUp",
            "Shift+ArrowDown",
            "Shift+Home",
            "Shift+End",
            "Shift+PageUp",
            "Shift+PageDown",
        ],
    ),
    (Action::Open, &["Enter"]),
    (Action::Choose, &["x"]),
    (Action::Mark, &["f"]),
    (Action::Details, &["i"]),
    (Action::Download, &["d"]),
    (Action::Reuse, &["r"]),
    (Action::Compare, &["c"]),
    (Action::Delete, &["Delete"]),
];

const VIEWER: [Shortcut; 15] = [
    (Action::Previous, &["ArrowLeft"]),
    (Action::Next, &["ArrowRight"]),
    (Action::First, &["Home"]),
    (Action::Last, &["End"]),
    (Action::Larger, &["+", "="]),
    (Action::Smaller, &["-"]),
    (Action::Fit, &["0"]),
    (Action::Actual, &["1"]),
    (Action::Details, &["i"]),
    (Action::Mark, &["f"]),
    (Action::Download, &["d"]),
    (Action::Reuse, &["r"]),
    (Action::Compare, &["c"]),
    (Action::Delete, &["Delete"]),
    (Action::Close, &["Escape"]),
];

const COMPARE: [Shortcut; 6] = [
    (Action::Larger, &["+", "="]),
    (Action::Smaller, &["-"]),
    (Action::Fit, &["0"]),
    (Action::Slider, &["s"]),
    (Action::Beside, &["b"]),
    (Action::Close, &["c", "Escape"]),
];

/// A key that was pressed.
#[derive(Debug, Clone, Copy)]
pub struct Press<'a> {
    /// What it means, as `ArrowLeft` or `f`. A letter is small, and the one that the key has in the Latin layout.
    pub key: &'a str,
    /// Ctrl is held, or on a Mac Cmd.
    pub ctrl: bool,
    /// Shift is held.
    pub shift: bool,
    /// Alt is held.
    pub alt: bool,
    /// Something else is held: on a Mac Ctrl, elsewhere the Windows key. Such a press belongs to the system.
    pub foreign: bool,
    /// The focus is where letters are typed, or an input method is in the middle of a word.
    pub typing: bool,
}

/// What a press does in a table of the registry.
///
/// While somebody types nothing is heard but keys with Ctrl that no field has a use for (the palette's and Create's).
pub fn hear(table: &[Shortcut], press: &Press<'_>) -> Option<Action> {
    if press.foreign {
        return None;
    }
    let meant = |(action, keys): &&Shortcut| {
        (!press.typing || matches!(action, Action::Palette | Action::Create))
            && keys.iter().any(|keys| is_it(keys, press))
    };
    table.iter().find(meant).map(|(action, _)| *action)
}

fn is_it(keys: &str, press: &Press<'_>) -> bool {
    let (ctrl, keys) = keys.strip_prefix("Ctrl+").map_or((false, keys), |key| (true, key));
    let (alt, keys) = keys.strip_prefix("Alt+").map_or((false, keys), |key| (true, key));
    let (shift, key) = keys.strip_prefix("Shift+").map_or((false, keys), |key| (true, key));
    let is_sign = key.len() == 1 && !key.as_bytes()[0].is_ascii_lowercase();
    key == press.key && ctrl == press.ctrl && alt == press.alt && (is_sign || shift == press.shift)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn press(key: &str) -> Press<'_> {
        Press { key, ctrl: false, shift: false, alt: false, foreign: false, typing: false }
    }

    /// A press that a line of the registry asks for.
    fn asked(keys: &'static str) -> Press<'static> {
        let (ctrl, keys) = keys.strip_prefix("Ctrl+").map_or((false, keys), |key| (true, key));
        let (alt, keys) = keys.strip_prefix("Alt+").map_or((false, keys), |key| (true, key));
        let (shift, key) = keys.strip_prefix("Shift+").map_or((false, keys), |key| (true, key));
        Press { ctrl, shift, alt, ..press(key) }
    }

    fn all_keys() -> Vec<(Place, Action, &'static str)> {
        let mut all = vec![];
        for place in Place::ALL {
            for (action, keys) in place.shortcuts() {
                all.extend(keys.iter().map(|keys| (place, *action, *keys)));
            }
        }
        all
    }

    fn one_of_all() -> impl Strategy<Value = (Place, Action, &'static str)> {
        proptest::sample::select(all_keys())
    }

    #[test]
    fn every_key_of_the_registry_does_what_its_line_says() {
        for (place, action, keys) in all_keys() {
            assert_eq!(place.hear(&asked(keys)), Some(action), "{keys} in {place:?}");
        }
    }

    #[test]
    fn no_key_means_two_things_where_both_are_heard() {
        // Viewer and comparing lie over everything; all other places are heard one after the other.
        for together in [&[Place::Viewer][..], &[Place::Compare], &Place::ALL[..5]] {
            let mut seen: Vec<(&str, Action)> = vec![];
            for (place, action, keys) in all_keys().into_iter().filter(|(place, ..)| together.contains(place))
            {
                let other = seen.iter().find(|(have, _)| *have == keys);
                assert_eq!(other, None, "{keys} of {action:?} in {place:?}");
                seen.push((keys, action));
            }
        }
    }

    #[test]
    fn an_action_has_one_line_in_a_place() {
        for place in Place::ALL {
            for (n, (action, _)) in place.shortcuts().iter().enumerate() {
                assert!(
                    place.shortcuts()[..n].iter().all(|(other, _)| other != action),
                    "{action:?} in {place:?}"
                );
            }
        }
    }

    #[test]
    fn a_sign_is_heard_however_the_layout_makes_it_and_a_letter_is_not() {
        // On a Russian layout the question mark is Shift+7, on an American one Shift+/.
        for shift in [false, true] {
            let heard = Place::Everywhere.hear(&Press { shift, ..press("?") });
            assert_eq!(heard, Some(Action::Sheet));
        }
        assert_eq!(Place::Viewer.hear(&Press { shift: true, ..press("+") }), Some(Action::Larger));
        assert_eq!(Place::Viewer.hear(&Press { shift: true, ..press("f") }), None);
        assert_eq!(Place::Grid.hear(&Press { shift: true, ..press("Delete") }), None);
    }

    proptest! {
        #[test]
        fn foreign_modifiers_silence_every_key((place, _, keys) in one_of_all(), typing: bool) {
            let press = Press { foreign: true, typing, ..asked(keys) };
            prop_assert_eq!(place.hear(&press), None);
            // Nor is a key heard with Alt that is not asked for with it, nor the other way round.
            let asked = asked(keys);
            prop_assert_eq!(place.hear(&Press { alt: !asked.alt, ..asked }), None);
        }

        #[test]
        fn while_somebody_types_only_the_palette_and_create_are_heard(key in "[ -~]|[а-яё]|Enter|Escape|Delete|Arrow(Left|Up)", ctrl: bool, shift: bool) {
            for place in Place::ALL {
                let heard = place.hear(&Press { key: &key, ctrl, shift, alt: false, foreign: false, typing: true });
                prop_assert!(matches!(heard, None | Some(Action::Palette | Action::Create)));
                prop_assert!(heard.is_none() || ctrl, "a key alone is a letter");
            }
        }

        #[test]
        fn ctrl_is_never_left_out_nor_added((place, action, keys) in one_of_all()) {
            let press = asked(keys);
            let other = Press { ctrl: !press.ctrl, ..press };
            prop_assert_ne!(place.hear(&other), Some(action));
        }
    }
}
