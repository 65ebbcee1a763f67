//! The validated inputs: prompt, negative prompt, size, keys, base address.

use crate::table::check;
use fusionbrain::{
    Base, BaseError, Credentials, Key, NegativePrompt, Prompt, SHAPES, Secret, Size, SizeError, TextError,
    utf16_units,
};

#[test]
fn prompts_are_counted_in_utf16_units() {
    let too_long = |units| Err(TextError::TooLong { units, limit: 1000 });
    check(
        vec![
            ("one letter is enough", "a".to_owned(), Ok(1)),
            ("nothing is not", String::new(), Err(TextError::Empty)),
            ("white space is nothing", " \n\t\u{a0}".into(), Err(TextError::Empty)),
            ("the ends are trimmed before counting", format!("  {}\n", "a".repeat(1000)), Ok(1000)),
            ("1000 Cyrillic letters", "я".repeat(1000), Ok(1000)),
            ("1001 letters", "я".repeat(1001), too_long(1001)),
            ("an emoji is 2", "🐈".repeat(500), Ok(1000)),
            ("501 emoji are too many", "🐈".repeat(501), too_long(1002)),
        ],
        |text| Prompt::new(text).map(|prompt| prompt.units()),
    );
    assert_eq!(utf16_units("aя🐈👩‍🚀"), "aя🐈👩‍🚀".encode_utf16().count());
    assert_eq!(Prompt::new(" Пушистый кот в очках ").unwrap().as_str(), "Пушистый кот в очках");
}

#[test]
fn a_negative_prompt_may_be_absent_but_not_empty() {
    assert_eq!(NegativePrompt::new(" "), Ok(None));
    let negative = NegativePrompt::new(" яркие цвета ").unwrap().unwrap();
    assert_eq!((negative.as_str(), negative.units()), ("яркие цвета", 11));
    assert_eq!(NegativePrompt::new(&"я".repeat(1001)), Err(TextError::TooLong { units: 1001, limit: 1000 }));
}

#[test]
fn sizes_are_what_the_vendors_validator_lets_through() {
    check(
        vec![
            ("the smallest", (128, 128), Ok(true)),
            ("the greatest is allowed, but not recommended", (2048, 2048), Ok(false)),
            ("up to 1024 is recommended", (1024, 1024), Ok(true)),
            ("1088 is beyond the official page", (1088, 1024), Ok(false)),
            ("no multiple of 64 is allowed, but not recommended", (129, 1024), Ok(false)),
            ("too narrow", (127, 1024), Err(SizeError::Width { value: 127 })),
            ("too high", (1024, 2049), Err(SizeError::Height { value: 2049 })),
            ("nothing", (0, 0), Err(SizeError::Width { value: 0 })),
        ],
        |(width, height)| Size::new(*width, *height).map(|size| size.is_recommended()),
    );
}

#[test]
fn the_five_best_shapes() {
    let names: Vec<_> = SHAPES.iter().map(|shape| shape.name).collect();
    assert_eq!(names, ["1:1", "2:3", "3:2", "9:16", "16:9"]);
    for shape in SHAPES {
        let (w, h) = shape.name.split_once(':').unwrap();
        let (w, h): (u32, u32) = (w.parse().unwrap(), h.parse().unwrap());
        assert_eq!(shape.size.width() * h, shape.size.height() * w, "{}", shape.name);
        assert!(shape.size.is_recommended(), "{}", shape.name);
        assert_eq!(Size::new(shape.size.width(), shape.size.height()), Ok(shape.size));
    }
}

#[test]
fn pasted_keys() {
    check(
        vec![
            ("as it is", "ABC123", Some("ABC123")),
            ("white space around it", " \r\nABC123\t", Some("ABC123")),
            ("invisible marks around it", "\u{feff}\u{200b}ABC123\u{a0}", Some("ABC123")),
            ("with the header's prefix", "Key ABC123", Some("ABC123")),
            ("with the prefix in another case and more space", "key\n  ABC123", Some("ABC123")),
            ("a key is not judged by its shape", "Ke-y:/ 1 _", Some("Ke-y:/ 1 _")),
            ("a key that begins like the prefix", "Keyhole", Some("Keyhole")),
            ("nothing", " ", None),
            ("letters that no header can carry", "АВС123", None),
            ("a line end inside", "ABC\n123", None),
        ],
        |text| Key::new(text).map(|key| key.expose().to_owned()).map(|key| -> &'static str { key.leak() }),
    );
    assert_eq!(Secret::new(" Secret S ").unwrap().expose(), "S");
    assert_eq!(Secret::new("Key S").unwrap().expose(), "Key S");
}

#[test]
fn keys_do_one_thing_only() {
    let pair = Credentials { key: Key::new("k-1").unwrap(), secret: Secret::new("s-1").unwrap() };
    assert_eq!(pair.headers(), [("X-Key", "Key k-1".into()), ("X-Secret", "Secret s-1".into())]);
    let debug = format!("{pair:?} {:?} {:?}", pair.key, pair.secret);
    assert!(!debug.contains("k-1") && !debug.contains("s-1"), "{debug}");
    assert_eq!(format!("{:?}", pair.key), "Key");
    assert_eq!(pair.clone(), pair);
    assert_ne!(Key::new("k-1"), Key::new("k-2"));
    assert_ne!(Key::new("k-1"), Key::new("k-11"));
}

#[test]
fn base_addresses_as_people_type_them() {
    check(
        vec![
            ("the official one", Base::OFFICIAL, Ok("https://api-key.fusionbrain.ai/")),
            ("white space around it", " https://a.b/ \n", Ok("https://a.b/")),
            ("no slash at the end", "https://a.b", Ok("https://a.b/")),
            ("many slashes at the end", "https://a.b///", Ok("https://a.b/")),
            ("no scheme is https", "api-key.fusionbrain.ai", Ok("https://api-key.fusionbrain.ai/")),
            ("no scheme on this machine is http", "localhost:8787", Ok("http://localhost:8787/")),
            ("no scheme, 127.0.0.1", "127.0.0.1", Ok("http://127.0.0.1/")),
            ("no scheme, [::1]", "[::1]:80", Ok("http://[::1]/")),
            ("https on this machine when typed", "https://localhost:1", Ok("https://localhost:1/")),
            ("upper case", "HTTPS://API.Example.ORG/Path", Ok("https://api.example.org/Path/")),
            ("a path is kept", "http://intranet/fb/", Ok("http://intranet/fb/")),
            ("a pasted endpoint is cut off", "https://a.b/key/api/v1", Ok("https://a.b/")),
            ("a pasted endpoint with a slash", "https://a.b/key/api/v1/", Ok("https://a.b/")),
            ("a pasted list", "https://a.b/x/key/api/v1/pipelines", Ok("https://a.b/x/")),
            ("an endpoint pasted twice", "https://a.b/key/api/v1/key/api/v1/pipelines", Ok("https://a.b/")),
            ("pipelines by itself is a path", "https://a.b/pipelines", Ok("https://a.b/pipelines/")),
            ("a known port goes", "https://a.b:443/", Ok("https://a.b/")),
            ("a port stays", "http://a.b:443/", Ok("http://a.b:443/")),
            ("letters of any script", "https://пример.рф", Ok("https://пример.рф/")),
            ("letters whose small form is two", "https://İ.example", Ok("https://İ.example/")),
            ("nothing", " ", Err(BaseError::Empty)),
            ("another scheme", "ftp://a.b", Err(BaseError::Scheme)),
            ("a script", "javascript:alert(1)", Err(BaseError::BadPort)),
            ("no host", "https:///x", Err(BaseError::NoHost)),
            ("no host but a port", "http://:80", Err(BaseError::NoHost)),
            ("a host of dots", "https://...", Err(BaseError::BadHost)),
            ("an odd host", "https://a%20b/", Err(BaseError::BadHost)),
            ("an open bracket", "http://[::1", Err(BaseError::BadHost)),
            ("nothing in brackets", "http://[]", Err(BaseError::BadHost)),
            ("more behind brackets", "http://[::1]x", Err(BaseError::BadHost)),
            ("port 0", "http://a:0", Err(BaseError::BadPort)),
            ("a port too great", "http://a:65536", Err(BaseError::BadPort)),
            ("no port after the colon", "http://a:/", Err(BaseError::BadPort)),
            ("a name and password", "https://k:s@a.b/", Err(BaseError::UserInfo)),
            ("a query", "https://a.b/?x=1", Err(BaseError::QueryOrFragment)),
            ("a fragment", "https://a.b/#x", Err(BaseError::QueryOrFragment)),
            ("white space inside", "https://a. b/", Err(BaseError::BadCharacter)),
            ("a control character", "https://a\u{7}b/", Err(BaseError::BadCharacter)),
            ("a backslash", "https://a.b\\c", Err(BaseError::BadCharacter)),
        ],
        |text| Base::new(text).map(|base| -> &'static str { base.as_str().to_owned().leak() }),
    );
    let base = Base::new("http://Host:8787/a/b").unwrap();
    assert_eq!(base.origin(), "http://host:8787");
    assert!(base.is_plain_http());
    assert!(!Base::new(Base::OFFICIAL).unwrap().is_plain_http());
}
