//! Days, moments and numbers as people here write them.

use studio::Ms;
use wasm_bindgen::JsValue;

use super::js;

/// The first moment of a day (`2026-11-22`, as a date field has it) and of the day after it, where this page is.
pub fn day(text: &str) -> Option<(Ms, Ms)> {
    let mut parts = text.split('-').map(str::parse::<u32>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let start = |day: u32| -> Option<Ms> {
        let date = js::new("Date", &[&year.into(), &month.checked_sub(1)?.into(), &day.into()]).ok()?;
        let moment = js::call(&date, "getTime", &[]).ok()?.as_f64()?;
        moment.is_finite().then_some(moment.max(0.0) as Ms)
    };
    Some((start(day)?, start(day + 1)?))
}

/// A moment as people of this language write it.
pub fn moment(time: Ms, language: &str) -> String {
    let written = || -> Result<JsValue, JsValue> {
        let date = js::new("Date", &[&(time as f64).into()])?;
        let options = js::object(&[("dateStyle", "long".into()), ("timeStyle", "short".into())]);
        js::call(&date, "toLocaleString", &[&language.into(), &options])
    };
    written().ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// A number as people of this language write it, with so many digits behind the comma at most.
pub fn number(number: f64, digits: u32, language: &str) -> String {
    written(number, digits, &[], language)
}

/// A part of one, as people of this language write percents.
pub fn percent(part: f64, language: &str) -> String {
    written(part, 0, &[("style", "percent".into())], language)
}

/// Bytes as people of this language write them: `512 kB`, `1.5 MB`. Thousands and not 1024s, as disks are sold and browsers'
/// settings count; upwards, so that nothing is said to need less room than it does.
pub fn size(bytes: u64, language: &str) -> String {
    let (unit, name) = match bytes {
        0..1_000_000 => (1_000, "kilobyte"),
        1_000_000..1_000_000_000 => (1_000_000, "megabyte"),
        _ => (1_000_000_000, "gigabyte"),
    };
    let tenths = bytes.div_ceil(unit / 10);
    let has_tenths = unit > 1_000 && tenths < 100;
    let number = if has_tenths { tenths as f64 / 10.0 } else { tenths.div_ceil(10) as f64 };
    let unit = [("style", "unit".into()), ("unit", name.into()), ("unitDisplay", "short".into())];
    written(number, u32::from(has_tenths), &unit, language)
}

fn written(number: f64, digits: u32, options: &[(&str, JsValue)], language: &str) -> String {
    let options = js::object(&[&[("maximumFractionDigits", digits.into())], options].concat());
    let written = js::new("Number", &[&number.into()]);
    let written = written.and_then(|it| js::call(&it, "toLocaleString", &[&language.into(), &options]));
    written.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::*;

    use super::*;

    #[wasm_bindgen_test]
    fn a_day_begins_at_midnight_here_and_ends_where_the_next_begins() {
        let (start, end) = day("2026-02-28").unwrap();
        let (next, _) = day("2026-03-01").unwrap();
        assert_eq!(end, next);
        assert!((23..=25).contains(&((end - start) / 3_600_000)));
        for none in ["", "2026", "2026-11", "soon", "2026-0-1", "2026-x-1"] {
            assert_eq!(day(none), None, "{none}");
        }
    }

    #[wasm_bindgen_test]
    fn moments_and_numbers_are_written_in_the_language() {
        let noon = day("2026-11-22").unwrap().0 + 43_200_000;
        assert!(moment(noon, "ru").contains("ноября"), "{}", moment(noon, "ru"));
        assert!(moment(noon, "en").contains("November"));
        assert_eq!(number(12.345, 1, "ru"), "12,3");
        assert_eq!(number(12.0, 1, "en"), "12");
        assert_eq!(number(10_000.0, 0, "en"), "10,000");
        assert_eq!(percent(0.5, "en"), "50%");
        assert_eq!(percent(0.5, "ru"), "50\u{a0}%");
    }

    #[wasm_bindgen_test]
    fn bytes_are_read_in_the_unit_that_suits_them() {
        let text = |bytes| size(bytes, "en").replace('\u{a0}', " ");
        assert_eq!([0, 1, 1_000, 99_001].map(text), ["0 kB", "1 kB", "1 kB", "100 kB"]);
        assert_eq!([1_000_000, 1_440_000, 25_000_000].map(text), ["1 MB", "1.5 MB", "25 MB"]);
        assert_eq!([2_000_000_000, 512_300_000_000].map(text), ["2 GB", "513 GB"]);
        assert!(size(1_440_000, "ru").starts_with("1,5"), "{}", size(1_440_000, "ru"));
    }
}
