//! Somebody else's page, on an origin of its own, with whatever is put into it.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, header, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{origins, service::mime};

/// What every host page runs: it keeps its faults as the app does, and what the studios in it told, as `told`.
const SCRIPT: &str = r#"
window.kompositionFaults = [];
addEventListener("error", (event) => kompositionFaults.push(String(event.message || "resource could not be loaded")));
addEventListener("unhandledrejection", (event) => kompositionFaults.push("unhandled: " + event.reason));
addEventListener("securitypolicyviolation", (event) => kompositionFaults.push("policy: " + event.violatedDirective + " " + event.blockedURI));
// What an element told: its event, the element, and the detail with its bytes measured.
window.told = [];
for (const name of ["ready", "resize", "result", "error"]) {
    addEventListener("studio-" + name, ({ target, detail }) => {
        const { bytes, blob, ...rest } = detail;
        if (bytes) Object.assign(rest, { length: bytes.byteLength, first: [...new Uint8Array(bytes, 0, 4)], blob: blob.size, blobType: blob.type });
        told.push({ name, from: target.id, ...rest });
    });
}
// A host that speaks the protocol by hand.
window.called = [];
window.lines = [];
addEventListener("message", ({ data, origin, source }) => {
    const frame = [...document.querySelectorAll("iframe")].findIndex((frame) => frame.contentWindow === source);
    called.push({ data, origin, frame });
});
// Says a text to the first frame's window, with a line; gives the line's number.
window.hello = (text, from = window) => {
    const { port1, port2 } = new MessageChannel();
    const heard = [];
    port1.onmessage = ({ data }) => heard.push(typeof data === "string" ? JSON.parse(data) : data);
    from.document.querySelector("iframe").contentWindow.postMessage(text, "*", [port2]);
    return lines.push({ port: port1, heard }) - 1;
};
// Says something as the page itself: what a driver runs has a window of its own in some engines.
window.post = (target, text) => target.postMessage(text, "*");
// A studio that speaks the protocol by hand: what it was given, with the line beside it.
window.given = [];
addEventListener("message", ({ data, ports }) => given.push({ text: data, port: ports[0] }));
window.helloText = (nonce = "0123456789abcdef", version = 1) => JSON.stringify({ komposition: "hello", version, nonce });
"#;

/// A server of pages. Ends when dropped.
#[derive(Debug)]
pub struct Host {
    /// Its origin, on another site than everything else here: `localhost`, where the others are `127.0.0.1`.
    pub origin: String,
    pages: Arc<Mutex<BTreeMap<String, Page>>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Clone)]
enum Page {
    /// With the policy it comes with.
    Made { html: String, policy: String },
    /// As somebody wrote it: its type, and what is in it.
    Written { mime: &'static str, text: String },
}

impl Host {
    /// Starts it on a port of its own, without a page.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn start() -> Result<Self> {
        let (listener, origin) = loop {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let origin = format!("http://localhost:{}", listener.local_addr()?.port());
            if origins::is_new(&origin) {
                break (listener, origin);
            }
        };
        let pages: Arc<Mutex<BTreeMap<String, Page>>> = Arc::default();
        let serving = Arc::clone(&pages);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let pages = Arc::clone(&serving);
                tokio::spawn(async move {
                    let answer = service_fn(move |request: Request<Incoming>| {
                        let answer = answer(&pages, request.uri().path());
                        async move { Ok::<_, Infallible>(answer) }
                    });
                    drop(
                        http1::Builder::new()
                            .keep_alive(false)
                            .serve_connection(TokioIo::new(stream), answer)
                            .await,
                    );
                });
            }
        });
        Ok(Self { origin, pages, task })
    }

    /// Puts a page with this body at a path. Its policy forbids everything but its own script and what `policy` allows.
    pub fn put(&self, path: &str, body: &str, policy: &str) {
        // Two directives of one name: only the first would count.
        let policy = match policy.split_once("script-src ") {
            Some((before, after)) => format!("{before}script-src 'self' {after}"),
            None => format!("script-src 'self'; {policy}"),
        };
        let html = format!(
            "<!doctype html><html><head><meta charset=\"utf-8\"><title>Host</title>\
             <script src=\"/host.js\"></script></head><body>{body}</body></html>"
        );
        let policy = format!("default-src 'none'; img-src 'self'; {policy}");
        self.keep(path, Page::Made { html, policy });
    }

    /// Puts a file at a path, as it is.
    pub fn put_file(&self, path: &str, text: &str) {
        self.keep(path, Page::Written { mime: mime(Path::new(path)), text: text.to_owned() });
    }

    fn keep(&self, path: &str, page: Page) {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), page);
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(pages: &Mutex<BTreeMap<String, Page>>, path: &str) -> Response<Full<Bytes>> {
    let page = pages.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
    let built = match page {
        _ if path == "/host.js" => Response::builder()
            .header(header::CONTENT_TYPE, "text/javascript; charset=utf-8")
            .body(Full::new(Bytes::from_static(SCRIPT.as_bytes()))),
        Some(Page::Made { html, policy }) => Response::builder()
            .header(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .header(header::CONTENT_SECURITY_POLICY, policy)
            .body(Full::new(html.into())),
        Some(Page::Written { mime, text }) => {
            Response::builder().header(header::CONTENT_TYPE, mime).body(Full::new(text.into()))
        }
        None => Response::builder().status(404).body(Full::default()),
    };
    built.unwrap_or_default()
}
