//! The queue's panel: pausing, another order, other texts, cancelling, trying again; and a service that is closed.

use anyhow::{Context, Result, ensure};
use komposition_tests::{Script, Service, Stage, tests, wait};
use serde::Deserialize;
use thirtyfour::Key;

tests![
    waiting_jobs_are_sent_in_the_order_they_were_put_in_also_after_a_reload,
    a_job_is_dragged_to_another_place,
    a_waiting_job_is_edited_and_sent_once_with_its_new_texts,
    an_empty_prompt_is_not_saved_and_escape_leaves_it_as_it_was,
    cancelling_one_cancels_no_other_and_can_be_undone,
    all_failed_jobs_are_tried_again_in_their_own_places,
    a_closed_service_makes_the_queue_wait_and_it_goes_on_by_itself,
    another_tab_shows_the_same_queue_and_changes_it,
    all_that_wait_are_cancelled_at_once_and_come_back_in_their_order,
    one_failed_job_is_tried_again_and_no_other,
    a_closed_service_is_looked_at_when_somebody_wants_it,
    a_row_says_phase_age_and_estimate,
    what_is_over_grows_older_too,
    who_tries_at_a_closed_service_is_cancelled_with_the_others,
];

/// A row of the panel.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Row {
    prompt: String,
    phase: String,
}

const ROWS: &str = "[...document.querySelectorAll('#queue-rows > li')].map(row => ({
    prompt: row.querySelector('.queue-prompt').textContent, phase: row.dataset.phase }))";

/// Waits until the prompts of the waiting rows are these, in this order.
pub(crate) async fn waits(stage: &Stage, wanted: &[&str]) -> Result<()> {
    stage
        .until_value(&format!("the waiting rows to be {wanted:?}"), ROWS, |rows: &Vec<Row>| {
            rows.iter()
                .filter(|row| row.phase == "waiting")
                .map(|row| row.prompt.as_str())
                .eq(wanted.iter().copied())
        })
        .await?;
    Ok(())
}

/// The selector of a button in the row of this prompt: the row is marked, as prompts are no selectors.
pub(crate) async fn in_row(stage: &Stage, prompt: &str, action: &str) -> Result<String> {
    let script = "const [prompt, mark] = arguments;
        const row = [...document.querySelectorAll('#queue-rows > li')]
            .find(row => row.querySelector('.queue-prompt').textContent === prompt);
        row?.setAttribute('data-test', mark);
        return !!row;";
    let mark = prompt.replace(' ', "-");
    let found = stage.run(script, &[prompt.into(), mark.clone().into()]).await?;
    ensure!(
        found.as_bool() == Some(true),
        "there is no row «{prompt}»: {:?}",
        stage.look::<Vec<Row>>(ROWS).await?
    );
    Ok(format!("#queue-rows > [data-test='{mark}'] {action}"))
}

async fn press_in_row(stage: &Stage, prompt: &str, action: &str) -> Result<()> {
    let button = in_row(stage, prompt, &format!("[data-action='{action}']")).await?;
    stage.click(&button).await
}

/// Two jobs keep their seats, so that all others are sent one after the other; these wait in a paused queue.
pub(crate) async fn paused(stage: &Stage, waiting: &[&str]) -> Result<Service> {
    let service = stage.service(Script { long_runs: 2, ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    for prompt in ["долгая первая", "долгая вторая"] {
        stage.create(prompt).await?;
        stage.job(prompt, "accepted", |job| job.phase == "accepted").await?;
    }
    stage.click("#queue-pause").await?;
    for prompt in waiting {
        stage.create(prompt).await?;
        stage.job(prompt, "waiting", |job| job.phase == "waiting").await?;
    }
    waits(stage, waiting).await?;
    Ok(service)
}

/// A service that takes no runs: one job tries it, and one waits behind that.
async fn closed(stage: &Stage) -> Result<Service> {
    let service = stage.service(Script { closed: true, ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.create("первая").await?;
    stage.job("первая", "refused", |job| job.phase == "refused").await?;
    stage.create("вторая").await?;
    stage.job("вторая", "waiting behind it", |job| job.phase == "waiting").await?;
    Ok(service)
}

/// Both came, and the service had each once.
async fn both_came(stage: &Stage, service: &Service) -> Result<()> {
    stage.picture("первая").await?;
    stage.picture("вторая").await?;
    // Both at once, over two connections: the network decides which one comes first.
    let mut sent = service.prompts()?;
    sent.sort();
    ensure!(sent == ["вторая", "первая"], "each is sent once: {sent:?}");
    Ok(())
}

/// Lets the queue go on, and waits until the service has had all these.
async fn are_sent(stage: &Stage, service: &Service, wanted: &[&str]) -> Result<()> {
    stage.click("#queue-pause").await?;
    stage.picture(wanted.last().context("nothing is waited for")?).await?;
    let sent = service.prompts()?;
    ensure!(sent[2..] == *wanted, "sent were {sent:?}");
    Ok(())
}

pub(crate) async fn chord(stage: &Stage, key: Key) -> Result<()> {
    let chain = stage.driver().action_chain();
    chain
        .key_down(Key::Alt)
        .key_down(key.clone())
        .key_up(key)
        .key_up(Key::Alt)
        .perform()
        .await
        .context("a chord")
}

async fn waiting_jobs_are_sent_in_the_order_they_were_put_in_also_after_a_reload(
    stage: &Stage,
) -> Result<()> {
    let service = paused(stage, &["а", "б", "в", "г"]).await?;
    // By keys, from a button of the row: up twice, and down once.
    let button = in_row(stage, "в", "[data-action='edit']").await?;
    stage.run("document.querySelector(arguments[0]).focus();", &[button.clone().into()]).await?;
    chord(stage, Key::Up).await?;
    waits(stage, &["а", "в", "б", "г"]).await?;
    chord(stage, Key::Up).await?;
    waits(stage, &["в", "а", "б", "г"]).await?;
    chord(stage, Key::Down).await?;
    waits(stage, &["а", "в", "б", "г"]).await?;
    let has_focus =
        format!("document.activeElement === document.querySelector({})", serde_json::json!(button));
    ensure!(stage.look::<bool>(&has_focus).await?, "the focus went along with the row");
    // By buttons.
    press_in_row(stage, "г", "front").await?;
    waits(stage, &["г", "а", "в", "б"]).await?;
    press_in_row(stage, "а", "down").await?;
    waits(stage, &["г", "в", "а", "б"]).await?;
    stage.reload().await?;
    waits(stage, &["г", "в", "а", "б"]).await?;
    ensure!(service.prompts()?.len() == 2, "a paused queue sends nothing, also after a reload");
    are_sent(stage, &service, &["г", "в", "а", "б"]).await
}

async fn a_job_is_dragged_to_another_place(stage: &Stage) -> Result<()> {
    let _service = paused(stage, &["а", "б", "в"]).await?;
    let grip = in_row(stage, "в", ".queue-grip").await?;
    let target = in_row(stage, "а", ".queue-prompt").await?;
    let grip = stage.shown(&grip).await?;
    grip.scroll_into_view().await?;
    let target = stage.shown(&target).await?;
    stage
        .driver()
        .action_chain()
        .move_to_element_center(&grip)
        .click_and_hold()
        .move_to_element_center(&target)
        .release()
        .perform()
        .await?;
    waits(stage, &["в", "а", "б"]).await
}

async fn a_waiting_job_is_edited_and_sent_once_with_its_new_texts(stage: &Stage) -> Result<()> {
    let service = paused(stage, &["рыжий кот", "маяк"]).await?;
    press_in_row(stage, "рыжий кот", "edit").await?;
    stage
        .until_true("the field to have the focus", "document.activeElement.id === 'queue-edit-prompt'")
        .await?;
    stage.fill("#queue-edit-prompt", "чёрный кот").await?;
    stage.fill("#queue-edit-negative", "собаки").await?;
    stage.press_ctrl_enter().await?;
    waits(stage, &["чёрный кот", "маяк"]).await?;
    stage.until_true("the focus to be back", "document.activeElement.dataset.action === 'edit'").await?;
    let tile =
        stage.job("чёрный кот", "on the stage with its new text", |job| job.phase == "waiting").await?;
    ensure!(tile.task.is_none());
    stage.reload().await?;
    waits(stage, &["чёрный кот", "маяк"]).await?;
    are_sent(stage, &service, &["чёрный кот", "маяк"]).await?;
    let params = service.runs()[2].params()?;
    ensure!(params["negativePromptDecoder"] == "собаки", "{params}");
    Ok(())
}

async fn an_empty_prompt_is_not_saved_and_escape_leaves_it_as_it_was(stage: &Stage) -> Result<()> {
    let _service = paused(stage, &["кот"]).await?;
    press_in_row(stage, "кот", "edit").await?;
    stage.fill("#queue-edit-prompt", "").await?;
    stage.click(".queue-editor [data-action='save']").await?;
    stage
        .until_true("the reason to be told", "document.querySelector('#queue-edit-error').textContent !== ''")
        .await?;
    stage.press(Key::Escape).await?;
    stage.until_true("the fields to be gone", "!document.querySelector('.queue-editor')").await?;
    waits(stage, &["кот"]).await
}

async fn cancelling_one_cancels_no_other_and_can_be_undone(stage: &Stage) -> Result<()> {
    let service = paused(stage, &["а", "б", "в"]).await?;
    press_in_row(stage, "б", "cancel").await?;
    waits(stage, &["а", "в"]).await?;
    stage.until_true("the way back to have the focus", "document.activeElement.id === 'queue-undo'").await?;
    stage.press(Key::Enter).await?;
    waits(stage, &["а", "в", "б"]).await?;
    press_in_row(stage, "а", "cancel").await?;
    waits(stage, &["в", "б"]).await?;
    are_sent(stage, &service, &["в", "б"]).await?;
    let jobs = stage.jobs().await?;
    let going = jobs.iter().filter(|job| job.phase == "accepted").count();
    ensure!(going == 2, "those under way go on: {jobs:#?}");
    Ok(())
}

async fn all_failed_jobs_are_tried_again_in_their_own_places(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    for prompt in ["sim:fail=Ой раз", "sim:fail=Ой два"] {
        stage.create(prompt).await?;
        stage.job(prompt, "failed", |job| job.phase == "failed").await?;
    }
    stage
        .until_true("the rows to say why", "[...document.querySelectorAll('.queue-why')].filter(p => p.textContent.includes('Ой')).length === 2")
        .await?;
    stage.click("[data-action='retry-all']").await?;
    let tried = async || {
        let log = relay.log().await?;
        anyhow::Ok(log.iter().filter(|entry| entry.event == "run").count())
    };
    wait::until("four runs", wait::PATIENCE, async || match tried().await {
        Ok(4) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await?;
    stage
        .until_value("two failed rows again", ROWS, |rows: &Vec<Row>| {
            rows.len() == 2 && rows.iter().all(|row| row.phase == "failed")
        })
        .await?;
    Ok(())
}

async fn a_closed_service_makes_the_queue_wait_and_it_goes_on_by_itself(stage: &Stage) -> Result<()> {
    let service = closed(stage).await?;
    let told = stage.text("#queue-closed").await?;
    ensure!(told.contains("DISABLED_BY_QUEUE") && told.chars().any(|c| c.is_ascii_digit()), "{told}");
    ensure!(service.prompts()?.is_empty());
    service.reopen();
    // Nobody presses anything: the next look finds it open.
    both_came(stage, &service).await?;
    stage.until_true("nothing to be said any more", "!document.querySelector('#queue-closed')").await
}

async fn another_tab_shows_the_same_queue_and_changes_it(stage: &Stage) -> Result<()> {
    let service = paused(stage, &["а", "б", "в"]).await?;
    let first = stage.driver().window().await?;
    let second = stage.driver().new_tab().await?;
    stage.driver().switch_to_window(second).await?;
    stage.open(&service.origin).await?;
    waits(stage, &["а", "б", "в"]).await?;
    press_in_row(stage, "в", "front").await?;
    waits(stage, &["в", "а", "б"]).await?;
    press_in_row(stage, "а", "edit").await?;
    stage.fill("#queue-edit-prompt", "аист").await?;
    stage.click(".queue-editor [data-action='save']").await?;
    waits(stage, &["в", "аист", "б"]).await?;
    press_in_row(stage, "б", "cancel").await?;
    waits(stage, &["в", "аист"]).await?;
    stage.no_faults().await?;
    stage.driver().close_window().await?;
    stage.driver().switch_to_window(first).await?;
    waits(stage, &["в", "аист"]).await?;
    are_sent(stage, &service, &["в", "аист"]).await
}

async fn all_that_wait_are_cancelled_at_once_and_come_back_in_their_order(stage: &Stage) -> Result<()> {
    let service = paused(stage, &["а", "б", "в"]).await?;
    stage.click("[data-action='cancel-all']").await?;
    waits(stage, &[]).await?;
    let said = stage.text(".queue-undo p").await?;
    ensure!(said.starts_with("Отменены 3 запроса"), "{said}");
    // Those under way are no part of it, and nothing is sent any more.
    let jobs = stage.jobs().await?;
    ensure!(jobs.len() == 2 && jobs.iter().all(|job| job.phase == "accepted"), "{jobs:#?}");
    stage.until_true("the way back to have the focus", "document.activeElement.id === 'queue-undo'").await?;
    stage.press(Key::Enter).await?;
    waits(stage, &["а", "б", "в"]).await?;
    are_sent(stage, &service, &["а", "б", "в"]).await
}

async fn one_failed_job_is_tried_again_and_no_other(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    for prompt in ["sim:fail=раз", "sim:fail=два"] {
        stage.create(prompt).await?;
        stage.job(prompt, "failed", |job| job.phase == "failed").await?;
    }
    let tasks = async || {
        let jobs = stage.jobs().await?;
        let task =
            |prompt: &str| jobs.iter().find(|job| job.prompt == prompt).and_then(|job| job.task.clone());
        anyhow::Ok((task("sim:fail=раз"), task("sim:fail=два"), jobs.len()))
    };
    let (first, second, _) = tasks().await?;
    press_in_row(stage, "sim:fail=раз", "retry").await?;
    wait::until("another run of the one", wait::PATIENCE, async || {
        match tasks().await {
            // In the place of the one that failed.
            Ok((Some(now), other, 2)) if Some(&now) != first.as_ref() && other == second => Ok(()),
            other => Err(format!("{other:?}, before {first:?} and {second:?}")),
        }
    })
    .await?;
    let runs = relay.log().await?.iter().filter(|entry| entry.event == "run").count();
    ensure!(runs == 3, "{runs} runs");
    Ok(())
}

async fn a_closed_service_is_looked_at_when_somebody_wants_it(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { closed: true, ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    stage.create("кот").await?;
    stage.job("кот", "refused", |job| job.phase == "refused").await?;
    let left = "Number(document.querySelector('#queue-next')?.textContent.match(/\\d+/)?.[0] ?? 0)";
    // After the first look of its own it waits for seven seconds and a half.
    stage.until_value("time to press", left, |left: &u32| *left >= 7).await?;
    let looks = || service.asked().iter().filter(|path| path.ends_with("/availability")).count();
    let before = looks();
    stage.click("#queue-closed [data-action='try-now']").await?;
    wait::until(
        "a look",
        wait::PATIENCE,
        async || {
            if looks() > before { Ok(()) } else { Err("none".to_owned()) }
        },
    )
    .await?;
    stage.until_value("the wait for the look after that", left, |left: &u32| *left >= 9).await?;
    stage.until_true("the focus to stay in the queue", "document.activeElement.id === 'queue-title'").await?;
    service.reopen();
    stage.click("#queue-closed [data-action='try-now']").await?;
    stage.until_true("nothing to be said any more", "!document.querySelector('#queue-closed')").await?;
    stage.picture("кот").await?;
    ensure!(service.prompts()? == ["кот"], "it is sent once");
    Ok(())
}

async fn a_row_says_phase_age_and_estimate(stage: &Stage) -> Result<()> {
    let service = stage.service(Script { long_runs: 3, ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    let prompts = ["долгая первая", "долгая вторая", "долгая третья", "четвёртая"];
    for prompt in prompts {
        stage.create(prompt).await?;
    }
    let row = in_row(stage, "долгая первая", ".queue-meta").await?;
    let meta = format!("document.querySelector({}).textContent", serde_json::json!(row));
    // It promised five minutes; two are believed.
    let said = stage
        .until_value("its meta", &meta, |said: &String| {
            said.starts_with("Рисует") && said.contains(" с назад · ")
        })
        .await?;
    let parts: Vec<&str> = said.split(" · ").collect();
    ensure!(parts.len() == 3 && parts[2] == "осталось около 2 мин", "{said}");
    // Time goes on.
    let age = |said: &str| said.split(' ').find_map(|word| word.parse::<u32>().ok());
    stage.until_value("it to be older", &meta, |now: &String| age(now) > age(&said)).await?;
    // What waits says so, and when it will be done by what the service promised the others; but no time that nobody knows:
    // as long as the queue is paused.
    let row = in_row(stage, "четвёртая", ".queue-meta").await?;
    let meta = format!("document.querySelector({}).textContent", serde_json::json!(row));
    stage
        .until_value("its estimate", &meta, |said: &String| {
            said.starts_with("Ждёт") && said.contains("будет готово примерно через")
        })
        .await?;
    stage.click("#queue-pause").await?;
    stage
        .until_value("no estimate", &meta, |said: &String| {
            said.starts_with("Ждёт") && said.split(" · ").count() == 2
        })
        .await?;
    drop(service);
    Ok(())
}

async fn what_is_over_grows_older_too(stage: &Stage) -> Result<()> {
    let clock = "window.late = 0; const now = Date.now; Date.now = () => now() + window.late;";
    let script = Script { lacking: Some(clock), broken_pictures: true, ..Script::default() };
    let service = stage.service(script).await?;
    stage.open(&service.origin).await?;
    stage.create("туман").await?;
    stage.job("туман", "failed", |job| job.phase == "failed").await?;
    let row = in_row(stage, "туман", ".queue-meta").await?;
    stage.run("window.late = 7_200_000;", &[]).await?;
    let meta = format!("document.querySelector({}).textContent", serde_json::json!(row));
    stage.until_value("its age", &meta, |said: &String| said.contains("2 ч назад")).await.map(drop)
}

async fn who_tries_at_a_closed_service_is_cancelled_with_the_others(stage: &Stage) -> Result<()> {
    let service = closed(stage).await?;
    stage.click("[data-action='cancel-all']").await?;
    stage.until_true("nothing to wait any more", "!document.querySelector('#queue-rows > li')").await?;
    service.reopen();
    stage.click("#queue-undo").await?;
    both_came(stage, &service).await
}
