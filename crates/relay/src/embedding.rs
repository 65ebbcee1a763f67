//! Which pages may do more with the app inside them than strangers. The relay only passes it on: the app keeps to it.

use crate::origin::Origin;
use clap::Args;
use serde_json::{Value, json};

/// The flags.
#[derive(Debug, Args)]
pub(crate) struct EmbedFlags {
    /// Pages of this origin that have the app in a frame may choose its connection, hear of results and ask for
    /// pictures. May be given several times.
    #[arg(long = "embed-origin", value_name = "ORIGIN")]
    origins: Vec<Origin>,

    /// Pages of this origin may also start runs in it without anybody pressing Create. May be given several times.
    #[arg(long = "embed-may-spend", value_name = "ORIGIN")]
    may_spend: Vec<Origin>,
}

impl EmbedFlags {
    pub(crate) fn settings(self) -> Embedding {
        Embedding { origins: self.origins, may_spend: self.may_spend }
    }
}

/// The origins that the app is told of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Embedding {
    /// They are known.
    pub origins: Vec<Origin>,
    /// They may also start runs.
    pub may_spend: Vec<Origin>,
}

impl Embedding {
    /// As it stands in `/relay/v1/config`; nothing where nobody is listed.
    pub(crate) fn to_value(&self) -> Option<Value> {
        (*self != Self::default())
            .then(|| json!({ "origins": texts(&self.origins), "may_spend": texts(&self.may_spend) }))
    }
}

fn texts(origins: &[Origin]) -> Vec<&str> {
    origins.iter().map(Origin::as_str).collect()
}
