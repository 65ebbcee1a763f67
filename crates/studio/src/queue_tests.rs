use fusionbrain::{ApiError, ServiceWord, TaskId};

use super::*;
use crate::job::tests::job_in;
use crate::{PictureFacts, StorageFault, Watch};

fn job(order: Ms, phase: Phase) -> Job {
    let mut job = job_in(phase);
    job.order = order;
    job
}

fn waiting(order: Ms) -> Job {
    job(order, Phase::Waiting)
}

fn accepted() -> Job {
    job(0, Phase::Accepted(Watch::begun(TaskId::new("u").unwrap(), 0)))
}

fn refused(order: Ms) -> Job {
    job(order, Phase::Refused { word: ServiceWord::DisabledByQueue, since: 0, probes: 0, next: 5_000 })
}

fn held(order: Ms) -> Job {
    job(order, Phase::Held { error: ApiError::Unreachable, next: 5_000 })
}

/// Jobs of this tab, named a, b, c …
fn next(jobs: &[Job], pause: Option<Pause>) -> Option<Turn> {
    next_of(&jobs.iter().map(|job| (job.clone(), true)).collect::<Vec<_>>(), pause, 0)
}

fn next_of(jobs: &[(Job, bool)], pause: Option<Pause>, now: Ms) -> Option<Turn> {
    let ids: Vec<String> = ('a'..).take(jobs.len()).map(String::from).collect();
    let places: Vec<Place<'_>> = jobs
        .iter()
        .zip(&ids)
        .map(|((job, ours), id)| Place { id, job, ours: *ours, connected: true })
        .collect();
    turn(&places, pause, now)
}

fn start(id: &str) -> Option<Turn> {
    Some(Turn::Start(id.to_owned()))
}

#[test]
fn the_oldest_wish_goes_first() {
    assert_eq!(next(&[waiting(7), waiting(3), waiting(5)], None), start("b"));
    assert_eq!(next(&[], None), None);
}

#[test]
fn what_is_put_to_the_front_goes_before_all_waiting_ones() {
    let jobs = [waiting(7), waiting(3), accepted()];
    let moved = waiting(front(jobs.iter()));
    assert_eq!(next(&[jobs[0].clone(), jobs[1].clone(), moved], None), start("c"));
}

#[test]
fn what_would_end_the_same_way_is_not_retried_with_all_others() {
    let bad = ApiError::BadRequest { text: String::new() };
    assert!(!is_worth_another_run(&Failure::Censored) && !is_worth_another_run(&Failure::Api(bad)));
    assert!(is_worth_another_run(&Failure::Silent));
    assert!(
        is_worth_another_run(&Failure::QuotaReached { text: String::new() }),
        "another key may be in use now"
    );
}

#[test]
fn three_are_drawn_at_once_and_the_next_one_takes_the_seat_that_is_free_first() {
    assert_eq!(forecast(&[5, 1, 9], 4, 10), [11, 15, 19, 21]);
    assert_eq!(forecast(&[], 4, 10), [10, 10, 10, 20]);
    assert_eq!(forecast(&[3], 2, 10), [10, 10]);
    // Two tabs may have sent one too many.
    assert_eq!(forecast(&[8, 8, 8, 1], 1, 10), [11]);
    assert!(forecast(&[1], 0, 10).is_empty());
}

proptest::proptest! {
    #[test]
    fn nobody_is_told_to_be_done_before_who_goes_first(
        busy in proptest::collection::vec(0_u64..100_000, 0..5), waiting in 0_usize..30, each in 0_u64..100_000,
    ) {
        let done = forecast(&busy, waiting, each);
        proptest::prop_assert_eq!(done.len(), waiting);
        proptest::prop_assert!(done.windows(2).all(|pair| pair[0] <= pair[1]), "{:?}", done);
    }
}

#[test]
fn three_are_with_the_service_at_once() {
    assert_eq!(next(&[accepted(), accepted(), waiting(1)], None), start("c"));
    assert_eq!(next(&[accepted(), accepted(), accepted(), waiting(1)], None), None);
    let sending = job(0, Phase::Sending { since: 0 });
    assert_eq!(next(&[sending.clone(), sending.clone(), sending, waiting(1)], None), None);
}

#[test]
fn what_waits_for_a_person_takes_no_place() {
    let unknown = job(0, Phase::Unknown { error: ApiError::Unreachable });
    assert_eq!(next(&[unknown.clone(), unknown.clone(), unknown, waiting(1)], None), start("d"));
}

#[test]
fn a_pause_starts_nothing() {
    for pause in [Pause::Person, Pause::Quota, Pause::Storage] {
        assert_eq!(next(&[waiting(1)], Some(pause)), None);
        assert_eq!(Pause::named(pause.name()), Some(pause));
    }
}

#[test]
fn a_refusal_or_a_rate_limit_keeps_the_batch_waiting_behind_it() {
    for scout in [refused(9), held(9)] {
        assert_eq!(next(&[waiting(1), scout, waiting(2)], None), None);
    }
}

#[test]
fn of_several_refused_jobs_one_goes_on_trying_and_the_others_stand_back() {
    let back = |id: &str| Some(Turn::StandBack(id.to_owned()));
    assert_eq!(next(&[refused(2), refused(1)], None), back("a"));
    assert_eq!(next(&[refused(1), held(2)], None), back("b"));
    assert_eq!(
        next_of(&[(refused(1), false), (refused(2), true)], None, 0),
        back("b"),
        "behind another tab's too"
    );
    assert_eq!(
        next_of(&[(refused(1), true), (refused(2), false)], None, 0),
        None,
        "that one is not ours to move"
    );
}

#[test]
fn a_refusal_of_one_service_holds_up_no_other() {
    let mut elsewhere = waiting(3);
    elsewhere.place = "elsewhere".into();
    assert_eq!(next(&[refused(1), waiting(2), elsewhere], None), start("c"));
}

#[test]
fn a_tab_starts_its_own_jobs_and_counts_all() {
    assert_eq!(next_of(&[(waiting(1), false), (waiting(2), true)], None, 0), start("b"));
    let busy = (accepted(), false);
    assert_eq!(next_of(&[busy.clone(), busy.clone(), busy, (waiting(1), true)], None, 0), None);
}

#[test]
fn what_another_tab_has_left_alone_holds_up_nobody() {
    let busy = (accepted(), false);
    let later = LEFT_ALONE + 1;
    assert_eq!(next_of(&[busy.clone(), busy.clone(), busy, (waiting(1), true)], None, later), start("d"));
    assert_eq!(next_of(&[(refused(1), false), (waiting(2), true)], None, 5_000 + later), start("b"));
}

#[test]
fn a_job_whose_service_cannot_be_asked_lets_others_pass() {
    let jobs = [waiting(1), waiting(2)];
    let place = |id, job, connected| Place { id, job, ours: true, connected };
    let places = [place("a", &jobs[0], false), place("b", &jobs[1], true)];
    assert_eq!(turn(&places, None, 0), start("b"));
}

#[test]
fn what_a_batch_would_burn_on_is_known_by_its_first_job() {
    let quota = Phase::Failed(Failure::QuotaReached { text: String::new() });
    assert_eq!(Pause::for_phase(&quota), Some(Pause::Quota));
    let facts = PictureFacts {
        task: TaskId::new("u").unwrap(),
        kind: None,
        link: None,
        width: 1,
        height: 1,
        generation_time: None,
        received: 0,
    };
    let unsaved = |fault| Phase::Unsaved { facts: facts.clone(), fault, next: 0 };
    let fault = StorageFault::Full;
    assert_eq!(Pause::for_phase(&unsaved(fault)), Some(Pause::Storage));
    // A private window never stores anything: its queue would be paused for ever.
    assert_eq!(Pause::for_phase(&unsaved(StorageFault::Missing)), None);
    assert_eq!(Pause::for_phase(&Phase::Unkept { fault }), Some(Pause::Storage));
    assert_eq!(Pause::for_phase(&Phase::Failed(Failure::Silent)), None);
}

#[test]
fn a_paused_queue_holds_back_what_would_go_on_by_itself() {
    for pause in [Pause::Person, Pause::Quota, Pause::Storage] {
        assert_eq!(next(&[refused(1), waiting(2)], Some(pause)), Some(Turn::StandBack("a".to_owned())));
        assert_eq!(next(&[waiting(1), held(2)], Some(pause)), Some(Turn::StandBack("b".to_owned())));
    }
    // Another tab's is that tab's to hold back.
    assert_eq!(next_of(&[(refused(1), false)], Some(Pause::Person), 0), None);
}
