//! The command line, read, and what it leaves to a settings file.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches};

use super::Cli;
use super::habits::{COMPARE, Kind, Of, habits};

/// The option that stands before a command, too.
const LANG: &str = "--lang";

/// A command line that was read.
#[derive(Debug)]
pub struct Parsed {
    /// What it says, with the defaults of what it does not.
    pub cli: Cli,
    decided: BTreeSet<String>,
}

impl Parsed {
    /// Whether the command line itself says something of an option, or of one that excludes it.
    #[must_use]
    pub fn decides(&self, option: &str) -> bool {
        self.decided.contains(option)
    }
}

/// Reads a command line, the program's name first.
///
/// # Errors
/// It is not understood, or it asks for help.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Parsed, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(args)?;
    let decided = match matches.subcommand() {
        Some((COMPARE, matches)) => {
            command.find_subcommand(COMPARE).map(|command| decided(command, matches))
        }
        Some(_) => None,
        None => Some(decided(&command, &matches)),
    };
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok(Parsed { cli, decided: decided.unwrap_or_default() })
}

/// The command line with an option for each flag that may be a habit, which takes it back.
fn command() -> Command {
    let flags = habits(Of::Program).into_iter().filter(|habit| habit.kind() == Kind::Flag);
    let backs = flags.map(|flag| {
        let back = back(flag.name());
        let arg = Arg::new(back.clone()).long(back).action(ArgAction::SetTrue).hide(true);
        arg.overrides_with(flag.id())
    });
    Cli::command().args(backs)
}

/// A command line with its command at the front, before `--lang`: that is an option of every command,
/// but to clap what follows options of the program is none.
#[must_use]
pub fn command_first(mut args: Vec<OsString>) -> Vec<OsString> {
    let at = match args.get(1).and_then(|arg| arg.to_str()) {
        Some(LANG) => 3,
        Some(arg) if arg.strip_prefix(LANG).is_some_and(|rest| rest.starts_with('=')) => 2,
        _ => return args,
    };
    let name = args.get(at).and_then(|arg| arg.to_str());
    if name.is_some_and(|name| command().find_subcommand(name).is_some()) {
        args[1..=at].rotate_right(1);
    }
    args
}

/// What takes a flag back: `--no-list`, and `--mouse` for `--no-mouse`.
fn back(flag: &str) -> String {
    flag.strip_prefix("no-").map_or_else(|| format!("no-{flag}"), str::to_owned)
}

/// The options that these matches decide.
fn decided(command: &Command, matches: &ArgMatches) -> BTreeSet<String> {
    let given =
        |arg: &&Arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine);
    let mut names = BTreeSet::new();
    for arg in command.get_arguments().filter(given) {
        let excluded = command.get_arg_conflicts_with(arg);
        let longs = excluded.into_iter().chain([arg]).filter_map(Arg::get_long);
        // A name that is none of an option does no harm.
        names.extend(longs.flat_map(|long| [long.to_owned(), back(long)]));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Lang;

    fn parsed(args: &str) -> Parsed {
        let args = ["epollscope"].into_iter().chain(args.split_whitespace());
        parse(command_first(args.map(OsString::from).collect())).unwrap()
    }

    #[test]
    fn the_declaration_holds_together() {
        command().debug_assert();
    }

    #[test]
    fn the_language_may_stand_before_a_command_and_behind_it() {
        for line in
            ["--lang zh lesson 6", "--lang=zh lesson 6", "lesson --lang zh 6", "lesson 6 --lang=zh"]
        {
            let cli = parsed(line).cli;
            let Some(super::super::Command::Lesson(lesson)) = cli.command else { panic!("{line}") };
            assert_eq!((lesson.name.as_deref(), cli.lang), (Some("6"), Lang::Zh), "{line}");
        }
        let compare = parsed("--lang zh compare poll --idle 3");
        assert!(compare.decides("idle") && compare.decides("lang"));
        // A folder is none, whatever its name begins with.
        for (line, root) in [("--lang zh lessons", "lessons"), ("--lang zh ./lesson", "./lesson")] {
            assert_eq!(parsed(line).cli.root, Some(root.into()));
        }
        assert_eq!(parsed("--lang zh").cli.lang, Lang::Zh);
    }

    #[test]
    fn what_is_given_is_decided_and_a_default_is_not() {
        let parsed = parsed("--fps 30 -p 0 --no-list");
        assert!(["fps", "port", "list"].into_iter().all(|name| parsed.decides(name)));
        assert!(!["theme", "hidden", "bind"].into_iter().any(|name| parsed.decides(name)));
    }

    #[test]
    fn one_of_two_that_exclude_each_other_decides_both() {
        assert!(parsed("--close-after-response").decides("keep-alive"));
    }

    #[test]
    fn compare_decides_its_own_options() {
        let parsed = parsed("compare poll --idle 3");
        assert!(parsed.decides("idle") && !parsed.decides("active") && !parsed.decides("fps"));
    }

    #[test]
    fn the_last_word_on_a_flag_counts() {
        assert!(!parsed("--list --no-list").cli.list);
        assert!(parsed("--no-list --list").cli.list);
        assert!(!parsed("--no-mouse --mouse").cli.no_mouse);
    }
}
