//! Russian, in what is loaded with the works.

use fusionbrain::TextError;
use studio::Ms;

use super::Texts;
use crate::i18n::rooms::ru::plural;

pub(super) static TEXTS: Texts = Texts {
    queue: "Очередь",
    counts: |busy, waiting, failed| {
        let mut parts = vec![];
        if busy > 0 {
            parts.push(format!("{busy} в работе"));
        }
        if waiting > 0 {
            parts.push(format!("{waiting} {}", plural(waiting, "ждёт", "ждут", "ждут")));
        }
        if failed > 0 {
            parts.push(format!("{failed} без картинки"));
        }
        parts.join(" · ")
    },
    idle: "Никто не ждёт.",
    pause: "Пауза",
    go_on: "Продолжить",
    retry_all: |n| format!("Повторить все ({n})"),
    cancel_all: |n| format!("Отменить ожидание ({n})"),
    cancelled: |n| {
        format!(
            "{} {n} {}; квота не потрачена.",
            plural(n, "Отменён", "Отменены", "Отменено"),
            plural(n, "запрос", "запроса", "запросов")
        )
    },
    undo: "Вернуть",
    closed: |word, waiting| {
        format!(
            "Сервис сейчас не принимает новые запросы ({word}). Квота тем временем не тратится, а очередь продолжится сама, когда сервис вернётся.{}",
            behind(waiting)
        )
    },
    limited: |waiting| format!("Сервис просит обращаться реже. Очередь продолжится сама.{}", behind(waiting)),
    looks_again: |seconds| format!("Проверим снова через {seconds} с."),
    try_now: "Проверить сейчас",
    drag: "Перетащите на другое место; или Alt со стрелками",
    to_front: "В начало",
    up: "Выше (Alt+↑)",
    down: "Ниже (Alt+↓)",
    edit: "Изменить",
    cancel: "Отменить",
    retry: "Повторить",
    asked: |age| format!("{} назад", span(age)),
    left: |time| format!("осталось около {}", span(time)),
    done_in: |time| format!("будет готово примерно через {}", span(time)),
    stands: |place, of| format!("Теперь {place} из {of}"),
    prompt: "Запрос",
    negative: "Чего не должно быть",
    save: "Сохранить",
    leave: "Оставить как было",
    bad_prompt: |error| match error {
        TextError::Empty => "Запрос не может быть пустым.".to_owned(),
        TextError::TooLong { units, limit } => {
            format!("{units} из {limit} знаков: сократите на {}.", units - limit)
        }
    },
    too_late: "Запрос тем временем ушёл со старым текстом. Ваш текст остался здесь:",
    as_new: "Сделать по нему ещё картинку",
    variations: |n| format!("{n} {}", plural(n, "вариант", "варианта", "вариантов")),
    fold: |n| format!("Сложить {n} {}", plural(n, "вариант", "варианта", "вариантов")),
    compare: "Сравнить",
    compare_next: "Выберите вторую картинку для сравнения.",
    comparing: "Сравнение двух картинок",
    close: "Закрыть",
    slider: "Шторка",
    beside: "Рядом",
    cut: "Какая часть левой картинки видна",
    larger: "Крупнее",
    smaller: "Мельче",
    fit: "Картинки целиком",
    left_picture: "Слева",
    right_picture: "Справа",
    differ: "Чем отличаются",
    all_same: "Ничем: обе сделаны по одному и тому же запросу.",
    same: |names| format!("Одинаково у обеих: {names}."),
    parameter: "Параметр",
    style: "Стиль",
    size: "Размер",
    model: "Модель",
    made: "Сделана",
    drawn: "Рисовалась",
    seconds: |seconds| format!("{seconds} с"),
    none: "нет",
    gone: "Эту картинку нельзя показать.",
    telling: "Когда я не смотрю",
    tell_me: "Сообщить, когда будет готово",
    notify: "Уведомлять меня",
    notify_text: "Когда картинки готовы или не получились, пока вы заняты другим. На запрошенное вместе приходит одно уведомление.",
    sound: "Подавать звук",
    sound_text: "Короткий сигнал в те же моменты.",
    notify_denied: "Браузер не разрешает этой странице уведомления. Разрешите их в настройках сайта (значок рядом с адресом) и поставьте галочку снова.",
    notify_missing: "В этом браузере для этой страницы нет уведомлений (нужен https). Сколько картинок в работе, видно в заголовке вкладки.",
    told: |done, failed| match (done, failed) {
        (1, 0) => "Картинка готова".to_owned(),
        (n, 0) => format!("Готово: {n} {}", plural(n, "картинка", "картинки", "картинок")),
        (0, 1) => "Картинки не будет".to_owned(),
        (0, n) => format!("Без картинки: {n} {}", plural(n, "запрос", "запроса", "запросов")),
        (done, failed) => format!("Готово: {done}, без картинки: {failed}"),
    },
};

fn behind(waiting: usize) -> String {
    match waiting {
        0 => String::new(),
        n => format!(
            " За ним {} ещё {n} {}.",
            plural(n, "ждёт", "ждут", "ждут"),
            plural(n, "запрос", "запроса", "запросов")
        ),
    }
}

fn span(time: Ms) -> String {
    match time / 1_000 {
        seconds if seconds < 100 => format!("{seconds} с"),
        seconds if seconds < 6_000 => format!("{} мин", seconds / 60),
        seconds if seconds < 172_800 => format!("{} ч", seconds / 3_600),
        seconds => format!("{} дн.", seconds / 86_400),
    }
}
