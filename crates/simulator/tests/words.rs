//! Each `sim:` word, and what a client of `fusionbrain` reads of it.
#![allow(clippy::unwrap_used)]

mod desk;

use desk::{Desk, got};
use fusionbrain::{
    ApiError, Endpoint, FailReason, File, Outcome, PictureError, PictureKind, RunAnswer, ServiceWord,
    StatusAnswer, read_file,
};
use simulator::{Body, Config, Delivery, Event};

fn desk() -> Desk {
    Desk::new(Config::default())
}

fn outcome(prompt: &str) -> Outcome {
    match desk().result(prompt).unwrap() {
        StatusAnswer::Done(outcome) => outcome,
        other => panic!("{prompt}: {other:?}"),
    }
}

fn kind(file: &str) -> PictureKind {
    match read_file(file).unwrap() {
        File::Picture { picture, .. } => {
            assert_eq!((picture.width, picture.height), (128, 128));
            picture.kind
        }
        File::Link(link) => panic!("{link}"),
    }
}

#[test]
fn slow_takes_exactly_that_long() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:slow=30");
    desk.now += 29_999;
    assert!(matches!(desk.poll(&task), Ok(StatusAnswer::Pending { .. })));
    desk.now += 1;
    let Ok(StatusAnswer::Done(outcome)) = desk.poll(&task) else { panic!("not done") };
    assert_eq!(outcome.generation_time, Some(30.0));
}

#[test]
fn slow_of_nothing_is_ready_at_once_and_still_took_a_second() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:slow=0");
    let Ok(StatusAnswer::Done(outcome)) = desk.poll(&task) else { panic!("not done") };
    assert_eq!(outcome.generation_time, Some(1.0));
}

#[test]
fn censored_is_done_with_a_blurred_placeholder() {
    let (plain, censored) = (outcome("кот"), outcome("кот sim:censored"));
    assert!(censored.censored && !plain.censored);
    assert_eq!(kind(&censored.files[0]), PictureKind::Png);
    assert_ne!(plain.files, censored.files);
}

#[test]
fn fail_says_its_text_or_nothing() {
    let reason = |prompt: &str| match desk().result(prompt).unwrap() {
        StatusAnswer::Failed { reason } => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason("кот sim:fail=Что-то_сломалось"), FailReason::Said { text: "Что-то сломалось".into() });
    assert_eq!(reason("кот sim:fail"), FailReason::Silent);
    let quota = FailReason::QuotaReached { text: "The limit has been reached".into() };
    assert_eq!(reason("кот sim:fail=The_limit_has_been_reached"), quota);
}

#[test]
fn cancel_is_final() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:cancel");
    desk.now += 20_000;
    assert!(matches!(desk.poll(&task), Ok(StatusAnswer::Cancelled { .. })));
    assert!(matches!(desk.poll(&task), Err(ApiError::TaskNotFound { .. })));
}

#[test]
fn stuck_stays_initial_and_never_expires() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:stuck");
    for _ in 0..10 {
        desk.now += 86_400_000;
        assert_eq!(desk.poll(&task), Ok(StatusAnswer::Pending { word: "INITIAL".into() }));
    }
}

#[test]
fn blocked_refuses_a_prompt_twice_accepts_it_the_third_time_and_begins_anew() {
    let mut desk = desk();
    let refused = |word: &str| RunAnswer::Refused { word: ServiceWord::new(word) };
    for _round in 0..2 {
        assert_eq!(desk.run("кот sim:blocked").unwrap(), refused("DISABLED_BY_QUEUE"));
        assert_eq!(desk.run("пёс sim:blocked=DISABLED_MANUALLY").unwrap(), refused("DISABLED_MANUALLY"));
        assert_eq!(desk.run("кот sim:blocked").unwrap(), refused("DISABLED_BY_QUEUE"));
        assert!(matches!(desk.run("кот sim:blocked").unwrap(), RunAnswer::Accepted { .. }));
        assert_eq!(desk.run("пёс sim:blocked=DISABLED_MANUALLY").unwrap(), refused("DISABLED_MANUALLY"));
        assert!(matches!(desk.run("пёс sim:blocked=DISABLED_MANUALLY").unwrap(), RunAnswer::Accepted { .. }));
    }
}

#[test]
fn a_refusal_comes_with_201_and_the_availability_speaks_of_it_for_ten_seconds() {
    let mut desk = desk();
    desk.run("кот sim:blocked=OVERHEATED").unwrap();
    let availability = |desk: &mut Desk| {
        let got = got(desk.call(&Endpoint::Availability(desk::pipeline()), Body::None));
        fusionbrain::read_availability(got.status, &got.headers, &got.body).unwrap().word
    };
    desk.now += 9_999;
    assert_eq!(availability(&mut desk), ServiceWord::Other("OVERHEATED".into()));
    desk.now += 1;
    assert_eq!(availability(&mut desk), ServiceWord::Active);
    assert_eq!(desk.events(), [Event::Refused]);
}

#[test]
fn http_answers_the_run_with_that_error() {
    for (code, retry_after) in [
        (401, None),
        (403, None),
        (418, None),
        (429, Some(2)),
        (500, None),
        (502, None),
        (503, Some(2)),
        (504, None),
    ] {
        let mut desk = desk();
        let error = desk.run(&format!("кот sim:http={code}")).unwrap_err();
        assert_eq!(error.retry_after(), retry_after, "{code}");
        assert!(!error.text().is_empty(), "{code}");
        match code {
            401 => assert!(matches!(error, ApiError::Unauthorized { .. })),
            403 | 418 | 429 => {
                assert!(matches!(error, ApiError::Refused { status, .. } if status == code), "{error:?}");
            }
            _ => assert!(matches!(error, ApiError::Server { status, .. } if status == code), "{error:?}"),
        }
        assert_eq!(desk.events(), [Event::Refused]);
    }
    assert!(matches!(desk().run("кот sim:http=400"), Err(ApiError::BadRequest { .. })));
    assert!(matches!(desk().run("кот sim:http=404"), Err(ApiError::PipelineNotFound { .. })));
    assert!(matches!(desk().run("кот sim:http=415"), Err(ApiError::UnsupportedMediaType { .. })));
}

#[test]
fn poll_http_fails_that_many_polls_and_loses_nothing() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:poll-http=503x2");
    desk.now += 20_000;
    for _ in 0..2 {
        let error = desk.poll(&task).unwrap_err();
        assert!(matches!(error, ApiError::Server { status: 503, .. }), "{error:?}");
    }
    assert!(matches!(desk.poll(&task), Ok(StatusAnswer::Done(_))));
}

#[test]
fn poll_http_without_a_count_fails_once_and_a_404_of_it_is_passing() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:poll-http=404");
    assert!(matches!(desk.poll(&task), Err(ApiError::TaskNotFound { .. })));
    assert!(matches!(desk.poll(&task), Ok(StatusAnswer::Pending { .. })));
}

#[test]
fn html_stands_in_for_one_status_answer() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:html");
    desk.now += 20_000;
    assert!(matches!(desk.poll(&task), Err(ApiError::Html { .. })));
    assert!(matches!(desk.poll(&task), Ok(StatusAnswer::Done(_))));
}

#[test]
fn cut_and_dribble_concern_the_final_answer_only_and_it_is_whole_inside() {
    for (word, delivery) in [
        ("sim:cut", Delivery::Cut),
        ("sim:dribble=7.5", Delivery::Dribble { over_ms: 7_500 }),
        ("sim:dribble", Delivery::Dribble { over_ms: 5_000 }),
        ("sim:fail sim:cut", Delivery::Cut),
    ] {
        let mut desk = desk();
        let task = desk.accepted(&format!("кот {word}"));
        assert_eq!(desk.poll_raw(&task).delivery, Delivery::Whole);
        desk.now += 20_000;
        let reply = desk.poll_raw(&task);
        assert_eq!(reply.delivery, delivery, "{word}");
        let got = got(reply);
        assert!(fusionbrain::read_status(got.status, &got.headers, &got.body).is_ok());
        assert!(matches!(desk.poll(&task), Err(ApiError::TaskNotFound { .. })), "{word}");
    }
}

#[test]
fn half_of_a_cut_answer_is_read_as_a_cut_body() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:cut");
    desk.now += 20_000;
    let got = got(desk.poll_raw(&task));
    let half = &got.body[..got.body.len() / 2];
    assert!(matches!(fusionbrain::read_status(200, &got.headers, half), Err(ApiError::CutBody { .. })));
}

#[test]
fn badbase64_is_no_base64_and_notimage_is_no_picture() {
    assert_eq!(read_file(&outcome("кот sim:badbase64").files[0]).unwrap_err(), PictureError::BadBase64);
    for prompt in ["кот sim:notimage", "кот sim:notimage sim:dataurl"] {
        let error = read_file(&outcome(prompt).files[0]).unwrap_err();
        assert!(matches!(error, PictureError::NotAPicture { .. }), "{error:?}");
    }
}

#[test]
fn empty_is_done_without_a_file() {
    let outcome = outcome("кот sim:empty");
    assert!(outcome.files.is_empty() && !outcome.censored);
}

#[test]
#[cfg(all(feature = "jpeg", feature = "webp"))]
fn jpeg_and_webp_are_what_they_say() {
    for (word, expected, start) in [
        ("", PictureKind::Png, "iVBORw0KGgo"),
        ("sim:jpeg", PictureKind::Jpeg, "/9j/"),
        ("sim:webp", PictureKind::Webp, "UklGR"),
    ] {
        let files = outcome(&format!("кот {word}")).files;
        assert_eq!(kind(&files[0]), expected, "{word}");
        assert!(files[0].starts_with(start), "{word}");
        let dressed = outcome(&format!("кот {word} sim:dataurl")).files;
        let prefix = format!("data:{};base64,", expected.mime());
        assert_eq!(dressed[0].strip_prefix(&prefix), Some(files[0].as_str()), "{word}");
    }
}

#[test]
fn dataurl_has_the_prefix_of_its_type() {
    let file = &outcome("кот sim:dataurl").files[0];
    assert!(file.starts_with("data:image/png;base64,iVBORw0KGgo"));
    assert_eq!(kind(file), PictureKind::Png);
}

#[test]
fn toplevel_puts_files_and_censored_at_the_top() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:toplevel sim:censored");
    desk.now += 20_000;
    let got = got(desk.poll_raw(&task));
    let json = got.json();
    assert!(json.get("result").is_none() && json["files"].is_array() && json["censored"] == true);
    let Ok(StatusAnswer::Done(outcome)) = fusionbrain::read_status(200, &got.headers, &got.body) else {
        panic!()
    };
    assert!(outcome.censored);
    assert_eq!(kind(&outcome.files[0]), PictureKind::Png);
}

#[test]
fn words_are_not_painted_and_a_seed_makes_another_picture() {
    let plain = outcome("кот").files;
    assert_eq!(plain, outcome("sim:slow=1 кот sim:unknown").files);
    assert_ne!(plain, outcome("кот sim:seed=7").files);
    assert_eq!(outcome("кот sim:seed=7").files, outcome("кот sim:seed=7").files);
}

#[test]
fn again_lets_the_final_answer_be_read_until_it_expires() {
    let mut desk = desk();
    let task = desk.accepted("кот sim:again");
    desk.now += 20_000;
    for _ in 0..3 {
        assert!(matches!(desk.poll(&task), Ok(StatusAnswer::Done(_))));
    }
    desk.now += Config::default().expiry_ms;
    assert!(desk.poll(&task).is_err());
}
