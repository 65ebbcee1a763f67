//! Fetching a picture that a server only gave the address of.
//!
//! The address is the server's word, and the server may be anybody's: it is followed to the server's own origin, or over
//! https to a public address, and nowhere else. Redirects are not followed at all.

use super::public::{PublicOnly, is_public};
use super::server::{Answer, Server, Trouble, client, read, uri};
use crate::connector::Connector;
use crate::settings::StartError;
use axum::body::Bytes;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use std::net::IpAddr;
use std::time::Duration;

/// Fetches what stands at the addresses a server gives.
pub(crate) struct Links {
    elsewhere: Client<Connector<PublicOnly>, Full<Bytes>>,
}

impl Links {
    pub(crate) fn new(connect: Duration) -> Result<Self, StartError> {
        let connector = Connector::to(PublicOnly, connect, false).map_err(StartError::NoRoots)?;
        Ok(Self { elsewhere: client(connector) })
    }

    /// The bytes at `address`.
    ///
    /// # Errors
    /// A sentence for people.
    pub(crate) async fn fetch(
        &self,
        server: &Server,
        address: &str,
        within: Duration,
    ) -> Result<Bytes, String> {
        let Some(address) = uri(address) else { return Err("The picture's address is none.".to_owned()) };
        let host = address.host().unwrap_or_default().to_owned();
        let answer = if server.owns(&address) && !names_somebody(&address) {
            server.get_own(address, within).await
        } else {
            self.elsewhere(address, within).await?
        };
        match answer {
            Ok(Answer { status: StatusCode::OK, body, .. }) => Ok(body),
            Ok(answer) if answer.status.is_redirection() => Err(format!(
                "The picture's address at {host} leads on to another one, which is not followed."
            )),
            Ok(answer) => {
                Err(format!("The picture could not be fetched: {host} answered {}.", answer.status.as_u16()))
            }
            Err(trouble) => Err(format!("The picture could not be fetched: {host} {trouble}")),
        }
    }

    /// Without the relay's key: it is the server's alone.
    async fn elsewhere(&self, address: Uri, within: Duration) -> Result<Result<Answer, Trouble>, String> {
        if address.scheme_str() != Some("https") || names_somebody(&address) {
            return Err("The picture's address is neither the server's own nor one over https.".to_owned());
        }
        // The resolver is not asked about addresses in digits.
        let host = address.host().unwrap_or_default();
        let digits = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        if digits.is_ok_and(|address| !is_public(address)) {
            return Err(format!("The picture could not be fetched: {host} is not a public address."));
        }
        let mut request = Request::new(Full::default());
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        *request.uri_mut() = address;
        Ok(read(&self.elsewhere, request, within).await)
    }
}

/// `https://somebody@host/`: nobody writes that who means well.
fn names_somebody(address: &Uri) -> bool {
    address.authority().is_some_and(|authority| authority.as_str().contains('@'))
}
