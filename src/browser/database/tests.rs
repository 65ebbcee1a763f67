mod damaged;
mod prompts;
mod versions;

use std::cell::Cell;

use js_sys::Uint8Array;
use studio::Ms;
use wasm_bindgen_test::*;

use super::{pictures::Purged, *};

/// A database of this test's own, empty.
async fn fresh(name: &'static str) -> Database {
    forgotten(name).await;
    Database::open_as(name, MIGRATIONS, Box::new(|_| {})).await.unwrap()
}

async fn forgotten(name: &str) {
    let request = js::call(&js::global("indexedDB"), "deleteDatabase", &[&name.into()]).unwrap();
    assert!(js::either(&request, "onsuccess", "onerror").await);
}

/// A raw connection, as other code of the same origin would have it.
async fn raw(name: &str, version: u32) -> (JsValue, bool) {
    let request = js::call(&js::global("indexedDB"), "open", &[&name.into(), &version.into()]).unwrap();
    let opened = js::either(&request, "onsuccess", "onerror").await;
    (js::get(&request, if opened { "result" } else { "error" }), opened)
}

fn job(id: &str, active: bool, created: Ms) -> JobRow {
    JobRow { id: id.into(), active, created, row: format!("{{\"of\":\"{id} кот\"}}") }
}

fn picture<'a>(id: &'a str, created: Ms) -> NewPicture<'a> {
    NewPicture {
        id,
        created,
        prompt: "Пушистый кот",
        negative: "",
        style: "ANIME",
        width: 1024,
        height: 576,
        kind: "png",
        task: "t-1",
        pipeline: "p",
        seconds: Some(12.5),
        hash: "ab",
    }
}

async fn letter(database: &Database, task: &str, at: Ms) {
    let row = js::object(&[
        ("task", task.into()),
        ("job", "a".into()),
        ("at", (at as f64).into()),
        ("body", js_sys::ArrayBuffer::new(3).into()),
    ]);
    database.write(vec![Step::put("inbox", row)], Durability::Strict).await.unwrap();
}

#[wasm_bindgen_test]
async fn jobs_are_found_by_id_by_being_active_and_by_age() {
    let database = fresh("komposition-test-jobs").await;
    for (id, active, created) in
        [("a", true, 30), ("b", false, 20), ("c", true, 10), ("d", true, 1_763_838_000_123)]
    {
        database.put_job(&job(id, active, created), Durability::Strict, None).await.unwrap();
    }
    assert_eq!(database.job("d").await.unwrap(), Some(job("d", true, 1_763_838_000_123)));
    assert_eq!(database.job("nobody").await.unwrap(), None);
    let ids = |rows: Rows<JobRow>| rows.rows.into_iter().map(|job| job.id).collect::<String>();
    assert_eq!(ids(database.active_jobs().await.unwrap()), "cad");
    assert_eq!(ids(database.recent_jobs(3).await.unwrap()), "dab");
    database.put_job(&job("c", false, 10), Durability::Relaxed, None).await.unwrap();
    assert!(!database.erase_job("a", Some("another")).await.unwrap(), "another tab has changed it");
    assert_eq!(ids(database.active_jobs().await.unwrap()), "ad");
    assert!(database.erase_job("a", Some(&job("a", true, 30).row)).await.unwrap());
    assert_eq!(ids(database.active_jobs().await.unwrap()), "d");
}

#[wasm_bindgen_test]
async fn a_job_is_written_only_over_the_row_that_was_read() {
    let database = fresh("komposition-test-replace").await;
    let row = |text: &str| JobRow { row: text.into(), ..job("a", true, 1) };
    let replace = async |new: &str, old: Option<&str>| {
        database.replace_job(&row(new), old, Durability::Strict).await.unwrap()
    };
    assert!(replace("first", None).await);
    assert!(!replace("twice", None).await, "another tab was quicker");
    assert!(!replace("second", Some("other")).await);
    assert!(replace("second", Some("first")).await);
    assert_eq!(database.job("a").await.unwrap(), Some(row("second")));
}

async fn tasks(database: &Database) -> Vec<String> {
    database.letters().await.unwrap().rows.into_iter().map(|(task, _)| task).collect()
}

#[wasm_bindgen_test]
async fn a_letter_goes_with_the_job_that_read_it() {
    let database = fresh("komposition-test-letters").await;
    for task in ["t-1", "t-2", "t-3"] {
        letter(&database, task, 5).await;
    }
    database.put_job(&job("a", true, 1), Durability::Strict, Some("t-2")).await.unwrap();
    assert_eq!(tasks(&database).await, ["t-1", "t-3"]);
}

#[wasm_bindgen_test]
async fn only_the_letter_that_was_read_is_dropped() {
    let database = fresh("komposition-test-drop").await;
    for task in ["t-1", "t-2"] {
        letter(&database, task, 5).await;
    }
    assert!(database.drop_letter("t-1", 5).await.unwrap());
    assert_eq!(tasks(&database).await, ["t-2"]);
    // It was read, and meanwhile the next one came: perhaps the one with the picture.
    letter(&database, "t-2", 6).await;
    assert!(!database.drop_letter("t-2", 5).await.unwrap());
    assert_eq!(tasks(&database).await, ["t-2"]);
    assert!(!database.drop_letter("nobody's", 5).await.unwrap());
}

#[wasm_bindgen_test]
async fn a_picture_its_job_and_the_end_of_its_letter_are_filed_together() {
    let database = fresh("komposition-test-file").await;
    letter(&database, "t-1", 5).await;
    let bytes: Vec<u8> = (0..200_000).map(|i| i as u8).collect();
    database.file(&picture("a", 5), &bytes, Some(&job("a", false, 5)), Some("t-1")).await.unwrap();
    assert_eq!(database.counts().await.unwrap(), Counts { pictures: 1, jobs: 1, letters: 0 });
    let held = database.bytes("a").await.unwrap().unwrap();
    assert_eq!(Uint8Array::new(&held).to_vec(), bytes);
    let found = database.pictures(&["a".into(), "nobody".into()]).await.unwrap();
    assert_eq!((found.rows.len(), found.damaged), (1, 0));
    let row = &found.rows[0];
    assert_eq!((row.prompt.as_str(), row.size, row.seconds), ("Пушистый кот", 200_000, Some(12.5)));
}

#[wasm_bindgen_test]
async fn what_cannot_be_written_whole_is_not_written_at_all() {
    let database = fresh("komposition-test-whole").await;
    let steps = vec![job("a", true, 1).put(), Step::put("inbox", js::object(&[("no", "task".into())]))];
    assert!(
        matches!(database.write(steps, Durability::Strict).await, Err(Fault::Broken(said)) if said.starts_with("DataError"))
    );
    assert_eq!(database.counts().await.unwrap(), Counts { pictures: 0, jobs: 0, letters: 0 });
}

#[wasm_bindgen_test]
async fn pictures_are_listed_in_the_order_of_their_making_and_read_in_chunks() {
    let database = fresh("komposition-test-list").await;
    assert!(database.newest(3).await.unwrap().rows.is_empty());
    for (id, created) in [("c", 7), ("b", 7), ("a", 9), ("d", 1)] {
        database.file(&picture(id, created), b"123", None, None).await.unwrap();
    }
    assert_eq!(database.picture_ids().await.unwrap(), ["d", "b", "c", "a"]);
    assert_eq!(database.picture_count().await.unwrap(), 4);
    for (count, newest) in [(1, "a"), (2, "ca"), (4, "dbca"), (99, "dbca")] {
        let rows = database.newest(count).await.unwrap().rows;
        assert_eq!(rows.into_iter().map(|row| row.id).collect::<String>(), newest);
    }
    let first = database.pictures_after(None, 2).await.unwrap().rows;
    let last = first.last().unwrap();
    let rest = database.pictures_after(Some((last.created, &last.id)), 9).await.unwrap().rows;
    let ids: Vec<&str> = first.iter().chain(&rest).map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["d", "b", "c", "a"]);
    assert_eq!(database.ids_by_hash("ab").await.unwrap().len(), 4);

    database.set_favourites(&["b".into()], true).await.unwrap();
    database.set_hash("b", "cd").await.unwrap();
    database.set_favourites(&["nobody".into()], true).await.unwrap();
    let row = database.pictures(&["b".into()]).await.unwrap().rows.remove(0);
    assert!(row.favourite && row.hash == "cd");
}

#[wasm_bindgen_test]
async fn what_was_taken_out_is_in_no_list_comes_back_whole_or_is_deleted_for_good() {
    let database = fresh("komposition-test-undo").await;
    for id in ["a", "b", "c"] {
        database.file(&picture(id, 1), b"123", None, None).await.unwrap();
        database.put_thumb(id, "image/webp", &js_sys::ArrayBuffer::new(2)).await.unwrap();
    }
    let before = database.pictures(&["b".into()]).await.unwrap().rows;
    database.take_out(&["b".into(), "c".into()], 1_000).await.unwrap();
    assert_eq!(database.picture_ids().await.unwrap(), ["a"]);
    assert_eq!(database.ids_by_hash("ab").await.unwrap(), ["a"]);
    assert_eq!(database.counts().await.unwrap().pictures, 1);
    database.put_back(&["b".into()]).await.unwrap();
    assert_eq!(database.pictures(&["b".into()]).await.unwrap().rows, before);

    assert_eq!(database.purge(1_000).await.unwrap(), Purged { deleted: 0, damaged: 0 });
    assert!(database.bytes("c").await.unwrap().is_some());
    let lost = js::object(&[("id", "lost".into())]);
    database.write(vec![Step::put("images", lost)], Durability::Relaxed).await.unwrap();
    assert_eq!(database.purge(1_001).await.unwrap(), Purged { deleted: 1, damaged: 1 });
    assert!(database.bytes("c").await.unwrap().is_none() && database.thumb("c").await.unwrap().is_none());
    assert_eq!(database.thumb("b").await.unwrap().unwrap().0, "image/webp");

    database.forget_everything().await.unwrap();
    assert_eq!(database.counts().await.unwrap(), Counts { pictures: 0, jobs: 0, letters: 0 });
    assert!(database.bytes("a").await.unwrap().is_none());
}

#[wasm_bindgen_test]
async fn only_what_is_still_out_is_deleted_for_good() {
    let database = fresh("komposition-test-for-good").await;
    for id in ["a", "b", "c"] {
        database.file(&picture(id, 1), b"123", None, None).await.unwrap();
    }
    let all = ["a".to_owned(), "b".into(), "c".into(), "nobody".into()];
    database.take_out(&all[..2], 5).await.unwrap();
    database.put_back(&all[1..]).await.unwrap();
    database.delete_for_good(&all).await.unwrap();
    assert_eq!(database.picture_ids().await.unwrap(), ["b", "c"]);
    assert!(database.bytes("a").await.unwrap().is_none());
    assert!(database.bytes("b").await.unwrap().is_some() && database.bytes("c").await.unwrap().is_some());
}

#[wasm_bindgen_test]
async fn two_changes_of_one_row_at_once_are_both_made() {
    let database = fresh("komposition-test-both").await;
    database.file(&picture("a", 1), b"123", None, None).await.unwrap();
    let other = database.clone();
    wasm_bindgen_futures::spawn_local(async move { other.set_hash("a", "cd").await.unwrap() });
    database.set_favourites(&["a".into()], true).await.unwrap();
    // A read waits for the writes before it.
    let row = database.pictures(&["a".into()]).await.unwrap().rows.remove(0);
    assert!(row.favourite && row.hash == "cd");
}

#[wasm_bindgen_test]
async fn a_newer_app_gets_the_database_at_once_and_the_old_one_says_so() {
    let name = "komposition-test-replaced";
    forgotten(name).await;
    let heard = Rc::new(Cell::new(None));
    let note = Rc::clone(&heard);
    let old =
        Database::open_as(name, MIGRATIONS, Box::new(move |notice| note.set(Some(notice)))).await.unwrap();
    let (newer, opened) = raw(name, 9).await;
    assert!(opened);
    assert_eq!(heard.get(), Some(Notice::Replaced));
    assert_eq!(old.put_job(&job("a", true, 1), Durability::Strict, None).await, Err(Fault::Newer));
    js::call(&newer, "close", &[]).unwrap();
}

#[wasm_bindgen_test]
async fn an_old_tab_that_does_not_let_go_is_told_of_and_waited_for() {
    let name = "komposition-test-blocked";
    forgotten(name).await;
    let (old, _) = raw(name, 1).await;
    let holds = old.clone();
    let heard = Rc::new(Cell::new(None));
    let note = Rc::clone(&heard);
    const LATER: &[Migration] = &[MIGRATIONS[0], MIGRATIONS[0]];
    let opening = Database::open_as(
        name,
        LATER,
        Box::new(move |notice| {
            note.set(Some(notice));
            let _ = js::call(&holds, "close", &[]);
        }),
    );
    // Its second step makes the stores: the raw one had made none.
    opening.await.unwrap().put_job(&job("a", true, 1), Durability::Strict, None).await.unwrap();
    assert_eq!(heard.get(), Some(Notice::Blocked));
}

#[wasm_bindgen_test]
async fn a_connection_that_was_closed_is_opened_again() {
    let database = fresh("komposition-test-again").await;
    database.put_job(&job("a", true, 1), Durability::Strict, None).await.unwrap();
    let open = database.0.connection.borrow().clone().unwrap();
    js::call(&open, "close", &[]).unwrap();
    assert_eq!(database.job("a").await.unwrap(), Some(job("a", true, 1)));
    // Deleted from outside: made anew, and empty.
    forgotten("komposition-test-again").await;
    assert_eq!(database.job("a").await.unwrap(), None);
    database.put_job(&job("b", true, 1), Durability::Strict, None).await.unwrap();
}

#[wasm_bindgen_test]
fn faults_are_told_by_their_names() {
    let fault = |name: &str| Fault::of(&js::object(&[("name", name.into()), ("message", "why".into())]));
    assert_eq!(fault("QuotaExceededError"), Fault::Full);
    assert_eq!(fault("VersionError"), Fault::Newer);
    assert_eq!(fault("SecurityError"), Fault::Missing);
    assert_eq!(fault("DataError"), Fault::Broken("DataError: why".into()));
}

#[wasm_bindgen_test]
async fn an_answer_that_nobody_could_use_is_kept_under_its_job_until_it_is_dropped() {
    let database = fresh("komposition-test-reports").await;
    assert_eq!(database.report("a").await.unwrap(), None);
    database.keep_report("a", "<html>кот").await.unwrap();
    assert_eq!(database.report("a").await.unwrap().as_deref(), Some("<html>кот"));
    database.drop_report("a").await.unwrap();
    database.drop_report("a").await.unwrap();
    assert_eq!(database.report("a").await.unwrap(), None);
}
