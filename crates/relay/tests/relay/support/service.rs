//! A stand-in for the real service: it keeps what it was asked, byte for byte, and answers with the bytes that a test
//! gives it, when the test wants.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// For example `GET /key/api/v1/pipelines HTTP/1.1`.
    pub(crate) line: String,
    /// Names in lower case, sorted by name.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }
}

pub(crate) struct Service {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Service {
    /// Answers every request with these bytes.
    pub(crate) async fn saying(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<Vec<u8>> = Arc::new(answer.into());
        Self::doing(move |mut stream, _| {
            let answer = Arc::clone(&answer);
            async move {
                let _ = stream.write_all(&answer).await;
            }
        })
        .await
    }

    /// Takes every request and never says a word.
    pub(crate) async fn silent() -> Self {
        Self::doing(|stream, _| async move {
            let _held = stream;
            std::future::pending::<()>().await;
        })
        .await
    }

    /// Hands every request to `script`, with the connection to answer on; the connection ends with the script.
    pub(crate) async fn doing<F>(script: impl Fn(TcpStream, Asked) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let kept = Arc::clone(&asked);
        let script = Arc::new(script);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (kept, script) = (Arc::clone(&kept), Arc::clone(&script));
                tokio::spawn(async move {
                    if let Some(request) = read(&mut stream).await {
                        kept.lock().unwrap().push(request.clone());
                        script(stream, request).await;
                    }
                });
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// An answer with a length and the end of the connection.
pub(crate) fn answer(status: &str, kind: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// One request, or `None` when the connection ended before all of it was there.
async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut have = Vec::new();
    let end = loop {
        if let Some(end) = have.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        more(stream, &mut have).await?;
    };
    let head = String::from_utf8(have[..end].to_vec()).unwrap();
    let mut body = have[end + 4..].to_vec();
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let mut headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    headers.sort();
    let mut asked = Asked { line, headers, body: Vec::new() };
    if let Some(length) = asked.header("content-length") {
        let length: usize = length.parse().unwrap();
        while body.len() < length {
            more(stream, &mut body).await?;
        }
    } else if asked.header("transfer-encoding").is_some() {
        while !body.ends_with(b"0\r\n\r\n") {
            more(stream, &mut body).await?;
        }
    }
    asked.body = body;
    Some(asked)
}

async fn more(stream: &mut TcpStream, have: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 16 * 1024];
    let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
    have.extend_from_slice(&piece[..read]);
    Some(())
}
