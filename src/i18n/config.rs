//! What the page's owner is told about `config.json`, in each language. Loaded with the works.

use studio::config::Problem;

use super::language;

/// Every text of one language.
pub(super) struct Texts {
    /// Whom all of it concerns.
    pub owner: &'static str,
    pub not_json: &'static str,
    pub wrong: fn(places: &str) -> String,
    pub not_allowed: &'static str,
    pub secret: fn(places: &str) -> String,
}

/// What is wrong in the file, in the language of the page; empty when nothing is. What can do harm comes first.
pub fn owner(problems: &[Problem]) -> String {
    let texts = language().owner();
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
