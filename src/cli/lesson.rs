//! The command line of `epollscope lesson`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Lang, Parsed, parse};

/// Which lesson, and what is done with it.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// The lesson's name or number; all for every one, with --check. Without it, they are listed.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,

    /// Go through it without a screen, and say of each claim whether it holds on this machine.
    #[arg(long, requires = "name")]
    pub check: bool,

    /// Take the lessons in FOLDER, in place of those that are built in.
    #[arg(long, value_name = "FOLDER")]
    pub lessons: Option<PathBuf>,

    /// Write a lesson into FILE, to be changed into one of your own.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "lessons"])]
    pub new: Option<PathBuf>,

    /// Options of the program, behind --: --port 0, --theme light.
    #[arg(last = true, value_name = "OPTIONS")]
    pub options: Vec<OsString>,
}

/// What would come between a question and its answer, since a class talks for longer than a client may
/// be silent.
const LIMITS: [&str; 4] = ["idle-timeout", "header-timeout", "body-timeout", "write-timeout"];

impl Lesson {
    /// The command line of the server that the lesson is given on, the program's name first: with the
    /// handlers that lessons need, and without limits of time where none are asked for.
    ///
    /// # Errors
    /// The options are not understood.
    pub fn arguments(&self, lang: Lang) -> Result<(Vec<OsString>, Parsed), clap::Error> {
        let name = OsString::from(env!("CARGO_PKG_NAME"));
        let given = parse([name.clone()].into_iter().chain(self.options.iter().cloned()))?;
        let open = |option: &str| !given.decides(option);
        let mut args = vec![name];
        let mut add = |option: String| args.push(option.into());
        if open("demo-routes") {
            add("--demo-routes".to_owned());
        }
        LIMITS
            .into_iter()
            .filter(|limit| open(limit))
            .for_each(|limit| add(format!("--{limit}=0")));
        if self.check {
            add("--no-config".to_owned());
        }
        if self.check && open("port") {
            add("--port=0".to_owned());
        }
        if lang != Lang::Auto && open("lang") {
            let spelt =
                lang.to_possible_value().map(|value| format!("--lang={}", value.get_name()));
            spelt.into_iter().for_each(add);
        }
        args.extend(self.options.iter().cloned());
        let parsed = parse(args.iter().cloned())?;
        Ok((args, parsed))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::{Cli, Command};

    fn arguments(line: &str) -> Cli {
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let Some(Command::Lesson(lesson)) = cli.command else { panic!() };
        lesson.arguments(cli.lang).unwrap().1.cli
    }

    #[test]
    fn a_lessons_server_has_no_limits_of_time_unless_asked_for() {
        let cli = arguments("epollscope lesson 6");
        assert_eq!((cli.idle_timeout, cli.header_timeout, cli.write_timeout), (0, 0, 0));
        assert!(cli.demo_routes && cli.port.is_none());
        let cli = arguments("epollscope lesson 6 -- --idle-timeout 7 --port 1 --demo-routes");
        assert_eq!((cli.idle_timeout, cli.body_timeout, cli.port), (7, 0, Some(1)));
        let cli = arguments("epollscope lesson all --check");
        assert!(cli.port == Some(0) && cli.settings.no_config);
    }
}
