//! The viewer's stage: one picture, whole or near.

use studio::library::{Frame, Pick, Zoom};

use super::{Room, name, t, viewer::Step};
use crate::{
    browser::{elements, files::ObjectUrl},
    i18n,
    ui::{Event, Node, State, el, follow, spawn},
};

/// A press that moved at least so far sideways is a swipe.
const SWIPE: f64 = 60.0;
/// What one press of a zoom button does.
const STEP: f64 = 1.25;

/// How the picture lies on the stage.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    room: Room,
    node: State<Node>,
    image: State<Node>,
    /// The address of the picture shown; none while it is on its way.
    url: State<Option<ObjectUrl>>,
    /// Its bytes are missing, or are no picture.
    broken: State<bool>,
    zoom: State<Zoom>,
    /// The whole picture is shown, whatever the size of the window.
    fits: State<bool>,
    /// Where the press began, where it is now, and whether it goes on.
    press: State<(f64, f64, f64, f64, bool)>,
}

impl Stage {
    pub(super) fn new(room: Room) -> Self {
        Self {
            room,
            node: State::new(el("div.viewer-stage")),
            image: State::new(el("img decoding=async draggable=false")),
            url: State::new(None),
            broken: State::new(false),
            zoom: State::new(Zoom { scale: 1.0, x: 0.0, y: 0.0 }),
            fits: State::new(true),
            press: State::new((0.0, 0.0, 0.0, 0.0, false)),
        }
    }

    fn frame(self) -> Frame {
        let stage = elements::bounds(&self.node.get_untracked());
        let picture = elements::natural_size(&self.image.get_untracked());
        Frame { picture, stage: (stage.width, stage.height) }
    }

    /// The whole picture.
    pub(super) fn fit(self) {
        // The viewer may be closed when the browser tells that a picture is loaded.
        if self.fits.try_peek(|_| ()).is_none() {
            return;
        }
        self.fits.set(true);
        self.zoom.set(self.frame().fit());
    }

    /// One pixel of the picture on one of the page.
    pub(super) fn actual(self) {
        let scale = self.zoom.get_untracked().scale;
        self.zoomed(1.0 / scale, (0.0, 0.0));
    }

    /// Larger, or smaller.
    pub(super) fn step(self, larger: bool) {
        self.zoomed(if larger { STEP } else { 1.0 / STEP }, (0.0, 0.0));
    }

    fn zoomed(self, factor: f64, at: (f64, f64)) {
        let frame = self.frame();
        let zoom = frame.zoomed(self.zoom.get_untracked(), factor, at);
        self.fits.set(zoom.scale <= frame.fit().scale);
        self.zoom.set(zoom);
    }

    /// How large it is shown, in words.
    pub(super) fn words(self) -> String {
        let percent = i18n::percent(self.zoom.with(|zoom| zoom.scale));
        if self.url.with(Option::is_some) { percent } else { String::new() }
    }

    /// Fetches the picture that is viewed. The one before stays until then: nothing flickers.
    fn fetch(self, pick: Option<Pick>) {
        let entry = pick.and_then(|pick| self.room.entry(pick));
        let (Some(entry), Some(database)) = (entry, self.room.database()) else {
            self.url.set(None);
            return self.broken.set(false);
        };
        spawn(async move {
            let bytes = database.bytes(&entry.id).await.ok().flatten();
            // Somebody has gone on meanwhile, or closed the viewer.
            if self.room.viewed.get_untracked() != pick || self.fits.try_peek(|_| ()).is_none() {
                return;
            }
            let url = bytes.and_then(|bytes| ObjectUrl::of_stored(&bytes, entry.kind));
            self.broken.set(url.is_none());
            self.fits.set(true);
            self.url.set(url);
        });
    }

    fn off_middle(self, x: f64, y: f64) -> (f64, f64) {
        let stage = elements::bounds(&self.node.get_untracked());
        (x - stage.left - stage.width / 2.0, y - stage.top - stage.height / 2.0)
    }

    fn pressed(self, event: &Event) {
        let pointer = elements::pointer(event);
        elements::capture(&self.node.get_untracked(), event);
        self.press.set((pointer.x, pointer.y, pointer.x, pointer.y, true));
    }

    fn moved(self, event: &Event) {
        let pointer = elements::pointer(event);
        let (from_x, from_y, x, y, goes_on) = self.press.get_untracked();
        if !goes_on || !pointer.pressed {
            return;
        }
        self.press.quietly(|press| *press = (from_x, from_y, pointer.x, pointer.y, true));
        let (frame, zoom) = (self.frame(), self.zoom.get_untracked());
        if frame.is_larger(zoom) {
            self.zoom.set(frame.moved(zoom, pointer.x - x, pointer.y - y));
        }
    }

    fn released(self, event: &Event) {
        let pointer = elements::pointer(event);
        let (from_x, from_y, .., goes_on) = self.press.get_untracked();
        self.press.set((0.0, 0.0, 0.0, 0.0, false));
        let (x, y) = (pointer.x - from_x, pointer.y - from_y);
        // What is larger than the stage is moved, not swiped.
        if goes_on
            && x.abs() > SWIPE
            && x.abs() > 2.0 * y.abs()
            && !self.frame().is_larger(self.zoom.get_untracked())
        {
            self.room.go(if x < 0.0 { Step::Next } else { Step::Previous });
        }
    }

    fn turned(self, event: &Event) {
        event.prevent_default();
        let pointer = elements::pointer(event);
        let factor = 1.0 + (pointer.wheel.abs() / 400.0).min(0.5);
        let at = self.off_middle(pointer.x, pointer.y);
        self.zoomed(if pointer.wheel < 0.0 { factor } else { 1.0 / factor }, at);
    }

    fn pressed_twice(self, event: &Event) {
        if !self.fits.get_untracked() {
            return self.fit();
        }
        let pointer = elements::pointer(event);
        let nearer = (1.0 / self.zoom.get_untracked().scale).max(2.0);
        self.zoomed(nearer, self.off_middle(pointer.x, pointer.y));
    }

    /// The stage as it is in the viewer.
    pub(super) fn view(self) -> Node {
        let room = self.room;
        follow(move || self.fetch(room.viewed.get()));
        let image = self.image.get_untracked();
        let drawn = image.clone();
        follow(move || {
            let Zoom { scale, x, y } = self.zoom.get();
            let transform = format!("translate(-50%, -50%) translate({x}px, {y}px) scale({scale})");
            elements::style(&drawn, "transform", &transform);
        });
        let image = image
            .attr("src", move || self.url.with(|url| url.as_ref().map(|url| url.address().to_owned())))
            .attr("alt", move || room.viewed.get().and_then(|pick| room.of(pick, name)).unwrap_or_default())
            .flag("hidden", move || self.url.with(Option::is_none) || self.broken.get())
            .on("load", move |_| self.fit())
            .on("error", move |_| self.broken.set(true));
        let node = self.node.get_untracked();
        elements::on_resize(&node, move || {
            if self.fits.try_peek(|fits| *fits) == Some(true) {
                self.fit();
            }
        });
        node.attr("data-near", move || !self.fits.get())
            .put(image)
            .when(move || self.broken.get(), || el("p.viewer-gone role=status").live(|| t().gone))
            .on("pointerdown", move |event| self.pressed(&event))
            .on("pointermove", move |event| self.moved(&event))
            .on("pointerup", move |event| self.released(&event))
            .on("pointercancel", move |_| self.press.set((0.0, 0.0, 0.0, 0.0, false)))
            .on("wheel", move |event| self.turned(&event))
            .on("dblclick", move |event| self.pressed_twice(&event))
    }
}
