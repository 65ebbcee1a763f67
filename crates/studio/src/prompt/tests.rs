//! Every mark, and what is none.

use fusionbrain::{PipelineId, Prompt, Size, StyleName, TextError};
use proptest::prelude::*;

use super::*;

fn lists(name: &str) -> Option<Vec<String>> {
    match name {
        "animal" => Some(entries("кот\n\n  пёс \nлиса")),
        "hair-color" => Some(entries("red\nblack")),
        "empty" => Some(vec![]),
        _ => None,
    }
}

fn read(text: &str) -> (Vec<String>, Vec<Hint>) {
    let (pattern, hints) = Pattern::read(text, lists);
    ((0..pattern.count()).map(|n| pattern.text(n)).collect(), hints)
}

#[test]
fn marks_stand_for_these_texts_in_this_order() {
    for (typed, texts) in [
        ("просто кот", &["просто кот"] as &[&str]),
        ("{red|blue} cat", &["red cat", "blue cat"]),
        ("{a|b}{1|2}", &["a1", "a2", "b1", "b2"]),
        ("{a|b{1|2}|}", &["a", "b1", "b2", ""]),
        ("{|very }big", &["big", "very big"]),
        ("{{a|b}|c}", &["a", "b", "c"]),
        ("a __animal__", &["a кот", "a пёс", "a лиса"]),
        (
            "__hair-color__ {__animal__|x}",
            &["red кот", "red пёс", "red лиса", "red x", "black кот", "black пёс", "black лиса", "black x"],
        ),
        // Not marks.
        ("a|b", &["a|b"]),
        (r"\{a|b\}", &["{a|b}"]),
        (r"{a\|b|c}", &["a|b", "c"]),
        (r"\__animal__", &["__animal__"]),
        (r"¯\_(ツ)_/¯ {a|b}", &[r"¯\_(ツ)_/¯ a", r"¯\_(ツ)_/¯ b"]),
        (r"C:\new", &[r"C:\new"]),
        ("snake_case_name", &["snake_case_name"]),
    ] {
        let (found, hints) = read(typed);
        assert_eq!(found, texts, "{typed}");
        assert!(hints.is_empty(), "{typed}: {hints:?}");
    }
}

#[test]
fn what_is_no_mark_stays_as_it_is_and_there_is_a_hint() {
    let no_list = |name: &str| vec![Hint::NoList(name.to_owned())];
    for (typed, texts, hints) in [
        ("cat {", &["cat {"] as &[&str], vec![Hint::OddBrace]),
        ("cat }", &["cat }"], vec![Hint::OddBrace]),
        ("{a|b", &["{a|b"], vec![Hint::OddBrace]),
        ("{a|{b|c}", &["{a|b", "{a|c"], vec![Hint::OddBrace]),
        ("{a|b}}", &["a}", "b}"], vec![Hint::OddBrace]),
        ("{prompt}", &["{prompt}"], vec![Hint::NoChoice]),
        ("{}", &["{}"], vec![Hint::NoChoice]),
        ("{x {a|b}}", &["{x a}", "{x b}"], vec![Hint::NoChoice]),
        ("__beast__", &["__beast__"], no_list("beast")),
        ("__empty__", &["__empty__"], no_list("empty")),
        ("__beast__animal__", &["__beastкот", "__beastпёс", "__beastлиса"], no_list("beast")),
        ("____", &["____"], vec![]),
        ("a __ b __ c", &["a __ b __ c"], vec![]),
    ] {
        assert_eq!(read(typed), (texts.iter().map(|&t| t.to_owned()).collect(), hints), "{typed}");
    }
}

#[test]
fn an_explosion_is_counted_and_never_made() {
    let (pattern, _) = Pattern::read(&"{a|b|c|d|e|f|g|h|i|j}".repeat(5_000), lists);
    assert_eq!(pattern.count(), u64::MAX);
    assert_eq!(pattern.text(0), "a".repeat(5_000));
    assert_eq!(pattern.text(u64::MAX - 1).len(), 5_000);
    assert_eq!(pattern.longest(), 5_000);
    let matrix = Matrix { some: Some((5, 7)), ..matrix(pattern) };
    assert_eq!(matrix.planned().len(), 5, "some of it can be had");
    let all = Matrix { some: None, ..matrix };
    assert!(all.planned().is_empty());
    assert_eq!(all.runs(&PipelineId::new("p").unwrap()), Err(Unplanned::TooMany(u64::MAX)));
}

#[test]
fn braces_as_deep_as_one_likes_are_read_in_a_moment() {
    for text in [
        "{".repeat(200_000),
        "{a|".repeat(100_000),
        "{a|".repeat(50_000) + &"}".repeat(50_000),
        "__a".repeat(100_000),
    ] {
        let (pattern, _) = Pattern::read(&text, lists);
        assert!(!pattern.text(0).is_empty());
    }
    // Too deep: it is text, and all of it.
    let deep = "{".repeat(30) + &"}".repeat(30);
    assert_eq!(read(&deep).0, [deep]);
}

fn size(width: u32, height: u32) -> Size {
    Size::new(width, height).unwrap()
}

fn matrix(prompt: Pattern) -> Matrix {
    Matrix {
        prompt,
        some: None,
        negative: None,
        looks: vec![Look::default()],
        sizes: vec![size(1024, 1024)],
        variations: 1,
    }
}

#[test]
fn the_matrix_is_prompts_by_styles_by_shapes_by_variations_in_this_order() {
    let (prompt, _) = Pattern::read(" {red|blue} cat ", lists);
    let anime = Look { style: StyleName::new("ANIME"), words: String::new() };
    let ink = Look { style: None, words: "ink drawing".into() };
    let matrix = Matrix {
        looks: vec![anime, ink],
        sizes: vec![size(1024, 1024), size(576, 1024)],
        variations: 2,
        ..matrix(prompt)
    };
    assert_eq!(matrix.cost(), 16);
    let runs = matrix.runs(&PipelineId::new("p").unwrap()).unwrap();
    let told: Vec<String> = runs
        .iter()
        .map(|run| {
            let style = run.style.as_ref().map_or("-", StyleName::as_str);
            format!("{} {style} {}", run.prompt.as_str(), run.size.width())
        })
        .collect();
    assert_eq!(told.len(), 16);
    assert_eq!(
        told[..4],
        ["red cat ANIME 1024", "red cat ANIME 1024", "red cat ANIME 576", "red cat ANIME 576"]
    );
    assert_eq!(told[4], "red cat, ink drawing - 1024");
    assert_eq!(told[8], "blue cat ANIME 1024");
    let planned = matrix.planned();
    let texts: Vec<(&str, u64)> = planned.iter().map(|p| (p.text.as_str(), p.runs)).collect();
    assert_eq!(
        texts,
        [("red cat", 4), ("red cat, ink drawing", 4), ("blue cat", 4), ("blue cat, ink drawing", 4)]
    );
    assert_eq!(matrix.longest(), "blue cat, ink drawing".len());
}

#[test]
fn one_text_that_cannot_be_sent_is_named() {
    let (prompt, _) = Pattern::read("{cat|}", lists);
    let matrix = matrix(prompt);
    assert_eq!(matrix.runs(&PipelineId::new("p").unwrap()), Err(Unplanned::Text(TextError::Empty)));
    assert_eq!(matrix.planned()[1].fault, Some(TextError::Empty));
    let (long, _) = Pattern::read(&format!("{{{}|b}}", "я".repeat(Prompt::LIMIT + 1)), lists);
    assert!(matches!(
        tests::matrix(long).runs(&PipelineId::new("p").unwrap()),
        Err(Unplanned::Text(TextError::TooLong { units: 1001, .. }))
    ));
}

#[test]
fn templates_and_own_styles_have_the_prompt_in_its_place_or_before_them() {
    for (template, prompt, filled) in [
        ("a photo of {prompt}, 35 mm", "cat", "a photo of cat, 35 mm"),
        ("{prompt} and {prompt}", "cat", "cat and cat"),
        ("ink drawing", " cat ", "cat, ink drawing"),
        ("ink drawing", "", "ink drawing"),
        ("", "cat", "cat"),
        ("{prompt} {a|b}", "{x|y}", "{x|y} {a|b}"),
    ] {
        assert_eq!(fill_template(template, prompt), filled);
    }
}

#[test]
fn lists_are_called_by_names_without_marks() {
    for (typed, name) in [
        ("animal", Some("animal")),
        (" __hair color__ ", Some("hair-color")),
        ("a__b", None),
        ("{}", None),
        ("", None),
    ] {
        assert_eq!(list_name(typed).as_deref(), name, "{typed}");
    }
}

fn used(text: &str, at: u64, favourite: bool) -> Kept {
    Kept { kind: KeptKind::Used, name: String::new(), text: text.into(), at, favourite }
}

#[test]
fn used_prompts_are_found_newest_first_and_favourites_are_never_too_many() {
    let mut all = vec![used("Ёлка в снегу", 1, true), used("снег", 3, false), used("кот", 2, false)];
    all.push(Kept { kind: KeptKind::List, name: "снег".into(), ..used("снег", 9, true) });
    let texts = |found: Vec<Kept>| found.into_iter().map(|kept| kept.text).collect::<Vec<_>>();
    assert_eq!(texts(found(&all, "", false)), ["снег", "кот", "Ёлка в снегу"]);
    assert_eq!(texts(found(&all, "СНЕГ елка", false)), ["Ёлка в снегу"]);
    assert_eq!(texts(found(&all, "снег", true)), ["Ёлка в снегу"]);
    assert!(surplus(&all).is_empty());
    for n in 0..=MOST_KEPT as u64 {
        all.push(used(&format!("p{n}"), 10 + n, false));
    }
    assert_eq!(surplus(&all), ["used:p0", "used:снег", "used:кот"]);
}

proptest! {
    #[test]
    fn no_text_is_ever_lost(text in r"[ab{}|_\\ я😀]{0,60}") {
        let (pattern, _) = Pattern::read(&text, |_| None);
        prop_assert!(pattern.count() >= 1);
        let shown: usize = (0..pattern.count().min(300)).map(|n| pattern.text(n).chars().count()).max().unwrap_or(0);
        prop_assert!(shown <= text.chars().count());
        if is_plain(&text) {
            prop_assert_eq!(pattern.text(0), text.clone());
        }
        // Every letter that is no mark stands in at least one of the texts.
        if pattern.count() <= 300 {
            let all: String = (0..pattern.count()).map(|n| pattern.text(n)).collect();
            for letter in ['a', 'b', 'я', '😀'] {
                prop_assert_eq!(text.contains(letter), all.contains(letter));
            }
        }
    }

    #[test]
    fn the_longest_is_the_longest(text in r"[ab{}|😀]{0,30}") {
        let (pattern, _) = Pattern::read(&text, |_| None);
        prop_assume!(pattern.count() <= 2_000);
        let longest = (0..pattern.count()).map(|n| fusionbrain::utf16_units(&pattern.text(n))).max();
        prop_assert_eq!(longest, Some(pattern.longest()));
    }

    #[test]
    fn escaped_braces_come_back_as_they_were(words in prop::collection::vec("[ab ]{1,5}", 2..5)) {
        let typed = format!(r"\{{{}\}}", words.join("|"));
        let (pattern, hints) = Pattern::read(&typed, |_| None);
        prop_assert_eq!(pattern.text(0), format!("{{{}}}", words.join("|")));
        prop_assert!(pattern.count() == 1 && hints.is_empty());
    }

    #[test]
    fn a_pick_is_of_different_numbers_in_order(count in 1..u64::MAX, n in 0..300_u64, seed: u64) {
        let picked = pick(count, n, seed);
        prop_assert_eq!(picked.len() as u64, n.min(count));
        prop_assert!(picked.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(picked.iter().all(|&number| number < count));
        prop_assert_eq!(&picked, &pick(count, n, seed));
    }

    #[test]
    fn the_preview_is_what_is_sent(text in r"[ab{}| ]{0,20}", words in "[xy]{0,2}", sizes in 1..3_usize, variations in 1..4_u64) {
        let (prompt, _) = Pattern::read(&text, |_| None);
        let looks = vec![Look::default(), Look { style: None, words }];
        let matrix = Matrix { looks, sizes: vec![size(512, 512); sizes], variations, ..matrix(prompt) };
        if let Ok(runs) = matrix.runs(&PipelineId::new("p").unwrap()) {
            prop_assert_eq!(runs.len() as u64, matrix.cost());
            let planned = matrix.planned();
            prop_assert_eq!(planned.iter().map(|p| p.runs).sum::<u64>(), matrix.cost());
            for run in &runs {
                prop_assert!(planned.iter().any(|p| p.text == run.prompt.as_str()));
            }
        }
    }
}
