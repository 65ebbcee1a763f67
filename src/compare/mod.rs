//! Two pictures compared: behind a slider or side by side, near or whole, and in what their wishes differ.

mod lens;
mod parameters;

use studio::{
    Ms,
    shortcuts::{Action, Place},
};

use crate::{
    browser::{doors, elements, files::ObjectUrl, focus},
    i18n::works::t,
    ui::{Node, State, el, follow, item, svg},
};
use lens::Lens;

/// One of the two.
pub struct Side {
    /// What an image element shows.
    pub source: String,
    /// Keeps the address alive, where that is ours to do.
    #[expect(dead_code, reason = "held for its Drop")]
    pub held: Option<ObjectUrl>,
    /// What it was asked for.
    pub prompt: String,
    /// What it should not show.
    pub negative: String,
    /// The style's name as the service writes it.
    pub style: String,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// The model, as it is known.
    pub model: String,
    /// When it came.
    pub made: Ms,
    /// How long it was drawn.
    pub seconds: Option<f64>,
}

/// How the two lie.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// One over the other, each as far as the slider says.
    Slider,
    /// Beside each other.
    Beside,
}

const CLOSE: &str = "M6 6l12 12M18 6L6 18";
const MINUS: &str = "M5 12h14";
const PLUS: &str = "M5 12h14M12 5v14";
const FIT: &str = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";

fn sign(action: &str, path: &str, key: &'static str, words: fn() -> &'static str) -> Node {
    el("button.sign type=button")
        .set("data-action", action)
        .attr("aria-label", words)
        .attr("title", move || format!("{} ({key})", words()))
        .put(
            svg("svg aria-hidden=true class=icon")
                .set("viewBox", "0 0 24 24")
                .put(svg("path").set("d", path)),
        )
}

/// The dialog. It is in the page all the time, and open while there are two pictures in `compared`.
pub fn dialog(compared: State<Option<[Side; 2]>>, closed: impl Fn() + 'static) -> Node {
    doors::style("compare.css");
    let parts = move || {
        let open = compared.with(Option::is_some);
        if open { vec![item("parts", move || parts(compared))] } else { vec![] }
    };
    let dialog =
        el("dialog.compare").attr("aria-label", || t().comparing).each(parts).on("close", move |_| {
            if compared.peek(Option::is_some) {
                compared.set(None);
            }
            closed();
        });
    // The slider goes while it has the focus; keys go on to be heard.
    focus::keep_in(&dialog, &["compare-parts"]);
    let shown = dialog.clone();
    // After its parts are there: opening looks for the one that gets the focus.
    follow(move || {
        if compared.with(Option::is_some) {
            elements::show_dialog(&shown);
        } else {
            elements::close_dialog(&shown);
        }
    });
    dialog
}

fn parts(compared: State<Option<[Side; 2]>>) -> Node {
    let lens = Lens::new();
    let way = State::new(Way::Slider);
    let cut = State::new(50_u32);
    let close = move || compared.set(None);
    let choice = |which: Way, name: &str, words: fn() -> &'static str| {
        el("button.toggle type=button")
            .set("data-action", name)
            .attr("aria-pressed", move || way.get() == which)
            .live(words)
            .click(move || way.set(which))
    };
    let bar = el("div.compare-bar")
        .put(sign("close", CLOSE, "Esc", || t().close).set("autofocus", "").click(close))
        .put(el("h2").live(|| t().comparing))
        .put(el("div.compare-ways").put(choice(Way::Slider, "slider", || t().slider)).put(choice(
            Way::Beside,
            "beside",
            || t().beside,
        )))
        .put(
            el("div.compare-zoom")
                .put(sign("smaller", MINUS, "-", || t().smaller).click(move || lens.step(false)))
                .put(el("span.compare-scale role=status").live(move || lens.words()))
                .put(sign("larger", PLUS, "+", || t().larger).click(move || lens.step(true)))
                .put(sign("fit", FIT, "0", || t().fit).click(move || lens.fit())),
        );
    let pane = move |n: usize| {
        let broken = State::new(false);
        let image = el("img draggable=false").on("error", move |_| broken.set(true));
        lens.follow(&image);
        let image = compared.peek(|both| match both {
            Some(both) => image.set("src", &both[n].source).set("alt", &both[n].prompt),
            None => image,
        });
        let pane = el("div.compare-pane")
            .set("data-side", ["left", "right"][n])
            .put(image)
            .when(move || broken.get(), || el("p.compare-gone role=status").live(|| t().gone));
        let shown = pane.clone();
        // Of the one that lies above, what is left of the slider.
        follow(move || {
            let clip = match (way.get(), n) {
                (Way::Slider, 0) => format!("inset(0 {}% 0 0)", 100 - cut.get()),
                _ => "none".to_owned(),
            };
            elements::style(&shown, "clip-path", &clip);
        });
        pane
    };
    let line = el("span.compare-line aria-hidden=true");
    let drawn = line.clone();
    follow(move || elements::style(&drawn, "left", &format!("{}%", cut.get())));
    let stage = el("div.compare-stage")
        .attr("data-way", move || if way.get() == Way::Slider { "slider" } else { "beside" })
        .attr("data-near", move || lens.is_near())
        // The right one first: the left one lies over it.
        .put(pane(1))
        .put(pane(0))
        .when(move || way.get() == Way::Slider, move || line.clone());
    let stage = lens.moved_by(stage);
    let slider = move || {
        el("input type=range min=0 max=100 step=1 name=cut")
            .set("class", "compare-slider")
            .attr("aria-label", || t().cut)
            .holds(move || cut.get().to_string())
            .typed(move |typed| cut.set(typed.parse().unwrap_or(50)))
    };
    let keys = move |event: crate::ui::Event| {
        let key = elements::key(&event);
        // The rooms behind it have keys of their own.
        event.stop_propagation();
        match Place::Compare.hear(&key.press()) {
            Some(Action::Larger) => lens.step(true),
            Some(Action::Smaller) => lens.step(false),
            Some(Action::Fit) => lens.fit(),
            Some(Action::Slider) => way.set(Way::Slider),
            Some(Action::Beside) => way.set(Way::Beside),
            // Escape is the dialog's own key.
            Some(Action::Close) if key.name == "c" => close(),
            _ => return,
        }
        event.prevent_default();
    };
    el("div#compare-parts.compare-parts tabindex=-1")
        .put(bar)
        .put(stage)
        .when(move || way.get() == Way::Slider, slider)
        .put(parameters::table(compared))
        .on("keydown", keys)
}
