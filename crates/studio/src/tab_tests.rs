use fusionbrain::{ApiError, Headers, RunAnswer, StatusAnswer, TaskId};

use super::*;
use crate::job::tests::request;
use crate::{NotFiled, StorageFault, record};

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn wish(id: &str) -> Happening {
    Happening::Wished { id: id.into(), request: request(), place: "here".into(), learned: None }
}

fn task() -> TaskId {
    TaskId::new("u-1").unwrap()
}

fn done_letter() -> Letter {
    let body = format!(r#"{{"uuid":"u-1","status":"DONE","result":{{"files":["{PNG}"]}}}}"#);
    Letter { task: task(), at: 5, status: 200, headers: Headers::none(), body: body.into(), whole: true }
}

fn opened() -> Happening {
    Happening::Opened { rows: vec![], letters: vec![], pause: None }
}

fn accepted() -> Result<RunAnswer, ApiError> {
    Ok(RunAnswer::Accepted { task: task(), status: "INITIAL".into(), status_time: Some(11.0) })
}

fn errand(deeds: &[Deed]) -> Errand {
    let mut errands = deeds.iter().rev().filter_map(|deed| match deed {
        Deed::Write { errand, .. }
        | Deed::Run { errand, .. }
        | Deed::Poll { errand, .. }
        | Deed::File { errand, .. } => Some(errand.clone()),
        _ => None,
    });
    errands.next().unwrap()
}

fn written(deeds: &[Deed]) -> Happening {
    Happening::Written { errand: errand(deeds), result: Ok(()) }
}

fn has(deeds: &[Deed], is: impl Fn(&Deed) -> bool) -> bool {
    deeds.iter().any(is)
}

/// A tab whose job "a" has just sent its first poll.
fn polling() -> (Tab, Vec<Deed>) {
    let mut tab = Tab::new();
    let _ = tab.on(opened(), 1_000);
    let deeds = tab.on(wish("a"), 1_000);
    let deeds = tab.on(written(&deeds), 1_000);
    let deeds = tab.on(Happening::RunAnswered { errand: errand(&deeds), answer: accepted() }, 1_000);
    let _ = tab.on(written(&deeds), 1_000);
    let deeds = tab.on(Happening::Tick, 12_000);
    let deeds = tab.on(written(&deeds), 12_000);
    (tab, deeds)
}

#[test]
fn a_tab_looks_through_the_storage_first() {
    assert!(has(&Tab::new().on(Happening::Tick, 5), |deed| *deed == Deed::Scan));
}

#[test]
fn a_wish_is_claimed_and_written_and_only_then_sent() {
    let mut tab = Tab::new();
    let deeds = tab.on(wish("a"), 1_000);
    assert!(has(&deeds, |deed| *deed == Deed::Claim { id: "a".into(), steal: false }));
    assert!(has(&deeds, |deed| matches!(deed, Deed::Write { strict: true, instead_of: None, .. })));
    assert!(!has(&deeds, |deed| matches!(deed, Deed::Run { .. })));
    let deeds = tab.on(written(&deeds), 1_001);
    assert!(has(&deeds, |deed| matches!(deed, Deed::Run { place, .. } if place == "here")));
    assert!(has(&deeds, |deed| *deed == Deed::Tell(Word::Job("a".into()))));
}

#[test]
fn wishes_of_one_moment_keep_their_order_and_the_fourth_waits() {
    let mut tab = Tab::new();
    for id in ["z", "y", "x", "w"] {
        let _ = tab.on(wish(id), 1_000);
    }
    let waiting: Vec<_> = tab.desks().iter().filter(|d| d.job().phase == Phase::Waiting).collect();
    assert_eq!(waiting.iter().map(|desk| desk.id()).collect::<Vec<_>>(), ["w"]);
}

#[test]
fn what_changes_while_a_row_is_written_is_written_next_and_sent_after_that() {
    let mut tab = Tab::new();
    let _ = tab.on(Happening::Pause(true), 999);
    let first = tab.on(wish("a"), 1_000);
    let none = tab.on(Happening::Pause(false), 1_001);
    assert!(!has(&none, |deed| matches!(deed, Deed::Write { .. } | Deed::Run { .. })), "one at a time");
    let second = tab.on(written(&first), 1_002);
    let Some(Deed::Write { row, instead_of, .. }) = second.iter().find(|d| matches!(d, Deed::Write { .. }))
    else {
        panic!("{second:?}")
    };
    assert!(matches!(record::read(&row.text).unwrap().phase, Phase::Sending { .. }));
    assert!(instead_of.is_some());
    assert!(has(&tab.on(written(&second), 1_003), |deed| matches!(deed, Deed::Run { .. })));
}

#[test]
fn a_picture_is_filed_with_its_row_and_its_letter() {
    let (mut tab, deeds) = polling();
    let errand = errand(&deeds);
    let deeds = tab.on(Happening::PollAnswered { errand, answer: Ok(done_letter()), kept: Ok(()) }, 13_000);
    let Some(Deed::File { errand, filing }) = deeds.iter().find(|deed| matches!(deed, Deed::File { .. }))
    else {
        panic!("{deeds:?}")
    };
    let (facts, _) = filing.look(13_001).unwrap();
    assert_eq!((facts.width, facts.received, &facts.task), (1, 13_001, &task()));
    let row = Row::filed(&errand.job, filing.job(), &facts);
    assert!(!row.active);
    assert_eq!(record::read(&row.text).unwrap().phase, Phase::Done(facts.clone()));
    let deeds = tab.on(Happening::Filed { errand: errand.clone(), result: Ok(facts) }, 13_002);
    assert!(has(&deeds, |deed| *deed == Deed::Tell(Word::Pictures)));
    assert!(has(&deeds, |deed| *deed == Deed::Release { id: "a".into() }));
    assert!(!has(&deeds, |deed| matches!(deed, Deed::Write { .. } | Deed::DropLetter { .. })));
}

#[test]
fn a_final_answer_is_acknowledged_when_it_is_stored_and_not_before() {
    let acknowledged =
        |deeds: &[Deed]| has(deeds, |deed| *deed == Deed::Acknowledge { task: task(), place: "here".into() });
    let any = |deeds: &[Deed]| has(deeds, |deed| matches!(deed, Deed::Acknowledge { .. }));
    // A picture: filed, and not only shown.
    let (mut tab, deeds) = polling();
    let errand = errand(&deeds);
    let answer = Happening::PollAnswered { errand, answer: Ok(done_letter()), kept: Ok(()) };
    let deeds = tab.on(answer, 13_000);
    assert!(!any(&deeds));
    let Some(Deed::File { errand, filing }) = deeds.iter().find(|deed| matches!(deed, Deed::File { .. }))
    else {
        panic!("{deeds:?}")
    };
    let (facts, _) = filing.look(13_001).unwrap();
    let full = NotFiled::Storage { facts: facts.clone(), fault: StorageFault::Full };
    assert!(!any(&tab.on(Happening::Filed { errand: errand.clone(), result: Err(full) }, 13_002)));
    assert!(acknowledged(&tab.on(Happening::Filed { errand: errand.clone(), result: Ok(facts) }, 50_000)));
    // Anything else: with the row that says so.
    for (body, is_final) in
        [(r#"{"uuid":"u-1","status":"FAIL"}"#, true), (r#"{"uuid":"u-1","status":"INITIAL"}"#, false)]
    {
        let (mut tab, deeds) = polling();
        let errand = self::errand(&deeds);
        let letter = Letter { body: body.into(), ..done_letter() };
        let deeds = tab.on(Happening::PollAnswered { errand, answer: Ok(letter), kept: Ok(()) }, 13_000);
        assert!(!any(&deeds));
        assert_eq!(acknowledged(&tab.on(written(&deeds), 13_001)), is_final, "{body}");
    }
}

#[test]
fn that_a_task_is_not_found_is_acknowledged_by_nobody() {
    let (mut tab, mut deeds) = polling();
    for round in 0..3 {
        let now = 13_000 + 60_000 * round;
        let letter = Letter { status: 404, body: b"{}".into(), ..done_letter() };
        let answer = Happening::PollAnswered { errand: errand(&deeds), answer: Ok(letter), kept: Ok(()) };
        deeds = tab.on(answer, now);
        assert!(!has(&deeds, |deed| matches!(deed, Deed::Acknowledge { .. })));
        deeds = tab.on(written(&deeds), now);
        assert!(!has(&deeds, |deed| matches!(deed, Deed::Acknowledge { .. })));
        if round < 2 {
            deeds = tab.on(Happening::Tick, now + 50_000);
            deeds = tab.on(written(&deeds), now + 50_000);
        }
    }
    let phase = &tab.desk("a").unwrap().job().phase;
    assert!(matches!(phase, Phase::Failed(Failure::TaskGone { .. })), "{phase:?}");
}

#[test]
fn a_tab_that_was_overtaken_sends_nothing_and_asks_for_the_lock_again() {
    let mut tab = Tab::new();
    let deeds = tab.on(wish("a"), 1_000);
    let overtaken = Happening::Written { errand: errand(&deeds), result: Err(NotWritten::Overtaken) };
    let deeds = tab.on(overtaken, 1_001);
    assert!(!tab.desk("a").unwrap().is_ours());
    assert!(has(&deeds, |deed| *deed == Deed::Claim { id: "a".into(), steal: false }));
    assert!(!has(&deeds, |deed| matches!(deed, Deed::Run { .. })));
}

#[test]
fn a_task_that_only_a_tab_without_the_lock_has_heard_of_is_brought_in() {
    let mut tab = Tab::new();
    let deeds = tab.on(wish("a"), 1_000);
    let sending = tab.desk("a").unwrap().job().clone();
    let deeds = tab.on(written(&deeds), 1_001);
    let run = errand(&deeds);
    let _ = tab.on(Happening::Revoked { id: "a".into() }, 1_002);
    let deeds = tab.on(Happening::RunAnswered { errand: run, answer: accepted() }, 2_000);
    assert!(has(&deeds, |deed| *deed == Deed::Claim { id: "a".into(), steal: true }));
    let row = Some(record::write(&sending.on(Event::Woken(None), 1_500).0));
    let deeds = tab.on(Happening::Granted { id: "a".into(), row, letter: None }, 2_001);
    assert_eq!(tab.desk("a").unwrap().job().task(), Some(&task()));
    assert!(has(&deeds, |deed| matches!(deed, Deed::Write { strict: true, .. })));
}

#[test]
fn the_quota_s_end_pauses_the_queue_for_all_tabs_until_a_person_goes_on() {
    let (mut tab, deeds) = polling();
    let mut letter = done_letter();
    letter.body = br#"{"status":"FAIL","errorDescription":"The limit has been reached"}"#.to_vec();
    let poll = errand(&deeds);
    let deeds = tab.on(Happening::PollAnswered { errand: poll, answer: Ok(letter), kept: Ok(()) }, 13_000);
    assert_eq!(tab.pause(), Some(Pause::Quota));
    assert!(has(&deeds, |deed| *deed == Deed::KeepPause(Some(Pause::Quota))));
    assert!(has(&deeds, |deed| *deed == Deed::Tell(Word::Queue(Some(Pause::Quota)))));
    let _ = tab.on(wish("b"), 14_000);
    assert_eq!(tab.desk("b").unwrap().job().phase, Phase::Waiting);
    let _ = tab.on(Happening::Pause(false), 15_000);
    assert!(matches!(tab.desk("b").unwrap().job().phase, Phase::Sending { .. }));
}

#[test]
fn a_command_for_another_tab_s_job_is_passed_on() {
    let (driver, _) = polling();
    let row = record::write(driver.desk("a").unwrap().job());
    let mut tab = Tab::new();
    let rows = vec![("a".to_owned(), row)];
    let deeds = tab.on(Happening::Opened { rows, letters: vec![], pause: None }, 13_000);
    assert!(
        has(&deeds, |deed| *deed == Deed::Claim { id: "a".into(), steal: false }),
        "it waits for its turn"
    );
    let deeds = tab.on(Happening::Command { id: "a".into(), command: Command::Stop }, 13_001);
    let stop = |deed: &Deed| matches!(deed, Deed::Tell(Word::Command { id, command: Command::Stop, row }) if id == "a" && *row != 0);
    assert!(has(&deeds, stop));
}

#[test]
fn a_run_is_sent_again_only_by_the_tab_that_drives_the_job_as_the_person_saw_it() {
    let unknown = |now| {
        let job = Job::new(request(), "here".into(), None, now).on(Event::Start, now).0;
        record::write(&job.on(Event::Woken(None), now).0)
    };
    let driver = |row: String| {
        let mut tab = Tab::new();
        let rows = vec![("a".to_owned(), row.clone())];
        let _ = tab.on(Happening::Opened { rows, letters: vec![], pause: None }, 13_000);
        let _ = tab.on(Happening::Granted { id: "a".into(), row: Some(row), letter: None }, 13_000);
        tab
    };
    let mut watcher = Tab::new();
    let rows = vec![("a".to_owned(), unknown(1_000))];
    let _ = watcher.on(Happening::Opened { rows, letters: vec![], pause: None }, 13_000);
    let again = Happening::Command { id: "a".into(), command: Command::SendAgain };
    let said = watcher.on(again, 13_001).into_iter().find_map(|deed| match deed {
        Deed::Tell(word) => Some(word),
        _ => None,
    });
    for (row, sends) in [(unknown(1_000), true), (unknown(2_000), false)] {
        let mut tab = driver(row);
        let _ = tab.on(Happening::Told(said.clone().unwrap()), 13_002);
        assert_eq!(matches!(tab.desk("a").unwrap().job().phase, Phase::Sending { .. }), sends);
    }
}

#[test]
fn a_row_that_cannot_be_read_is_shown_and_can_be_removed_and_hurts_no_other() {
    let (driver, _) = polling();
    let good = record::write(driver.desk("a").unwrap().job());
    let mut tab = Tab::new();
    let rows = vec![("bad".to_owned(), "{".to_owned()), ("a".to_owned(), good)];
    let _ = tab.on(Happening::Opened { rows, letters: vec![], pause: None }, 13_000);
    assert_eq!(tab.unreadable(), [("bad".to_owned(), RecordError::NoRecord)]);
    assert!(tab.desk("a").is_some());
    let deeds = tab.on(Happening::Command { id: "bad".into(), command: Command::Remove }, 13_001);
    assert!(has(&deeds, |deed| *deed == Deed::Erase { id: "bad".into(), row: None }));
}

#[test]
fn a_letter_whose_job_nobody_knows_becomes_a_job() {
    let mut tab = Tab::new();
    let letters = vec![(task(), "lost".to_owned())];
    let _ = tab.on(Happening::Opened { rows: vec![], letters, pause: None }, 1_000);
    assert!(!tab.desk("lost").unwrap().is_listed());
    let letter = Some(done_letter());
    let deeds = tab.on(Happening::Granted { id: "lost".into(), row: None, letter }, 1_001);
    assert!(has(&deeds, |deed| matches!(deed, Deed::File { .. })));
    assert!(tab.desk("lost").unwrap().is_listed());
}

#[test]
fn what_is_cancelled_goes_and_what_was_sent_meanwhile_stays() {
    let (mut tab, _) = polling();
    let _ = tab.on(Happening::Pause(true), 12_001);
    let deeds = tab.on(wish("b"), 12_001);
    let _ = tab.on(written(&deeds), 12_001);
    for id in ["a", "b"] {
        let _ = tab.on(Happening::Command { id: id.into(), command: Command::Cancel }, 12_002);
    }
    assert!(matches!(tab.desk("a").unwrap().job().phase, Phase::Polling(_)));
    assert!(tab.desk("b").is_none());
}

#[test]
fn a_wish_stands_behind_all_that_wait_wherever_they_were_put() {
    let mut tab = Tab::new();
    let _ = tab.on(opened(), 1_000);
    let _ = tab.on(Happening::Pause(true), 1_000);
    for id in ["a", "b", "c"] {
        let _ = tab.on(wish(id), 1_000);
    }
    let _ = tab.on(Happening::Moved { id: "a".into(), before: None }, 1_001);
    let _ = tab.on(Happening::Moved { id: "c".into(), before: Some("b".into()) }, 1_001);
    let _ = tab.on(wish("d"), 1_002);
    let mut row: Vec<(u64, &str)> = tab.desks().iter().map(|desk| (desk.job().order, desk.id())).collect();
    row.sort_unstable();
    assert_eq!(row.into_iter().map(|(_, id)| id).collect::<Vec<_>>(), ["c", "b", "a", "d"]);
}

#[test]
fn another_tab_s_job_is_moved_and_edited_by_the_tab_that_drives_it() {
    let mut tab = Tab::new();
    let job = |n| record::write(&Job::new(request(), "here".into(), None, n));
    let rows = vec![("a".to_owned(), job(1)), ("b".to_owned(), job(2))];
    let _ = tab.on(Happening::Opened { rows, letters: vec![], pause: None }, 1_000);
    let deeds = tab.on(Happening::Moved { id: "b".into(), before: Some("a".into()) }, 1_001);
    let told = |deed: &Deed| matches!(deed, Deed::Tell(Word::Command { id, command: Command::Place(0), .. }) if id == "b");
    assert!(has(&deeds, told), "{deeds:?}");
    let prompt = fusionbrain::Prompt::new("Лысый кот").unwrap();
    let edit = Command::Edit(prompt, None);
    let deeds = tab.on(Happening::Command { id: "a".into(), command: edit.clone() }, 1_002);
    assert!(has(
        &deeds,
        |deed| matches!(deed, Deed::Tell(Word::Command { command, .. }) if *command == edit)
    ));
}

#[test]
fn a_letter_without_a_job_and_without_a_picture_goes() {
    let mut tab = Tab::new();
    let letters = vec![(task(), "lost".to_owned())];
    let _ = tab.on(Happening::Opened { rows: vec![], letters, pause: None }, 1_000);
    let mut letter = done_letter();
    letter.body = br#"{"status":"INITIAL"}"#.to_vec();
    let deeds = tab.on(Happening::Granted { id: "lost".into(), row: None, letter: Some(letter) }, 1_001);
    assert!(has(&deeds, |deed| *deed == Deed::DropLetter { task: task(), at: 5 }));
    assert!(has(&deeds, |deed| *deed == Deed::Release { id: "lost".into() }));
    assert!(tab.desk("lost").is_none());
}

#[test]
fn a_body_that_broke_off_is_no_answer_unless_it_makes_sense() {
    let whole = done_letter();
    let mut cut = whole.clone();
    cut.whole = false;
    assert!(matches!(cut.read(), Ok(StatusAnswer::Done(_))), "only the end of the stream was lost");
    cut.body.truncate(60);
    assert!(matches!(cut.read(), Err(ApiError::CutBody { so_far }) if so_far.starts_with("{\"uuid\"")));
    cut.body.clear();
    assert!(matches!(cut.read(), Err(ApiError::CutBody { .. })), "the status was good, the body is lost");
    cut.status = 404;
    assert!(matches!(cut.read(), Err(ApiError::TaskNotFound { .. })));
}

#[test]
fn tabs_understand_each_other_and_ignore_what_they_do_not_know() {
    let mut words = vec![Word::Job("a \"b\"".into()), Word::Pictures, Word::Queue(None)];
    words.push(Word::Queue(Some(Pause::Quota)));
    for command in [
        Command::Stop,
        Command::SendAgain,
        Command::Remove,
        Command::ToFront,
        Command::Cancel,
        Command::KeepWaiting,
    ] {
        words.push(Word::Command { id: "a".into(), command, row: u32::MAX });
    }
    let prompt = fusionbrain::Prompt::new("Лысый \"кот\"").unwrap();
    let negative = fusionbrain::NegativePrompt::new("туман").unwrap();
    for command in
        [Command::Place(u64::MAX), Command::Edit(prompt.clone(), None), Command::Edit(prompt, negative)]
    {
        words.push(Word::Command { id: "a".into(), command, row: 0 });
    }
    for word in words {
        assert_eq!(Word::read(&word.to_text()), Some(word));
    }
    for odd in ["", "{}", "{\"kind\":\"new\"}", "{\"kind\":\"command\",\"id\":\"a\",\"event\":\"dance\"}"] {
        assert_eq!(Word::read(odd), None);
    }
}
