//! Connections to the upstream service, bounded as a whole.

use axum::BoxError;
use axum::http::Uri;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpStream;
use tower_service::Service;

/// Connects within a time. The connector below knows a limit for TCP only; a name server or a TLS handshake that hangs
/// is just as dead.
#[derive(Debug, Clone)]
pub(crate) struct Connector<R = GaiResolver> {
    inner: HttpsConnector<HttpConnector<R>>,
    within: Duration,
}

/// The connection did not come to be in time.
#[derive(Debug)]
pub(crate) struct ConnectTimeout;

impl fmt::Display for ConnectTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection took too long")
    }
}

impl Error for ConnectTimeout {}

impl Connector {
    /// `needs_tls`: whether to do without certificate authorities is an error.
    pub(crate) fn new(within: Duration, needs_tls: bool) -> Result<Self, String> {
        Self::to(GaiResolver::new(), within, needs_tls)
    }
}

impl<R> Connector<R> {
    /// The same, to whatever `resolver` finds. It is not asked about addresses in digits.
    pub(crate) fn to(resolver: R, within: Duration, needs_tls: bool) -> Result<Self, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = || {
            ClientConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
                .map_err(|error| error.to_string())
        };
        // The system's authorities and not a list compiled in: companies and countries have their own.
        let tls = match config()?.with_native_roots() {
            Ok(builder) => builder.with_no_client_auth(),
            Err(error) if needs_tls => return Err(error.to_string()),
            // A plain upstream works without; only the list of styles will be missing.
            Err(_) => config()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
        };
        let mut http = HttpConnector::new_with_resolver(resolver);
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(within));
        let inner = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        Ok(Self { inner, within })
    }
}

impl<R> Service<Uri> for Connector<R>
where
    HttpsConnector<HttpConnector<R>>:
        Service<Uri, Response = MaybeHttpsStream<TokioIo<TcpStream>>, Error = BoxError>,
    <HttpsConnector<HttpConnector<R>> as Service<Uri>>::Future: Send + 'static,
{
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.inner.call(uri);
        let within = self.within;
        Box::pin(async move {
            tokio::time::timeout(within, connecting).await.map_err(|_| BoxError::from(ConnectTimeout))?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ConnectTimeout, Connector};
    use axum::http::Uri;
    use std::time::Duration;
    use tokio::net::TcpListener;
    use tower_service::Service;

    /// TCP is there at once, TLS never: the time counts for both together.
    #[tokio::test]
    async fn a_tls_handshake_that_hangs_ends_in_time() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri: Uri = format!("https://{}/", silent.local_addr().unwrap()).parse().unwrap();
        let mut connector = Connector::new(Duration::from_millis(100), false).unwrap();
        let error = connector.call(uri).await.err().unwrap();
        assert!(error.is::<ConnectTimeout>(), "{error}");
    }
}
