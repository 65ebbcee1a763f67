//! How the app looks to this person.

mod room;

pub use room::settings_page;

use crate::{
    browser::{page, storage},
    ui::State,
};

/// What a person can choose: the page is dressed accordingly by the shell's script, before the first paint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// As the system says: dark or light, and with high contrast where the system asks for more.
    Auto,
    /// Dark.
    Dark,
    /// Light.
    Light,
    /// High contrast, dark or light as the system says.
    Contrast,
}

impl Look {
    /// All of them, in the order of the settings.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Dark, Self::Light, Self::Contrast];

    /// The word that is stored, and stands on `<html data-look>`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Contrast => "contrast",
        }
    }

    /// What is chosen. The shell's script has read it; a word that nobody knows is none.
    pub fn chosen() -> Self {
        let name = page::flag("look").unwrap_or_default();
        Self::ALL.into_iter().find(|look| look.name() == name).unwrap_or(Self::Auto)
    }
}

/// What the window is told when another look was chosen, or the system has changed its own. The shell's script hears it
/// first.
const CHANGED: &str = "komposition-theme";

/// Changes the look here and for the next visit.
pub fn choose(look: Look) {
    wear(look.name());
}

fn wear(look: &str) {
    storage::write("theme", look);
    show(look);
}

/// Changes the look here, by its name.
pub fn show(look: &str) {
    page::set_flag("look", look);
    page::tell(CHANGED);
}

fn is_dark() -> bool {
    page::flag("theme").as_deref() == Some("dark")
}

/// From dark to light, or back.
pub fn switch_theme() {
    wear(if is_dark() { "light" } else { "dark" });
}

/// Dark or light, followed: its one home is `<html data-theme>`.
#[derive(Clone, Copy)]
pub struct Theme(State<bool>);

impl Theme {
    /// As `<html data-theme>` says, now and later.
    pub fn from_page() -> Self {
        let theme = State::new(is_dark());
        page::on_window(&[CHANGED], move || theme.set(is_dark()));
        Self(theme)
    }

    /// Whether it is dark now.
    pub fn is_dark(self) -> bool {
        self.0.get()
    }
}
