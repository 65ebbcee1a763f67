//! The engine that is somewhere else: requests are made anew and answers are streamed through.
//!
//! hyper's plain client is used on purpose: it follows no redirects (keys must not travel to another host), reads no
//! proxy variables, and repeats a request only when not one byte of it was written (a run spends quota).

use crate::connector::{ConnectTimeout, Connector};
use crate::refusal::Refusal;
use crate::settings::{Keys, Limits, StartError};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use fusionbrain::{Base, Credentials, Endpoint};
use http_body_util::{LengthLimitError, Limited};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::error::Error;
use std::time::Duration;
use tokio::sync::Semaphore;
use tower_http::timeout::{TimeoutBody, TimeoutError};

const X_KEY: HeaderName = HeaderName::from_static("x-key");
const X_SECRET: HeaderName = HeaderName::from_static("x-secret");

/// What an answer may bring along. Everything else (cookies, CORS of the upstream's own, hop-by-hop headers, a
/// redirect's goal) stays here. The encoding is never asked for, but without its name such a body is lost.
const PASSED_ON: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::DATE,
    header::RETRY_AFTER,
];

/// Connections that were idle for longer are not used again: many servers have closed them by then.
const IDLE: Duration = Duration::from_secs(20);

/// Most questions upstream at once; more wait for their turn, within the time that they have anyway. A thousand clients
/// who poll would otherwise be a thousand connections, which costs memory here and is a burden there. Runs are not
/// counted: their bodies come from clients, who could hold all places by sending slowly.
const AT_ONCE: usize = 128;

/// Most that is read from a connection ahead of the client who takes it.
const READ_AHEAD: usize = 64 * 1024;

/// A service somewhere else.
pub(crate) struct Upstream {
    client: Client<Connector, Body>,
    places: Semaphore,
    base: Base,
    styles: Uri,
    keys: PutOn,
    limits: Limits,
}

/// Where the two auth headers come from. The values are marked sensitive, so that no `Debug` shows them.
enum PutOn {
    Held([(HeaderName, HeaderValue); 2]),
    Clients,
}

impl Upstream {
    pub(crate) fn new(base: Base, styles: &str, keys: &Keys, limits: &Limits) -> Result<Self, StartError> {
        // The base once as a request would use it: better refused here than at each request.
        uri(&Endpoint::Run.url(&base)).ok_or_else(|| StartError::Upstream(base.as_str().to_owned()))?;
        let styles = uri(styles).ok_or_else(|| StartError::Upstream(styles.to_owned()))?;
        let connector = Connector::new(limits.connect, !base.is_plain_http()).map_err(StartError::NoRoots)?;
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(AT_ONCE)
            .http1_max_buf_size(READ_AHEAD)
            .build(connector);
        let keys = match keys {
            Keys::FromClient => PutOn::Clients,
            Keys::Held(credentials) => {
                PutOn::Held(held(credentials).ok_or_else(|| StartError::Upstream("the key pair".to_owned()))?)
            }
        };
        Ok(Self { client, places: Semaphore::new(AT_ONCE), base, styles, keys, limits: limits.clone() })
    }

    pub(crate) async fn answer(&self, endpoint: &Endpoint, request: Request) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        let target = self.target(endpoint, parts.uri.query()).ok_or_else(Refusal::not_found)?;
        // Only a run has a body; what a client hangs on a GET is nobody's business upstream.
        let is_run = *endpoint == Endpoint::Run;
        let host = target.authority().map_or_else(String::new, ToString::to_string);
        let mut asked = Request::new(if is_run { body } else { Body::empty() });
        *asked.method_mut() = parts.method;
        *asked.uri_mut() = target;
        *asked.headers_mut() = self.headers(endpoint, &parts.headers);

        let ask = async {
            // The semaphore is never closed. The place is free again when the answer begins: a body that a client takes
            // slowly keeps none.
            let _place = if is_run { None } else { self.places.acquire().await.ok() };
            self.client.request(asked).await
        };
        let answered = tokio::time::timeout(self.limits.headers, ask).await;
        let answer = match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(self.refusal(&host, &error, is_run)),
            Err(_) => return Err(self.silence(&host, is_run)),
        };
        let (head, body) = answer.into_parts();
        if hyper::body::Body::size_hint(&body).lower() > self.limits.answer_body {
            let most = self.limits.answer_body;
            let message = format!("{host} answered with more than {most} bytes.");
            return Err(Refusal::new(StatusCode::BAD_GATEWAY, message).run_unknown(is_run));
        }
        // What turns out to be too long, or stands still, breaks off: to the client that is a cut body.
        let most = usize::try_from(self.limits.answer_body).unwrap_or(usize::MAX);
        let body = TimeoutBody::new(self.limits.stall, Limited::new(body, most));
        let mut response = Response::new(Body::new(body));
        *response.status_mut() = head.status;
        for name in PASSED_ON {
            if let Some(value) = head.headers.get(&name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        Ok(response)
    }

    /// Of the query only what the service knows goes along, as it came: `?type=`, and `?pipeline_id=` of the vendor's
    /// Java client. The path is built from the endpoint, so that nothing but the five calls can ever be made.
    fn target(&self, endpoint: &Endpoint, query: Option<&str>) -> Option<Uri> {
        if *endpoint == Endpoint::Styles {
            return Some(self.styles.clone());
        }
        let mut address = endpoint.url(&self.base);
        let known = match endpoint {
            Endpoint::Pipelines { .. } => "type=",
            Endpoint::Run => "pipeline_id=",
            _ => return uri(&address),
        };
        let mut parameters = query.into_iter().flat_map(|query| query.split('&'));
        if let Some(parameter) = parameters.find(|parameter| parameter.starts_with(known)) {
            address.push('?');
            address.push_str(parameter);
        }
        uri(&address)
    }

    /// Built from nothing: a header of the client's gets through only by being named here.
    fn headers(&self, endpoint: &Endpoint, from: &HeaderMap) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        if *endpoint == Endpoint::Styles {
            return headers;
        }
        match &self.keys {
            PutOn::Held(pair) => headers.extend(pair.iter().cloned()),
            PutOn::Clients => {
                for name in [X_KEY, X_SECRET] {
                    if let Some(value) = from.get(&name) {
                        let mut value = value.clone();
                        value.set_sensitive(true);
                        headers.insert(name, value);
                    }
                }
            }
        }
        // With the boundary of the form in it.
        if let Some(form) = from.get(header::CONTENT_TYPE).filter(|_| *endpoint == Endpoint::Run) {
            headers.insert(header::CONTENT_TYPE, form.clone());
        }
        headers
    }

    fn refusal(&self, host: &str, error: &legacy::Error, is_run: bool) -> Refusal {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        let mut why = String::new();
        while let Some(error) = cause {
            if error.is::<LengthLimitError>() {
                return Refusal::too_large(self.limits.run_body);
            }
            if error.is::<TimeoutError>() {
                return Refusal::new(StatusCode::REQUEST_TIMEOUT, "The run did not arrive in time.");
            }
            if error.is::<ConnectTimeout>() {
                return Refusal::new(
                    StatusCode::GATEWAY_TIMEOUT,
                    format!("No connection to {host} within {:?}.", self.limits.connect),
                );
            }
            // The innermost cause is the one that says something ("Connection refused").
            why = error.to_string();
            cause = error.source();
        }
        let message = if error.is_connect() {
            format!("{host} cannot be reached: {why}.")
        } else if is_run {
            format!("{host} broke off ({why}). Whether the run was started is unknown.")
        } else {
            format!("{host} broke off: {why}.")
        };
        Refusal::new(StatusCode::BAD_GATEWAY, message).run_unknown(is_run && !error.is_connect())
    }

    fn silence(&self, host: &str, is_run: bool) -> Refusal {
        let mut message = format!("{host} did not answer within {:?}.", self.limits.headers);
        if is_run {
            message.push_str(" Whether the run was started is unknown.");
        }
        Refusal::new(StatusCode::GATEWAY_TIMEOUT, message).run_unknown(is_run)
    }
}

/// A whole address, or `None` when HTTP cannot carry it.
fn uri(address: &str) -> Option<Uri> {
    address.parse().ok().filter(|uri: &Uri| uri.host().is_some_and(|host| !host.is_empty()))
}

fn held(credentials: &Credentials) -> Option<[(HeaderName, HeaderValue); 2]> {
    let [(_, key), (_, secret)] = credentials.headers();
    let sensitive = |text: String| {
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    };
    Some([(X_KEY, sensitive(key)?), (X_SECRET, sensitive(secret)?)])
}
