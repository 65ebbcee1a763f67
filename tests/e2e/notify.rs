//! Telling somebody who does not look at the page.

use anyhow::{Result, ensure};
use komposition_tests::{Script, Service, Stage, tests};
use serde_json::json;

tests![
    who_does_not_look_is_told_once_for_a_batch,
    who_looks_is_told_nothing,
    a_failure_is_told_too,
    a_refused_permission_is_said_with_the_way_out,
    the_sound_is_off_until_it_is_chosen,
    a_batch_with_a_failure_is_one_notification_that_counts_both,
    the_title_counts_what_is_under_way,
    what_waits_for_a_person_is_told,
    a_picture_that_cannot_be_stored_is_a_picture
    ; in chromium:
    the_browsers_own_notification_has_the_words,
];

/// Stands for the engine's notifications, which a driver can neither allow nor see everywhere; and for looking away. Where a
/// driver can, the engine's own are looked at: see `the_browsers_own_notification_has_the_words`.
const STUB: &str = "window.told = []; window.looks = true; window.answer = 'granted';
    window.Notification = class {
        static permission = 'default';
        static async requestPermission() { return (window.Notification.permission = window.answer); }
        constructor(title, options) { window.told.push({ title, body: options.body }); }
    };
    Document.prototype.hasFocus = () => window.looks;
    window.tones = 0;
    window.AudioContext = class {
        constructor() { window.tones += 1; }
        currentTime = 0; destination = {};
        createOscillator() { return { frequency: {}, connect() {}, start() {}, stop() {} }; }
        createGain() { return { gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect() {} }; }
        close() {}
    };";

async fn page(stage: &Stage, script: Script) -> Result<Service> {
    // What the test lacks beside it.
    let lacking = [STUB, script.lacking.unwrap_or_default()].concat().leak();
    let service = stage.service(Script { lacking: Some(lacking), ..script }).await?;
    stage.open(&service.origin).await?;
    Ok(service)
}

async fn told(stage: &Stage, count: usize) -> Result<Vec<String>> {
    let all = "told.map(({ title, body }) => `${title}: ${body}`)";
    stage.until_value("the notifications", all, |told: &Vec<String>| told.len() == count).await
}

async fn who_does_not_look_is_told_once_for_a_batch(stage: &Stage) -> Result<()> {
    let _service = page(stage, Script { status_time: Some(3), ..Script::default() }).await?;
    stage.create("кот").await?;
    stage.click("[data-action='tell-me']").await?;
    stage.until_true("it to be on", "localStorage.getItem('komposition.notify') === 'on'").await?;
    stage.picture("кот").await?;
    ensure!(stage.look::<usize>("told.length").await? == 0, "who looks sees it");
    // Asked for in one press, as far as the clock can tell: within a second.
    stage.run("window.looks = false;", &[]).await?;
    stage.fill("#prompt", "маяк").await?;
    stage.run("const create = document.querySelector('#create'); create.click(); create.click(); create.click();", &[]).await?;
    let told = told(stage, 1).await?;
    ensure!(told[0].starts_with("Готово: 3 картинки: ") && told[0].ends_with("маяк"), "{told:?}");
    Ok(())
}

async fn who_looks_is_told_nothing(stage: &Stage) -> Result<()> {
    let _service = page(stage, Script::default()).await?;
    stage
        .run("localStorage.setItem('komposition.notify', 'on'); Notification.permission = 'granted';", &[])
        .await?;
    stage.create("кот").await?;
    stage.picture("кот").await?;
    stage.run("window.looks = false;", &[]).await?;
    stage.create("маяк").await?;
    stage.picture("маяк").await?;
    let told = told(stage, 1).await?;
    ensure!(told[0].ends_with("маяк"), "what was seen is not told later: {told:?}");
    Ok(())
}

async fn a_failure_is_told_too(stage: &Stage) -> Result<()> {
    let _service = page(stage, Script { broken_pictures: true, ..Script::default() }).await?;
    stage.run("localStorage.setItem('komposition.notify', 'on'); Notification.permission = 'granted'; window.looks = false;", &[]).await?;
    stage.create("кот").await?;
    stage.job("кот", "failed", |job| job.phase == "failed").await?;
    let told = told(stage, 1).await?;
    ensure!(told[0].starts_with("Картинки не будет"), "{told:?}");
    Ok(())
}

const ON: &str = "localStorage.setItem('komposition.notify', 'on'); Notification.permission = 'granted'; window.looks = false;";

async fn what_waits_for_a_person_is_told(stage: &Stage) -> Result<()> {
    let _service = page(stage, Script { hang_up_on_runs: 2, ..Script::default() }).await?;
    stage.run(ON, &[]).await?;
    stage.create("одна").await?;
    ensure!(told(stage, 1).await? == ["Картинка ждёт вашего решения: одна"]);
    let live = "document.querySelector('#live').textContent.trim()";
    stage.until_value("it to be said", live, |said: &String| said == "Ждёт вашего решения: одна").await?;
    // One press: what became of its first run nobody knows, and the others come.
    stage.fill("#prompt", "{первая|вторая|третья}").await?;
    stage.until_true("three runs", "/3$/.test(document.querySelector('#create').textContent.trim())").await?;
    stage.click("#create").await?;
    let told = told(stage, 2).await?;
    ensure!(told[1].starts_with("Готово: 2, ждут вас: 1: "), "{told:?}");
    Ok(())
}

async fn a_picture_that_cannot_be_stored_is_a_picture(stage: &Stage) -> Result<()> {
    let forbidden = "Object.defineProperty(window, 'indexedDB', { get: () => undefined });";
    let _service = page(stage, Script { lacking: Some(forbidden), ..Script::default() }).await?;
    stage.run(ON, &[]).await?;
    stage.create("кот").await?;
    stage.job("кот", "here and not stored", |job| job.phase == "unsaved").await?;
    ensure!(told(stage, 1).await? == ["Картинка готова: кот"]);
    stage.until_true("the title to count it no more", "document.title === 'Komposition'").await?;
    stage
        .until_true(
            "it to be said",
            "document.querySelector('#live').textContent.trim() === 'Картинка готова: кот'",
        )
        .await?;
    ensure!(
        !stage.look::<bool>("!!document.querySelector('#queue-rows > li')").await?,
        "it is no part of the queue"
    );
    Ok(())
}

async fn a_refused_permission_is_said_with_the_way_out(stage: &Stage) -> Result<()> {
    let _service = page(stage, Script { status_time: Some(300), ..Script::default() }).await?;
    stage.run("window.answer = 'denied';", &[]).await?;
    stage.create("кот").await?;
    stage.click("[data-action='tell-me']").await?;
    stage
        .until_true("it not to be offered again", "!document.querySelector('[data-action=tell-me]')")
        .await?;
    stage.click(".queue-telling > summary").await?;
    let said = stage.text(".notify-trouble").await?;
    ensure!(said.contains("настройках"), "it says what to do: {said}");
    ensure!(stage.property("[name='notify']", "checked").await? == false);
    Ok(())
}

async fn the_sound_is_off_until_it_is_chosen(stage: &Stage) -> Result<()> {
    let _service = page(stage, Script::default()).await?;
    stage.run("window.looks = false;", &[]).await?;
    stage.create("кот").await?;
    stage.picture("кот").await?;
    ensure!(stage.look::<usize>("tones").await? == 0);
    stage.click(".queue-telling > summary").await?;
    stage.choose("[name='sound']").await?;
    ensure!(stage.look::<usize>("tones").await? == 1, "it is heard at once");
    stage.create("маяк").await?;
    stage.picture("маяк").await?;
    stage.until_value("the sound", "tones", |tones: &usize| *tones == 2).await?;
    Ok(())
}

async fn a_batch_with_a_failure_is_one_notification_that_counts_both(stage: &Stage) -> Result<()> {
    let _service = page(stage, Script { words: Some("нет"), ..Script::default() }).await?;
    stage.run("localStorage.setItem('komposition.notify', 'on'); Notification.permission = 'granted'; window.looks = false;", &[]).await?;
    // The marks of one prompt: a batch of three, of which one fails.
    stage.fill("#prompt", "{кот|failed|маяк}").await?;
    stage.until_true("three runs", "/3$/.test(document.querySelector('#create').textContent.trim())").await?;
    stage.click("#create").await?;
    stage.picture("кот").await?;
    stage.picture("маяк").await?;
    stage.job("failed", "failed", |job| job.phase == "failed").await?;
    let told = told(stage, 1).await?;
    ensure!(told[0].starts_with("Готово: 2, без картинки: 1: "), "{told:?}");
    ensure!(["кот", "маяк", "failed"].iter().all(|prompt| told[0].contains(prompt)), "{told:?}");
    Ok(())
}

/// The engine's own notifications, seen as they are made.
const SEEN: &str = "window.told = []; window.looks = true;
    const Real = window.Notification;
    window.Notification = class extends Real {
        constructor(title, options) {
            super(title, options);
            window.told.push({ title: this.title, body: this.body });
        }
    };
    Document.prototype.hasFocus = () => window.looks;";

async fn the_browsers_own_notification_has_the_words(stage: &Stage) -> Result<()> {
    let script = Script { lacking: Some(SEEN), words: Some("нет"), ..Script::default() };
    let service = stage.service(script).await?;
    let allowed = json!({ "permissions": ["notifications"], "origin": service.origin });
    stage.driver().cdp().send_raw("Browser.grantPermissions", allowed).await?;
    stage.open(&service.origin).await?;
    ensure!(stage.look::<String>("Notification.permission").await? == "granted", "the driver allowed it");
    stage.run("localStorage.setItem('komposition.notify', 'on'); window.looks = false;", &[]).await?;
    stage.create("кот").await?;
    stage.picture("кот").await?;
    ensure!(told(stage, 1).await? == ["Картинка готова: кот"]);
    stage.create("failed").await?;
    stage.job("failed", "failed", |job| job.phase == "failed").await?;
    ensure!(told(stage, 2).await?[1] == "Картинки не будет: failed");
    stage.driver().cdp().send_raw("Browser.resetPermissions", json!({})).await?;
    Ok(())
}

async fn the_title_counts_what_is_under_way(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { long_runs: 1, ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    let titled = async |wanted: &str| {
        let what = format!("the title to be {wanted}");
        stage.until_value(&what, "document.title", |title: &String| title == wanted).await.map(drop)
    };
    titled("Komposition").await?;
    stage.create("долгая").await?;
    titled("(1) Komposition").await?;
    stage.create("кот").await?;
    titled("(2) Komposition").await?;
    stage.picture("кот").await?;
    titled("(1) Komposition").await?;
    stage.click("#queue-rows [data-action='stop']").await?;
    titled("Komposition").await
}
