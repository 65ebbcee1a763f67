//! Every screen of the app, to be looked at by people and by programs.

use anyhow::Result;
use thirtyfour::Key;

use crate::Stage;

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// The studio of a first visit.
    Empty,
    /// The studio with jobs: well ended, badly ended, under way.
    Studio,
    /// The queue's tab.
    Queue,
    /// The library with nothing in it.
    EmptyLibrary,
    /// The library.
    Library,
    /// The viewer.
    Viewer,
    /// The viewer with the details beside the picture.
    Details,
    /// The storage room.
    Storage,
    /// The connection room.
    Connection,
    /// The settings.
    Settings,
    /// The sheet of shortcuts.
    Shortcuts,
    /// The command palette.
    Palette,
}

impl Screen {
    /// Those of a page on which nothing was made yet.
    pub const BARE: [Self; 2] = [Self::Empty, Self::EmptyLibrary];
    /// Those of a page with pictures.
    pub const FULL: [Self; 10] = [
        Self::Studio,
        Self::Queue,
        Self::Library,
        Self::Viewer,
        Self::Details,
        Self::Storage,
        Self::Connection,
        Self::Settings,
        Self::Shortcuts,
        Self::Palette,
    ];

    /// Its name in a file's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "first-visit",
            Self::Studio => "studio",
            Self::Queue => "queue",
            Self::EmptyLibrary => "library-empty",
            Self::Library => "library",
            Self::Viewer => "viewer",
            Self::Details => "viewer-details",
            Self::Storage => "storage",
            Self::Connection => "connection",
            Self::Settings => "settings",
            Self::Shortcuts => "shortcuts",
            Self::Palette => "palette",
        }
    }

    /// Goes there.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn show(self, stage: &Stage) -> Result<()> {
        match self {
            Self::Empty | Self::Studio => stage.route("#/").await,
            Self::Queue => stage.route("#/queue").await,
            Self::EmptyLibrary => {
                stage.route("#/library").await?;
                stage.shown("#library-empty").await.map(drop)
            }
            Self::Library => {
                stage.route("#/library").await?;
                stage
                    .until_true(
                        "the small pictures",
                        "(all => all.length > 0 && all.every(it => it.naturalWidth > 0))([...document.querySelectorAll('.tile img')])",
                    )
                    .await
            }
            Self::Viewer => {
                Box::pin(Self::Library.show(stage)).await?;
                stage.click(".tile .open").await?;
                stage
                    .until_true(
                        "the picture",
                        "document.querySelector('.viewer-stage img')?.naturalWidth > 0",
                    )
                    .await
            }
            Self::Details => {
                Box::pin(Self::Viewer.show(stage)).await?;
                stage.press("i").await?;
                stage.shown(".viewer-info").await.map(drop)
            }
            Self::Storage => stage.route("#/storage").await,
            Self::Connection => {
                stage.route("#/connection").await?;
                stage.choose("input[name=source][value=direct]").await?;
                stage.shown("#key").await.map(drop)
            }
            Self::Settings => stage.route("#/settings").await,
            Self::Shortcuts => {
                stage.route("#/settings").await?;
                stage.shown("#open-shortcuts").await?;
                stage.run("document.querySelector('#open-shortcuts').click();", &[]).await?;
                stage.shown("dialog#shortcuts").await.map(drop)
            }
            Self::Palette => {
                stage.route("#/settings").await?;
                stage.shown("#open-palette").await?;
                stage.run("document.querySelector('#open-palette').click();", &[]).await?;
                stage.shown("dialog#palette").await.map(drop)
            }
        }
    }

    /// Leaves it, so that another can be shown.
    ///
    /// # Errors
    /// When what lies over the page does not go.
    pub async fn leave(self, stage: &Stage) -> Result<()> {
        if matches!(self, Self::Details) {
            stage.press("i").await?;
        }
        if matches!(self, Self::Viewer | Self::Details | Self::Shortcuts | Self::Palette) {
            stage.press(Key::Escape).await?;
            stage.until_true("the dialog to go", "!document.querySelector('dialog[open]')").await?;
        }
        Ok(())
    }
}

/// How the page is dressed: the word in file names, what is chosen, and dark or light where the choice leaves that open.
pub const LOOKS: [(&str, &str, &str); 4] = [
    ("dark", "dark", "dark"),
    ("light", "light", "light"),
    ("contrast", "contrast", "dark"),
    ("contrast-light", "contrast", "light"),
];

/// The languages.
pub use studio::config::LANGUAGES;

impl Stage {
    /// Dresses the page as the settings would, and speaks this language, without leaving the screen.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn dress(&self, (_, look, theme): (&str, &str, &str), language: &str) -> Result<()> {
        let script = "const [look, theme, language] = arguments;
            const html = document.documentElement;
            [html.dataset.look, html.lang] = [look, language];
            dispatchEvent(new Event('komposition-theme'));
            html.dataset.theme = theme;
            dispatchEvent(new Event('komposition-language'));";
        self.run(script, &[look.into(), theme.into(), language.into()]).await?;
        self.until_true(
            "the page to speak the language",
            &format!(
                "/[а-яё]/i.test(document.querySelector('#create').textContent) === ('{language}' === 'ru')"
            ),
        )
        .await
    }

    /// Makes what the full screens show: pictures, a refusal, a run under way.
    ///
    /// # Errors
    /// When a job does not become what it should.
    pub async fn furnish(&self) -> Result<()> {
        for prompt in ["Пушистый кот в очках", "A lighthouse in a storm, evening light"] {
            self.create(prompt).await?;
            self.picture(prompt).await?;
        }
        let refused = "sim:fail=no_luck_today";
        self.create(refused).await?;
        self.job(refused, "failed", |job| job.phase == "failed").await?;
        let slow = "sim:slow=900 Лиса читает у камина";
        self.create(slow).await?;
        self.job(slow, "accepted", |job| job.phase == "accepted").await?;
        Ok(())
    }

    /// Gives the page a window of this size. Chromium only: the others have a narrowest window.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let metrics = serde_json::json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.driver().cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// The browser's own window again.
    ///
    /// # Errors
    /// When the browser cannot.
    pub async fn resize_back(&self) -> Result<()> {
        let nothing = serde_json::json!({});
        self.driver().cdp().send_raw("Emulation.clearDeviceMetricsOverride", nothing).await?;
        Ok(())
    }
}
