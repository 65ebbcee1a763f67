//! What the owner of a page copies into it.

use std::fmt::Write;

use fusionbrain::Base;

/// What a frame may do: run its scripts, send its own form, save a picture, open the full studio. `allow-same-origin` gives
/// it the origin it comes from, and with it storage; not the host's.
const SANDBOX: &str = "allow-scripts allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox";

/// How the studio shall be on somebody's page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippet {
    /// The studio's address: a folder, with its slash.
    pub studio: String,
    /// `en`, `ru`, or empty for the visitor's own.
    pub language: String,
    /// `dark`, `light`, or empty for the visitor's own.
    pub theme: String,
    /// CSS pixels; none follows the content, which an `iframe` alone cannot.
    pub height: Option<u32>,
    /// Pictures are not stored, and nothing is read of what is.
    pub forgets: bool,
}

impl Snippet {
    /// The element, with its script.
    #[must_use]
    pub fn element(&self) -> String {
        let mut text = format!(
            "<script src=\"{}embed.js\" defer></script>\n<komposition-studio",
            attribute(&self.studio)
        );
        let height = self.height.map(|height| height.to_string()).unwrap_or_default();
        for (name, value) in [("language", &self.language), ("theme", &self.theme), ("height", &height)] {
            if !value.is_empty() {
                let _ = write!(text, " {name}=\"{}\"", attribute(value));
            }
        }
        text + if self.forgets { " memory" } else { "" } + "></komposition-studio>"
    }

    /// A plain frame. Nobody can say hello for it: it is the careful studio, whoever's page it is on.
    #[must_use]
    pub fn frame(&self) -> String {
        let mut address = format!("{}?embed=1", self.studio);
        for (name, value) in [("lang", &self.language), ("theme", &self.theme)] {
            if !value.is_empty() {
                let _ = write!(address, "&{name}={value}");
            }
        }
        format!(
            "<iframe src=\"{}\" title=\"Komposition\" width=\"100%\" height=\"{}\" frameborder=\"0\"\n  \
             sandbox=\"{}{SANDBOX}\"\n  allow=\"clipboard-write\" referrerpolicy=\"no-referrer\" loading=\"lazy\"></iframe>",
            attribute(&address),
            self.height.unwrap_or(Self::FRAME_HEIGHT),
            if self.forgets { "" } else { "allow-same-origin " },
        )
    }

    /// Height of a frame of which nothing else is said.
    pub const FRAME_HEIGHT: u32 = 900;

    /// What the host page's Content-Security-Policy has to allow, if it has one.
    #[must_use]
    pub fn policy(&self, element: bool) -> String {
        let origin = Base::new(&self.studio).map(|base| base.origin().to_owned()).unwrap_or_default();
        if element {
            format!("frame-src {origin}; script-src {origin}")
        } else {
            format!("frame-src {origin}")
        }
    }
}

/// What the studio's owner adds to `config.json`, so that this origin is known.
#[must_use]
pub fn listing(origin: &str) -> String {
    format!("{{ \"embed\": {{ \"origins\": [{}], \"may_spend\": [] }} }}", serde_json::Value::from(origin))
}

/// A text between double quotes in HTML.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet() -> Snippet {
        Snippet { studio: "https://studio.example/app/".into(), ..Snippet::default() }
    }

    #[test]
    fn the_element_says_what_was_chosen_and_nothing_else() {
        assert_eq!(
            snippet().element(),
            "<script src=\"https://studio.example/app/embed.js\" defer></script>\n\
             <komposition-studio></komposition-studio>"
        );
        let all = Snippet {
            language: "ru".into(),
            theme: "light".into(),
            height: Some(640),
            forgets: true,
            ..snippet()
        };
        assert!(all.element().ends_with(
            "<komposition-studio language=\"ru\" theme=\"light\" height=\"640\" memory></komposition-studio>"
        ));
    }

    #[test]
    fn a_frame_has_what_the_app_needs_and_an_origin_only_when_it_may_store() {
        let frame = snippet().frame();
        assert!(frame.contains("src=\"https://studio.example/app/?embed=1\""), "{frame}");
        assert!(frame.contains("sandbox=\"allow-same-origin allow-scripts allow-forms"), "{frame}");
        assert!(!frame.contains("allow-top-navigation"), "{frame}");
        let forgets = Snippet { forgets: true, theme: "dark".into(), ..snippet() }.frame();
        assert!(!forgets.contains("allow-same-origin"), "{forgets}");
        assert!(forgets.contains("?embed=1&amp;theme=dark\""), "{forgets}");
    }

    #[test]
    fn the_policy_names_the_origin_and_no_more() {
        assert_eq!(snippet().policy(false), "frame-src https://studio.example");
        assert_eq!(
            snippet().policy(true),
            "frame-src https://studio.example; script-src https://studio.example"
        );
    }

    #[test]
    fn nothing_breaks_out_of_an_attribute_or_of_the_listing() {
        let hostile = Snippet { studio: "https://x.example/\"><script>/".into(), ..snippet() };
        for text in [hostile.element(), hostile.frame()] {
            assert!(!text.contains("\"><script>/"), "{text}");
        }
        let listed = listing("https://x\"]").to_string();
        assert!(serde_json::from_str::<serde_json::Value>(&listed).is_ok(), "{listed}");
    }
}
