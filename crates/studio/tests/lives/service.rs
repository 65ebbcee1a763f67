//! The real simulator behind a network, with cheap pictures: painting one takes longer than a hundred lives.

use std::collections::BTreeMap;

use fusionbrain::{
    Endpoint, Headers, NegativePrompt, PipelineId, Prompt, RunRequest, Size, StatusAnswer, TaskId,
};
use simulator::{Body, Config, Delivery, Part, ReplyBody, Request, Simulator, Ticket};

/// A PNG of one pixel.
const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// What a prompt makes the service do. The words are the simulator's own.
pub const MANNERS: &[&str] = &[
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "sim:slow=1",
    "sim:slow=40",
    "sim:slow=20",
    "sim:fail",
    "sim:fail=Boom",
    "sim:fail=The_limit_has_been_reached",
    "sim:cancel",
    "sim:blocked",
    "sim:blocked=DISABLED_MANUALLY",
    "sim:http=500",
    "sim:http=400",
    "sim:poll-http=500x2",
    "sim:poll-http=404x2",
    "sim:poll-http=401x1",
    "sim:poll-http=429x2",
    "sim:html",
    "sim:cut",
    "sim:dribble=20",
    "sim:dribble=5",
    "sim:empty",
    "sim:badbase64",
    "sim:notimage",
    "sim:censored",
    "sim:stuck",
];

pub struct Service {
    inner: Simulator,
    pipeline: PipelineId,
    /// The manner of each task's picture.
    manners: BTreeMap<String, String>,
    /// Final answers that a relay keeps: status, headers, body, and whether it is a picture.
    held: BTreeMap<String, (u16, Headers, Vec<u8>, bool)>,
}

/// What goes back over the network.
pub struct Answer {
    pub status: u16,
    pub headers: Headers,
    pub body: Vec<u8>,
    pub delivery: Delivery,
    pub ticket: Option<Ticket>,
    /// It hands over a picture that is one.
    pub picture: bool,
    /// Nothing is ready yet.
    pub pending: bool,
}

impl Service {
    pub fn new(seed: u64) -> Self {
        let mut inner = Simulator::new(Config { seed, ..Config::default() });
        let headers = Headers::none();
        let path = "/key/api/v1/pipelines";
        let request = Request { method: "GET", path, query: "", headers: &headers, body: Body::None };
        let reply = inner.handle(request, 0);
        let list = fusionbrain::read_pipelines(200, &Headers::none(), &reply.body.into_bytes()).unwrap();
        Self { inner, pipeline: list[0].id.clone(), manners: BTreeMap::new(), held: BTreeMap::new() }
    }

    pub fn request(&self, n: u64, manner: &str) -> RunRequest {
        RunRequest {
            pipeline: self.pipeline.clone(),
            prompt: Prompt::new(&format!("картина {n} {manner}")).unwrap(),
            negative: NegativePrompt::new("").unwrap(),
            style: None,
            size: Size::new(128, 128).unwrap(),
        }
    }

    pub fn run(&mut self, request: &RunRequest, now: u64) -> Answer {
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
        let answer = self.call("POST", &Endpoint::Run, Body::Form(&parts), now);
        if let Ok(fusionbrain::RunAnswer::Accepted { task, .. }) =
            fusionbrain::read_run(answer.status, &answer.headers, &answer.body)
        {
            self.manners.insert(task.to_string(), request.prompt.as_str().to_owned());
        }
        answer
    }

    /// The prompt with which a task was started.
    pub fn drawn_from(&self, task: &TaskId) -> Option<&str> {
        self.manners.get(task.as_str()).map(String::as_str)
    }

    pub fn probe(&mut self, pipeline: &PipelineId, now: u64) -> Answer {
        self.call("GET", &Endpoint::Availability(pipeline.clone()), Body::None, now)
    }

    /// `relay`: through one that keeps final answers.
    pub fn status(&mut self, task: &TaskId, now: u64, relay: bool) -> Answer {
        if let Some((status, headers, body, picture)) = self.held.get(task.as_str()).cloned() {
            let delivery = Delivery::Whole;
            return Answer { status, headers, body, delivery, ticket: None, picture, pending: false };
        }
        let mut answer = self.call("GET", &Endpoint::Status(task.clone()), Body::None, now);
        let read = fusionbrain::read_status(answer.status, &answer.headers, &answer.body);
        answer.pending = matches!(read, Ok(StatusAnswer::Pending { .. }));
        if relay && read.is_ok() && !answer.pending && answer.delivery != Delivery::Cut {
            let Answer { status, headers, body, picture, .. } = &answer;
            let kept = (*status, headers.clone(), body.clone(), *picture);
            self.held.insert(task.as_str().to_owned(), kept);
        }
        answer
    }

    pub fn acknowledged(&mut self, task: &TaskId) {
        self.held.remove(task.as_str());
    }

    /// How many status answers for the task polled last are on their way.
    pub fn concurrent_polls(&self) -> u32 {
        let polls = self.inner.log().iter().rev();
        polls
            .into_iter()
            .find(|entry| entry.event == simulator::Event::Poll)
            .map_or(0, |e| e.concurrent_polls)
    }

    pub fn finished(&mut self, ticket: Option<Ticket>, now: u64) {
        if let Some(ticket) = ticket {
            self.inner.finished(ticket, now);
        }
    }

    fn call(&mut self, method: &'static str, endpoint: &Endpoint, body: Body<'_>, now: u64) -> Answer {
        let path = format!("/{}", endpoint.path());
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let headers = Headers::none();
        let reply = self.inner.handle(Request { method, path, query, headers: &headers, body }, now);
        let (headers, mut picture) = (reply.headers(), false);
        let body = match reply.body {
            ReplyBody::Bytes(bytes) => bytes,
            ReplyBody::Painting(_) => {
                let Endpoint::Status(task) = endpoint else { panic!("a painting without a task") };
                let manner = self.manners.get(task.as_str()).map_or("", String::as_str);
                let has = |word| manner.contains(word);
                picture =
                    !["sim:empty", "sim:badbase64", "sim:notimage", "sim:censored"].into_iter().any(has);
                done(task, manner)
            }
        };
        Answer {
            status: reply.status,
            headers,
            body,
            delivery: reply.delivery,
            ticket: reply.ticket,
            picture,
            pending: false,
        }
    }
}

fn done(task: &TaskId, manner: &str) -> Vec<u8> {
    let file = match manner {
        m if m.contains("sim:empty") => String::new(),
        m if m.contains("sim:badbase64") => "\"%%%\"".to_owned(),
        m if m.contains("sim:notimage") => "\"JVBERi0xLjc=\"".to_owned(),
        _ => format!("\"{PICTURE}\""),
    };
    let censored = manner.contains("sim:censored");
    format!(
        r#"{{"uuid":"{task}","status":"DONE","result":{{"files":[{file}],"censored":{censored}}},"generationTime":4}}"#
    )
    .into_bytes()
}
