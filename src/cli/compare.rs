//! The command line of `epollscope compare`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::SettingsFile;
use super::values::server_value;
use crate::compare::report::Form;
use crate::dashboard::theme::ThemeChoice;
use crate::telemetry::ServerKind;
use crate::words::{in_english, strings};

/// What is compared, and how.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Compare {
    /// The servers, in this order; ratios are taken against the first.
    #[arg(value_name = "SERVER", required = true, value_parser = server_names())]
    pub servers: Vec<String>,

    /// Connections that are open and say nothing.
    #[arg(long, value_name = "N", default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=20_000))]
    pub idle: u32,

    /// Connections that each have one request under way at any time.
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=256))]
    pub active: u32,

    /// How long each server is measured.
    #[arg(long, value_name = "S", default_value_t = 2)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=60))]
    pub seconds: u32,

    /// What is asked for.
    #[arg(long, value_name = "PATH", default_value = "/", value_parser = target)]
    pub path: String,

    /// The folder to serve; without it, the pages that are built in.
    #[arg(long, value_name = "FOLDER")]
    pub root: Option<PathBuf>,

    /// Show two servers side by side instead, both under the load at the same time: the screen
    /// stays until q.
    #[arg(long, conflicts_with = "report")]
    pub split: bool,

    /// The colours of --split, as for the dashboard.
    #[arg(long, value_name = "NAME", value_enum, default_value_t, requires = "split")]
    pub theme: ThemeChoice,

    /// Write a report too, with how each figure was measured: FILE.md, .json or .html.
    #[arg(long, value_name = "FILE", value_parser = report)]
    pub report: Option<PathBuf>,

    /// Where the settings are.
    #[command(flatten)]
    pub settings: SettingsFile,
}

/// Stands for every server.
const ALL: &str = "all";

impl Compare {
    /// The servers that were named; `all` stands for every one.
    #[must_use]
    pub fn servers(&self) -> Vec<ServerKind> {
        let named = |name| {
            let is = move |kind: &ServerKind| name == ALL || name == kind.name();
            ServerKind::ALL.into_iter().filter(is)
        };
        self.servers.iter().map(String::as_str).flat_map(named).collect()
    }

    /// What clap cannot know: what a split screen needs. `terminal` is whether there is one.
    ///
    /// # Errors
    /// One sentence.
    pub fn check(&self, terminal: bool) -> Result<(), String> {
        let servers = self.servers().len();
        if self.split && servers != 2 {
            return Err((strings().cli.split_servers)(servers));
        }
        if self.split && !terminal {
            return Err(strings().cli.split_terminal.into());
        }
        Ok(())
    }
}

fn server_names() -> PossibleValuesParser {
    let all = PossibleValue::new(ALL).help("every one of them");
    PossibleValuesParser::new(ServerKind::ALL.map(server_value).into_iter().chain([all]))
}

/// What a request may ask for.
fn target(text: &str) -> Result<String, &'static str> {
    if text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(in_english().cli.path)
    }
}

/// A file that a report can be written to.
fn report(text: &str) -> Result<PathBuf, &'static str> {
    let path = PathBuf::from(text);
    if Form::of(&path).is_some() { Ok(path) } else { Err(in_english().cli.report) }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn compared(args: &str) -> Result<Compare, clap::Error> {
        let args = ["epollscope", "compare"].into_iter().chain(args.split_whitespace());
        match Cli::try_parse_from(args)?.command {
            Some(Command::Compare(compare)) => Ok(compare),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn servers_are_compared_in_the_order_they_are_named() {
        use ServerKind::{Epoll, EpollEt, Poll};
        assert_eq!(compared("epoll-et poll epoll-et").unwrap().servers(), [EpollEt, Poll, EpollEt]);
        assert_eq!(compared("all").unwrap().servers(), ServerKind::ALL);
        assert_eq!(compared("epoll all").unwrap().servers()[..2], [Epoll, ServerKind::Blocking]);
        let compare = compared("poll").unwrap();
        assert_eq!((compare.idle, compare.active, compare.seconds), (100, 4, 2));
        assert_eq!((compare.path.as_str(), compare.root, compare.report), ("/", None, None));
    }

    #[test]
    fn a_split_screen_takes_two_servers_and_a_terminal() {
        for (args, terminal, fine) in [
            ("poll epoll --split", true, true),
            ("poll poll --split --theme light", true, true),
            ("poll epoll --split", false, false),
            ("poll --split", true, false),
            ("all --split", true, false),
            ("poll", false, true),
        ] {
            assert_eq!(compared(args).unwrap().check(terminal).is_ok(), fine, "{args}");
        }
        assert!(compared("poll epoll --split --report x.md").is_err());
    }

    #[test]
    fn a_load_without_bounds_is_refused() {
        let args = "--idle 20000 --active 256 --seconds 60 --path /a?b --report x/y.json poll";
        assert!(compared(args).is_ok());
        for wrong in [
            "",
            "nginx",
            "poll --idle 20001",
            "poll --active 0",
            "poll --active 257",
            "poll --seconds 0",
            "poll --seconds 61",
            "poll --path index.html",
            "poll --path /a\u{7f}",
            "poll --report x.txt",
            "poll --report md",
        ] {
            assert_eq!(compared(wrong).expect_err(wrong).exit_code(), 2, "{wrong}");
        }
    }
}
