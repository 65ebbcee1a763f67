//! A panic of the app ends in a page with a reload button, not in a frozen one.

use anyhow::{Result, ensure};
use komposition_tests::{Stage, tests};

tests![a_panic_ends_in_a_page_with_a_reload_button];

async fn a_panic_ends_in_a_page_with_a_reload_button(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    ensure!(!stage.is_shown("#crash").await?, "nothing is wrong yet");
    stage.fill("#prompt", "кот").await?;
    // What is loaded with the first word draws itself too, and this is about the press.
    stage.shown("#history").await?;
    stage.until_true("Create to be usable", "!document.querySelector('#create').disabled").await?;
    stage.run("window.notYetReloaded = true; document.createElementNS = () => { throw new Error('on purpose'); };", &[]).await?;
    stage.click("#create").await?;
    let page = stage.shown("#crash").await?;
    ensure!(page.text().await?.len() > 20, "it says what happened");
    ensure!(!stage.take_faults().await?.is_empty(), "the fault was kept");
    stage.click("button#reload").await?;
    stage
        .until_true(
            "the page to be loaded anew",
            "!window.notYetReloaded && document.documentElement.hasAttribute('data-ready')",
        )
        .await?;
    ensure!(!stage.is_shown("#crash").await?, "all is well again");
    stage.create("кот").await?;
    stage.picture("кот").await?;
    Ok(())
}
