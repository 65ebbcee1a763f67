//! Where things stand: what is seen first, what stays where it is, and where a room begins.

use anyhow::{Result, ensure};
use komposition_tests::{Script, Stage, tests};
use serde_json::json;

tests![
    every_room_begins_at_its_top,
    the_columns_fill_the_window_and_create_stays_where_it_is
    ; in chromium:
    a_phone_shows_what_to_begin_with_below_the_prompt,
    with_fingers_create_leads_to_the_picture,
    on_a_phone_a_prompt_is_used_again_where_it_can_be_changed,
];

const CREATE: &str = "(box => [box.top, box.bottom].map(Math.round))(document.querySelector('#create').getBoundingClientRect())";

async fn every_room_begins_at_its_top(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    for (hash, sign) in
        [("#/settings", "#settings"), ("#/storage", "#storage"), ("#/connection", "form#connection")]
    {
        stage.route(hash).await?;
        stage.shown(sign).await?;
        stage.until_true("the room to begin at its top", "scrollY === 0").await?;
        // Read again once the focus has been put there, too.
        let settled = "document.activeElement !== document.body && document.querySelector('header').getBoundingClientRect().top === 0";
        stage.until_true("the focus to move nothing", settled).await?;
        stage.run("document.body.style.minHeight = '300vh'; scrollTo(0, 400);", &[]).await?;
        ensure!(stage.look::<f64>("scrollY").await? == 400.0, "{hash} was not scrolled");
    }
    Ok(())
}

async fn the_columns_fill_the_window_and_create_stays_where_it_is(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.shown("#create-reason").await?;
    let before: (i64, i64) = stage.look(CREATE).await?;
    stage.fill("#prompt", "кот").await?;
    stage.until_true("the reason to go", "!document.querySelector('#create-reason').textContent").await?;
    ensure!(stage.look::<(i64, i64)>(CREATE).await? == before, "Create moved when the hint above it went");
    for prompt in ["кот", "маяк"] {
        stage.create(prompt).await?;
        stage.picture(prompt).await?;
    }
    stage.run("document.querySelector('#jobs li:last-child').scrollIntoView();", &[]).await?;
    let ends = "['.compose', '.stage'].map(part => Math.round(document.querySelector(part).getBoundingClientRect().bottom - innerHeight))";
    ensure!(stage.look::<Vec<i64>>(ends).await? == [0, 0], "both columns end with the window");
    ensure!(stage.look::<(i64, i64)>(CREATE).await? == before, "Create is where it was");
    Ok(())
}

async fn a_phone_shows_what_to_begin_with_below_the_prompt(stage: &Stage) -> Result<()> {
    let relay = stage.relay()?;
    stage.resize(390, 844).await?;
    stage.open(&relay.origin).await?;
    stage.shown(".sample").await?;
    let seen = "(act => ['.sample:last-child', '.empty a'].every(it => document.querySelector(it).getBoundingClientRect().bottom < act))
        (document.querySelector('.act').getBoundingClientRect().top)";
    ensure!(stage.look::<bool>(seen).await?, "the samples, and whose pictures these are, are seen at once");
    stage.click(".sample").await?;
    let sample: String = stage.look("document.querySelector('.sample').textContent").await?;
    stage
        .until_value("it to be the prompt", "document.querySelector('#prompt').value", |text: &String| {
            *text == sample
        })
        .await?;
    stage.resize_back().await
}

async fn with_fingers_create_leads_to_the_picture(stage: &Stage) -> Result<()> {
    let service = stage.service(Script::default()).await?;
    stage.resize(390, 844).await?;
    let fingers = |enabled: bool| json!({ "enabled": enabled, "maxTouchPoints": 1 });
    stage.driver().cdp().send_raw("Emulation.setTouchEmulationEnabled", fingers(true)).await?;
    stage.open(&service.origin).await?;
    ensure!(stage.look::<bool>("matchMedia('(pointer: coarse)').matches").await?, "fingers point");
    // What is not sent leads nowhere.
    stage.shown("#create").await?;
    ensure!(stage.look::<String>("location.hash").await?.len() < 3, "at the prompt");
    stage.fill("#prompt", "кот").await?;
    stage.click("#create").await?;
    stage.until_true("the queue's tab", "location.hash === '#/queue'").await?;
    stage.picture("кот").await?;
    stage.driver().cdp().send_raw("Emulation.setTouchEmulationEnabled", fingers(false)).await?;
    stage.resize_back().await
}

async fn on_a_phone_a_prompt_is_used_again_where_it_can_be_changed(stage: &Stage) -> Result<()> {
    let service = stage.service(Script::default()).await?;
    stage.resize(390, 844).await?;
    stage.open(&format!("{}/#/queue", service.origin)).await?;
    ensure!(!stage.is_shown("#prompt").await?, "the queue is a tab of its own");
    stage.click(".sample").await?;
    stage.shown("#prompt").await?;
    stage.create("кот").await?;
    stage.picture("кот").await?;
    stage.fill("#prompt", "другое").await?;
    stage.route("#/queue").await?;
    stage.click("li.job [data-action='reuse']").await?;
    stage.shown("#prompt").await?;
    stage.until_true("the prompt to be there", "document.querySelector('#prompt').value === 'кот'").await?;
    stage.until_true("the focus to be in it", "document.activeElement.id === 'prompt'").await?;
    stage.resize_back().await
}
