//! A stand-in for a server with `POST /images/generations`, in the shapes that real ones answer in.

use super::service::{Asked, Service, answer};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;

/// The server: its list of models, and what it says to each order.
pub(crate) struct Images {
    pub(crate) service: Service,
    /// Most orders that it had at the same time.
    most: Arc<AtomicUsize>,
    /// A permit lets one order be answered.
    gate: Arc<Semaphore>,
}

impl Images {
    /// A server with these models that answers every order with a PNG of the ordered size.
    pub(crate) async fn painting(models: &[&str]) -> Self {
        Self::saying(models, |order| (200, painted(&png_for(order)))).await
    }

    /// A server with these models, and something to say to each order: a status and a body.
    pub(crate) async fn saying(
        models: &[&str],
        say: impl Fn(&Value) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let this = Self::gated(models, say).await;
        this.gate.add_permits(Semaphore::MAX_PERMITS / 2);
        this
    }

    /// The same, but no order is answered before [`Images::let_through`].
    pub(crate) async fn gated(
        models: &[&str],
        say: impl Fn(&Value) -> (u16, String) + Send + Sync + 'static,
    ) -> Self {
        let list: Vec<Value> =
            models.iter().map(|name| json!({"id": name, "object": "model", "owned_by": "local"})).collect();
        let list = json!({ "data": list }).to_string();
        let (most, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let gate = Arc::new(Semaphore::new(0));
        let (say, most_of_it, gate_of_it) = (Arc::new(say), Arc::clone(&most), Arc::clone(&gate));
        let service = Service::doing(move |mut stream, asked| {
            let (say, list, most) = (Arc::clone(&say), list.clone(), Arc::clone(&most_of_it));
            let (now, gate) = (Arc::clone(&now), Arc::clone(&gate_of_it));
            async move {
                let bytes = if is_order(&asked) {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    gate.acquire().await.unwrap().forget();
                    let (status, body) = say(&ordered(&asked));
                    now.fetch_sub(1, Ordering::SeqCst);
                    answer(&format!("{status} Said"), "application/json", &body)
                } else if asked.line.starts_with("GET /v1/models ") {
                    answer("200 OK", "application/json", &list)
                } else {
                    answer("404 Not Found", "text/plain", "404 page not found")
                };
                let _ = stream.write_all(bytes.as_bytes()).await;
            }
        })
        .await;
        Self { service, most, gate }
    }

    /// Lets this many orders be answered.
    pub(crate) fn let_through(&self, orders: usize) {
        self.gate.add_permits(orders);
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/v1", self.service.url())
    }

    /// The orders so far.
    pub(crate) fn orders(&self) -> Vec<Value> {
        self.service.asked().iter().filter(|asked| is_order(asked)).map(ordered).collect()
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

pub(crate) fn is_order(asked: &Asked) -> bool {
    asked.line == "POST /v1/images/generations HTTP/1.1"
}

/// What an order says.
pub(crate) fn ordered(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).unwrap()
}

/// An answer with that file in base64.
pub(crate) fn painted(file: &[u8]) -> String {
    json!({"created": 1_764_000_000, "data": [{"b64_json": BASE64_STANDARD.encode(file)}], "output_format": "png"})
        .to_string()
}

/// A PNG of the ordered size.
pub(crate) fn png_for(order: &Value) -> Vec<u8> {
    let (width, height) = order["size"].as_str().unwrap().split_once('x').unwrap();
    png(width.parse().unwrap(), height.parse().unwrap())
}

/// The beginning of a PNG: more of it nobody here looks at.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend([8, 2, 0, 0, 0, 1, 2, 3, 4]);
    file
}
