//! Russian.

use fusionbrain::{PictureError, decimal};
use studio::{Failure, StorageFault};

use super::Texts;
use crate::i18n::ru::{api, quoted};

pub(super) static TEXTS: Texts = Texts {
    waiting: "Ждёт очереди",
    unsaved: "Пришла, но не сохранена",
    unconnected: "Нет связи с её сервисом",
    unconnected_why: "Эта картинка начата через другое подключение. Настройте его снова, и она продолжится сама.",
    send_anyway: "Всё равно отправить",
    save_again: "Сохранить ещё раз",
    unkept_why: |fault| {
        match fault {
        StorageFault::Full => "Запрос не отправлен: его негде записать, и готовая картинка могла бы пропасть. Освободите место или отправьте всё равно.".to_owned(),
        _ => "Запрос не отправлен: браузер не смог его записать, и готовая картинка могла бы пропасть. Попытка повторится сама; или отправьте всё равно.".to_owned(),
    }
    },
    unsaved_why: |fault| {
        match fault {
        StorageFault::Full => "Эта картинка есть только в этой вкладке: для неё нет места. Скачайте её сейчас или освободите место и сохраните ещё раз.".to_owned(),
        StorageFault::Missing => "Эта картинка есть только в этой вкладке: браузер здесь ничего не хранит. Скачайте её до закрытия вкладки.".to_owned(),
        StorageFault::Broken => "Эта картинка есть только в этой вкладке: браузер не смог её сохранить. Скачайте её сейчас; попытка повторится.".to_owned(),
    }
    },
    sending: "Отправляем",
    overdue: "Вот-вот будет готово",
    broken: "Данные начинаются как картинка, но браузер не может её нарисовать. Их можно скачать или повторить запрос.",
    drawing: "Рисуется",
    asking: "Спрашиваем, готово ли",
    saving: "Получаем",
    refused: "Ждём сервис",
    held: "Ждём: слишком много запросов",
    unknown: "Исход неизвестен",
    paused: "Пауза: ключи не приняты",
    done: "Готово",
    failed: "Картинки нет",
    stopped: "Больше не ждём",
    times: |elapsed, expected| match expected {
        Some(expected) => format!("{} из примерно {} с", elapsed / 1_000, expected / 1_000),
        None => format!("{} с", elapsed / 1_000),
    },
    facts: |width, height, seconds| match seconds {
        Some(seconds) => {
            format!("{width} × {height}, нарисовано за {} с", decimal(seconds).replace('.', ","))
        }
        None => format!("{width} × {height}"),
    },
    service_refused: |word| {
        format!(
            "Сервис сейчас не принимает новые запросы ({word}). Квота не потрачена. Запрос подождёт и уйдёт сам, когда сервис вернётся."
        )
    },
    rate_limited: |seconds| {
        format!("Слишком много запросов (429). Квота не потрачена; повторим через {seconds} с.")
    },
    outcome_unknown: |error| {
        format!(
            "{} Возможно, запрос принят и квота потрачена, поэтому сам он повторно не уйдёт: решать вам.",
            api(error)
        )
    },
    still_waiting: "Необычно долго. Картинка ещё может прийти: ждать дальше или перестать?",
    stopped_spent: "Вы перестали ждать. Отменить запрос на стороне сервиса нельзя: квота потрачена или может быть потрачена.",
    stopped_unspent: "Вы перестали ждать до начала работы. Квота не потрачена.",
    trying_again: |seconds| format!("Спросим снова через {seconds} с."),
    again: "Повторить",
    stop: "Не ждать",
    keep: "Ждать дальше",
    send_again: "Отправить ещё раз",
    download: "Скачать",
    reuse: "Взять запрос",
    report: "Сохранить сырой ответ",
    failure,
};

fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Api(error) => api(error),
        Failure::Said { text } => format!("Сервис не смог это нарисовать. Его слова: «{text}». Повторите или измените запрос."),
        Failure::Silent => "Сервис не смог это нарисовать и не сказал почему. Повторите или измените запрос.".to_owned(),
        Failure::Cancelled { text } => format!("Сервис отменил это задание.{} Его можно повторить.", quoted(text.as_deref().unwrap_or_default())),
        Failure::QuotaReached { text } => format!("Месячная квота этого ключа исчерпана («{text}»). Дождитесь её обновления или возьмите другой ключ."),
        Failure::Censored => "Модерация сервиса не выдала картинку из-за запроса или того, что получилось. Прислана только заглушка. Измените запрос и повторите.".to_owned(),
        Failure::NoFiles | Failure::Picture(PictureError::Empty) => "Сервис говорит «готово», но картинки не прислал. Сырой ответ сохранён для сообщения об ошибке. Можно повторить.".to_owned(),
        Failure::Picture(PictureError::BadBase64) => "Картинка пришла повреждённой и не раскодируется. Сырой ответ сохранён для сообщения об ошибке. Можно повторить.".to_owned(),
        Failure::Picture(PictureError::NotAPicture { starts }) => format!("Пришло что-то, но не картинка (начинается с {starts}). Сырой ответ сохранён для сообщения об ошибке. Можно повторить."),
        Failure::TaskGone { delivered: true } => "Картинка была отдана, но дошла не целиком, а сервис отдаёт каждую только один раз. Запрос сохранён: повторите его.".to_owned(),
        Failure::TaskGone { delivered: false } => "Сервис больше не знает этого задания: картинка устарела или её забрали в другом месте. Запрос сохранён: повторите его.".to_owned(),
    }
}
