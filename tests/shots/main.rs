//! `cargo xtask shots`: every screen in every theme and both languages, on a small laptop and on a phone, as pictures in the folder
//! that `KOMPOSITION_SHOTS` names. To be looked at: nothing is judged here.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use komposition_tests::{
    Stage, Test,
    screens::{LANGUAGES, LOOKS, Screen},
    suite,
};

/// Prompts that the simulator's painter understands.
const ALBUM: [&str; 10] = [
    "Горы на рассвете, озеро",
    "Робот поливает цветы",
    "Город ночью под дождём",
    "Красная роза в вазе",
    "Корабль в море на закате",
    "Лиса читает у камина",
    "Ракета летит к луне",
    "Дом в зимнем лесу",
    "Маяк в шторм, вечерний свет",
    "Пушистый кот в очках",
];

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
    album(stage, &folder).await?;
    stage.resize_back().await
}

/// A studio as it looks after an evening with it: what the README shows.
async fn album(stage: &Stage, folder: &Path) -> Result<()> {
    stage.resize_back().await?;
    let _relay = stage.demo().await?;
    stage.dress(LOOKS[0], "ru").await?;
    for prompt in ALBUM {
        stage.create(prompt).await?;
        stage.picture(prompt).await?;
    }
    for ((width, height), route, name) in
        [(SIZES[0], "#/", "studio"), (SIZES[0], "#/library", "library"), (SIZES[1], "#/library", "phone")]
    {
        stage.resize(width, height).await?;
        stage.route(route).await?;
        stage.run("document.activeElement?.blur(); scrollTo(0, 0);", &[]).await?;
        let drawn = "(all => all.length > 0 && all.every((image) => image.naturalWidth > 0))
            ([...document.querySelectorAll('main img')])";
        stage.until_true("all pictures to be drawn", drawn).await?;
        for look in &LOOKS[..2] {
            for language in LANGUAGES {
                stage.dress(*look, language).await?;
                let file = folder.join(format!("album-{name}-{}-{language}.png", look.0));
                std::fs::write(file, stage.driver().screenshot_as_png().await?)?;
            }
        }
    }
    Ok(())
}

async fn shoot(stage: &Stage, folder: &Path, screens: &[Screen]) -> Result<()> {
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
