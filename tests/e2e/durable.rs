//! Nothing is lost: reloads, closed tabs, several tabs, and a picture's way into the library.

use anyhow::{Context, Result, ensure};
use komposition_tests::{
    Job, Relay, Script, Service, Stage,
    service::{CLOSED, LINKED},
    tests, wait,
};
use thirtyfour::WindowHandle;

tests![
    a_finished_picture_is_there_after_a_reload,
    a_reload_before_the_first_poll_loses_nothing,
    a_reload_in_the_middle_of_a_body_loses_nothing,
    a_tab_closed_in_the_middle_of_a_body_loses_nothing,
    a_tab_closed_while_another_is_open_hands_its_job_over,
    five_tabs_ask_as_one,
    a_removed_picture_stays_off_the_stage,
    a_failed_job_stays_with_its_reason,
    the_answer_a_job_failed_on_is_there_after_a_reload,
    a_picture_behind_an_address_is_stored,
    an_address_that_no_page_may_read_is_remembered,
    works_that_do_not_come_are_told_and_the_wish_waits,
    works_that_do_not_come_through_the_worker_are_asked_for_anew,
    whoever_only_looks_loads_no_works,
];

/// The service saw one run of each task, no two polls of one task at once, and handed each picture over once.
pub(crate) async fn kept_the_rules(relay: &Relay, runs: usize) -> Result<()> {
    let log = relay.log().await?;
    let count = |event: &str| log.iter().filter(|entry| entry.event == event).count();
    ensure!(count("run") == runs, "{runs} runs, no more and no fewer: {log:#?}");
    ensure!(count("delivered") == runs, "each handed over once: {log:#?}");
    ensure!(log.iter().all(|e| e.concurrent_polls <= 1), "never two polls of a task at once: {log:#?}");
    Ok(())
}

pub(crate) async fn accepted(stage: &Stage, prompt: &str) -> Result<Job> {
    stage.job(prompt, "accepted", |job| job.task.is_some()).await
}

/// Waits until the service has begun to hand the picture over.
pub(crate) async fn delivering(relay: &Relay) -> Result<()> {
    wait::until("the delivery to begin", wait::PATIENCE, async || match relay.log().await {
        Ok(log) if log.iter().any(|entry| entry.event == "delivered") => Ok(()),
        Ok(log) => Err(format!("{log:?}")),
        Err(error) => Err(format!("{error:#}")),
    })
    .await
}

/// Another tab of the same browser, in front from now on.
pub(crate) async fn another_tab(stage: &Stage, address: &str) -> Result<WindowHandle> {
    let tab = stage.driver().new_tab().await?;
    stage.driver().switch_to_window(tab.clone()).await?;
    stage.open(address).await?;
    Ok(tab)
}

async fn a_finished_picture_is_there_after_a_reload(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    stage.create("кит на пляже").await?;
    let before = stage.picture("кит на пляже").await?.picture.context("no picture")?;
    stage.reload().await?;
    let job = stage.picture("кит на пляже").await?;
    let after = job.picture.context("no picture")?;
    ensure!((before.width, before.height) == (after.width, after.height), "{before:?}, then {after:?}");
    ensure!(job.download.is_some(), "it can still be saved");
    kept_the_rules(&relay, 1).await
}

async fn a_reload_before_the_first_poll_loses_nothing(stage: &Stage) -> Result<()> {
    let relay = stage.relay_taking("3")?;
    stage.open(&relay.origin).await?;
    stage.create("ёжик в тумане").await?;
    let task = accepted(stage, "ёжик в тумане").await?.task;
    stage.reload().await?;
    let job = stage.picture("ёжик в тумане").await?;
    ensure!(job.task == task, "the very same task: {job:?}");
    kept_the_rules(&relay, 1).await
}

async fn a_reload_in_the_middle_of_a_body_loses_nothing(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    stage.create("sim:dribble=6 медленная река").await?;
    delivering(&relay).await?;
    stage.reload().await?;
    stage.picture("sim:dribble=6 медленная река").await?;
    kept_the_rules(&relay, 1).await
}

async fn a_tab_closed_in_the_middle_of_a_body_loses_nothing(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    let home = stage.driver().window().await?;
    // The first tab leaves the app, so that none of its tabs is left; not before its visit has begun in earnest. WebKitGTK
    // keeps a page for the way back as it was left: in the middle of making the database, it keeps all others out of it.
    stage.until_true("the worker to be there", "!!navigator.serviceWorker.controller").await?;
    stage.driver().goto("about:blank").await?;
    another_tab(stage, &relay.origin).await?;
    stage.create("sim:dribble=6 тихий омут").await?;
    delivering(&relay).await?;
    stage.driver().close_window().await?;
    stage.driver().switch_to_window(home).await?;
    stage.open(&relay.origin).await?;
    stage.picture("sim:dribble=6 тихий омут").await?;
    kept_the_rules(&relay, 1).await
}

async fn a_tab_closed_while_another_is_open_hands_its_job_over(stage: &Stage) -> Result<()> {
    let relay = stage.relay_taking("3")?;
    stage.open(&relay.origin).await?;
    let home = stage.driver().window().await?;
    let other = another_tab(stage, &relay.origin).await?;
    stage.create("лиса у камина").await?;
    accepted(stage, "лиса у камина").await?;
    // The other tab hears of it when it is written down: a tab that is closed before that has an unknown outcome.
    stage.driver().switch_to_window(home.clone()).await?;
    accepted(stage, "лиса у камина").await?;
    stage.driver().switch_to_window(other).await?;
    stage.driver().close_window().await?;
    stage.driver().switch_to_window(home).await?;
    stage.picture("лиса у камина").await?;
    kept_the_rules(&relay, 1).await
}

async fn five_tabs_ask_as_one(stage: &Stage) -> Result<()> {
    let relay = stage.relay_taking("4")?;
    stage.open(&relay.origin).await?;
    let mut tabs = vec![stage.driver().window().await?];
    for _ in 1..5 {
        tabs.push(another_tab(stage, &relay.origin).await?);
    }
    let prompts = ["sim:slow=7 первая", "sim:slow=7 вторая", "sim:slow=7 третья"];
    for (tab, prompt) in tabs.iter().zip(prompts) {
        stage.driver().switch_to_window(tab.clone()).await?;
        stage.create(prompt).await?;
        accepted(stage, prompt).await?;
    }
    for tab in &tabs {
        stage.driver().switch_to_window(tab.clone()).await?;
        for prompt in prompts {
            stage.picture(prompt).await.with_context(|| format!("{prompt} in one of five tabs"))?;
        }
        stage.no_faults().await?;
    }
    kept_the_rules(&relay, 3).await
}

async fn a_removed_picture_stays_off_the_stage(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create("мост").await?;
    stage.picture("мост").await?;
    stage.reload().await?;
    stage.picture("мост").await?;
    stage.click("li.job [data-action='remove']").await?;
    stage.until_true("the stage to be empty", "!document.querySelector('li.job')").await?;
    // Removed in the visit that made it.
    stage.create("причал").await?;
    stage.picture("причал").await?;
    stage.click("li.job [data-action='remove']").await?;
    stage.until_true("the stage to be empty again", "!document.querySelector('li.job')").await?;
    stage.reload().await?;
    stage.create("маяк").await?;
    stage.picture("маяк").await?;
    let jobs = stage.jobs().await?;
    ensure!(jobs.len() == 1, "only the new one: {jobs:?}");
    Ok(())
}

async fn a_failed_job_stays_with_its_reason(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create("sim:censored запретное").await?;
    let before = stage.job("sim:censored запретное", "failed", |job| job.phase == "failed").await?;
    stage.reload().await?;
    let after = stage.job("sim:censored запретное", "failed", |job| job.phase == "failed").await?;
    ensure!(
        (&before.failure, &before.sentence) == (&after.failure, &after.sentence),
        "{before:?}, {after:?}"
    );
    Ok(())
}

async fn the_answer_a_job_failed_on_is_there_after_a_reload(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let reports = |job: &Job| job.phase == "failed" && job.steps.iter().any(|step| step == "report");
    stage.create("sim:empty пустой конверт").await?;
    stage.job("sim:empty пустой конверт", "failed with a report", reports).await?;
    stage.reload().await?;
    stage.job("sim:empty пустой конверт", "failed with a report", reports).await?;
    Ok(())
}

async fn a_picture_behind_an_address_is_stored(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { link: Some(LINKED), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.create("далёкий берег").await?;
    let is_ours = |job: &Job| {
        let source = job.picture.as_ref().filter(|picture| picture.width > 0).map(|it| it.source.as_str());
        source.is_some_and(|source| source.starts_with("blob:")) && job.download.is_some()
    };
    stage.job("далёкий берег", "stored", is_ours).await?;
    stage.reload().await?;
    stage.job("далёкий берег", "stored", is_ours).await?;
    stage.route("#/library").await?;
    stage.shown("#rooms li.tile").await.map(drop)
}

async fn an_address_that_no_page_may_read_is_remembered(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { link: Some(CLOSED), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.create("закрытая бухта").await?;
    let is_shown = |job: &Job| job.picture.as_ref().is_some_and(|picture| picture.width > 0);
    stage.job("закрытая бухта", "shown", |job| job.phase == "done" && is_shown(job)).await?;
    // The browser says that it was refused.
    stage.take_faults().await?;
    stage.reload().await?;
    stage.job("закрытая бухта", "shown", is_shown).await?;
    Ok(())
}

async fn works_that_do_not_come_are_told_and_the_wish_waits(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { missing: Some(("-split_works", 2)), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    works_do_not_come(stage, &service).await
}

async fn works_that_do_not_come_through_the_worker_are_asked_for_anew(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { missing: Some(("-split_works", 2)), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.until_true("the worker to be there", "!!navigator.serviceWorker.controller").await?;
    works_do_not_come(stage, &service).await
}

async fn works_do_not_come(stage: &Stage, service: &Service) -> Result<()> {
    stage.fill("#prompt", "нетерпеливый бобр").await?;
    stage.shown("#notice [data-action=reload]").await?;
    let notice = stage.attribute("#notice", "data-failure").await?;
    ensure!(notice.as_deref() == Some("not-loaded"), "it is said what is wrong: {notice:?}");
    stage.press_ctrl_enter().await?;
    let asked_for = async |times: usize| {
        wait::until("the works to be asked for", wait::PATIENCE, async || match service.missing_asked() {
            asked if asked >= times => Ok(()),
            asked => Err(format!("{asked} times asked")),
        })
        .await
    };
    asked_for(2).await.context("Create tries again")?;
    stage.shown("#notice [data-action=retry]").await?;
    ensure!(service.runs().is_empty(), "nothing was sent");
    // The browser said so as well.
    stage.take_faults().await?;
    stage.click("#notice [data-action=retry]").await?;
    asked_for(3).await.context("so does the button")?;
    stage.picture("нетерпеливый бобр").await?;
    ensure!(service.runs().len() == 1, "the wish is granted once");
    Ok(())
}

async fn whoever_only_looks_loads_no_works(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    let loaded =
        "performance.getEntriesByType('resource').some((file) => file.name.includes('-split_works'))";
    ensure!(!stage.look::<bool>(loaded).await?, "a first visit does without");
    stage.fill("#prompt", "в").await?;
    stage.until_true("typing to load the works", loaded).await?;
    stage.create("выдра").await?;
    stage.picture("выдра").await?;
    stage.open(&relay.origin).await?;
    stage.until_true("a visit with pictures to load them at once", loaded).await
}
