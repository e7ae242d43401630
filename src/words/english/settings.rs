//! The settings file: what is wrong with one, what one sets, and what stands in the default one.

use crate::words::places::settings::{Allowed, Settings};

pub(in crate::words) const ENGLISH: Settings = Settings {
    missing: |path| format!("There is no settings file {path}: name one that exists."),
    unreadable: |path, why| format!("The settings file {path} cannot be read: {why}."),
    too_long: |path, most| format!("{path} is no settings file: it has more than {most} bytes."),
    not_utf8: "This is not UTF-8.",
    not_toml: |why| format!("This is not TOML: {why}."),
    unknown: |name, nearest| match nearest {
        Some(nearest) => format!("There is no setting {name}; the nearest is {nearest}."),
        None => format!("There is no setting {name}: `epollscope config` prints all there are."),
    },
    each_time: |name| format!("--{name} is for the command line alone: it is said each time."),
    takes: |name, allowed, value, nearest| match nearest {
        Some(nearest) => {
            format!("{name} takes {allowed}, not {value}; the nearest is \"{nearest}\".")
        }
        None => format!("{name} takes {allowed}, not {value}."),
    },
    refused: |name, value, why| format!("{name} does not take {value}: {why}."),
    no_action: |name, nearest| match nearest {
        Some(nearest) => format!("There is no action {name}; the nearest is {nearest}."),
        None => format!("There is no action {name}: `epollscope config` prints all there are."),
    },
    no_key: |text, nearest| {
        let near = nearest.map(|nearest| format!("; the nearest is {nearest}")).unwrap_or_default();
        format!(
            "{text} is no key: one is a single character, a name such as Enter or F5, or ctrl- and a \
             letter{near}."
        )
    },
    twin: |key, same| format!("To a terminal {key} is the same key as {same}: say {same}."),
    ctrl_c: |action| {
        let action = if action == "quit-now" { "another action" } else { action };
        format!(
            "ctrl-c always quits at once: it cannot be given to {action}, nor be taken from quit-now."
        )
    },
    key_twice: |key, action| format!("{key} is given to {action} twice."),
    key_of_both: |key, first, second| format!("{key} is given to both {first} and {second}."),
    key_of_other: |key, action, other| {
        format!(
            "{key} is given to {action}, and {other} has it by default: give {other} another key, or \
             none by {other} = []."
        )
    },
    no_piece: |name, nearest| match nearest {
        Some(nearest) => {
            format!("Nothing on the screen is called {name}; the nearest is {nearest}.")
        }
        None => format!(
            "Nothing on the screen is called {name}: `epollscope config` prints all there are."
        ),
    },
    no_part: |name, nearest| match nearest {
        Some(nearest) => format!("A piece of the screen has no {name}; the nearest is {nearest}."),
        None => format!(
            "A piece of the screen has no {name}: it has text, background, bold, dim, italic, \
             underlined and reversed."
        ),
    },
    column_twice: |column| format!("The column {column} is there twice."),
    columns_begin: "columns begins with \"fd\", and \"state\" is among them.",
    hidden_sort: |column| {
        format!("The table cannot be sorted by {column}, which is not among its columns.")
    },
    unsaved: |path, why| format!("The settings were not saved in {path}: {why}."),
    changed: |path| format!("Nothing was saved: {path} has changed since it was read."),
    not_edited: |path| format!("Nothing was saved: {path} has to be changed by hand."),
    allowed: Allowed {
        flag: "true or false",
        whole: |least, most| match most {
            Some(most) => format!("a whole number from {least} to {most}"),
            None => format!("a whole number from {least} up"),
        },
        number: "a number",
        names: |names| format!("one of {names}"),
        clients: "a number of clients, or a text such as \"idle=500,steady=4\"",
        text: "a text",
        table: "a table",
        keys: "a key, a list of keys, or [] for none",
        colour: "\"#rrggbb\", a name such as \"light-red\", 0 to 255, or a list of these for 24 \
                 bits, 256 and 16 colours",
        columns: |names| format!("a list of these: {names}"),
    },
    a_list: "a list",
    a_table: "a table",
    a_date: "a date",

    none_there: |path| format!("There is no {path}: all settings are as by default."),
    nowhere: "Neither XDG_CONFIG_HOME nor HOME says where settings are: all are as by default.",
    in_order: |path, settings| match settings {
        0 => format!("{path} is in order, and changes nothing."),
        1 => format!("{path} is in order, and changes one setting:"),
        n => format!("{path} is in order, and changes {n} settings:"),
    },
    instead_of: |default| match default {
        Some(default) => format!("instead of {default}"),
        None => "not set by default".to_owned(),
    },
    of_theme: "instead of the theme's",

    head: &[
        "The settings of epollscope. Everything stands here as it is without a file.",
        "",
        "Put it where it is found: $XDG_CONFIG_HOME/epollscope/config.toml, or \
         ~/.config/epollscope/config.toml. --config FILE reads another, --no-config none, and \
         `epollscope config --check` says what yours changes. The command line wins: --no-NAME takes \
         back what is true here.",
    ],
    general: "In general",
    keys: "Keys",
    about_keys: &[
        "Each action has a key, a list of keys, or [] for none. A key is a single character as it is \
         typed (\"x\", \"X\", \"?\"), one of Space, Enter, Esc, Tab, shift-Tab, Up, Down, Left, \
         Right, PgUp, PgDn, Home, End, Insert, Delete, Backspace, F1 to F12, or \"ctrl-\" and a \
         letter.",
        "In boxes the arrows, Enter and Esc do what they say there, whatever they are here; ctrl-c \
         always quits at once.",
    ],
    table: "The table of connections",
    layout: "Panels",
    picture: [
        "The columns from left to right, all of them where nothing is said; those that have no room \
         are left out. \"fd\" comes first, and \"state\" is among them.",
        "The column that the table is sorted by at start.",
        "Whether it is sorted the other way round.",
        "The panel that has the keyboard at start; one that can stand beside the table stands there.",
        "The panel that stands beside the table at start.",
        "Whether the panel with the keyboard has the whole screen at start.",
    ],
    colours: "Colours",
    about_colours: &[
        "What is to be otherwise in the theme that the option theme names: single colours, or all of \
         them for a theme of your own. (They stand in this table since theme is the option.) \
         With \"auto\" they are used whichever theme the terminal gets: name one. Without \
         colours, by \"mono\" or NO_COLOR, they are not used.",
        "A colour is \"#rrggbb\", 0 to 255 of the terminal's palette, one of black, red, green, \
         yellow, blue, magenta, cyan, gray, dark-gray, light-red, light-green, light-yellow, \
         light-blue, light-magenta, light-cyan, white, or \"terminal\" for the terminal's own. \
         Where it cannot be shown, the nearest is; a list of three says which for 24 bits, 256 and \
         16 colours.",
        "Instead of a colour there may be parts: { text = \"white\", background = \"red\", bold = \
         true }; the others are dim, italic, underlined and reversed. What is not said stays. \
         The built-in themes are written in the same way: what stands here is the dark one's.",
    ],
    roles: [
        "Text.",
        "What is less important: units, labels, what is over.",
        "Titles.",
        "The borders of panels.",
        "The border of the panel that has the keyboard.",
        "What is selected; without a background of its own it is reversed.",
        "Keys in the key bar and the help.",
        "What is as it should be.",
        "What to look at.",
        "What is wrong.",
        "The kernel's side of the loop.",
        "The program's side of the loop.",
        "Lines and bars of charts.",
        "Built-in clients.",
        "The line of code that is next.",
        "Comments in code.",
        "Words of the language in code.",
        "Texts, letters and numbers in code.",
        "Names in code that begin with a capital letter: types, constants.",
        "Macros, attributes and lifetimes in code.",
    ],
    background: "What all stands on; drawn where a theme is named, or text or this is set.",
    compare: "The load of `epollscope compare`",
};
