//! One-shot delivery, expiry, and the log that tells of both.
#![allow(clippy::unwrap_used)]

mod desk;

use desk::Desk;
use fusionbrain::{ApiError, StatusAnswer, TaskId};
use proptest::prelude::*;
use simulator::{Config, Event, Kept, Ticket};

fn gone(answer: &Result<StatusAnswer, ApiError>) -> bool {
    matches!(answer, Err(ApiError::TaskNotFound { .. }))
}

#[test]
fn a_final_answer_is_handed_out_once() {
    for prompt in ["кот", "кот sim:fail=нет", "кот sim:cancel", "кот sim:empty"] {
        let mut desk = Desk::new(Config::default());
        let task = desk.accepted(prompt);
        desk.now += 20_000;
        assert!(desk.poll(&task).is_ok(), "{prompt}");
        assert!(gone(&desk.poll(&task)), "{prompt}");
    }
}

#[test]
fn an_unread_result_expires() {
    let mut desk = Desk::new(Config { expiry_ms: 60_000, ..Config::default() });
    let (read, unread) = (desk.accepted("кот sim:slow=5"), desk.accepted("пёс sim:slow=5"));
    desk.now += 64_999;
    assert!(matches!(desk.poll(&read), Ok(StatusAnswer::Done(_))));
    desk.now += 1;
    assert!(gone(&desk.poll(&unread)));
    let expired = desk.service.log().iter().find(|entry| entry.event == Event::Expired).unwrap();
    assert_eq!((expired.uuid.as_str(), expired.at_ms), (unread.as_str(), 1_065_000));
    assert_eq!(desk.events().iter().filter(|event| **event == Event::Expired).count(), 1);
}

#[test]
fn the_log_tells_the_life_of_a_task_in_the_order_of_time() {
    let mut desk = Desk::new(Config::default());
    let task = desk.accepted("кот sim:slow=5");
    desk.now += 1_000;
    desk.poll(&task).unwrap();
    desk.now += 9_000;
    desk.poll(&task).unwrap();
    let uuid = task.as_str();
    let log: Vec<_> = desk
        .service
        .log()
        .iter()
        .map(|entry| (entry.at_ms, entry.uuid.as_str(), entry.event, entry.concurrent_polls))
        .collect();
    assert_eq!(
        log,
        [
            (1_000_000, uuid, Event::Run, 0),
            (1_001_000, uuid, Event::Poll, 1),
            (1_005_000, uuid, Event::Ready, 0),
            (1_010_000, uuid, Event::Poll, 1),
            (1_010_000, uuid, Event::Delivered, 1),
        ]
    );
}

#[test]
fn an_entry_of_the_log_is_written_with_the_agreed_names() {
    let mut desk = Desk::new(Config::default());
    let task = desk.accepted("кот");
    assert_eq!(
        serde_json::to_value(desk.service.log()).unwrap(),
        serde_json::json!([{ "at_ms": 1_000_000, "uuid": task.as_str(), "event": "run", "concurrent_polls": 0 }])
    );
}

#[test]
fn polls_that_overlap_are_counted_until_their_last_byte() {
    let mut desk = Desk::new(Config::default());
    let (task, other) = (desk.accepted("кот"), desk.accepted("пёс"));
    let first = desk.poll_raw(&task).ticket.unwrap();
    let second = desk.poll_raw(&task).ticket.unwrap();
    desk.poll(&other).unwrap();
    desk.service.finished(first, desk.now);
    desk.service.finished(first, desk.now);
    let third = desk.poll_raw(&task).ticket.unwrap();
    desk.service.finished(second, desk.now);
    desk.service.finished(third, desk.now);
    desk.poll(&task).unwrap();
    let polls = desk.service.log().iter().filter(|entry| entry.event == Event::Poll);
    let counts: Vec<_> = polls.map(|entry| entry.concurrent_polls).collect();
    assert_eq!(counts, [1, 2, 1, 2, 1]);
}

#[test]
fn a_status_of_an_unknown_task_is_logged_as_a_poll() {
    let mut desk = Desk::new(Config::default());
    let unknown = TaskId::new(&"x".repeat(5_000)).unwrap();
    assert!(gone(&desk.poll(&unknown)));
    assert_eq!(desk.events(), [Event::Poll]);
    assert_eq!(desk.service.log()[0].uuid.len(), 100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the order of polls, byte ends and waiting: every task is delivered at most once, never after it
    /// expired, and the counts of the log are those of the answers on their way.
    #[test]
    fn one_shot_holds_under_all_interleavings(steps in prop::collection::vec((0_u8..4, 0_usize..3, 0_u64..9_000), 1..80)) {
        let mut desk = Desk::new(Config { expiry_ms: 20_000, ..Config::default() });
        let tasks: Vec<TaskId> = (0..3).map(|index| desk.accepted(&format!("кот {index} sim:empty"))).collect();
        let mut on_their_way: Vec<(usize, Ticket)> = Vec::new();
        let mut delivered = [0; 3];
        for (step, which, wait) in steps {
            match step {
                0 | 1 => {
                    let reply = desk.poll_raw(&tasks[which]);
                    on_their_way.push((which, reply.ticket.unwrap()));
                    let expected = on_their_way.iter().filter(|(task, _)| *task == which).count() as u32;
                    let entry = desk.service.log().iter().rev().find(|entry| entry.event == Event::Poll).unwrap();
                    prop_assert_eq!(entry.concurrent_polls, expected);
                    let got = desk::got(reply);
                    let answer = fusionbrain::read_status(got.status, &got.headers, &got.body);
                    delivered[which] += usize::from(matches!(answer, Ok(StatusAnswer::Done(_))));
                }
                2 if !on_their_way.is_empty() => {
                    let (_, ticket) = on_their_way.remove(which % on_their_way.len());
                    desk.service.finished(ticket, desk.now);
                }
                _ => desk.now += wait,
            }
        }
        for (index, task) in tasks.iter().enumerate() {
            let events: Vec<Event> = desk.service.log().iter().filter(|entry| entry.uuid == task.as_str()).map(|entry| entry.event).collect();
            let count = |event| events.iter().filter(|have| **have == event).count();
            prop_assert!(delivered[index] <= 1);
            prop_assert_eq!(count(Event::Delivered), delivered[index]);
            prop_assert!(count(Event::Delivered) + count(Event::Expired) <= 1);
            prop_assert!(count(Event::Ready) >= count(Event::Delivered) + count(Event::Expired));
        }
    }
}

/// What a carrier has written down of a task, and read again.
fn kept(desk: &Desk, task: &TaskId) -> Option<Kept> {
    let text = serde_json::to_string(&desk.service.keep(task.as_str())?).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn another_simulator_goes_on_with_what_was_kept_and_paints_the_same() {
    let mut desk = Desk::new(Config { seed: 7, ..Config::default() });
    let task = desk.accepted("sim:slow=5 маяк в шторм");
    let run = kept(&desk, &task).unwrap();
    let mut other = Desk::new(Config { seed: 8, ..Config::default() });
    other.now = desk.now + 4_999;
    other.service.resume(std::slice::from_ref(&run), other.now);
    assert!(matches!(other.poll(&task), Ok(StatusAnswer::Pending { .. })), "no earlier than promised");
    (desk.now, other.now) = (desk.now + 5_000, other.now + 1);
    let (here, there) = (desk::got(desk.poll_raw(&task)), desk::got(other.poll_raw(&task)));
    assert_eq!((here.status, here.body), (there.status, there.body));
    assert_eq!((kept(&desk, &task), kept(&other, &task)), (None, None), "handed out: nothing to keep");
}

#[test]
fn what_is_not_kept_any_more_was_handed_out_elsewhere() {
    let mut desk = Desk::new(Config::default());
    let (mine, done) = (desk.accepted("кот"), desk.accepted("пёс"));
    let run = kept(&desk, &mine).unwrap();
    desk.now += 20_000;
    desk.service.resume(&[run], desk.now);
    assert!(gone(&desk.poll(&done)));
    assert!(matches!(desk.poll(&mine), Ok(StatusAnswer::Done(_))));
}

#[test]
fn what_nobody_fetched_for_too_long_is_not_gone_on_with() {
    let mut desk = Desk::new(Config::default());
    let task = desk.accepted("кот");
    let run = kept(&desk, &task).unwrap();
    let mut later = Desk::new(Config::default());
    later.now = desk.now + 20_000 + Config::default().expiry_ms;
    later.service.resume(&[run], later.now);
    assert!(gone(&later.poll(&task)));
}

#[test]
fn a_fault_that_was_met_is_not_met_again_because_a_run_is_kept() {
    let mut desk = Desk::new(Config::default());
    let task = desk.accepted("кот sim:poll-http=500");
    let run = kept(&desk, &task).unwrap();
    assert!(desk.poll(&task).is_err());
    desk.service.resume(&[run], desk.now);
    assert!(desk.poll(&task).is_ok(), "what is known of it here stays");
}
