//! A run as a client sends it, read and checked before anything is spent on it.
//!
//! What goes on to the engine is written anew from what was understood, in the vendor's own order: no field, no header of
//! a part and no second meaning of a byte gets through that nobody here has looked at.

use crate::refusal::Refusal;
use axum::body::{Body, Bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use fusionbrain::{NegativePrompt, PipelineId, Prompt, RunRequest, Size, StyleName};
use http_body_util::LengthLimitError;
use serde_json::{Map, Value};
use std::error::Error;

/// What a side is when the client does not say, as the service has it.
const USUAL_SIDE: u32 = 1024;

/// The longest name of a pipeline or a style that can be meant.
const LONGEST_NAME: usize = 128;

/// Reads the form out of a request, whose body has a limit in bytes and in time already.
///
/// # Errors
/// 400, 413 or 415, in words for whoever wrote the client. Nothing of what was sent is repeated.
pub(crate) async fn read(request: Request, limit: u64) -> Result<RunRequest, Refusal> {
    if !is_form(request.headers()) {
        return Err(unsupported("A run is sent as multipart/form-data."));
    }
    let in_query = request.uri().query().and_then(|query| parameter(query, "pipeline_id"));
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| bad("The Content-Type of the form names no boundary."))?;
    let (mut pipeline, mut params) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error, limit))? {
        let is_json = is_json(&field);
        let place = match field.name() {
            Some("pipeline_id") => &mut pipeline,
            Some("params") if is_json => &mut params,
            Some("params") => {
                return Err(unsupported("The part 'params' must have Content-Type: application/json."));
            }
            // The service does not know it either.
            _ => continue,
        };
        let bytes = field.bytes().await.map_err(|error| broken(&error, limit))?;
        if place.replace(bytes).is_some() {
            return Err(bad("A part of the form is there twice."));
        }
    }
    let pipeline = match pipeline {
        Some(bytes) => std::str::from_utf8(&bytes).ok().map(ToOwned::to_owned),
        None => in_query,
    };
    let pipeline = pipeline.filter(|id| !id.trim().is_empty());
    let pipeline = pipeline.ok_or_else(|| bad("Required parameter 'pipeline_id' is not present."))?;
    let params = params.ok_or_else(|| bad("Required part 'params' is not present."))?;
    wanted(&pipeline, &params)
}

fn wanted(pipeline: &str, params: &Bytes) -> Result<RunRequest, Refusal> {
    let Ok(Value::Object(params)) = serde_json::from_slice(params) else {
        return Err(bad("'params' is no JSON object."));
    };
    if params.get("type").and_then(Value::as_str) != Some("GENERATE") {
        return Err(bad("'type' must be GENERATE."));
    }
    if !matches!(params.get("numImages"), None | Some(Value::Null)) && params["numImages"] != 1 {
        return Err(bad("'numImages' must be 1: several pictures are several runs."));
    }
    let size = Size::new(side(&params, "width")?, side(&params, "height")?)
        .map_err(|error| bad(&format!("{error}.")))?;
    let Some(Value::Object(generate)) = params.get("generateParams") else {
        return Err(bad("'generateParams' is not present."));
    };
    let prompt = Prompt::new(text(generate, "query")?).map_err(|error| bad(&format!("'query': {error}.")))?;
    let negative = NegativePrompt::new(text(&params, "negativePromptDecoder")?)
        .map_err(|error| bad(&format!("'negativePromptDecoder': {error}.")))?;
    let style = text(&params, "style")?;
    let pipeline = PipelineId::new(pipeline).filter(|id| is_name(id.as_str()));
    if !is_name(style) {
        return Err(bad("'style' cannot be a style's name."));
    }
    Ok(RunRequest {
        pipeline: pipeline.ok_or_else(|| bad("'pipeline_id' cannot be a pipeline's."))?,
        prompt,
        negative,
        style: StyleName::new(style),
        size,
    })
}

/// The request anew, with that run as its form.
///
/// # Errors
/// When the system has no randomness for the boundary.
pub(crate) fn write(run: &RunRequest, mut parts: Parts) -> Result<Request, Refusal> {
    let broken = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The relay could not write the run.");
    // Nobody can have put it into a text.
    let boundary = format!("relay-{:016x}{:016x}", random()?, random()?);
    let mut form = String::new();
    for part in run.parts() {
        form += &format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n", part.name);
        if let Some(kind) = part.content_type {
            form += &format!("Content-Type: {kind}\r\n");
        }
        form += &format!("\r\n{}\r\n", part.body);
    }
    form += &format!("--{boundary}--\r\n");

    // Without its query: the pipeline is in the form now.
    parts.uri = Uri::try_from(parts.uri.path()).map_err(|_| Refusal::not_found())?;
    parts.headers.remove(header::TRANSFER_ENCODING);
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}")).map_err(broken)?,
    );
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(form.len()));
    Ok(Request::from_parts(parts, Body::from(form)))
}

fn random() -> Result<u64, Refusal> {
    getrandom::u64().map_err(|_| {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "This machine has no random numbers to give.")
    })
}

fn side(from: &Map<String, Value>, name: &str) -> Result<u32, Refusal> {
    match from.get(name) {
        None | Some(Value::Null) => Ok(USUAL_SIDE),
        Some(value) => value
            .as_u64()
            .map(|pixels| u32::try_from(pixels).unwrap_or(u32::MAX))
            .ok_or_else(|| bad(&format!("'{name}' is no whole number."))),
    }
}

/// A text that may be missing; missing and empty are the same.
fn text<'a>(from: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    match from.get(name) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(bad(&format!("'{name}' is no text."))),
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && !text.chars().any(char::is_control)
}

/// The value of a parameter in a query, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) =
                    (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("multipart/form-data"))
}

fn is_json(field: &Field<'_>) -> bool {
    let kind = field.content_type().unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

fn broken(error: &MultipartError, limit: u64) -> Refusal {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Refusal::too_large(limit);
        }
        if error.is::<tower_http::timeout::TimeoutError>() {
            return Refusal::new(StatusCode::REQUEST_TIMEOUT, "The run did not arrive in time.");
        }
        cause = error.source();
    }
    bad("The form is broken.")
}

fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, message)
}

fn unsupported(message: &str) -> Refusal {
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
}

#[cfg(test)]
mod tests {
    use super::parameter;

    #[test]
    fn a_parameter_is_decoded_or_none() {
        for (query, expected) in [
            ("pipeline_id=a", Some("a")),
            ("x=1&pipeline_id=a%20b+c%D1%8F&y", Some("a b cя")),
            ("pipeline_id=", Some("")),
            ("pipeline_idx=a", None),
            ("pipeline_id=%", None),
            ("pipeline_id=%4", None),
            ("pipeline_id=%zz", None),
            ("pipeline_id=%ff", None),
            ("", None),
        ] {
            assert_eq!(parameter(query, "pipeline_id").as_deref(), expected, "{query}");
        }
    }
}
