//! `epollscope replay`: a recording on the dashboard.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use crossbeam_channel::{Receiver, bounded};

use super::export::unread;
use super::keep::keep;
use super::name;
use super::output::{Sentence, end, is_dumb, misused, print};
use crate::cli;
use crate::dashboard::replayed::{self, Source};
use crate::dashboard::state::checkpoints::{Index, Indexer};
use crate::dashboard::theme::Change;
use crate::dashboard::{self, Options};
use crate::record::anonymous::Private;
use crate::record::file;
use crate::record::json::Header;
use crate::record::playback::{self, Item, Place, Playback};
use crate::record::shelf;
use crate::server::Protocol;
use crate::telemetry::Nanos;
use crate::words::{plain, strings};

/// How many things are read ahead.
const AHEAD: usize = 64;

/// Shows it.
pub(super) fn run(args: &cli::Replay, colours: &[Change]) -> ExitCode {
    let Some(path) = &args.file else { return end(print(list().as_bytes())) };
    if path == Path::new("-") && io::stdin().is_terminal() {
        return misused(strings().recorded.is_terminal);
    }
    if !io::stdout().is_terminal() || is_dumb() {
        return misused(strings().recorded.no_screen);
    }
    end(show(args, path, colours))
}

/// The recordings that come with the program, a line each.
fn list() -> String {
    let (names, say) = (shelf::names(), &strings().recorded);
    let width = names.iter().map(String::len).max().unwrap_or_default();
    let line = |name: String| {
        let what = (say.shelf)(&name).unwrap_or_default();
        format!("{name:width$}  {what}\n")
    };
    names.into_iter().map(line).chain([say.how_to_play.to_owned() + "\n"]).collect()
}

fn show(args: &cli::Replay, path: &Path, colours: &[Change]) -> Result<(), Sentence> {
    let name = path.display().to_string();
    let unread = |error: &io::Error| unread(path, error);
    let (file, header) = Recording::open(path, args.follow).map_err(|error| unread(&error))?;
    let header = header.ok_or_else(|| strings().recorded.no_log.to_owned())?;
    if header.origin.is_none() {
        return Err(strings().recorded.too_old.to_owned());
    }
    let program = name::of_log(&header);
    let options = Options {
        scheme: Protocol::Http.scheme(),
        theme: args.theme,
        colours: colours.to_vec(),
        choice: dashboard::state::Chosen::default(),
        settings: None,
        fps: 30,
        ask: false,
        mouse: !args.no_mouse,
        ascii: args.ascii,
        runs_on: true,
        history: args.history,
        keep: Some(keep(header.clone(), Private::default())),
    };
    let zero = dashboard::run::wall_clock(header.start);
    let short = path.file_name().map_or(name.clone(), |name| name.display().to_string());
    replayed::run(replayed::Setup { source: file, name: short, program, zero, options })
        .map_err(|error| (strings().start.dashboard_ended)(&plain(&error)))
}

/// A log, and the thread that reads it.
struct Recording {
    path: PathBuf,
    follow: bool,
    items: Receiver<io::Result<Item>>,
    /// Of a compressed one it is found out beside.
    end: Arc<OnceLock<Nanos>>,
    /// When the last event happened that was there at first.
    last: Option<Nanos>,
    /// Where it can be read from any place.
    index: Option<Index>,
}

impl Recording {
    /// With its first line, where it is a log.
    fn open(path: &Path, follow: bool) -> io::Result<(Self, Option<Header>)> {
        let (mut playback, end) = start(path, follow)?;
        let header = playback.header()?.cloned();
        let index = if end.is_some() && !follow && file::is_plain(path) {
            Some(index(path)?)
        } else {
            None
        };
        let items = read(playback)?;
        let (last, known) = (end, Arc::new(OnceLock::new()));
        match end {
            Some(end) => drop(known.set(end)),
            None if !follow && path.is_file() => look_for_end(path, Arc::clone(&known))?,
            None => {}
        }
        Ok((Self { path: path.to_owned(), follow, items, end: known, last, index }, header))
    }
}

impl Source for Recording {
    fn items(&self) -> &Receiver<io::Result<Item>> {
        &self.items
    }

    fn end(&self) -> Option<Nanos> {
        self.end.get().copied().filter(|_| !self.follow)
    }

    fn follows_from(&self) -> Option<Nanos> {
        self.last.filter(|_| self.follow)
    }

    fn grows(&self) -> bool {
        self.follow || self.path == Path::new("-")
    }

    fn again(&mut self, from: Option<&Place>) -> bool {
        if self.path == Path::new("-") {
            return false;
        }
        let items = match from {
            Some(place) => file::open_at(&self.path, place.offset())
                .and_then(|file| read(Playback::going_on(file, place.clone()))),
            None => start(&self.path, self.follow).and_then(|(playback, _)| read(playback)),
        };
        // The thread that reads ends with the way to here.
        items.map(|items| self.items = items).is_ok()
    }

    fn index(&self) -> Option<&Index> {
        self.index.as_ref()
    }
}

/// A log from its begin, and when it ends.
fn start(path: &Path, follow: bool) -> io::Result<(Playback<file::From>, Option<Nanos>)> {
    let (from, end) = match shelf::named(path) {
        Some(log) => {
            let end = playback::last_time(io::Cursor::new(&log));
            (file::of(io::Cursor::new(log))?, end)
        }
        // When a compressed one ends is known when it was read.
        None => (file::open(path, follow)?, File::open(path).and_then(playback::last_time)),
    };
    Ok((Playback::new(from, Instant::now()), end.ok().flatten()))
}

/// Finds out on another thread when the last event of a compressed log happened: all of it is to be read.
fn look_for_end(path: &Path, end: Arc<OnceLock<Nanos>>) -> io::Result<()> {
    let mut log = Playback::new(file::open(path, false)?, Instant::now());
    let looking = move || {
        let mut last = None;
        // As long as anybody wants to know.
        while Arc::strong_count(&end) > 1
            && let Ok(Some(item)) = log.next_item()
        {
            last = last.max(item.time());
        }
        if let Some(last) = last {
            let _ = end.set(last);
        }
    };
    std::thread::Builder::new().name("end".into()).spawn(looking).map(drop)
}

/// Reads on a thread of its own, a little ahead.
fn read(mut playback: Playback<file::From>) -> io::Result<Receiver<io::Result<Item>>> {
    let (to, items) = bounded(AHEAD);
    let reading = move || {
        while let Some(item) = playback.next_item().transpose() {
            let failed = item.is_err();
            if to.send(item).is_err() || failed {
                return;
            }
        }
    };
    std::thread::Builder::new().name("recording".into()).spawn(reading)?;
    Ok(items)
}

/// Finds out on another thread what was known where.
fn index(path: &Path) -> io::Result<Index> {
    let index = Index::default();
    let mut playback = Playback::new(file::open_at(path, 0)?, Instant::now());
    let mut indexer = Indexer::new(index.clone(), path.metadata()?.len());
    let indexing = move || {
        // What cannot be read is told where it is shown.
        while let Ok(Some(item)) = playback.next_item() {
            if !indexer.take(item, playback.offset(), || playback.place()) {
                return;
            }
        }
        indexer.end();
    };
    std::thread::Builder::new().name("index".into()).spawn(indexing)?;
    Ok(index)
}
