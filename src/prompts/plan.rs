//! What Create stands for: the form, the prompt's marks, own styles and the batch together.

use fusionbrain::{PipelineId, RunRequest, SHAPES, Size, StyleName};
use studio::prompt::{Hint, KeptKind, Look, Matrix, Pattern, Unplanned, entries};

use super::Desk;
use crate::{
    compose::{Draft, OWN_STYLE, Shape, Told, Why},
    i18n::prompts::t,
};

impl Desk {
    /// The prompt as read, with what looks like a mark and is none.
    pub(super) fn pattern(self) -> (Pattern, Vec<Hint>) {
        let list = |name: &str| self.shelf.text(KeptKind::List, name).map(|text| entries(&text));
        self.draft.prompt.with(|prompt| Pattern::read(prompt, list))
    }

    /// Whether it is just the one run that the form says.
    pub(super) fn is_simple(self) -> bool {
        let is_one = self
            .shelf
            .batch
            .with(|batch| batch.styles.is_empty() && batch.shapes.is_empty() && batch.variations <= 1);
        is_one && self.draft.is_plain()
    }

    /// All styles in the order of their chips: those of the service, then one's own.
    pub(super) fn style_names(self) -> Vec<String> {
        let service = self.connections.styles.get().into_iter().map(|style| style.name.as_str().to_owned());
        let own = self.shelf.of(KeptKind::Style).into_iter().map(|kept| OWN_STYLE.to_owned() + &kept.name);
        service.chain(own).collect()
    }

    fn look(self, name: &str) -> Look {
        match name.strip_prefix(OWN_STYLE) {
            Some(own) => {
                Look { style: None, words: self.shelf.text(KeptKind::Style, own).unwrap_or_default() }
            }
            None => {
                let style: Option<StyleName> = self.connections.style(name);
                Look { style, words: String::new() }
            }
        }
    }

    /// The chosen style, and those of the batch, in the order of their chips.
    fn looks(self) -> Vec<Look> {
        let chosen = self.draft.style.get();
        let more = self.shelf.batch.with(|batch| batch.styles.clone());
        let mut names: Vec<String> = self.style_names();
        names.retain(|name| *name == chosen || more.contains(name));
        if !names.contains(&chosen) {
            names.insert(0, chosen);
        }
        names.iter().map(|name| self.look(name)).collect()
    }

    fn sizes(self, chosen: Size) -> Vec<Size> {
        let shape = self.draft.shape.get();
        let more = self.shelf.batch.with(|batch| batch.shapes.clone());
        let known = SHAPES.iter().enumerate().filter(|(n, _)| {
            let this = Shape::Known(*n);
            this == shape || more.contains(&this)
        });
        let mut sizes: Vec<Size> = known.map(|(_, shape)| shape.size).collect();
        if shape == Shape::Custom && !sizes.contains(&chosen) {
            sizes.push(chosen);
        }
        sizes
    }

    pub(super) fn matrix(self) -> Result<(Matrix, PipelineId), Why> {
        let (pipeline, negative, size) = self.draft.rest(self.connections)?;
        let (prompt, _) = self.pattern();
        let (variations, some) =
            self.shelf.batch.with(|batch| (batch.variations.max(1), batch.some.map(|n| (n, batch.seed))));
        let matrix =
            Matrix { prompt, some, negative, looks: self.looks(), sizes: self.sizes(size), variations };
        Ok((matrix, pipeline))
    }

    /// Every run of it, in order.
    pub(super) fn runs(self) -> Result<Vec<RunRequest>, Why> {
        let (matrix, pipeline) = self.matrix()?;
        matrix.runs(&pipeline).map_err(|unplanned| match unplanned {
            Unplanned::TooMany(runs) => Why::Said((t().too_many)(runs)),
            Unplanned::Text(error) => Why::Prompt(error),
        })
    }

    pub(super) fn told(self) -> Option<Told> {
        if self.is_simple() {
            return None;
        }
        match self.matrix() {
            Ok((matrix, _)) => {
                Some(Told { runs: matrix.cost(), units: matrix.longest(), why: self.runs().err() })
            }
            Err(why) => Some(Told { runs: 1, units: self.pattern().0.longest(), why: Some(why) }),
        }
    }
}

/// The draft as [`Draft::restore`] reads it.
pub(super) fn to_text(draft: Draft) -> String {
    let size = draft.size();
    let side = |of: fn(&Size) -> u32| size.as_ref().map_or(0, of);
    serde_json::json!({
        "prompt": draft.prompt.get(),
        "negative": draft.negative.get(),
        "style": draft.style.get(),
        "width": side(Size::width),
        "height": side(Size::height),
    })
    .to_string()
}
