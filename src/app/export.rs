//! `epollscope export`: a log made into what other programs open.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use super::log::is_same;
use super::output::{Sentence, end, misused, printed, say};
use super::pictures;
use crate::cli::{self, Format};
use crate::export::{Failed, csv, perfetto};
use crate::record::file::{self, From};
use crate::record::json::Header;
use crate::record::log::Place;
use crate::record::playback::Playback;
use crate::record::shelf;
use crate::words::{plain, strings};

/// Bytes that are written at once.
const AT_ONCE: usize = 256 * 1024;

/// Makes it.
pub(super) fn run(args: &cli::Export) -> ExitCode {
    let text = &strings().recorded;
    if let Some(option) = args.pictures.not_of(args.to) {
        return misused(&(text.not_of_format)(option, &args.to.name()));
    }
    if args.pictures.until.is_some_and(|until| until < args.pictures.from) {
        return misused(text.ends_early);
    }
    end(export(args))
}

fn export(args: &cli::Export) -> Result<(), Sentence> {
    let (mut log, header) = open(&args.file)?;
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        None => {
            let out = BufWriter::with_capacity(AT_ONCE, io::stdout().lock());
            match make(&mut log, &header, args, out) {
                Err(Failed::Read(error)) => return Err(unread(&args.file, &error)),
                // Of a reader that has gone, too: nothing is left to be said of the log.
                Err(Failed::Write(error)) => return printed(Err(error)),
                Ok(()) => printed(Ok(()))?,
            }
        }
        Some(path) => {
            let mut place = place(&args.file, path, args.force)?;
            let unwritten = |error: &io::Error| {
                (strings().recorded.out_failed)(&path.display().to_string(), &plain(error))
            };
            let out = BufWriter::with_capacity(AT_ONCE, &mut place);
            make(&mut log, &header, args, out).map_err(|failed| match failed {
                Failed::Read(error) => unread(&args.file, &error),
                Failed::Write(error) => unwritten(&error),
            })?;
            place.finish().map_err(|error| unwritten(&error))?;
        }
    }
    // What the log lacks is not in it.
    let text = &strings().recorded;
    match log.closing() {
        // It was not read to its end.
        None if args.pictures.until.is_some() => {}
        None => say(text.not_closed),
        Some(closing) if closing.lost > 0 => say(&(text.lost)(closing.lost)),
        Some(_) => {}
    }
    if log.skipped() > 0 {
        say(&(text.skipped)(log.skipped()));
    }
    Ok(())
}

/// A log with its first line; a file goes before a recording that is called like it.
fn open(path: &Path) -> Result<(Playback<From>, Header), Sentence> {
    let failed = |error: io::Error| unread(path, &error);
    let from = match shelf::named(path) {
        Some(log) => file::of(io::Cursor::new(log)),
        None => file::open(path, false),
    };
    let mut log = Playback::new(from.map_err(failed)?, Instant::now());
    let header = log.header().map_err(failed)?.cloned();
    let header = header.ok_or_else(|| strings().recorded.no_log.to_owned())?;
    if header.origin.is_none() {
        return Err(strings().recorded.too_old.to_owned());
    }
    Ok((log, header))
}

/// Why it cannot be read; a name alone may have been meant for one of the recordings.
pub(super) fn unread(path: &Path, error: &io::Error) -> Sentence {
    let text = &strings().recorded;
    let sentence = (text.unread)(&path.display().to_string(), &plain(error));
    let is_name = path.components().count() == 1 && error.kind() == ErrorKind::NotFound;
    if is_name { (text.which_recordings)(&sentence) } else { sentence }
}

/// Opens what is written to: not the log itself, which would be emptied.
fn place(file: &Path, into: &Path, force: bool) -> Result<Place, Sentence> {
    let (name, text) = (into.display().to_string(), &strings().recorded);
    if is_same(file, into) {
        return Err((text.same_file)(&file.display().to_string()));
    }
    Place::open(into, force).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => (text.out_exists)(&name),
        ErrorKind::NotConnected => (text.out_unread)(&name),
        _ => (text.out_failed)(&name, &plain(&error)),
    })
}

fn make(
    log: &mut Playback<From>,
    header: &Header,
    args: &cli::Export,
    out: impl Write,
) -> Result<(), Failed> {
    match args.to {
        Format::Perfetto => perfetto::write(log, header, out),
        Format::Csv => csv::write(log, header, out),
        Format::Cast | Format::Html | Format::Svg => {
            let (name, end) = pictures::recording(&args.file);
            let (recording, chosen) = ((&*name, end), &args.pictures);
            match args.to {
                Format::Cast => pictures::cast(log, header, recording, chosen, out),
                Format::Html => pictures::html(log, header, recording, chosen, out),
                _ => pictures::svg(log, header, recording, chosen, out),
            }
        }
    }
}
