use fusionbrain::{FailReason, NegativePrompt, PictureError, PictureKind, Prompt, ServiceWord, Size};

use super::sending::REFUSAL_DOUBTED;
use super::*;

pub(crate) fn request() -> RunRequest {
    RunRequest {
        pipeline: PipelineId::new("p").unwrap(),
        prompt: Prompt::new("Пушистый кот в очках").unwrap(),
        negative: NegativePrompt::new("").unwrap(),
        style: None,
        size: Size::new(1024, 1024).unwrap(),
    }
}

pub(crate) fn task() -> TaskId {
    TaskId::new("u-1").unwrap()
}

pub(crate) fn ok_run() -> Event {
    Event::RunAnswered(Ok(RunAnswer::Accepted {
        task: task(),
        status: "INITIAL".into(),
        status_time: Some(11.0),
    }))
}

pub(crate) fn refusal(word: &str) -> Event {
    Event::RunAnswered(Ok(RunAnswer::Refused { word: ServiceWord::new(word) }))
}

pub(crate) fn pending() -> Event {
    Event::PollAnswered(Ok(StatusAnswer::Pending { word: "INITIAL".into() }))
}

pub(crate) fn outcome(files: &[&str], censored: bool) -> Outcome {
    Outcome { files: files.iter().map(ToString::to_string).collect(), censored, generation_time: Some(13.0) }
}

pub(crate) fn done(files: &[&str], censored: bool) -> Event {
    Event::PollAnswered(Ok(StatusAnswer::Done(outcome(files, censored))))
}

pub(crate) fn poll_error(error: ApiError) -> Event {
    Event::PollAnswered(Err(error))
}

pub(crate) fn gone() -> ApiError {
    ApiError::TaskNotFound { text: String::new() }
}

pub(crate) fn server() -> ApiError {
    ApiError::Server { status: 503, text: String::new(), retry_after: None }
}

pub(crate) fn facts() -> PictureFacts {
    PictureFacts {
        task: task(),
        kind: Some(PictureKind::Png),
        link: None,
        width: 8,
        height: 8,
        generation_time: Some(13.0),
        received: 0,
    }
}

pub(crate) fn new_job() -> Job {
    Job::new(request(), "here".into(), None, 0)
}

pub(crate) fn job_in(phase: Phase) -> Job {
    Job { phase, ..new_job() }
}

/// Moves a job whose every row is written at once. Returns what else is to be done; letters are not looked at.
pub(crate) fn on(job: Job, event: Event, now: Ms) -> (Job, Vec<Action>) {
    let (mut job, mut actions) = job.on(event, now);
    while let Some(at) = actions.iter().position(|action| matches!(action, Action::Keep { .. })) {
        actions.remove(at);
        let (kept, more) = job.on(Event::Kept, now);
        job = kept;
        actions.extend(more);
    }
    actions.retain(|action| *action != Action::DropLetter);
    (job, actions)
}

/// Plays events at their times and returns the job with the actions of the last one.
fn play(events: impl IntoIterator<Item = (Ms, Event)>) -> (Job, Vec<Action>) {
    let mut state = (new_job(), vec![]);
    for (now, event) in events {
        state = on(state.0, event, now);
    }
    state
}

/// A job whose first poll is on its way at 11 s.
fn polling(then: impl IntoIterator<Item = (Ms, Event)>) -> (Job, Vec<Action>) {
    play([(0, Event::Start), (0, ok_run()), (11_000, Event::Tick)].into_iter().chain(then))
}

#[test]
fn only_what_nobody_can_have_taken_is_edited() {
    let edit = || Event::Edit(Prompt::new("Лысый кот").unwrap(), NegativePrompt::new("туман").unwrap());
    let (job, actions) = new_job().on(edit(), 5);
    assert_eq!((job.request.prompt.as_str(), job.phase == Phase::Waiting), ("Лысый кот", true));
    assert_eq!(actions, [Action::Keep { strict: true }], "it is written, and nothing is sent");
    let (_, actions) = job.on(edit(), 6);
    assert_eq!(actions, [], "nothing has changed");
    let mut doubtful = new_job();
    doubtful.maybe_spent = true;
    let (job, actions) = doubtful.on(edit(), 5);
    assert_eq!(
        (&job.request, actions),
        (&new_job().request, vec![]),
        "the first run may bring a picture of the old texts"
    );
    let sending = job_in(Phase::Sending { since: 0 });
    assert!(!sending.can_be_edited());
}

#[test]
fn a_run_becomes_a_picture() {
    let (job, actions) = play([(0, Event::Start)]);
    assert_eq!(actions[0], Action::Run(request()));
    let (job, actions) = on(job, ok_run(), 500);
    assert_eq!(actions, [Action::WakeAt(11_500)], "status_time is obeyed");
    let (job, actions) = on(job, Event::Tick, 11_499);
    assert_eq!(actions, [Action::WakeAt(11_500)], "an early tick polls nothing");
    let (job, actions) = on(job, Event::Tick, 11_500);
    assert_eq!(actions, [Action::Poll(task())]);
    let (job, actions) = on(job, done(&["iVBOR"], false), 12_000);
    assert_eq!(actions, [Action::File(outcome(&["iVBOR"], false))]);
    let (job, actions) = on(job, Event::Filed(Ok(facts())), 12_001);
    assert_eq!((job.phase, actions), (Phase::Done(facts()), vec![]));
}

#[test]
fn polls_after_the_first_are_three_seconds_apart() {
    let (_, actions) = polling([(11_200, pending())]);
    assert_eq!(actions, [Action::WakeAt(14_200)]);
}

#[test]
fn a_second_poll_never_starts_while_one_is_on_its_way() {
    for event in [Event::Tick, Event::Resume, Event::KeepWaiting, Event::Start, Event::SendAgain] {
        let (job, actions) = polling([(99_000, event.clone())]);
        assert!(matches!(job.phase, Phase::Polling(_)), "{event:?}");
        assert_eq!(actions, [], "{event:?}");
    }
}

#[test]
fn a_run_whose_answer_is_unknown_is_sent_again_only_by_a_person() {
    let unknown = [
        ApiError::Unreachable,
        server(),
        ApiError::CutBody { so_far: String::new() },
        ApiError::Unreadable { so_far: String::new() },
        ApiError::Html { status: 200, text: String::new(), retry_after: None },
        ApiError::Empty { status: 201, retry_after: None },
    ];
    for error in unknown {
        let (job, actions) = play([(0, Event::Start), (9, Event::RunAnswered(Err(error.clone())))]);
        assert_eq!(job.phase, Phase::Unknown { error: error.clone() });
        assert_eq!(actions, []);
        for event in [Event::Tick, Event::Resume, Event::KeepWaiting, Event::Start] {
            assert_eq!(on(job.clone(), event, 1_000_000).1, [], "{error:?}");
        }
        let (_, actions) = on(job, Event::SendAgain, 10);
        assert_eq!(actions[0], Action::Run(request()));
    }
}

#[test]
fn a_run_without_an_answer_becomes_unknown_and_a_late_answer_is_still_taken() {
    let (job, _) = play([(0, Event::Start), (schedule::RUN_PATIENCE, Event::Tick)]);
    assert_eq!(job.phase, Phase::Unknown { error: ApiError::Unreachable });
    let (job, _) = on(job, ok_run(), 130_000);
    assert!(matches!(job.phase, Phase::Accepted(_)));
}

#[test]
fn a_definite_no_to_a_run_is_final_and_named() {
    let definite = [
        (ApiError::Unauthorized { text: String::new() }, "unauthorized"),
        (ApiError::BadRequest { text: String::new() }, "bad-request"),
        (ApiError::UnsupportedMediaType { text: String::new() }, "unsupported-media-type"),
        (ApiError::Refused { status: 403, text: String::new(), retry_after: None }, "refused"),
        (ApiError::Html { status: 403, text: String::new(), retry_after: None }, "html"),
        (ApiError::Empty { status: 403, retry_after: None }, "empty"),
    ];
    for (error, name) in definite {
        let (job, actions) = play([(0, Event::Start), (9, Event::RunAnswered(Err(error)))]);
        let Phase::Failed(failure) = job.phase else { panic!("{name}: {:?}", job.phase) };
        assert_eq!((failure.name(), actions), (name, vec![]));
    }
}

#[test]
fn an_unknown_pipeline_asks_for_the_list_again() {
    let error = ApiError::PipelineNotFound { text: String::new() };
    let (_, actions) = play([(0, Event::Start), (9, Event::RunAnswered(Err(error)))]);
    assert_eq!(actions, [Action::RefetchPipelines]);
}

#[test]
fn a_rate_limited_run_started_nothing_and_is_sent_again_when_the_service_allows() {
    let limited = ApiError::Refused { status: 429, text: String::new(), retry_after: Some(30) };
    let (job, actions) = play([(0, Event::Start), (0, Event::RunAnswered(Err(limited)))]);
    assert_eq!(actions, [Action::WakeAt(30_000)]);
    assert!(matches!(on(job.clone(), Event::Tick, 29_999).0.phase, Phase::Held { .. }));
    assert_eq!(on(job, Event::Tick, 30_000).1[0], Action::Run(request()));
}

#[test]
fn a_refused_run_waits_probes_and_goes_on_by_itself() {
    for word in ["DISABLED_BY_QUEUE", "DISABLED_MANUALLY", "SOMETHING_NEW"] {
        let (job, actions) = play([(0, Event::Start), (0, refusal(word))]);
        let Phase::Refused { next, .. } = job.phase else { panic!("{:?}", job.phase) };
        assert_eq!(actions, [Action::WakeAt(next)]);
        let (job, actions) = on(job, Event::Tick, next);
        assert_eq!(actions[0], Action::Probe(PipelineId::new("p").unwrap()));
        let still = Event::Probed(Ok(Availability { word: ServiceWord::new(word) }));
        let (job, actions) = on(job, still, next);
        assert_eq!(actions, []);
        let back = Event::Probed(Ok(Availability { word: ServiceWord::Active }));
        assert_eq!(on(job, back, next + 60_000).1[0], Action::Run(request()));
    }
}

#[test]
fn availability_is_advice_and_never_a_gate() {
    let (mut job, _) = play([(0, Event::Start), (0, refusal("DISABLED_BY_QUEUE"))]);
    let mut now = 0;
    let sent = loop {
        now += 1_000;
        let (next, actions) = on(job, Event::Tick, now);
        job = next;
        if actions.iter().any(|a| matches!(a, Action::Probe(_))) {
            let (next, actions) = on(job, Event::Probed(Err(server())), now);
            job = next;
            if actions.contains(&Action::Run(request())) {
                break now;
            }
        }
        assert!(now < 2 * REFUSAL_DOUBTED, "never tried again");
    };
    assert!(sent >= REFUSAL_DOUBTED);
}

#[test]
fn a_service_that_says_active_and_refuses_is_asked_ever_more_slowly() {
    let (mut job, _) = play([(0, Event::Start)]);
    let mut gaps = vec![];
    let mut now = 0;
    for _ in 0..5 {
        job = on(job, refusal("DISABLED_BY_QUEUE"), now).0;
        let Phase::Refused { next, .. } = job.phase else { panic!() };
        gaps.push(next - now);
        now = next;
        job = on(job, Event::Tick, now).0;
        job = on(job, Event::Probed(Ok(Availability { word: ServiceWord::Active })), now).0;
    }
    assert!(gaps.is_sorted_by(|a, b| a < b), "{gaps:?}");
}

#[test]
fn a_passing_404_is_asked_twice_more_before_it_is_believed() {
    let (job, _) = polling([
        (11_100, poll_error(gone())),
        (15_000, Event::Tick),
        (15_100, poll_error(gone())),
        (19_000, Event::Tick),
    ]);
    assert!(matches!(job.phase, Phase::Polling(_)));
    let (saved, _) = on(job.clone(), pending(), 19_100);
    assert!(matches!(saved.phase, Phase::Accepted(_)));
    let (lost, _) = on(job, poll_error(gone()), 19_100);
    assert_eq!(lost.phase, Phase::Failed(Failure::TaskGone { delivered: false }));
}

#[test]
fn a_404_after_a_broken_answer_says_delivered_but_not_received() {
    let mut events = vec![(11_100, poll_error(ApiError::CutBody { so_far: "{\"uu".into() }))];
    for n in 1..=3 {
        events.push((11_000 + n * 20_000, Event::Tick));
        events.push((12_000 + n * 20_000, poll_error(gone())));
    }
    assert_eq!(polling(events).0.phase, Phase::Failed(Failure::TaskGone { delivered: true }));
}

#[test]
fn passing_failures_slow_the_polling_down_and_never_end_it() {
    let (mut job, _) = polling([]);
    let mut now = 11_000;
    let mut gaps = vec![];
    for _ in 0..40 {
        let (next, actions) = on(job, poll_error(server()), now);
        let [Action::WakeAt(at)] = actions[..] else { panic!("{actions:?}") };
        gaps.push(at - now);
        now = at;
        job = on(next, Event::Tick, now).0;
    }
    assert!(gaps.is_sorted() && gaps[0] == 3_000 && gaps[39] == schedule::LONGEST_BACKOFF);
    assert!(matches!(on(job, done(&["x"], false), now).0.phase, Phase::Received { .. }));
}

#[test]
fn retry_after_is_obeyed_while_polling() {
    let limited = ApiError::Refused { status: 429, text: String::new(), retry_after: Some(40) };
    let (_, actions) = polling([(12_000, poll_error(limited))]);
    assert_eq!(actions, [Action::WakeAt(52_000)]);
}

#[test]
fn nothing_hurries_a_poll_that_the_service_asked_to_wait() {
    let limited = ApiError::Refused { status: 429, text: String::new(), retry_after: Some(40) };
    let (job, _) = polling([(12_000, poll_error(limited))]);
    assert_eq!(on(job.clone(), Event::Resume, 51_999).1, []);
    assert_eq!(on(job, Event::Resume, 52_000).1, [Action::Poll(task())]);
}

#[test]
fn a_401_stops_polling_until_the_connection_is_mended() {
    let (job, actions) = polling([(12_000, poll_error(ApiError::Unauthorized { text: String::new() }))]);
    assert_eq!(actions, []);
    assert!(matches!(job.phase, Phase::Paused(_)));
    let (job, actions) = on(job, Event::Tick, 500_000);
    assert_eq!(actions, []);
    assert_eq!(on(job, Event::Resume, 500_001).1, [Action::Poll(task())]);
}

#[test]
fn coming_online_hurries_what_failed_and_nothing_else() {
    let (healthy, _) = polling([(12_000, pending())]);
    assert_eq!(on(healthy, Event::Resume, 12_500).1, []);
    let (failed, _) = polling([(12_000, poll_error(ApiError::Unreachable))]);
    assert_eq!(on(failed, Event::Resume, 12_500).1, [Action::Poll(task())]);
}

#[test]
fn each_final_answer_ends_in_its_own_failure() {
    let fail = |reason| Event::PollAnswered(Ok(StatusAnswer::Failed { reason }));
    let cases = [
        (done(&["placeholder"], true), "censored"),
        (done(&[], false), "no-files"),
        (fail(FailReason::Silent), "failed"),
        (fail(FailReason::Said { text: "x".into() }), "failed"),
        (fail(FailReason::QuotaReached { text: "The limit has been reached".into() }), "quota-reached"),
        (Event::PollAnswered(Ok(StatusAnswer::Cancelled { text: None })), "cancelled"),
    ];
    for (event, name) in cases {
        let (job, actions) = polling([(12_000, event)]);
        let Phase::Failed(failure) = job.phase else { panic!("{name}") };
        assert_eq!((failure.name(), actions), (name, vec![]));
    }
    let bad = [
        (PictureError::BadBase64, "bad-base64"),
        (PictureError::NotAPicture { starts: String::new() }, "not-a-picture"),
    ];
    for (error, name) in bad {
        let (job, _) =
            polling([(12_000, done(&["x"], false)), (12_001, Event::Filed(Err(NotFiled::Picture(error))))]);
        let Phase::Failed(failure) = job.phase else { panic!("{name}") };
        assert_eq!(failure.name(), name);
    }
}

#[test]
fn after_five_minutes_the_person_is_asked_and_nothing_is_thrown_away() {
    let (job, _) = polling([(12_000, pending())]);
    assert!(!job.takes_long(299_999));
    assert!(job.takes_long(300_000));
    let (job, _) = on(job, Event::KeepWaiting, 300_000);
    assert!(!job.takes_long(599_999));
    assert!(job.takes_long(600_000));
}

#[test]
fn stopping_says_whether_quota_is_spent() {
    let stopped = |events: Vec<(Ms, Event)>| play(events.into_iter().chain([(20_000, Event::Stop)])).0.phase;
    let spent = |task| Phase::Stopped { task, spent: true };
    assert_eq!(stopped(vec![(0, Event::Start), (0, ok_run())]), spent(Some(task())));
    assert_eq!(stopped(vec![(0, Event::Start)]), spent(None));
    assert_eq!(
        stopped(vec![(0, Event::Start), (0, refusal("DISABLED_BY_QUEUE"))]),
        Phase::Stopped { task: None, spent: false }
    );
}

#[test]
fn a_picture_that_was_on_its_way_when_the_person_stopped_is_kept() {
    let (job, actions) = polling([(11_100, Event::Stop), (11_200, done(&["x"], false))]);
    assert_eq!(job.phase, Phase::Received { task: task() });
    assert_eq!(actions, [Action::File(outcome(&["x"], false))]);
}

#[test]
fn an_answer_to_a_stopped_run_still_names_its_task() {
    let (job, actions) = play([(0, Event::Start), (1, Event::Stop), (2, ok_run())]);
    assert_eq!((job.task(), actions), (Some(&task()), vec![]));
}

#[test]
fn a_second_run_that_was_accepted_too_is_waited_for_in_a_job_of_its_own() {
    let second = TaskId::new("u-2").unwrap();
    let accepted = RunAnswer::Accepted { task: second.clone(), status: "INITIAL".into(), status_time: None };
    let (job, actions) = play([
        (0, Event::Start),
        (schedule::RUN_PATIENCE, Event::Tick),
        (130_000, Event::SendAgain),
        (131_000, ok_run()),
        (132_000, Event::RunAnswered(Ok(accepted))),
    ]);
    assert_eq!(job.task(), Some(&task()));
    assert_eq!(actions, [Action::Adopt { task: second.clone(), status_time: None }]);
    let (adopted, actions) = job.adopted(second.clone(), Some(11.0), 132_000);
    assert_eq!((adopted.task(), actions), (Some(&second), vec![KEEP_STRICT, Action::WakeAt(143_000)]));
}

#[test]
fn a_late_no_to_the_first_run_does_not_send_a_third() {
    let limited = ApiError::Refused { status: 429, text: String::new(), retry_after: None };
    let (job, actions) = play([
        (0, Event::Start),
        (schedule::RUN_PATIENCE, Event::Tick),
        (130_000, Event::SendAgain),
        (131_000, Event::RunAnswered(Err(limited))),
    ]);
    assert!(matches!(job.phase, Phase::Sending { .. }), "the second is still out");
    assert_eq!(actions, []);
    assert!(matches!(on(job, ok_run(), 132_000).0.phase, Phase::Accepted(_)));
}
