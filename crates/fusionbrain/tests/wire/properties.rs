//! What holds for every input: no reader panics, and what is written reads back.

use crate::corpus::READERS;
use crate::file::{jpeg, png};
use base64::prelude::{
    BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, Engine,
};
use fusionbrain::{
    Base, Endpoint, File, Headers, NegativePrompt, PipelineId, Prompt, RunRequest, Size, StyleName, TaskId,
    read_file, read_pipelines, read_run, read_status, utf16_units,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// JSON of any shape, in which the service's own names and words turn up everywhere.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("DONE"),
        Just("FAIL"),
        Just("CANCEL"),
        Just("INITIAL"),
        Just("ACTIVE"),
        Just("DISABLED_BY_QUEUE"),
        Just("The limit has been reached"),
        Just("true"),
        Just("3.1"),
        Just("TEXT2IMAGE"),
        Just("DEFAULT"),
        Just(".."),
        Just(""),
        Just("iVBORw0KGgo="),
        Just("https://a/b"),
    ]
    .prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![word, any::<String>()].prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "id",
        "uuid",
        "name",
        "nameEn",
        "tags",
        "version",
        "status",
        "type",
        "imagePreview",
        "pipeline_status",
        "model_status",
        "status_time",
        "result",
        "files",
        "images",
        "censored",
        "generationTime",
        "errorDescription",
        "statusDescription",
        "message",
        "error",
        "title",
        "titleEn",
        "image",
        "else",
    ]);
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

fn any_run() -> impl Strategy<Value = RunRequest> {
    (
        "\\PC{1,40}",
        "\\PC{1,200}",
        prop::option::of("\\PC{0,200}"),
        prop::option::of("\\PC{1,20}"),
        128_u32..=2048,
        128_u32..=2048,
    )
        .prop_filter_map("checked texts", |(pipeline, prompt, negative, style, width, height)| {
            Some(RunRequest {
                pipeline: PipelineId::new(&pipeline)?,
                prompt: Prompt::new(&prompt).ok()?,
                negative: NegativePrompt::new(&negative.unwrap_or_default()).ok()?,
                style: style.and_then(|style| StyleName::new(&style)),
                size: Size::new(width, height).ok()?,
            })
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_reader_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        READERS.iter().for_each(|(_, read)| read(&bytes));
    }

    #[test]
    fn no_reader_panics_on_any_text(text in any::<String>()) {
        READERS.iter().for_each(|(_, read)| read(text.as_bytes()));
    }

    #[test]
    fn no_reader_panics_on_any_json(json in any_json(), cut in any::<prop::sample::Index>()) {
        let text = json.to_string();
        READERS.iter().for_each(|(_, read)| read(text.as_bytes()));
        let part = &text.as_bytes()[..cut.index(text.len() + 1)];
        READERS.iter().for_each(|(_, read)| read(part));
    }

    #[test]
    fn no_reader_panics_on_bytes_that_begin_as_a_picture(
        head in prop::sample::select(vec![
            png(1, 1), png(1, 1)[..8].to_vec(), jpeg(1, 1), b"\xff\xd8\xff".to_vec(), b"\xff\xd8\xff\xe0\0\0\xff\xd9\0\0".to_vec(),
            b"RIFF\0\0\0\0WEBP".to_vec(), b"RIFF\0\0\0\0WEBPVP8 ".to_vec(), b"RIFF\0\0\0\0WEBPVP8L".to_vec(), b"RIFF\0\0\0\0WEBPVP8X".to_vec(),
        ]),
        tail in prop::collection::vec(prop_oneof![any::<u8>(), Just(0xff), Just(0)], 0..200),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = [head, tail].concat();
        let bytes = &bytes[..cut.index(bytes.len() + 1)];
        crate::corpus::readers::file(bytes);
        crate::corpus::readers::file(BASE64_STANDARD.encode(bytes).as_bytes());
    }

    #[test]
    fn an_object_cut_anywhere_is_a_cut_body(json in any_json(), cut in any::<prop::sample::Index>()) {
        let text = json!({ "result": json, "status": "DONE" }).to_string();
        let part = &text.as_bytes()[..1 + cut.index(text.len() - 1)];
        let error = read_status(200, &Headers::none(), part).unwrap_err();
        // A cut within a letter leaves a replacement mark inside a text, which is still a cut.
        prop_assert_eq!(error.name(), "cut-body");
    }

    #[test]
    fn one_bad_element_never_costs_the_others(bad in any_json()) {
        let body = json!([{ "id": "first" }, bad, { "uuid": "last" }]).to_string();
        let list = read_pipelines(200, &Headers::none(), body.as_bytes()).unwrap();
        prop_assert_eq!(list.first().unwrap().id.as_str(), "first");
        prop_assert!(list.iter().any(|pipeline| pipeline.id.as_str() == "last"));
    }

    #[test]
    fn a_uuid_is_always_accepted(uuid in "[a-z0-9-]{1,36}", status in any_json(), more in any_json()) {
        let body = json!({ "uuid": uuid, "status": status, "pipeline_status": more, "status_time": more }).to_string();
        let answer = read_run(201, &Headers::none(), body.as_bytes()).unwrap();
        let accepted = matches!(answer, fusionbrain::RunAnswer::Accepted { task, .. } if task.as_str() == uuid);
        prop_assert!(accepted);
    }

    #[test]
    fn params_read_back(run in any_run()) {
        let params: Value = serde_json::from_str(&run.params()).unwrap();
        let style = run.style.as_ref().map(StyleName::as_str).filter(|style| *style != "DEFAULT");
        prop_assert_eq!(&params["type"], "GENERATE");
        prop_assert_eq!(&params["numImages"], 1);
        prop_assert_eq!(&params["width"], run.size.width());
        prop_assert_eq!(&params["height"], run.size.height());
        prop_assert_eq!(&params["generateParams"], &json!({ "query": run.prompt.as_str() }));
        prop_assert_eq!(params.get("style").and_then(Value::as_str), style);
        prop_assert_eq!(
            params.get("negativePromptDecoder").and_then(Value::as_str),
            run.negative.as_ref().map(NegativePrompt::as_str)
        );
        let known = 5 + usize::from(style.is_some()) + usize::from(run.negative.is_some());
        prop_assert_eq!(params.as_object().unwrap().len(), known);
    }

    #[test]
    fn a_stored_run_reads_back(run in any_run()) {
        let stored = serde_json::to_string(&run).unwrap();
        prop_assert_eq!(serde_json::from_str::<RunRequest>(&stored).unwrap(), run);
    }

    #[test]
    fn every_dressing_gives_the_same_bytes(
        tail in prop::collection::vec(any::<u8>(), 0..200),
        engine in 0..4,
        prefix in prop::sample::select(vec!["", "data:image/png;base64,", "DATA:;Base64,", " \n"]),
        gaps in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![' ', '\n', '\r', '\t'])), 0..5),
    ) {
        let bytes = [png(3, 2), tail].concat();
        let mut text = match engine {
            0 => BASE64_STANDARD.encode(&bytes),
            1 => BASE64_STANDARD_NO_PAD.encode(&bytes),
            2 => BASE64_URL_SAFE.encode(&bytes),
            _ => BASE64_URL_SAFE_NO_PAD.encode(&bytes),
        };
        for (place, gap) in gaps {
            text.insert(place.index(text.len() + 1), gap);
        }
        let text = format!("{prefix}{text}");
        match read_file(&text).unwrap() {
            File::Picture { picture, base64 } => {
                prop_assert_eq!(&picture.bytes, &bytes);
                prop_assert_eq!(base64, BASE64_STANDARD.encode(&bytes));
            }
            File::Link(link) => prop_assert!(false, "{}", link),
        }
    }

    #[test]
    fn a_prompt_is_what_fits(text in any::<String>(), times in 1_usize..60) {
        let text = text.repeat(times);
        let units = text.trim().encode_utf16().count();
        prop_assert_eq!(utf16_units(text.trim()), units);
        prop_assert_eq!(Prompt::new(&text).is_ok(), (1..=1000).contains(&units));
    }

    #[test]
    fn an_identifier_stays_in_its_segment(text in any::<String>()) {
        if let Some(task) = TaskId::new(&text) {
            let url = Endpoint::Status(task.clone()).url(&Base::new(Base::OFFICIAL).unwrap());
            let segment = url.strip_prefix("https://api-key.fusionbrain.ai/key/api/v1/pipeline/status/").unwrap();
            prop_assert!(!segment.is_empty() && segment != "." && segment != "..");
            prop_assert!(segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            let back = percent_encoding::percent_decode_str(segment).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(back, task.as_str());
        }
    }

    #[test]
    fn a_base_address_stays_as_it_is(text in "(https?://)?[a-zİ.0-9\\[\\]:]{0,8}(:[0-9]{0,5})?(/key/api/v1|/pipelines|/x|/){0,5}") {
        crate::corpus::readers::base(text.as_bytes());
    }

    #[test]
    fn retry_after_in_seconds_reads_back(seconds in any::<u32>(), junk in any::<String>()) {
        let wait = |value: String| {
            let headers = Headers::new([("Retry-After", value)]);
            read_status(429, &headers, b"no").unwrap_err().retry_after()
        };
        prop_assert_eq!(wait(seconds.to_string()), Some(seconds));
        let _ = wait(junk);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn retry_after_as_a_date_reads_back(now in 0_u64..4_000_000_000, wait in 0_u32..10_000_000) {
        let at = |seconds: u64| {
            httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
        };
        let headers = Headers::new([("date", at(now)), ("retry-after", at(now + u64::from(wait)))]);
        let error = read_status(503, &headers, b"no").unwrap_err();
        prop_assert_eq!(error.retry_after(), Some(wait));
    }
}
