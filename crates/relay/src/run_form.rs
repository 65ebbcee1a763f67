//! A run as a client sends it, read and checked before anything is spent on it.
//!
//! What goes on to the engine is written anew from what was understood, in the vendor's own order: no field, no header of
//! a part and no second meaning of a byte gets through that nobody here has looked at.

use crate::form::{self, Form};
use crate::refusal::Refusal;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use fusionbrain::{NegativePrompt, PipelineId, Prompt, RunRequest, StyleName};
use simulator::{Malformed, Offered, Order};

/// The longest name of a pipeline or a style that can be meant.
const LONGEST_NAME: usize = 128;

/// Reads what a run asks for, with the eyes of the real service. The body has a limit in bytes and in time already; `limit`
/// is the one in bytes. `offered` is asked for the pipeline it names.
///
/// # Errors
/// 400, 404, 408, 413 or 415, in words for whoever wrote the client.
pub(crate) async fn read(
    head: &Parts,
    body: Body,
    limit: u64,
    offered: impl Fn(&str) -> Offered,
) -> Result<Order, Refusal> {
    let form = Form::read(head, body, limit).await?;
    if form.has_twice(&["pipeline_id", "params"]) {
        return Err(bad("A part of the form is there twice."));
    }
    let order = form::as_request(head, Some(&form), |request| Order::read(&request, offered));
    let order = order.map_err(|Malformed { status, message }| {
        Refusal::new(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), message)
    })?;
    if !is_name(&order.pipeline) {
        return Err(bad("'pipeline_id' cannot be a pipeline's."));
    }
    if !order.style.as_deref().is_none_or(is_name) {
        return Err(bad("'style' cannot be a style's name."));
    }
    Ok(order)
}

/// The request anew, with that run as its form.
///
/// # Errors
/// When the system has no randomness for the boundary.
pub(crate) fn write(order: &Order, mut parts: Parts) -> Result<Request, Refusal> {
    let broken = |_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The relay could not write the run.");
    let run = RunRequest {
        pipeline: PipelineId::new(&order.pipeline)
            .ok_or_else(|| bad("'pipeline_id' cannot be a pipeline's."))?,
        prompt: Prompt::new(&order.prompt).map_err(|error| bad(&format!("query: {error}.")))?,
        negative: NegativePrompt::new(&order.negative)
            .map_err(|error| bad(&format!("negativePromptDecoder: {error}.")))?,
        style: StyleName::new(order.style.as_deref().unwrap_or_default()),
        size: order.size,
    };
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

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && !text.chars().any(char::is_control)
}

fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, message)
}
