//! Language and theme.

use anyhow::{Result, ensure};
use komposition_tests::{Script, Stage, tests};

tests![
    the_browsers_language_is_taken,
    english_for_an_english_browser,
    english_for_a_language_it_does_not_speak,
    the_language_switch_works_and_survives_a_reload,
    the_theme_switch_works_and_survives_a_reload,
];

const LANGUAGE: &str = "document.documentElement.lang";
const THEME: &str = "document.documentElement.dataset.theme";

async fn the_browsers_language_is_taken(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    let browser: Vec<String> = stage.look("[...navigator.languages]").await?;
    ensure!(browser[0].starts_with("ru"), "the sessions are Russian: {browser:?}");
    ensure!(stage.look::<String>(LANGUAGE).await? == "ru", "so is the page");
    ensure!(stage.text("#create").await?.chars().any(is_cyrillic), "and so are its words");
    Ok(())
}

/// The page as a browser of these languages shows it.
async fn for_browser(stage: &Stage, languages: &'static [&'static str], wanted: &str) -> Result<()> {
    let service = stage.service(Script { languages: Some(languages), ..Script::default() }).await?;
    stage.open(&service.origin).await?;
    ensure!(
        stage.look::<Vec<String>>("[...navigator.languages]").await? == languages,
        "the page sees other languages"
    );
    ensure!(
        stage.look::<String>(LANGUAGE).await? == wanted,
        "the page is in {}",
        stage.look::<String>(LANGUAGE).await?
    );
    let words = stage.text("#create").await?;
    ensure!(words.chars().any(is_cyrillic) == (wanted == "ru"), "Create is called {words:?}");
    Ok(())
}

async fn english_for_an_english_browser(stage: &Stage) -> Result<()> {
    for_browser(stage, &["en-GB", "ru"], "en").await
}

async fn english_for_a_language_it_does_not_speak(stage: &Stage) -> Result<()> {
    for_browser(stage, &["zu-ZA", "zu"], "en").await
}

async fn the_language_switch_works_and_survives_a_reload(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.fill("#prompt", "кот").await?;
    stage.click("#language").await?;
    stage.until_value("the page to be English", LANGUAGE, |language: &String| language == "en").await?;
    stage
        .until_true(
            "the words to be English",
            "/^[^а-яё]*$/i.test(document.querySelector('#create').textContent)",
        )
        .await?;
    ensure!(stage.property("#prompt", "value").await? == "кот", "the prompt stays");
    stage.reload().await?;
    ensure!(stage.look::<String>(LANGUAGE).await? == "en", "the choice survives a reload");
    stage.click("#language").await?;
    stage.until_value("the page to be Russian", LANGUAGE, |language: &String| language == "ru").await?;
    stage.reload().await?;
    ensure!(stage.look::<String>(LANGUAGE).await? == "ru", "the way back survives a reload");
    Ok(())
}

async fn the_theme_switch_works_and_survives_a_reload(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    // How bright the page is, 0..=255.
    let brightness = "(() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number); return (r + g + b) / 3; })()";
    let first: String = stage.look(THEME).await?;
    ensure!(["dark", "light"].contains(&first.as_str()), "data-theme is {first:?}");
    let mut seen = vec![first.clone()];
    let mut bright = vec![stage.look::<f64>(brightness).await?];
    // The switch may have a third position (what the system says), which looks like one of the two.
    for _ in 0..3 {
        stage.click("#theme").await?;
        let now: String = stage.look(THEME).await?;
        if now != first {
            seen.push(now);
            bright.push(
                stage
                    .until_value("another brightness", brightness, |b: &f64| (b - bright[0]).abs() > 100.0)
                    .await?,
            );
            break;
        }
    }
    ensure!(seen.len() == 2, "the switch never left {first:?}");
    let (dark, light) = if seen[0] == "dark" { (bright[0], bright[1]) } else { (bright[1], bright[0]) };
    ensure!(dark < 60.0 && light > 200.0, "dark is {dark}, light is {light}");
    stage.reload().await?;
    ensure!(stage.look::<String>(THEME).await? == seen[1], "the choice survives a reload");
    Ok(())
}

fn is_cyrillic(letter: char) -> bool {
    matches!(letter, '\u{400}'..='\u{4ff}')
}
