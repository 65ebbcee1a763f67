use crate::table::check;
use fusionbrain::{ApiError, FailReason, Headers, Outcome, StatusAnswer, read_status};

fn read(body: &str) -> Result<StatusAnswer, ApiError> {
    read_status(200, &Headers::none(), body.as_bytes())
}

fn pending(word: &str) -> Result<StatusAnswer, ApiError> {
    Ok(StatusAnswer::Pending { word: word.into() })
}

fn done(files: &[&str], censored: bool, generation_time: Option<f64>) -> Result<StatusAnswer, ApiError> {
    let files = files.iter().map(ToString::to_string).collect();
    Ok(StatusAnswer::Done(Outcome { files, censored, generation_time }))
}

fn failed(reason: FailReason) -> Result<StatusAnswer, ApiError> {
    Ok(StatusAnswer::Failed { reason })
}

fn said(text: &str) -> FailReason {
    FailReason::Said { text: text.into() }
}

fn quota(text: &str) -> FailReason {
    FailReason::QuotaReached { text: text.into() }
}

fn cancelled(text: Option<&str>) -> Result<StatusAnswer, ApiError> {
    Ok(StatusAnswer::Cancelled { text: text.map(Into::into) })
}

#[test]
fn the_words_of_a_status() {
    check(
        vec![
            ("INITIAL", r#"{"uuid":"u","status":"INITIAL"}"#, pending("INITIAL")),
            ("PROCESSING", r#"{"uuid":"u","status":"PROCESSING","result":null}"#, pending("PROCESSING")),
            (
                "DONE",
                r#"{"uuid":"u","status":"DONE","result":{"files":["QQ=="]}}"#,
                done(&["QQ=="], false, None),
            ),
            ("the case does not matter", r#"{"status":"done","files":["a"]}"#, done(&["a"], false, None)),
            ("an unknown word is waited on, and kept", r#"{"status":"Queued"}"#, pending("Queued")),
            ("an unknown word with an empty list", r#"{"status":"X","result":{"files":[]}}"#, pending("X")),
            (
                "an unknown word with pictures: they are handed over once, so they are taken",
                r#"{"status":"READY","result":{"files":["a"]}}"#,
                done(&["a"], false, None),
            ),
            ("no word, but pictures", r#"{"result":{"files":["a"]}}"#, done(&["a"], false, None)),
            ("no word, but a failure", r#"{"errorDescription":"no"}"#, failed(said("no"))),
            ("other forms of FAIL", r#"{"status":"Failed"}"#, failed(FailReason::Silent)),
            ("other forms of CANCEL", r#"{"status":"CANCELED"}"#, cancelled(None)),
            ("CANCEL is final", r#"{"status":"CANCEL"}"#, cancelled(None)),
            ("CANCEL with a text", r#"{"status":"cancel","errorDescription":"why"}"#, cancelled(Some("why"))),
            (
                "nothing known",
                r#"{"uuid":"u"}"#,
                Err(ApiError::Unreadable { so_far: r#"{"uuid":"u"}"#.into() }),
            ),
            ("a list", "[]", Err(ApiError::Unreadable { so_far: "[]".into() })),
        ],
        |body| read(body),
    );
}

#[test]
fn the_files_of_a_status() {
    check(
        vec![
            ("result.files", r#""result":{"files":["a"]}"#, done(&["a"], false, None)),
            ("result.images", r#""result":{"images":["a"]}"#, done(&["a"], false, None)),
            ("files", r#""files":["a"]"#, done(&["a"], false, None)),
            ("images", r#""images":["a"]"#, done(&["a"], false, None)),
            (
                "the first of the four",
                r#""images":["4"],"files":["3"],"result":{"images":["2"],"files":["1"]}"#,
                done(&["1"], false, None),
            ),
            (
                "result.images before files",
                r#""files":["3"],"result":{"images":["2"]}"#,
                done(&["2"], false, None),
            ),
            ("files before images", r#""images":["4"],"files":["3"]"#, done(&["3"], false, None)),
            ("an empty list gives way", r#""files":["3"],"result":{"files":[]}"#, done(&["3"], false, None)),
            ("null gives way", r#""files":["3"],"result":{"files":null}"#, done(&["3"], false, None)),
            ("a null result gives way", r#""files":["3"],"result":null"#, done(&["3"], false, None)),
            ("a single text", r#""result":{"files":"a"}"#, done(&["a"], false, None)),
            (
                "one bad element never costs the others",
                r#""result":{"files":[null,"",7,{},"a","b"]}"#,
                done(&["a", "b"], false, None),
            ),
            ("DONE without files", r#""result":{"files":[]}"#, done(&[], false, None)),
            ("DONE without result", r#""x":1"#, done(&[], false, None)),
        ],
        |fields| read(&format!(r#"{{"status":"DONE",{fields}}}"#)),
    );
}

#[test]
fn moderation_and_time() {
    check(
        vec![
            (
                "censored, and a placeholder is still there",
                r#""result":{"files":["a"],"censored":true}"#,
                done(&["a"], true, None),
            ),
            ("censored at the top", r#""files":["a"],"censored":true"#, done(&["a"], true, None)),
            (
                "result.censored comes first",
                r#""censored":true,"result":{"censored":false,"files":["a"]}"#,
                done(&["a"], false, None),
            ),
            (
                "a null result.censored gives way",
                r#""censored":true,"result":{"censored":null}"#,
                done(&[], true, None),
            ),
            ("else false", r#""files":["a"]"#, done(&["a"], false, None)),
            ("\"true\"", r#""censored":"True""#, done(&[], true, None)),
            ("\"false\"", r#""censored":"false""#, done(&[], false, None)),
            ("1", r#""censored":1"#, done(&[], true, None)),
            ("0", r#""censored":0"#, done(&[], false, None)),
            ("another type", r#""censored":["true"]"#, done(&[], false, None)),
            ("generationTime is a number", r#""generationTime":13"#, done(&[], false, Some(13.0))),
            ("generationTime is a fraction", r#""generationTime":13.5"#, done(&[], false, Some(13.5))),
            ("generationTime is a text", r#""generationTime":"13.5""#, done(&[], false, Some(13.5))),
            ("generationTime is null", r#""generationTime":null"#, done(&[], false, None)),
            ("generationTime is nonsense", r#""generationTime":"inf""#, done(&[], false, None)),
        ],
        |fields| read(&format!(r#"{{"status":"DONE",{fields}}}"#)),
    );
}

#[test]
fn the_reason_of_a_failure() {
    let limit = "The limit has been reached";
    check(
        vec![
            ("errorDescription", r#""errorDescription":"out of memory""#, failed(said("out of memory"))),
            ("statusDescription", r#""statusDescription":"out of memory""#, failed(said("out of memory"))),
            (
                "the first that says something",
                r#""errorDescription":" ","statusDescription":"why""#,
                failed(said("why")),
            ),
            (
                "errorDescription first",
                r#""statusDescription":"FAIL","errorDescription":"why""#,
                failed(said("why")),
            ),
            ("null is silent", r#""errorDescription":null"#, failed(FailReason::Silent)),
            ("no text at all", r#""x":1"#, failed(FailReason::Silent)),
            ("the monthly quota", r#""errorDescription":"The limit has been reached""#, failed(quota(limit))),
            (
                "the monthly quota, in the other field",
                r#""statusDescription":"The limit has been reached","errorDescription":"FAIL""#,
                failed(quota(limit)),
            ),
            (
                "the monthly quota, anywhere in the text, in any case",
                r#""errorDescription":"Error 7: THE LIMIT has been reached.""#,
                failed(quota("Error 7: THE LIMIT has been reached.")),
            ),
            ("moderation without a word", r#""result":{"censored":true,"files":[]}"#, done(&[], true, None)),
            (
                "moderation with a word",
                r#""errorDescription":"bad words","censored":true"#,
                failed(said("bad words")),
            ),
            ("files of a failure are no result", r#""result":{"files":["a"]}"#, failed(FailReason::Silent)),
            (
                "control characters do not reach the screen",
                r#""errorDescription":"a\u0000b\nc\u001b[0m""#,
                failed(said("ab c[0m")),
            ),
        ],
        |fields| read(&format!(r#"{{"status":"FAIL",{fields}}}"#)),
    );
}

#[test]
fn a_404_is_about_the_task() {
    for body in ["", r#"{"status":404,"error":"Not Found"}"#] {
        let error = read_status(404, &Headers::none(), body.as_bytes()).unwrap_err();
        assert_eq!(error.name(), "task-not-found", "{body:?}");
        assert!(!error.is_passing());
    }
}

#[test]
fn a_file_is_moved_out_and_not_changed() {
    let file = "iVBOR/+ w0K\t==".repeat(100_000);
    let body = serde_json::json!({"status": "DONE", "result": {"files": [file]}}).to_string();
    assert_eq!(read(&body), done(&[&file], false, None));
}
