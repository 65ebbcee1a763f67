//! What an owner watches: counted here, read at `/metrics` in the OpenMetrics text that Prometheus reads.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::time::Duration;

/// What [`Metrics::text`] is.
pub(crate) const KIND: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Called {
    call: &'static str,
    outcome: &'static str,
}

/// All numbers of one relay. Every one bears the name of its engine.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    refusals: Family<Refused, Counter>,
    upstream: Family<Called, Histogram>,
    /// Bytes of finished pictures that are held until they are acknowledged; with a shared store, by all relays together.
    pub(crate) held_bytes: Gauge,
    /// Connections that are open.
    pub(crate) connections: Gauge,
}

impl Metrics {
    pub(crate) fn new(engine: &'static str) -> Self {
        let mut registry = Registry::with_prefix_and_labels(
            "komposition_relay",
            [("engine".into(), engine.into())].into_iter(),
        );
        let requests = Family::default();
        let refusals = Family::default();
        // From a hundredth of a second to about a minute.
        let upstream: Family<Called, Histogram> =
            Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.01, 2.0, 13)));
        let held_bytes = Gauge::default();
        let connections = Gauge::default();
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register("refusals", "Requests the relay refused by itself, by reason", refusals.clone());
        registry.register(
            "upstream_seconds",
            "Time from asking the engine to the head of its answer",
            upstream.clone(),
        );
        registry.register("held_bytes", "Bytes held until they are acknowledged", held_bytes.clone());
        registry.register("connections", "Open connections", connections.clone());
        Self { registry, requests, refusals, upstream, held_bytes, connections }
    }

    /// `route` is a route's pattern, never a path.
    pub(crate) fn answered(&self, route: String, method: &'static str, status: u16) {
        self.requests.get_or_create(&Answered { route, method, status }).inc();
    }

    pub(crate) fn refused(&self, reason: &'static str) {
        self.refusals.get_or_create(&Refused { reason }).inc();
    }

    /// The engine answered a call (or did not: `outcome`) after that time.
    pub(crate) fn called(&self, call: &'static str, outcome: &'static str, after: Duration) {
        self.upstream.get_or_create(&Called { call, outcome }).observe(after.as_secs_f64());
    }

    /// Everything as text, of the kind [`KIND`].
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            // Writing into a text does not fail.
            Err(_) => String::new(),
        }
    }
}
