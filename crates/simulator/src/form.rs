//! What a run asks for, read out of its form the way the real service reads it.

use fusionbrain::{NegativePrompt, Prompt, Size, utf16_units};
use serde_json::{Map, Value};

use crate::error::NO_PIPELINE;
use crate::request::{Body, Part, Request};

/// What a run asks for. Every text and side is within the service's limits.
#[derive(Debug, Clone)]
pub struct Order {
    /// The pipeline's id, one that is offered.
    pub pipeline: String,
    /// What to paint.
    pub prompt: String,
    /// What to keep out of it; empty when nothing was said.
    pub negative: String,
    /// The style; `DEFAULT` is none.
    pub style: Option<String>,
    /// The size of the picture.
    pub size: Size,
}

/// What a service says about a pipeline id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It makes pictures of texts.
    Pictures,
    /// It makes something else.
    SomethingElse,
    /// There is none of that id.
    No,
}

/// Why a form is no good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The status code that the service answers with: 400, 404 or 415.
    pub status: u16,
    /// The service's words.
    pub message: String,
}

impl Order {
    /// Reads a run's form as the real service does. `offered` is asked for the pipeline it names.
    ///
    /// # Errors
    /// [`Malformed`] with what the service would say.
    pub fn read(request: &Request<'_>, offered: impl Fn(&str) -> Offered) -> Result<Self, Malformed> {
        if !matches!(request.body, Body::Form(_)) {
            return Err(unsupported(request.headers.get("Content-Type")));
        }
        // A form field in most clients, a query parameter in the vendor's Java client.
        let id = request.part("pipeline_id").map(|part| String::from_utf8_lossy(part.bytes).into_owned());
        let id = id.or_else(|| request.parameter("pipeline_id")).map(|id| id.trim().to_owned());
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            return Err(bad("Required parameter 'pipeline_id' is not present."));
        };
        let Some(params) = request.part("params") else {
            return Err(bad("Required part 'params' is not present."));
        };
        if !is_json(params) {
            return Err(unsupported(Some(params.content_type.unwrap_or("application/octet-stream"))));
        }
        let Ok(Value::Object(params)) = serde_json::from_slice(params.bytes) else {
            return Err(bad("Failed to read request"));
        };
        match offered(&id) {
            Offered::Pictures => wanted(&params, id),
            Offered::SomethingElse => Err(bad("Тип задачи GENERATE не поддерживается этой моделью")),
            Offered::No => Err(Malformed { status: 404, message: NO_PIPELINE.to_owned() }),
        }
    }
}

fn wanted(params: &Map<String, Value>, pipeline: String) -> Result<Order, Malformed> {
    match params.get("type") {
        Some(Value::String(kind)) if kind == "GENERATE" => {}
        None => return Err(bad("type: не должно быть пустым")),
        Some(_) => return Err(bad("Failed to read request")),
    }
    if !matches!(whole(params, "numImages", 1)?, 1) {
        return Err(bad("numImages: возможно только 1 изображение"));
    }
    let (width, height) = (whole(params, "width", 1024)?, whole(params, "height", 1024)?);
    let side = |pixels: u64| u32::try_from(pixels).unwrap_or(u32::MAX);
    let Ok(size) = Size::new(side(width), side(height)) else {
        return Err(bad(&format!(
            "width, height: {width}x{height} не подходит, стороны должны быть от {} до {}",
            Size::MIN,
            Size::MAX
        )));
    };
    let generate = match params.get("generateParams") {
        Some(Value::Object(generate)) => generate,
        None | Some(Value::Null) => return Err(bad("generateParams: не должно быть пустым")),
        Some(_) => return Err(bad("Failed to read request")),
    };
    let prompt = text(generate, "query")?.unwrap_or_default();
    if prompt.trim().is_empty() {
        return Err(bad("query: не должно быть пустым"));
    }
    fits("Текстовое описание слишком длинное", &prompt, Prompt::LIMIT)?;
    let negative = text(params, "negativePromptDecoder")?.unwrap_or_default();
    fits("Негативный промпт слишком длинный", &negative, NegativePrompt::LIMIT)?;
    let style = text(params, "style")?.filter(|style| !style.is_empty() && style != "DEFAULT");
    Ok(Order { pipeline, prompt, negative, style, size })
}

/// The limits count as Java counts: UTF-16 units, so an emoji is two.
fn fits(complaint: &str, text: &str, limit: usize) -> Result<(), Malformed> {
    let units = utf16_units(text);
    if units <= limit {
        Ok(())
    } else {
        Err(bad(&format!("{complaint}: {units} символов при пределе {limit}")))
    }
}

fn text(from: &Map<String, Value>, name: &str) -> Result<Option<String>, Malformed> {
    match from.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(bad("Failed to read request")),
    }
}

fn whole(from: &Map<String, Value>, name: &str, usual: u64) -> Result<u64, Malformed> {
    match from.get(name) {
        None | Some(Value::Null) => Ok(usual),
        Some(value) => value.as_u64().ok_or_else(|| bad("Failed to read request")),
    }
}

/// `application/json`, with or without parameters; `application/…+json` too, as Spring has it.
fn is_json(part: Part<'_>) -> bool {
    let kind = part.content_type.unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn bad(message: &str) -> Malformed {
    Malformed { status: 400, message: message.to_owned() }
}

fn unsupported(content_type: Option<&str>) -> Malformed {
    let message = match content_type {
        Some(kind) => format!("Content-Type '{kind}' is not supported."),
        None => "Could not parse Content-Type.".to_owned(),
    };
    Malformed { status: 415, message }
}
