//! The index against a naive one, and the rows' arithmetic.

use super::*;
use proptest::prelude::*;

fn entry(id: &str, created: u64, prompt: &str) -> PictureEntry {
    PictureEntry { prompt: prompt.to_owned(), ..PictureEntry::new(id, created) }
}

fn ids(library: &mut Library, query: &Query) -> Vec<String> {
    let picks = library.search(query).to_vec();
    picks.iter().map(|pick| library.entry(*pick).unwrap().id.clone()).collect()
}

fn text(text: &str) -> Query {
    Query { text: text.to_owned(), ..Query::default() }
}

#[test]
fn a_search_finds_what_a_person_means() {
    for (prompt, negative, looked_for, found) in [
        ("Кот в сапогах", "", "кот", true),
        ("Кот в сапогах", "", "КОТ", true),
        ("котёнок", "", "котенок", true),
        ("котенок", "", "котёнок", true),
        ("ЁЖИК", "", "ежик", true),
        ("ко\u{301}т", "", "кот", true),
        ("и\u{306}од", "", "йод", true),
        ("Кот в сапогах", "", "сапог кот", true),
        ("Кот в сапогах", "", "кот собака", false),
        ("Cat in Boots", "", "boot", true),
        ("Cat in Boots", "dog", "DOG cat", true),
        ("кот", "пёс", "котпес", false),
        ("кот", "", "   ", true),
        ("ко", "т", "кот", false),
        ("100% хлопок (новый)", "", "100% (", true),
        ("Straße", "", "straße", true),
    ] {
        let mut library = Library::from_entries(vec![PictureEntry {
            negative: negative.to_owned(),
            ..entry("a", 1, prompt)
        }]);
        assert_eq!(
            library.search(&text(looked_for)).len() == 1,
            found,
            "{looked_for:?} in {prompt:?} / {negative:?}"
        );
    }
}

#[test]
fn filters_and_orders_do_what_they_say() {
    let picture = |id: &str, created, width, height, size| PictureEntry {
        width,
        height,
        size,
        favourite: id == "b",
        style: if id == "c" { "ANIME" } else { "" }.to_owned(),
        ..entry(id, created, id)
    };
    let mut library = Library::from_entries(vec![
        picture("a", 10, 1024, 1024, 5),
        picture("b", 20, 576, 1024, 9),
        picture("c", 30, 1365, 768, 5),
        picture("d", 30, 0, 0, 1),
    ]);
    let all = Query::default;
    let wide = Outline::Ratio { width: 16, height: 9 };
    for (query, expected) in [
        (all(), "d c b a"),
        (Query { sort: Sort::Oldest, ..all() }, "a b c d"),
        (Query { sort: Sort::Largest, ..all() }, "b c a d"),
        (Query { sort: Sort::Prompt, ..all() }, "a b c d"),
        (Query { favourites: true, ..all() }, "b"),
        (Query { style: Some("ANIME".into()), ..all() }, "c"),
        (Query { style: Some(String::new()), ..all() }, "d b a"),
        (Query { outline: Some(Outline::Square), ..all() }, "a"),
        (Query { outline: Some(Outline::Portrait), ..all() }, "b"),
        (Query { outline: Some(Outline::Landscape), ..all() }, "c"),
        (Query { outline: Some(wide), ..all() }, "c"),
        (Query { outline: Some(Outline::Ratio { width: 0, height: 0 }), ..all() }, ""),
        (Query { from: Some(20), ..all() }, "d c b"),
        (Query { before: Some(20), ..all() }, "a"),
        (Query { from: Some(20), before: Some(30), ..all() }, "b"),
    ] {
        assert_eq!(ids(&mut library, &query).join(" "), expected, "{query:?}");
    }
    assert_eq!(library.bytes(), 20);
    assert_eq!(library.count_since(10), 3);
    assert_eq!(library.styles(), [(String::new(), 3), ("ANIME".to_owned(), 1)]);
    assert_eq!(library.all_but_favourites().len(), 3);
}

#[test]
fn a_removed_picture_is_gone_until_it_is_put_back_as_it_was() {
    let mut library = Library::from_entries((0..5).map(|n| entry(&n.to_string(), n, "кот")).collect());
    let picks = library.search(&text("кот")).to_vec();
    let removed = library.remove(&picks[1..4]);
    assert_eq!(ids(&mut library, &text("кот")), ["4", "0"]);
    assert_eq!(library.entry(picks[2]), None);
    // A picture that has come back in between (from another tab, say) keeps its new state.
    library.put(entry("2", 99, "другой кот"));
    library.put_back(removed);
    assert_eq!(ids(&mut library, &text("кот")), ["2", "4", "3", "1", "0"]);
    assert_eq!(library.entry(picks[2]), None, "an old pick never leads to another picture");
}

#[test]
fn a_row_survives_the_store_and_a_bad_row_costs_only_its_bad_fields() {
    let whole = PictureEntry {
        favourite: true,
        negative: "line\nbreak".into(),
        seconds: Some(8.5),
        hash: "0".repeat(64),
        size: 12,
        width: 640,
        ..entry("job-1", 1_700_000_000_000, "ёж")
    };
    assert_eq!(PictureEntry::from_json(&whole.to_json()), Some(whole));
    let odd = serde_json::json!({"id": "x", "created": 12.0, "favourite": true, "prompt": 7, "negative": "a\u{0}\u{7}b\r\nc",
        "width": -3, "height": 1e99, "kind": "exe", "seconds": "long", "hash": "../../etc", "size": null, "more": [1]});
    let read = PictureEntry::from_json(&odd).unwrap();
    assert_eq!(
        (read.created, read.favourite, read.prompt.as_str(), read.negative.as_str()),
        (12, true, "", "ab\nc")
    );
    assert_eq!((read.width, read.height, read.seconds, read.hash.as_str(), read.size), (0, 0, None, "", 0));
    for id in ["", "..", "a/b", "a\\b", "C:", "a b", "кот", &"x".repeat(65)] {
        assert_eq!(PictureEntry::from_json(&serde_json::json!({"id": id})), None, "{id:?}");
    }
    assert_eq!(PictureEntry::from_json(&serde_json::json!([1])), None);
}

#[test]
fn a_range_is_drawn_from_the_last_single_click_and_drawn_anew() {
    let mut library = Library::from_entries((0..6).map(|n| entry(&n.to_string(), n, "")).collect());
    let list = library.search(&Query { sort: Sort::Oldest, ..Query::default() }).to_vec();
    let mut selection = Selection::default();
    selection.toggle(list[5]);
    selection.toggle(list[1]);
    selection.extend(list[3], &list);
    assert_eq!(selection.in_order(&list), [list[1], list[2], list[3], list[5]]);
    selection.extend(list[0], &list);
    assert_eq!(
        selection.in_order(&list),
        [list[0], list[1], list[5]],
        "anew, and what was chosen singly stays"
    );
    selection.keep(&list[..1]);
    assert_eq!(selection.in_order(&list), [list[0]], "what is not shown is not chosen");
    selection.extend(list[4], &list);
    assert_eq!(selection.in_order(&list), [list[0], list[4]], "the range's start is gone: one alone");
    selection.all(&list);
    assert_eq!(selection.len(), 6);
    selection.toggle(list[2]);
    assert!(!selection.contains(list[2]));
    selection.clear();
    assert!(selection.is_empty());
}

#[test]
fn who_is_at_the_top_sees_the_new_picture_and_who_is_below_is_not_moved() {
    let mut library = Library::from_entries((0..40).map(|n| entry(&n.to_string(), n, "")).collect());
    let grid = |count| Grid { count, columns: 4, row_height: 100.0 };
    let list = library.search(&Query::default()).to_vec();
    let (top, above, below) = (0.0, -30.0, 250.0);
    let places = [top, above, below].map(|scroll| grid(40).place(&list, scroll, 300.0));
    for n in 0..4 {
        library.put(entry(&format!("new-{n}"), 100, ""));
    }
    let list = library.search(&Query::default()).to_vec();
    assert_eq!(places.map(|place| grid(44).scroll_to(&place, &list, 300.0)), [0.0, 0.0, 350.0]);
    let nobody = Place::At { seen: vec![], hidden: 0.5, index: 9 };
    assert!(
        (grid(44).scroll_to(&nobody, &list, 300.0) - 250.0).abs() < 1e-9,
        "where it was, when none is left"
    );
}

/// What a search means, said in the plainest way.
fn naive(entries: &[PictureEntry], query: &Query) -> Vec<String> {
    let words: Vec<String> = fold(&query.text).split_whitespace().map(str::to_owned).collect();
    let mut found: Vec<&PictureEntry> = entries
        .iter()
        .filter(|it| {
            let (prompt, negative) = (fold(&it.prompt), fold(&it.negative));
            words.iter().all(|word| prompt.contains(word) || negative.contains(word))
        })
        .filter(|it| !query.favourites || it.favourite)
        .filter(|it| query.style.as_ref().is_none_or(|style| *style == it.style))
        .filter(|it| query.outline.is_none_or(|outline| outline.fits(it.width, it.height)))
        .filter(|it| query.from.is_none_or(|from| it.created >= from))
        .filter(|it| query.before.is_none_or(|before| it.created < before))
        .collect();
    found.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    match query.sort {
        Sort::Newest => {}
        Sort::Oldest => found.reverse(),
        Sort::Largest => found.sort_by_key(|it| std::cmp::Reverse(it.size)),
        Sort::Prompt => found.sort_by_key(|it| format!("{}\n{}", fold(&it.prompt), fold(&it.negative))),
    }
    found.into_iter().map(|it| it.id.clone()).collect()
}

fn any_entry() -> impl Strategy<Value = PictureEntry> {
    let word = prop::sample::select(vec!["", "кот", "Котёнок", "cat", "скот", "ёлка cat", "елка"]);
    let sides = prop::sample::select(vec![(1024, 1024), (576, 1024), (1024, 576), (0, 0)]);
    (0..12_u32, 0..6_u64, word.clone(), word, any::<bool>(), sides, 0..4_u64).prop_map(
        |(id, created, prompt, negative, favourite, (width, height), size)| PictureEntry {
            negative: negative.to_owned(),
            style: if size == 1 { "ANIME".to_owned() } else { String::new() },
            favourite,
            width,
            height,
            size,
            ..entry(&id.to_string(), created, prompt)
        },
    )
}

fn any_query() -> impl Strategy<Value = Query> {
    let sort = prop::sample::select(vec![Sort::Newest, Sort::Oldest, Sort::Largest, Sort::Prompt]);
    let typed =
        prop::sample::select(vec!["", "к", "ко", "кот", "кот c", "кот ca", "ёл", "cat", "скот кот", "т к"]);
    let outline = prop::sample::select(vec![
        None,
        Some(Outline::Square),
        Some(Outline::Ratio { width: 16, height: 9 }),
    ]);
    let moment = || prop::option::of(0..6_u64);
    let style = prop::option::of(prop::sample::select(vec![String::new(), "ANIME".to_owned()]));
    (sort, typed, any::<bool>(), outline, moment(), moment(), style).prop_map(
        |(sort, typed, favourites, outline, from, before, style)| Query {
            text: typed.to_owned(),
            favourites,
            style,
            outline,
            from,
            before,
            sort,
        },
    )
}

#[derive(Debug, Clone)]
enum Step {
    Put(PictureEntry),
    Remove(Vec<u32>),
    Undo,
    Favourite(u32, bool),
    Search(Query),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => any_entry().prop_map(Step::Put),
        1 => prop::collection::vec(0..12_u32, 0..4).prop_map(Step::Remove),
        1 => Just(Step::Undo),
        1 => (0..12_u32, any::<bool>()).prop_map(|(id, on)| Step::Favourite(id, on)),
        4 => any_query().prop_map(Step::Search),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_index_finds_what_a_naive_search_finds(
        start in prop::collection::vec(any_entry(), 0..20),
        steps in prop::collection::vec(any_step(), 0..40),
    ) {
        let mut plain: std::collections::BTreeMap<String, PictureEntry> =
            start.iter().map(|it| (it.id.clone(), it.clone())).collect();
        let mut library = Library::from_entries(start);
        let mut removed = Removed::default();
        for step in steps {
            match step {
                Step::Put(entry) => {
                    library.put(entry.clone());
                    plain.insert(entry.id.clone(), entry);
                }
                Step::Remove(which) => {
                    let picks: Vec<Pick> = which.iter().filter_map(|id| library.find(&id.to_string())).collect();
                    removed = library.remove(&picks);
                    for id in which {
                        plain.remove(&id.to_string());
                    }
                }
                Step::Undo => {
                    for entry in &removed.entries {
                        plain.entry(entry.id.clone()).or_insert_with(|| entry.clone());
                    }
                    library.put_back(std::mem::take(&mut removed));
                }
                Step::Favourite(id, on) => {
                    let pick = library.find(&id.to_string());
                    prop_assert_eq!(pick.is_some_and(|pick| library.set_favourite(pick, on)), plain.contains_key(&id.to_string()));
                    if let Some(entry) = plain.get_mut(&id.to_string()) {
                        entry.favourite = on;
                    }
                }
                Step::Search(query) => {
                    let entries: Vec<PictureEntry> = plain.values().cloned().collect();
                    prop_assert_eq!(ids(&mut library, &query), naive(&entries, &query));
                }
            }
            prop_assert_eq!(library.len(), plain.len());
            prop_assert_eq!(library.bytes(), plain.values().map(|it| it.size).sum::<u64>());
        }
    }

    #[test]
    fn a_window_covers_what_is_seen_and_the_page_keeps_its_height(
        count in 0..500_usize, columns in 0..9_usize, row_height in 1.0..400.0_f64,
        scroll in -500.0..60_000.0_f64, viewport in 0.0..2000.0_f64, more in 0..4_usize,
    ) {
        let grid = Grid { count, columns, row_height };
        let window = grid.window(scroll, viewport, more);
        prop_assert!(window.start <= window.end && window.end <= count);
        let drawn = window.end.div_ceil(columns.max(1)) - window.start / columns.max(1);
        #[allow(clippy::cast_precision_loss)]
        let drawn_height = drawn as f64 * row_height;
        prop_assert!((window.above + drawn_height + window.below - grid.height()).abs() < 1e-6);
        // Whatever part of the viewport lies over the grid is drawn.
        let (top, bottom) = (scroll.max(0.0), (scroll + viewport).min(grid.height()));
        if top < bottom {
            prop_assert!(window.above <= top + 1e-6 && bottom <= window.above + drawn_height + 1e-6);
        }
        prop_assert!(drawn_height <= viewport + row_height * (2 + 2 * more) as f64);
    }

    #[test]
    fn my_place_is_kept_when_pictures_come_and_go_and_columns_change(
        count in 1..200_usize, columns in 1..7_usize, later in 1..7_usize, at in 0.0..1.0_f64,
        gone in prop::collection::btree_set(0..200_usize, 0..100), fresh in 0..20_u64,
    ) {
        let mut library = Library::from_entries((0..count).map(|n| entry(&format!("{n:03}"), 5, "")).collect());
        let list = library.search(&Query::default()).to_vec();
        let grid = Grid { count, columns, row_height: 100.0 };
        let scroll = at * (grid.height() - 300.0).max(0.0);
        let place = grid.place(&list, scroll, 300.0);
        prop_assert!((grid.scroll_to(&place, &list, 300.0) - scroll).abs() < 1e-6, "nothing changed: nothing moves");

        let lost: Vec<Pick> = gone.iter().filter_map(|n| list.get(*n).copied()).collect();
        library.remove(&lost);
        for n in 0..fresh {
            library.put(entry(&format!("new-{n}"), 9 + n, ""));
        }
        let list = library.search(&Query::default()).to_vec();
        let grid = Grid { count: list.len(), columns: later, row_height: 180.0 };
        let scroll = grid.scroll_to(&place, &list, 300.0);
        prop_assert!(scroll >= 0.0 && scroll <= (grid.height() - 300.0).max(0.0));
        let Place::At { seen, .. } = &place else {
            prop_assert!(scroll <= 0.0);
            return Ok(());
        };
        if let Some(index) = seen.iter().find_map(|pick| Library::position(&list, *pick)) {
            let window = grid.window(scroll, 300.0, 0);
            prop_assert!((window.start..window.end).contains(&index), "the first that is left is on the screen");
        }
    }

    #[test]
    fn an_arrow_brings_a_tile_into_view_with_the_least_movement(
        count in 1..100_usize, columns in 1..6_usize, at in 0..100_usize, scroll in 0.0..3000.0_f64,
    ) {
        let grid = Grid { count, columns, row_height: 50.0 };
        let moved = grid.reveal(at, scroll, 200.0);
        prop_assert!(at < count || moved.is_none());
        if at < count {
            let to = moved.unwrap_or(scroll);
            let top = (at / columns) as f64 * 50.0;
            prop_assert!(to <= top && top + 50.0 <= to + 200.0 + 1e-9);
        }
    }

    #[test]
    fn no_row_from_outside_panics(id in ".*", prompt in ".*", number in any::<f64>()) {
        let row = serde_json::json!({"id": id, "prompt": prompt, "created": number, "width": number, "size": prompt});
        if let Some(read) = PictureEntry::from_json(&row) {
            prop_assert_eq!(PictureEntry::from_json(&read.to_json()), Some(read.clone()));
        }
        let _ = fold(&prompt);
    }
}

#[test]
fn among_ten_thousand_pictures_each_letter_typed_finds_what_a_naive_search_finds() {
    let words =
        ["кот", "дождь", "castle", "ночной город", "Ёлка", "portrait of a woman", "море", "steam train"];
    let prompts = (0..10_000_u32).map(|n| {
        let pick = |shift: u32| words[(n.wrapping_mul(2_654_435_761) >> shift) as usize % words.len()];
        entry(
            &format!("job-{n}"),
            u64::from(n),
            &format!("{} {} {}, 4k, очень подробно, номер {n}", pick(3), pick(9), pick(17)),
        )
    });
    let entries: Vec<PictureEntry> = prompts.collect();
    let mut library = Library::from_entries(entries.clone());
    let typed: Vec<Query> = (1..="дождь ёлка".chars().count())
        .map(|length| text(&"дождь ёлка".chars().take(length).collect::<String>()))
        .collect();
    let found: Vec<usize> = typed.iter().map(|query| library.search(query).len()).collect();
    let naive: Vec<usize> = typed.iter().map(|query| naive(&entries, query).len()).collect();
    assert_eq!(found, naive);
    assert!(naive.iter().all(|count| *count > 0), "{naive:?}");
}
