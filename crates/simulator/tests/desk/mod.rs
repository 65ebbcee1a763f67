//! A client at a desk: speaks to a simulator in the words of `fusionbrain` and keeps the time.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use fusionbrain::{
    ApiError, Endpoint, Headers, Method, PipelineId, Prompt, RunAnswer, RunRequest, Size, StatusAnswer,
    TaskId,
};
use simulator::{Body, Config, Event, Part, Reply, Request, Simulator};

pub struct Desk {
    pub service: Simulator,
    pub now: u64,
    pub headers: Headers,
}

/// What came back, its body painted.
pub struct Got {
    pub status: u16,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Got {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub fn got(reply: Reply) -> Got {
    Got { status: reply.status, headers: reply.headers(), body: reply.body.into_bytes() }
}

/// The version 3.1 pipeline.
pub fn pipeline() -> PipelineId {
    let mut desk = Desk::new(Config::default());
    let list = desk.get("/key/api/v1/pipelines", "");
    let list = fusionbrain::read_pipelines(list.status, &list.headers, &list.body).unwrap();
    fusionbrain::default_pipeline(&list).unwrap().id.clone()
}

/// Params of a small picture, as text.
pub fn params(query: &str) -> String {
    serde_json::json!({
        "type": "GENERATE", "numImages": 1, "width": 128, "height": 128, "generateParams": { "query": query }
    })
    .to_string()
}

impl Desk {
    pub fn new(config: Config) -> Self {
        Self { service: Simulator::new(config), now: 1_000_000, headers: Headers::none() }
    }

    pub fn ask(&mut self, method: &str, path: &str, query: &str, body: Body<'_>) -> Reply {
        let headers = self.headers.clone();
        self.service.handle(Request { method, path, query, headers: &headers, body }, self.now)
    }

    pub fn get(&mut self, path: &str, query: &str) -> Got {
        got(self.ask("GET", path, query, Body::None))
    }

    /// The request for an endpoint, exactly as `fusionbrain` builds it.
    pub fn call(&mut self, endpoint: &Endpoint, body: Body<'_>) -> Reply {
        let method = match endpoint.method() {
            Method::Get => "GET",
            Method::Post => "POST",
        };
        let path = format!("/{}", endpoint.path());
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        self.ask(method, path, query, body)
    }

    /// A run with a form of one's own.
    pub fn post(&mut self, query: &str, parts: &[Part<'_>]) -> Got {
        got(self.ask("POST", "/key/api/v1/pipeline/run", query, Body::Form(parts)))
    }

    /// A run as the app sends it.
    pub fn run(&mut self, prompt: &str) -> Result<RunAnswer, ApiError> {
        let request = RunRequest {
            pipeline: pipeline(),
            prompt: Prompt::new(prompt).unwrap(),
            negative: None,
            style: None,
            size: Size::new(128, 128).unwrap(),
        };
        let parts = request.parts();
        let parts: Vec<Part<'_>> = parts
            .iter()
            .map(|part| Part {
                name: part.name,
                file_name: None,
                content_type: part.content_type,
                bytes: part.body.as_bytes(),
            })
            .collect();
        let got = got(self.call(&Endpoint::Run, Body::Form(&parts)));
        fusionbrain::read_run(got.status, &got.headers, &got.body)
    }

    /// A run that must be accepted.
    pub fn accepted(&mut self, prompt: &str) -> TaskId {
        match self.run(prompt).unwrap() {
            RunAnswer::Accepted { task, .. } => task,
            refused => panic!("{refused:?}"),
        }
    }

    pub fn poll_raw(&mut self, task: &TaskId) -> Reply {
        self.call(&Endpoint::Status(task.clone()), Body::None)
    }

    /// A poll whose answer arrives at once.
    pub fn poll(&mut self, task: &TaskId) -> Result<StatusAnswer, ApiError> {
        let reply = self.poll_raw(task);
        self.service.finished(reply.ticket.unwrap(), self.now);
        let got = got(reply);
        fusionbrain::read_status(got.status, &got.headers, &got.body)
    }

    /// Runs, waits, and polls once.
    pub fn result(&mut self, prompt: &str) -> Result<StatusAnswer, ApiError> {
        let task = self.accepted(prompt);
        self.now += 20_000;
        self.poll(&task)
    }

    pub fn events(&self) -> Vec<Event> {
        self.service.log().iter().map(|entry| entry.event).collect()
    }
}
