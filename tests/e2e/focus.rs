//! The focus is never lost: what goes while it has the focus leaves it to what is next to it; and what lies over the page is
//! a dialog.

use anyhow::{Result, ensure};
use komposition_tests::{Script, Stage, screens::Screen, tests};
use thirtyfour::Key;

use crate::{
    library,
    queue::{in_row, paused},
};

tests![
    the_focus_goes_to_what_is_next_to_it_when_its_row_goes,
    the_focus_stays_in_a_picture_that_has_come,
    the_focus_stays_in_the_queue_when_its_notice_goes,
    the_focus_goes_on_where_another_tab_took_its_picture,
    the_viewer_hears_keys_when_what_had_the_focus_goes,
    what_lies_over_the_page_is_a_dialog_with_a_name_and_gives_the_focus_back,
];

/// Puts the focus there without a pointer.
async fn focus(stage: &Stage, selector: &str) -> Result<()> {
    stage.run("document.querySelector(arguments[0]).focus();", &[selector.into()]).await?;
    let has = format!("document.activeElement === document.querySelector({})", serde_json::json!(selector));
    ensure!(stage.look::<bool>(&has).await?, "{selector} does not take the focus");
    Ok(())
}

/// The prompt of the row or the tile with the focus; else what has it.
const FOCUSED: &str =
    "document.activeElement.closest('li')?.querySelector('.queue-prompt, .job-prompt').textContent
    ?? (document.activeElement.id || document.activeElement.localName)";

async fn focused(stage: &Stage, wanted: &str) -> Result<()> {
    let what = format!("{wanted} to have the focus");
    stage.until_value(&what, FOCUSED, |seen: &String| seen == wanted).await.map(drop)
}

async fn the_focus_goes_to_what_is_next_to_it_when_its_row_goes(stage: &Stage) -> Result<()> {
    let service = paused(stage, &["а", "б"]).await?;
    let edit = in_row(stage, "а", "[data-action='edit']").await?;
    focus(stage, &edit).await?;
    // Nobody presses anything here: it is sent, and has its picture.
    stage.run("document.querySelector('#queue-pause').click();", &[]).await?;
    stage.picture("б").await?;
    let row = "#queue-rows > li";
    stage
        .until_value("two rows", &format!("document.querySelectorAll('{row}').length"), |n: &u32| *n == 2)
        .await?;
    focused(stage, "долгая вторая").await?;
    // A button that goes because it was pressed leaves the focus to another one of its row.
    let action = "document.activeElement.dataset.action";
    ensure!(stage.look::<String>(action).await? == "stop");
    stage.press(Key::Enter).await?;
    stage.until_value("another button", action, |now: &String| now != "stop").await?;
    focused(stage, "долгая вторая").await?;
    ensure!(service.prompts()?.len() == 4, "each was sent once");
    Ok(())
}

async fn the_focus_stays_in_a_picture_that_has_come(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { status_time: Some(2), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.create("кот").await?;
    stage.job("кот", "accepted", |job| job.phase == "accepted").await?;
    focus(stage, "#jobs li.job [data-action='stop']").await?;
    stage.picture("кот").await?;
    focused(stage, "кот").await
}

async fn the_focus_stays_in_the_queue_when_its_notice_goes(stage: &Stage) -> Result<()> {
    let _service = paused(stage, &[]).await?;
    focus(stage, "#notice [data-action='go-on']").await?;
    stage.press(Key::Enter).await?;
    stage.until_true("the notice to go", "!document.querySelector('#notice')").await?;
    focused(stage, "queue-title").await
}

async fn the_focus_goes_on_where_another_tab_took_its_picture(stage: &Stage) -> Result<()> {
    let relay = library::library(stage, library::many(3)).await?;
    library::focus(stage, "p00001").await?;
    let first = stage.driver().window().await?;
    let second = stage.driver().new_tab().await?;
    stage.driver().switch_to_window(second).await?;
    stage.open(&relay.origin).await?;
    library::enter(stage).await?;
    library::focus(stage, "p00001").await?;
    stage.press(Key::Delete).await?;
    library::tiles(stage, &["p00000", "p00002"]).await?;
    stage.no_faults().await?;
    stage.driver().close_window().await?;
    stage.driver().switch_to_window(first).await?;
    library::tiles(stage, &["p00000", "p00002"]).await?;
    library::focused(stage, "p00002").await
}

async fn the_viewer_hears_keys_when_what_had_the_focus_goes(stage: &Stage) -> Result<()> {
    let _relay = library::library(stage, library::many(3)).await?;
    library::focus(stage, "p00000").await?;
    stage.press("i").await?;
    stage.shown(".viewer-info button").await?;
    let place = async |wanted: &str| {
        let script = "document.querySelector('.viewer-place').textContent.trim()";
        let what = format!("the place to begin with {wanted}");
        stage.until_value(&what, script, |seen: &String| seen.starts_with(wanted)).await.map(drop)
    };
    stage.run("document.querySelector('.viewer-info button').focus();", &[]).await?;
    stage.press("i").await?;
    stage.until_true("the details to go", "!document.querySelector('.viewer-info')").await?;
    let kept = "document.querySelector('dialog.viewer').contains(document.activeElement)";
    stage.until_true("the focus to stay", kept).await?;
    stage.press(Key::Right).await?;
    place("2").await?;
    // The news of a deletion goes with its button pressed.
    stage.press(Key::Delete).await?;
    stage.shown(".viewer .toast .dismiss").await?;
    stage.run("document.querySelector('.viewer .toast .dismiss').focus();", &[]).await?;
    stage.press(Key::Enter).await?;
    stage.until_true("the toast to go", "!document.querySelector('.toast')").await?;
    stage.until_true("the focus to stay", kept).await?;
    place("2").await?;
    stage.press(Key::Left).await?;
    place("1").await
}

async fn what_lies_over_the_page_is_a_dialog_with_a_name_and_gives_the_focus_back(
    stage: &Stage,
) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.furnish().await?;
    for screen in [Screen::Viewer, Screen::Details, Screen::Compare, Screen::Shortcuts, Screen::Palette] {
        screen.show(stage).await?;
        let told = "(dialog => [dialog.matches(':modal'), dialog.contains(document.activeElement),
            !!(dialog.ariaLabel || document.getElementById(dialog.getAttribute('aria-labelledby'))?.textContent)])
            (document.querySelector('dialog[open]'))";
        let (is_modal, has_focus, is_named): (bool, bool, bool) = stage.look(told).await?;
        ensure!(is_modal, "{} is no modal dialog", screen.name());
        ensure!(has_focus, "{} has not got the focus", screen.name());
        ensure!(is_named, "{} has no name", screen.name());
        screen.leave(stage).await?;
        let back = "document.activeElement !== document.body && document.activeElement.checkVisibility()";
        stage.until_true(&format!("the focus to be back from {}", screen.name()), back).await?;
    }
    Ok(())
}
