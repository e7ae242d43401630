//! The speaker's notes of a lesson that runs in another terminal.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use super::output::{Sentence, print};
use crate::notes::Reader;
use crate::words::{plain, strings, wrap};

/// How often it is looked whether a lesson runs.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How wide a page is where there is no terminal.
const WIDTH: usize = 80;

/// Shows the notes until the operator ends it; where standard output is no terminal, the page as it is
/// now.
pub(super) fn run() -> Result<(), Sentence> {
    let say = &strings().strip;
    let failed = |error: io::Error| (say.no_notes)(&plain(&error));
    let is_terminal = io::stdout().is_terminal();
    let mut told = false;
    loop {
        let reader = Reader::connect().map_err(failed)?;
        let Some(mut reader) = reader else {
            if !is_terminal {
                return Err(say.none_runs_anywhere.to_owned());
            }
            if !told {
                show(say.none_runs_anywhere).map_err(failed)?;
                told = true;
            }
            std::thread::sleep(LOOK_EVERY);
            continue;
        };
        while let Some(page) = reader.page() {
            if !is_terminal {
                return print(lines(&page).as_bytes());
            }
            show(&page).map_err(failed)?;
            told = false;
        }
    }
}

/// The page in place of the one before. What is below it is cleared after it is drawn, so that nothing
/// flickers.
fn show(page: &str) -> io::Result<()> {
    const HOME: &str = "\x1b[H";
    const REST_OF_LINE: &str = "\x1b[K\n";
    const REST: &str = "\x1b[J";
    let text = lines(page).replace('\n', REST_OF_LINE);
    let mut out = io::stdout().lock();
    out.write_all([HOME, &text, REST].concat().as_bytes())?;
    out.flush()
}

/// The page broken into the lines of this terminal.
fn lines(page: &str) -> String {
    let width = crossterm::terminal::size().map_or(WIDTH, |(width, _)| usize::from(width));
    let room = width.saturating_sub(1);
    let line = |line: &str| {
        // What is indented stays so.
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        let rows = wrap(text, room.saturating_sub(indent.len()).max(1));
        rows.iter().map(|row| [indent, row, "\n"].concat()).collect::<String>()
    };
    page.lines().map(line).collect()
}
