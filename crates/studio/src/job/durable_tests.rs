//! What is written when, and what a job does when it is read again.

use proptest::prelude::*;

use super::tests::*;
use super::*;
use fusionbrain::{PictureError, ServiceWord};

/// A job whose first poll is on its way.
fn polling() -> Job {
    [(0, Event::Start), (0, ok_run()), (11_000, Event::Tick)]
        .into_iter()
        .fold(new_job(), |job, (now, event)| on(job, event, now).0)
}

fn found(answer: Event) -> Event {
    let Event::PollAnswered(answer) = answer else { panic!("{answer:?}") };
    Event::Woken(Some(Found { task: task(), answer }))
}

#[test]
fn a_run_is_sent_only_after_its_job_is_written() {
    let (job, actions) = new_job().on(Event::Start, 0);
    assert_eq!(actions, [KEEP_STRICT], "nothing else before that");
    let (_, actions) = job.on(Event::Kept, 50);
    assert_eq!(actions, [Action::Run(request()), Action::WakeAt(50 + schedule::RUN_PATIENCE)]);
}

#[test]
fn a_run_whose_job_cannot_be_written_is_sent_only_when_a_person_says_so() {
    for fault in [StorageFault::Full, StorageFault::Missing, StorageFault::Broken] {
        let (job, _) = new_job().on(Event::Start, 0);
        let (job, actions) = job.on(Event::KeepFailed(fault), 9);
        assert_eq!((&job.phase, actions), (&Phase::Unkept { fault }, vec![]));
        for event in [Event::Tick, Event::Start, Event::SendAgain, Event::KeepWaiting] {
            assert_eq!(job.clone().on(event, 999_999).1, []);
        }
        let (sent, actions) = job.clone().on(Event::SendAnyway, 10);
        assert_eq!(actions, [KEEP_STRICT], "tried once more");
        assert_eq!(sent.clone().on(Event::Kept, 11).1[0], Action::Run(request()));
        let (sent, actions) = sent.on(Event::KeepFailed(fault), 11);
        assert_eq!(actions[0], Action::Run(request()));
        assert_eq!(sent.on(Event::KeepFailed(fault), 11).1, [], "it stays sent");
        // Room was made: written first, as ever.
        let (job, actions) = job.on(Event::Resume, 20);
        assert_eq!(actions, [KEEP_STRICT]);
        assert_eq!(job.on(Event::Kept, 21).1[0], Action::Run(request()));
    }
}

#[test]
fn a_poll_is_sent_only_after_the_mark_is_written_and_unmarked_rather_than_never() {
    let (job, _) = on(new_job(), Event::Start, 0);
    let (job, actions) = job.on(ok_run(), 0);
    assert_eq!(actions[0], KEEP_STRICT, "the task's name is worth a picture");
    let (job, _) = job.on(Event::Kept, 1);
    let (job, actions) = job.on(Event::Tick, 11_000);
    assert_eq!(actions, [KEEP_STRICT]);
    assert_eq!(job.clone().on(Event::Kept, 11_010).1, [Action::Poll(task())]);
    assert_eq!(job.on(Event::KeepFailed(StorageFault::Full), 11_010).1, [Action::Poll(task())]);
}

#[test]
fn a_letter_goes_only_after_its_judgement_is_written() {
    let gone = poll_error(gone());
    let failed = Event::PollAnswered(Ok(StatusAnswer::Cancelled { text: None }));
    for event in [pending(), done(&[], false), done(&["x"], true), gone, poll_error(server()), failed] {
        let (job, actions) = polling().on(event, 12_000);
        assert!(matches!(actions[0], Action::Keep { .. }) && !actions.contains(&Action::DropLetter));
        let (unwritten, actions) = job.clone().on(Event::KeepFailed(StorageFault::Full), 12_001);
        assert_eq!(actions, []);
        assert_eq!(unwritten.on(Event::Kept, 30_000).1, [Action::DropLetter]);
        assert_eq!(job.on(Event::Kept, 12_001).1, [Action::DropLetter]);
    }
}

#[test]
fn a_picture_is_filed_before_anything_else_is_written() {
    let (job, actions) = polling().on(done(&["x"], false), 12_000);
    assert_eq!(actions, [Action::File(outcome(&["x"], false))]);
    let (job, actions) = job.on(Event::Filed(Ok(facts())), 12_100);
    assert_eq!((job.phase, actions), (Phase::Done(facts()), vec![]), "row and picture were written together");
}

#[test]
fn a_picture_that_finds_no_room_stays_in_memory_until_there_is_some() {
    let (job, _) = polling().on(done(&["x"], false), 12_000);
    let full = NotFiled::Storage { facts: facts(), fault: StorageFault::Full };
    let (job, actions) = job.on(Event::Filed(Err(full.clone())), 12_100);
    let Phase::Unsaved { fault: StorageFault::Full, next, .. } = job.phase else { panic!() };
    assert_eq!(actions, [KEEP, Action::WakeAt(next)]);
    assert!(!job.is_final(), "there is something to be done");
    assert_eq!(job.clone().on(Event::Stop, 12_200).0.phase, job.phase, "stop waiting is not throw away");
    for (event, now) in [(Event::Resume, 12_200), (Event::Tick, next)] {
        let (job, actions) = job.clone().on(event, now);
        assert_eq!(actions, [Action::FileAgain]);
        let (job, _) = job.on(Event::Filed(Err(full.clone())), now);
        assert!(matches!(job.phase, Phase::Unsaved { .. }));
    }
    let (job, _) = job.on(Event::Discard, 12_300);
    assert_eq!(job.phase, Phase::Stopped { task: Some(task()), spent: true });
}

#[test]
fn a_run_that_may_have_been_sent_before_a_crash_is_not_sent_again() {
    let (job, _) = new_job().on(Event::Start, 0);
    let (job, actions) = job.on(Event::Woken(None), 500);
    assert_eq!(job.phase, Phase::Unknown { error: ApiError::Unreachable });
    assert_eq!(actions, [KEEP_STRICT]);
    assert_eq!(job.on(Event::Kept, 501).1, []);
}

#[test]
fn a_poll_that_was_broken_off_by_a_crash_makes_a_404_say_delivered_but_not_received() {
    let (job, actions) = polling().on(Event::Woken(None), 13_000);
    assert_eq!(actions, [KEEP_STRICT]);
    let mut job = job.on(Event::Kept, 13_001).0;
    for n in 0..3 {
        job = on(job, Event::Tick, 20_000 * (n + 1)).0;
        job = on(job, poll_error(gone()), 20_000 * (n + 1) + 9).0;
    }
    assert_eq!(job.phase, Phase::Failed(Failure::TaskGone { delivered: true }));
}

#[test]
fn a_letter_is_drained_before_anything_is_asked() {
    let sleeping = [polling(), polling().on(pending(), 12_000).0, on(new_job(), Event::Start, 0).0];
    for job in sleeping {
        let (job, actions) = job.on(found(done(&["x"], false)), 13_000);
        assert_eq!(job.phase, Phase::Received { task: task() });
        assert_eq!(actions, [Action::File(outcome(&["x"], false))]);
    }
    let (job, actions) = polling().on(found(pending()), 13_000);
    assert!(matches!(job.phase, Phase::Accepted(_)) && !actions.contains(&Action::Poll(task())));
    assert_eq!(job.on(Event::Kept, 13_001).1, [Action::DropLetter]);
}

#[test]
fn a_letter_with_a_picture_is_taken_whatever_was_believed_meanwhile() {
    let gone = Phase::Failed(Failure::TaskGone { delivered: true });
    let said = Phase::Failed(Failure::Silent);
    let unsaved = Phase::Unsaved { facts: facts(), fault: StorageFault::Full, next: 0 };
    for phase in [Phase::Stopped { task: Some(task()), spent: true }, gone, said, unsaved] {
        let (job, _) = Job { phase, ..new_job() }.on(found(done(&["x"], false)), 5);
        assert_eq!(job.phase, Phase::Received { task: task() });
    }
}

#[test]
fn a_letter_for_another_run_of_the_job_becomes_a_job_of_its_own() {
    let task = TaskId::new("u-2").unwrap();
    for job in [Job { phase: Phase::Done(facts()), ..new_job() }, polling()] {
        let Event::PollAnswered(answer) = done(&["x"], false) else { panic!() };
        let before = job.task().cloned();
        let (job, actions) = job.on(Event::Woken(Some(Found { task: task.clone(), answer })), 13_000);
        assert_eq!(job.task().cloned(), before);
        assert_eq!(actions.last(), Some(&Action::Adopt { task: task.clone(), status_time: None }));
        assert!(!actions.contains(&Action::DropLetter));
    }
}

#[test]
fn a_letter_for_a_job_that_is_over_goes() {
    let over = [Phase::Done(facts()), Phase::Failed(Failure::Picture(PictureError::BadBase64))];
    for phase in over {
        let (job, actions) = Job { phase: phase.clone(), ..new_job() }.on(found(done(&["x"], false)), 5);
        assert_eq!((job.phase, actions), (phase, vec![Action::DropLetter]));
    }
}

#[test]
fn a_picture_that_died_with_its_tab_is_asked_for_again_and_then_told_as_delivered_and_not_received() {
    let phase = Phase::Unsaved { facts: facts(), fault: StorageFault::Full, next: 0 };
    let (mut job, actions) = Job { phase, ..new_job() }.on(Event::Woken(None), 5);
    assert_eq!(actions, [KEEP_STRICT]);
    // A relay that keeps answers until they are acknowledged says it again.
    let (again, _) = job.clone().on(Event::Kept, 6).0.on(done(&["x"], false), 7);
    assert_eq!(again.phase, Phase::Received { task: task() });
    // The service itself knows it no more.
    for now in [10, 20_000, 40_000] {
        job = job.on(Event::Kept, now).0.on(poll_error(gone()), now).0.on(Event::Tick, now + 10_000).0;
    }
    assert_eq!(job.phase, Phase::Failed(Failure::TaskGone { delivered: true }));
}

#[test]
fn after_an_answer_that_a_relay_waited_for_the_next_question_is_not_put_off() {
    let (job, _) = polling().on(Event::Kept, 11_000);
    let (quick, _) = job.clone().on(pending(), 11_400);
    assert_eq!(quick.watch().unwrap().next, 14_400);
    let (waited, actions) = job.on(pending(), 36_000);
    assert_eq!(waited.watch().unwrap().next, 36_000);
    assert_eq!(actions.last(), Some(&Action::WakeAt(36_000)));
}

#[test]
fn a_job_read_again_goes_on_by_the_clock() {
    let (accepted, _) = on(on(new_job(), Event::Start, 0).0, ok_run(), 0);
    assert_eq!(accepted.clone().on(Event::Woken(None), 5_000).1, [Action::WakeAt(11_000)]);
    let (job, _) = accepted.on(Event::Woken(None), 90_000);
    assert_eq!(on(job, Event::Tick, 90_000).1, [Action::Poll(task())], "its time has long come");
    let (refused, _) = on(on(new_job(), Event::Start, 0).0, refusal("DISABLED_BY_QUEUE"), 0);
    assert!(matches!(refused.on(Event::Woken(None), 10).1[..], [Action::WakeAt(_)]));
    let paused = on(polling(), poll_error(ApiError::Unauthorized { text: String::new() }), 12_000).0;
    assert_eq!(on(paused, Event::Woken(None), 13_000).1, [Action::Poll(task())], "the keys may be mended");
}

#[test]
fn a_clock_that_was_set_back_keeps_no_job_waiting() {
    let day = 86_400_000;
    let start = 10 * day;
    let job = on(Job::new(request(), String::new(), None, start), Event::Start, start).0;
    let (job, _) = on(job, ok_run(), start);
    let (job, actions) = on(job, Event::Tick, start - day);
    assert_eq!(actions, [Action::WakeAt(start - day + 11_000)]);
    assert_eq!(on(job, Event::Tick, start - day + 11_000).1, [Action::Poll(task())]);
}

#[test]
fn without_a_connection_nothing_is_sent_and_nothing_is_unknown() {
    let (job, _) = on(on(new_job(), Event::Start, 0).0, Event::NoConnection, 1);
    assert_eq!(job.phase, Phase::Waiting);
    let (job, actions) = on(polling(), Event::NoConnection, 12_000);
    assert!(matches!(job.phase, Phase::Paused(_)) && actions.is_empty());
    assert_eq!(on(job, Event::Resume, 13_000).1, [Action::Poll(task())]);
}

#[test]
fn stopping_a_run_that_was_not_sent_yet_spends_nothing_and_sends_nothing() {
    let (job, _) = new_job().on(Event::Start, 0);
    let (job, actions) = job.on(Event::Stop, 1);
    assert_eq!((&job.phase, actions), (&Phase::Stopped { task: None, spent: false }, vec![KEEP_STRICT]));
    assert_eq!(job.on(Event::Kept, 2).1, []);
}

#[test]
fn what_may_be_spent_stays_so_whatever_comes_after() {
    let job = on(on(new_job(), Event::Start, 0).0, Event::RunAnswered(Err(server())), 1).0;
    let job = on(on(job, Event::SendAgain, 2).0, refusal("DISABLED_BY_QUEUE"), 3).0;
    assert_eq!(on(job, Event::Stop, 4).0.phase, Phase::Stopped { task: None, spent: true });
}

pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    let fixed = [
        Event::Start,
        Event::Kept,
        Event::Kept,
        Event::Kept,
        Event::KeepFailed(StorageFault::Full),
        Event::KeepFailed(StorageFault::Broken),
        Event::Woken(None),
        found(done(&["x"], false)),
        found(pending()),
        found(poll_error(gone())),
        ok_run(),
        refusal("DISABLED_BY_QUEUE"),
        refusal("Слово\u{1f98a}"),
        Event::RunAnswered(Err(ApiError::Unreachable)),
        Event::RunAnswered(Err(server())),
        Event::RunAnswered(Err(ApiError::Refused {
            status: 429,
            text: "\"\\\n".into(),
            retry_after: Some(9),
        })),
        pending(),
        done(&["x"], false),
        done(&[], false),
        done(&["x"], true),
        poll_error(gone()),
        poll_error(server()),
        poll_error(ApiError::CutBody { so_far: "{\"".into() }),
        poll_error(ApiError::Unauthorized { text: String::new() }),
        Event::Probed(Ok(Availability { word: ServiceWord::Active })),
        Event::Probed(Err(server())),
        Event::Filed(Ok(facts())),
        Event::Filed(Err(NotFiled::Picture(PictureError::BadBase64))),
        Event::Filed(Err(NotFiled::Storage { facts: facts(), fault: StorageFault::Full })),
        Event::NoConnection,
        Event::Tick,
        Event::Tick,
        Event::Resume,
        Event::Stop,
        Event::KeepWaiting,
        Event::Edit(Prompt::new("Лысый кот").unwrap(), None),
        Event::SendAgain,
        Event::SendAnyway,
        Event::Discard,
        Event::StandBack,
    ];
    proptest::sample::select(fixed.to_vec())
}

/// A phase that goes on by time alone.
fn waits_for_the_clock(phase: &Phase) -> bool {
    matches!(phase, Phase::Refused { .. } | Phase::Held { .. } | Phase::Accepted(_) | Phase::Unsaved { .. })
}

proptest! {
    /// Whatever happens in whatever order: nothing is sent that was not written or asked for, no second poll while one
    /// is out, no run after bytes were sent without an answer, and every job that waits for time will be woken.
    #[test]
    fn no_order_of_events_breaks_the_laws(events in proptest::collection::vec((0_u64..60_000, any_event()), 0..60)) {
        let mut job = new_job();
        let (mut now, mut wake, mut polled, mut anyway) = (1_000_000, None, false, false);
        for (gap, event) in events {
            now += gap;
            let before = job.phase.clone();
            let (old, editable) = (job.request.clone(), job.can_be_edited());
            let (after, actions) = job.on(event.clone(), now);
            // What the service may have is not changed behind its back.
            prop_assert!(after.request == old || matches!(event, Event::Edit(..)) && editable);
            let runs = actions.iter().filter(|a| matches!(a, Action::Run(_))).count();
            let polls = actions.iter().filter(|a| matches!(a, Action::Poll(_))).count();
            prop_assert!(runs + polls <= 1);
            prop_assert!(runs == 0 || matches!(event, Event::Kept) || matches!(event, Event::KeepFailed(_)) && anyway);
            anyway |= event == Event::SendAnyway;
            prop_assert!(polls == 0 || matches!(event, Event::Kept | Event::KeepFailed(_)));
            // One poll for each time that it was marked.
            prop_assert!(polls == 0 || matches!(before, Phase::Polling(_)) && !polled);
            polled = matches!(after.phase, Phase::Polling(_)) && (polled || polls > 0);
            if matches!(event, Event::Woken(_)) {
                polled = false;
            }
            if let Phase::Unknown { .. } = before {
                let sends = matches!(after.phase, Phase::Sending { .. });
                prop_assert!(!sends || event == Event::SendAgain);
            }
            if before.is_final() {
                prop_assert!(runs + polls == 0);
            }
            for action in &actions {
                if let Action::WakeAt(at) = action { wake = Some(*at); }
            }
            prop_assert!(!waits_for_the_clock(&after.phase) || wake.is_some(), "{:?}", after.phase);
            job = after;
        }
    }
}
