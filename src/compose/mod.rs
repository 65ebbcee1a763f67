//! What shall be drawn: prompt, negative prompt, shape, style, model.

mod form;
mod shapes;
mod styles;

pub use form::form;

use fusionbrain::{NegativePrompt, PipelineId, Prompt, RunRequest, SHAPES, Size, TextError};
use serde_json::Value;

use crate::{
    browser::storage,
    connection::{Connections, Link, Models},
    queue::Queue,
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
    /// Create was pressed before the tools were there that this prompt needs.
    pub wished: State<bool>,
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
    /// What the tools say.
    Said(String),
}

/// What the tools say of a prompt that stands for more, or for other, than what was typed.
pub struct Told {
    /// How many runs it is.
    pub runs: u64,
    /// UTF-16 units of the longest text that would be sent.
    pub units: usize,
    /// Why nothing can be sent.
    pub why: Option<Why>,
}

/// How the name of one's own style begins, so that it is none of the service's.
pub const OWN_STYLE: &str = "own:";

/// Create was pressed, or wished for.
pub fn create(draft: Draft, connections: Connections, queue: Queue) {
    if let Some(tools) = queue.tools() {
        (tools.create)(tools.desk(draft, connections, queue));
    } else if !draft.is_plain() {
        draft.wished.set(true);
        queue.load();
    } else if let Ok(request) = draft.request(connections) {
        queue.start(request);
    }
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
            wished: State::new(false),
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
        let (pipeline, negative, size) = self.rest(connections)?;
        let style = self.style.with(|name| connections.style(name));
        Ok(RunRequest { pipeline, prompt, negative, style, size })
    }

    /// What is sent beside prompt and style.
    pub fn rest(self, connections: Connections) -> Result<(PipelineId, Option<NegativePrompt>, Size), Why> {
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
        Ok((pipeline, negative, size))
    }

    /// Whether what is sent is what was typed: no marks, no words of one's own style.
    pub fn is_plain(self) -> bool {
        self.prompt.with(|text| studio::prompt::is_plain(text))
            && !self.style.with(|name| name.starts_with(OWN_STYLE))
    }

    /// Puts another prompt in place; undo brings back the one that was there.
    pub fn write(self, prompt: String) {
        let before = self.prompt.get_untracked();
        self.cleared.set(Some(before).filter(|before| !before.is_empty() && *before != prompt));
        self.prompt.set(prompt);
    }

    /// Brings back what the form said at the last visit. What was typed since stays; undo brings the old prompt back.
    pub fn restore(self) {
        let Some(kept) = storage::read("draft") else { return };
        let typed = self.prompt.get_untracked();
        self.reuse_text(&kept);
        self.cleared.set(None);
        if !typed.is_empty() {
            self.write(typed);
        }
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
        self.write(prompt.to_owned());
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
