//! A first visit: no keys, a relay with the simulator behind it, and a picture of the very prompt.

use anyhow::{Context, Result, ensure};
use komposition_tests::{Relay, Stage, relay::Entry, tests};
use serde_json::json;
use thirtyfour::Key;

tests![
    picture_of_the_prompt,
    picture_by_ctrl_enter,
    picture_by_the_keyboard_alone,
    the_page_says_what_it_is_doing,
    the_same_prompt_again,
    png_to_download,
    jpeg_to_download,
    webp_to_download,
    five_shapes_have_exactly_their_sizes,
    custom_size_in_steps_of_64,
    three_jobs_at_once_each_its_own_picture,
    marks_are_set_in_order,
    counter_counts_utf16_units_of_the_trimmed_text,
    too_long_a_prompt_cannot_be_created,
    an_empty_prompt_cannot_be_created,
    a_choice_of_pipelines,
    the_service_is_said_to_be_available,
];

const CAT: &str = "Пушистый кот в очках";

async fn picture_of_the_prompt(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    stage.type_into("#prompt", CAT).await?;
    stage.click("#create").await?;
    let job = stage.picture(CAT).await?;
    let picture = job.picture.context("no picture")?;
    ensure!((picture.width, picture.height) == (1024, 1024), "the default size is 1024x1024: {picture:?}");
    ensure!(picture.source.starts_with("data:image/png;base64,"), "straight from its base64: {picture:?}");
    ensure!(picture.alt == CAT, "the alternative text is the prompt: {picture:?}");
    ensure!(job.failure.is_none(), "nothing failed: {:?}", job.failure);
    ensure!(stage.property("#prompt", "value").await? == CAT, "the prompt stays");
    let focus: String = stage.look("document.activeElement.id").await?;
    ensure!(focus == "prompt", "the focus returns to the prompt, not to {focus:?}");
    served_once(&relay, &job.task.context("no task")?).await
}

/// The service saw one run, polls one after the other, and handed the picture over.
async fn served_once(relay: &Relay, task: &str) -> Result<()> {
    let log = relay.log().await?;
    let events = |name: &str| -> Vec<&Entry> {
        log.iter().filter(|entry| entry.event == name && entry.uuid.as_deref() == Some(task)).collect()
    };
    ensure!(events("run").len() == 1, "one run: {log:#?}");
    ensure!(!events("poll").is_empty(), "polls: {log:#?}");
    ensure!(events("delivered").len() == 1, "delivered once: {log:#?}");
    ensure!(
        log.iter().all(|entry| entry.concurrent_polls <= 1),
        "never two polls of a task at once: {log:#?}"
    );
    Ok(())
}

async fn picture_by_ctrl_enter(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    stage.type_into("#prompt", CAT).await?;
    stage.press_ctrl_enter().await?;
    let job = stage.picture(CAT).await?;
    ensure!(stage.property("#prompt", "value").await? == CAT, "the prompt stays, without a new line in it");
    ensure!(
        stage.look::<String>("document.activeElement.id").await? == "prompt",
        "the focus stays in the prompt"
    );
    served_once(&relay, &job.task.context("no task")?).await
}

async fn picture_by_the_keyboard_alone(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    tab_to(stage, "prompt").await?;
    stage.press(CAT).await?;
    tab_to(stage, "create").await?;
    stage.press(Key::Enter).await?;
    stage.picture(CAT).await?;
    Ok(())
}

async fn tab_to(stage: &Stage, id: &str) -> Result<()> {
    let mut passed = Vec::new();
    while passed.len() < 40 {
        let at: String = stage
            .look("document.activeElement?.id || document.activeElement?.outerHTML?.slice(0, 60) || ''")
            .await?;
        if at == id {
            return Ok(());
        }
        passed.push(at);
        stage.press(Key::Tab).await?;
    }
    anyhow::bail!("Tab never came to #{id}; it went through {passed:?}")
}

async fn the_page_says_what_it_is_doing(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create("sim:slow=3 медленный кит").await?;
    let job = stage
        .job("sim:slow=3 медленный кит", "under way", |job| {
            job.phase == "accepted" || job.phase == "polling"
        })
        .await?;
    ensure!(!job.words.is_empty(), "the phase is told in words: {job:?}");
    ensure!(stage.property("#create", "disabled").await? == false, "Create stays usable while a job runs");
    stage.picture("sim:slow=3 медленный кит").await?;
    Ok(())
}

async fn the_same_prompt_again(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    stage.click("li.job [data-action='again']").await?;
    stage
        .until_value(
            "two pictures",
            "document.querySelectorAll('li.job[data-phase=done] img.picture').length",
            |&n: &u32| n == 2,
        )
        .await?;
    ensure!(relay.runs().await? == 2, "a run each");
    Ok(())
}

async fn download(stage: &Stage, prompt: &str, extension: &str, start: &[u8]) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create(prompt).await?;
    stage.picture(prompt).await?;
    let (name, bytes) = stage.downloaded(prompt).await?;
    ensure!(name.len() > extension.len() && name.ends_with(extension), "the file is called {name:?}");
    ensure!(bytes.starts_with(start), "{name} starts with {bytes:?}");
    Ok(())
}

async fn png_to_download(stage: &Stage) -> Result<()> {
    download(stage, CAT, ".png", b"\x89PNG\r\n\x1a\n").await
}

async fn jpeg_to_download(stage: &Stage) -> Result<()> {
    download(stage, "sim:jpeg пейзаж", ".jpg", b"\xff\xd8\xff").await
}

async fn webp_to_download(stage: &Stage) -> Result<()> {
    download(stage, "sim:webp пейзаж", ".webp", b"RIFF").await
}

async fn five_shapes_have_exactly_their_sizes(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let shapes =
        [("1:1", 1024, 1024), ("2:3", 640, 960), ("3:2", 960, 640), ("9:16", 576, 1024), ("16:9", 1024, 576)];
    for (name, ..) in shapes {
        stage.choose(&format!("input[name=shape][value='{name}']")).await?;
        stage.create(&format!("форма {name}")).await?;
    }
    for (name, width, height) in shapes {
        let picture = stage.picture(&format!("форма {name}")).await?.picture.context("no picture")?;
        ensure!(
            (picture.width, picture.height) == (width, height),
            "{name} is {width}x{height}: {picture:?}"
        );
    }
    Ok(())
}

async fn custom_size_in_steps_of_64(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    ensure!(!stage.is_shown("#width").await?, "the size's own fields belong to the custom shape only");
    stage.choose("input[name=shape][value='custom']").await?;
    for (field, value) in [("#width", "320"), ("#height", "192")] {
        stage.shown(field).await?;
        ensure!(
            stage.attribute(field, "step").await?.as_deref() == Some("64"),
            "{field} goes in steps of 64"
        );
        stage.fill(field, value).await?;
    }
    stage.create("своя форма").await?;
    let picture = stage.picture("своя форма").await?.picture.context("no picture")?;
    ensure!((picture.width, picture.height) == (320, 192), "{picture:?}");
    Ok(())
}

async fn three_jobs_at_once_each_its_own_picture(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    let prompts = ["красный круг sim:slow=2", "синий квадрат sim:slow=2", "жёлтый треугольник sim:slow=2"];
    for prompt in prompts {
        stage.create(prompt).await?;
    }
    let mut tasks = Vec::new();
    for prompt in prompts {
        tasks.push(stage.picture(prompt).await?.task.context("no task")?);
    }
    let sources: Vec<String> =
        stage.look("[...document.querySelectorAll('li.job img.picture')].map(e => e.src)").await?;
    ensure!(sources.len() == 3, "three pictures, not {}", sources.len());
    ensure!(
        sources[0] != sources[1] && sources[1] != sources[2] && sources[0] != sources[2],
        "each its own picture"
    );
    let shown: Vec<String> = stage.jobs().await?.into_iter().map(|job| job.prompt).collect();
    ensure!(shown.iter().eq(prompts.iter().rev()), "newest first: {shown:?}");
    let log = relay.log().await?;
    for task in tasks {
        let delivered =
            log.iter().filter(|e| e.event == "delivered" && e.uuid.as_ref() == Some(&task)).count();
        ensure!(delivered == 1, "{task} was delivered {delivered} times");
    }
    // They ran side by side: the last was accepted before the first was delivered.
    let last_run = log.iter().rposition(|e| e.event == "run");
    let first_delivery = log.iter().position(|e| e.event == "delivered");
    ensure!(last_run < first_delivery, "one waited for the other: {log:#?}");
    Ok(())
}

async fn marks_are_set_in_order(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create(CAT).await?;
    let task = stage.picture(CAT).await?.task.context("no task")?;
    let marks = "performance.getEntriesByType('mark').filter(m => m.name.startsWith('komposition:')).sort((a, b) => a.startTime - b.startTime).map(m => m.name)";
    let shown = format!("komposition:shown:{task}");
    let marks: Vec<String> = stage
        .until_value("the mark of the shown picture", marks, |m: &Vec<String>| m.contains(&shown))
        .await?;
    let wanted = [
        "komposition:ready".to_owned(),
        format!("komposition:accepted:{task}"),
        format!("komposition:received:{task}"),
        shown.clone(),
    ];
    ensure!(marks == wanted, "{marks:?}");
    Ok(())
}

async fn counter_counts_utf16_units_of_the_trimmed_text(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    for (text, count) in [("кот", 3), ("  кот \n ", 3), ("🦊", 2), ("👩‍🎨 и кот", 11), ("a\nb", 3)]
    {
        stage.fill("#prompt", text).await?;
        let wanted = format!("{count}/1000");
        stage
            .until_value(
                &format!("{text:?} to count {wanted}"),
                "document.querySelector('#prompt-counter').textContent.trim()",
                |seen: &String| *seen == wanted,
            )
            .await?;
    }
    Ok(())
}

async fn too_long_a_prompt_cannot_be_created(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    // 500 foxes are 1000 UTF-16 units: they still go.
    let longest = "🦊".repeat(500);
    stage.fill("#prompt", &longest).await?;
    stage.until_true("1000 units to be allowed", "!document.querySelector('#create').disabled").await?;
    stage.fill("#prompt", &(longest.clone() + "!")).await?;
    refused_with_a_reason(stage).await?;
    stage.press_ctrl_enter().await?;
    stage.fill("#prompt", CAT).await?;
    stage.until_true("Create to be usable again", "!document.querySelector('#create').disabled").await?;
    ensure!(stage.text("#create-reason").await?.is_empty(), "the reason goes with the cause");
    ensure!(stage.jobs().await?.is_empty() && relay.runs().await? == 0, "nothing was created");
    Ok(())
}

async fn refused_with_a_reason(stage: &Stage) -> Result<()> {
    stage.until_true("Create to be disabled", "document.querySelector('#create').disabled").await?;
    stage
        .until_value(
            "the reason why",
            "document.querySelector('#create-reason').textContent.trim()",
            |reason: &String| !reason.is_empty(),
        )
        .await?;
    ensure!(stage.is_shown("#create-reason").await?, "the reason is visible");
    Ok(())
}

async fn an_empty_prompt_cannot_be_created(stage: &Stage) -> Result<()> {
    let relay = stage.demo().await?;
    for text in ["кот", "", "  \n "] {
        stage.fill("#prompt", text).await?;
        if text.trim().is_empty() {
            refused_with_a_reason(stage).await?;
            stage.press_ctrl_enter().await?;
        }
    }
    ensure!(stage.jobs().await?.is_empty() && relay.runs().await? == 0, "nothing was created");
    Ok(())
}

async fn a_choice_of_pipelines(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.shown("select#pipeline").await?;
    let choices: Vec<String> =
        stage.look("[...document.querySelectorAll('select#pipeline option')].map(o => o.value)").await?;
    ensure!(choices.len() == 2, "the simulator has two models: {choices:?}");
    let chosen: String =
        stage.look("document.querySelector('select#pipeline').selectedOptions[0].textContent").await?;
    ensure!(chosen.contains("3.1"), "the highest version is chosen by itself: {chosen:?}");
    let other = "const select = document.querySelector('select#pipeline');
        select.value = [...select.options].find(o => !o.selected).value;
        select.dispatchEvent(new Event('input', { bubbles: true }));
        select.dispatchEvent(new Event('change', { bubbles: true }));";
    stage.run(other, &[]).await?;
    stage.create(CAT).await?;
    stage.picture(CAT).await?;
    Ok(())
}

async fn the_service_is_said_to_be_available(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage
        .until_true(
            "the badge to say ACTIVE",
            "document.querySelector('#availability')?.dataset.status === 'ACTIVE'",
        )
        .await?;
    ensure!(!stage.text("#availability").await?.is_empty(), "in words, too");
    ensure!(stage.property("#prompt", "disabled").await? == json!(false), "the prompt is usable");
    Ok(())
}
