//! The protocol's calls over a connection.

use fusionbrain::{
    ApiError, Availability, Credentials, Endpoint, Pipeline, PipelineId, RunAnswer, RunRequest, Style,
    TaskId, Token, read_availability, read_pipelines, read_run, read_styles,
};

use super::{Connection, Kind};
use crate::browser::http::{self, Patience};

/// How long small questions may take. Runs are never cut short.
const SMALL: Patience = Patience::Seconds(30);

/// A connection that can be asked.
#[derive(Clone)]
pub struct Service {
    connection: Connection,
    forgotten: bool,
}

impl Service {
    /// Asks over this connection.
    pub fn new(connection: Connection) -> Self {
        Self { connection, forgotten: false }
    }

    /// Whether it asks the same counterpart.
    pub fn leads_to(&self, connection: &Connection) -> bool {
        self.connection.base == connection.base && self.connection.kind == connection.kind
    }

    /// Its keys are forgotten, if it is the connection with this id (or whichever it is): they serve for answers to what
    /// was asked before, and for nothing else.
    pub(super) fn forget(&mut self, id: Option<&str>) {
        let Connection { credentials, token, .. } = &self.connection;
        let has_keys = credentials.is_some() || token.is_some();
        self.forgotten |= has_keys && id.is_none_or(|id| id == self.connection.id);
    }

    /// Whether its keys were forgotten.
    pub fn is_forgotten(&self) -> bool {
        self.forgotten
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
        let Connection { credentials, token, .. } = &self.connection;
        let keys = credentials.iter().flat_map(Credentials::headers);
        keys.chain(token.as_ref().map(Token::header)).collect()
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

    /// What a status request is made of: its address and its headers. Who makes it is another matter (see
    /// [`crate::browser::worker`]): the answer can be the only delivery.
    pub fn status_request(&self, task: &TaskId) -> (String, Vec<(&'static str, String)>) {
        (Endpoint::Status(task.clone()).url(&self.connection.base), self.headers())
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
