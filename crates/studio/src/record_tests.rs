use fusionbrain::{ApiError, PictureError, ServiceWord, StatusAnswer, TaskId};
use proptest::prelude::*;

use super::*;
use crate::job::durable_tests::any_event;
use crate::job::tests::{facts, job_in, new_job, request};
use crate::{Event, Failure, Found, Phase, StorageFault, Trouble, Watch};

/// As it is read again: nothing is on its way.
fn settled(mut job: Job) -> Job {
    job.forget_flights();
    job
}

fn job_seen(phase: Phase, seen: Ms) -> Job {
    let mut job = job_in(phase);
    job.seen = seen;
    job
}

fn task() -> TaskId {
    TaskId::new("u \"1\"").unwrap()
}

fn errors() -> Vec<ApiError> {
    let text = || "Модель \"не\" найдена\\".to_owned();
    vec![
        ApiError::Unreachable,
        ApiError::Unauthorized { text: text() },
        ApiError::Refused { status: 429, text: text(), retry_after: Some(30) },
        ApiError::Html { status: 503, text: text(), retry_after: None },
        ApiError::Empty { status: 502, retry_after: Some(u32::MAX) },
        ApiError::BadRequest { text: text() },
        ApiError::PipelineNotFound { text: text() },
        ApiError::TaskNotFound { text: String::new() },
        ApiError::NotFound { text: text() },
        ApiError::UnsupportedMediaType { text: text() },
        ApiError::Server { status: 500, text: text(), retry_after: None },
        ApiError::CutBody { so_far: "{\"uuid\":\"".into() },
        ApiError::Unreadable { so_far: text() },
    ]
}

fn failures() -> Vec<Failure> {
    let mut all: Vec<Failure> = errors().into_iter().map(Failure::Api).collect();
    all.extend([
        Failure::Said { text: "Ой\u{1f98a}".into() },
        Failure::Silent,
        Failure::Cancelled { text: None },
        Failure::Cancelled { text: Some("x".into()) },
        Failure::QuotaReached { text: "The limit has been reached".into() },
        Failure::Censored,
        Failure::NoFiles,
        Failure::Picture(PictureError::Empty),
        Failure::Picture(PictureError::BadBase64),
        Failure::Picture(PictureError::NotAPicture { starts: "\"<html>\"".into() }),
        Failure::TaskGone { delivered: true },
        Failure::TaskGone { delivered: false },
    ]);
    all
}

fn every_phase() -> Vec<Phase> {
    let watch = |trouble: Option<ApiError>| Watch {
        trouble: trouble.map(|error| Trouble { error, at: 77 }),
        faults: 3,
        missing: 2,
        broken_off: true,
        expected: 12_000,
        ..Watch::begun(task(), 90)
    };
    let mut all = vec![
        Phase::Waiting,
        Phase::Sending { since: 5 },
        Phase::Refused { word: ServiceWord::new("НОВОЕ"), since: 1, probes: 2, next: 3 },
        Phase::Accepted(watch(None)),
        Phase::Polling(watch(Some(ApiError::Unreachable))),
        Phase::Received { task: task() },
        Phase::Done(facts()),
        Phase::Done(crate::PictureFacts {
            kind: None,
            link: Some("https://pictures.example/кот.png".into()),
            generation_time: None,
            ..facts()
        }),
        Phase::Stopped { task: None, spent: true },
        Phase::Stopped { task: Some(task()), spent: false },
    ];
    for fault in [StorageFault::Full, StorageFault::Missing, StorageFault::Broken] {
        all.extend([Phase::Unkept { fault }, Phase::Unsaved { facts: facts(), fault, next: 8 }]);
    }
    for error in errors() {
        all.push(Phase::Held { error: error.clone(), next: 9 });
        all.push(Phase::Unknown { error: error.clone() });
        all.push(Phase::Paused(watch(Some(error))));
    }
    all.extend(failures().into_iter().map(Phase::Failed));
    all
}

#[test]
fn every_phase_is_read_as_it_was_written() {
    for phase in every_phase() {
        let job = job_seen(phase, 100);
        assert_eq!(read(&write(&job)).as_ref(), Ok(&job), "{}", write(&job));
    }
}

#[test]
fn a_job_of_version_1_is_read_for_ever() {
    let text = include_str!("record/version-1.json");
    let job = read(text).unwrap();
    assert_eq!(job.request.prompt.as_str(), "Пушистый кот в \"очках\"");
    assert_eq!((job.place.as_str(), job.created), ("relay https://x.example/", 1_000));
    assert_eq!(job.order, order::at(999));
    let Phase::Polling(watch) = &job.phase else { panic!("{:?}", job.phase) };
    assert_eq!((watch.task.as_str(), watch.next, watch.broken_off), ("u-1", 12_000, true));
    assert_eq!(watch.trouble.as_ref().unwrap().error.status(), Some(503));
    assert_eq!(write(&job), text.trim(), "and is written so still: else it is version 2");
}

#[test]
fn the_place_of_a_job_that_was_moved_is_read_for_ever() {
    let text = include_str!("record/version-1-moved.json");
    let job = read(text).unwrap();
    assert_eq!(job.order, order::at(999) + 524_288);
    assert_eq!(write(&job), text.trim(), "and is written so still: else it is version 2");
    // A program that does not know of it has nothing but the milliseconds.
    let before = read(&text.replace("\"behind\":524288,", "")).unwrap();
    assert_eq!(before.order, order::at(999));
}

#[test]
fn what_is_missing_or_unknown_is_named_and_nothing_is_guessed() {
    let of = |text: &str| read(text).unwrap_err();
    assert_eq!(of("nonsense"), RecordError::NoRecord);
    assert_eq!(of("{}"), RecordError::NoRecord);
    assert_eq!(of("{\"v\":2}"), RecordError::Newer { version: 2 });
    assert_eq!(of("{\"v\":1}"), RecordError::Field { name: "request" });
    let whole = write(&new_job());
    let word = whole.replace("waiting", "dreaming");
    assert_eq!(of(&word), RecordError::Field { name: "phase" });
    assert_eq!(of(&whole.replace("Пушистый кот в очках", " ")), RecordError::Field { name: "prompt" });
    assert_eq!(of(&whole.replace("1024", "7")), RecordError::Field { name: "size" });
}

#[test]
fn what_a_job_can_do_without_may_be_missing() {
    let job = read(
        r#"{"v":1,"created":7,"request":{"pipeline":"p","prompt":"x","width":512,"height":512},
            "phase":{"is":"accepted","task":"u"}}"#,
    )
    .unwrap();
    assert_eq!((job.order, job.seen, job.task().unwrap().as_str()), (order::at(7), 7, "u"));
    // A job without a time is asked for at once.
    assert!(job.watch().unwrap().next <= 7);
}

#[test]
fn no_stored_time_makes_a_job_wait_longer_than_the_longest_wait() {
    let phase = Phase::Held { error: ApiError::Unreachable, next: u64::MAX };
    let job = read(&write(&job_seen(phase, 1_000))).unwrap();
    assert_eq!(
        job.phase,
        Phase::Held { error: ApiError::Unreachable, next: 1_000 + crate::schedule::LONGEST_OBEYED }
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let words =
        ["v", "request", "phase", "is", "accepted", "task", "next", "failed", "why", "error", "done", "1"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 8, move |inner| {
        let name = proptest::sample::select(words.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(name, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Somewhere in a good record, one field is another.
fn spoilt() -> impl Strategy<Value = String> {
    let phases = every_phase();
    (0..phases.len(), any_json(), any::<prop::sample::Index>()).prop_map(move |(n, other, which)| {
        let job = job_in(phases[n].clone());
        let mut record: Value = serde_json::from_str(&write(&job)).unwrap();
        let mut places = vec![];
        for (name, value) in record.as_object().unwrap() {
            places.push(format!("/{name}"));
            for inner in value.as_object().into_iter().flat_map(|o| o.keys()) {
                places.push(format!("/{name}/{inner}"));
            }
        }
        *record.pointer_mut(which.get(&places[..]).as_str()).unwrap() = other;
        record.to_string()
    })
}

proptest! {
    /// Whatever a job went through, it is read as it was written.
    #[test]
    fn a_job_that_lived_is_read_as_it_was(events in proptest::collection::vec((0_u64..99_999, any_event()), 0..40)) {
        let (mut job, mut now) = (new_job(), 1_000_000);
        for (gap, event) in events {
            now += gap;
            job = job.on(event, now).0;
            prop_assert_eq!(read(&write(&job)), Ok(settled(job.clone())));
        }
    }

    #[test]
    fn no_json_makes_the_reader_panic(json in any_json(), text in any::<String>()) {
        let _ = (read(&json.to_string()), read(&text));
    }

    /// A spoilt record is an error, or a job that can go on and be written and read again.
    #[test]
    fn a_spoilt_record_is_an_error_or_a_job(text in spoilt(), now in any::<u32>()) {
        if let Ok(job) = read(&text) {
            let again = read(&write(&job));
            prop_assert_eq!(again.map(|job| write(&job)), Ok(write(&job)));
            let answer = Ok(StatusAnswer::Pending { word: String::new() });
            for event in [Event::Woken(None), Event::Woken(Some(Found { task: task(), answer })), Event::Tick] {
                let _ = job.clone().on(event, now.into());
            }
        }
    }
}

#[test]
fn the_request_is_kept_whole() {
    let mut job = new_job();
    job.request.negative = NegativePrompt::new("туман").unwrap();
    job.request.style = StyleName::new("ANIME");
    assert_eq!(read(&write(&job)).unwrap().request, job.request);
    assert_ne!(job.request, request());
}
