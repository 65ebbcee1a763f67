//! An HTTP client of forty lines: it sends exactly the bytes it is told to, and shows what came back, also when the
//! connection broke off.

use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// No test waits longer than this for anything.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The connection ended before the announced body did.
    pub(crate) cut: bool,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All values of a header that may come several times, in lower case.
    pub(crate) fn all(&self, name: &str) -> String {
        let values = self.headers.iter().filter(|(have, _)| have.eq_ignore_ascii_case(name));
        values.map(|(_, value)| value.to_lowercase()).collect::<Vec<_>>().join(", ")
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// GET with these further header lines.
pub(crate) async fn get(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(address, "GET", path, headers, b"").await
}

/// One request on a connection of its own.
pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        head += &format!("Host: {address}\r\n");
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    head += "\r\n";
    send_raw(address, &[head.as_bytes(), body].concat()).await
}

/// Sends these very bytes and reads one answer.
pub(crate) async fn send_raw(address: SocketAddr, bytes: &[u8]) -> Answer {
    let mut reading = open(address, bytes).await;
    timeout(PATIENCE, reading.whole(bytes.starts_with(b"HEAD "))).await.expect("an answer in time")
}

/// Sends these very bytes; the answer is read step by step.
pub(crate) async fn open(address: SocketAddr, bytes: &[u8]) -> Reading {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The relay may refuse a large body before all of it was taken.
    let _ = stream.write_all(bytes).await;
    Reading { stream, have: Vec::new() }
}

/// The same, from another address of this machine.
pub(crate) async fn open_from(from: &str, address: SocketAddr, bytes: &[u8]) -> Reading {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let _ = stream.write_all(bytes).await;
    Reading { stream, have: Vec::new() }
}

pub(crate) struct Reading {
    pub(crate) stream: TcpStream,
    /// What came and was not used yet.
    have: Vec<u8>,
}

impl Reading {
    /// Reads some more; `false` when nothing will come any more.
    async fn more(&mut self) -> bool {
        let mut piece = vec![0; 64 * 1024];
        // A reset is an end too.
        let read = timeout(PATIENCE, self.stream.read(&mut piece)).await.expect("more in time").unwrap_or(0);
        self.have.extend_from_slice(&piece[..read]);
        read > 0
    }

    /// The status and the headers.
    pub(crate) async fn head(&mut self) -> (u16, Vec<(String, String)>) {
        let end = loop {
            if let Some(end) = self.have.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            assert!(self.more().await, "no answer, only {:?}", String::from_utf8_lossy(&self.have));
        };
        let head = String::from_utf8(self.have[..end].to_vec()).unwrap();
        self.have.drain(..end + 4);
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        (status, headers)
    }

    /// At least `count` bytes of a body; fewer only when it ended.
    pub(crate) async fn some(&mut self, count: usize) -> Vec<u8> {
        while self.have.len() < count && self.more().await {}
        std::mem::take(&mut self.have)
    }

    async fn whole(&mut self, is_head: bool) -> Answer {
        let (status, headers) = self.head().await;
        let mut answer = Answer { status, headers, body: Vec::new(), cut: false };
        if is_head || status == 304 || status == 204 {
            return answer;
        }
        if answer.header("transfer-encoding").is_some() {
            answer.cut = !self.chunks(&mut answer.body).await;
        } else {
            let length: usize = answer.header("content-length").map_or(0, |text| text.parse().unwrap());
            answer.body = self.some(length).await;
            answer.cut = answer.body.len() < length;
        }
        answer
    }

    /// A body in chunks; `false` when the last chunk never came.
    async fn chunks(&mut self, body: &mut Vec<u8>) -> bool {
        loop {
            let end = loop {
                if let Some(end) = self.have.windows(2).position(|two| two == b"\r\n") {
                    break end;
                }
                if !self.more().await {
                    return false;
                }
            };
            let size = std::str::from_utf8(&self.have[..end]).unwrap();
            let size = usize::from_str_radix(size.split(';').next().unwrap().trim(), 16).unwrap();
            while self.have.len() < end + 2 + size + 2 {
                if !self.more().await {
                    body.extend_from_slice(&self.have[(end + 2).min(self.have.len())..]);
                    return false;
                }
            }
            body.extend_from_slice(&self.have[end + 2..end + 2 + size]);
            self.have.drain(..end + 2 + size + 2);
            if size == 0 {
                return true;
            }
        }
    }
}
