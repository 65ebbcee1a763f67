//! The part of the command line that says how a server with `POST /images/generations` is used.

use super::{OpenAiSettings, read_size};
use crate::guard_flags::time;
use crate::keys::{KeysFileError, read_upstream_key_file};
use clap::Args;
use fusionbrain::{Base, Size};
use std::path::PathBuf;
use std::time::Duration;

/// What belongs to `--engine openai` alone.
#[derive(Debug, Args)]
pub(crate) struct OpenAiFlags {
    /// Openai: file with the key that the server wants, on a line of its own.
    #[arg(long, value_name = "FILE")]
    upstream_key_file: Option<PathBuf>,

    /// Openai: offer this model. May be given several times [default: those the server lists].
    #[arg(long = "model", value_name = "NAME")]
    models: Vec<String>,

    /// Openai: the sizes the server paints, such as 1024x1024,1536x1024; the nearest is ordered [default: what is known
    /// of the model].
    #[arg(long, value_name = "WxH", value_delimiter = ',', value_parser = picture_size)]
    sizes: Vec<Size>,

    /// Openai: how many pictures the server is asked for at the same time [default: 1].
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1000))]
    upstream_at_once: Option<u16>,

    /// Openai: how many runs may wait or be painted; further ones are told to come later [default: 16].
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=10000))]
    queue: Option<u16>,

    /// Openai: longest wait for one picture [default: 10m].
    #[arg(long, value_name = "TIME", value_parser = time)]
    patience: Option<Duration>,
}

impl OpenAiFlags {
    /// Each flag as typed, and whether it was.
    pub(crate) fn given(&self) -> [(bool, &'static str); 6] {
        [
            (self.upstream_key_file.is_some(), "--upstream-key-file"),
            (!self.models.is_empty(), "--model"),
            (!self.sizes.is_empty(), "--sizes"),
            (self.upstream_at_once.is_some(), "--upstream-at-once"),
            (self.queue.is_some(), "--queue"),
            (self.patience.is_some(), "--patience"),
        ]
    }

    /// What they say of the server at `upstream`.
    ///
    /// # Errors
    /// When the key's file cannot be used.
    pub(crate) fn settings(self, upstream: Base) -> Result<OpenAiSettings, KeysFileError> {
        let usual = OpenAiSettings::new(upstream);
        Ok(OpenAiSettings {
            key: self.upstream_key_file.as_deref().map(read_upstream_key_file).transpose()?,
            models: self.models,
            sizes: self.sizes,
            at_once: self.upstream_at_once.map_or(usual.at_once, usize::from),
            queue: self.queue.map_or(usual.queue, usize::from),
            patience: self.patience.unwrap_or(usual.patience),
            ..usual
        })
    }
}

fn picture_size(text: &str) -> Result<Size, &'static str> {
    read_size(text).ok_or("a size is written as 1024x768, each side from 128 to 2048")
}
