//! English, about prompts.

use studio::prompt::MOST_RUNS;

use super::{Texts, short};

pub(super) static TEXTS: Texts = Texts {
    history: "History",
    search: "Search your prompts",
    favourites: "Favourites only",
    favourite: |prompt| format!("Favourite: {}", short(prompt)),
    delete: |what| format!("Delete: {}", short(what)),
    deleted: |what| format!("Deleted: {}", short(what)),
    undo: "Undo",
    no_history: "Every prompt you send is kept here, whatever becomes of its pictures.",
    nothing_found: "No prompt has all of these words.",
    more: "Show more",

    presets: "Presets",
    templates: "Templates",
    template_hint: "{prompt} is where your prompt goes; without it the template comes after your prompt.",
    own_styles: "Own styles",
    style_hint: "Added to the prompt when the style is chosen. With {prompt} you say where the prompt goes.",
    lists: "Lists",
    list_hint: "One entry a line. In a prompt, __name__ stands for each of them.",
    new_preset: "New, or the same name to change one",
    kind: "What it is",
    name: "Name",
    text: "Text",
    save: "Save",
    take_prompt: "Take the prompt",
    edit: |what| format!("Edit: {}", short(what)),
    lacking: "It needs a name and a text. The name of a list has no spaces, braces or bars.",

    preview: |texts, runs| {
        format!("{}, {}, exactly as sent:", of(texts, "text", "texts"), of(runs, "run", "runs"))
    },
    empty_text: "Empty: nothing would be drawn. Put a word beside this choice.",
    odd_brace: "A { or } has no other half: it is sent as it is. To say so on purpose, write \\{ or \\}.",
    no_choice: "Braces without a | between them are sent as they are. Alternatives look like {cat|dog}.",
    no_list: |name| format!("There is no list “{name}”: __{name}__ is sent as it is. Presets can make one."),

    batch: "Batch",
    more_styles: "Also in these styles",
    more_shapes: "Also in these shapes",
    variations: "Pictures of each",
    some: "Only so many of the texts, by chance",
    all: "all",
    shuffle: "Choose others",
    ask_above: "Ask when more pictures than",
    reset: "Back to one picture",
    too_many: |runs| {
        if runs == u64::MAX {
            format!(
                "More combinations than can be counted; {MOST_RUNS} runs at once is the most. Take some of the texts by chance (under “Batch”), or fewer alternatives."
            )
        } else {
            format!(
                "That is {runs} runs; {MOST_RUNS} at once is the most. Take some of the texts by chance (under “Batch”), or fewer alternatives."
            )
        }
    },
    ask: |runs| format!("Send {}? Each one counts against the quota of your key.", of(runs, "run", "runs")),
    ask_yes: |runs| format!("Create {runs}"),
    ask_no: "Not now",
};

fn of(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
