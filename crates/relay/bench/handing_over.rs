//! A service for the soak: it takes runs, finishes them after a while, and hands each picture over once, as the real one does.

use crate::Failure;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::json;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// Every picture takes this long.
const TAKES: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(crate) struct Service {
    /// When each becomes ready.
    tasks: Mutex<HashMap<String, Instant>>,
    numbers: AtomicU64,
    pub(crate) polls: AtomicU64,
    pub(crate) handed_over: AtomicU64,
}

impl Service {
    /// Serves for ever.
    pub(crate) async fn serve() -> Result<(Arc<Self>, SocketAddr), Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let service = Arc::new(Self::default());
        let routes = Router::new()
            .route("/key/api/v1/pipeline/run", post(run))
            .route("/key/api/v1/pipeline/status/{uuid}", get(status))
            .with_state(Arc::clone(&service));
        let served = hyper_util::service::TowerToHyperService::new(routes);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let stream = hyper_util::rt::TokioIo::new(stream);
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new().serve_connection(stream, served.clone()),
                );
            }
        });
        Ok((service, address))
    }
}

async fn run(State(service): State<Arc<Service>>, body: Body) -> Response {
    if axum::body::to_bytes(body, 64 * 1024).await.is_err() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let number = service.numbers.fetch_add(1, Ordering::Relaxed);
    let uuid = format!("{number:08x}-0000-4000-8000-{:012x}", number.wrapping_mul(0x9e37_79b9) & 0xffff_ffff);
    let mut tasks = service.tasks.lock().unwrap_or_else(PoisonError::into_inner);
    tasks.insert(uuid.clone(), Instant::now() + TAKES);
    let answer = json!({"uuid": uuid, "status": "INITIAL", "status_time": 1}).to_string();
    (StatusCode::CREATED, [("content-type", "application/json")], answer).into_response()
}

async fn status(State(service): State<Arc<Service>>, Path(uuid): Path<String>) -> Response {
    service.polls.fetch_add(1, Ordering::Relaxed);
    let ready = {
        let mut tasks = service.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        match tasks.get(&uuid) {
            None => return (StatusCode::NOT_FOUND, r#"{"status":404}"#).into_response(),
            Some(ready) if *ready > Instant::now() => false,
            Some(_) => tasks.remove(&uuid).is_some(),
        }
    };
    let body = if ready {
        service.handed_over.fetch_add(1, Ordering::Relaxed);
        picture(&uuid)
    } else {
        Bytes::from(json!({"uuid": uuid, "status": "INITIAL"}).to_string())
    };
    ([("content-type", "application/json")], body).into_response()
}

/// The whole answer of a finished task: 20 KB to 400 KB that are no other task's.
pub(crate) fn picture(uuid: &str) -> Bytes {
    let mut seed = uuid.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |seed, byte| {
        (seed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let size = 20_000 + usize::try_from(seed % 380_000).unwrap_or(0);
    let mut text = format!(r#"{{"uuid":"{uuid}","status":"DONE","result":{{"files":[""#).into_bytes();
    while text.len() < size {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.extend(seed.to_be_bytes().map(|byte| b'A' + byte % 26));
    }
    text.extend_from_slice(br#""],"censored":false}}"#);
    text.into()
}
