//! What is sent is exactly what the vendor sends.

use crate::table::check;
use fusionbrain::{
    Base, Endpoint, FormPart, Method, NegativePrompt, PipelineId, Prompt, RunRequest, Size, StyleName, TaskId,
};

fn cat() -> RunRequest {
    RunRequest {
        pipeline: PipelineId::new("p-1").unwrap(),
        prompt: Prompt::new("Пушистый кот в \"очках\" 🐈").unwrap(),
        negative: None,
        style: None,
        size: Size::new(1024, 576).unwrap(),
    }
}

#[test]
fn the_params_have_the_vendors_keys_in_the_vendors_order() {
    let full = RunRequest {
        negative: NegativePrompt::new("яркие цвета").unwrap(),
        style: StyleName::new("ANIME"),
        ..cat()
    };
    let default = RunRequest { style: StyleName::new("DEFAULT"), ..cat() };
    let bare = r#"{"type":"GENERATE","numImages":1,"width":1024,"height":576,"generateParams":{"query":"Пушистый кот в \"очках\" 🐈"}}"#;
    check(
        vec![
            ("what is empty is omitted, not sent as \"\"", cat(), bare),
            ("DEFAULT leaves style out", default, bare),
            (
                "style and negative prompt",
                full,
                r#"{"type":"GENERATE","numImages":1,"width":1024,"height":576,"style":"ANIME","negativePromptDecoder":"яркие цвета","generateParams":{"query":"Пушистый кот в \"очках\" 🐈"}}"#,
            ),
        ],
        |run| -> &'static str { run.params().leak() },
    );
}

#[test]
fn the_form_has_two_parts() {
    let run = cat();
    assert_eq!(
        run.parts(),
        [
            FormPart { name: "pipeline_id", content_type: None, body: "p-1".into() },
            FormPart { name: "params", content_type: Some("application/json"), body: run.params() },
        ]
    );
}

#[test]
fn a_stored_run_is_checked_when_it_comes_back() {
    let run = RunRequest { style: StyleName::new("UHD"), ..cat() };
    let stored = serde_json::to_string(&run).unwrap();
    assert_eq!(serde_json::from_str::<RunRequest>(&stored).unwrap(), run);
    for (good, bad) in [("1024", "64"), ("\"p-1\"", "\" \""), ("\"UHD\"", "\"\"")] {
        assert!(stored.contains(good), "{stored}");
        assert!(serde_json::from_str::<RunRequest>(&stored.replacen(good, bad, 1)).is_err(), "{bad}");
    }
    let old = r#"{"pipeline":"p","prompt":"x","size":{"width":128,"height":128}}"#;
    assert!(serde_json::from_str::<RunRequest>(old).is_ok(), "what may be absent may be missing");
    assert!(serde_json::from_str::<RunRequest>(&old.replace("\"x\"", "\" \"")).is_err());
}

#[test]
fn the_addresses() {
    let id = |text| PipelineId::new(text).unwrap();
    let task = |text| TaskId::new(text).unwrap();
    check(
        vec![
            ("all models", Endpoint::Pipelines { kind: None }, "GET https://h/fb/key/api/v1/pipelines"),
            (
                "models of one type",
                Endpoint::Pipelines { kind: Some("TEXT2IMAGE") },
                "GET https://h/fb/key/api/v1/pipelines?type=TEXT2IMAGE",
            ),
            (
                "availability",
                Endpoint::Availability(id("a-1_b.c~")),
                "GET https://h/fb/key/api/v1/pipeline/a-1_b.c~/availability",
            ),
            (
                "an identifier cannot break out of its segment",
                Endpoint::Availability(id("../a?b#c/ %я")),
                "GET https://h/fb/key/api/v1/pipeline/..%2Fa%3Fb%23c%2F%20%25%D1%8F/availability",
            ),
            ("run", Endpoint::Run, "POST https://h/fb/key/api/v1/pipeline/run"),
            ("status", Endpoint::Status(task(" u-1 ")), "GET https://h/fb/key/api/v1/pipeline/status/u-1"),
            (
                "styles, on their own host",
                Endpoint::Styles,
                "GET https://cdn.fusionbrain.ai/static/styles/key",
            ),
        ],
        |endpoint| -> &'static str {
            let base = Base::new("https://h/fb").unwrap();
            format!("{} {}", endpoint.method().as_str(), endpoint.url(&base)).leak()
        },
    );
    assert_eq!(Endpoint::Run.method(), Method::Post);
    assert_eq!(Endpoint::Styles.path(), "static/styles/key");
    assert_eq!(Endpoint::Pipelines { kind: Some("A B") }.path(), "key/api/v1/pipelines");
    assert_eq!(Endpoint::Pipelines { kind: Some("A B") }.query().unwrap(), "type=A%20B");
}

#[test]
fn identifiers_are_any_text() {
    for bad in ["", " \n", ".", " .. "] {
        assert_eq!(TaskId::new(bad), None, "{bad:?}");
        assert!(serde_json::from_value::<PipelineId>(bad.into()).is_err(), "{bad:?}");
    }
    assert_eq!(TaskId::new(" не uuid ").unwrap().to_string(), "не uuid");
}
