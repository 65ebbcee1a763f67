//! What axe-core finds that shuts people out: nothing, on every screen, in every theme, in both languages.

use std::time::Duration;

use anyhow::{Result, ensure};
use komposition_tests::{
    Stage, Test,
    screens::{LANGUAGES, LOOKS, Screen},
};
use serde::Deserialize;

/// The tests of this file: each looks at dozens of pages.
pub(crate) fn tests() -> Vec<Test> {
    let limit = Duration::from_secs(400);
    vec![
        Test::new("axe", "nothing_is_found_on_a_first_visit", |stage| Box::pin(on_a_first_visit(stage)))
            .within(limit),
        Test::new("axe", "nothing_is_found_in_any_room", |stage| Box::pin(in_any_room(stage))).within(limit),
        Test::new("axe", "nothing_is_found_on_a_phone", |stage| Box::pin(on_a_phone(stage)))
            .within(limit)
            .in_chromium(),
    ]
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "read by people, when there is one")]
struct Violation {
    id: String,
    nodes: Vec<(String, String)>,
}

/// Brings axe into the page. Through the driver: no policy of the page has to allow it.
async fn bring(stage: &Stage) -> Result<()> {
    if !stage.look::<bool>("'axe' in window").await? {
        let source = std::fs::read_to_string(stage.settings().axe()?)?;
        stage.run(&format!("{source}; window.axe = window.axe ?? axe;"), &[]).await?;
    }
    Ok(())
}

async fn look(stage: &Stage, screens: &[Screen]) -> Result<()> {
    let mut found = vec![];
    for screen in screens {
        screen.show(stage).await?;
        bring(stage).await?;
        for look in LOOKS {
            for language in LANGUAGES {
                stage.dress(look, language).await?;
                let all: Vec<Violation> = stage
                    .look_later(
                        "Promise.all(document.getAnimations().filter(it => it.effect?.getTiming().iterations < 9).map(it => it.finished.catch(() => {})))
                        .then(() => axe.run(document, { resultTypes: ['violations'] }))
                        .then(({ violations }) => violations.map(it => ({ id: it.id, nodes: it.nodes.map(node => [node.html.slice(0, 160), node.failureSummary]) })))",
                    )
                    .await?;
                found.extend(
                    all.into_iter().map(|it| format!("{} {} {language}: {it:#?}", screen.name(), look.0)),
                );
            }
        }
        screen.leave(stage).await?;
    }
    ensure!(found.is_empty(), "{} violations: {}", found.len(), found.join("\n"));
    Ok(())
}

async fn on_a_first_visit(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    look(stage, &Screen::BARE).await
}

async fn in_any_room(stage: &Stage) -> Result<()> {
    let _relay = stage.demo().await?;
    stage.furnish().await?;
    look(stage, &Screen::FULL).await
}

async fn on_a_phone(stage: &Stage) -> Result<()> {
    stage.resize(390, 844).await?;
    let _relay = stage.demo().await?;
    look(stage, &Screen::BARE).await?;
    stage.route("#/").await?;
    stage.furnish().await?;
    look(stage, &Screen::FULL).await?;
    stage.resize_back().await
}
