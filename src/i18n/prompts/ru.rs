//! Russian, about prompts.

use studio::prompt::MOST_RUNS;

use super::{Texts, short};
use crate::i18n::rooms::plural;

pub(super) static TEXTS: Texts = Texts {
    history: "История",
    search: "Поиск по вашим запросам",
    favourites: "Только избранное",
    favourite: |prompt| format!("Избранное: {}", short(prompt)),
    delete: |what| format!("Удалить: {}", short(what)),
    deleted: |what| format!("Удалено: {}", short(what)),
    undo: "Вернуть",
    no_history: "Здесь хранится каждый отправленный запрос, что бы ни стало с его картинками.",
    nothing_found: "Нет запроса, в котором есть все эти слова.",
    more: "Показать ещё",

    presets: "Заготовки",
    templates: "Шаблоны",
    template_hint: "{prompt} — место вашего запроса; без него шаблон встанет после запроса.",
    own_styles: "Свои стили",
    style_hint: "Добавляется к запросу, когда стиль выбран. {prompt} указывает место запроса.",
    lists: "Списки",
    list_hint: "По одному варианту в строке. В запросе __имя__ заменяет каждый из них.",
    new_preset: "Новая или с тем же именем, чтобы изменить",
    kind: "Что это",
    name: "Имя",
    text: "Текст",
    save: "Сохранить",
    take_prompt: "Взять запрос",
    edit: |what| format!("Изменить: {}", short(what)),
    lacking: "Нужны имя и текст. В имени списка не бывает пробелов, скобок и черты.",

    preview: |texts, runs| {
        format!(
            "{}, {}, в точности как уйдут:",
            of(texts, "текст", "текста", "текстов"),
            of(runs, "запуск", "запуска", "запусков")
        )
    },
    empty_text: "Пусто: рисовать нечего. Добавьте слово рядом с этим выбором.",
    odd_brace: "У { или } нет пары: скобка уйдёт как есть. Нарочно её пишут так: \\{ или \\}.",
    no_choice: "Скобки без черты | внутри уйдут как есть. Варианты пишут так: {кот|пёс}.",
    no_list: |name| {
        format!("Списка «{name}» нет: __{name}__ уйдёт как есть. Список можно завести в «Заготовках».")
    },

    batch: "Серия",
    more_styles: "Ещё и в этих стилях",
    more_shapes: "Ещё и в этих форматах",
    variations: "Картинок на каждый",
    some: "Только часть текстов, случайно",
    all: "все",
    shuffle: "Выбрать другие",
    ask_above: "Спрашивать, если картинок больше",
    reset: "Снова одна картинка",
    too_many: |runs| {
        let how = "Возьмите часть текстов случайно (в «Серии») или меньше вариантов.";
        if runs == u64::MAX {
            format!(
                "Сочетаний больше, чем можно сосчитать, а за раз уходит не больше {MOST_RUNS} запусков. {how}"
            )
        } else {
            format!(
                "Получается {}, а за раз уходит не больше {MOST_RUNS}. {how}",
                of(runs, "запуск", "запуска", "запусков")
            )
        }
    },
    ask: |runs| {
        format!("Отправить {}? Каждый расходует квоту ключа.", of(runs, "запуск", "запуска", "запусков"))
    },
    ask_yes: |runs| format!("Создать {runs}"),
    ask_no: "Не сейчас",
};

fn of(n: u64, one: &str, few: &str, many: &str) -> String {
    format!("{n} {}", plural((n % 100) as usize, one, few, many))
}
