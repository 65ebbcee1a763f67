use crate::table::check;
use fusionbrain::{ApiError, Headers, RunAnswer, ServiceWord, TaskId, read_run};

fn accepted(task: &str, status: &str, status_time: Option<f64>) -> Result<RunAnswer, ApiError> {
    Ok(RunAnswer::Accepted { task: TaskId::new(task).unwrap(), status: status.into(), status_time })
}

fn refused(word: ServiceWord) -> Result<RunAnswer, ApiError> {
    Ok(RunAnswer::Refused { word })
}

#[test]
fn a_run_as_it_is_described() {
    check(
        vec![
            (
                "accepted, with the time of the first poll",
                r#"{"uuid":"u","status":"INITIAL","status_time":11}"#,
                accepted("u", "INITIAL", Some(11.0)),
            ),
            ("status_time is optional", r#"{"uuid":"u","status":"INITIAL"}"#, accepted("u", "INITIAL", None)),
            (
                "status_time is a text",
                r#"{"uuid":"u","status_time":" 12.5 "}"#,
                accepted("u", "INITIAL", Some(12.5)),
            ),
            ("status_time is null", r#"{"uuid":"u","status_time":null}"#, accepted("u", "INITIAL", None)),
            (
                "status_time is nonsense",
                r#"{"uuid":"u","status_time":"NaN"}"#,
                accepted("u", "INITIAL", None),
            ),
            ("status_time is negative", r#"{"uuid":"u","status_time":-1}"#, accepted("u", "INITIAL", None)),
            (
                "a uuid is accepted whatever the word",
                r#"{"uuid":"u","status":"ODD"}"#,
                accepted("u", "ODD", None),
            ),
            (
                "a uuid is accepted even beside a word of refusal",
                r#"{"uuid":"u","pipeline_status":"DISABLED_BY_QUEUE"}"#,
                accepted("u", "INITIAL", None),
            ),
            ("`id` stands for `uuid`", r#"{"id":"u","status":"INITIAL"}"#, accepted("u", "INITIAL", None)),
            ("`id` alone is enough", r#"{"id":"u"}"#, accepted("u", "INITIAL", None)),
            (
                "refused for now, as the official page says",
                r#"{"pipeline_status":"DISABLED_BY_QUEUE"}"#,
                refused(ServiceWord::DisabledByQueue),
            ),
            (
                "refused for now, in the old API's word",
                r#"{"model_status":"DISABLED_MANUALLY"}"#,
                refused(ServiceWord::DisabledManually),
            ),
            (
                "refused for now, as real traffic says",
                r#"{"status":"DISABLED_BY_QUEUE"}"#,
                refused(ServiceWord::DisabledByQueue),
            ),
            (
                "an unknown word refuses too",
                r#"{"status":"Asleep"}"#,
                refused(ServiceWord::Other("Asleep".into())),
            ),
            (
                "null and empty uuid are none",
                r#"{"uuid":null,"id":"","status":"DISABLED_BY_QUEUE"}"#,
                refused(ServiceWord::DisabledByQueue),
            ),
            (
                "an `id` beside a refusal is not a task",
                r#"{"id":"the pipeline","status":"DISABLED_BY_QUEUE"}"#,
                refused(ServiceWord::DisabledByQueue),
            ),
            ("nothing known", "{}", Err(ApiError::Unreadable { so_far: "{}".into() })),
            ("a list", r#"["u"]"#, Err(ApiError::Unreadable { so_far: r#"["u"]"#.into() })),
        ],
        |body| {
            let first = read_run(201, &Headers::none(), body.as_bytes());
            for status in [200, 202, 299] {
                assert_eq!(read_run(status, &Headers::none(), body.as_bytes()), first, "any 2xx alike");
            }
            first
        },
    );
}

#[test]
fn the_errors_of_a_run() {
    let spring = |status: u16, message: &str| {
        format!(
            r#"{{"timestamp":"2025-08-01T10:00:00.000+00:00","status":{status},"error":"Error","message":"{message}","path":"/key/api/v1/pipeline/run"}}"#
        )
    };
    let missing = "Required parameter 'pipeline_id' is not present.";
    check(
        vec![
            (
                "400 shows the message",
                (400, spring(400, missing)),
                ApiError::BadRequest { text: missing.into() },
            ),
            ("401", (401, spring(401, "no")), ApiError::Unauthorized { text: "no".into() }),
            (
                "404 is about the pipeline",
                (404, spring(404, "Модель не найдена")),
                ApiError::PipelineNotFound { text: "Модель не найдена".into() },
            ),
            (
                "415",
                (415, spring(415, "Content type 'application/octet-stream' not supported")),
                ApiError::UnsupportedMediaType {
                    text: "Content type 'application/octet-stream' not supported".into(),
                },
            ),
            (
                "500",
                (500, spring(500, "Internal")),
                ApiError::Server { status: 500, text: "Internal".into(), retry_after: None },
            ),
        ],
        |(status, body)| read_run(*status, &Headers::none(), body.as_bytes()).unwrap_err(),
    );
}
