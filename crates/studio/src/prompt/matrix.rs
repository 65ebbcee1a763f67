//! Prompts, styles, shapes and variations as a list of runs.

use fusionbrain::{NegativePrompt, PipelineId, Prompt, RunRequest, Size, StyleName, TextError, utf16_units};

use super::{MOST_RUNS, Pattern, fill_template, pick};

/// A style: the service's, or one's own, which is words added to the prompt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    /// The service's style.
    pub style: Option<StyleName>,
    /// What is added to the prompt, or has [`super::PLACE`] in it. Empty: nothing.
    pub words: String,
}

/// Everything that Create stands for.
#[derive(Debug, Clone)]
pub struct Matrix {
    /// The prompt as read.
    pub prompt: Pattern,
    /// So many of its texts, by chance from this seed; none: all.
    pub some: Option<(u64, u64)>,
    /// What to keep out.
    pub negative: Option<NegativePrompt>,
    /// The styles; at least one.
    pub looks: Vec<Look>,
    /// The sizes; at least one.
    pub sizes: Vec<Size>,
    /// How often each of it; at least once.
    pub variations: u64,
}

/// Why there is no list of runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unplanned {
    /// More than [`MOST_RUNS`].
    TooMany(u64),
    /// One of the texts cannot be sent.
    Text(TextError),
}

/// A text that will be sent, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Exactly as it is sent.
    pub text: String,
    /// Why it cannot be.
    pub fault: Option<TextError>,
    /// How many runs have it.
    pub runs: u64,
}

impl Matrix {
    fn texts(&self) -> u64 {
        let all = self.prompt.count();
        self.some.map_or(all, |(n, _)| all.min(n.max(1)))
    }

    /// How many runs it is.
    #[must_use]
    pub fn cost(&self) -> u64 {
        let each = (self.looks.len() as u64).saturating_mul(self.sizes.len() as u64);
        self.texts().saturating_mul(each).saturating_mul(self.variations.max(1))
    }

    /// UTF-16 units of the longest text that would be sent; of more than [`MOST_RUNS`] an upper bound.
    #[must_use]
    pub fn longest(&self) -> usize {
        if self.cost() <= MOST_RUNS {
            return self.planned().iter().map(|planned| utf16_units(&planned.text)).max().unwrap_or(0);
        }
        let words = self.looks.iter().map(|look| utf16_units(&look.words)).max().unwrap_or(0);
        self.prompt.longest().saturating_add(words)
    }

    fn each(&self) -> impl Iterator<Item = (String, &Look)> {
        let numbers = match self.some {
            _ if self.cost() > MOST_RUNS => vec![],
            None => (0..self.prompt.count()).collect(),
            Some((n, seed)) => pick(self.prompt.count(), n.max(1), seed),
        };
        numbers.into_iter().flat_map(move |n| {
            let text = self.prompt.text(n);
            self.looks.iter().map(move |look| {
                let styled = if look.words.is_empty() {
                    text.trim().to_owned()
                } else {
                    fill_template(&look.words, &text)
                };
                (styled, look)
            })
        })
    }

    /// Every exact text, in the order of sending, each once. Nothing when there are more than [`MOST_RUNS`].
    #[must_use]
    pub fn planned(&self) -> Vec<Planned> {
        let runs = (self.sizes.len() as u64).saturating_mul(self.variations.max(1));
        let mut all: Vec<Planned> = Vec::new();
        for (text, _) in self.each() {
            match all.iter_mut().find(|have| have.text == text) {
                Some(have) => have.runs += runs,
                None => all.push(Planned { fault: Prompt::new(&text).err(), text, runs }),
            }
        }
        all
    }

    /// The runs in their order: by text, then style, then size, then variation.
    ///
    /// # Errors
    /// [`Unplanned`].
    pub fn runs(&self, pipeline: &PipelineId) -> Result<Vec<RunRequest>, Unplanned> {
        let cost = self.cost();
        if cost > MOST_RUNS {
            return Err(Unplanned::TooMany(cost));
        }
        let mut runs = Vec::new();
        for (text, look) in self.each() {
            let prompt = Prompt::new(&text).map_err(Unplanned::Text)?;
            for &size in &self.sizes {
                for _ in 0..self.variations.max(1) {
                    runs.push(RunRequest {
                        pipeline: pipeline.clone(),
                        prompt: prompt.clone(),
                        negative: self.negative.clone(),
                        style: look.style.clone(),
                        size,
                    });
                }
            }
        }
        Ok(runs)
    }
}
