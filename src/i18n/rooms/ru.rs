//! Russian, in the rooms beside the studio.

use studio::{
    backup::{Damage, OpenError},
    shortcuts::{Action, Place},
};

use super::{KeyboardTexts, LibraryTexts, SettingsTexts, StorageTexts, Texts};
use crate::{
    browser::{calendar, database::Fault},
    settings::Look,
};

pub(super) static TEXTS: Texts = Texts {
    embed: &super::embed::RU,
    keyboard: KeyboardTexts {
        title: "Горячие клавиши",
        intro: "Пока вы печатаете, они молчат. Буквы означают одни и те же клавиши в любой раскладке.",
        close: "Закрыть",
        palette: "Палитра команд",
        ask: "Что сделать?",
        nothing: "Ничего с таким названием нет. Попробуйте меньше букв.",
        place: |place| match place {
            Place::Everywhere => "Везде",
            Place::Studio => "При составлении запроса",
            Place::Queue => "На ожидающей картинке в очереди",
            Place::Compare => "При сравнении",
            Place::Library => "В библиотеке",
            Place::Grid => "На картинке в библиотеке",
            Place::Viewer => "В просмотре",
        },
        action: |action| match action {
            Action::Palette => "Палитра команд",
            Action::Sheet => "Горячие клавиши",
            Action::Prompt => "Написать запрос",
            Action::Queue => "Перейти к очереди",
            Action::Library => "Перейти в библиотеку",
            Action::Storage => "Перейти к хранилищу и копиям",
            Action::Connection => "Перейти к подключению",
            Action::Settings => "Перейти к настройкам",
            Action::Theme => "Сменить тёмную тему на светлую и обратно",
            Action::Create => "Создать",
            Action::Search => "Искать в библиотеке",
            Action::Undo => "Вернуть удалённое",
            Action::ChooseAll => "Выбрать все",
            Action::ChooseNone => "Снять выбор",
            Action::Walk => "От картинки к картинке; с Shift выбирать по пути",
            Action::Open => "Открыть",
            Action::Choose => "Выбрать",
            Action::Mark => "В избранное",
            Action::Download => "Скачать",
            Action::Reuse => "Взять запрос и параметры",
            Action::Compare => "Сравнить",
            Action::Details => "Подробности",
            Action::Delete => "Удалить",
            Action::Earlier => "Отправить раньше",
            Action::Later => "Отправить позже",
            Action::Slider => "Одна поверх другой, с ползунком",
            Action::Beside => "Рядом",
            Action::Previous => "Предыдущая картинка",
            Action::Next => "Следующая картинка",
            Action::First => "Первая картинка",
            Action::Last => "Последняя картинка",
            Action::Larger => "Ближе",
            Action::Smaller => "Дальше",
            Action::Fit => "Картинка целиком",
            Action::Actual => "Настоящий размер",
            Action::Close => "Закрыть",
        },
    },
    settings: SettingsTexts {
        language: "Язык",
        theme: "Тема",
        look: |look| match look {
            Look::Auto => "Как в системе",
            Look::Dark => "Тёмная",
            Look::Light => "Светлая",
            Look::Contrast => "Высокий контраст",
        },
        look_text: |look| match look {
            Look::Auto => "Тёмная или светлая, и контрастнее, если система об этом просит.",
            Look::Dark => "Картинки ярче всего остального.",
            Look::Light => "Для светлых комнат.",
            Look::Contrast => "Чёрное и белое, чёткие линии; тёмная или светлая, как в системе.",
        },
        keys: "Клавиатура",
        single_keys: "Одиночные клавиши — команды",
        single_keys_text: "Выключите, если клавиши нажимаются случайно или голосом. Клавиши с Ctrl и клавиши на картинке останутся.",
        more: "Хранилище и подключение",
    },
    library: LibraryTexts {
        title: "Библиотека",
        pictures: "Картинки",
        count: |hits, all| {
            if hits == all {
                format!("{all} {}", plural(all, "картинка", "картинки", "картинок"))
            } else {
                format!("{hits} из {all}")
            }
        },
        search: "Поиск по запросам",
        favourites: "Избранное",
        filters: "Фильтры",
        style: "Стиль",
        any_style: "Любой стиль",
        no_style: "Без стиля",
        shape: "Форма",
        any_shape: "Любая форма",
        square: "Квадрат",
        portrait: "Вертикальные",
        landscape: "Горизонтальные",
        from: "С даты",
        until: "По дату",
        sort: "Порядок",
        newest: "Сначала новые",
        oldest: "Сначала старые",
        largest: "Сначала большие файлы",
        by_prompt: "По запросу, от А до Я",
        clear_filters: "Сбросить фильтры",
        untitled: "Картинка без запроса",
        select: "Выбрать",
        mark: "В избранном",
        chosen: |n| format!("Выбрано: {n}"),
        choose_all: "Выбрать все",
        choose_none: "Снять выбор",
        download: "Скачать",
        delete: "Удалить",
        undo: "Вернуть",
        dismiss: "Скрыть",
        deleted: |n| match n {
            1 => "Картинка удалена.".to_owned(),
            n => format!("Удалено: {n} {}.", plural(n, "картинка", "картинки", "картинок")),
        },
        bringing: "Возвращаем…",
        back: |n| match n {
            1 => "Картинка снова здесь.".to_owned(),
            n => format!("Снова здесь: {n} {}.", plural(n, "картинка", "картинки", "картинок")),
        },
        partly_back: |back, of| format!("Вернулись {back} из {of}: остальные уже удалены насовсем."),
        not_done: |why| format!("Сохранить не удалось: {why}. Ничего не изменилось."),
        full: "в хранилище этого браузера кончилось место",
        copied: "Скопировано.",
        not_copied: "Браузер не даёт этой странице копировать. Выделите текст и нажмите Ctrl+C.",
        saved: |n, left_out| match left_out {
            0 => format!("Сохранено: {n} {}.", plural(n, "картинка", "картинки", "картинок")),
            left_out => format!("Сохранено: {n}. Пропущено (повреждены или повторяются): {left_out}."),
        },
        not_saved: "Файл сделать не удалось. Попробуйте выбрать меньше картинок.",
        reading: |read, all| format!("Открываем библиотеку: {read} из {all}"),
        packing: |done, all| format!("Упаковываем: {done} из {all}"),
        cancel: "Отменить",
        empty_title: "Картинок пока нет",
        empty_text: "Все ваши картинки хранятся здесь, в этом браузере. Поиск, избранное и скачивание появятся вместе с первой.",
        create: "Создать картинку",
        nothing_title: "Ничего не нашлось",
        nothing_text: "Нет картинки, к которой подходит всё сразу. Попробуйте часть слова или меньше фильтров.",
        damaged: |n| match n {
            1 => "Одну запись не удалось прочитать, в списке её нет.".to_owned(),
            n => format!(
                "Не удалось прочитать {n} {}, в списке их нет.",
                plural(n as usize, "запись", "записи", "записей")
            ),
        },
        missing_title: "Этот браузер ничего не хранит для этой страницы",
        missing_text: "Так бывает в приватном окне и когда данные сайтов запрещены. Откройте страницу в обычном окне или разрешите ей хранить данные и перезагрузите. Новые картинки пока можно сразу скачивать.",
        blocked: "В другой вкладке библиотека открыта старой версией. Закройте или перезагрузите ту вкладку: здесь всё продолжится само.",
        newer: "В другой вкладке библиотеку открыла новая версия Komposition. Перезагрузите эту страницу.",
        broken: |why| {
            format!(
                "Библиотека не открылась ({why}). Картинки, скорее всего, целы. Попробуйте ещё раз; если не поможет, перезапустите браузер."
            )
        },
        retry: "Попробовать снова",
        reload: "Перезагрузить",
        viewer: "Просмотр",
        close: "Закрыть",
        previous: "Предыдущая картинка",
        next: "Следующая картинка",
        place: |n, all| format!("{n} из {all}"),
        smaller: "Уменьшить",
        larger: "Увеличить",
        fit: "Картинка целиком",
        actual: "Настоящий размер",
        info: "Сведения",
        reuse: "Повторить настройки",
        gone: "Файла этой картинки нет, или он повреждён. Всё, что о ней известно, — в сведениях.",
        origin: "Кто рисовал",
        demo: "Демо: рисовал симулятор, а не сервис",
        prompt: "Запрос",
        negative: "Негативный запрос",
        size: "Размер",
        file: "Файл",
        made: "Создана",
        drawn: "Рисовалась",
        seconds: |seconds| format!("{seconds} с"),
        model: "Модель",
        task: "Задача",
        copy: |name| format!("Скопировать: {name}"),
        copy_all: "Скопировать всё",
        units: ["байт", "КБ", "МБ"],
    },
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
    from_demo: "Демо внутри этой страницы",
    from_demo_text: "Рисует симулятор: ни ключа, ни сети, ни квоты. Это не картинки сервиса.",
    not_allowed: |origins| match origins {
        "" => "Владелец этой страницы не разрешает релеи.".to_owned(),
        origins => format!("Владелец этой страницы разрешает только эти релеи: {origins}."),
    },
    plain_http: "Этот адрес без шифрования: ключи можно прочесть по дороге. Используйте его только в сети, которой доверяете.",
    key_guide: "Где взять ключи",
    key_steps: [
        "Войдите на fusionbrain.ai и откройте раздел API.",
        "Создайте там ключ. Покажут ключ и секрет: секрет — только один раз.",
        "Вставьте оба сюда и нажмите «Проверить».",
    ],
    storage: StorageTexts {
        title: "Хранилище",
        used: "Занято в этом браузере",
        used_of: |used, quota| format!("{} из {}", size(used), size(quota)),
        used_unknown: "Этот браузер не говорит, сколько места есть.",
        pictures: "Картинки",
        picture_count: |count, bytes| match count {
            0 => "Пока ни одной".to_owned(),
            n => format!("{}, {}", pictures(n), size(bytes)),
        },
        reckoning: "Считаем…",
        no_database: |fault| {
            match fault {
            Fault::Missing => "Этот браузер здесь ничего не хранит: приватное окно, или хранение выключено. Картинки живут, пока открыта вкладка.".to_owned(),
            Fault::Newer => "В другой вкладке открыта более новая версия приложения: перезагрузите эту страницу.".to_owned(),
            Fault::Full => "Диск полон: ни прочесть, ни записать.".to_owned(),
            Fault::Broken(why) => format!("Хранилище браузера не отвечает: {why}"),
        }
        },
        promise: "Защита",
        promised: "Браузер обещал сам эти картинки не удалять.",
        not_promised: "Браузер может сам удалить эти картинки: если на диске кончится место или вы долго не заходили.",
        promise_unknown: "На этой странице браузер нельзя попросить хранить картинки всегда (нужен https). Делайте резервные копии.",
        ask_promise: "Попросить хранить",
        promise_refused: "Браузер отказал. Часто помогает добавить страницу в закладки, установить её или разрешить уведомления. А пока делайте резервные копии.",
        last_backup: "Последняя копия",
        never: "Ещё не было",
        time: |time| calendar::moment(time, "ru"),
        since: |count| match count {
            0 => "Новых картинок с тех пор нет.".to_owned(),
            n => format!(
                "С тех пор {} {}.",
                plural(n as usize, "появилась", "появились", "появилось"),
                pictures(n as usize)
            ),
        },
        backup: "Резервная копия",
        backup_text: "Файл ZIP, который откроет любой компьютер: картинки такими, какими пришли, из чего сделана каждая, и страница, которая показывает их без сети. Импорт такого файла вернёт всё на место.",
        make_backup: "Сделать копию",
        backup_parts: |parts, bytes| {
            format!(
                "Примерно {parts} {} не больше {} каждый, сохраняются по очереди.",
                plural(parts as usize, "файл", "файла", "файлов"),
                size(bytes)
            )
        },
        backing_up: |done, total| format!("Упаковываем картинку {done} из {total}"),
        part_ready: |is_only| {
            if is_only {
                "Копия готова. Сохраните её:"
            } else {
                "Часть копии готова. Сохраните её:"
            }
        },
        part_next: |left| match left {
            0 => "Это последняя часть.".to_owned(),
            n => format!(
                "Когда сохраните, упакуем следующую; {} {}.",
                plural(n, "осталась", "остались", "осталось"),
                pictures(n)
            ),
        },
        save: |name, bytes| format!("Сохранить {name} ({})", size(bytes)),
        backup_done: |count, bytes| {
            format!(
                "В копии {}, {}. Проверьте, что файлы лежат там, где нужно.",
                pictures(count),
                size(bytes)
            )
        },
        backup_stopped: "Отменено. Уже сохранённые части целы, их можно импортировать.",
        backup_empty: "Пока нет ни одной картинки.",
        backup_failed: |fault| match fault {
            Some(Fault::Full) | None => {
                "Браузеру не хватило места, чтобы упаковать эту часть. Освободите место и попробуйте снова."
                    .to_owned()
            }
            Some(_) => "Картинки не прочитались. Перезагрузите страницу и попробуйте снова.".to_owned(),
        },
        left_out: |count| {
            format!("{} не {} в копию:", pictures(count), plural(count, "попала", "попали", "попало"))
        },
        missing_bytes: "её байтов нет на месте",
        not_a_picture: "её байты — не картинка",
        too_big: |limit| format!("больше {}; скачайте её отдельно", size(limit)),
        import: "Импорт",
        import_text: "Резервные копии, любые ZIP с картинками или отдельные картинки (PNG, JPEG, WebP). То, что здесь уже есть, пропускается. Файлы можно и просто перетащить в любое место страницы.",
        choose_files: "Выбрать файлы…",
        importing: |done, total| format!("{done} из {total}"),
        reading: |name| format!("Импорт: {name}"),
        import_done: |new, here, damaged| {
            let mut parts = vec![format!("{new} {}", plural(new, "новая", "новые", "новых"))];
            if here > 0 {
                parts.push(format!("{here} уже {} здесь", plural(here, "была", "были", "было")));
            }
            if damaged > 0 {
                parts.push(format!("{damaged} не {}", plural(damaged, "подошла", "подошли", "подошло")));
            }
            parts.join(", ") + "."
        },
        import_stopped: "Отменено. Что успели взять, остаётся.",
        import_failed: |fault| {
            match fault {
            Fault::Full => "Место кончилось. Что успели взять, остаётся; освободите место и повторите импорт.".to_owned(),
            _ => "Хранилище браузера отказало. Что успели взять, остаётся; перезагрузите страницу и повторите импорт.".to_owned(),
        }
        },
        inventory_lost: |name| {
            format!(
                "Опись в {name} не читается: картинки взяты как отдельные файлы. Все ли они там, сказать нельзя."
            )
        },
        not_taken: "Взять не удалось",
        unreadable_file: "файл не читается (его переместили или изменили?)",
        open_error: |error| match error {
            OpenError::NotAnArchive => "не ZIP и не картинка".to_owned(),
            OpenError::CutOff => "обрывается посередине: скопируйте или скачайте файл заново".to_owned(),
            OpenError::NoPictures => "внутри нет картинок".to_owned(),
            OpenError::Newer { version } => format!(
                "сделан более новой версией приложения (формат {version}): перезагрузите или обновите приложение"
            ),
            OpenError::Unreadable => {
                "называет себя копией, но картинок внутри нет, и опись не читается".to_owned()
            }
            OpenError::TooMany { limit } => format!("внутри больше {limit} картинок"),
            OpenError::Missing(_) => "файл не читается".to_owned(),
        },
        damage: |damage| match damage {
            Damage::Gone => "в архиве её нет".to_owned(),
            Damage::TooBig { bytes, limit } => format!("{} — больше, чем {}", size(*bytes), size(*limit)),
            Damage::Bomb => "распаковывается в непомерно большой файл".to_owned(),
            Damage::Unreadable => "не читается".to_owned(),
            Damage::NotAPicture => "не PNG, не JPEG и не WebP".to_owned(),
            Damage::WrongHash => "повреждена: байты не те, что были сохранены".to_owned(),
            Damage::Repeated => "названа дважды".to_owned(),
            Damage::Missing(_) => "файл не читается".to_owned(),
        },
        nameless: "(без имени)",
        room: "Освободить место",
        room_text: |gone, bytes, favourites| {
            let stays = match favourites {
                0 => "избранных нет".to_owned(),
                n => format!(
                    "{n} {}",
                    plural(n, "избранная останется", "избранные останутся", "избранных останутся")
                ),
            };
            format!(
                "{} {} ({}), {stays}.",
                plural(gone, "Удалится", "Удалятся", "Удалится"),
                pictures(gone),
                size(bytes)
            )
        },
        room_nothing: "Здесь только избранное, удалять нечего.",
        delete_rest: "Удалить всё, кроме избранного",
        deleting: "Минуту…",
        deleted: |count, bytes| {
            format!(
                "{} {}. Место ({}) освободится, когда вы уйдёте с этой страницы; до тех пор всё можно вернуть.",
                plural(count, "Удалена", "Удалены", "Удалено"),
                pictures(count),
                size(bytes)
            )
        },
        bring_back: "Вернуть",
        free_now: "Освободить место сейчас",
        freed: "Удалено, место свободно.",
        brought_back: "Всё снова на месте.",
        not_done: |fault| {
            match fault {
            Fault::Full => "Диск слишком полон даже для этого. Закройте другие вкладки и попробуйте снова.".to_owned(),
            _ => "Хранилище браузера отказало, ничего не изменилось. Перезагрузите страницу и попробуйте снова.".to_owned(),
        }
        },
        forget: "Забыть всё",
        forget_text: "В этом браузере не останется ничего от Komposition. Вернуть можно только из резервной копии.",
        forget_begin: "Забыть всё…",
        forget_list: |count| {
            [
                match count {
                    0 => "библиотека (она пуста) и все миниатюры".to_owned(),
                    n => format!("вся библиотека, {}, и избранное тоже", pictures(n)),
                },
                "все задания; то, что сервис рисует прямо сейчас, пропадёт, а квота потрачена".to_owned(),
                "ключи, подключение и все настройки".to_owned(),
                "файлы приложения, сохранённые для запуска без сети".to_owned(),
            ]
        },
        forget_tabs: "Сначала закройте другие вкладки с этим приложением: они снова запишут то, чем заняты.",
        forget_sure: "Копия у меня есть, или она не нужна",
        forget_do: "Уничтожить всё это",
        forget_not: "Оставить всё",
        forgetting: "Забываем…",
        forget_held: "Картинки, задания и настройки уничтожены. Пустую базу ещё держит другая вкладка: закройте её, и браузер удалит остальное.",
        cancel: "Отменить",
        close: "Закрыть",
    },
};

fn size(bytes: u64) -> String {
    super::storage::size(bytes, ["КБ", "МБ", "ГБ"], ',')
}

/// 1 картинка, 2 картинки, 5 картинок.
fn pictures(n: usize) -> String {
    format!("{n} {}", plural(n, "картинка", "картинки", "картинок"))
}

/// 1 модель, 2 модели, 5 моделей, 11 моделей, 21 модель.
pub(in crate::i18n) fn plural<'a>(n: usize, one: &'a str, few: &'a str, many: &'a str) -> &'a str {
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
