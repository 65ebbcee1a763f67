//! The third program: the simulator as a service inside the page, in a worker of its own. It is loaded when the demo has a
//! first picture to paint (docs/decisions/0028-a-page-without-a-server.md).

use fusionbrain::{Headers, RunAnswer, read_run};
use serde::{Deserialize, Serialize};
use simulator::{Body, Config, Delivery, Kept, Part, Request, Simulator};

use crate::browser::{clock, questions, random};

/// A request as `src/demo/demo-door.js` hands it over.
#[derive(Deserialize)]
struct Question {
    method: String,
    path: String,
    query: String,
    /// Name, content type, content. None: no form.
    parts: Option<Vec<(String, Option<String>, String)>>,
    /// The runs that were accepted and are not handed out yet, in all tabs. One that cannot be read is passed over.
    kept: Vec<serde_json::Value>,
}

/// What is said of the answer's body.
#[derive(Serialize)]
struct Head {
    status: u16,
    headers: Vec<(&'static str, String)>,
    /// Half of the body, then the connection breaks.
    cut: bool,
    /// The body comes over so many milliseconds.
    over: u64,
    /// A run that was accepted, to be kept until it is handed out.
    keep: Option<Kept>,
    /// A task that nobody has to keep any more.
    gone: Option<String>,
}

/// Answers the page for as long as it lives.
pub fn start() {
    // No two tabs hand out the same tasks.
    let seed =
        random::id().bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(257).wrapping_add(byte.into()));
    let mut simulator = Simulator::new(Config { seed, ..Config::default() });
    questions::answer(move |question| answer(&mut simulator, &question, clock::now()).unwrap_or_default());
}

/// The answer's head as a text, and its body. None: the question is none.
fn answer(simulator: &mut Simulator, question: &str, now: u64) -> Option<(String, Vec<u8>)> {
    let question: Question = serde_json::from_str(question).ok()?;
    let kept: Vec<Kept> =
        question.kept.into_iter().filter_map(|kept| serde_json::from_value(kept).ok()).collect();
    simulator.resume(&kept, now);
    let parts: Option<Vec<Part<'_>>> = question.parts.as_ref().map(|parts| parts.iter().map(part).collect());
    let headers = Headers::none();
    let reply = simulator.handle(
        Request {
            method: &question.method,
            path: &question.path,
            query: &question.query,
            headers: &headers,
            body: parts.as_deref().map_or(Body::None, Body::Form),
        },
        now,
    );
    if let Some(ticket) = reply.ticket {
        simulator.finished(ticket, now);
    }
    let (status, told) = (reply.status, reply.headers());
    let (cut, over) = match reply.delivery {
        Delivery::Whole => (false, 0),
        Delivery::Cut => (true, 0),
        Delivery::Dribble { over_ms } => (false, over_ms),
    };
    let headers =
        [("Content-Type", reply.content_type.to_owned())].into_iter().chain(reply.headers).collect();
    let body = reply.body.into_bytes();
    let keep = match read_run(status, &told, &body) {
        Ok(RunAnswer::Accepted { task, .. }) if parts.is_some() => simulator.keep(task.as_str()),
        _ => None,
    };
    let asked = question.path.rsplit_once("/status/").map(|(_, task)| task.to_owned());
    let gone = asked.filter(|task| simulator.keep(task).is_none());
    let head = Head { status, headers, cut, over, keep, gone };
    Some((serde_json::to_string(&head).ok()?, body))
}

fn part((name, content_type, text): &(String, Option<String>, String)) -> Part<'_> {
    Part { name, file_name: None, content_type: content_type.as_deref(), bytes: text.as_bytes() }
}
