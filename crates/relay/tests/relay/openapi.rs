//! `/relay/v1/openapi.json` says what the relay serves: no route more, none less, and answers of that shape.

use crate::openai::{FORM, PIPELINES, RUN, finished, params, pipelines, relay_before, run, status_of};
use crate::support::people::{Register, get_as};
use crate::support::{
    Answer, Images, Relay, Service, answer, before_images, get, pair, pass_through, png, quick_config,
    quick_simulator, run_form, send,
};
use fusionbrain::{NegativePrompt, PipelineId, Prompt, RunRequest, Size, StyleName};
use komposition_relay::{EngineSettings, HoldPlace, HoldSettings, Keys, OpenAiSettings, Settings};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The description as the relay serves it, and what was seen of it.
struct Description {
    document: Value,
    seen: BTreeSet<String>,
}

impl Description {
    async fn of(relay: &Relay) -> Self {
        let answer = get(relay.address, "/relay/v1/openapi.json", &[]).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
        Self { document: answer.json(), seen: BTreeSet::new() }
    }

    /// Methods by path, in capitals.
    fn described(&self) -> BTreeMap<String, BTreeSet<String>> {
        let paths = self.document["paths"].as_object().unwrap();
        let methods =
            |item: &Value| item.as_object().unwrap().keys().map(|name| name.to_uppercase()).collect();
        paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect()
    }

    /// What `value` breaks of a schema of the document's.
    fn breaches(&self, schema: &Value, value: &Value) -> Vec<String> {
        let whole = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": self.document["components"],
        });
        let validator = jsonschema::validator_for(&whole).unwrap();
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    /// Asserts that an answer is one of those that are described.
    #[track_caller]
    fn check(&mut self, method: &str, path: &str, answer: &Answer) {
        let operation = &self.document["paths"][path][method.to_lowercase()];
        let status = answer.status.to_string();
        let response = operation["responses"].get(&status);
        let response =
            response.unwrap_or_else(|| panic!("{method} {path} {status} is not described: {answer:?}"));
        // Some are described once for many.
        let reference = response["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        let response = reference.map_or(response, |pointer| self.document.pointer(pointer).unwrap());
        self.seen.insert(format!("{method} {path} {status}"));
        if response.get("content").is_none() {
            assert!(answer.body.is_empty(), "{method} {path} {status} has a body: {answer:?}");
            return;
        }
        let kind = answer.header("content-type").unwrap_or_default();
        let schema = response["content"].get(kind);
        let schema = &schema.unwrap_or_else(|| panic!("{method} {path} {status} has no {kind}"))["schema"];
        let value = if kind == "application/json" { answer.json() } else { answer.text().into() };
        let breaches = self.breaches(schema, &value);
        assert!(breaches.is_empty(), "{method} {path} {status}: {breaches:#?} in {value}");
    }
}

/// Every `.route("…")` of the relay's sources, tests left out.
fn routes_in(folder: &Path) -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routes.extend(routes_in(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let named = code.split(".route(").skip(1);
            routes.extend(named.map(|rest| {
                let route = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
                route.unwrap_or_else(|| panic!("a route of {} is no plain text", path.display())).0.to_owned()
            }));
        }
    }
    routes
}

#[tokio::test]
async fn every_route_is_described_and_every_description_is_a_route() {
    let relay = Relay::start(quick_simulator()).await;
    let described = Description::of(&relay).await.described();
    let routes = routes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(routes.len() >= 11, "the search finds them: {routes:?}");
    assert_eq!(described.into_keys().collect::<BTreeSet<_>>(), routes);
}

/// A relay on which no route is missing because a part of it is switched off.
async fn with_everything() -> Relay {
    let mut settings = quick_simulator();
    settings.hold = Some(HoldSettings::new(Duration::from_secs(60), HoldPlace::Memory));
    settings.embedding.origins = vec!["https://intranet.example".parse().unwrap()];
    Relay::start(settings).await
}

#[tokio::test]
async fn every_route_takes_the_methods_that_are_described_and_no_others() {
    let relay = with_everything().await;
    let description = Description::of(&relay).await;
    let error = json!({"$ref": "#/components/schemas/Error"});
    for (path, methods) in description.described() {
        let real = path.replace("{id}", "some-id").replace("{uuid}", "some-task");
        for method in METHODS {
            let answer = send(relay.address, method, &real, &[], b"").await;
            if methods.contains(method) {
                assert_ne!(answer.status, 405, "{method} {path} is described");
            } else {
                assert_eq!(answer.status, 405, "{method} {path} is not described");
                let allowed: Vec<&str> = answer.header("allow").unwrap().split(", ").collect();
                assert_eq!(allowed, methods.iter().map(String::as_str).collect::<Vec<_>>(), "{path}");
                assert_eq!(description.breaches(&error, &answer.json()), Vec::<String>::new());
            }
        }
    }
}

#[tokio::test]
async fn the_description_is_of_this_version_and_its_references_lead_somewhere() {
    let relay = Relay::start(quick_simulator()).await;
    let Description { document, .. } = Description::of(&relay).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let text = document.to_string();
    let references: BTreeSet<&str> =
        text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 10);
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    for schema in document["components"]["schemas"].as_object().unwrap().values() {
        assert!(jsonschema::meta::is_valid(schema), "{schema}");
    }
    let operations: Vec<&Value> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .collect();
    let names: BTreeSet<&str> =
        operations.iter().map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len(), "each has a name of its own");
    let schemes = document["components"]["securitySchemes"].as_object().unwrap();
    for operation in &operations {
        for needed in operation["security"].as_array().into_iter().flatten() {
            assert!(needed.as_object().unwrap().keys().all(|name| schemes.contains_key(name)));
        }
    }
}

#[tokio::test]
async fn what_the_app_sends_is_what_is_described() {
    let relay = Relay::start(quick_simulator()).await;
    let description = Description::of(&relay).await;
    let schema = json!({"$ref": "#/components/schemas/Params"});
    let request = RunRequest {
        pipeline: PipelineId::new("p").unwrap(),
        prompt: Prompt::new("кот").unwrap(),
        negative: NegativePrompt::new("дождь").unwrap(),
        style: StyleName::new("ANIME"),
        size: Size::new(640, 960).unwrap(),
    };
    let params: Value = serde_json::from_str(&request.params()).unwrap();
    assert_eq!(description.breaches(&schema, &params), Vec::<String>::new());
    for (name, wrong) in [
        ("width", json!(64)),
        ("height", json!("512")),
        ("numImages", json!(2)),
        ("type", json!("EDIT")),
        ("generateParams", json!({})),
        ("negativePromptDecoder", json!("x".repeat(1001))),
    ] {
        let mut params = params.clone();
        params[name] = wrong;
        assert!(!description.breaches(&schema, &params).is_empty(), "{params}");
    }
}

#[tokio::test]
async fn real_answers_have_the_described_shapes_and_every_described_answer_exists() {
    let relay = with_everything().await;
    let mut description = Description::of(&relay).await;
    simulated(&relay, &mut description).await;
    refusals(&relay, &mut description).await;
    people(&mut description).await;
    foreign_or_too_often(&mut description).await;
    openai(&mut description).await;
    upstream_trouble(&mut description).await;

    let mut described = BTreeSet::new();
    for (path, item) in description.document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for status in
                operation["responses"].as_object().unwrap().keys().filter(|status| *status != "default")
            {
                described.insert(format!("{} {path} {status}", method.to_uppercase()));
            }
        }
    }
    assert_eq!(description.seen, described, "left: seen, right: described");
}

const AVAILABILITY: &str = "/key/api/v1/pipeline/{id}/availability";
const STATUS: &str = "/key/api/v1/pipeline/status/{uuid}";
const RESULT: &str = "/relay/v1/results/{uuid}";

/// All that goes well at the simulator, and all that can come of a run.
async fn simulated(relay: &Relay, description: &mut Description) {
    for path in [
        PIPELINES,
        "/static/styles/key",
        "/relay/v1/config",
        "/relay/v1/openapi.json",
        "/metrics",
        "/healthz",
    ] {
        description.check("GET", path, &get(relay.address, path, &[]).await);
    }
    let id = pipelines(relay.address).await[0]["id"].as_str().unwrap().to_owned();
    let path = AVAILABILITY.replace("{id}", &id);
    description.check("GET", AVAILABILITY, &get(relay.address, &path, &[]).await);
    for prompt in ["кот", "sim:censored", "sim:fail", "sim:fail=No", "sim:cancel", "sim:slow=60", "sim:empty"]
    {
        let accepted = run(relay.address, &params(prompt, 128, 128)).await;
        description.check("POST", RUN, &accepted);
        let status = status_of(&accepted);
        description.check("GET", STATUS, &get(relay.address, &status, &[]).await);
        let result = status.replace("/key/api/v1/pipeline/status/", "/relay/v1/results/");
        description.check("DELETE", RESULT, &send(relay.address, "DELETE", &result, &[], b"").await);
    }
    description.check("POST", RUN, &run(relay.address, &params("sim:blocked", 128, 128)).await);
    let log = get(relay.address, "/simulator/v1/log", &[]).await;
    assert!(log.json().as_array().unwrap().len() > 10);
    description.check("GET", "/simulator/v1/log", &log);
}

/// All that is a client's own fault.
async fn refusals(relay: &Relay, description: &mut Description) {
    for (path, real) in [
        (AVAILABILITY, "/key/api/v1/pipeline/nobody/availability"),
        (STATUS, "/key/api/v1/pipeline/status/nobody"),
    ] {
        description.check("GET", path, &get(relay.address, real, &[]).await);
    }
    let nobodys = send(relay.address, "DELETE", "/relay/v1/results/nobody", &[], b"").await;
    description.check("DELETE", RESULT, &nobodys);
    let through_a_proxy = get(relay.address, "/metrics", &[("X-Forwarded-For", "192.0.2.1")]).await;
    description.check("GET", "/metrics", &through_a_proxy);
    description.check("POST", RUN, &run(relay.address, &params("", 128, 128)).await);
    let unknown = run_form("nobody", &params("кот", 128, 128));
    description.check("POST", RUN, &send(relay.address, "POST", RUN, &[FORM], unknown.as_bytes()).await);
    description.check("POST", RUN, &send(relay.address, "POST", RUN, &[], b"x").await);
    description.check("POST", RUN, &run(relay.address, &params(&"x".repeat(70_000), 128, 128)).await);
    let foreign = [FORM, ("Origin", "https://elsewhere.example")];
    description.check("POST", RUN, &send(relay.address, "POST", RUN, &foreign, unknown.as_bytes()).await);

    let keyed = simulator::Config { keys: Some(pair("k", "s")), ..quick_config() };
    let relay = Relay::start(Settings::new(EngineSettings::Simulator(keyed))).await;
    for path in [PIPELINES, AVAILABILITY, STATUS] {
        let real = path.replace("{id}", "x").replace("{uuid}", "x");
        description.check("GET", path, &get(relay.address, &real, &[]).await);
    }
    description.check("POST", RUN, &send(relay.address, "POST", RUN, &[], b"").await);
    description.check("GET", "/relay/v1/config", &get(relay.address, "/relay/v1/config", &[]).await);
}

/// What a relay with people says to those it knows and to strangers.
async fn people(description: &mut Description) {
    let register = Register::new();
    let token = register.token("Anna", &["--runs-a-day", "3"]).await;
    let mut settings = quick_simulator();
    settings.people = Some(register.path());
    settings.hold = Some(HoldSettings::new(Duration::from_secs(60), HoldPlace::Memory));
    let relay = Relay::start(settings).await;
    description.check("GET", "/relay/v1/config", &get_as(relay.address, &token, "/relay/v1/config").await);
    description.check("GET", "/relay/v1/config", &get_as(relay.address, "wrong", "/relay/v1/config").await);
    let stranger = send(relay.address, "DELETE", "/relay/v1/results/x", &[], b"").await;
    assert_eq!(stranger.status, 401);
    description.check("DELETE", RESULT, &stranger);
}

/// 403 for foreign pages and 429 for who asks too often, wherever they are described.
async fn foreign_or_too_often(description: &mut Description) {
    let mut settings = quick_simulator();
    settings.hold = Some(HoldSettings::new(Duration::from_secs(60), HoldPlace::Memory));
    settings.rates.address_runs = Some(1);
    settings.rates.address_polls = Some(1);
    let relay = Relay::start(settings).await;
    for method in ["GET", "POST"] {
        send(relay.address, method, "/relay/v1/config", &[], b"").await;
    }
    for (path, item) in description.document["paths"].as_object().unwrap().clone() {
        let real = path.replace("{id}", "x").replace("{uuid}", "x");
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            for (status, headers) in [("429", &[][..]), ("403", &[("Origin", "https://elsewhere.example")])] {
                if operation["responses"].get(status).is_some() {
                    let answer = send(relay.address, &method, &real, headers, b"").await;
                    assert_eq!(answer.status.to_string(), status, "{method} {path}");
                    description.check(&method, &path, &answer);
                }
            }
        }
    }
}

/// The other engine's answers, which have more in them.
async fn openai(description: &mut Description) {
    let images = Images::saying(&["m"], |order| match order["prompt"].as_str().unwrap() {
        "кот" => (200, json!({"data": [{"b64_json": base64_of(&png(512, 512))}]}).to_string()),
        "censored" => (400, json!({"error": {"code": "moderation_blocked", "message": "x"}}).to_string()),
        _ => (500, String::new()),
    })
    .await;
    let relay = relay_before(before_images(&images.url())).await;
    for path in [PIPELINES, "/static/styles/key", "/relay/v1/config"] {
        description.check("GET", path, &get(relay.address, path, &[]).await);
    }
    description.check("GET", "/simulator/v1/log", &get(relay.address, "/simulator/v1/log", &[]).await);
    let id = pipelines(relay.address).await[0]["id"].as_str().unwrap().to_owned();
    let path = AVAILABILITY.replace("{id}", &id);
    description.check("GET", AVAILABILITY, &get(relay.address, &path, &[]).await);
    let schema = json!({"$ref": "#/components/schemas/Status"});
    for (prompt, word) in [("кот", "DONE"), ("censored", "DONE"), ("broken", "FAIL")] {
        let accepted = run(relay.address, &params(prompt, 512, 512)).await;
        description.check("POST", RUN, &accepted);
        let last = finished(relay.address, &status_of(&accepted)).await;
        assert_eq!(last["status"], word);
        assert_eq!(description.breaches(&schema, &last), Vec::<String>::new(), "{last}");
    }
    let gated = Images::gated(&["m"], |_| (500, String::new())).await;
    let relay = relay_before(OpenAiSettings { queue: 1, ..before_images(&gated.url()) }).await;
    let accepted = run(relay.address, &params("кот", 512, 512)).await;
    description.check("GET", STATUS, &get(relay.address, &status_of(&accepted), &[]).await);
    description.check("POST", RUN, &run(relay.address, &params("кот", 512, 512)).await);
}

/// 502 and 504 of everything that asks another server.
async fn upstream_trouble(description: &mut Description) {
    let broken = Service::saying("").await;
    let silent = Service::silent().await;
    for service in [&broken, &silent] {
        let mut settings = pass_through(service, Keys::FromClient);
        settings.limits.headers = Duration::from_millis(100);
        let relay = Relay::start(settings).await;
        for path in [PIPELINES, AVAILABILITY, STATUS, "/static/styles/key"] {
            let real = path.replace("{id}", "x").replace("{uuid}", "x");
            description.check("GET", path, &get(relay.address, &real, &[]).await);
        }
        description.check("POST", RUN, &send(relay.address, "POST", RUN, &[FORM], b"x").await);
    }
    let service = Service::saying(answer("200 OK", "application/json", "[]")).await;
    let relay = Relay::before(&service).await;
    description.check("GET", "/relay/v1/config", &get(relay.address, "/relay/v1/config", &[]).await);
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.encode(bytes)
}
