//! What the page's owner is told about `config.json`, in each language. Loaded with the works.

use studio::config::Problem;

use super::{Language, language};

struct Texts {
    /// Whom all of it concerns.
    owner: &'static str,
    not_json: &'static str,
    wrong: fn(places: &str) -> String,
    not_allowed: &'static str,
    secret: fn(places: &str) -> String,
}

static EN: Texts = Texts {
    owner: "For the owner of this page:",
    not_json: "config.json is not a JSON object, so nothing of it is used.",
    wrong: |places| format!("config.json has values that cannot be meant, and they are not used: {places}."),
    not_allowed: "The relay that config.json presets is not in its own list of relays, so it is not used.",
    secret: |places| {
        format!(
            "Keys do not belong in config.json, everybody who opens the page can read it. They are not used; take them out and revoke them: {places}."
        )
    },
};

static RU: Texts = Texts {
    owner: "Владельцу страницы:",
    not_json: "config.json — не объект JSON, поэтому ничего из него не взято.",
    wrong: |places| format!("В config.json есть недопустимые значения, они не используются: {places}."),
    not_allowed: "Релея, заданного в config.json, нет в его же списке релеев, поэтому он не используется.",
    secret: |places| {
        format!(
            "Ключам не место в config.json, его может прочитать каждый, кто откроет страницу. Они не используются; уберите их оттуда и отзовите: {places}."
        )
    },
};

/// What is wrong in the file, in the language of the page; empty when nothing is. What can do harm comes first.
pub fn owner(problems: &[Problem]) -> String {
    let texts = match language() {
        Language::En => &EN,
        Language::Ru => &RU,
    };
    let join = |places: Vec<String>| if places.is_empty() { None } else { Some(places.join(", ")) };
    let secrets = problems.iter().filter_map(|problem| match problem {
        Problem::Secret(place) => Some(place.clone()),
        _ => None,
    });
    let wrong = problems.iter().filter_map(|problem| match problem {
        Problem::Wrong { at, place: None } => Some((*at).to_owned()),
        Problem::Wrong { at, place: Some(place) } => Some(format!("{at}[{place}]")),
        _ => None,
    });
    let owner = (!problems.is_empty()).then(|| texts.owner.to_owned());
    let whole = |problem: Problem, text: &str| problems.contains(&problem).then(|| text.to_owned());
    let sentences = [
        owner,
        join(secrets.collect()).map(|places| (texts.secret)(&places)),
        whole(Problem::NotJson, texts.not_json),
        join(wrong.collect()).map(|places| (texts.wrong)(&places)),
        whole(Problem::NotAllowed, texts.not_allowed),
    ];
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
