//! The wire, sentence by sentence of what the service does in reality.
#![allow(clippy::unwrap_used)]

mod desk;

use desk::{Desk, got, params, pipeline};
use fusionbrain::{
    ApiError, Credentials, Endpoint, Headers, Key, PipelineId, RunAnswer, Secret, Size, StatusAnswer, TaskId,
};
use simulator::{Body, Config, Event, Part, ReplyBody};

fn part<'a>(name: &'a str, content_type: Option<&'a str>, text: &'a str) -> Part<'a> {
    Part { name, file_name: None, content_type, bytes: text.as_bytes() }
}

const JSON: Option<&str> = Some("application/json");

#[test]
fn two_versions_of_text2image_are_listed_and_the_newest_is_first() {
    let mut desk = Desk::new(Config::default());
    let got = desk.get("/key/api/v1/pipelines", "");
    let list = fusionbrain::read_pipelines(got.status, &got.headers, &got.body).unwrap();
    let versions: Vec<_> = list.iter().map(|pipeline| pipeline.version.clone().unwrap()).collect();
    assert_eq!(versions, ["3.1", "3.0"]);
    assert!(list.iter().all(|pipeline| pipeline.is_usable() && pipeline.makes_pictures()));
    assert_eq!(fusionbrain::default_pipeline(&list).unwrap().id, list[0].id);
}

#[test]
fn every_field_of_the_official_sample_is_there_and_the_id_that_reality_has() {
    let list = Desk::new(Config::default()).get("/key/api/v1/pipelines", "").json();
    for field in [
        "id",
        "uuid",
        "name",
        "nameEn",
        "description",
        "descriptionEn",
        "tags",
        "version",
        "imagePreview",
        "status",
        "type",
        "createdDate",
        "lastModified",
    ] {
        assert!(list.as_array().unwrap().iter().all(|pipeline| pipeline.get(field).is_some()), "{field}");
    }
    assert!(list[0]["version"].is_number());
}

#[test]
fn another_type_is_listed_only_on_request_and_the_filter_leaves_it_out() {
    let mut desk = Desk::new(Config { other_pipeline: true, ..Config::default() });
    let count =
        |desk: &mut Desk, query| desk.get("/key/api/v1/pipelines", query).json().as_array().unwrap().len();
    assert_eq!(count(&mut desk, ""), 3);
    assert_eq!(count(&mut desk, "type=TEXT2IMAGE"), 2);
    assert_eq!(count(&mut desk, "type=NOTHING"), 0);
    let other =
        desk.get("/key/api/v1/pipelines", "type=TEXT2VIDEO").json()[0]["id"].as_str().unwrap().to_owned();
    let refused = desk.post("", &[part("pipeline_id", None, &other), part("params", JSON, &params("кот"))]);
    assert_eq!(refused.status, 400);
}

#[test]
fn availability_says_status_active() {
    let mut desk = Desk::new(Config::default());
    let got = got(desk.call(&Endpoint::Availability(pipeline()), Body::None));
    assert_eq!(got.json(), serde_json::json!({ "status": "ACTIVE" }));
    assert!(fusionbrain::read_availability(got.status, &got.headers, &got.body).unwrap().word.is_active());
}

#[test]
fn an_unknown_pipeline_is_not_found_in_the_words_of_the_service() {
    let mut desk = Desk::new(Config::default());
    let unknown = PipelineId::new("нет/такой").unwrap();
    let got = got(desk.call(&Endpoint::Availability(unknown), Body::None));
    assert_eq!(
        fusionbrain::read_availability(got.status, &got.headers, &got.body),
        Err(ApiError::PipelineNotFound { text: "Модель не найдена".into() })
    );
    let got = desk.post("", &[part("pipeline_id", None, "0"), part("params", JSON, &params("кот"))]);
    assert_eq!((got.status, got.json()["message"].as_str()), (404, Some("Модель не найдена")));
}

#[test]
fn a_run_is_accepted_with_201_a_version_4_uuid_and_the_seconds_until_a_poll_makes_sense() {
    for (generation_ms, seconds) in
        [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (13_000, 13), (u64::MAX, u64::MAX / 1_000 + 1)]
    {
        let mut desk = Desk::new(Config { generation_ms, ..Config::default() });
        let id = pipeline();
        let got =
            desk.post("", &[part("pipeline_id", None, id.as_str()), part("params", JSON, &params("кот"))]);
        let json = got.json();
        assert_eq!(got.status, 201);
        assert_eq!((json["status"].as_str(), json["status_time"].as_u64()), (Some("INITIAL"), Some(seconds)));
        let uuid = json["uuid"].as_str().unwrap();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
        assert!(
            uuid.chars().all(|c| c == '-' || (c.is_ascii_hexdigit() && !c.is_ascii_uppercase())),
            "{uuid}"
        );
        assert_eq!(&uuid[14..15], "4", "{uuid}");
        assert!("89ab".contains(&uuid[19..20]), "{uuid}");
    }
}

#[test]
fn task_ids_differ_and_follow_from_the_seed() {
    let ids = |seed| {
        let mut desk = Desk::new(Config { seed, ..Config::default() });
        (0..50).map(|_| desk.accepted("кот")).collect::<Vec<TaskId>>()
    };
    let mut all = ids(1);
    assert_eq!(all, ids(1));
    all.extend(ids(2));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 100);
}

#[test]
fn the_pipeline_id_is_a_field_or_a_query_parameter_and_a_file_name_changes_nothing() {
    let id = pipeline();
    let (id, text) = (id.as_str(), params("кот"));
    let query = format!("x=1&pipeline_id={}", id.replace('-', "%2D"));
    let named = |name| Part { file_name: Some("blob"), ..part(name, JSON, &text) };
    let cases: [(&str, Vec<Part<'_>>); 5] = [
        ("", vec![part("pipeline_id", None, id), part("params", JSON, &text)]),
        ("", vec![named("params"), part("pipeline_id", Some("text/plain"), id)]),
        (&query, vec![part("params", JSON, &text)]),
        (&query, vec![named("params")]),
        (
            "",
            vec![
                part("pipeline_id", None, id),
                part("params", Some("Application/JSON; charset=UTF-8"), &text),
            ],
        ),
    ];
    for (query, parts) in cases {
        let got = Desk::new(Config::default()).post(query, &parts);
        let answer = fusionbrain::read_run(got.status, &got.headers, &got.body);
        assert!(matches!(answer, Ok(RunAnswer::Accepted { .. })), "{query} {parts:?} {answer:?}");
    }
}

#[test]
fn the_sample_of_the_official_page_needs_only_type_and_query() {
    let id = pipeline();
    let text = r#"{ "type": "GENERATE", "generateParams": { "query": "море" } }"#;
    let got = Desk::new(Config::default())
        .post("", &[part("params", JSON, text), part("pipeline_id", None, id.as_str())]);
    assert_eq!(got.status, 201);
}

#[test]
fn what_is_wrong_with_a_run_is_said_as_the_service_says_it() {
    let id = pipeline();
    let id = part("pipeline_id", None, id.as_str());
    let long = params(&"я".repeat(1_001));
    let emoji = params(&"🐈".repeat(501));
    let negative = serde_json::json!({ "type": "GENERATE", "generateParams": { "query": "я" },
        "negativePromptDecoder": "я".repeat(1_001) })
    .to_string();
    let with = |text: &str| params("кот").replace("\"width\":128", text);
    let (small, large, half) = (with("\"width\":127"), with("\"width\":2049"), with("\"width\":128.5"));
    let several = params("кот").replace("\"numImages\":1", "\"numImages\":2");
    let (cat, blank) = (params("кот"), params(" "));
    let ok = part("params", JSON, &cat);
    let cases: [(u16, &str, Vec<Part<'_>>); 18] = [
        (400, "Required parameter 'pipeline_id' is not present.", vec![ok]),
        (400, "Required parameter 'pipeline_id' is not present.", vec![part("pipeline_id", None, " "), ok]),
        (400, "Required part 'params' is not present.", vec![id]),
        (
            415,
            "Content-Type 'application/octet-stream' is not supported.",
            vec![id, part("params", None, &cat)],
        ),
        (
            415,
            "Content-Type 'text/plain' is not supported.",
            vec![id, part("params", Some("text/plain"), &cat)],
        ),
        (400, "Failed to read request", vec![id, part("params", JSON, "{\"type\": \"GENERATE\",}")]),
        (400, "Failed to read request", vec![id, part("params", JSON, "")]),
        (400, "Failed to read request", vec![id, part("params", JSON, "[1]")]),
        (400, "Failed to read request", vec![id, part("params", JSON, &half)]),
        (
            400,
            "generateParams: не должно быть пустым",
            vec![id, part("params", JSON, "{\"type\":\"GENERATE\"}")],
        ),
        (400, "type: не должно быть пустым", vec![id, part("params", JSON, "{}")]),
        (400, "query: не должно быть пустым", vec![id, part("params", JSON, &blank)]),
        (
            400,
            "Текстовое описание слишком длинное: 1001 символов при пределе 1000",
            vec![id, part("params", JSON, &long)],
        ),
        (
            400,
            "Текстовое описание слишком длинное: 1002 символов при пределе 1000",
            vec![id, part("params", JSON, &emoji)],
        ),
        (
            400,
            "Негативный промпт слишком длинный: 1001 символов при пределе 1000",
            vec![id, part("params", JSON, &negative)],
        ),
        (
            400,
            "width, height: 127x128 не подходит, стороны должны быть от 128 до 2048",
            vec![id, part("params", JSON, &small)],
        ),
        (
            400,
            "width, height: 2049x128 не подходит, стороны должны быть от 128 до 2048",
            vec![id, part("params", JSON, &large)],
        ),
        (400, "numImages: возможно только 1 изображение", vec![id, part("params", JSON, &several)]),
    ];
    for (status, message, parts) in cases {
        let mut desk = Desk::new(Config::default());
        let got = desk.post("", &parts);
        let json = got.json();
        assert_eq!((got.status, json["message"].as_str()), (status, Some(message)), "{parts:?}");
        assert_eq!(desk.events(), [Event::Refused]);
        let answer = fusionbrain::read_run(got.status, &got.headers, &got.body).unwrap_err();
        match status {
            415 => assert_eq!(answer, ApiError::UnsupportedMediaType { text: message.into() }),
            _ => assert_eq!(answer, ApiError::BadRequest { text: message.into() }),
        }
    }
}

#[test]
fn texts_at_the_very_limit_are_accepted() {
    let id = pipeline();
    for query in ["я".repeat(1_000), "🐈".repeat(500)] {
        let text = params(&query);
        let got = Desk::new(Config::default())
            .post("", &[part("pipeline_id", None, id.as_str()), part("params", JSON, &text)]);
        assert_eq!(got.status, 201);
    }
}

#[test]
fn a_run_that_is_no_form_is_an_unsupported_media_type() {
    for (headers, body, message) in [
        (
            Headers::new([("content-type", "application/json")]),
            Body::Other,
            "Content-Type 'application/json' is not supported.",
        ),
        (Headers::none(), Body::None, "Could not parse Content-Type."),
    ] {
        let mut desk = Desk::new(Config::default());
        desk.headers = headers;
        let got = got(desk.call(&Endpoint::Run, body));
        assert_eq!((got.status, got.json()["message"].as_str()), (415, Some(message)));
    }
}

#[test]
fn errors_are_the_json_of_spring() {
    let mut desk = Desk::new(Config::default());
    desk.now = 1_755_163_800_123;
    let got = desk.get("/key/api/v1/secrets", "");
    assert_eq!(
        got.json(),
        serde_json::json!({
            "timestamp": "2025-08-14T09:30:00.123+00:00", "status": 404, "error": "Not Found",
            "message": "No static resource key/api/v1/secrets.", "path": "/key/api/v1/secrets",
        })
    );
}

#[test]
fn only_the_five_routes_exist() {
    let mut desk = Desk::new(Config::default());
    for path in [
        "",
        "/",
        "/key",
        "/key/api/v1",
        "/key/api/v1/",
        "/key/api/v1/pipelines/",
        "/key/api/v1/pipeline/",
        "/key/api/v1/pipeline//availability",
        "/key/api/v1/pipeline/status/",
        "/key/api/v1/pipeline/run/",
        "/key/api/v1/pipeline/status/a/b",
        "/static/styles",
        "/KEY/api/v1/pipelines",
        "/key/api/v2/pipelines",
    ] {
        assert_eq!(desk.get(path, "").status, 404, "{path}");
    }
}

#[test]
fn a_wrong_method_is_told_with_the_right_one() {
    let mut desk = Desk::new(Config::default());
    for (method, path, allow) in [
        ("POST", "/key/api/v1/pipelines", "GET"),
        ("GET", "/key/api/v1/pipeline/run", "POST"),
        ("HEAD", "/key/api/v1/pipeline/status/x", "GET"),
        ("DELETE", "/key/api/v1/pipeline/status/x", "GET"),
        ("PUT", "/static/styles/key", "GET"),
    ] {
        let got = got(desk.ask(method, path, "", Body::None));
        assert_eq!((got.status, got.headers.get("Allow")), (405, Some(allow)), "{method} {path}");
        assert_eq!(got.json()["error"], "Method Not Allowed");
    }
    assert_eq!(desk.events(), []);
}

#[test]
fn with_keys_configured_only_their_owner_is_let_in() {
    let keys = || Credentials { key: Key::new("abc").unwrap(), secret: Secret::new("def").unwrap() };
    for (key, secret, status) in [
        ("Key abc", "Secret def", 200),
        ("abc", "def", 401),
        ("Key abc", "Secret xyz", 401),
        ("Key xyz", "Secret def", 401),
        ("key abc", "Secret def", 401),
        ("Secret def", "Key abc", 401),
        ("", "", 401),
    ] {
        let mut desk = Desk::new(Config { keys: Some(keys()), ..Config::default() });
        desk.headers = Headers::new([("x-key", key), ("x-secret", secret)]);
        let got = desk.get("/key/api/v1/pipelines", "");
        assert_eq!(got.status, status, "{key} {secret}");
        if status == 401 {
            let answer = fusionbrain::read_pipelines(got.status, &got.headers, &got.body);
            assert!(matches!(answer, Err(ApiError::Unauthorized { .. })));
            assert_eq!(got.json()["error"], "Unauthorized");
        }
    }
    let mut desk = Desk::new(Config { keys: Some(keys()), ..Config::default() });
    desk.headers = Headers::new(keys().headers());
    assert!(desk.run("кот").is_ok());
}

#[test]
fn without_keys_nothing_behind_the_door_is_told_but_styles_are_open() {
    let keys = Credentials { key: Key::new("abc").unwrap(), secret: Secret::new("def").unwrap() };
    let mut desk = Desk::new(Config { keys: Some(keys), ..Config::default() });
    for path in ["/key/api/v1/pipelines", "/key/api/v1/nothing", "/key/api/v1/pipeline/status/x"] {
        assert_eq!(desk.get(path, "").status, 401, "{path}");
    }
    assert_eq!(desk.get("/static/styles/key", "").status, 200);
    assert!(matches!(desk.run("кот"), Err(ApiError::Unauthorized { .. })));
    assert_eq!(desk.events(), [Event::Refused]);
}

#[test]
fn the_list_of_styles_reads_back_as_the_built_in_one() {
    let got = Desk::new(Config::default()).get("/static/styles/key", "");
    let styles = fusionbrain::read_styles(got.status, &got.headers, &got.body).unwrap();
    assert_eq!(styles, fusionbrain::built_in_styles());
}

#[test]
fn a_task_is_initial_until_it_is_done_and_then_brings_one_png_of_the_asked_size() {
    let mut desk = Desk::new(Config { generation_ms: 10_000, ..Config::default() });
    let task = desk.accepted("кот");
    assert_eq!(desk.poll(&task), Ok(StatusAnswer::Pending { word: "INITIAL".into() }));
    desk.now += 7_999;
    assert_eq!(desk.poll(&task), Ok(StatusAnswer::Pending { word: "INITIAL".into() }));
    desk.now += 4_001;
    let Ok(StatusAnswer::Done(outcome)) = desk.poll(&task) else { panic!("not done") };
    assert!(!outcome.censored);
    assert!((8.0..=12.0).contains(&outcome.generation_time.unwrap()), "{:?}", outcome.generation_time);
    let [file] = outcome.files.as_slice() else { panic!("{} files", outcome.files.len()) };
    let Ok(fusionbrain::File::Picture { picture, .. }) = fusionbrain::read_file(file) else {
        panic!("no picture")
    };
    assert_eq!((picture.width, picture.height), (128, 128));
    assert_eq!(picture.kind, fusionbrain::PictureKind::Png);
}

#[test]
fn generation_times_vary_by_a_fifth_around_the_usual() {
    let mut desk = Desk::new(Config { generation_ms: 10_000, ..Config::default() });
    for _ in 0..200 {
        desk.accepted("кот");
    }
    desk.service.tick(desk.now + 20_000);
    let start = desk.now;
    let ready = desk.service.log().iter().filter(|entry| entry.event == Event::Ready);
    let times: Vec<u64> = ready.map(|entry| entry.at_ms - start).collect();
    assert_eq!(times.len(), 200);
    assert!(times.iter().all(|time| (8_000..=12_000).contains(time)), "{times:?}");
    assert!(times.iter().max().unwrap() - times.iter().min().unwrap() > 3_000, "{times:?}");
}

#[test]
fn replies_may_not_be_cached() {
    let mut desk = Desk::new(Config::default());
    let task = desk.accepted("кот");
    let reply = desk.poll_raw(&task);
    assert_eq!(reply.headers().get("cache-control"), Some("no-store"));
    assert!(matches!(reply.body, ReplyBody::Bytes(_)));
}

#[test]
fn style_and_negative_prompt_are_taken_over_and_default_means_no_style() {
    let paint = |style: Option<&str>, negative: Option<&str>| {
        let mut desk = Desk::new(Config::default());
        let id = pipeline();
        let mut json: serde_json::Value = serde_json::from_str(&params("кот")).unwrap();
        if let Some(style) = style {
            json["style"] = style.into();
        }
        if let Some(negative) = negative {
            json["negativePromptDecoder"] = negative.into();
        }
        let text = json.to_string();
        let run = desk.post("", &[part("pipeline_id", None, id.as_str()), part("params", JSON, &text)]);
        let task = TaskId::new(run.json()["uuid"].as_str().unwrap()).unwrap();
        desk.now += 20_000;
        let Ok(StatusAnswer::Done(outcome)) = desk.poll(&task) else { panic!("not done") };
        outcome.files
    };
    let plain = paint(None, None);
    assert_eq!(plain, paint(Some("DEFAULT"), None));
    assert_eq!(plain, paint(Some(""), Some("")));
    assert_ne!(plain, paint(Some("ANIME"), None));
    assert_ne!(plain, paint(None, Some("море")));
    assert_eq!(Size::MIN, 128);
}
