//! What is served at which address, and in which wrapping.

use crate::app_files::AppFiles;
use crate::frame;
use crate::hold::Hold;
use crate::origin::Origin;
use crate::people::Caller;
use crate::refusal::Refusal;
use crate::settings::{EngineSettings, Keys, Settings, StartError};
use crate::simulated::Simulated;
use crate::upstream::Upstream;
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{Extensions, HeaderName, Method, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use fusionbrain::{Endpoint, PipelineId, TaskId};
use http_body_util::Limited;
use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// What every handler can see.
struct Door {
    engine: Arc<Engine>,
    hold: Option<Arc<Hold>>,
    app: Option<AppFiles>,
    /// The answer of `/relay/v1/config`; it never changes.
    config: String,
    /// Whether the simulator's log may be read.
    shows_log: bool,
    run_body: u64,
}

pub(crate) enum Engine {
    Simulated(Simulated),
    Upstream(Box<Upstream>),
}

impl Engine {
    /// One call of the protocol.
    pub(crate) async fn answer(&self, endpoint: &Endpoint, request: Request) -> Result<Response, Refusal> {
        match self {
            // Boxed: the form that it takes apart is large, and a request that goes upstream need not carry room for it.
            Self::Simulated(simulated) => Box::pin(simulated.answer(endpoint, request)).await,
            Self::Upstream(upstream) => upstream.answer(endpoint, request).await,
        }
    }
}

/// The whole service, and what it holds. `address` is what the listener is bound to.
pub(crate) fn router(
    settings: &Settings,
    address: SocketAddr,
) -> Result<(Router, Option<Arc<Hold>>), StartError> {
    let door = Arc::new(Door::new(settings, address)?);
    let hold = door.hold.clone();
    let routes = Router::new()
        .route("/key/api/v1/pipelines", any(pipelines))
        .route("/key/api/v1/pipeline/{id}/availability", any(availability))
        .route("/key/api/v1/pipeline/run", any(run))
        .route("/key/api/v1/pipeline/status/{uuid}", any(status))
        .route("/static/styles/key", any(styles))
        .route("/relay/v1/config", any(config))
        .route("/relay/v1/results/{uuid}", any(result))
        .route("/simulator/v1/log", any(log))
        .route("/healthz", any(health))
        .fallback(elsewhere)
        .with_state(door);
    Ok((dressed(routes, &settings.allow_origins)?, hold))
}

/// The wrapping that every answer leaves in.
fn dressed(routes: Router, origins: &[Origin]) -> Result<Router, StartError> {
    let routes = routes
        // A page of another origin could start a run with the relay's keys without being allowed to see the answer: a
        // form is sent without asking first.
        .layer(foreign(origins)?)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(frame::frame));
    // Outermost, so that every answer whatsoever carries it: a page cannot read an error without.
    Ok(match cors(origins) {
        Some(cors) => routes.layer(cors),
        None => routes,
    })
}

impl Door {
    fn new(settings: &Settings, address: SocketAddr) -> Result<Self, StartError> {
        let (engine, name, needs_keys) = match &settings.engine {
            EngineSettings::Simulator(config) => {
                let needs_keys = config.keys.is_some();
                let engine = Simulated::new(config.clone(), settings.limits.run_body);
                (Engine::Simulated(engine), "simulator", needs_keys)
            }
            EngineSettings::Fusionbrain { upstream, styles, keys } => {
                let engine = Upstream::new(upstream.clone(), styles, keys, &settings.limits)?;
                (Engine::Upstream(Box::new(engine)), "fusionbrain", matches!(keys, Keys::FromClient))
            }
        };
        let hold = settings.hold.clone().map(|hold| Hold::new(hold, needs_keys)).transpose()?;
        let mut config = serde_json::json!({
            "relay": "komposition",
            "version": env!("CARGO_PKG_VERSION"),
            "engine": name,
            "needs_keys": needs_keys,
        });
        if let Some(hold) = &hold {
            config["hold"] = true.into();
            config["wait"] = hold.offered_wait().into();
        }
        Ok(Self {
            engine: Arc::new(engine),
            hold,
            app: settings.app.as_deref().map(AppFiles::new).transpose()?,
            config: config.to_string(),
            // It names the tasks, and who knows a task's name can take its picture.
            shows_log: address.ip().to_canonical().is_loopback(),
            run_body: settings.limits.run_body,
        })
    }

    /// One call of the protocol, by whichever engine.
    async fn call(&self, endpoint: Endpoint, request: Request) -> Result<Response, Refusal> {
        let allowed = endpoint.method().as_str();
        // Not by the router's own method tables: they answer HEAD by a GET whose body is thrown away, and a final
        // status can be read once.
        if request.method().as_str() != allowed {
            return Err(Refusal::method(request.method().as_str(), allowed));
        }
        let request = if endpoint == Endpoint::Run { self.limited(request)? } else { request };
        match (&self.hold, endpoint) {
            (Some(hold), Endpoint::Run) => {
                let caller = caller(request.extensions());
                Box::pin(hold.run(&self.engine, &caller, request)).await
            }
            (Some(hold), Endpoint::Status(task)) => {
                // Without its body, which nobody reads and which could not be shared among threads.
                let (asked, _) = request.into_parts();
                // Boxed, so that a request that is only passed on does not carry the room for it.
                Box::pin(hold.status(&self.engine, &caller(&asked.extensions), task, &asked)).await
            }
            (_, endpoint) => self.engine.answer(&endpoint, request).await,
        }
    }

    /// Refuses a run that says it is too large before anything is sent anywhere; stops one that turns out to be.
    fn limited(&self, request: Request) -> Result<Request, Refusal> {
        let said = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if said.and_then(|value| value.parse::<u64>().ok()).is_some_and(|length| length > self.run_body) {
            return Err(Refusal::too_large(self.run_body));
        }
        let limit = usize::try_from(self.run_body).unwrap_or(usize::MAX);
        Ok(request.map(|body| Body::new(Limited::new(body, limit))))
    }
}

type Shared = State<Arc<Door>>;
type Segment = Result<Path<String>, PathRejection>;

async fn pipelines(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    door.call(Endpoint::Pipelines { kind: None }, request).await
}

async fn availability(State(door): Shared, id: Segment, request: Request) -> Result<Response, Refusal> {
    let id = segment(id).and_then(|id| PipelineId::new(&id)).ok_or_else(Refusal::not_found)?;
    door.call(Endpoint::Availability(id), request).await
}

async fn run(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    door.call(Endpoint::Run, request).await
}

async fn status(State(door): Shared, id: Segment, request: Request) -> Result<Response, Refusal> {
    let task = segment(id).and_then(|id| TaskId::new(&id)).ok_or_else(Refusal::not_found)?;
    door.call(Endpoint::Status(task), request).await
}

async fn styles(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    door.call(Endpoint::Styles, request).await
}

async fn result(State(door): Shared, id: Segment, request: Request) -> Result<Response, Refusal> {
    let hold = door.hold.as_ref().ok_or_else(Refusal::not_found)?;
    if request.method() != Method::DELETE {
        return Err(Refusal::method(request.method().as_str(), "DELETE"));
    }
    let task = segment(id).and_then(|id| TaskId::new(&id)).ok_or_else(Refusal::not_found)?;
    let (asked, _) = request.into_parts();
    hold.acknowledged(&caller(&asked.extensions), &task, &asked.headers).await
}

async fn config(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    readable(&request)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], door.config.clone()).into_response())
}

async fn log(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    match &*door.engine {
        Engine::Simulated(simulated) if door.shows_log => {
            readable(&request)?;
            Ok(simulated.log())
        }
        _ => Err(Refusal::not_found()),
    }
}

async fn health(request: Request) -> Result<&'static str, Refusal> {
    readable(&request)?;
    Ok("ok")
}

/// Everything without a route of its own: the app's files, if there are any.
async fn elsewhere(State(door): Shared, request: Request) -> Response {
    match &door.app {
        Some(files) => files.clone().answer(request).await,
        None => Refusal::not_found().into_response(),
    }
}

/// Who asks; put on the request before any handler.
fn caller(put: &Extensions) -> Caller {
    put.get().cloned().unwrap_or_else(Caller::anyone)
}

fn readable(request: &Request) -> Result<(), Refusal> {
    match *request.method() {
        Method::GET | Method::HEAD => Ok(()),
        ref other => Err(Refusal::method(other.as_str(), "GET")),
    }
}

/// An identifier out of a path. Whatever a server further on could take for a way to another path is no identifier.
fn segment(id: Segment) -> Option<String> {
    let Path(id) = id.ok()?;
    let walks =
        matches!(id.trim(), "." | "..") || id.contains(['/', '\\']) || id.chars().any(char::is_control);
    (!walks).then_some(id)
}

fn cors(origins: &[Origin]) -> Option<CorsLayer> {
    let origins: Vec<_> = origins.iter().filter_map(Origin::header).collect();
    if origins.is_empty() {
        // The relay's own pages need none of it, and no other page may.
        return None;
    }
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            HeaderName::from_static("x-key"),
            HeaderName::from_static("x-secret"),
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
        ])
        // To count a Retry-After that is a date, its reader needs the answer's own date.
        .expose_headers([header::RETRY_AFTER, header::DATE])
        .vary([header::ORIGIN])
        .max_age(Duration::from_secs(600));
    Some(layer)
}

type RefuseForeign = fn(ProtectionError) -> Response;

fn foreign(origins: &[Origin]) -> Result<CsrfLayer<RefuseForeign>, StartError> {
    let mut layer = CsrfLayer::new();
    for origin in origins {
        layer = layer
            .add_trusted_origin(origin.as_str())
            .map_err(|_| StartError::Upstream(origin.as_str().to_owned()))?;
    }
    let refuse: RefuseForeign = |_| {
        Refusal::new(
            StatusCode::FORBIDDEN,
            "This relay does not take runs from pages of that origin (see --allow-origin).",
        )
        .into_response()
    };
    Ok(layer.with_rejection_response(refuse))
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    // What was said in the panic has gone to stderr; it is no client's business.
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The relay broke down on this request.").into_response()
}

#[cfg(test)]
mod tests {
    use super::dressed;
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_a_500_in_the_services_shape_that_an_allowed_page_can_read() {
        async fn breaks() -> &'static str {
            panic!("on purpose")
        }
        let origins = ["https://pictures.example".parse().unwrap()];
        let routes = dressed(Router::new().route("/breaks", get(breaks)), &origins).unwrap();
        let request =
            Request::get("/breaks").header("origin", "https://pictures.example").body(Body::empty()).unwrap();
        let answer = routes.oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()["access-control-allow-origin"], "https://pictures.example");
        let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["status"], 500);
        assert_eq!(body["error"], "Internal Server Error");
        assert_eq!(body["path"], "/breaks");
        assert!(!body["message"].as_str().unwrap().contains("on purpose"), "{body}");
    }
}
