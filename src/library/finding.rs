//! Searching, filtering, sorting.

use fusionbrain::built_in_styles;
use studio::library::{Library, Outline, Query, Sort};

use super::{
    Room,
    icons::{self, icon},
    states, t,
};
use crate::{
    browser::calendar,
    i18n,
    ui::{Item, Node, State, el, item},
};

/// The value of "any" in a choice.
const ANY: &str = "*";

/// What a choice offers: its value, what it stands for, its words.
type Offer<T> = (&'static str, T, fn() -> &'static str);

const OUTLINES: [Offer<Outline>; 3] = [
    ("square", Outline::Square, || t().square),
    ("portrait", Outline::Portrait, || t().portrait),
    ("landscape", Outline::Landscape, || t().landscape),
];

const SORTS: [Offer<Sort>; 4] = [
    ("newest", Sort::Newest, || t().newest),
    ("oldest", Sort::Oldest, || t().oldest),
    ("largest", Sort::Largest, || t().largest),
    ("prompt", Sort::Prompt, || t().by_prompt),
];

/// A style as people read it.
pub(super) fn style_title(name: &str) -> String {
    if name.is_empty() {
        return i18n::t().no_style.to_owned();
    }
    let known = built_in_styles().into_iter().find(|style| style.name.as_str() == name);
    known.map_or_else(|| name.to_owned(), |style| i18n::style_title(&style))
}

impl Room {
    /// Asks for something else.
    fn ask(self, change: impl FnOnce(&mut Query)) {
        self.query.update(change);
        self.refresh(false);
    }

    /// Whether anything but the order is asked for.
    pub(super) fn is_narrowed(self) -> bool {
        self.query.with(|query| *query != Query { sort: query.sort, ..Query::default() })
    }

    /// Takes all filters away; the order stays.
    pub(super) fn ask_for_all(self) {
        self.ask(|query| *query = Query { sort: query.sort, ..Query::default() });
    }
}

fn option(value: &str, words: impl Fn() -> String + 'static) -> Node {
    el("option").set("value", value).live(words)
}

fn choice(id: &str, words: fn() -> &'static str) -> Node {
    el(&format!("select#{id}")).attr("aria-label", words).attr("title", words)
}

/// The search field and the filters.
pub(super) fn finder(room: Room) -> Node {
    let unfolded = State::new(false);
    let search = el("input#library-search type=search autocomplete=off spellcheck=false enterkeyhint=search")
        .attr("placeholder", || t().search)
        .attr("aria-label", || t().search)
        .holds(move || room.query.with(|query| query.text.clone()))
        .typed(move |text| room.ask(|query| query.text = text))
        .on("keydown", move |event| {
            // From the field into what was found.
            let key = crate::browser::elements::key(&event);
            if key.name == "ArrowDown"
                && let Some(first) = room.listed().first()
            {
                event.prevent_default();
                room.focus(*first);
            }
        });
    let favourites = el("button#library-favourites.toggle type=button")
        .attr("aria-pressed", move || room.query.with(|query| query.favourites))
        .put(icon(icons::STAR))
        .put(el("span").live(|| t().favourites))
        .click(move || room.ask(|query| query.favourites = !query.favourites));
    let fold = el("button#library-filters.fold type=button")
        .attr("aria-expanded", move || unfolded.get())
        .attr("data-active", move || room.query.with(is_filtered))
        .live(|| t().filters)
        .click(move || unfolded.update(|unfolded| *unfolded = !*unfolded));
    let filters = el("div.filters")
        .attr("data-open", move || unfolded.get())
        .put(styles(room))
        .put(outlines(room))
        .put(day(
            room,
            "library-from",
            || t().from,
            |query, day| query.from = day.map(|(start, _)| start),
            |query| query.from,
        ))
        .put(day(
            room,
            "library-until",
            || t().until,
            |query, day| query.before = day.map(|(_, end)| end),
            |query| query.before,
        ))
        .put(sorts(room))
        .when(
            move || room.is_narrowed() && room.list.with(|list| !list.is_empty()),
            move || states::clear(room),
        );
    room.finder
        .get_untracked()
        .flag("hidden", move || room.library.with(Library::is_empty))
        .put(search)
        .put(favourites)
        .put(fold)
        .put(filters)
}

fn is_filtered(query: &Query) -> bool {
    query.style.is_some() || query.outline.is_some() || query.from.is_some() || query.before.is_some()
}

fn styles(room: Room) -> Node {
    let options = move || -> Vec<Item> {
        let styles = room.library.with(Library::styles);
        let option = |(style, count): (String, usize)| {
            // The count is not in the words: it would be stale in an open list.
            let value = if style.is_empty() { "-".to_owned() } else { style.clone() };
            item(format!("{style} {count}"), move || {
                option(&value, move || format!("{} ({count})", style_title(&style)))
            })
        };
        styles.into_iter().map(option).collect()
    };
    choice("library-style", || t().style)
        .put(option(ANY, || t().any_style.to_owned()))
        .each(options)
        .holds(move || {
            room.library.with(|_| ());
            room.query.with(|query| match query.style.as_deref() {
                None => ANY.to_owned(),
                Some("") => "-".to_owned(),
                Some(style) => style.to_owned(),
            })
        })
        .chosen(move |style, _| {
            room.ask(|query| {
                query.style = match style.as_str() {
                    ANY => None,
                    "-" => Some(String::new()),
                    style => Some(style.to_owned()),
                };
            });
        })
}

fn outlines(room: Room) -> Node {
    let any = choice("library-shape", || t().shape).put(option(ANY, || t().any_shape.to_owned()));
    let all =
        OUTLINES.iter().fold(any, |all, (value, _, words)| all.put(option(value, || words().to_owned())));
    all.holds(move || {
        let outline = room.query.with(|query| query.outline);
        OUTLINES.iter().find(|(_, it, _)| Some(*it) == outline).map_or(ANY, |(value, ..)| value).to_owned()
    })
    .chosen(move |value, _| {
        let chosen = OUTLINES.iter().find(|(name, ..)| *name == value).map(|(_, outline, _)| *outline);
        room.ask(|query| query.outline = chosen);
    })
}

fn sorts(room: Room) -> Node {
    let none = choice("library-sort", || t().sort);
    let all = SORTS.iter().fold(none, |all, (value, _, words)| all.put(option(value, || words().to_owned())));
    all.holds(move || {
        let sort = room.query.with(|query| query.sort);
        SORTS.iter().find(|(_, it, _)| *it == sort).map_or("", |(value, ..)| value).to_owned()
    })
    .chosen(move |value, _| {
        if let Some((_, sort, _)) = SORTS.iter().find(|(name, ..)| *name == value) {
            room.ask(|query| query.sort = *sort);
        }
    })
}

/// The first and the last moment of a day.
type Day = Option<(studio::Ms, studio::Ms)>;

/// A day from which or until which pictures are wanted.
fn day(
    room: Room,
    id: &str,
    words: fn() -> &'static str,
    set: fn(&mut Query, Day),
    is: fn(&Query) -> Option<studio::Ms>,
) -> Node {
    let field = State::new(String::new());
    crate::ui::follow(move || {
        // The filters were taken away.
        if room.query.with(|query| is(query).is_none()) && field.peek(|text| calendar::day(text).is_some()) {
            field.set(String::new());
        }
    });
    el("label.day").put(el("span").live(words)).put(
        el(&format!("input#{id} type=date")).holds(move || field.get()).chosen(move |text, _| {
            let day = calendar::day(&text);
            field.quietly(|field| *field = text);
            room.ask(|query| set(query, day));
        }),
    )
}
