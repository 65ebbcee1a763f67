//! Rows that no version of the app has written, or that were spoilt since.

use wasm_bindgen_test::*;

use super::*;

/// A fresh database with these rows beside one good job, picture and letter. The rows are JavaScript: `[store, row]`.
async fn spoilt(name: &'static str, rows: &str) -> Database {
    let database = fresh(name).await;
    let rows: Array = js_sys::eval(&format!("[{rows}]")).unwrap().unchecked_into();
    for row in rows.iter() {
        let row = Array::from(&row);
        let store = match row.get(0).as_string().unwrap().as_str() {
            "jobs" => "jobs",
            "images" => "images",
            _ => "inbox",
        };
        database.write(vec![Step::put(store, row.get(1))], Durability::Relaxed).await.unwrap();
    }
    database.put_job(&job("good", true, 1), Durability::Relaxed, None).await.unwrap();
    database.file(&picture("fine", 1), b"1", None, None).await.unwrap();
    letter(&database, "t-good", 7).await;
    database
}

#[wasm_bindgen_test]
async fn damaged_jobs_are_counted_and_the_others_read() {
    let database = spoilt(
        "komposition-test-damaged-jobs",
        r#"["jobs", { id: "x", active: 1 }], ["jobs", { id: "y", active: 1, created: "soon", row: "" }],
        ["jobs", { id: "z", active: 1, created: 1, row: 7 }], ["jobs", { id: ["w"], active: 1, created: 1, row: "{}" }],
        ["jobs", { id: "v", active: 1, created: NaN, row: new Date(0) }]"#,
    )
    .await;
    let found = database.active_jobs().await.unwrap();
    assert_eq!((found.rows, found.damaged), (vec![job("good", true, 1)], 5));
    // Only what has a time is in this list.
    let found = database.recent_jobs(99).await.unwrap();
    assert_eq!((found.rows, found.damaged), (vec![job("good", true, 1)], 3));
    assert_eq!(database.job("x").await.unwrap(), None);
    // A damaged row is in nobody's way: it can be written over, and erased.
    assert!(database.replace_job(&job("x", true, 2), None, Durability::Strict).await.unwrap());
    assert!(database.erase_job("z", None).await.unwrap());
    assert_eq!(database.active_jobs().await.unwrap().damaged, 3);
}

#[wasm_bindgen_test]
async fn damaged_pictures_are_counted_and_the_others_read() {
    let database = spoilt(
        "komposition-test-damaged-pictures",
        r#"["images", { id: "bad", created: 2 }], ["images", { id: "odd", created: 3, kind: 7, prompt: [] }],
        ["images", { id: "old", created: "soon", kind: "png" }], ["images", { id: "nowhere", kind: "png" }]"#,
    )
    .await;
    let all = database.pictures_after(None, 10).await.unwrap();
    assert_eq!((all.rows.len(), all.damaged), (1, 3));
    let asked = ["bad", "fine", "odd"].map(String::from);
    let found = database.pictures(&asked).await.unwrap();
    assert_eq!((found.rows.len(), found.damaged), (1, 2));
    // What the library does to all it is shown does no harm to such rows, and none to the others.
    database.take_out(&asked, 5).await.unwrap();
    database.put_back(&asked).await.unwrap();
    database.set_favourites(&["bad".into()], true).await.unwrap();
    database.purge(99).await.unwrap();
    let again = database.pictures_after(None, 10).await.unwrap();
    assert_eq!((again.rows, again.damaged), (all.rows, 3));
    assert!(database.bytes("bad").await.unwrap().is_none());
}

#[wasm_bindgen_test]
async fn damaged_letters_are_counted_and_the_others_read() {
    let database = spoilt(
        "komposition-test-damaged-letters",
        r#"["inbox", { task: "t-x" }], ["inbox", { task: 5, job: "a" }], ["inbox", { task: "t-y", job: 1, at: "now" }]"#,
    )
    .await;
    let found = database.letters().await.unwrap();
    assert_eq!((found.rows, found.damaged), (vec![("t-good".into(), "a".into())], 3));
    assert!(!database.drop_letter("t-y", 1).await.unwrap());
}
