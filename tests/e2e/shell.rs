//! The page before the app: the shell takes the prompt at first paint, and the app takes over what it finds there.

use anyhow::{Result, ensure};
use komposition_tests::{Script, Service, Stage, Wasm, tests, wait};

tests![
    what_is_typed_before_the_app_is_up_is_kept,
    the_shell_shows_the_prompt_before_any_wasm,
    create_before_the_app_is_up_is_done_when_it_is,
    lost_wasm_leaves_a_page_that_says_so,
    spoilt_wasm_leaves_a_page_that_says_so,
    what_was_missing_at_the_start_comes_with_the_reload,
    a_room_that_cannot_be_loaded_says_so_and_is_tried_again,
    the_list_of_what_comes_later_is_asked_for_again_too,
];

/// Opens the app with its wasm held back, and waits until the page has asked for it.
async fn held(stage: &Stage) -> Result<Service> {
    let service = stage.service(Script { wasm: Wasm::Held, ..Script::default() }).await?;
    stage.go(&service.origin).await?;
    wait::until("the page to ask for its wasm", wait::PATIENCE, async || {
        if service.wasm_was_asked_for() { Ok(()) } else { Err("it has not".to_owned()) }
    })
    .await?;
    Ok(service)
}

async fn what_is_typed_before_the_app_is_up_is_kept(stage: &Stage) -> Result<()> {
    let service = held(stage).await?;
    stage.click("#prompt").await?;
    stage.press("Кот в очках").await?;
    stage.run("document.querySelector('#prompt').setSelectionRange(3, 5);", &[]).await?;
    ensure!(
        !stage.look::<bool>("document.documentElement.hasAttribute('data-ready')").await?,
        "the app is not up yet"
    );
    service.let_wasm_through();
    stage.ready().await?;
    let state = "(() => { const e = document.querySelector('#prompt');
        return [e.value, e.selectionStart, e.selectionEnd, document.activeElement === e]; })()";
    let (text, start, end, focused): (String, u32, u32, bool) = stage.look(state).await?;
    ensure!(text == "Кот в очках", "the text is {text:?}");
    ensure!((start, end) == (3, 5), "the selection is {start}..{end}");
    ensure!(focused, "the focus is lost");
    // And the app knows of it: one goes on typing, and the counter follows.
    stage.press("!").await?;
    let count = "document.querySelector('#prompt-counter').textContent.trim()";
    stage.until_value("the counter to follow", count, |seen: &String| seen == "10/1000").await?;
    ensure!(stage.property("#prompt", "value").await? == "Кот! очках", "typed at the caret");
    stage.click("#create").await?;
    stage.picture("Кот! очках").await?;
    Ok(())
}

async fn the_shell_shows_the_prompt_before_any_wasm(stage: &Stage) -> Result<()> {
    let service = held(stage).await?;
    for part in ["#prompt", "#shell-create"] {
        ensure!(stage.is_shown(part).await?, "{part} is visible before wasm");
    }
    // Painted, not merely there: the field has the size it will have.
    let place = "(() => { const b = document.querySelector('#prompt').getBoundingClientRect(); return [b.left, b.top, b.width].map(Math.round); })()";
    let before: Vec<i32> = stage.look(place).await?;
    ensure!(before[2] > 200, "the prompt is {} px wide", before[2]);
    service.let_wasm_through();
    stage.ready().await?;
    let after: Vec<i32> = stage.look(place).await?;
    ensure!(before == after, "the field moved from {before:?} to {after:?} (left, top, width)");
    Ok(())
}

async fn create_before_the_app_is_up_is_done_when_it_is(stage: &Stage) -> Result<()> {
    let service = held(stage).await?;
    stage.type_into("#prompt", "Кот").await?;
    stage.click("#shell-create").await?;
    ensure!(service.runs().is_empty(), "nobody can have sent it yet");
    service.let_wasm_through();
    stage.ready().await?;
    stage.picture("Кот").await?;
    ensure!(service.runs().len() == 1, "once, not {} times", service.runs().len());
    Ok(())
}

/// The page is readable when its wasm is not.
async fn broken(stage: &Stage, wasm: Wasm) -> Result<()> {
    let service = stage.service(Script { wasm, ..Script::default() }).await?;
    stage.go(&service.origin).await?;
    let page = stage.shown("#crash").await?;
    let text = page.text().await?;
    ensure!(text.len() > 20, "it says what happened: {text:?}");
    ensure!(stage.is_shown("button#reload").await?, "and offers to try again");
    // That it could not start is a fault the page keeps, rightly.
    stage.take_faults().await?;
    Ok(())
}

async fn lost_wasm_leaves_a_page_that_says_so(stage: &Stage) -> Result<()> {
    broken(stage, Wasm::Missing).await
}

async fn what_was_missing_at_the_start_comes_with_the_reload(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { missing: Some(("komposition-", 2)), ..Script::default() }).await?;
    stage.go(&service.origin).await?;
    stage.shown("#crash").await?;
    stage.take_faults().await?;
    stage.click("button#reload").await?;
    let is_up = "document.documentElement.hasAttribute('data-ready')";
    stage.until_true("the app to be up", is_up).await
}

async fn spoilt_wasm_leaves_a_page_that_says_so(stage: &Stage) -> Result<()> {
    broken(stage, Wasm::Garbage).await
}

async fn a_room_that_cannot_be_loaded_says_so_and_is_tried_again(stage: &Stage) -> Result<()> {
    a_room_without(stage, "rooms.js").await
}

async fn the_list_of_what_comes_later_is_asked_for_again_too(stage: &Stage) -> Result<()> {
    a_room_without(stage, "later.json").await
}

async fn a_room_without(stage: &Stage, part: &'static str) -> Result<()> {
    let service = stage.service(Script { missing: Some((part, 1)), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.run("location.hash = '#/connection';", &[]).await?;
    let text = stage.shown("[role=alert] [data-action=retry]").await?;
    ensure!(!text.text().await?.is_empty(), "the button says what it does");
    // What is being made goes on meanwhile: the studio is still there.
    stage.run("location.hash = '#/';", &[]).await?;
    stage.create("Кот").await?;
    stage.picture("Кот").await?;
    stage.run("location.hash = '#/connection';", &[]).await?;
    stage.click("[role=alert] [data-action=retry]").await?;
    stage.shown("form#connection").await?;
    let focus: String = stage.look("document.activeElement.id").await?;
    ensure!(focus == "rooms", "the focus is where the room is, not on {focus:?}");
    Ok(())
}
