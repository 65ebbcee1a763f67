//! Telling somebody who does not look at the page.

use anyhow::{Result, ensure};
use komposition_tests::{Engine, Script, Service, Stage, tests};
use serde_json::json;

tests![
    who_does_not_look_is_told_once_for_a_batch,
    who_looks_is_told_nothing,
    a_failure_is_told_too,
    a_refused_permission_is_said_with_the_way_out,
    the_sound_is_off_until_it_is_chosen,
];

/// Stands for the engine's notifications, which a driver can neither allow nor see everywhere; and for looking away. Where a
/// driver can, the page's own are asked as well: see `who_does_not_look_is_told_once_for_a_batch`.
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
    let service = stage.service(Script { lacking: Some(STUB), ..script }).await?;
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
    ensure!(told[0].contains('3') && told[0].ends_with("маяк"), "{told:?}");
    if stage.engine == Engine::Chromium {
        let origin: String = stage.look("location.origin").await?;
        stage
            .driver()
            .cdp()
            .send_raw(
                "Browser.grantPermissions",
                json!({ "permissions": ["notifications"], "origin": origin }),
            )
            .await?;
        let own: String = stage
            .look_later("navigator.permissions.query({ name: 'notifications' }).then(p => p.state)")
            .await?;
        ensure!(own == "granted", "the browser's own permission is {own}");
    }
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
