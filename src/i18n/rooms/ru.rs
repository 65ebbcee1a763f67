//! Russian, in the rooms beside the studio.

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    connection_intro: "Откуда берутся картинки",
    from_here: "Релей, который отдал эту страницу",
    from_here_text: "Настраивать нечего: ключи у него, или он изображает сервис.",
    from_here_missing: "Эту страницу отдал не релей.",
    from_relay: "Другой релей",
    from_relay_text: "komposition-relay в вашей сети; он должен разрешать адрес этой страницы.",
    from_direct: "Fusion Brain напрямую",
    from_direct_text: "Ваши ключ и секрет уходят из этого браузера прямо в сервис.",
    relay_address: "Адрес релея",
    base_address: "Адрес сервиса",
    key: "Ключ",
    secret: "Секрет",
    remember: "Запомнить ключи в этом браузере",
    remember_text: "Они хранятся в localStorage в открытом виде: их прочтёт любой, кто пользуется этим браузером, и любая страница на этом адресе. Без этого они исчезнут, когда вкладка закроется или перезагрузится.",
    test: "Проверить",
    testing: "Проверяем…",
    test_ok: |models| format!("Работает: {models} {}.", plural(models, "модель", "модели", "моделей")),
    use_it: "Использовать это подключение",
    forget: "Забыть ключи",
    forgotten: "Ключи забыты.",
    bad_address: "Это не адрес: он должен быть похож на https://relay.example/ .",
    not_a_relay: "Там что-то отвечает, но это не komposition-relay.",
    keys_missing: "Нужны и ключ, и секрет.",
    plain_http: "Этот адрес без шифрования: ключи можно прочесть по дороге. Используйте его только в сети, которой доверяете.",
    key_guide: "Где взять ключи",
    key_steps: [
        "Войдите на fusionbrain.ai и откройте раздел API.",
        "Создайте там ключ. Покажут ключ и секрет: секрет — только один раз.",
        "Вставьте оба сюда и нажмите «Проверить».",
    ],
};

/// 1 модель, 2 модели, 5 моделей, 11 моделей, 21 модель.
fn plural<'a>(n: usize, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
    match (n % 10, n % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::plural;

    #[wasm_bindgen_test]
    fn plural_forms_follow_the_last_digits() {
        let form = |n| plural(n, "модель", "модели", "моделей");
        assert_eq!([1, 21, 101].map(form), ["модель"; 3]);
        assert_eq!([2, 4, 23].map(form), ["модели"; 3]);
        assert_eq!([0, 5, 11, 12, 14, 111].map(form), ["моделей"; 6]);
    }
}
