//! How a request must look before anybody looks at what it asks for. This is a door to five calls and no proxy: what is
//! addressed to somewhere else, means two things at once, or comes from a foreign page, ends here.

use crate::origin::Origin;
use crate::refusal::Refusal;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, header};

/// Longest path and query together. A pipeline's name and a task's are the longest things in one.
const LONGEST_TARGET: usize = 2_048;

/// Where answers cost something or tell something; the rest is the app's files.
const CALLS: [&str; 5] = ["/key/", "/static/styles/", "/relay/", "/simulator/", "/metrics"];

/// Refuses what has no manners: then nothing more is taken on this connection.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(request: &Request, origins: &[Origin]) -> Result<(), Refusal> {
    let uri = request.uri();
    if request.method() == Method::CONNECT || uri.scheme().is_some() || uri.authority().is_some() {
        return Err(bad("This is no proxy: ask for a path of its own."));
    }
    if !uri.path().starts_with('/') {
        return Err(bad("The path begins with a slash."));
    }
    if uri.path_and_query().is_some_and(|target| target.as_str().len() > LONGEST_TARGET) {
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, "The address is too long."));
    }
    if walks(uri) {
        return Err(Refusal::not_found());
    }
    host(request)?;
    lengths(request.headers())?;
    if request.headers().contains_key(header::UPGRADE) && request.headers().contains_key("http2-settings") {
        return Err(bad("HTTP/1.1 is spoken here."));
    }
    if CALLS.iter().any(|call| uri.path().starts_with(call)) && foreign(request.headers(), origins) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "This relay does not answer pages of that origin (see --allow-origin).",
        ));
    }
    Ok(())
}

/// Whether somebody further on could take the path for another one.
fn walks(uri: &Uri) -> bool {
    let path = uri.path().to_ascii_lowercase();
    let hidden = ["//", "\\", "%2f", "%5c", "%00", "%25", ";"].iter().any(|sign| path.contains(sign));
    let dots = path.replace("%2e", ".");
    hidden || dots.split('/').any(|part| matches!(part, "." | ".."))
}

/// One host, as HTTP/1.1 demands: with two, everybody picks another one.
fn host(request: &Request) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if request.version() == Version::HTTP_10 => Ok(()),
        (Some(host), None) if host.to_str().is_ok_and(|host| host.parse::<Authority>().is_ok_and(plain)) => {
            Ok(())
        }
        _ => Err(bad("A request names its host, once.")),
    }
}

// By value, because that is what parsing gives.
#[allow(clippy::needless_pass_by_value)]
fn plain(host: Authority) -> bool {
    !host.as_str().contains('@')
}

/// hyper has refused what contradicts itself; these are what it overlooks.
fn lengths(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get_all(header::CONTENT_LENGTH).iter().count() > 1 {
        return Err(bad("A request has one length."));
    }
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        _ => Err(bad("Of the transfer codings only chunked is taken.")),
    }
}

/// Whether a page of an origin that was not allowed makes this request. Its answer could not be read there, but a picture
/// can be had once, and a question costs something.
fn foreign(headers: &HeaderMap, origins: &[Origin]) -> bool {
    let said = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if said == Some(b"same-origin") {
        return false;
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => {
            let origin = origin.to_str().unwrap_or_default();
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            let own = origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host);
            !own && !origins.iter().any(|allowed| allowed.as_str() == origin)
        }
        // A page that asks without reading: for a picture, a script, a form.
        None => matches!(said, Some(b"cross-site" | b"same-site")),
    }
}

fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, message)
}
