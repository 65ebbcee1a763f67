//! What is served at which address, and in which wrapping.

use crate::address::Peer;
use crate::app_files::AppFiles;
use crate::engine::Engine;
use crate::final_answer::watched;
use crate::frame::{self, Frame};
use crate::hold::Hold;
use crate::metrics::{self, Metrics};
use crate::origin::Origin;
use crate::ownership::{Ownership, Starting};
use crate::people::{Caller, People, Stranger};
use crate::rates::{Asking, Limiter};
use crate::refusal::Refusal;
use crate::run_form;
use crate::settings::{Settings, StartError};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use fusionbrain::{Endpoint, Headers, PipelineId, RunAnswer, TaskId, read_run};
use http_body_util::Limited;
use serde_json::{Value, json};
use simulator::Offered;
use std::any::Any;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::timeout::DeadlineBody;

/// Largest answer to a run, in bytes: an identifier and a few words.
const RUN_ANSWER: usize = 64 * 1024;

/// Longest name of a task, in bytes. The service's have 36.
const LONGEST_TASK: usize = 128;

/// What every handler can see.
pub(crate) struct Door {
    engine: Arc<Engine>,
    pub(crate) hold: Option<Arc<Hold>>,
    app: Option<AppFiles>,
    /// The answer of `/relay/v1/config` to everybody.
    config: Value,
    /// Whether the simulator's log may be read.
    shows_log: bool,
    settings: Settings,
    /// Whether others than the person at this machine come in.
    guarded: bool,
    limiter: Limiter,
    pub(crate) people: Arc<People>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ownership: Ownership,
    /// It was asked to stop and only finishes what it has.
    pub(crate) draining: AtomicBool,
    /// Only the person at this machine is meant to come in.
    at_home: bool,
}

/// The whole service.
pub(crate) fn router(door: &Arc<Door>) -> Router {
    let routes = Router::new()
        .route("/key/api/v1/pipelines", any(pipelines))
        .route("/key/api/v1/pipeline/{id}/availability", any(availability))
        .route("/key/api/v1/pipeline/run", any(run))
        .route("/key/api/v1/pipeline/status/{uuid}", any(status))
        .route("/static/styles/key", any(styles))
        .route("/relay/v1/results/{uuid}", any(result))
        .route("/relay/v1/config", any(config))
        .route("/relay/v1/openapi.json", any(openapi))
        .route("/simulator/v1/log", any(log))
        .route("/metrics", any(numbers))
        .route("/healthz", any(health))
        .fallback(elsewhere)
        .with_state(Arc::clone(door));
    let frame = Frame {
        metrics: Arc::clone(&door.metrics),
        origins: door.settings.allow_origins.clone(),
        at_home: door.at_home,
    };
    dressed(routes, frame)
}

/// The wrapping that every answer leaves in. In one piece, and of as few layers as can be: each of them keeps a copy of
/// what is inside it for every request that waits.
fn dressed(routes: Router, frame: Frame) -> Router {
    let cors = cors(&frame.origins);
    // Outermost: what CORS answers by itself, to whoever asks OPTIONS of anything, must have manners too.
    let frame = from_fn_with_state(Arc::new(frame), frame::frame);
    let inner = CatchPanicLayer::custom(panicked);
    match cors {
        // Around all that says no: a page cannot read an error without.
        Some(cors) => routes.layer((frame, cors, inner)),
        None => routes.layer((frame, inner)),
    }
}

impl Door {
    /// `address` is what the listener is bound to.
    ///
    /// # Errors
    /// [`StartError`] when these settings cannot be used at that address.
    pub(crate) fn new(settings: &Settings, address: SocketAddr) -> Result<Self, StartError> {
        let people = People::new(settings).map_err(StartError::People)?;
        let here = address.ip().to_canonical().is_loopback();
        if !here && !people.any() && !settings.open {
            return Err(StartError::Exposed(address));
        }
        let engine = Engine::new(&settings.engine, &settings.limits)?;
        let hold = settings.hold.clone().map(|hold| Hold::new(hold, engine.needs_keys())).transpose()?;
        let mut config = json!({
            "relay": "komposition",
            "version": env!("CARGO_PKG_VERSION"),
            "engine": engine.name(),
            "needs_keys": engine.needs_keys(),
            "needs_token": people.any(),
            "ignores": engine.ignores(),
            "hold": hold.is_some(),
            "wait": hold.as_ref().map_or(0, |hold| hold.offered_wait()),
        });
        if let Some(embedding) = settings.embedding.to_value() {
            config["embed"] = embedding;
        }
        let guarded = settings.guarded(address);
        let at_home = here && !people.any() && settings.trust.is_none() && !settings.open;
        Ok(Self {
            app: settings.app.as_deref().map(|dir| AppFiles::new(dir, &settings.ancestors())).transpose()?,
            config,
            // It names the tasks, and who knows a task's name can take its picture.
            shows_log: here && !people.any(),
            limiter: Limiter::new(settings.rates.effective(guarded)),
            settings: settings.clone(),
            guarded,
            people: Arc::new(people),
            metrics: Arc::clone(&engine.metrics),
            engine: Arc::new(engine),
            ownership: Ownership::new(hold.as_ref().and_then(|hold| hold.accounts())),
            hold,
            draining: AtomicBool::new(false),
            at_home,
        })
    }

    /// Ready when the engine has nothing in hand any more.
    pub(crate) async fn finished(&self) {
        self.engine.finished().await;
    }

    /// Whether more than one person comes in.
    pub(crate) fn guarded(&self) -> bool {
        self.guarded
    }

    /// Turns away whoever asks too often from one address, whoever they say they are: to try tokens has a limit too.
    /// Then finds out who asks.
    fn who(&self, request: &Request) -> Result<Result<Caller, Stranger>, Refusal> {
        let peer = Peer::of(request);
        let client = peer.client(request.headers(), self.settings.trust.as_ref());
        let is_run = request.method() == Method::POST;
        self.limiter.address(client, if is_run { Asking::Run } else { Asking::Poll })?;
        Ok(self.people.who(peer, request.headers()))
    }

    /// Lets callers through and nobody else, and says in the answer whose it is, for the log.
    async fn let_in<F>(
        self: Arc<Self>,
        request: Request,
        then: impl FnOnce(Arc<Self>, Caller, Request) -> F,
    ) -> Response
    where
        F: Future<Output = Result<Response, Refusal>>,
    {
        let caller = match self.who(&request) {
            Ok(Ok(caller)) => caller,
            Ok(Err(stranger)) => return stranger.refusal().into_response(),
            Err(refusal) => return refusal.into_response(),
        };
        let mut response = then(self, caller.clone(), request).await.into_response();
        response.extensions_mut().insert(caller);
        response
    }

    /// One call of the protocol, for callers only; without an endpoint the address is none.
    async fn called(self: Arc<Self>, endpoint: Option<Endpoint>, request: Request) -> Response {
        self.let_in(request, |door, caller, request| async move {
            door.call(caller, endpoint.ok_or_else(Refusal::not_found)?, request).await
        })
        .await
    }

    /// One call of the protocol, by whichever engine.
    async fn call(
        self: &Arc<Self>,
        caller: Caller,
        endpoint: Endpoint,
        request: Request,
    ) -> Result<Response, Refusal> {
        let allowed = endpoint.method().as_str();
        // Not by the router's own method tables: they answer HEAD by a GET whose body is thrown away, and a final
        // status can be read once.
        if request.method().as_str() != allowed {
            return Err(Refusal::method(request.method().as_str(), allowed));
        }
        let asking = if endpoint == Endpoint::Run { Asking::Run } else { Asking::Poll };
        self.limiter.person(&caller, asking)?;
        match endpoint {
            Endpoint::Run => {
                let request = self.limited(request)?;
                // Boxed, so that the many polls do not carry the room for a run.
                if self.guarded {
                    Box::pin(self.guarded_run(caller, request)).await
                } else {
                    Box::pin(self.run(&caller, request)).await
                }
            }
            Endpoint::Status(task) => {
                let response = self.status(&caller, &task, request).await?;
                Ok(if caller.is_anyone() { response } else { self.noticed(caller, task, response) })
            }
            _ => self.engine.answer(&endpoint, request).await,
        }
    }

    /// A run, as it is.
    async fn run(&self, caller: &Caller, request: Request) -> Result<Response, Refusal> {
        match &self.hold {
            // Boxed, so that a request that is only passed on does not carry the room for it.
            Some(hold) => Box::pin(hold.run(&self.engine, caller, request)).await,
            None => self.engine.answer(&Endpoint::Run, request).await,
        }
    }

    /// How a task is doing, for whom it belongs to. Where answers are held, the store knows whose it is, and so does every
    /// relay that shares the store.
    async fn status(&self, caller: &Caller, task: &TaskId, request: Request) -> Result<Response, Refusal> {
        if let Some(hold) = &self.hold {
            // Without its body, which nobody reads and which could not be shared among threads.
            let (asked, _) = request.into_parts();
            return Box::pin(hold.status(&self.engine, caller, task.clone(), &asked)).await;
        }
        if !self.ownership.owns(caller, task).await {
            return Err(Refusal::no_task());
        }
        self.engine.answer(&Endpoint::Status(task.clone()), request).await
    }

    /// A run that is read before it is spent, and counted.
    async fn guarded_run(self: &Arc<Self>, caller: Caller, request: Request) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        // Which pipelines there are is the engine's business.
        let most = self.settings.limits.run_body;
        let order = run_form::read(&parts, body, most, |_| Offered::Pictures).await?;
        let request = run_form::write(&order, parts)?;
        if caller.is_anyone() {
            return self.run(&caller, request).await;
        }
        let starting = self.ownership.start(&caller).await?;
        let door = Arc::clone(self);
        // By itself, so that a client that goes away now does not take the name of its task with it.
        let running = tokio::spawn(async move { door.start(&caller, starting, request).await });
        running.await.unwrap_or_else(|_| {
            Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The relay broke down on this run."))
        })
    }

    /// Starts a run upstream, and notes whose it is before anybody hears of it.
    async fn start(
        &self,
        caller: &Caller,
        starting: Starting,
        request: Request,
    ) -> Result<Response, Refusal> {
        let answer = match self.run(caller, request).await {
            Ok(answer) => answer,
            Err(refusal) if refusal.run_unknown => return Err(refusal),
            Err(refusal) => {
                starting.refused().await;
                return Err(refusal);
            }
        };
        let (head, body) = answer.into_parts();
        let Ok(bytes) = to_bytes(body, RUN_ANSWER).await else {
            return Err(Refusal::new(
                StatusCode::BAD_GATEWAY,
                "The answer to the run broke off. Whether the run was started is unknown.",
            ));
        };
        match read_run(head.status.as_u16(), &Headers::none(), &bytes) {
            Ok(RunAnswer::Accepted { task, .. }) => starting.accepted(&task).await,
            Ok(RunAnswer::Refused { .. }) => starting.refused().await,
            Err(_) if head.status.is_client_error() => starting.refused().await,
            // Nobody knows: it counts as spent.
            Err(_) => drop(starting),
        }
        Ok(Response::from_parts(head, Body::from(bytes)))
    }

    /// The answer of a status, which frees the task's place if it is the last one.
    fn noticed(&self, caller: Caller, task: TaskId, response: Response) -> Response {
        if response.status() == StatusCode::NOT_FOUND {
            self.ownership.over(&caller, &task);
            return response;
        }
        let ownership = self.ownership.clone();
        response.map(|body| watched(body, move || ownership.over(&caller, &task)))
    }

    /// Refuses a run that says it is too large before anything is sent anywhere; stops one that turns out to be.
    fn limited(&self, request: Request) -> Result<Request, Refusal> {
        let said = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let (most, within) = (self.settings.limits.run_body, self.settings.limits.request_body);
        if said.and_then(|value| value.parse::<u64>().ok()).is_some_and(|length| length > most) {
            return Err(Refusal::too_large(most));
        }
        let limit = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(request.map(|body| Body::new(DeadlineBody::new(within, Limited::new(body, limit)))))
    }
}

type Shared = State<Arc<Door>>;
type Segment = Result<Path<String>, PathRejection>;

async fn pipelines(State(door): Shared, request: Request) -> Response {
    door.called(Some(Endpoint::Pipelines { kind: None }), request).await
}

async fn availability(State(door): Shared, id: Segment, request: Request) -> Response {
    let id = segment(id).and_then(|id| PipelineId::new(&id));
    door.called(id.map(Endpoint::Availability), request).await
}

async fn run(State(door): Shared, request: Request) -> Response {
    door.called(Some(Endpoint::Run), request).await
}

async fn status(State(door): Shared, id: Segment, request: Request) -> Response {
    door.called(task(id).map(Endpoint::Status), request).await
}

/// Nobody's secret: strangers too see which styles there are.
async fn styles(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    let caller = door.who(&request)?.unwrap_or_else(|_| Caller::anyone());
    let mut response = door.call(caller.clone(), Endpoint::Styles, request).await.into_response();
    response.extensions_mut().insert(caller);
    Ok(response)
}

/// The owner has the answer: it need not be held any longer.
async fn result(State(door): Shared, id: Segment, request: Request) -> Response {
    let acknowledged = |door: Arc<Door>, caller: Caller, request: Request| async move {
        let hold = door.hold.as_ref().ok_or_else(Refusal::not_found)?;
        if request.method() != Method::DELETE {
            return Err(Refusal::method(request.method().as_str(), "DELETE"));
        }
        let task = task(id).ok_or_else(Refusal::not_found)?;
        door.limiter.person(&caller, Asking::Poll)?;
        // Without its body, which nobody reads and which could not be shared among threads.
        let (asked, _) = request.into_parts();
        hold.acknowledged(&caller, &task, &asked.headers).await
    };
    door.let_in(request, acknowledged).await
}

async fn config(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    let who = door.who(&request)?;
    readable(&request)?;
    let mut config = door.config.clone();
    match &who {
        Ok(caller) if !caller.is_anyone() => {
            config["who"] = caller.name().into();
            config["runs_left"] = door.ownership.runs_left(caller).await?.into();
        }
        // Who shows a token wants to know whether it is good.
        Err(Stranger::Refused) => return Err(Stranger::Refused.refusal()),
        _ => {}
    }
    let mut response = ([(header::CONTENT_TYPE, "application/json")], config.to_string()).into_response();
    if let Ok(caller) = who {
        response.extensions_mut().insert(caller);
    }
    Ok(response)
}

/// The numbers, for who watches over the relay. They are nobody's secret, and nobody else's business.
async fn numbers(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    let Peer(peer) = Peer::of(&request);
    let near = door.settings.metrics_from.iter().any(|net| net.contains(&peer.to_canonical()));
    // A proxy is near too, but speaks for who knows whom.
    let passed_on = [header::FORWARDED, header::VIA, HeaderName::from_static("x-forwarded-for")]
        .iter()
        .any(|name| request.headers().contains_key(name));
    if !near || passed_on {
        return Err(Refusal::not_found());
    }
    readable(&request)?;
    if let Some(hold) = &door.hold {
        // A store that does not answer has said so in the log; the last number stands.
        if let Some(bytes) = hold.held_bytes().await {
            door.metrics.held_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        }
    }
    Ok(([(header::CONTENT_TYPE, metrics::KIND)], door.metrics.text()).into_response())
}

/// What this relay serves, for programs. A file of its own, because people read it too.
async fn openapi(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    // Whoever it is, but not too often.
    let _ = door.who(&request)?;
    readable(&request)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], include_str!("openapi.json")).into_response())
}

async fn log(State(door): Shared, request: Request) -> Result<Response, Refusal> {
    let log = door.engine.log().filter(|_| door.shows_log).ok_or_else(Refusal::not_found)?;
    readable(&request)?;
    Ok(log)
}

async fn health(State(door): Shared, request: Request) -> Result<&'static str, Refusal> {
    readable(&request)?;
    if door.draining.load(Ordering::Relaxed) {
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "This relay is stopping."));
    }
    Ok("ok")
}

/// Everything without a route of its own: the app's files, if there are any.
async fn elsewhere(State(door): Shared, request: Request) -> Response {
    match &door.app {
        Some(files) => files.clone().answer(request).await,
        None => Refusal::not_found().into_response(),
    }
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

/// A task's name out of a path.
fn task(id: Segment) -> Option<TaskId> {
    segment(id).filter(|id| is_task(id)).and_then(|id| TaskId::new(&id))
}

/// Whether this can be a task's name. Every service's are made of such signs, and nothing else goes into an address or a
/// store.
fn is_task(id: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    id.len() <= LONGEST_TASK && id.bytes().all(sign)
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

fn panicked(_: Box<dyn Any + Send>) -> Response {
    // What was said in the panic has gone to stderr; it is no client's business.
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "The relay broke down on this request.").into_response()
}

#[cfg(test)]
mod tests {
    use super::{Frame, dressed};
    use crate::metrics::Metrics;
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use axum::routing::get;
    use std::sync::Arc;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_a_500_in_the_services_shape_that_an_allowed_page_can_read() {
        async fn breaks() -> &'static str {
            panic!("on purpose")
        }
        let origins = vec!["https://pictures.example".parse().unwrap()];
        let frame = Frame { metrics: Arc::new(Metrics::new("none")), origins, at_home: false };
        let routes = dressed(Router::new().route("/breaks", get(breaks)), frame);
        let request = Request::get("/breaks")
            .header("host", "relay")
            .header("origin", "https://pictures.example")
            .body(Body::empty())
            .unwrap();
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
