//! Русский.

use fusionbrain::{ApiError, PictureError, TextError, decimal};
use studio::Failure;

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    nav: "Разделы",
    create: "Создать",
    connection: "Подключение",
    other_language: "English",
    switch_language: "Переключить на английский",
    light_theme: "Светлая тема",
    dark_theme: "Тёмная тема",
    loading: "Открываем…",
    not_loaded: "Эту часть приложения не удалось загрузить. Проверьте сеть и попробуйте снова; начатые картинки продолжаются.",

    source_here_simulator: "Симулятор",
    source_here: "Релей этой страницы",
    source_relay_simulator: "Симулятор на релее",
    source_relay: "Релей",
    source_direct: "Fusion Brain напрямую",
    source_searching: "Ищем сервис…",
    source_missing: "Не подключено",

    prompt: "Запрос",
    prompt_hint: "Что нарисовать? Пушистый кот в очках, маяк в шторм…",
    clear: "Очистить",
    undo: "Вернуть",
    negative: "Негативный запрос",
    negative_hint: "Чего не должно быть: ярких цветов, надписей…",
    shape: "Формат",
    custom: "Свой",
    width: "Ширина",
    height: "Высота",
    swap: "Поменять ширину и высоту местами",
    size_rule: |min, max, step| {
        format!("От {min} до {max} пикселей. Лучше всего кратные {step}, не больше 1024.")
    },
    style: "Стиль",
    model: "Модель",
    model_version: |name, version| format!("{name} {version}"),
    available: "Модель принимает запросы",
    unavailable: |word| format!("Модель сейчас может быть занята ({word}). Попробовать всё равно можно."),
    availability_unknown: "Модель не сообщает, принимает ли запросы",

    why_empty: "Сначала напишите запрос.",
    why_text: text_error,
    why_negative: |error| format!("Негативный запрос: {}", text_error(error)),
    why_size: "Ширина и высота — от 128 до 2048 пикселей.",
    why_searching: "Подключаемся…",
    why_no_connection: "Подключения ещё нет: настройте его на странице «Подключение».",
    why_no_models: "Сервис не назвал ни одной модели для картинок.",

    jobs: "Картинки",
    empty_title: "Опишите картинку и нажмите «Создать»",
    empty_text: "По-русски, по-английски, на любом языке. Картинки появятся здесь.",
    empty_keys: "Или начните с одного из этих запросов:",
    samples: ["Пушистый кот в очках", "Маяк в шторм, вечерний свет", "Лиса читает у камина"],
    demo_words: "Эти картинки пишет симулятор: ключ не нужен, квота не тратится.",

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
    offline: "Нет сети. Ничего не потеряно: ожидание продолжится, когда сеть вернётся.",

    again: "Повторить",
    stop: "Не ждать",
    keep: "Ждать дальше",
    send_again: "Отправить ещё раз",
    download: "Скачать",
    reuse: "Взять запрос",
    report: "Сохранить сырой ответ",
    remove: "Убрать",
    open_connection: "Проверить подключение",
    retry: "Попробовать снова",
    dismiss: "Закрыть",

    api,
    failure,
    no_models: "Сервис отвечает, но не предлагает этому ключу ни одной модели для картинок. Попробуйте позже или проверьте подключение.",
    no_connection: "Сервис ещё не подключён. Введите ключи Fusion Brain или адрес релея.",
    models_refetched: "Сервис больше не знает эту модель, список моделей получен заново. Нажмите «Создать» ещё раз.",
    quota_notice: "Месячная квота этого ключа исчерпана. До её обновления запросы не пройдут; другой ключ можно задать на странице «Подключение».",

    said_done: |prompt| format!("Картинка готова: {prompt}"),
    said_failed: |prompt| format!("Картинки нет: {prompt}"),
};

fn text_error(error: &TextError) -> String {
    match error {
        TextError::Empty => "он пуст.".to_owned(),
        TextError::TooLong { units, limit } => {
            format!("{units} из {limit} знаков: сократите на {}.", units - limit)
        }
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" Ответ сервиса: «{text}».") }
}

fn api(error: &ApiError) -> String {
    match error {
        ApiError::Unreachable => "Ответа нет. Браузер не говорит почему: возможно, нет сети, адрес неверен, сервис не работает или недоступен в вашей стране, либо не разрешает эту страницу (CORS). В двух последних случаях поможет релей.".to_owned(),
        ApiError::Unauthorized { text } => format!("Сервис не принял ключи (401). Проверьте ключ и секрет на странице «Подключение».{}", quoted(text)),
        ApiError::Refused { status: 429, text, .. } => format!("Слишком много запросов (429); подождём, прежде чем спросить снова.{}", quoted(text)),
        ApiError::Refused { status, text, .. } => format!("Сервис отклонил обращение ({status}). Это может пройти: попробуйте позже.{}", quoted(text)),
        ApiError::Html { status, text, .. } => format!("Вместо сервиса ответила веб-страница ({status}); часто это защита от потока запросов или прокси.{}", quoted(text)),
        ApiError::Empty { status, .. } => format!("Ответ пуст ({status}). Это может пройти: попробуйте позже."),
        ApiError::BadRequest { text } if text.is_empty() => "Сервис не принял запрос (400). Измените запрос или размер и попробуйте снова.".to_owned(),
        ApiError::BadRequest { text } => format!("Сервис не принял запрос (400): «{text}». Измените запрос или размер и попробуйте снова."),
        ApiError::PipelineNotFound { text } => format!("Сервис больше не знает эту модель (404). Список моделей получен заново: выберите модель и повторите.{}", quoted(text)),
        ApiError::TaskNotFound { text } => format!("Сервис не знает этого задания (404); это может пройти, поэтому спросим снова, прежде чем поверить.{}", quoted(text)),
        ApiError::NotFound { text } => format!("По этому адресу такого сервиса нет (404). Проверьте адрес на странице «Подключение».{}", quoted(text)),
        ApiError::UnsupportedMediaType { text } => format!("Сервис не понял форму запроса (415). Это ошибка приложения или релея по дороге, не ваша: сообщите о ней, пожалуйста.{}", quoted(text)),
        ApiError::Server { status, text, .. } => format!("У сервиса внутренняя ошибка ({status}). Обычно это проходит.{}", quoted(text)),
        ApiError::CutBody { .. } => "Ответ оборвался на середине.".to_owned(),
        ApiError::Unreadable { .. } => "Ответ имеет вид, которого никто не описал. Он сохранён для сообщения об ошибке.".to_owned(),
    }
}

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
