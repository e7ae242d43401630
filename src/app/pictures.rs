//! `epollscope export` to cast, html and svg: a recording's pictures.

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::name;
use crate::cli::Pictures;
use crate::dashboard::film::{self, Setup, Way};
use crate::dashboard::run::wall_clock;
use crate::dashboard::theme::Palette;
use crate::export::cast::Cast;
use crate::export::html::Html;
use crate::export::{Failed, svg};
use crate::record::file;
use crate::record::json::{Header, Origin};
use crate::record::playback::{self, Playback};
use crate::record::shelf;
use crate::telemetry::Nanos;
use crate::words::Language;

/// For asciinema, in the language and the colours that were asked for.
pub(super) fn cast(
    log: &mut Playback<impl BufRead>,
    header: &Header,
    recording: (&str, Option<Nanos>),
    pictures: &Pictures,
    out: impl Write,
) -> Result<(), Failed> {
    let setup = Setup { keys: true, ..setup(header, recording, pictures, &[chosen(pictures)]) };
    let start = header.start.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let Pictures { size, speed, .. } = *pictures;
    let mut cast = Cast::begin(out, size, start, &setup.name, f64::from(speed.0) / 100.0)
        .map_err(Failed::Write)?;
    film::roll(|| log.next_item(), &setup, |shot| cast.shot(shot))?;
    cast.end().map_err(Failed::Write)
}

/// A page that plays it, in both languages, dark and light.
pub(super) fn html(
    log: &mut Playback<impl BufRead>,
    header: &Header,
    recording: (&str, Option<Nanos>),
    pictures: &Pictures,
    mut out: impl Write,
) -> Result<(), Failed> {
    const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];
    let ways = LANGUAGES
        .map(|language| [Palette::Dark, Palette::Light].map(|palette| Way { language, palette }));
    let setup = setup(header, recording, pictures, &ways.concat());
    let start = Timestamp::try_from(header.start).unwrap_or_default();
    let start = start.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let command = header.origin.as_ref().map_or_else(String::new, command);
    let mut page = Html::new([&setup.name, &command, &start], pictures.size, &LANGUAGES);
    film::roll(|| log.next_item(), &setup, |shot| page.shot(shot))?;
    page.end(&mut out).and_then(|()| out.flush()).map_err(Failed::Write)
}

/// What was started, as it is typed.
fn command(origin: &Origin) -> String {
    let own = (!origin.traced).then_some(env!("CARGO_PKG_NAME"));
    own.into_iter().chain(origin.command.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

/// The picture of a time.
pub(super) fn svg(
    log: &mut Playback<impl BufRead>,
    header: &Header,
    recording: (&str, Option<Nanos>),
    pictures: &Pictures,
    mut out: impl Write,
) -> Result<(), Failed> {
    let setup = Setup { keys: true, ..setup(header, recording, pictures, &[chosen(pictures)]) };
    film::still(
        || log.next_item(),
        &setup,
        |shot| match shot.ways {
            [picture, ..] => svg::write(picture, &mut out),
            [] => Ok(()),
        },
    )?;
    out.flush().map_err(Failed::Write)
}

/// What is asked for; of what shows no terminal's background it is dark.
fn chosen(pictures: &Pictures) -> Way {
    let (palette, _) = pictures.theme.resolve(false, || Some(true));
    Way { language: Language::spoken(), palette }
}

fn setup(
    header: &Header,
    (file, end): (&str, Option<Nanos>),
    pictures: &Pictures,
    ways: &[Way],
) -> Setup {
    let nanos = |time: Duration| Nanos::try_from(time.as_nanos()).unwrap_or(Nanos::MAX);
    Setup {
        name: file.to_owned(),
        program: name::of_log(header),
        zero: wall_clock(header.start),
        end,
        size: pictures.size,
        keys: false,
        presses: pictures.press.clone(),
        ascii: pictures.ascii,
        ways: ways.to_vec(),
        fps: pictures.fps,
        span: (nanos(pictures.from), pictures.until.map_or(Nanos::MAX, nanos)),
    }
}

/// How a log is called, and when its last event happened, where it can be read twice.
pub(super) fn recording(file: &Path) -> (String, Option<Nanos>) {
    let name = file.file_name().map_or_else(|| file.display(), |name| Path::new(name).display());
    (name.to_string(), end(file).ok().flatten())
}

/// When the last event of a log happened, where it can be read twice.
fn end(path: &Path) -> io::Result<Option<Nanos>> {
    if let Some(log) = shelf::named(path) {
        return playback::last_time(io::Cursor::new(log));
    }
    if !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    if let Some(last) = File::open(path).and_then(playback::last_time)? {
        return Ok(Some(last));
    }
    // A compressed one has its end behind all the rest.
    let (mut log, mut last) = (Playback::new(file::open(path, false)?, Instant::now()), None);
    while let Some(item) = log.next_item()? {
        last = last.max(item.time());
    }
    Ok(last)
}
