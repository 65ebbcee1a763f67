use crate::table::check;
use fusionbrain::{ApiError, Availability, Headers, ServiceWord, read_availability};

#[test]
fn availability_as_it_is_described() {
    let word = |word| Ok(Availability { word });
    let other = |text: &str| word(ServiceWord::Other(text.into()));
    let unreadable = |body: &str| Err(ApiError::Unreadable { so_far: body.into() });
    check(
        vec![
            ("the real answer", r#"{"status":"ACTIVE"}"#, word(ServiceWord::Active)),
            (
                "the official sample",
                r#"{"pipeline_status":"DISABLED_BY_QUEUE"}"#,
                word(ServiceWord::DisabledByQueue),
            ),
            ("the old API", r#"{"model_status":"DISABLED_MANUALLY"}"#, word(ServiceWord::DisabledManually)),
            ("other words exist and are kept", r#"{"status":"WARMING_up"}"#, other("WARMING_up")),
            (
                "the case of a known word does not matter",
                r#"{"status":" active "}"#,
                word(ServiceWord::Active),
            ),
            (
                "null and empty fields are passed over",
                r#"{"status":null,"pipeline_status":"","model_status":"ACTIVE"}"#,
                word(ServiceWord::Active),
            ),
            (
                "a field of another type is passed over",
                r#"{"status":200,"pipeline_status":["x"],"model_status":"ACTIVE"}"#,
                word(ServiceWord::Active),
            ),
            ("a BOM is no reason to fail", "\u{feff}{\"status\":\"ACTIVE\"}", word(ServiceWord::Active)),
            (
                "a word of invisible marks says nothing",
                r#"{"status":"\u0000\ufeff","model_status":"A\u0007B"}"#,
                other("AB"),
            ),
            ("JSON in which nothing is known is kept", r#"{"state":"ok"}"#, unreadable(r#"{"state":"ok"}"#)),
            ("JSON of another shape is kept", "[]", unreadable("[]")),
            ("a bare word is no JSON", "ACTIVE", unreadable("ACTIVE")),
        ],
        |body| read_availability(200, &Headers::none(), body.as_bytes()),
    );
}

#[test]
fn a_404_is_about_the_pipeline() {
    let body = r#"{"timestamp":"2025-08-01T10:00:00","status":404,"error":"Not Found","message":"Модель не найдена","path":"/key/api/v1/pipeline/x/availability"}"#;
    assert_eq!(
        read_availability(404, &Headers::none(), body.as_bytes()),
        Err(ApiError::PipelineNotFound { text: "Модель не найдена".into() })
    );
}
