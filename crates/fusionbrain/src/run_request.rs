//! A run as it is sent: a form of two parts.

use crate::{NegativePrompt, PipelineId, Prompt, Size, StyleName};
use serde::{Deserialize, Serialize};

/// Everything a run is made of. Each field is checked by its own type, so a request read back from storage is as
/// good as a fresh one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRequest {
    /// The model that paints.
    pub pipeline: PipelineId,
    /// What to paint.
    pub prompt: Prompt,
    /// What to keep out of it.
    #[serde(default)]
    pub negative: Option<NegativePrompt>,
    /// The style; `DEFAULT` and none are the same.
    #[serde(default)]
    pub style: Option<StyleName>,
    /// Size of the picture.
    pub size: Size,
}

/// One part of the `multipart/form-data` body. Never set the request's own Content-Type: whoever encodes the form
/// writes it, with the boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormPart {
    /// The field's name.
    pub name: &'static str,
    /// The part's own type; the service answers 415 when `params` comes without it.
    pub content_type: Option<&'static str>,
    /// The part's content, UTF-8.
    pub body: String,
}

/// The order and the names are the vendor's; what is empty is left out, not sent as "".
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Params<'a> {
    r#type: &'static str,
    num_images: u8,
    width: u32,
    height: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_prompt_decoder: Option<&'a str>,
    generate_params: GenerateParams<'a>,
}

#[derive(Serialize)]
struct GenerateParams<'a> {
    query: &'a str,
}

impl RunRequest {
    /// The form's parts in the vendor's order: `pipeline_id` (plain), `params` (`application/json`).
    pub fn parts(&self) -> [FormPart; 2] {
        [
            FormPart { name: "pipeline_id", content_type: None, body: self.pipeline.as_str().to_owned() },
            FormPart { name: "params", content_type: Some("application/json"), body: self.params() },
        ]
    }

    /// The JSON of the `params` part.
    pub fn params(&self) -> String {
        let params = Params {
            r#type: "GENERATE",
            // One run makes one picture; several pictures are several runs.
            num_images: 1,
            width: self.size.width(),
            height: self.size.height(),
            style: self.style.as_ref().filter(|style| !style.is_default()).map(StyleName::as_str),
            negative_prompt_decoder: self.negative.as_ref().map(NegativePrompt::as_str),
            generate_params: GenerateParams { query: self.prompt.as_str() },
        };
        // Strings and numbers only: there is nothing in it that could fail.
        serde_json::to_string(&params).unwrap_or_default()
    }
}
