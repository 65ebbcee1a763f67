//! What is said only inside somebody else's page. Loaded with the works, and kept apart from [`super::Texts`], which a first
//! visit loads.

use super::language;

/// The texts of [`language`].
pub fn t() -> &'static Texts {
    language().framed()
}

/// Every text of one language.
pub struct Texts {
    pub full_studio: &'static str,
    pub full_studio_text: &'static str,
    pub choose: &'static str,
    pub choose_text: &'static str,
    pub cancel: &'static str,
}
