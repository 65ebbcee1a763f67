//! How the app looks to this person.

use crate::{
    browser::{page, storage},
    ui::State,
};

/// Dark or light: its one home. The shell's script chose it before the first paint.
#[derive(Clone, Copy)]
pub struct Theme(State<bool>);

impl Theme {
    /// As `<html data-theme>` says.
    pub fn from_page() -> Self {
        Self(State::new(page::flag("theme").as_deref() == Some("dark")))
    }

    /// Whether it is dark now.
    pub fn is_dark(self) -> bool {
        self.0.get()
    }

    /// Changes it here and for the next visit.
    pub fn switch(self) {
        let dark = !self.0.get_untracked();
        storage::write("theme", Self::name(dark));
        self.show(dark);
    }

    /// Changes it here.
    pub fn show(self, dark: bool) {
        page::set_flag("theme", Self::name(dark));
        self.0.set(dark);
    }

    fn name(dark: bool) -> &'static str {
        if dark { "dark" } else { "light" }
    }
}
