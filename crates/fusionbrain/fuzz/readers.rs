//! What must hold for any bytes, one function a reader. Used by the fuzz targets and by the ordinary tests.

use fusionbrain::{
    ApiError, Base, FailReason, File, Headers, Picture, RunAnswer, StatusAnswer, default_pipeline,
    read_availability, read_file, read_pipelines, read_run, read_status, read_styles,
};

/// Reads the body under every status that has a meaning of its own, plainly and as a "page".
fn all<T>(body: &[u8], read: impl Fn(u16, &Headers, &[u8]) -> Result<T, ApiError>, check: impl Fn(T)) {
    let page = Headers::new([("content-type", "text/html"), ("retry-after", "5")]);
    for headers in [&Headers::none(), &page] {
        for status in [200, 201, 302, 400, 401, 403, 404, 415, 429, 500, 503] {
            match read(status, headers, body) {
                Ok(value) => {
                    assert!((200..300).contains(&status), "only 2xx brings anything");
                    check(value);
                }
                Err(error) => {
                    shown(error.text());
                    assert_ne!(error, ApiError::Unreachable, "there was an answer");
                    assert!(error.retry_after().is_none_or(|wait| wait == 5));
                }
            }
        }
    }
}

/// A foreign text that will be shown.
fn shown(text: &str) {
    assert!(text.chars().count() <= 2000, "bounded");
    assert!(!text.chars().any(char::is_control), "no control characters");
}

pub(crate) fn pipelines(body: &[u8]) {
    all(body, read_pipelines, |list| {
        let best = default_pipeline(&list);
        assert_eq!(best.is_some(), list.iter().any(fusionbrain::Pipeline::makes_pictures));
        for (i, pipeline) in list.iter().enumerate() {
            assert!(!pipeline.id.as_str().is_empty());
            assert!(list[..i].iter().all(|other| other.id != pipeline.id), "an identifier is there once");
        }
    });
}

pub(crate) fn availability(body: &[u8]) {
    all(body, read_availability, |availability| assert!(!availability.word.as_str().is_empty()));
}

pub(crate) fn run(body: &[u8]) {
    all(body, read_run, |answer| match answer {
        RunAnswer::Accepted { task, status, status_time } => {
            assert!(!task.as_str().is_empty() && !status.is_empty());
            assert!(status_time.is_none_or(|time| time.is_finite() && time >= 0.0));
        }
        RunAnswer::Refused { word } => assert!(!word.as_str().is_empty()),
    });
}

pub(crate) fn status(body: &[u8]) {
    all(body, read_status, |answer| match answer {
        StatusAnswer::Pending { word } => assert!(!word.is_empty()),
        StatusAnswer::Done(outcome) => {
            assert!(outcome.generation_time.is_none_or(|time| time.is_finite() && time >= 0.0));
            for text in outcome.files {
                assert!(!text.trim().is_empty());
                file(text.as_bytes());
            }
        }
        StatusAnswer::Failed { reason: FailReason::Said { text } | FailReason::QuotaReached { text } } => {
            shown(&text);
        }
        StatusAnswer::Failed { reason: FailReason::Silent } => {}
        StatusAnswer::Cancelled { text } => shown(&text.unwrap_or_default()),
    });
}

pub(crate) fn styles(body: &[u8]) {
    all(body, read_styles, |list| {
        for (i, style) in list.iter().enumerate() {
            assert!(!style.title.is_empty() && !style.title_en.is_empty());
            assert!(list[..i].iter().all(|other| other.name != style.name), "a name is there once");
        }
    });
}

pub(crate) fn file(text: &[u8]) {
    if let Ok(picture) = Picture::from_bytes(text.to_vec()) {
        assert!(picture.width > 0 && picture.height > 0);
    }
    let Ok(text) = std::str::from_utf8(text) else { return };
    match read_file(text) {
        Ok(File::Picture { picture, base64 }) => {
            assert!(picture.width > 0 && picture.height > 0);
            assert!(base64.len() % 4 == 0 && base64.len() / 4 * 3 >= picture.bytes.len());
            // What was made clean is clean, and is the same picture.
            let url = Picture::data_url(picture.kind, &base64);
            for dressed in [base64.as_ref(), &url] {
                match read_file(dressed) {
                    Ok(File::Picture { picture: again, base64: clean }) => {
                        assert_eq!(again, picture);
                        assert_eq!(clean, base64);
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
        Ok(File::Link(link)) => assert!(link.contains("://")),
        Err(_) => {}
    }
}

pub(crate) fn base(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else { return };
    if let Ok(base) = Base::new(text) {
        assert!(base.as_str().starts_with(base.origin()));
        assert!(base.as_str()[base.origin().len()..].starts_with('/'));
        assert!(base.as_str().ends_with('/') && !base.as_str().contains(['?', '#', '\\', ' ']));
        assert_eq!(Base::new(base.as_str()), Ok(base), "a good address stays as it is");
    }
}
