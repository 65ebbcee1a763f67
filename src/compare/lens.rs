//! How near the two pictures are: the same for both.

use crate::{
    browser::elements,
    i18n,
    ui::{Event, Node, State, follow},
};

/// As near as it goes, in percent of the whole picture.
const NEAREST: i32 = 1_600;

/// Scale in percent, and how far both are moved, in thousandths of a pane's width and height.
#[derive(Clone, Copy, PartialEq)]
struct View {
    scale: i32,
    x: i32,
    y: i32,
}

const WHOLE: View = View { scale: 100, x: 0, y: 0 };

impl View {
    /// Never so far that a picture leaves its pane.
    fn kept(self) -> Self {
        let far = (self.scale - 100) * 5;
        Self { x: self.x.clamp(-far, far), y: self.y.clamp(-far, far), ..self }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Lens {
    view: State<View>,
    /// Where the press is, while it goes on.
    press: State<Option<(f64, f64)>>,
}

impl Lens {
    pub(super) fn new() -> Self {
        Self { view: State::new(WHOLE), press: State::new(None) }
    }

    /// The whole pictures.
    pub(super) fn fit(self) {
        self.view.set(WHOLE);
    }

    /// Nearer, or further away.
    pub(super) fn step(self, larger: bool) {
        self.view.update(|view| {
            let scale = if larger { view.scale * 5 / 4 } else { view.scale * 4 / 5 };
            let scale = scale.clamp(100, NEAREST);
            // What is in the middle stays there.
            let moved = |by: i32| by * scale / view.scale;
            *view = View { scale, x: moved(view.x), y: moved(view.y) }.kept();
        });
    }

    pub(super) fn is_near(self) -> bool {
        self.view.with(|view| view.scale > 100)
    }

    pub(super) fn words(self) -> String {
        i18n::percent(f64::from(self.view.with(|view| view.scale)) / 100.0)
    }

    /// Keeps an image as near as the lens says.
    pub(super) fn follow(self, image: &Node) {
        let image = image.clone();
        follow(move || {
            let View { scale, x, y } = self.view.get();
            let part = |n: i32| format!("{}{}.{}%", if n < 0 { "-" } else { "" }, n.abs() / 10, n.abs() % 10);
            let transform =
                format!("translate({}, {}) scale({}.{:02})", part(x), part(y), scale / 100, scale % 100);
            elements::style(&image, "transform", &transform);
        });
    }

    /// The wheel brings nearer, a drag moves.
    pub(super) fn moved_by(self, stage: Node) -> Node {
        let node = stage.clone();
        let measured = stage.clone();
        let begin = move |event: Event| {
            if self.view.peek(|view| view.scale > 100) {
                elements::capture(&node, &event);
                let pointer = elements::pointer(&event);
                self.press.set(Some((pointer.x, pointer.y)));
            }
        };
        let go = move |event: Event| {
            let pointer = elements::pointer(&event);
            let Some((x, y)) = self.press.get_untracked().filter(|_| pointer.pressed) else { return };
            let bounds = elements::bounds(&measured);
            #[expect(clippy::cast_possible_truncation, reason = "a part of the window")]
            let part = |by: f64, of: f64| if of > 0.0 { (by * 1_000.0 / of) as i32 } else { 0 };
            let (x, y) = (part(pointer.x - x, bounds.width), part(pointer.y - y, bounds.height));
            if (x, y) != (0, 0) {
                self.press.set(Some((pointer.x, pointer.y)));
                self.view.update(|view| *view = View { x: view.x + x, y: view.y + y, ..*view }.kept());
            }
        };
        stage
            .on("pointerdown", begin)
            .on("pointermove", go)
            .on("pointerup", move |_| self.press.set(None))
            .on("pointercancel", move |_| self.press.set(None))
            .on("wheel", move |event| {
                event.prevent_default();
                self.step(elements::pointer(&event).wheel < 0.0);
            })
    }
}
