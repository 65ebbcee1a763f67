//! The app's manifest, from which a browser installs it: what it names is there, and is what it says.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn manifest() -> Value {
    serde_json::from_slice(&fs::read(root().join("style/manifest.webmanifest")).unwrap()).unwrap()
}

fn page() -> String {
    fs::read_to_string(root().join("index.html")).unwrap()
}

/// Width and height, as a PNG's first chunk says them.
fn sides(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn every_icon_is_there_as_large_as_is_said_and_comes_into_the_app() {
    let manifest = manifest();
    let icons = manifest["icons"].as_array().unwrap();
    for icon in icons {
        let file = format!("style/{}", icon["src"].as_str().unwrap());
        let (width, height) = sides(&fs::read(root().join(&file)).unwrap());
        assert_eq!(icon["sizes"], format!("{width}x{height}"), "{file}");
        assert_eq!(icon["type"], "image/png", "{file}");
        assert!(page().contains(&format!("rel=\"copy-file\" href=\"{file}\"")), "{file} stays out of dist/");
    }
    for (purpose, size) in [("any", "192x192"), ("any", "512x512"), ("maskable", "512x512")] {
        let there = icons.iter().any(|icon| icon["purpose"] == purpose && icon["sizes"] == size);
        assert!(there, "browsers want an icon of {size} for {purpose}");
    }
}

#[test]
fn all_addresses_stay_in_the_folder_of_the_page() {
    let manifest = manifest();
    assert!(page().contains("rel=\"manifest\" href=\"./manifest.webmanifest\""));
    assert!(page().contains("rel=\"copy-file\" href=\"style/manifest.webmanifest\""));
    let mut addresses = vec![
        &manifest["id"],
        &manifest["start_url"],
        &manifest["scope"],
        &manifest["share_target"]["action"],
    ];
    addresses.extend(manifest["shortcuts"].as_array().unwrap().iter().map(|shortcut| &shortcut["url"]));
    for address in addresses {
        assert!(address.as_str().unwrap().starts_with("./"), "{address}");
    }
    assert_eq!(
        manifest["share_target"]["method"], "GET",
        "what is shared comes in the address, and nothing is sent"
    );
}

#[test]
fn shortcuts_lead_to_rooms_that_there_are() {
    let routes = fs::read_to_string(root().join("src/app.rs")).unwrap();
    for shortcut in manifest()["shortcuts"].as_array().unwrap() {
        let hash = shortcut["url"].as_str().unwrap().trim_start_matches("./");
        assert!(routes.contains(&format!("\"{hash}\"")), "{hash}");
    }
}
