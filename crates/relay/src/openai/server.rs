//! Asking the server, within bounds: of time for the whole answer, and of bytes.

use crate::connector::{ConnectTimeout, Connector};
use crate::settings::StartError;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use fusionbrain::{Base, Key};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// Largest answer that is read, in bytes: a picture of 2048 x 2048 as PNG in base64 fits.
pub(crate) const LARGEST: usize = 32 * 1024 * 1024;

/// Connections that were idle for longer are not used again: many servers have closed them by then.
const IDLE: Duration = Duration::from_secs(20);

/// The server behind this engine.
pub(crate) struct Server {
    client: Client<Connector, Full<Bytes>>,
    base: Base,
    origin: Uri,
    /// Marked sensitive, so that no `Debug` shows it.
    authorization: Option<HeaderValue>,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no answer. For people, after the name of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No connection, so that nothing was asked.
    Unreachable(String),
    /// The time was up.
    Silent(Duration),
    /// It ended in the middle.
    Broken(String),
    /// More than [`LARGEST`] bytes.
    TooLarge,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "cannot be reached: {why}."),
            Self::Silent(time) => write!(f, "did not answer within {time:?}."),
            Self::Broken(why) => write!(f, "broke off: {why}."),
            Self::TooLarge => write!(f, "sent more than {LARGEST} bytes."),
        }
    }
}

impl Server {
    pub(crate) fn new(base: &Base, key: Option<&Key>, connect: Duration) -> Result<Self, StartError> {
        let unusable = || StartError::Upstream(base.as_str().to_owned());
        let origin = uri(base.as_str()).ok_or_else(unusable)?;
        let connector = Connector::new(connect, !base.is_plain_http()).map_err(StartError::NoRoots)?;
        let authorization = match key {
            Some(key) => {
                let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose()))
                    .map_err(|_| StartError::Upstream("the upstream key".to_owned()))?;
                value.set_sensitive(true);
                Some(value)
            }
            None => None,
        };
        Ok(Self { client: client(connector), base: base.clone(), origin, authorization })
    }

    /// Host and port, for sentences.
    pub(crate) fn host(&self) -> &str {
        self.origin.authority().map_or("", |authority| authority.as_str())
    }

    /// GET below the base.
    pub(crate) async fn get(&self, path: &str, within: Duration) -> Result<Answer, Trouble> {
        self.ask(Method::GET, self.below(path)?, None, within).await
    }

    /// POST of JSON below the base.
    pub(crate) async fn post(&self, path: &str, json: String, within: Duration) -> Result<Answer, Trouble> {
        self.ask(Method::POST, self.below(path)?, Some(json), within).await
    }

    /// GET of any address of the server's own origin.
    pub(crate) async fn get_own(&self, address: Uri, within: Duration) -> Result<Answer, Trouble> {
        self.ask(Method::GET, address, None, within).await
    }

    /// Whether an address is of the server's own scheme, host and port.
    pub(crate) fn owns(&self, address: &Uri) -> bool {
        let port =
            |uri: &Uri| uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
        let host = |uri: &Uri| uri.host().map(str::to_ascii_lowercase);
        address.scheme() == self.origin.scheme()
            && host(address) == host(&self.origin)
            && port(address) == port(&self.origin)
    }

    fn below(&self, path: &str) -> Result<Uri, Trouble> {
        uri(&format!("{}{path}", self.base.as_str()))
            .ok_or_else(|| Trouble::Unreachable("no such address".to_owned()))
    }

    /// Headers are built from nothing: nothing of the client's gets through.
    async fn ask(
        &self,
        method: Method,
        address: Uri,
        json: Option<String>,
        within: Duration,
    ) -> Result<Answer, Trouble> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        if json.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        let mut request = Request::new(Full::from(json.unwrap_or_default()));
        *request.method_mut() = method;
        *request.uri_mut() = address;
        *request.headers_mut() = headers;
        read(&self.client, request, within).await
    }
}

/// A client that follows no redirects and reads no proxy variables.
pub(crate) fn client<C: Connect + Clone>(connector: C) -> Client<C, Full<Bytes>> {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .build(connector)
}

/// Sends a request and reads the whole answer.
pub(crate) async fn read<C: Connect + Clone + Send + Sync + 'static>(
    client: &Client<C, Full<Bytes>>,
    request: Request<Full<Bytes>>,
    within: Duration,
) -> Result<Answer, Trouble> {
    let asking = async {
        let (head, body) = client.request(request).await.map_err(|error| trouble(&error))?.into_parts();
        let body = Limited::new(body, LARGEST).collect().await.map_err(|error| {
            let too_large = error.is::<LengthLimitError>();
            if too_large { Trouble::TooLarge } else { Trouble::Broken(innermost(&*error)) }
        })?;
        Ok(Answer { status: head.status, headers: head.headers, body: body.to_bytes() })
    };
    tokio::time::timeout(within, asking).await.unwrap_or(Err(Trouble::Silent(within)))
}

fn trouble(error: &hyper_util::client::legacy::Error) -> Trouble {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<ConnectTimeout>() {
            return Trouble::Unreachable(error.to_string());
        }
        cause = error.source();
    }
    let why = innermost(error);
    if error.is_connect() { Trouble::Unreachable(why) } else { Trouble::Broken(why) }
}

/// The innermost cause is the one that says something ("Connection refused").
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// A whole address, or `None` when HTTP cannot carry it.
pub(crate) fn uri(address: &str) -> Option<Uri> {
    address.parse().ok().filter(|uri: &Uri| uri.host().is_some_and(|host| !host.is_empty()))
}
