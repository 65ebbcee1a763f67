//! The engine for every server that has `POST /images/generations` (stable-diffusion.cpp, LocalAI, vLLM-Omni, hosted
//! ones): the Fusion Brain wire in front of it.
//!
//! Such a server paints while the client waits. Here a run is put into a bounded queue and answered at once; a status
//! request tells how it is doing, and hands the picture over once, as the real service does.

mod flags;
mod link;
mod models;
mod picture;
mod public;
mod queue;
mod said;
mod server;
mod size;

use crate::people::Caller;
use crate::refusal::Refusal;
use crate::run_form;
use crate::settings::{Limits, StartError};
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
pub(crate) use flags::OpenAiFlags;
use fusionbrain::{Base, Endpoint, Key, PipelineId, Size, StyleName, TaskId};
use models::{Models, PICTURES};
use picture::Painter;
use queue::Queue;
use serde_json::{Value, json};
use server::Server;
use simulator::Offered;
use size::Sizes;
use size::read as read_size;
use std::sync::Arc;
use std::time::Duration;

/// What a run can ask for in vain, by the names it has on the wire.
pub(crate) const IGNORES: [&str; 2] = ["style", "negativePromptDecoder"];

/// stable-diffusion.cpp takes what stands in this tag as parameters of its own: sizes without bounds, files of its
/// machine. A prompt is no place for that when others write it.
const INSTRUCTION: &str = "<sd_cpp_extra_args";

/// A server with `POST /images/generations`, and how it is used.
#[derive(Debug, Clone)]
pub struct OpenAiSettings {
    /// Where it lives, with its version: `http://127.0.0.1:8080/v1/`.
    pub upstream: Base,
    /// Put on every request to it as a bearer token.
    pub key: Option<Key>,
    /// The models that are offered. Empty: those the server lists, or, when it lists none, whichever it has.
    pub models: Vec<String>,
    /// The sizes it paints. Empty: what is known of the model, or was learned from a refusal, or any.
    pub sizes: Vec<Size>,
    /// How many pictures it is asked for at the same time.
    pub at_once: usize,
    /// How many runs may wait or be painted; further ones are refused with `DISABLED_BY_QUEUE`.
    pub queue: usize,
    /// Longest wait for one picture, from asking for it.
    pub patience: Duration,
    /// How long a finished picture waits to be fetched.
    pub expiry: Duration,
}

impl OpenAiSettings {
    /// The server at `upstream`: one picture at a time, and times and bounds that suit one machine with one card.
    pub fn new(upstream: Base) -> Self {
        Self {
            upstream,
            key: None,
            models: Vec::new(),
            sizes: Vec::new(),
            at_once: 1,
            queue: 16,
            // A large model without a graphics card takes minutes.
            patience: Duration::from_secs(600),
            expiry: Duration::from_secs(300),
        }
    }
}

/// The engine.
pub(crate) struct OpenAi {
    server: Arc<Server>,
    models: Models,
    painter: Arc<Painter>,
    queue: Arc<Queue>,
    run_body: u64,
}

impl OpenAi {
    pub(crate) fn new(settings: &OpenAiSettings, limits: &Limits) -> Result<Self, StartError> {
        let server = Arc::new(Server::new(&settings.upstream, settings.key.as_ref(), limits.connect)?);
        Ok(Self {
            models: Models::new(&settings.models, limits.headers),
            painter: Arc::new(Painter::new(
                Arc::clone(&server),
                Sizes::new(&settings.sizes),
                settings.patience,
                limits.connect,
            )?),
            queue: Queue::new(settings.queue, settings.at_once, settings.expiry),
            server,
            run_body: limits.run_body,
        })
    }

    /// No more runs; ready when those that were taken are finished, or told, and fetched.
    pub(crate) async fn finished(&self) {
        self.queue.stop();
        self.queue.empty().await;
    }

    pub(crate) async fn answer(&self, endpoint: &Endpoint, request: Request) -> Result<Response, Refusal> {
        let (head, body) = request.into_parts();
        match endpoint {
            Endpoint::Pipelines { .. } => self.pipelines(head.uri.query().unwrap_or_default()).await,
            Endpoint::Availability(id) => self.availability(id).await,
            Endpoint::Run => self.run(&head, body).await,
            Endpoint::Status(task) => self.status(&head, task),
            Endpoint::Styles => Ok(styles()),
        }
    }

    async fn pipelines(&self, query: &str) -> Result<Response, Refusal> {
        let kind = query.split('&').find_map(|pair| pair.strip_prefix("type=")).unwrap_or_default();
        let models = self.models.list(&self.server).await?;
        let host = self.server.host();
        let list: Value = models
            .iter()
            .filter(|_| kind.is_empty() || kind == PICTURES)
            .map(|model| model.as_pipeline(host))
            .collect();
        Ok(json_answer(StatusCode::OK, &list))
    }

    async fn availability(&self, id: &PipelineId) -> Result<Response, Refusal> {
        let models = self.models.list(&self.server).await?;
        if !models.iter().any(|model| model.id == id.as_str()) {
            return Err(Refusal::new(StatusCode::NOT_FOUND, "There is no such model."));
        }
        let word = if self.queue.is_full() { "DISABLED_BY_QUEUE" } else { "ACTIVE" };
        Ok(json_answer(StatusCode::OK, &json!({ "status": word })))
    }

    async fn run(&self, head: &Parts, body: Body) -> Result<Response, Refusal> {
        let models = self.models.list(&self.server).await?;
        let offered = |id: &str| match models.iter().any(|model| model.id == id) {
            true => Offered::Pictures,
            false => Offered::No,
        };
        let order = run_form::read(head, body, self.run_body, offered).await?;
        if order.prompt.to_ascii_lowercase().contains(INSTRUCTION) {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "The prompt holds an instruction for the server that paints.",
            ));
        }
        let Some(model) = models.iter().find(|model| model.id == order.pipeline) else {
            return Err(Refusal::new(StatusCode::NOT_FOUND, "There is no such model."));
        };
        let owner = caller(head).id().to_owned();
        let Some((task, wait)) = self.queue.admit(&owner, &model.id) else {
            // No task was started; the prompt is fine.
            return Ok(json_answer(StatusCode::CREATED, &json!({ "pipeline_status": "DISABLED_BY_QUEUE" })));
        };
        let ordered = self.painter.size(model.name.as_deref(), order.size);
        let answer = json!({
            "uuid": task.to_string(),
            "status": "INITIAL",
            "status_time": wait,
            "size": { "asked": size::written(sides(order.size)), "ordered": size::written(ordered) },
        });
        let (painter, name) = (Arc::clone(&self.painter), model.name.clone());
        self.queue.paint(task, model.id.clone(), async move {
            painter.paint(name.as_deref(), &order.prompt, order.size).await
        });
        Ok(json_answer(StatusCode::CREATED, &answer))
    }

    fn status(&self, head: &Parts, task: &TaskId) -> Result<Response, Refusal> {
        match self.queue.status(caller(head).id(), task.as_str()) {
            Some(body) => Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response()),
            None => {
                Err(Refusal::new(StatusCode::NOT_FOUND, "There is no such task, or its picture was fetched."))
            }
        }
    }
}

/// Who asks; put on the request before any handler.
fn caller(head: &Parts) -> Caller {
    head.extensions.get().cloned().unwrap_or_else(Caller::anyone)
}

/// The one style that is true here: none.
fn styles() -> Response {
    let list: Value = fusionbrain::built_in_styles()
        .into_iter()
        .filter(|style| StyleName::is_default(&style.name))
        .map(|style| {
            json!({
                "name": style.name.as_str(),
                "title": style.title,
                "titleEn": style.title_en,
                "image": style.image,
            })
        })
        .collect();
    json_answer(StatusCode::OK, &list)
}

fn json_answer(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

fn sides(size: Size) -> (u32, u32) {
    (size.width(), size.height())
}
