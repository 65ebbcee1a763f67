//! A Fusion Brain service of the test's own, on a real socket: it records the very bytes of a run, or hangs up in the
//! middle of one. It serves the app too, and can hold the app's wasm back, lose it or spoil it.
//!
//! It is not the simulator: what the simulator and the relay would forgive or hide (which headers a part had, what was left
//! out of the JSON, an answer that never came) is exactly what is looked at here.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, body::Incoming, header, header::HeaderValue, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{Settings, origins};

/// A picture of one pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// The pipeline it offers.
pub const PIPELINE: &str = "99d833d6-fec0-44fd-a1c2-35d6bf96b5c2";

/// What the service does out of the ordinary.
#[derive(Debug, Clone, Copy, Default)]
pub struct Script {
    /// Takes the bytes of the first so many runs and closes the connection without a word.
    pub hang_up_on_runs: usize,
    /// The `status_time` of accepted runs, in seconds; else 1.
    pub status_time: Option<u32>,
    /// The first so many runs promise a `status_time` of five minutes: they keep their seats for as long as a test takes.
    pub long_runs: usize,
    /// Refuses runs, and says so where availability is asked, until [`Service::reopen`].
    pub closed: bool,
    /// How the app's wasm is served.
    pub wasm: Wasm,
    /// Answers 404, readable by every page, where a relay tells who it is.
    pub no_relay: bool,
    /// A part of the app: as many requests for the file whose name contains this are answered with 404 first. As GitHub Pages
    /// does it, for ten minutes.
    pub missing: Option<(&'static str, usize)>,
    /// Pictures are not in the answer: the address that stands there instead, on this service.
    pub link: Option<&'static str>,
    /// Answers every page, also those without an origin.
    pub for_everybody: bool,
    /// What is handed over is no picture.
    pub broken_pictures: bool,
    /// What stands wherever the service has something to say. A run whose prompt begins with `refused` is answered with 400,
    /// one with `failed` fails, one with `censored` is that.
    pub words: Option<&'static str>,
    /// The file whose name contains this comes with a line too many.
    pub spoiled: Option<&'static str>,
    /// The page's policy lets it talk to itself only, as `cargo xtask build --connect-src self` has it.
    pub hardened: bool,
    /// The page's policy names this service, as `cargo xtask build --origin` has it.
    pub named: bool,
    /// The languages the page sees in `navigator.languages`, best first; else the browser's own.
    pub languages: Option<&'static [&'static str]>,
    /// Runs in the page before every other script: what this browser shall be unable to do.
    pub lacking: Option<&'static str>,
    /// Says that it wants to know who people are.
    pub needs_token: bool,
    /// Every call of the protocol is answered with a redirect to this origin.
    pub away: Option<&'static str>,
    /// Only questions for a picture are redirected, to this origin.
    pub status_away: Option<&'static str>,
}

/// [`Script::link`] to a picture that a page may fetch.
pub const LINKED: &str = "/linked.png";

/// [`Script::link`] to a picture that an image shows and a page may not fetch: the app follows no redirects.
pub const CLOSED: &str = "/closed.png";

/// The app is served in this folder as well.
pub const FOLDER: &str = "/studio/";

/// How the app's wasm is served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wasm {
    /// As built.
    #[default]
    Whole,
    /// Held back until [`Service::let_wasm_through`].
    Held,
    /// 404.
    Missing,
    /// 200 with bytes that are no wasm.
    Garbage,
}

/// A running service. Ends when dropped.
#[derive(Debug)]
pub struct Service {
    /// Its origin, no slash at the end.
    pub origin: String,
    state: Arc<State>,
    task: JoinHandle<()>,
}

/// One run as it came in.
#[derive(Debug, Clone)]
pub struct Run {
    /// The request's own Content-Type.
    pub content_type: String,
    /// The parts of the form, in order.
    pub parts: Vec<Part>,
}

/// One part of a run's form.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its field name.
    pub name: String,
    /// Its own Content-Type.
    pub content_type: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// One request as it came in, of whatever kind.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Path and query.
    pub target: String,
    /// Names, in small letters, and values.
    pub headers: Vec<(String, String)>,
}

/// The hash in the names of the app's first program, and another one.
fn hashes(app: &Path) -> Result<[String; 2]> {
    let page = fs::read_to_string(app.join("index.html"))?;
    let end = page.split("data-wasm=\"./komposition-").nth(1).and_then(|rest| rest.split("_bg.wasm").next());
    let old = end.context("the page names no wasm")?.to_owned();
    let new = old.chars().rev().collect();
    Ok([old, new])
}

#[derive(Debug)]
struct State {
    script: Script,
    origin: String,
    app: PathBuf,
    runs: Mutex<Vec<Run>>,
    requests: Mutex<Vec<Asked>>,
    wasm_asked: AtomicUsize,
    missing_asked: AtomicUsize,
    through: watch::Sender<bool>,
    closed: AtomicBool,
    /// The paths that were asked for, in this order.
    asked: Mutex<Vec<String>>,
    /// See [`Service::inject`].
    injected: Mutex<String>,
    /// The hash in the names of the app's first program, and the one it has after [`Service::publish`].
    hashes: [String; 2],
    published: AtomicBool,
}

/// The connection is closed without an answer.
#[derive(Debug)]
struct HangUp;

impl std::fmt::Display for HangUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hung up on purpose")
    }
}

impl std::error::Error for HangUp {}

type Answer = Result<Response<Full<Bytes>>, HangUp>;

impl Service {
    /// Starts it on a port of its own.
    ///
    /// # Errors
    /// When the app is not built.
    pub async fn start(settings: &Settings, script: Script) -> Result<Self> {
        let (listener, origin) = loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let origin = format!("http://{}", listener.local_addr()?);
            if origins::is_new(&origin) {
                break (listener, origin);
            }
        };
        let state = Arc::new(State {
            script,
            origin: origin.clone(),
            app: settings.app()?.to_owned(),
            runs: Mutex::default(),
            requests: Mutex::default(),
            wasm_asked: AtomicUsize::new(0),
            missing_asked: AtomicUsize::new(0),
            hashes: hashes(settings.app()?)?,
            published: AtomicBool::new(false),
            closed: AtomicBool::new(script.closed),
            asked: Mutex::default(),
            injected: Mutex::default(),
            through: watch::Sender::new(script.wasm != Wasm::Held),
        });
        let serving = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&serving);
                tokio::spawn(async move {
                    let answer = service_fn(move |request| {
                        let state = Arc::clone(&state);
                        async move {
                            let mut answer = state.answer(request).await;
                            if let Ok(answer) = &mut answer
                                && state.script.for_everybody
                            {
                                let everybody = HeaderValue::from_static("*");
                                answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
                            }
                            answer
                        }
                    });
                    // No keep-alive: browsers send a request again by themselves when a connection they had used before breaks.
                    // That is between them and the server; here the app's own repeats are counted.
                    let mut http = http1::Builder::new();
                    drop(http.keep_alive(false).serve_connection(TokioIo::new(stream), answer).await);
                });
            }
        });
        Ok(Self { origin, state, task })
    }

    /// The runs that came in so far.
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        self.state.runs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All requests so far, those for the app's files too.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked> {
        self.state.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Publishes another version of the app: the same, under other names. The old names are gone.
    pub fn publish(&self) {
        self.state.published.store(true, Ordering::SeqCst);
    }

    /// The hash in the names of the newest version's first program.
    #[must_use]
    pub fn newest(&self) -> &str {
        &self.state.hashes[usize::from(self.state.published.load(Ordering::SeqCst))]
    }

    /// How often the page has asked for what is missing at first.
    #[must_use]
    pub fn missing_asked(&self) -> usize {
        self.state.missing_asked.load(Ordering::SeqCst)
    }

    /// Whether the page has asked for its wasm.
    #[must_use]
    pub fn wasm_was_asked_for(&self) -> bool {
        self.state.wasm_asked.load(Ordering::SeqCst) > 0
    }

    /// The paths that were asked for so far, in this order.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on this markup stands at the beginning of the page's body, as if somebody had got it in.
    pub fn inject(&self, markup: String) {
        *self.state.injected.lock().unwrap_or_else(PoisonError::into_inner) = markup;
    }

    /// Ends [`Script::closed`].
    pub fn reopen(&self) {
        self.state.closed.store(false, Ordering::SeqCst);
    }

    /// The prompts of the runs that came in and were taken, in this order.
    ///
    /// # Errors
    /// When a run is none.
    pub fn prompts(&self) -> Result<Vec<String>> {
        let prompt = |run: &Run| {
            let params = run.params()?;
            let text = params["generateParams"]["query"].as_str().context("a run without a prompt")?;
            Ok(text.to_owned())
        };
        self.runs().iter().map(prompt).collect()
    }

    /// Ends [`Wasm::Held`].
    pub fn let_wasm_through(&self) {
        self.state.through.send_replace(true);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Run {
    /// The part of that name.
    ///
    /// # Errors
    /// When it is not there, or there twice.
    pub fn part(&self, name: &str) -> Result<&Part> {
        let mut found = self.parts.iter().filter(|part| part.name == name);
        let part = found.next().with_context(|| format!("the run has no part {name:?}: {:?}", self.parts))?;
        anyhow::ensure!(found.next().is_none(), "the run has two parts {name:?}");
        Ok(part)
    }

    /// The JSON of the part `params`.
    ///
    /// # Errors
    /// When it is not there or not JSON.
    pub fn params(&self) -> Result<Value> {
        serde_json::from_slice(&self.part("params")?.bytes).context("params are not JSON")
    }
}

impl State {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let header = |(name, value): (&header::HeaderName, &HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let asked = Asked {
            target: request.uri().to_string(),
            headers: request.headers().iter().map(header).collect(),
        };
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        let path = request.uri().path().to_owned();
        let away = self.script.away.filter(|_| path.starts_with("/key/"));
        let status_away = self.script.status_away.filter(|_| path.contains("/pipeline/status/"));
        if let Some(away) = away.or(status_away) {
            let mut redirect = answer(302, "text/plain", "");
            if let Ok(there) = HeaderValue::from_str(&format!("{away}{path}")) {
                redirect.headers_mut().insert(header::LOCATION, there);
            }
            return Ok(redirect);
        }
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let file = match (self.script.link, host) {
            (Some(link), Some(host)) => format!("http://{host}{link}"),
            _ if self.script.broken_pictures => "JVBERi0xLjc=".to_owned(),
            _ => PIXEL.to_owned(),
        };
        if let Some(answer) = self.script.words.and_then(|words| self.said(&path, words)) {
            return Ok(answer);
        }
        match path.strip_prefix("/key/api/v1/") {
            Some("pipelines") => Ok(json_answer(
                200,
                &json!([{
                    "id": PIPELINE, "name": "Kandinsky", "nameEn": "Kandinsky", "description": "", "descriptionEn": "", "tags": [],
                    "version": 3.1, "imagePreview": null, "status": "ACTIVE", "type": "TEXT2IMAGE",
                    "createdDate": "2025-03-24T15:28:07", "lastModified": "2025-03-24T15:28:07",
                }]),
            )),
            Some("pipeline/run") => self.run(request).await,
            Some(api) if api.ends_with("/availability") && self.closed.load(Ordering::SeqCst) => {
                Ok(json_answer(200, &json!({ "status": "DISABLED_BY_QUEUE" })))
            }
            Some(api) if api.ends_with("/availability") => {
                Ok(json_answer(200, &json!({ "status": "ACTIVE" })))
            }
            Some(api) => match api.strip_prefix("pipeline/status/") {
                Some(task) => Ok(json_answer(
                    200,
                    &json!({ "uuid": task, "status": "DONE", "result": { "files": [file], "censored": false }, "generationTime": 1 }),
                )),
                None => Ok(nothing()),
            },
            None if path == "/relay/v1/config" && self.script.no_relay => {
                let mut none = nothing();
                none.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
                Ok(none)
            }
            None if path == "/relay/v1/config" => Ok(json_answer(
                200,
                &json!({ "relay": "komposition", "version": "0.1.0", "engine": "fusionbrain", "needs_keys": false, "needs_token": self.script.needs_token }),
            )),
            None if path == "/languages.js" => {
                let languages = json!(self.script.languages.unwrap_or_default());
                let script = format!(
                    "Object.defineProperty(Navigator.prototype, 'languages', {{ get: () => {languages} }});\
                     Object.defineProperty(Navigator.prototype, 'language', {{ get: () => {languages}[0] }});"
                );
                Ok(answer(200, "text/javascript; charset=utf-8", script))
            }
            None if path == "/lacking.js" => {
                Ok(answer(200, "text/javascript; charset=utf-8", self.script.lacking.unwrap_or_default()))
            }
            None if path == LINKED => {
                Ok(answer(200, "image/png", STANDARD.decode(PIXEL).unwrap_or_default()))
            }
            None if path == CLOSED => {
                let mut away = answer(302, "text/plain", "");
                away.headers_mut().insert(header::LOCATION, HeaderValue::from_static(LINKED));
                Ok(away)
            }
            None => Ok(self.file(&path).await),
        }
    }

    /// What is answered in the words of [`Script::words`].
    fn said(&self, path: &str, words: &str) -> Option<Response<Full<Bytes>>> {
        let body = match path {
            "/key/api/v1/pipelines" => json!([{
                "id": PIPELINE, "name": words, "nameEn": words, "description": words, "descriptionEn": words,
                "tags": [words], "version": 3.1, "imagePreview": words, "status": "ACTIVE", "type": "TEXT2IMAGE",
            }]),
            "/static/styles/key" => json!([
                { "name": words, "title": words, "titleEn": words, "image": words },
                { "name": "DEFAULT", "title": "-", "titleEn": "-", "image": "" },
            ]),
            _ => {
                let task = path.strip_prefix("/key/api/v1/pipeline/status/")?;
                let number = usize::from_str_radix(task.rsplit('-').next()?, 16).ok()?;
                let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
                let prompt =
                    runs.get(number.checked_sub(1)?)?.params().ok()?["generateParams"]["query"].clone();
                match prompt.as_str()?.split(' ').next()? {
                    "failed" => json!({ "uuid": task, "status": "FAIL", "errorDescription": words }),
                    "censored" => json!({
                        "uuid": task, "status": "DONE", "statusDescription": words,
                        "result": { "files": [PIXEL], "censored": true, "message": words },
                    }),
                    _ => return None,
                }
            }
        };
        Some(answer(200, "application/json", in_json(&body)))
    }

    async fn run(&self, request: Request<Incoming>) -> Answer {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let body = request.into_body().collect().await.map_err(|_| HangUp)?.to_bytes();
        if self.closed.load(Ordering::SeqCst) {
            return Ok(json_answer(200, &json!({ "pipeline_status": "DISABLED_BY_QUEUE" })));
        }
        if let Some(words) = self.script.words.filter(|_| body.windows(8).any(|part| part == b"\"refused")) {
            let refusal = json!({ "message": words, "error": words });
            return Ok(answer(400, "application/json", in_json(&refusal)));
        }
        let parts = parts(&content_type, body).await.unwrap_or_default();
        let number = {
            let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
            runs.push(Run { content_type, parts });
            runs.len()
        };
        if number <= self.script.hang_up_on_runs {
            return Err(HangUp);
        }
        let long = number <= self.script.long_runs;
        let status_time = if long { 300 } else { self.script.status_time.unwrap_or(1) };
        let uuid = format!("6b3d2f0e-7d0c-4b5e-9a51-{number:012x}");
        Ok(json_answer(201, &json!({ "uuid": uuid, "status": "INITIAL", "status_time": status_time })))
    }

    async fn file(&self, path: &str) -> Response<Full<Bytes>> {
        // The app in a folder, as many static hosts have it.
        let path = path.strip_prefix(FOLDER).unwrap_or(path);
        let name = if path.is_empty() || path == "/" { "index.html" } else { path.trim_start_matches('/') };
        let published = self.published.load(Ordering::SeqCst);
        let [old, new] = &self.hashes;
        if published && name.contains(old) {
            return nothing();
        }
        let name = &if published { name.replace(new, old) } else { name.to_owned() };
        let file = self.app.join(name);
        // Only what is really in the folder: no `..`.
        if name.split('/').any(|step| step == "..") {
            return nothing();
        }
        let mime = mime(&file);
        if let Some((part, times)) = self.script.missing
            && name.contains(part)
            && self.missing_asked.fetch_add(1, Ordering::SeqCst) < times
        {
            return nothing();
        }
        if mime == WASM {
            self.wasm_asked.fetch_add(1, Ordering::SeqCst);
            match self.script.wasm {
                Wasm::Whole => {}
                Wasm::Held => drop(self.through.subscribe().wait_for(|through| *through).await),
                Wasm::Missing => return nothing(),
                Wasm::Garbage => return answer(200, mime, "this is no wasm"),
            }
        }
        let mut read = fs::read(&file);
        if let (Ok(bytes), true) =
            (&mut read, self.script.spoiled.is_some_and(|spoiled| name.contains(spoiled)))
        {
            bytes.extend_from_slice(b"\nwindow.ran = 'spoiled';\n");
        }
        match read {
            Ok(bytes) if name == "index.html" => {
                let mut page = String::from_utf8_lossy(&bytes).into_owned();
                if self.script.hardened {
                    page = page.replacen("blob: https: http:", "blob: https://komposition.invalid", 1);
                }
                if self.script.named {
                    page = page.replace("'self'", &format!("'self' {}", self.origin));
                }
                let injected = self.injected.lock().unwrap_or_else(PoisonError::into_inner).clone();
                page = page.replacen("<body>", &format!("<body>{injected}"), 1);
                let wanted = [
                    ("languages", self.script.languages.is_some()),
                    ("lacking", self.script.lacking.is_some()),
                ];
                for (script, _) in wanted.into_iter().filter(|(_, wanted)| *wanted) {
                    // A file of the page's own origin, ahead of every other script: its CSP allows that.
                    let head = format!("<head><script src=\"/{script}.js\"></script>");
                    page = page.replacen("<head>", &head, 1);
                }
                answer(200, mime, if published { page.replace(old, new) } else { page })
            }
            Ok(bytes) if published && name == "service-worker.js" => {
                let script = String::from_utf8_lossy(&bytes).replace(old, new);
                answer(200, mime, script.replace("const VERSION = \"", "const VERSION = \"2"))
            }
            Ok(bytes) => answer(200, mime, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => nothing(),
            Err(_) => answer(500, "text/plain", "cannot read"),
        }
    }
}

async fn parts(content_type: &str, body: Bytes) -> Result<Vec<Part>> {
    let boundary = multer::parse_boundary(content_type)?;
    let whole = Full::new(body).into_data_stream();
    let mut form = multer::Multipart::new(whole, boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await? {
        parts.push(Part {
            name: field.name().unwrap_or_default().to_owned(),
            content_type: field.content_type().map(ToString::to_string),
            bytes: field.bytes().await?.to_vec(),
        });
    }
    Ok(parts)
}

const WASM: &str = "application/wasm";

pub(crate) fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => WASM,
        Some("json" | "webmanifest") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

/// As JSON, with half a character where `HALF` stands, which no string can hold.
fn in_json(body: &Value) -> String {
    body.to_string().replace("HALF", "\\ud83d")
}

fn json_answer(status: u16, body: &Value) -> Response<Full<Bytes>> {
    answer(status, "application/json", body.to_string())
}

fn nothing() -> Response<Full<Bytes>> {
    let mut nothing = answer(404, "text/plain", "nothing here");
    nothing.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=600"));
    nothing
}

fn answer(status: u16, mime: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let built =
        Response::builder().status(status).header(header::CONTENT_TYPE, mime).body(Full::new(body.into()));
    built.unwrap_or_default()
}
