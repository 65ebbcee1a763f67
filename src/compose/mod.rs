//! What shall be drawn: prompt, negative prompt, shape, style, model.

mod form;
mod shapes;
mod styles;

pub use form::form;

use fusionbrain::{NegativePrompt, Prompt, RunRequest, SHAPES, Size, TextError};
use serde_json::Value;

use crate::{
    connection::{Connections, Link, Models},
    ui::State,
};

/// What is being composed: the one home of the form's fields.
#[derive(Clone, Copy)]
pub struct Draft {
    /// The prompt as typed.
    pub prompt: State<String>,
    /// The negative prompt as typed.
    pub negative: State<String>,
    /// The name of the chosen style.
    pub style: State<String>,
    /// The chosen shape.
    pub shape: State<Shape>,
    /// Width and height as typed, for the custom shape.
    pub sides: State<(String, String)>,
    /// The text that Clear took away.
    pub cleared: State<Option<String>>,
}

/// One of the five shapes, or one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The index in [`SHAPES`].
    Known(usize),
    /// Width and height as typed.
    Custom,
}

/// Why Create cannot be pressed.
#[derive(Clone, PartialEq)]
pub enum Why {
    /// There is no prompt, or it is too long.
    Prompt(TextError),
    /// The negative prompt is too long.
    Negative(TextError),
    /// Width or height is no sensible number.
    Size,
    /// The connection is being looked for.
    Searching,
    /// There is none.
    NoConnection,
    /// The service names no model.
    NoModels,
}

impl Draft {
    /// An empty draft, or what was typed before the app was up.
    pub fn new(prompt: String) -> Self {
        Self {
            prompt: State::new(prompt),
            negative: State::new(String::new()),
            style: State::new("DEFAULT".to_owned()),
            shape: State::new(Shape::Known(0)),
            sides: State::new(("1024".to_owned(), "1024".to_owned())),
            cleared: State::new(None),
        }
    }

    /// The size that would be sent.
    pub fn size(self) -> Option<Size> {
        match self.shape.get() {
            Shape::Known(n) => Some(SHAPES[n].size),
            Shape::Custom => self.sides.with(|(width, height)| {
                Size::new(width.trim().parse().ok()?, height.trim().parse().ok()?).ok()
            }),
        }
    }

    /// Exactly what would be sent, or why nothing can be.
    pub fn request(self, connections: Connections) -> Result<RunRequest, Why> {
        let prompt = self.prompt.with(|text| Prompt::new(text)).map_err(Why::Prompt)?;
        let negative = self.negative.with(|text| NegativePrompt::new(text)).map_err(Why::Negative)?;
        let size = self.size().ok_or(Why::Size)?;
        connections.link.with(|link| match link {
            Link::Searching => Err(Why::Searching),
            Link::Missing => Err(Why::NoConnection),
            Link::Ready(_) => Ok(()),
        })?;
        let asking = connections.models.with(|models| matches!(models, Models::Asking));
        let pipeline = connections.pipeline(|p| p.id.clone()).ok_or(if asking {
            Why::Searching
        } else {
            Why::NoModels
        })?;
        let style = self.style.with(|name| connections.style(name));
        Ok(RunRequest { pipeline, prompt, negative, style, size })
    }

    /// Puts a request's words and choices back into the form, as if they had been typed: what the service does not take, the
    /// form tells. Undo brings back the prompt that was there.
    pub fn reuse(self, request: &RunRequest) {
        let negative = request.negative.as_ref().map_or("", |n| n.as_str());
        let style = request.style.as_ref().map_or("", |s| s.as_str());
        self.fill(request.prompt.as_str(), negative, style, request.size.width(), request.size.height());
    }

    /// The same for what is known of a picture, as a JSON object of `prompt`, `negative`, `style`, `width` and `height`.
    pub fn reuse_text(self, known: &str) {
        let Ok(known) = serde_json::from_str::<Value>(known) else { return };
        let text = |name| known.get(name).and_then(Value::as_str).unwrap_or_default();
        let side = |name| known.get(name).and_then(Value::as_u64).unwrap_or_default() as u32;
        let before = self.prompt.get_untracked();
        self.fill(text("prompt"), text("negative"), text("style"), side("width"), side("height"));
        // Somebody may only have wanted to look: undo brings back what was typed.
        self.cleared.set(Some(before).filter(|before| !before.is_empty()));
    }

    fn fill(self, prompt: &str, negative: &str, style: &str, width: u32, height: u32) {
        let before = self.prompt.get_untracked();
        self.cleared.set(Some(before).filter(|before| !before.is_empty() && before != prompt));
        self.prompt.set(prompt.to_owned());
        self.negative.set(negative.to_owned());
        self.style.set(if style.is_empty() { "DEFAULT" } else { style }.to_owned());
        // Of a picture without known sides the shape stays as it was.
        if width > 0 && height > 0 {
            self.sides.set((width.to_string(), height.to_string()));
            let known = SHAPES.iter().position(|s| (s.size.width(), s.size.height()) == (width, height));
            self.shape.set(known.map_or(Shape::Custom, Shape::Known));
        }
    }

    /// Empties the prompt; [`Self::undo`] brings it back.
    pub fn clear(self) {
        self.cleared.set(Some(self.prompt.get_untracked()));
        self.prompt.set(String::new());
    }

    /// Brings back what [`Self::clear`] took.
    pub fn undo(self) {
        if let Some(text) = self.cleared.get_untracked() {
            self.prompt.set(text);
            self.cleared.set(None);
        }
    }
}
