//! For everybody: themes, a phone, large text, less motion, forced colours, both languages.

use anyhow::{Result, ensure};
use komposition_tests::{Engine, Script, Stage, screens::Screen, tests};
use serde_json::json;

tests![
    every_theme_is_chosen_in_the_settings_and_kept,
    text_of_twice_the_size_is_not_cut,
    the_language_is_chosen_in_the_settings,
    the_live_region_says_an_end_once
    ; in chromium:
    the_automatic_theme_follows_the_system,
    forced_colours_leave_nothing_said_by_colour_alone,
    less_motion_stands_still,
    a_phone_has_its_tabs_below_and_create_within_reach,
];

const DRESS: &str =
    "[document.documentElement.dataset.theme, document.documentElement.hasAttribute('data-contrast')]";

async fn dressed(stage: &Stage, wanted: (&str, bool)) -> Result<()> {
    let what = format!("the page to be {wanted:?}");
    stage
        .until_value(&what, DRESS, |(theme, contrast): &(String, bool)| (theme.as_str(), *contrast) == wanted)
        .await
        .map(drop)
}

async fn every_theme_is_chosen_in_the_settings_and_kept(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let system: String =
        stage.look("matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark'").await?;
    for (look, wanted) in [
        ("light", ("light", false)),
        ("contrast", (system.as_str(), true)),
        ("dark", ("dark", false)),
        ("auto", (system.as_str(), false)),
    ] {
        stage.route("#/settings").await?;
        stage.choose(&format!("input[name=look][value={look}]")).await?;
        dressed(stage, wanted).await?;
        stage.reload().await?;
        dressed(stage, wanted).await?;
    }
    // The button above knows of it.
    stage.route("#/settings").await?;
    stage.choose("input[name=look][value=light]").await?;
    stage.click("#theme").await?;
    dressed(stage, ("dark", false)).await?;
    ensure!(
        stage.property("input[name=look][value=dark]", "checked").await? == true,
        "and the settings of the button"
    );
    Ok(())
}

/// Has Chromium pretend that the system asks for these.
async fn asked(stage: &Stage, features: &[(&str, &str)]) -> Result<()> {
    let features: Vec<_> =
        features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    stage.driver().cdp().send_raw("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
    Ok(())
}

async fn the_automatic_theme_follows_the_system(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    for (scheme, contrast) in
        [("dark", "more"), ("light", "more"), ("light", "no-preference"), ("dark", "no-preference")]
    {
        asked(stage, &[("prefers-color-scheme", scheme), ("prefers-contrast", contrast)]).await?;
        dressed(stage, (scheme, contrast == "more")).await?;
    }
    asked(stage, &[]).await
}

async fn forced_colours_leave_nothing_said_by_colour_alone(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    asked(stage, &[("forced-colors", "active")]).await?;
    ensure!(
        stage.look::<bool>("matchMedia('(forced-colors: active)').matches").await?,
        "the colours are forced"
    );
    let lined =
        "[document.querySelector('.chip:has(:checked)'), document.querySelector('nav [aria-current]')]
        .every(it => getComputedStyle(it).outlineStyle === 'solid')";
    ensure!(stage.look::<bool>(lined).await?, "what is chosen has a line around it");
    asked(stage, &[]).await
}

async fn less_motion_stands_still(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    asked(stage, &[("prefers-reduced-motion", "reduce")]).await?;
    stage.create("sim:slow=900 тихо").await?;
    stage.shown(".bar > span").await?;
    let still = "document.getAnimations().every(it => it.effect.getComputedTiming().activeDuration < 1)";
    stage.until_true("nothing to move", still).await?;
    asked(stage, &[]).await
}

/// What is cut: words that are wider or higher than the box that hides what leaves it, and what leaves the page to the right.
const CUT: &str = "[...document.querySelectorAll('body *')].filter(it => {
    if (!it.checkVisibility({ visibilityProperty: true }) || it.closest('.hidden-text, .caption, #crash, svg, textarea')) return false;
    const style = getComputedStyle(it);
    const words = [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const box = it.getBoundingClientRect();
    if (box.width <= 1) return false;
    const hides = style.overflowX === 'hidden' || style.overflowX === 'clip';
    return (words && box.right > innerWidth + 1) || (hides && words && it.scrollWidth > it.clientWidth + 1)
        || (style.display !== 'inline' && it.matches('button, a, label, nav, header') && (it.scrollWidth > it.clientWidth + 1));
}).map(it => it.outerHTML.slice(0, 120))";

async fn text_of_twice_the_size_is_not_cut(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.furnish().await?;
    let sizes: &[Option<(u32, u32)>] =
        if stage.engine == Engine::Chromium { &[Some((1366, 768)), Some((390, 844))] } else { &[None] };
    let mut cut = vec![];
    for size in sizes {
        if let Some((width, height)) = size {
            stage.resize(*width, *height).await?;
        }
        for screen in Screen::FULL {
            stage.run("document.documentElement.style.fontSize = '';", &[]).await?;
            screen.show(stage).await?;
            stage.run("document.documentElement.style.fontSize = '200%';", &[]).await?;
            let found: Vec<String> = stage.look(CUT).await?;
            cut.extend(found.into_iter().map(|it| format!("{} {size:?}: {it}", screen.name())));
            screen.leave(stage).await?;
        }
    }
    if stage.engine == Engine::Chromium {
        stage.resize_back().await?;
    }
    ensure!(cut.is_empty(), "cut: {cut:#?}");
    Ok(())
}

async fn a_phone_has_its_tabs_below_and_create_within_reach(stage: &Stage) -> Result<()> {
    let relay = stage.relay()?;
    stage.resize(390, 844).await?;
    stage.open(&relay.origin).await?;
    let tabs = "[...document.querySelectorAll('header nav a')].filter(it => it.checkVisibility()).map(it => [it.hash, it.getBoundingClientRect().bottom, it.getBoundingClientRect().height])";
    let tabs: Vec<(String, f64, f64)> = stage.look(tabs).await?;
    let names: Vec<&str> = tabs.iter().map(|(hash, ..)| hash.as_str()).collect();
    ensure!(names == ["#/", "#/queue", "#/library", "#/settings"], "{names:?}");
    ensure!(tabs.iter().all(|(_, bottom, height)| *bottom > 840.0 && *height >= 44.0), "{tabs:?}");
    let create = "(box => box.top > 600 && box.bottom < 844 - 55)(document.querySelector('#create').getBoundingClientRect())";
    ensure!(stage.look::<bool>(create).await?, "Create stands above the tabs");
    let wide = "document.documentElement.scrollWidth <= innerWidth";
    stage.create("кот").await?;
    stage.picture("кот").await?;
    stage.click("header nav a[href='#/queue']").await?;
    stage.shown("#jobs li.job").await?;
    ensure!(!stage.is_shown("#prompt").await?, "the queue's tab shows the jobs alone");
    for screen in Screen::FULL {
        screen.show(stage).await?;
        ensure!(stage.look::<bool>(wide).await?, "{} scrolls sideways", screen.name());
        screen.leave(stage).await?;
    }
    stage.resize_back().await
}

async fn the_language_is_chosen_in_the_settings(stage: &Stage) -> Result<()> {
    let service = stage.service(Script::default()).await?;
    stage.open(&service.origin).await?;
    stage.route("#/settings").await?;
    for (language, words) in [("en", "Settings"), ("ru", "Настройки")] {
        stage.choose(&format!("input[name=language][value={language}]")).await?;
        let heard = format!(
            "document.querySelector('#settings h1').textContent === '{words}' && document.documentElement.lang === '{language}'"
        );
        stage.until_true("the page to speak it", &heard).await?;
    }
    Ok(())
}

async fn the_live_region_says_an_end_once(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let watch = "window.said = []; new MutationObserver(() => {
        const words = document.querySelector('#live').textContent; if (words) said.push(words);
    }).observe(document.querySelector('#live'), { childList: true, characterData: true, subtree: true });";
    stage.run(watch, &[]).await?;
    for prompt in ["кот", "кот", "sim:fail"] {
        stage.create(prompt).await?;
        let ended = |job: &komposition_tests::Job| matches!(job.phase.as_str(), "done" | "failed");
        stage.job(prompt, "over", ended).await?;
    }
    stage.until_value("three ends to be said", "window.said", |said: &Vec<String>| said.len() == 3).await?;
    let said: Vec<String> = stage.look("window.said").await?;
    ensure!(said[0] != said[1], "the same words twice would not be spoken twice: {said:?}");
    Ok(())
}
