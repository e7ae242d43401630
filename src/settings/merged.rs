//! The command line with what the settings add to it.

use std::ffi::OsString;

use super::Settings;
use super::options::Set;
use super::place::Source;
use crate::cli::{self, Cli, Command, Parsed};
use crate::dashboard::state::Chosen;
use crate::dashboard::theme::Change;

/// What the command line and the settings say together.
#[derive(Debug)]
pub struct Merged {
    /// All of it.
    pub cli: Cli,
    /// The same as arguments, without the program's name.
    pub args: Vec<OsString>,
    /// What is to be otherwise in the theme.
    pub colours: Vec<Change>,
    /// What is chosen of the picture from the start.
    pub choice: Chosen,
    pub(super) source: Option<Source>,
    given: Parsed,
}

impl Merged {
    /// Whether the command line itself says something of an option.
    #[must_use]
    pub fn is_given(&self, option: &str) -> bool {
        self.given.decides(option)
    }
}

impl Settings {
    /// Adds to a command line (`args`, the program's name first, and what it says) what it leaves
    /// open.
    ///
    /// # Errors
    /// When both together make no sense to clap.
    pub fn over(&self, args: &[OsString], given: Parsed) -> Result<Merged, clap::Error> {
        let mut added: Vec<OsString> = Vec::new();
        // A command is the first argument: its options follow it.
        let mut at = 1;
        match &given.cli.command {
            None => added.extend(arguments(&self.program, &given)),
            Some(Command::Compare(compare)) => {
                at = 2;
                // The colours are those of its split screen.
                let is_shared =
                    |set: &&Set| set.name == "lang" || (set.name == "theme" && compare.split);
                let shared = self.program.iter().filter(is_shared);
                added.extend(arguments(&self.compare, &given));
                added.extend(arguments(shared, &given));
            }
            Some(_) => {}
        }
        let mut all: Vec<OsString> = args.to_vec();
        let at = at.min(all.len());
        all.splice(at..at, added);
        let cli = cli::parse(all.iter().cloned())?.cli;
        Ok(Merged {
            cli,
            args: all.split_off(1),
            colours: self.colours(),
            choice: self.picture.choice.clone(),
            source: self.source.clone(),
            given,
        })
    }
}

/// As arguments, what is set, is not as by default, and is left open by the command line.
fn arguments<'s>(
    sets: impl IntoIterator<Item = &'s Set>,
    given: &Parsed,
) -> impl Iterator<Item = OsString> {
    let open = |set: &&Set| !set.is_default && !given.decides(&set.name);
    sets.into_iter().filter(open).filter_map(|Set { name, value, flag, .. }| match flag {
        true if value == "false" => None,
        true => Some(format!("--{name}").into()),
        false => Some(format!("--{name}={value}").into()),
    })
}
