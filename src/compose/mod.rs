//! What shall be drawn: prompt, negative prompt, shape, style, model.

mod form;
mod shapes;
mod styles;

pub use form::form;

use fusionbrain::{NegativePrompt, Prompt, RunRequest, SHAPES, Size, TextError};

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

    /// Puts a request's words and choices back into the form.
    pub fn reuse(self, request: &RunRequest) {
        self.prompt.set(request.prompt.as_str().to_owned());
        self.negative.set(request.negative.as_ref().map(|n| n.as_str().to_owned()).unwrap_or_default());
        self.style.set(request.style.as_ref().map_or("DEFAULT", |s| s.as_str()).to_owned());
        self.sides.set((request.size.width().to_string(), request.size.height().to_string()));
        let known = SHAPES.iter().position(|shape| shape.size == request.size);
        self.shape.set(known.map_or(Shape::Custom, Shape::Known));
        self.cleared.set(None);
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
