//! Which options may be habits, so that a settings file may set them: all that are not listed here as
//! none.

use std::any::TypeId;
use std::error::Error;
use std::time::Duration;

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::{Cli, Demo};

/// The command with options of its own.
pub(super) const COMPARE: &str = "compare";

/// What is said each time, or stands for another option.
const NONE: [&str; 13] = [
    "class",
    "wifi-name",
    "wifi-password",
    "stdin",
    "mistake",
    "once",
    "log",
    "force",
    "close-after-response",
    "config",
    "no-config",
    "help",
    "version",
];
/// The same of `compare`; its colours are those of the program.
const NONE_OF_COMPARE: [&str; 8] =
    ["path", "root", "split", "theme", "report", "config", "no-config", "help"];

/// Whose options are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// The program's.
    Program,
    /// Those of `epollscope compare`.
    Compare,
}

impl Of {
    fn command(self) -> Command {
        let mut command = Cli::command();
        match self {
            Self::Program => command,
            Self::Compare => command.find_subcommand_mut(COMPARE).cloned().unwrap_or_default(),
        }
    }

    fn none(self) -> &'static [&'static str] {
        match self {
            Self::Program => &NONE,
            Self::Compare => &NONE_OF_COMPARE,
        }
    }

    /// Whether it is the name of an option that is no habit.
    #[must_use]
    pub fn is_said_each_time(self, name: &str) -> bool {
        self.none().contains(&name)
    }
}

/// What an option takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Nothing: it is there or it is not.
    Flag,
    /// A whole number; see [`Habit::range`].
    Whole,
    /// A number, with parts.
    Number,
    /// One of these names.
    Names(Vec<String>),
    /// How many clients, or how many of each kind.
    Clients,
    /// A text of another form.
    Text,
}

/// An option that may be a habit.
#[derive(Clone, Debug)]
pub struct Habit {
    arg: Arg,
}

impl Habit {
    /// Its name, without the dashes.
    #[must_use]
    pub fn name(&self) -> &str {
        self.arg.get_long().unwrap_or_default()
    }

    /// Its name among clap's.
    pub(super) fn id(&self) -> clap::Id {
        self.arg.get_id().clone()
    }

    /// What it does, in a sentence without its full stop.
    #[must_use]
    pub fn help(&self) -> String {
        self.arg.get_help().map(ToString::to_string).unwrap_or_default()
    }

    /// Under which heading the help has it.
    #[must_use]
    pub fn heading(&self) -> Option<&str> {
        self.arg.get_help_heading()
    }

    /// Its value where none is given.
    #[must_use]
    pub fn default(&self) -> Option<String> {
        if self.kind() == Kind::Flag {
            return Some(false.to_string());
        }
        self.arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned())
    }

    /// What it takes.
    #[must_use]
    pub fn kind(&self) -> Kind {
        if matches!(self.arg.get_action(), ArgAction::SetTrue) {
            return Kind::Flag;
        }
        let names = self.arg.get_possible_values();
        if !names.is_empty() {
            return Kind::Names(names.iter().map(|name| name.get_name().to_owned()).collect());
        }
        let parsed = self.arg.get_value_parser().type_id();
        let whole = [TypeId::of::<u8>(), TypeId::of::<u16>(), TypeId::of::<u32>()];
        match parsed {
            _ if whole.iter().any(|whole| parsed == *whole) => Kind::Whole,
            _ if parsed == TypeId::of::<u64>() => Kind::Whole,
            _ if parsed == TypeId::of::<Duration>() => Kind::Number,
            _ if parsed == TypeId::of::<Demo>() => Kind::Clients,
            _ => Kind::Text,
        }
    }

    /// Why a value is refused.
    #[must_use]
    pub fn refusal(&self, value: &str) -> Option<String> {
        let given = format!("--{}={value}", self.name());
        let command = Command::new("").no_binary_name(true).disable_help_flag(true);
        let error = command.arg(self.arg.clone()).try_get_matches_from([given]).err()?;
        Some(error.source().map(ToString::to_string).unwrap_or_default())
    }

    /// The least and, where there is one, the greatest whole number that it takes. clap says so only
    /// where it refuses one.
    #[must_use]
    pub fn range(&self) -> (i64, Option<i64>) {
        let told = ["-1", "0"].into_iter().find_map(|value| bounds(&self.refusal(value)?));
        told.unwrap_or((0, None))
    }
}

/// Of `0 is not in 1..=120`.
fn bounds(refusal: &str) -> Option<(i64, Option<i64>)> {
    let (_, bounds) = refusal.split_once(" is not in ")?;
    let (least, most) = bounds.split_once("..")?;
    let most = match most.strip_prefix('=') {
        Some(most) => most.parse().ok(),
        None => most.parse().ok().map(|end: i64| end - 1),
    };
    Some((least.parse().ok()?, most.filter(|most| *most < i64::MAX - 1)))
}

/// The options that may be habits, in the order of the help.
#[must_use]
pub fn habits(of: Of) -> Vec<Habit> {
    let command = of.command();
    let is_one = |arg: &&Arg| arg.get_long().is_some_and(|name| !of.is_said_each_time(name));
    command.get_arguments().filter(is_one).map(|arg| Habit { arg: arg.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn habit(of: Of, name: &str) -> Habit {
        habits(of).into_iter().find(|habit| habit.name() == name).unwrap()
    }

    #[test]
    fn each_takes_what_the_command_line_takes() {
        let kind = |name| habit(Of::Program, name).kind();
        assert_eq!((kind("list"), kind("nap")), (Kind::Flag, Kind::Number));
        assert_eq!((kind("demo"), kind("bind")), (Kind::Clients, Kind::Text));
        assert_eq!(kind("keep-alive"), Kind::Names(vec!["on".into(), "off".into()]));
        for whole in ["port", "max-fds", "fps", "max-header-lines", "max-body"] {
            assert_eq!(kind(whole), Kind::Whole, "{whole}");
        }
    }

    #[test]
    fn a_range_is_that_of_the_command_line() {
        let range = |of, name| habit(of, name).range();
        assert_eq!(range(Of::Program, "fps"), (1, Some(120)));
        assert_eq!(range(Of::Program, "port"), (0, Some(65_535)));
        assert_eq!(range(Of::Program, "max-fds"), (24, None));
        assert_eq!(range(Of::Program, "max-body"), (0, None));
        assert_eq!(range(Of::Program, "max-connections"), (1, Some(u32::MAX.into())));
        assert_eq!(range(Of::Compare, "idle"), (0, Some(20_000)));
    }

    #[test]
    fn a_value_is_refused_for_a_reason() {
        let refusal = |name, value| habit(Of::Program, name).refusal(value);
        assert_eq!(refusal("fps", "120"), None);
        assert_eq!(refusal("fps", "121"), Some("121 is not in 1..=120".into()));
        assert_eq!(refusal("nap", "61"), Some("between 0 and 60 seconds".into()));
        assert!(refusal("theme", "pink").is_some());
    }

    #[test]
    fn what_is_no_habit_is_an_option_all_the_same() {
        for of in [Of::Program, Of::Compare] {
            let mut command = of.command();
            command.build();
            let named: Vec<_> = command.get_arguments().filter_map(Arg::get_long).collect();
            for name in of.none() {
                assert!(named.contains(name), "{name}");
            }
        }
    }
}
