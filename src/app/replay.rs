//! `epollscope replay`: a recording on the dashboard.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::output::{Sentence, end, is_dumb, misused};
use super::run::shown_name;
use crate::cli;
use crate::dashboard::replayed::{self, Source};
use crate::dashboard::theme::Change;
use crate::dashboard::{self, Options};
use crate::record::json::Header;
use crate::record::playback::{self, Item, Playback};
use crate::server::Protocol;
use crate::telemetry::Nanos;
use crate::words::{plain, strings};

/// How many things are read ahead.
const AHEAD: usize = 64;
/// Bytes that are read at once.
const AT_ONCE: usize = 256 * 1024;
/// How often a file that is still written is asked for more.
const ASKED: Duration = Duration::from_millis(50);

/// Shows it.
pub(super) fn run(args: &cli::Replay, colours: &[Change]) -> ExitCode {
    if !io::stdout().is_terminal() || is_dumb() {
        return misused(strings().recorded.no_screen);
    }
    end(show(args, colours))
}

fn show(args: &cli::Replay, colours: &[Change]) -> Result<(), Sentence> {
    let name = args.file.display().to_string();
    let unread = |error: &io::Error| (strings().recorded.unread)(&name, &plain(error));
    let (file, header) =
        Recording::open(&args.file, args.follow).map_err(|error| unread(&error))?;
    let header = header.ok_or_else(|| strings().recorded.no_log.to_owned())?;
    let traced = header.origin.as_ref().filter(|origin| origin.traced);
    let program = traced.map(|origin| {
        let words: Vec<_> = origin.command.iter().map(Into::into).collect();
        shown_name(&words)
    });
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
    };
    let zero = dashboard::run::wall_clock(header.start);
    let short = args.file.file_name().map_or(name.clone(), |name| name.display().to_string());
    replayed::run(replayed::Setup { source: file, name: short, program, zero, options })
        .map_err(|error| (strings().start.dashboard_ended)(&plain(&error)))
}

/// A log, and the thread that reads it.
struct Recording {
    path: PathBuf,
    follow: bool,
    items: Receiver<io::Result<Item>>,
    end: Arc<OnceLock<Nanos>>,
}

impl Recording {
    /// With its first line, where it is a log.
    fn open(path: &Path, follow: bool) -> io::Result<(Self, Option<Header>)> {
        let mut playback = Playback::new(opened(path, follow)?, Instant::now());
        let header = playback.header()?.cloned();
        let (sender, items) = bounded(AHEAD);
        read(playback, sender)?;
        let end = Arc::<OnceLock<Nanos>>::default();
        if let Some(last) = File::open(path).ok().and_then(|file| playback::last_time(file).ok()?) {
            let _ = end.set(last);
        }
        Ok((Self { path: path.to_owned(), follow, items, end }, header))
    }
}

impl Source for Recording {
    fn items(&self) -> &Receiver<io::Result<Item>> {
        &self.items
    }

    fn end(&self) -> Option<Nanos> {
        self.end.get().copied().filter(|_| !self.follow)
    }

    fn again(&mut self) -> bool {
        if self.path == Path::new("-") {
            return false;
        }
        // The thread that reads ends with the way to here.
        Self::open(&self.path, self.follow).map(|(fresh, _)| *self = fresh).is_ok()
    }
}

/// Reads on a thread of its own, a little ahead.
fn read(
    mut playback: Playback<Box<dyn BufRead + Send>>,
    to: Sender<io::Result<Item>>,
) -> io::Result<()> {
    let reading = move || {
        while let Some(item) = playback.next().transpose() {
            let failed = item.is_err();
            if to.send(item).is_err() || failed {
                return;
            }
        }
    };
    std::thread::Builder::new().name("recording".into()).spawn(reading).map(drop)
}

fn opened(path: &Path, follow: bool) -> io::Result<Box<dyn BufRead + Send>> {
    let from: Box<dyn Read + Send> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        if follow { Box::new(Growing(file)) } else { Box::new(file) }
    };
    Ok(Box::new(BufReader::with_capacity(AT_ONCE, from)))
}

/// A file that is still written: its end is waited beyond.
struct Growing(File);

impl Read for Growing {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(into)? {
                0 if !into.is_empty() => std::thread::sleep(ASKED),
                n => return Ok(n),
            }
        }
    }
}
