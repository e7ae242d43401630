//! The command line, read, and what it leaves to a settings file.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches};

use super::Cli;
use super::habits::{COMPARE, Kind, Of, habits};

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

    fn parsed(args: &str) -> Parsed {
        let args = ["epollscope"].into_iter().chain(args.split_whitespace());
        parse(args.map(OsString::from)).unwrap()
    }

    #[test]
    fn the_declaration_holds_together() {
        command().debug_assert();
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
