use crate::table::check;
use fusionbrain::{ApiError, Headers, Style, StyleName, built_in_styles, read_styles};

fn style(name: &str, title: &str, title_en: &str, image: Option<&str>) -> Style {
    Style {
        name: StyleName::new(name).unwrap(),
        title: title.into(),
        title_en: title_en.into(),
        image: image.map(Into::into),
    }
}

#[test]
fn styles_as_they_are_described() {
    let unreadable = |body: &str| Err(ApiError::Unreadable { so_far: body.into() });
    check(
        vec![
            (
                "the four fields",
                r#"[{"name":"ANIME","title":"Аниме","titleEn":"Anime","image":"https://x/a.png"}]"#,
                Ok(vec![style("ANIME", "Аниме", "Anime", Some("https://x/a.png"))]),
            ),
            (
                "an image may be null",
                r#"[{"name":"A","title":"t","titleEn":"e","image":null}]"#,
                Ok(vec![style("A", "t", "e", None)]),
            ),
            (
                "one title stands for both",
                r#"[{"name":"A","titleEn":"e"}]"#,
                Ok(vec![style("A", "e", "e", None)]),
            ),
            ("without titles the name is shown", r#"[{"name":"A"}]"#, Ok(vec![style("A", "A", "A", None)])),
            (
                "one bad element never costs the others",
                r#"[null,"x",{"title":"t"},{"name":""},{"name":5},{"name":"A"}]"#,
                Ok(vec![style("A", "A", "A", None)]),
            ),
            (
                "a repeated name is one style",
                r#"[{"name":"A"},{"name":"A","title":"t"}]"#,
                Ok(vec![style("A", "A", "A", None)]),
            ),
            ("an empty list is empty", "[]", Ok(vec![])),
            ("a list of nothing known", "[{}]", unreadable("[{}]")),
            ("not a list", "{}", unreadable("{}")),
        ],
        |body| read_styles(200, &Headers::none(), body.as_bytes()),
    );
}

#[test]
fn the_built_in_list_is_the_service_s() {
    assert_eq!(
        built_in_styles(),
        [
            style("KANDINSKY", "Кандинский", "Kandinsky", None),
            style("UHD", "Детальное фото", "Detailed photo", None),
            style("ANIME", "Аниме", "Anime", None),
            style("DEFAULT", "Свой стиль", "No style", None),
        ]
    );
}

#[test]
fn a_dead_address_is_told() {
    assert_eq!(read_styles(404, &Headers::none(), b""), Err(ApiError::NotFound { text: String::new() }));
}

#[test]
fn a_style_name_is_any_text() {
    assert_eq!(StyleName::new(" \n"), None);
    assert_eq!(StyleName::new(" OIL PAINT ").unwrap().as_str(), "OIL PAINT");
    assert!(StyleName::new("DEFAULT").unwrap().is_default());
    assert!(serde_json::from_str::<StyleName>("\" \"").is_err());
}
