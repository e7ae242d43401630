//! The command line described elsewhere: in a shell's completions, the README's table, and
//! the man page.

use std::fmt::Write as _;

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;

/// The completions for a shell, as a script.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "epollscope", &mut out);
    out
}

/// The README's table of options.
#[must_use]
pub fn markdown() -> String {
    let mut command = Cli::command();
    command.build();
    let mut text = String::from("| option | what it does | default |\n|---|---|---|\n");
    for arg in command.get_arguments() {
        let mut names = arg.get_value_names().unwrap_or_default().join(" ");
        let takes = arg.get_num_args().unwrap_or_default();
        if !takes.takes_values() {
            names.clear();
        } else if takes.min_values() == 0 || arg.is_positional() {
            names = format!("[{names}]");
        }
        let short = arg.get_short().map(|short| format!("-{short}"));
        let long = arg.get_long().map(|long| format!("--{long}"));
        let spelling: Vec<String> = short.into_iter().chain(long).collect();
        let spelling = format!("{} {names}", spelling.join(", "));
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let values = arg.get_default_values().iter().filter(|_| takes.takes_values());
        let mut default: Vec<String> =
            values.map(|value| format!("`{}`", value.to_string_lossy())).collect();
        // A default that depends on something stands in the help, as clap writes the others.
        let (help, told) = help.split_once(" [default: ").unwrap_or((&help, ""));
        default.extend(told.strip_suffix(']').map(str::to_owned));
        let values: Vec<String> = arg
            .get_possible_values()
            .iter()
            .filter(|_| takes.takes_values())
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let one_of = match values.as_slice() {
            [] => String::new(),
            values => format!(". One of {}", values.join(", ")),
        };
        let default = default.join(" ");
        // A bar would end the table's cell, also between backticks.
        let spelling = spelling.trim().replace('|', "\\|");
        // A String takes everything.
        let _ = writeln!(text, "| `{spelling}` | {help}{one_of}. | {default} |");
    }
    text
}

/// The man page (`man(7)`), with a section of keys: what to press, and what it does.
#[must_use]
pub fn man(keys: &[(String, &'static str)]) -> Vec<u8> {
    let mut out = Vec::new();
    let page = clap_mangen::Man::new(Cli::command());
    // Writing to memory cannot fail.
    let _ = page.render_title(&mut out);
    let _ = page.render_name_section(&mut out);
    let _ = page.render_synopsis_section(&mut out);
    let _ = page.render_description_section(&mut out);
    let _ = page.render_options_section(&mut out);
    let _ = page.render_subcommands_section(&mut out);
    let keys = keys.iter().map(|(keys, what)| (keys.as_str(), *what));
    section(&mut out, "KEYS", keys);
    section(&mut out, "SIGNALS", SIGNALS);
    section(&mut out, "EXIT STATUS", EXIT_STATUS);
    section(&mut out, "ENVIRONMENT", ENVIRONMENT);
    section(&mut out, "FILES", FILES);
    let _ = page.render_extra_section(&mut out);
    let _ = page.render_version_section(&mut out);
    out
}

const SIGNALS: [(&str, &str); 2] = [
    (
        "SIGINT, SIGTERM, SIGHUP",
        "End the server and the program cleanly, with the log complete. A second one, half a second \
         later or more, ends it at once; the log is closed all the same. One that was ignored from \
         the start, as by nohup(1), stays ignored.",
    ),
    (
        "SIGQUIT",
        "Ends the program at once by that signal, with the terminal given back and the log cut off.",
    ),
];
const EXIT_STATUS: [(&str, &str); 3] = [
    ("0", "It ended because it was told to."),
    ("1", "Something failed; standard error says what."),
    ("2", "The command line or the settings file was not understood."),
];
const ENVIRONMENT: [(&str, &str); 2] = [
    (
        "NO_COLOR",
        "When it is set and not empty, no colours are used, unless --theme asks for them.",
    ),
    ("LC_ALL, LC_CTYPE, LANG", "Where the locale is not UTF-8, only ASCII is drawn."),
];

const FILES: [(&str, &str); 1] = [(
    "$XDG_CONFIG_HOME/epollscope/config.toml, or ~/.config/epollscope/config.toml",
    "The settings, read at start where the file is there. `epollscope config` prints one with every \
     setting explained. The command line wins: a flag that is set there is taken back by --no-NAME.",
)];

/// A section of a man page: a list of terms.
fn section<'a>(
    out: &mut Vec<u8>,
    title: &str,
    terms: impl IntoIterator<Item = (&'a str, &'a str)>,
) {
    let escaped = |text: &str| text.replace('\\', "\\e").replace('-', "\\-");
    out.extend_from_slice(format!(".SH \"{title}\"\n").as_bytes());
    for (term, text) in terms {
        // The zero-width \& keeps a leading dot or quote from being read as a request.
        let entry = format!(".TP\n\\fB\\&{}\\fR\n\\&{}\n", escaped(term), escaped(text));
        out.extend_from_slice(entry.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn the_man_page_has_options_and_keys() {
        let page = man(&[(".".into(), "repeat"), ("\\ -".into(), "shrink-wrap")]);
        let page = String::from_utf8(page).unwrap();
        for part in ["max\\-connections", ".SH \"KEYS\"", ".TP\n\\fB\\&.\\fR\n\\&repeat\n"] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        assert!(page.contains("\\fB\\&\\e \\-\\fR\n\\&shrink\\-wrap"));
    }

    #[test]
    fn every_shell_gets_its_completions() {
        for shell in Shell::value_variants() {
            let script = String::from_utf8(completions(*shell)).unwrap();
            assert!(script.contains("max-connections"), "{shell}");
        }
    }
}
