//! Databases of each version there was, as that version made and filled them, opened by this one.

use wasm_bindgen_test::*;

use super::*;

/// Version 1 as it was released, written by hand and not by today's code: never change it. Bodies are lists of bytes.
const VERSION_1: &str = r#"({
    stores: {
        blobs: { key: null, auto: false, indexes: {} },
        images: { key: "id", auto: false, indexes: { created: ["created", "id"], hash: "hash" } },
        inbox: { key: "task", auto: false, indexes: {} },
        jobs: { key: "id", auto: false, indexes: { active: "active", created: "created" } },
        log: { key: "id", auto: true, indexes: {} },
        prompts: { key: "id", auto: false, indexes: {} },
        settings: { key: "name", auto: false, indexes: {} },
        thumbs: { key: null, auto: false, indexes: {} },
    },
    rows: [
        ["jobs", { id: "j", active: 0, created: 1763838000123, row: "{}" }],
        ["jobs", { id: "k", active: 1, created: 1763838000124, row: "{\"later\":1}" }],
        ["images", { id: "j", created: 1763838000123, favourite: 1, prompt: "кот", negative: "", style: "", width: 64,
            height: 48, kind: "png", size: 3, task: "t", pipeline: "p", seconds: null, hash: "ab" }],
        ["blobs", new Uint8Array([1, 2, 3]).buffer, "j"],
        ["thumbs", { type: "image/webp", bytes: new Uint8Array([4]).buffer }, "j"],
        ["inbox", { task: "u", job: "k", at: 1763838000125, status: 200, headers: [["content-type", "application/json"]],
            body: new Uint8Array([123, 125]).buffer, whole: 1 }],
        ["settings", { name: "komposition.job.k", epoch: 0.5, at: 1763838000126 }],
    ],
})"#;

/// Makes a database from such a fixture.
async fn made(name: &'static str, version: u32, fixture: &str) {
    forgotten(name).await;
    let make = js_sys::Function::new_with_args(
        "name, version, fixture",
        "return new Promise((resolve, reject) => {
            const opening = indexedDB.open(name, version);
            opening.onupgradeneeded = () => {
                for (const [store, { key, auto, indexes }] of Object.entries(fixture.stores)) {
                    const made = opening.result.createObjectStore(store, { keyPath: key, autoIncrement: auto });
                    for (const [index, path] of Object.entries(indexes)) made.createIndex(index, path);
                }
                for (const [store, ...row] of fixture.rows) opening.transaction.objectStore(store).put(...row);
            };
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => resolve(opening.result.close());
        });",
    );
    let fixture = js_sys::eval(fixture).unwrap();
    let making = make.call3(&JsValue::NULL, &name.into(), &version.into(), &fixture).unwrap();
    js::settled(making).await.unwrap();
}

/// The shape of a database as it stands, as text.
async fn shape(name: &'static str) -> String {
    let (open, opened) = raw_as_it_is(name).await;
    assert!(opened);
    let look = js_sys::Function::new_with_args(
        "open",
        "const shape = [...open.objectStoreNames].map((name) => {
            const store = open.transaction(name).objectStore(name);
            const indexes = [...store.indexNames].map((index) => [index, store.index(index).keyPath]);
            const { keyPath: key, autoIncrement: auto } = store;
            return [name, { key, auto, indexes: Object.fromEntries(indexes) }];
        });
        const text = JSON.stringify([open.version, Object.fromEntries(shape)]);
        open.close();
        return text;",
    );
    look.call1(&JsValue::NULL, &open).unwrap().as_string().unwrap()
}

async fn raw_as_it_is(name: &str) -> (JsValue, bool) {
    let request = js::call(&js::global("indexedDB"), "open", &[&name.into()]).unwrap();
    let opened = js::either(&request, "onsuccess", "onerror").await;
    (js::get(&request, if opened { "result" } else { "error" }), opened)
}

async fn opened(name: &'static str) -> Result<Database, Fault> {
    Database::open_as(name, MIGRATIONS, Box::new(|_| {})).await
}

/// All that the fixture of version 1 holds is read by today's code.
async fn holds_version_1(database: &Database) {
    assert_eq!(
        database.job("k").await.unwrap(),
        Some(JobRow {
            id: "k".into(),
            active: true,
            created: 1_763_838_000_124,
            row: r#"{"later":1}"#.into()
        })
    );
    let active = database.active_jobs().await.unwrap();
    assert_eq!((active.rows.len(), active.damaged), (1, 0));
    assert_eq!(database.recent_jobs(9).await.unwrap().rows.len(), 2);
    let found = database.pictures_after(None, 9).await.unwrap();
    assert_eq!((found.rows.len(), found.damaged), (1, 0));
    let row = &found.rows[0];
    assert_eq!((row.prompt.as_str(), row.width, row.height, row.size), ("кот", 64, 48, 3));
    assert!(row.favourite && row.seconds.is_none() && row.kind == "png" && row.hash == "ab");
    assert_eq!(database.ids_by_hash("ab").await.unwrap(), ["j"]);
    assert_eq!(Uint8Array::new(&database.bytes("j").await.unwrap().unwrap()).to_vec(), [1, 2, 3]);
    assert_eq!(database.thumb("j").await.unwrap().unwrap().0, "image/webp");
    let letters = database.letters().await.unwrap();
    assert_eq!((letters.rows, letters.damaged), (vec![("u".into(), "k".into())], 0));
    assert_eq!(database.counts().await.unwrap(), Counts { pictures: 1, jobs: 2, letters: 1 });
}

#[wasm_bindgen_test]
async fn a_database_of_version_1_is_read_whole() {
    let name = "komposition-test-version-1";
    made(name, 1, VERSION_1).await;
    let database = opened(name).await.unwrap();
    holds_version_1(&database).await;
    // And can be written.
    database.put_job(&job("new", true, 1), Durability::Strict, Some("u")).await.unwrap();
    database.take_out(&["j".into()], 5).await.unwrap();
    database.put_back(&["j".into()]).await.unwrap();
    assert_eq!(database.counts().await.unwrap(), Counts { pictures: 1, jobs: 3, letters: 0 });
}

/// Who adds a step to the migrations adds the fixture of the version before it here; who changes one sees this fail.
#[wasm_bindgen_test]
async fn a_fresh_database_has_the_shape_of_the_newest_fixture() {
    assert_eq!(MIGRATIONS.len(), 1, "a new version: add its fixture, and open the one before it in a test");
    let fixture = "komposition-test-shape-fixture";
    made(fixture, 1, VERSION_1).await;
    drop(fresh("komposition-test-shape").await);
    assert_eq!(shape("komposition-test-shape").await, shape(fixture).await);
}

#[wasm_bindgen_test]
async fn the_next_version_will_find_all_that_version_1_holds() {
    fn second(database: &JsValue, transaction: &JsValue) -> Result<(), Thrown> {
        let jobs = js::call(transaction, "objectStore", &[&"jobs".into()])?;
        js::call(&jobs, "createIndex", &[&"row".into(), &"row".into()])?;
        js::call(database, "createObjectStore", &[&"later".into()]).map(drop)
    }
    const LATER: &[Migration] = &[MIGRATIONS[0], second];
    let name = "komposition-test-migration";
    made(name, 1, VERSION_1).await;
    let old = opened(name).await.unwrap();
    let new = Database::open_as(name, LATER, Box::new(|_| {})).await.unwrap();
    holds_version_1(&new).await;
    new.write(vec![Step::put_at("later", "k", 1.into())], Durability::Strict).await.unwrap();
    // The old app finds its database gone over to the new one.
    assert_eq!(old.job("j").await, Err(Fault::Newer));
}

#[wasm_bindgen_test]
async fn a_newer_database_is_refused_and_left_as_it_is() {
    let name = "komposition-test-newer";
    made(name, 9, VERSION_1).await;
    let before = shape(name).await;
    assert!(before.starts_with("[9,"), "{before}");
    assert_eq!(opened(name).await.err(), Some(Fault::Newer));
    assert_eq!(shape(name).await, before);
}

#[wasm_bindgen_test]
async fn a_database_without_stores_is_made_anew() {
    let name = "komposition-test-hollow";
    made(name, 1, "({ stores: {}, rows: [] })").await;
    let database = opened(name).await.unwrap();
    database.put_job(&job("a", true, 1), Durability::Strict, None).await.unwrap();
    assert_eq!(database.job("a").await.unwrap(), Some(job("a", true, 1)));
}

#[wasm_bindgen_test]
async fn a_database_without_some_of_its_stores_is_a_fault_and_no_endless_wait() {
    let name = "komposition-test-half";
    made(name, 1, "({ stores: { images: { key: 'id', auto: false, indexes: {} } }, rows: [] })").await;
    let half = opened(name).await.unwrap();
    assert!(
        matches!(half.active_jobs().await.err(), Some(Fault::Broken(said)) if said.starts_with("NotFoundError"))
    );
    let put = half.put_job(&job("a", true, 1), Durability::Strict, None).await;
    assert!(matches!(put, Err(Fault::Broken(_))));
}

#[wasm_bindgen_test]
async fn a_database_that_cannot_be_opened_for_a_moment_is_tried_again() {
    let factory = js::get(&js::global("IDBFactory"), "prototype");
    js_sys::eval(
        "{ const factory = IDBFactory.prototype, real = factory.open;
        let left = 3;
        factory.open = function () {
            if (!--left) factory.open = real;
            const request = {};
            setTimeout(() => { request.error = new DOMException('busy', 'UnknownError'); request.onerror(); });
            return request;
        } }",
    )
    .unwrap();
    let unlucky = js::get(&factory, "open");
    let database = opened("komposition-test-busy").await.unwrap();
    assert_ne!(js::get(&factory, "open"), unlucky, "it was asked three times in vain");
    database.put_job(&job("a", true, 1), Durability::Strict, None).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_migration_that_fails_leaves_the_old_version_as_it_was() {
    fn broken(database: &JsValue, _: &JsValue) -> Result<(), Thrown> {
        js::call(database, "createObjectStore", &[&"half".into()])?;
        Err(JsValue::NULL)
    }
    const LATER: &[Migration] = &[MIGRATIONS[0], broken];
    let name = "komposition-test-broken";
    let old = fresh(name).await;
    old.put_job(&job("a", true, 1), Durability::Strict, None).await.unwrap();
    assert!(matches!(Database::open_as(name, LATER, Box::new(|_| {})).await.err(), Some(Fault::Broken(_))));
    assert_eq!(old.job("a").await.unwrap(), Some(job("a", true, 1)));
}
