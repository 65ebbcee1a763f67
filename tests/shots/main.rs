//! `cargo xtask shots`: every screen in every theme and both languages, on a small laptop and on a phone, as pictures in the folder
//! that `KOMPOSITION_SHOTS` names. To be looked at: nothing is judged here.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use komposition_tests::{
    Stage, Test,
    screens::{LANGUAGES, LOOKS, Screen},
    suite,
};

const SIZES: [(u32, u32); 2] = [(1366, 768), (390, 844)];

fn main() -> std::process::ExitCode {
    let test = Test::new("shots", "every_screen", |stage| Box::pin(shots(stage)));
    suite::main(&[test.within(Duration::from_secs(20 * 60))])
}

async fn shots(stage: &Stage) -> Result<()> {
    let folder =
        PathBuf::from(std::env::var_os("KOMPOSITION_SHOTS").context("KOMPOSITION_SHOTS names no folder")?);
    std::fs::create_dir_all(&folder)?;
    let _relay = stage.demo().await?;
    shoot(stage, &folder, &Screen::BARE).await?;
    stage.resize_back().await?;
    stage.route("#/").await?;
    stage.furnish().await?;
    shoot(stage, &folder, &Screen::FULL).await?;
    stage.resize_back().await
}

async fn shoot(stage: &Stage, folder: &std::path::Path, screens: &[Screen]) -> Result<()> {
    for (width, height) in SIZES {
        stage.resize(width, height).await?;
        for screen in screens {
            screen.show(stage).await?;
            for look in LOOKS {
                for language in LANGUAGES {
                    stage.dress(look, language).await?;
                    let name = format!("{}-{width}-{}-{language}.png", screen.name(), look.0);
                    std::fs::write(folder.join(name), stage.driver().screenshot_as_png().await?)?;
                }
            }
            screen.leave(stage).await?;
        }
    }
    Ok(())
}
