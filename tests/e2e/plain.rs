//! A page of plain http under a name that is not localhost: the browser gives it no service worker and no locks. All works
//! but what only the worker can do, and the page says what is weaker.

use anyhow::{Result, ensure};
use komposition_tests::{Relay, Stage, tests};

use crate::durable::{accepted, another_tab, delivering, kept_the_rules};

tests![
    pictures_come_and_stay_and_the_weaker_guarantee_is_said,
    a_reload_while_the_service_draws_loses_nothing,
    a_reload_in_the_middle_of_a_body_is_told_as_a_loss,
    two_tabs_ask_as_one_and_the_other_goes_on_when_one_is_closed,
];

/// Opens the app under its plain name, and looks whether the browser sees it as one.
async fn open(stage: &Stage, relay: &Relay) -> Result<String> {
    let plain = stage.plain(&relay.origin);
    stage.open(&plain).await?;
    let powers: Vec<bool> =
        stage.look("[isSecureContext, 'serviceWorker' in navigator, 'locks' in navigator]").await?;
    ensure!(powers == [false; 3], "{plain} is not as plain as it should be: {powers:?}");
    Ok(plain)
}

async fn told(stage: &Stage) -> Result<(Option<String>, String)> {
    stage.look("[document.querySelector('#notice')?.dataset.failure ?? null, document.querySelector('#notice p')?.textContent ?? '']").await
}

async fn pictures_come_and_stay_and_the_weaker_guarantee_is_said(stage: &Stage) -> Result<()> {
    let relay = stage.relay_for_all("3")?;
    open(stage, &relay).await?;
    ensure!(told(stage).await?.0.is_none(), "nothing can be lost yet");
    stage.create("парусник").await?;
    accepted(stage, "парусник").await?;
    let (name, sentence) = told(stage).await?;
    ensure!(name.as_deref() == Some("weaker") && sentence.contains("http"), "{name:?}: {sentence}");
    stage.picture("парусник").await?;
    ensure!(told(stage).await?.0.is_none(), "nothing can be lost any more");
    stage.reload().await?;
    stage.picture("парусник").await?;
    kept_the_rules(&relay, 1).await
}

async fn a_reload_while_the_service_draws_loses_nothing(stage: &Stage) -> Result<()> {
    let relay = stage.relay_for_all("3")?;
    open(stage, &relay).await?;
    stage.create("водопад").await?;
    let task = accepted(stage, "водопад").await?.task;
    stage.reload().await?;
    let job = stage.picture("водопад").await?;
    ensure!(job.task == task, "the very same task: {job:?}");
    kept_the_rules(&relay, 1).await
}

async fn a_reload_in_the_middle_of_a_body_is_told_as_a_loss(stage: &Stage) -> Result<()> {
    let relay = stage.relay_for_all("0.3")?;
    open(stage, &relay).await?;
    let prompt = "sim:dribble=6 песочные часы";
    stage.create(prompt).await?;
    delivering(&relay).await?;
    stage.reload().await?;
    let patience = std::time::Duration::from_secs(60);
    let job = stage.job_within(patience, prompt, "told as lost", |job| job.phase == "failed").await?;
    ensure!(job.failure.as_deref() == Some("task-gone") && !job.sentence.is_empty(), "{job:?}");
    kept_the_rules(&relay, 1).await
}

async fn two_tabs_ask_as_one_and_the_other_goes_on_when_one_is_closed(stage: &Stage) -> Result<()> {
    let relay = stage.relay_for_all("0.3")?;
    let plain = open(stage, &relay).await?;
    let home = stage.driver().window().await?;
    another_tab(stage, &plain).await?;
    let (both, left) = ("sim:slow=7 общая", "sim:slow=15 оставленная");
    for prompt in [both, left] {
        stage.create(prompt).await?;
        accepted(stage, prompt).await?;
    }
    stage.picture(both).await?;
    stage.no_faults().await?;
    stage.driver().close_window().await?;
    stage.driver().switch_to_window(home).await?;
    stage.picture(both).await?;
    stage.picture(left).await?;
    kept_the_rules(&relay, 2).await
}
