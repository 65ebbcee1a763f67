//! No request makes the service panic, and it always answers something a client can read.
#![allow(clippy::unwrap_used)]

mod desk;

use desk::{got, params, pipeline};
use fusionbrain::Headers;
use proptest::prelude::*;
use simulator::{Body, Config, Part, Request, Simulator, WORDS};

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("/key/api/v1/pipelines".to_owned()),
        Just("/key/api/v1/pipeline/run".to_owned()),
        Just("/static/styles/key".to_owned()),
        "/key/api/v1/pipeline/[a-z%0-9]{0,8}/availability",
        "/key/api/v1/pipeline/status/\\PC{0,20}",
        "\\PC{0,40}",
        "/key/api/v1/\\PC{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_requests_are_answered(
        method in prop_oneof![Just("GET".to_owned()), Just("POST".to_owned()), "\\PC{0,8}"],
        path in path(),
        query in "\\PC{0,30}",
        headers in prop::collection::vec(("\\PC{0,10}", "\\PC{0,20}"), 0..3),
        parts in prop::collection::vec((prop_oneof![Just("params".to_owned()), Just("pipeline_id".to_owned()), "\\PC{0,8}"],
            prop::option::of(prop_oneof![Just("application/json".to_owned()), "\\PC{0,10}"]), prop::collection::vec(any::<u8>(), 0..40)), 0..4),
        is_form in any::<bool>(),
        now in any::<u64>(),
    ) {
        let mut service = Simulator::new(Config::default());
        let headers = Headers::new(headers);
        let parts: Vec<Part<'_>> = parts.iter().map(|(name, kind, bytes)| Part { name, file_name: None, content_type: kind.as_deref(), bytes }).collect();
        let body = if is_form { Body::Form(&parts) } else { Body::Other };
        let reply = service.handle(Request { method: &method, path: &path, query: &query, headers: &headers, body }, now);
        let got = got(reply);
        prop_assert!((200..600).contains(&got.status));
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&got.body).is_ok());
    }

    /// Any prompt with any words goes its way to a final answer or is refused, at any time of the clock.
    #[test]
    fn arbitrary_prompts_are_run_and_polled(
        text in "\\PC{0,60}",
        words in prop::collection::vec((0..WORDS.len(), "\\PC{0,12}"), 0..4),
        start in any::<u64>(),
    ) {
        let mut prompt = text;
        for (index, value) in words {
            let (name, _) = WORDS[index].0.split_once('=').unwrap_or((WORDS[index].0, ""));
            prompt.push_str(&format!(" {name}={value}"));
        }
        let mut service = Simulator::new(Config::default());
        let (headers, id, text) = (Headers::none(), pipeline(), params(&prompt));
        let parts = [
            Part { name: "pipeline_id", file_name: None, content_type: None, bytes: id.as_str().as_bytes() },
            Part { name: "params", file_name: Some("blob"), content_type: Some("application/json"), bytes: text.as_bytes() },
        ];
        let run = Request { method: "POST", path: "/key/api/v1/pipeline/run", query: "", headers: &headers, body: Body::Form(&parts) };
        let run = got(service.handle(run, start));
        let answer = fusionbrain::read_run(run.status, &run.headers, &run.body);
        if let Ok(fusionbrain::RunAnswer::Accepted { task, .. }) = answer {
            let path = format!("/key/api/v1/pipeline/status/{task}");
            for wait in [0, 1, 90_000_000] {
                let poll = Request { method: "GET", path: &path, query: "", headers: &headers, body: Body::None };
                let reply = service.handle(poll, start.saturating_add(wait));
                prop_assert!((200..600).contains(&reply.status));
                // Painting is tested where fewer cases do.
                if !matches!(reply.body, simulator::ReplyBody::Painting(_)) {
                    let got = got(reply);
                    let _ = fusionbrain::read_status(got.status, &got.headers, &got.body);
                }
            }
        }
    }
}
