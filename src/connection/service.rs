//! The protocol's calls over a connection.

use fusionbrain::{
    ApiError, Availability, Endpoint, Pipeline, PipelineId, RunAnswer, RunRequest, StatusAnswer, Style,
    TaskId, read_availability, read_pipelines, read_run, read_status, read_styles,
};

use super::{Connection, Kind};
use crate::browser::http::{self, Patience};

/// How long small questions may take. Runs and status answers are never cut short.
const SMALL: Patience = Patience::Seconds(30);

/// A connection that can be asked.
#[derive(Clone)]
pub struct Service {
    connection: Connection,
}

impl Service {
    /// Asks over this connection.
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Whether it asks the same counterpart.
    pub fn leads_to(&self, connection: &Connection) -> bool {
        self.connection.base == connection.base && self.connection.kind == connection.kind
    }

    /// Takes the keys of a newer connection to the same address; says whether it is the same.
    pub fn renewed(&self, by: &Service) -> Option<Service> {
        self.leads_to(&by.connection).then(|| by.clone())
    }

    /// Where it leads, as a text that finds it again and holds no keys.
    pub fn place(&self) -> String {
        let kind = match self.connection.kind {
            Kind::Direct => "direct ",
            Kind::Here(_) | Kind::Relay(_) => "relay ",
        };
        String::from(kind) + self.connection.base.as_str()
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        self.connection.credentials.as_ref().map(|c| c.headers().to_vec()).unwrap_or_default()
    }

    async fn get(&self, endpoint: &Endpoint, patience: Patience) -> Result<http::Answer, ApiError> {
        http::get(&endpoint.url(&self.connection.base), &self.headers(), patience).await
    }

    /// What models there are.
    ///
    /// # Errors
    /// As every call: what came instead of an answer.
    pub async fn pipelines(&self) -> Result<Vec<Pipeline>, ApiError> {
        let a = self.get(&Endpoint::Pipelines { kind: None }, SMALL).await?;
        read_pipelines(a.status, &a.headers, &a.body)
    }

    /// Whether a model takes runs.
    pub async fn availability(&self, pipeline: &PipelineId) -> Result<Availability, ApiError> {
        let a = self.get(&Endpoint::Availability(pipeline.clone()), SMALL).await?;
        read_availability(a.status, &a.headers, &a.body)
    }

    /// Sends a run. It spends quota, whatever comes back.
    pub async fn run(&self, request: &RunRequest) -> Result<RunAnswer, ApiError> {
        let url = Endpoint::Run.url(&self.connection.base);
        let a = http::post_form(&url, &self.headers(), &request.parts()).await?;
        read_run(a.status, &a.headers, &a.body)
    }

    /// Asks for a task. The answer can be the only delivery: its raw text comes along, for a report.
    pub async fn status(&self, task: &TaskId) -> (Result<StatusAnswer, ApiError>, String) {
        match self.get(&Endpoint::Status(task.clone()), Patience::Endless).await {
            Ok(a) => {
                let read = read_status(a.status, &a.headers, &a.body);
                (read, String::from_utf8_lossy(&a.body).into_owned())
            }
            Err(ApiError::CutBody { so_far }) => (Err(ApiError::CutBody { so_far: String::new() }), so_far),
            Err(error) => (Err(error), String::new()),
        }
    }

    /// The styles: from a relay by its own path, from the service by its fixed address. They need no keys.
    pub async fn styles(&self) -> Result<Vec<Style>, ApiError> {
        let url = match self.connection.kind {
            Kind::Direct => Endpoint::STYLES_URL.to_owned(),
            Kind::Here(_) | Kind::Relay(_) => format!("{}static/styles/key", self.connection.base.as_str()),
        };
        let a = http::get(&url, &[], SMALL).await?;
        read_styles(a.status, &a.headers, &a.body)
    }
}
