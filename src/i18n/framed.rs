//! What is said only inside somebody else's page. Loaded with the works, and kept apart from [`super::Texts`], which a first
//! visit loads.

use super::{Language, language};

/// The texts of [`language`].
pub fn t() -> &'static Texts {
    match language() {
        Language::En => &EN,
        Language::Ru => &RU,
    }
}

/// Every text of one language.
pub struct Texts {
    pub full_studio: &'static str,
    pub full_studio_text: &'static str,
    pub choose: &'static str,
    pub choose_text: &'static str,
    pub cancel: &'static str,
}

static EN: Texts = Texts {
    full_studio: "Open full studio",
    full_studio_text: "Open the full studio in a tab of its own. It keeps its own pictures: those made here stay here.",
    choose: "Use this picture",
    choose_text: "The page around asks for a picture: make one, or choose one of these.",
    cancel: "Choose none",
};

static RU: Texts = Texts {
    full_studio: "Открыть всю студию",
    full_studio_text: "Открыть всю студию в отдельной вкладке. У неё свои картинки: сделанные здесь остаются здесь.",
    choose: "Взять эту картинку",
    choose_text: "Страница вокруг просит картинку: создайте новую или выберите одну из этих.",
    cancel: "Не выбирать",
};
