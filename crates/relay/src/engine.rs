//! Who makes the pictures, whichever of the engines it is; and how long each of its answers took.

use crate::metrics::Metrics;
use crate::openai::{self, OpenAi};
use crate::refusal::Refusal;
use crate::settings::{EngineSettings, Keys, Limits, StartError};
use crate::simulated::Simulated;
use crate::upstream::Upstream;
use axum::extract::Request;
use axum::response::Response;
use fusionbrain::Endpoint;
use std::sync::Arc;
use std::time::Instant;

/// The engine of one relay.
pub(crate) struct Engine {
    behind: Behind,
    /// Whether clients bring keys of their own.
    needs_keys: bool,
    pub(crate) metrics: Arc<Metrics>,
}

enum Behind {
    Simulated(Simulated),
    Upstream(Box<Upstream>),
    OpenAi(Box<OpenAi>),
}

impl Engine {
    pub(crate) fn new(settings: &EngineSettings, limits: &Limits) -> Result<Self, StartError> {
        let (behind, needs_keys) = match settings {
            EngineSettings::Simulator(config) => {
                let needs_keys = config.keys.is_some();
                (Behind::Simulated(Simulated::new(config.clone(), limits.run_body)), needs_keys)
            }
            EngineSettings::Fusionbrain { upstream, styles, keys } => {
                let engine = Upstream::new(upstream.clone(), styles, keys, limits)?;
                (Behind::Upstream(Box::new(engine)), matches!(keys, Keys::FromClient))
            }
            EngineSettings::OpenAi(server) => (Behind::OpenAi(Box::new(OpenAi::new(server, limits)?)), false),
        };
        let metrics = Arc::new(Metrics::new(behind.name()));
        Ok(Self { behind, needs_keys, metrics })
    }

    /// What it is called in settings, numbers and config.
    pub(crate) fn name(&self) -> &'static str {
        self.behind.name()
    }

    /// Whether clients bring keys of their own, which decide what they may see.
    pub(crate) fn needs_keys(&self) -> bool {
        self.needs_keys
    }

    /// Whether it is in this process, and may be asked as often as one likes.
    pub(crate) fn is_near(&self) -> bool {
        !matches!(self.behind, Behind::Upstream(_))
    }

    /// It is about to stop: ready when what it has in hand is with those who asked for it.
    pub(crate) async fn finished(&self) {
        if let Behind::OpenAi(openai) = &self.behind {
            openai.finished().await;
        }
    }

    /// What it takes and does nothing with, in the protocol's words (`style`, `negativePromptDecoder`).
    pub(crate) fn ignores(&self) -> &'static [&'static str] {
        match &self.behind {
            Behind::OpenAi(_) => &openai::IGNORES,
            Behind::Simulated(_) | Behind::Upstream(_) => &[],
        }
    }

    /// What happened in a simulator so far; `None` for the others, who keep no such log.
    pub(crate) fn log(&self) -> Option<Response> {
        match &self.behind {
            Behind::Simulated(simulated) => Some(simulated.log()),
            Behind::Upstream(_) | Behind::OpenAi(_) => None,
        }
    }

    /// One call of the protocol, and its time.
    pub(crate) async fn answer(&self, endpoint: &Endpoint, request: Request) -> Result<Response, Refusal> {
        let asked = Instant::now();
        let answer = match &self.behind {
            // Boxed: the forms that these take apart are large, and a request that goes upstream need not carry room for
            // them.
            Behind::Simulated(simulated) => Box::pin(simulated.answer(endpoint, request)).await,
            Behind::OpenAi(openai) => Box::pin(openai.answer(endpoint, request)).await,
            Behind::Upstream(upstream) => upstream.answer(endpoint, request).await,
        };
        let outcome = match &answer {
            Ok(answer) if answer.status().is_success() => "success",
            Ok(_) => "failure",
            Err(refusal) => refusal.reason(),
        };
        self.metrics.called(word(endpoint), outcome, asked.elapsed());
        answer
    }
}

impl Behind {
    fn name(&self) -> &'static str {
        match self {
            Self::Simulated(_) => "simulator",
            Self::Upstream(_) => "fusionbrain",
            Self::OpenAi(_) => "openai",
        }
    }
}

/// What an endpoint is called in the numbers.
fn word(endpoint: &Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Pipelines { .. } => "pipelines",
        Endpoint::Availability(_) => "availability",
        Endpoint::Run => "run",
        Endpoint::Status(_) => "status",
        Endpoint::Styles => "styles",
    }
}
