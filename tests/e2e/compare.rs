//! Pictures beside each other: stacks of variations, and two compared.

use anyhow::{Result, ensure};
use komposition_tests::{Stage, tests};
use thirtyfour::Key;

tests![
    variations_of_one_prompt_lie_in_a_stack_that_opens,
    two_pictures_of_the_stage_are_compared,
    two_pictures_of_the_library_are_compared_by_keys,
];

const SHOWN: &str =
    "[...document.querySelectorAll('#jobs > li.job')].filter(tile => tile.checkVisibility()).length";

async fn variations_of_one_prompt_lie_in_a_stack_that_opens(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.create("маяк").await?;
    stage.picture("маяк").await?;
    for n in 1..=3_usize {
        stage.create("кот").await?;
        let done = "[...document.querySelectorAll('#jobs > li[data-phase=done]')]
            .filter(tile => tile.querySelector('.job-prompt').textContent === 'кот').length";
        stage.until_value("the picture", done, |count: &usize| *count == n).await?;
    }
    stage.until_value("the stack and the other picture", SHOWN, |count: &usize| *count == 2).await?;
    let button = "li.job:first-child [data-action='stack']";
    ensure!(stage.text(button).await?.contains('3'), "it says how many: {}", stage.text(button).await?);
    ensure!(stage.attribute(button, "aria-expanded").await?.as_deref() == Some("false"));
    stage.click(button).await?;
    stage.until_value("all pictures", SHOWN, |count: &usize| *count == 4).await?;
    stage.press(Key::Enter).await?;
    stage.until_value("the stack again", SHOWN, |count: &usize| *count == 2).await?;
    stage
        .until_true("the focus to be where it was", "document.activeElement.dataset.action === 'stack'")
        .await
}

const TRANSFORMS: &str =
    "[...document.querySelectorAll('.compare-pane img')].map(image => image.style.transform)";

/// The dialog is open with two pictures that decode: looks at both ways to compare, and at what differs.
async fn compares(stage: &Stage, left: &str, right: &str) -> Result<()> {
    stage.shown("dialog.compare[open]").await?;
    stage
        .until_true("both pictures to be there", "[...document.querySelectorAll('.compare-pane img')].filter(i => i.naturalWidth > 0).length === 2")
        .await?;
    let alt = |side: &str| format!("document.querySelector('.compare-pane[data-side={side}] img').alt");
    ensure!(stage.look::<String>(&alt("left")).await? == left);
    ensure!(stage.look::<String>(&alt("right")).await? == right);
    // Behind a slider, which keys move.
    let clip = "document.querySelector('.compare-pane[data-side=left]').style.clipPath";
    ensure!(stage.look::<String>(clip).await?.contains("50%"), "{}", stage.look::<String>(clip).await?);
    stage.run("document.querySelector('.compare-slider').focus();", &[]).await?;
    stage.press(Key::Home).await?;
    stage.until_value("the left picture to be covered", clip, |clip: &String| clip.contains("100%")).await?;
    // Side by side, and both as near. The slider goes with the focus in it, and keys are heard still.
    stage.press("b").await?;
    stage.until_true("no slider", "!document.querySelector('.compare-slider')").await?;
    stage
        .until_true(
            "the focus to stay",
            "document.querySelector('dialog.compare[open]').contains(document.activeElement)",
        )
        .await?;
    stage.press("++").await?;
    stage
        .until_value("both to be as near", TRANSFORMS, |both: &Vec<String>| {
            both.len() == 2 && both[0] == both[1] && both[0].contains("scale(1.56)")
        })
        .await?;
    stage.press("0").await?;
    stage
        .until_value("whole pictures", TRANSFORMS, |both: &Vec<String>| both[0].contains("scale(1)"))
        .await?;
    Ok(())
}

async fn two_pictures_of_the_stage_are_compared(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    for prompt in ["рыжий кот на крыше", "чёрный кот на крыше"] {
        stage.create(prompt).await?;
        stage.picture(prompt).await?;
    }
    stage.click("li.job:nth-child(2) [data-action='compare']").await?;
    stage
        .until_true(
            "it to be chosen",
            "document.querySelector('li.job:nth-child(2) [data-action=compare]').ariaPressed === 'true'",
        )
        .await?;
    stage.click("li.job:first-child [data-action='compare']").await?;
    compares(stage, "рыжий кот на крыше", "чёрный кот на крыше").await?;
    let marks =
        "[...document.querySelectorAll('[data-parameter=prompt] mark')].map(mark => mark.textContent.trim())";
    let marks: Vec<String> = stage.look(marks).await?;
    ensure!(marks == ["рыжий", "чёрный"], "only the words that differ are marked: {marks:?}");
    ensure!(!stage.is_shown("[data-parameter='size']").await?, "what is the same is no difference");
    stage.press(Key::Escape).await?;
    stage.until_true("it to be closed", "!document.querySelector('dialog.compare[open]')").await?;
    stage.until_true("the focus to be back", "document.activeElement.dataset.action === 'compare'").await
}

async fn two_pictures_of_the_library_are_compared_by_keys(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    for prompt in ["мост", "сад"] {
        stage.create(prompt).await?;
        stage.picture(prompt).await?;
    }
    stage.route("#/library").await?;
    stage.until_true("both tiles", "document.querySelectorAll('.tile .open').length >= 2").await?;
    stage.run("document.querySelector('.tile .open').focus();", &[]).await?;
    stage.press("x").await?;
    stage.press(Key::Right).await?;
    stage.press("x").await?;
    stage.shown(".chosen [data-action='compare']").await?;
    stage.press("c").await?;
    compares(stage, "сад", "мост").await?;
    stage.press(Key::Escape).await?;
    stage.until_true("it to be closed", "!document.querySelector('dialog.compare[open]')").await?;
    // From the viewer: with the other one that is chosen.
    stage.press(Key::Enter).await?;
    stage.shown("dialog.viewer[open]").await?;
    stage.press("c").await?;
    stage.shown("dialog.compare[open]").await?;
    stage.press(Key::Escape).await?;
    stage.until_true("only the viewer to be open", "!document.querySelector('dialog.compare[open]') && !!document.querySelector('dialog.viewer[open]')").await
}
