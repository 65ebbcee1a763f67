//! WebKitGTK on a profile that lasts. Its driver's browsers keep nothing: MiniBrowser's data manager is ephemeral whenever
//! it is started with `--automation`. Started without, it keeps all, and nobody can drive it; so the page drives itself:
//! the served app gets one script more, which asks this server what to do and says what came of it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, header, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Notify, oneshot},
    task::JoinHandle,
};

/// How long the page may take for one order.
const PATIENCE: Duration = Duration::from_secs(60);

/// The script in the page. An order is the body of an async function.
const SCRIPT: &str = "(async () => {
    const server = 'SERVER';
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
    const AsyncFunction = (async () => {}).constructor;
    for (;;) {
        const order = await fetch(server + '/next').then((answer) => answer.json()).catch(pause);
        if (!order) continue;
        let done;
        try {
            done = { value: (await AsyncFunction(order.script)()) ?? null };
        } catch (error) {
            done = { error: String(error) };
        }
        const body = JSON.stringify({ number: order.number, ...done });
        await fetch(server + '/done', { method: 'POST', body }).catch(pause);
    }
})();";

/// The server that a page asks for orders.
#[derive(Debug)]
pub(crate) struct Puppeteer {
    address: String,
    orders: Arc<Orders>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Orders {
    next: Mutex<Option<Value>>,
    there: Notify,
    waiting: Mutex<(u64, Option<oneshot::Sender<Value>>)>,
}

impl Puppeteer {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let orders = Arc::<Orders>::default();
        let serving = Arc::clone(&orders);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let orders = Arc::clone(&serving);
                tokio::spawn(async move {
                    let answer = service_fn(move |request| {
                        let orders = Arc::clone(&orders);
                        async move { orders.answer(request).await }
                    });
                    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await);
                });
            }
        });
        Ok(Self { address, orders, task })
    }

    /// Copies the app into a folder, with the script in its page.
    pub(crate) fn dress(&self, app: &Path, folder: &Path) -> Result<PathBuf> {
        fs::create_dir_all(folder)?;
        for entry in fs::read_dir(app)? {
            let entry = entry?;
            let name = entry.file_name();
            // Packed pages would be served in place of the one that is changed below.
            if !name.to_string_lossy().starts_with("index.html.") && entry.path().is_file() {
                fs::copy(entry.path(), folder.join(&name))?;
            }
        }
        let page = folder.join("index.html");
        let html = fs::read_to_string(&page)?;
        let mut dressed = html;
        for (of, with) in [
            ("<head>", "<head><script src=\"./puppet.js\"></script>"),
            // The page's policy lets no words become a script, and orders are words.
            ("script-src 'self'", "script-src 'self' 'unsafe-eval'"),
            ("; require-trusted-types-for 'script'; trusted-types default", ""),
        ] {
            anyhow::ensure!(dressed.matches(of).count() == 1, "the page has not exactly one {of}");
            dressed = dressed.replacen(of, with, 1);
        }
        fs::write(&page, dressed)?;
        fs::write(folder.join("puppet.js"), SCRIPT.replace("SERVER", &self.address))?;
        Ok(folder.to_owned())
    }

    /// Has the page run the body of an async function, and gives what it returned.
    pub(crate) async fn run(&self, script: &str) -> Result<Value> {
        let (send, told) = oneshot::channel();
        let number = {
            let mut waiting = self.orders.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            *waiting = (waiting.0 + 1, Some(send));
            waiting.0
        };
        *self.orders.next.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(json!({ "number": number, "script": script }));
        self.orders.there.notify_one();
        let mut told =
            tokio::time::timeout(PATIENCE, told).await.context("the page does nothing any more")??;
        match told.get("error") {
            Some(error) => bail!("the page says {error} to {script}"),
            None => Ok(told["value"].take()),
        }
    }
}

impl Drop for Puppeteer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Orders {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let told = if request.uri().path() == "/done" {
            let body = request.into_body().collect().await?.to_bytes();
            let told: Value = serde_json::from_slice(&body).unwrap_or_default();
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            // What a page says to an order that nobody waits for any more is of no use.
            if told["number"].as_u64() == Some(waiting.0)
                && let Some(send) = waiting.1.take()
            {
                drop(send.send(told));
            }
            Value::Null
        } else {
            // Not for ever: whoever asks may have been killed, and must not take the next page's order.
            drop(tokio::time::timeout(Duration::from_millis(500), self.there.notified()).await);
            self.next.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
        };
        let answer = Response::builder()
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            .body(Full::new(Bytes::from(told.to_string())));
        Ok(answer.unwrap_or_default())
    }
}
