//! How a request must look before anybody looks at what it asks for. This is a door to five calls and no proxy: what is
//! addressed to somewhere else, means two things at once, or comes from a foreign page, ends here.

use crate::origin::Origin;
use crate::refusal::Refusal;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, header};
use std::net::IpAddr;

/// Longest path and query together. A pipeline's name and a task's are the longest things in one.
const LONGEST_TARGET: usize = 2_048;

/// Where answers cost something or tell something; the rest is the app's files.
const CALLS: [&str; 5] = ["/key/", "/static/styles/", "/relay/", "/simulator/", "/metrics"];

/// Refuses what has no manners: then nothing more is taken on this connection.
///
/// `at_home` says that only the person at this machine is meant to come in.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(request: &Request, origins: &[Origin], at_home: bool) -> Result<(), Refusal> {
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
    host(request, at_home)?;
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
    let path = uri.path();
    // Nearly every path: what follows is looked for in the others only.
    if !path.contains(['%', '\\', ';']) && !path.contains("//") && !path.contains("/.") {
        return false;
    }
    let path = path.to_ascii_lowercase();
    let hidden = ["//", "\\", "%2f", "%5c", "%00", "%25", ";"].iter().any(|sign| path.contains(sign));
    let dots = path.replace("%2e", ".");
    hidden || dots.split('/').any(|part| matches!(part, "." | ".."))
}

/// One host, as HTTP/1.1 demands: with two, everybody picks another one. And where only this machine is served, a host that
/// only this machine can mean: a page can have its own name lead here (DNS rebinding), and would be no foreign page then.
fn host(request: &Request, at_home: bool) -> Result<(), Refusal> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) if request.version() == Version::HTTP_10 => return Ok(()),
        (Some(host), None) => host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()),
        _ => None,
    };
    match host.filter(|host| !host.as_str().contains('@')) {
        None => Err(bad("A request names its host, once.")),
        Some(host) if at_home && !is_here(host.host()) => Err(Refusal::new(
            StatusCode::MISDIRECTED_REQUEST,
            "This relay serves the person at its own machine, at localhost. At a name of its own it has to know who \
             comes in (--people), or who stands before it (--trust-from).",
        )),
        Some(_) => Ok(()),
    }
}

/// Whether a name cannot be made to lead here by somebody else: an address, or this machine's own name.
fn is_here(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.ends_with(".localhost") || address.parse::<IpAddr>().is_ok()
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

/// Whether a page of an origin that was not allowed makes this request. Its answer could not be read there, but a form is
/// sent without asking first and starts a run with the relay's keys, a picture can be had once, and a question costs
/// something.
fn foreign(headers: &HeaderMap, origins: &[Origin]) -> bool {
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    if origin.is_some_and(|origin| origins.iter().any(|allowed| allowed.as_str() == origin)) {
        return false;
    }
    let said = headers.get("sec-fetch-site").map(HeaderValue::as_bytes).filter(|said| !said.is_empty());
    match said {
        Some(b"same-origin") => false,
        // An old browser, no browser, or a person who entered the address.
        None | Some(b"none") => origin.is_some_and(|origin| {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
            let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            authority.is_none() || authority != host
        }),
        // Of the same name on plain http, too; and a page that asks without reading: for a picture, a script, a form.
        Some(_) => true,
    }
}

fn bad(message: &str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, message)
}
