//! The last seconds of what the dashboard shows, in files: a log, and a page that plays it.

use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::pictures;
use crate::cli::Pictures;
use crate::dashboard::Notice;
use crate::dashboard::keep::Keep;
use crate::export::Failed;
use crate::record::anonymous::{Anonymous, Private};
use crate::record::json::{self, Header};
use crate::record::log::Place;
use crate::record::playback::{self, Playback};
use crate::words::{plain, strings};

/// Of how many that were kept in the same second each gets a name.
const SAME_SECOND: u32 = 100;
/// How the names of the two end.
const ENDINGS: [&str; 2] = [".jsonl.zst", ".html"];

/// What keeps them, of a log that begins so; with other addresses while it is `private`.
pub(super) fn keep(header: Header, private: Private) -> Keep {
    Keep::new(move |lines, time, tell| {
        let header = Header { part: true, ..header.clone() };
        let lines = if private.is_on() { Anonymous::default().addresses(&lines) } else { lines };
        let teller = tell.clone();
        let keeping = move || {
            let told = keep_in_files(&header, &lines, time, |notice| {
                let _ = teller.try_send(notice);
            });
            // Not when the dashboard has ended.
            let _ = teller.try_send(told.unwrap_or_else(Notice::NotKept));
        };
        if let Err(error) = thread::Builder::new().name("keep".into()).spawn(keeping) {
            let _ = tell.try_send(Notice::NotKept((strings().start.no_thread)(&plain(&error))));
        }
    })
}

/// Writes both; what is told before the page is there goes to `tell`.
fn keep_in_files(
    header: &Header,
    lines: &[u8],
    time: Duration,
    tell: impl Fn(Notice),
) -> Result<Notice, String> {
    let mut log = Vec::with_capacity(lines.len() + 1024);
    json::header(&mut log, header);
    log.extend_from_slice(lines);
    let (stem, mut place) = opened()?;
    let [name, page] = ENDINGS.map(|ending| stem.clone() + ending);
    let failed = |path: &str, error: &io::Error| (strings().notices.not_kept)(path, &plain(error));
    let written = place.write_all(&log).and_then(|()| place.finish());
    written.map_err(|error| failed(&name, &error))?;
    tell(Notice::Kept(time, name.clone(), None));

    let end = playback::last_time(io::Cursor::new(&log)).ok().flatten();
    let mut playback = Playback::new(&*log, Instant::now());
    // Of it the rest is played.
    playback.header().map_err(|error| failed(&name, &error))?;
    // Written when it is whole: the dashboard may end meanwhile.
    let mut drawn = Vec::new();
    let recording = (&*stem, end);
    pictures::html(&mut playback, header, recording, &Pictures::default(), &mut drawn)
        .map_err(|(Failed::Read(error) | Failed::Write(error))| failed(&page, &error))?;
    let mut out = Place::open(Path::new(&page), false).map_err(|error| failed(&page, &error))?;
    let written = out.write_all(&drawn).and_then(|()| out.finish());
    written.map_err(|error| failed(&page, &error))?;
    Ok(Notice::Kept(time, name, Some(page)))
}

/// A name that neither a log nor a page has, and the log's file.
fn opened() -> Result<(String, Place), String> {
    let now = jiff::Zoned::now().strftime("epollscope-%Y%m%d-%H%M%S").to_string();
    let stems = (0..SAME_SECOND).map(|more| match more {
        0 => now.clone(),
        more => format!("{now}-{more}"),
    });
    let is_free =
        |stem: &String| ENDINGS.iter().all(|end| !Path::new(&(stem.clone() + end)).exists());
    let stem = stems.into_iter().find(is_free).unwrap_or(now);
    let name = stem.clone() + ENDINGS[0];
    let place = Place::open(Path::new(&name), false);
    let place = place.map_err(|error| (strings().notices.not_kept)(&name, &plain(&error)))?;
    Ok((stem, place))
}
