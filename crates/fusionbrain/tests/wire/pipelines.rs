use crate::table::check;
use fusionbrain::{ApiError, Headers, Pipeline, PipelineId, ServiceWord, default_pipeline, read_pipelines};

fn read(body: &str) -> Result<Vec<Pipeline>, ApiError> {
    read_pipelines(200, &Headers::none(), body.as_bytes())
}

fn bare(id: &str) -> Pipeline {
    Pipeline {
        id: PipelineId::new(id).unwrap(),
        name: String::new(),
        name_en: String::new(),
        description: String::new(),
        description_en: String::new(),
        tags: vec![],
        version: None,
        status: None,
        kind: None,
        image: None,
        created: None,
        modified: None,
    }
}

const OFFICIAL: &str = r#"[
  {
    "uuid": "ХХХХ-ХХХХ-ХХХХХХ",
    "name": "Kandinsky",
    "nameEn": "Kandinsky",
    "description": "",
    "descriptionEn": "",
    "tags": [],
    "version": 3.1,
    "imagePreview": null,
    "status": "ACTIVE",
    "type": "TEXT2IMAGE",
    "createdDate": "2025-ХХ-ХХТХХ:ХХ:ХХ",
    "lastModified": "2025-ХХ-ХХTХХ:ХХ:ХХ"
  }
]"#;

#[test]
fn the_official_sample_is_read_whole() {
    assert_eq!(
        read(OFFICIAL),
        Ok(vec![Pipeline {
            name: "Kandinsky".into(),
            name_en: "Kandinsky".into(),
            version: Some("3.1".into()),
            status: Some(ServiceWord::Active),
            kind: Some("TEXT2IMAGE".into()),
            created: Some("2025-ХХ-ХХТХХ:ХХ:ХХ".into()),
            modified: Some("2025-ХХ-ХХTХХ:ХХ:ХХ".into()),
            ..bare("ХХХХ-ХХХХ-ХХХХХХ")
        }])
    );
}

#[test]
fn every_field_in_every_shape() {
    let named = |name: &str| Pipeline { name: name.into(), name_en: name.into(), ..bare("a") };
    let tagged =
        |tags: &[&str]| Pipeline { tags: tags.iter().map(ToString::to_string).collect(), ..bare("a") };
    let version = |version: &str| Pipeline { version: Some(version.into()), ..bare("a") };
    check(
        vec![
            ("the identifier is `id` in reality", r#"{"id":"a"}"#, Some(bare("a"))),
            ("the identifier is `uuid` in the official sample", r#"{"uuid":"a"}"#, Some(bare("a"))),
            ("`id` comes before `uuid`", r#"{"uuid":"b","id":"a"}"#, Some(bare("a"))),
            ("an empty or null `id` gives way to `uuid`", r#"{"id":" ","uuid":"a"}"#, Some(bare("a"))),
            ("an identifier is any text", r#"{"id":" not/a uuid? "}"#, Some(bare("not/a uuid?"))),
            ("a number is an identifier too", r#"{"id":7}"#, Some(bare("7"))),
            ("without identifier there is nothing to run", r#"{"name":"x"}"#, None),
            ("`..` cannot stand in a path", r#"{"id":".."}"#, None),
            ("version is a number", r#"{"id":"a","version":3.1}"#, Some(version("3.1"))),
            ("version is a whole number", r#"{"id":"a","version":4}"#, Some(version("4"))),
            ("version is a text", r#"{"id":"a","version":"3.0"}"#, Some(version("3.0"))),
            ("version is null", r#"{"id":"a","version":null}"#, Some(bare("a"))),
            (
                "tags are objects",
                r#"{"id":"a","tags":[{"name":"новое","name_en":"new"},{"name_en":"fast"}]}"#,
                Some(tagged(&["новое", "fast"])),
            ),
            ("tags are texts", r#"{"id":"a","tags":["x","y"]}"#, Some(tagged(&["x", "y"]))),
            ("tags are empty", r#"{"id":"a","tags":[]}"#, Some(bare("a"))),
            ("tags are null", r#"{"id":"a","tags":null}"#, Some(bare("a"))),
            ("tags are one empty text", r#"{"id":"a","tags":""}"#, Some(bare("a"))),
            (
                "one bad tag does not cost the others",
                r#"{"id":"a","tags":[1,null,{},"x"]}"#,
                Some(tagged(&["x"])),
            ),
            (
                "description and imagePreview may be null",
                r#"{"id":"a","description":null,"descriptionEn":null,"imagePreview":null}"#,
                Some(bare("a")),
            ),
            (
                "imagePreview is an address",
                r#"{"id":"a","imagePreview":"https://x/y.png"}"#,
                Some(Pipeline { image: Some("https://x/y.png".into()), ..bare("a") }),
            ),
            (
                "dates stay text",
                r#"{"id":"a","createdDate":"yesterday","lastModified":12}"#,
                Some(Pipeline { created: Some("yesterday".into()), ..bare("a") }),
            ),
            (
                "one name stands for both languages",
                r#"{"id":"a","nameEn":"K","name":null}"#,
                Some(named("K")),
            ),
            (
                "an unknown word is kept",
                r#"{"id":"a","status":"Sleeping"}"#,
                Some(Pipeline { status: Some(ServiceWord::Other("Sleeping".into())), ..bare("a") }),
            ),
            (
                "an unknown type is kept",
                r#"{"id":"a","type":"TEXT2VIDEO"}"#,
                Some(Pipeline { kind: Some("TEXT2VIDEO".into()), ..bare("a") }),
            ),
            ("fields nobody knows are no harm", r#"{"id":"a","new":{"x":[1]}}"#, Some(bare("a"))),
        ],
        // A good neighbour on each side: whatever the case is, it must not cost them.
        |item| {
            let mut list = read(&format!(r#"[{{"id":"before"}},{item},{{"id":"after"}}]"#)).unwrap();
            assert_eq!(list.first(), Some(&bare("before")), "{item}");
            assert_eq!(list.pop(), Some(bare("after")), "{item}");
            assert!(list.len() <= 2, "{item}");
            list.into_iter().nth(1)
        },
    );
}

#[test]
fn the_list_as_a_whole() {
    let unreadable = |body: &str| Err(ApiError::Unreadable { so_far: body.into() });
    check(
        vec![
            ("an empty list is no error", "[]", Ok(vec![])),
            (
                "one bad element never costs the others",
                r#"[null,1,"x",[],{},{"id":"a"},{"id":{}}]"#,
                Ok(vec![bare("a")]),
            ),
            ("a repeated identifier is one pipeline", r#"[{"id":"a"},{"uuid":"a"}]"#, Ok(vec![bare("a")])),
            ("a list of nothing known is kept as it came", "[1,2]", unreadable("[1,2]")),
            ("an object is not a list", r#"{"a":1}"#, unreadable(r#"{"a":1}"#)),
            ("null is not a list", "null", unreadable("null")),
        ],
        |body| read(body),
    );
}

#[test]
fn a_404_is_a_wrong_address() {
    assert_eq!(
        read_pipelines(404, &Headers::none(), b"nothing here"),
        Err(ApiError::NotFound { text: "nothing here".into() })
    );
}

#[test]
fn usable_and_painting() {
    check(
        vec![
            ("missing status and type are usable", "{}", (true, true)),
            ("ACTIVE", r#"{"status":"active","type":"text2image"}"#, (true, true)),
            ("DISABLED_MANUALLY", r#"{"status":"DISABLED_MANUALLY"}"#, (false, true)),
            ("unknown word", r#"{"status":"X"}"#, (false, true)),
            ("another type", r#"{"type":"TEXT2VIDEO"}"#, (true, false)),
        ],
        |fields| {
            let pipeline =
                &read(&format!("[{}]", fields.replacen('{', r#"{"id":"a","#, 1).replace(",}", "}"))).unwrap()
                    [0];
            (pipeline.is_usable(), pipeline.makes_pictures())
        },
    );
}

#[test]
fn the_default_pipeline() {
    check(
        vec![
            ("an empty list has none", "[]", None),
            (
                "the highest version",
                r#"[{"id":"a","version":2.2},{"id":"b","version":"3.1"},{"id":"c","version":3.0}]"#,
                Some("b"),
            ),
            (
                "as numbers, not as texts",
                r#"[{"id":"a","version":"10"},{"id":"b","version":"9.5"}]"#,
                Some("a"),
            ),
            (
                "3.10 is 3.1, below 3.9",
                r#"[{"id":"a","version":"3.10"},{"id":"b","version":"3.9"}]"#,
                Some("b"),
            ),
            ("3.10 is 3.1", r#"[{"id":"a","version":3.1},{"id":"b","version":"3.10"}]"#, Some("a")),
            ("3.1.2 is above 3.1", r#"[{"id":"a","version":"3.1"},{"id":"b","version":"3.1.2"}]"#, Some("b")),
            ("v3 is 3", r#"[{"id":"a","version":2.2},{"id":"b","version":"v3"}]"#, Some("b")),
            (
                "3.0 and 3 are equal: the earlier",
                r#"[{"id":"a","version":3.0},{"id":"b","version":"3"}]"#,
                Some("a"),
            ),
            ("no version is the lowest", r#"[{"id":"a"},{"id":"b","version":"0.1"}]"#, Some("b")),
            (
                "only ACTIVE ones",
                r#"[{"id":"a","version":4,"status":"DISABLED_MANUALLY"},{"id":"b","version":3,"status":"ACTIVE"}]"#,
                Some("b"),
            ),
            (
                "only TEXT2IMAGE ones",
                r#"[{"id":"a","version":4,"type":"TEXT2VIDEO"},{"id":"b","version":3,"type":"TEXT2IMAGE"}]"#,
                Some("b"),
            ),
            ("none that paints", r#"[{"id":"a","type":"TEXT2VIDEO"}]"#, None),
            (
                "none active: the best, because the word is advice",
                r#"[{"id":"a","version":3,"status":"X"},{"id":"b","version":4,"status":"DISABLED_BY_QUEUE"}]"#,
                Some("b"),
            ),
        ],
        |body| {
            let list = read(body).unwrap();
            let id = default_pipeline(&list).map(|pipeline| pipeline.id.as_str().to_owned());
            ["a", "b", "c"].into_iter().find(|known| id.as_deref() == Some(known))
        },
    );
}
