//! A static host: the files of the built app in some folder, and nothing else. No relay, no service.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, header, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{Settings, origins, service::mime};

/// A running host. Gone when dropped.
#[derive(Debug)]
pub struct StaticHost {
    /// Where the app is, with a slash at the end.
    pub address: String,
    /// Its origin, no slash at the end.
    pub origin: String,
    files: Arc<Files>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Files {
    app: PathBuf,
    /// The path of the app's folder: a slash at both ends.
    folder: String,
    config: Mutex<Option<String>>,
    asked: Mutex<Vec<String>>,
}

impl StaticHost {
    /// Serves the app at the root of an origin of its own.
    ///
    /// # Errors
    /// When the app is not built.
    pub async fn start(settings: &Settings) -> Result<Self> {
        Self::start_below(settings, "/").await
    }

    /// Serves the app in a folder: its path, with a slash at both ends.
    ///
    /// # Errors
    /// When the app is not built.
    pub async fn start_below(settings: &Settings, folder: &str) -> Result<Self> {
        let (listener, origin) = loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let origin = format!("http://{}", listener.local_addr()?);
            if origins::is_new(&origin) {
                break (listener, origin);
            }
        };
        let files = Arc::new(Files {
            app: settings.app()?.to_owned(),
            folder: folder.to_owned(),
            config: Mutex::default(),
            asked: Mutex::default(),
        });
        let serving = Arc::clone(&files);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let files = Arc::clone(&serving);
                tokio::spawn(async move {
                    let answer = service_fn(move |request: Request<Incoming>| {
                        let answer = files.answer(request.uri().path());
                        async move { Ok::<_, std::convert::Infallible>(answer) }
                    });
                    let mut http = http1::Builder::new();
                    drop(http.keep_alive(false).serve_connection(TokioIo::new(stream), answer).await);
                });
            }
        });
        Ok(Self { address: format!("{origin}{folder}"), origin, files, task })
    }

    /// What stands in `config.json` from now on, in place of the one that was built.
    pub fn configure(&self, config: &str) {
        *self.files.config.lock().unwrap_or_else(PoisonError::into_inner) = Some(config.to_owned());
    }

    /// The paths that were asked for so far.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.files.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for StaticHost {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Files {
    fn answer(&self, path: &str) -> Response<Full<Bytes>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
        let name = match path.strip_prefix(self.folder.as_str()) {
            Some("") => "index.html",
            Some(name) if !name.split('/').any(|step| step == "..") => name,
            _ => return answer(404, "text/plain", "nothing here"),
        };
        let config = self.config.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(config) = config.filter(|_| name == "config.json") {
            return answer(200, "application/json", config);
        }
        let file = self.app.join(name);
        match fs::read(&file) {
            Ok(bytes) => answer(200, mime(&file), bytes),
            Err(_) => {
                answer(404, "text/html; charset=utf-8", "<!doctype html><title>404</title>nothing here")
            }
        }
    }
}

fn answer(status: u16, mime: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let built =
        Response::builder().status(status).header(header::CONTENT_TYPE, mime).body(Full::new(body.into()));
    built.unwrap_or_default()
}
