//! Browsers that keep nothing, or have no room: pictures still come, and can be saved as files. Databases as other versions
//! of the app, or chance, have left them.

use anyhow::{Context, Result, ensure};
use komposition_tests::{Script, Service, Stage, tests};

tests![
    forbidden_storage_is_said_and_pictures_still_come,
    a_database_that_never_answers_keeps_no_picture_back,
    a_picture_without_room_is_kept_in_the_tab_until_there_is_room,
    without_room_for_a_job_the_person_decides,
    a_database_of_version_1_is_opened_with_all_it_holds,
    a_newer_database_is_left_alone_and_said,
    damaged_rows_break_nothing,
    a_job_that_cannot_be_read_is_told_and_can_be_removed,
];

/// A private window, a sandboxed frame: there is no database.
const FORBIDDEN: &str = "Object.defineProperty(window, 'indexedDB', { get: () => undefined });";

/// A database that is there and never opens; and nobody else who could try, but the page.
const MUTE: &str = "IDBFactory.prototype.open = () => ({});
    Object.defineProperty(Navigator.prototype, 'serviceWorker', { get: () => undefined });";

/// No room in the stores that the test names in `full`.
const FULL: &str = "window.full = [];
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...row) {
        if (full.includes(this.name)) throw new DOMException('no room', 'QuotaExceededError');
        return put.apply(this, row);
    };";

async fn lacking(stage: &Stage, lacking: &'static str) -> Result<Service> {
    let service = stage.service(Script { lacking: Some(lacking), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    Ok(service)
}

/// Waits for a picture that is only in the tab's memory, and looks whether it can be saved as a file.
async fn unsaved(stage: &Stage, prompt: &str, failure: &str) -> Result<()> {
    let job = stage
        .job(prompt, "here but unsaved", |job| {
            job.phase == "unsaved" && job.picture.as_ref().is_some_and(|picture| picture.width > 0)
        })
        .await?;
    ensure!(job.failure.as_deref() == Some(failure), "told as {failure}: {job:?}");
    ensure!(!job.sentence.is_empty(), "it is said: {job:?}");
    let (name, bytes) = stage.downloaded(prompt).await?;
    ensure!(name.ends_with(".png") && bytes.starts_with(b"\x89PNG"), "a picture to save: {name} {bytes:?}");
    Ok(())
}

async fn forbidden_storage_is_said_and_pictures_still_come(stage: &Stage) -> Result<()> {
    let service = lacking(stage, FORBIDDEN).await?;
    // Whoever begins to type is told.
    stage.fill("#prompt", "с").await?;
    stage.shown("#notice").await?;
    let notice = stage.attribute("#notice", "data-failure").await?;
    ensure!(notice.as_deref() == Some("storage-missing"), "said before a run is sent: {notice:?}");
    for prompt in ["сова", "вторая сова"] {
        stage.create(prompt).await?;
        unsaved(stage, prompt, "storage-missing").await?;
    }
    let notice = stage.attribute("#notice", "data-failure").await?;
    ensure!(notice.as_deref() == Some("storage-missing"), "and it is still what is said: {notice:?}");
    ensure!(service.runs().len() == 2, "each was sent once");
    Ok(())
}

/// As WebKitGTK sometimes does it in a new tab.
async fn a_database_that_never_answers_keeps_no_picture_back(stage: &Stage) -> Result<()> {
    let service = lacking(stage, MUTE).await?;
    stage.create("немой архив").await?;
    // Opening is given up, then looking for a letter, then storing one: ten seconds each.
    let patience = std::time::Duration::from_secs(70);
    stage.job_within(patience, "немой архив", "here but unsaved", |job| job.phase == "unsaved").await?;
    unsaved(stage, "немой архив", "storage-missing").await?;
    ensure!(service.runs().len() == 1, "sent once");
    Ok(())
}

async fn a_picture_without_room_is_kept_in_the_tab_until_there_is_room(stage: &Stage) -> Result<()> {
    let service = lacking(stage, FULL).await?;
    stage.run("full.push('blobs');", &[]).await?;
    stage.create("тесный сундук").await?;
    unsaved(stage, "тесный сундук", "storage-full").await?;
    let notice = stage.attribute("#notice", "data-failure").await?;
    ensure!(notice.as_deref() == Some("storage-full"), "the queue is paused, and says so: {notice:?}");
    // A wish waits, and is not burnt.
    stage.create("после сундука").await?;
    stage.job("после сундука", "waiting", |job| job.phase == "waiting").await?;
    ensure!(service.runs().len() == 1, "nothing is sent that could not be kept");
    stage.run("full.length = 0;", &[]).await?;
    stage.click("li.job[data-phase='unsaved'] [data-action='save-again']").await?;
    stage.picture("тесный сундук").await?;
    stage.picture("после сундука").await?;
    stage.reload().await?;
    stage.picture("тесный сундук").await?;
    stage.picture("после сундука").await?;
    ensure!(service.runs().len() == 2, "each was sent once");
    Ok(())
}

async fn without_room_for_a_job_the_person_decides(stage: &Stage) -> Result<()> {
    let service = lacking(stage, FULL).await?;
    stage.run("full.push('jobs', 'blobs');", &[]).await?;
    stage.create("бездомный").await?;
    let job = stage.job("бездомный", "unkept", |job| job.phase == "unkept").await?;
    ensure!(
        job.failure.as_deref() == Some("storage-full") && !job.sentence.is_empty(),
        "it says why: {job:?}"
    );
    ensure!(service.runs().is_empty(), "nothing is sent that could not be written down first");
    stage.click("li.job [data-action='send-anyway']").await?;
    unsaved(stage, "бездомный", "storage-full").await?;
    let runs = service.runs();
    ensure!(runs.len() == 1, "sent once");
    runs.first().context("no run")?.params().map(drop)
}

/// Opens a page of the service's origin that is not the app, and makes a database there.
async fn prepared(stage: &Stage, version: u32, make: &str) -> Result<Service> {
    let service = stage.service(Script::default()).await?;
    stage.driver().goto(format!("{}/poll.js", service.origin)).await?;
    let made = format!(
        "(async () => {{
            const opening = indexedDB.open('komposition', {version});
            opening.onupgradeneeded = () => {{ const open = opening.result; {make} }};
            const open = await new Promise((resolve, reject) => {{
                opening.onsuccess = () => resolve(opening.result);
                opening.onerror = () => reject(opening.error);
            }});
            open.close();
            return true;
        }})()"
    );
    let made: bool = stage.look_later(&made).await?;
    ensure!(made, "the database could not be made");
    Ok(service)
}

/// Version 1 as it was released, by hand: never change it. (All that is in it: see `VERSION_1` in the database's own tests.)
const VERSION_1: &str = r#"
    const paths = { jobs: 'id', images: 'id', blobs: null, thumbs: null, inbox: 'task', prompts: 'id', settings: 'name', log: 'id' };
    const stores = {};
    for (const [name, keyPath] of Object.entries(paths)) stores[name] = open.createObjectStore(name, { keyPath, autoIncrement: name === 'log' });
    stores.jobs.createIndex('active', 'active');
    stores.jobs.createIndex('created', 'created');
    stores.images.createIndex('created', ['created', 'id']);
    stores.images.createIndex('hash', 'hash');
    const task = '6b3d2f0e-7d0c-4b5e-9a51-0000000000aa';
    const job = (id, active, created, prompt, phase) => stores.jobs.put({ id, active, created, row: JSON.stringify({
        v: 1, created, request: { pipeline: 'p', prompt, width: 512, height: 512 }, place: 'relay ' + location.origin + '/', phase }) });
    job('old', 0, 1763838000123, 'старая картинка', { is: 'done', picture: { task, kind: 'png', width: 1, height: 1, received: 1763838000999 } });
    job('left', 1, 1763838000124, 'оставленная', { is: 'accepted', task: '6b3d2f0e-7d0c-4b5e-9a51-0000000000bb' });
    const bytes = Uint8Array.from(atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='), (c) => c.charCodeAt(0));
    stores.blobs.put(bytes.buffer, 'old');
    stores.images.put({ id: 'old', created: 1763838000123, favourite: 0, prompt: 'старая картинка', negative: '', style: '', width: 1,
        height: 1, kind: 'png', size: bytes.length, task, pipeline: 'p', seconds: null, hash: '' });
"#;

async fn a_database_of_version_1_is_opened_with_all_it_holds(stage: &Stage) -> Result<()> {
    let service = prepared(stage, 1, VERSION_1).await?;
    stage.open(&service.origin).await?;
    stage.picture("старая картинка").await?;
    // What was on its way is asked for.
    stage.picture("оставленная").await?;
    ensure!(service.runs().is_empty(), "nothing of it is sent again");
    Ok(())
}

async fn a_newer_database_is_left_alone_and_said(stage: &Stage) -> Result<()> {
    let service = prepared(stage, 9, "open.createObjectStore('of-the-future');").await?;
    stage.open(&service.origin).await?;
    let notice = stage
        .until_value(
            "the notice",
            "document.querySelector('#notice')?.dataset.failure ?? ''",
            |said: &String| !said.is_empty(),
        )
        .await?;
    ensure!(notice == "storage-missing", "said before a run is sent: {notice}");
    stage.create("гость из прошлого").await?;
    unsaved(stage, "гость из прошлого", "storage-missing").await?;
    let left: bool = stage
        .look_later(
            "indexedDB.databases().then((all) => all.some(({ name, version }) => name === 'komposition' && version === 9))",
        )
        .await?;
    ensure!(left, "the newer database is as it was");
    Ok(())
}

async fn damaged_rows_break_nothing(stage: &Stage) -> Result<()> {
    let nonsense = r#"
        const row = (store, value) => stores[store].put(value);
        row('jobs', { id: 'a', active: 1 });
        row('jobs', { id: 'b', active: 1, created: 'soon', row: '{' });
        row('jobs', { id: 'c', active: 1, created: NaN, row: 7 });
        row('jobs', { id: 'd', active: 1, created: 1763838000130, row: '{"v":1,"created":[],"request":null}' });
        row('jobs', { id: 'e', active: 0, created: 1763838000131, row: 'nonsense' });
        row('jobs', { id: 'f', active: 1, created: 1763838000132, row: '{"v":99}' });
        row('images', { id: 'b', created: 2 });
        row('images', { id: 'c', created: 3, kind: 7, prompt: [] });
        row('inbox', { task: 'x' });
        row('inbox', { task: 5, job: 'left' });
        row('inbox', { task: '6b3d2f0e-7d0c-4b5e-9a51-0000000000bb', job: 'left', at: 'now', status: 'fine', headers: 7 });
        row('settings', { name: 'komposition.job.left', epoch: 'x' });
    "#;
    let service = prepared(stage, 1, &format!("{VERSION_1}{nonsense}")).await?;
    stage.run("localStorage.setItem('komposition.pause', 'nonsense'); localStorage.setItem('komposition.learned', '1 -2 x');", &[]).await?;
    stage.open(&service.origin).await?;
    stage.picture("старая картинка").await?;
    stage.picture("оставленная").await?;
    stage.create("новая").await?;
    stage.picture("новая").await?;
    stage.reload().await?;
    for prompt in ["старая картинка", "оставленная", "новая"] {
        stage.picture(prompt).await?;
    }
    ensure!(service.runs().len() == 1, "one was sent, once");
    Ok(())
}

async fn a_job_that_cannot_be_read_is_told_and_can_be_removed(stage: &Stage) -> Result<()> {
    let of_the_future =
        r#"stores.jobs.put({ id: 'f', active: 1, created: 1763838000132, row: '{"v":99}' });"#;
    let service = prepared(stage, 1, &format!("{VERSION_1}{of_the_future}")).await?;
    stage.open(&service.origin).await?;
    let told = "document.querySelector('#notice')?.dataset.failure === 'jobs-unreadable'";
    stage.until_true("it to be told", told).await?;
    ensure!(stage.text("#notice").await?.contains('1'), "how many there are");
    stage.click("#notice [data-action=remove]").await?;
    stage.until_true("nothing more to be told", &format!("!({told})")).await?;
    stage.reload().await?;
    // What can be read is still there, and by then the other would have been told.
    stage.picture("оставленная").await?;
    ensure!(!stage.look::<bool>(told).await?, "it is gone for good");
    Ok(())
}
