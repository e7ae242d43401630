//! The files of another program, read from disk as its calls are made in them. Each is read once: what a
//! program runs is what the file was when it began, and not what was made of it since.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::fs::OFlags;

use super::{Language, Source};

/// Bytes of a file that is shown.
const MOST: u64 = 512 * 1024;
/// How many files of recordings are kept, and how many bytes of them.
const PUT: (usize, usize) = (256, 8 << 20);
/// Columns from one tabulator to the next.
const TAB: usize = 4;

/// Why a file is not shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unreadable {
    /// It cannot be opened or read, with the number of the error.
    Error(i32),
    /// It is a folder, a pipe or the like.
    NoFile,
    /// It is longer than so many bytes.
    TooLong(u64),
}

/// What became of a file.
type Opened = Result<&'static Source, Unreadable>;

/// The files by their names. There are no more of them than places have numbers.
static FILES: Mutex<Vec<(&'static str, Opened)>> = Mutex::new(Vec::new());

/// Opens a file that is known by that name from now on, if it is not open already.
pub fn open(name: &'static str, path: &Path, language: Language) {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    if files.iter().all(|(known, _)| *known != name) {
        let opened = read(path).map(|bytes| {
            let source = Source::new(name, shown(&bytes).leak(), language);
            &*Box::leak(Box::new(source))
        });
        files.push((name, opened));
    }
}

/// Shows a file as it stands in a recording, unless one of that name is known. Of hostile recordings no more
/// is kept than `PUT`.
pub fn put(name: &str, text: &str, language: Language) {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = files.iter().filter_map(|(_, file)| file.ok()).map(|file| file.text().len());
    let there = files.iter().any(|(known, _)| *known == name);
    if there || files.len() >= PUT.0 || kept.sum::<usize>() + text.len() > PUT.1 {
        return;
    }
    let name: &'static str = String::from(name).leak();
    let source = Source::new(name, shown(text.as_bytes()).leak(), language);
    files.push((name, Ok(Box::leak(Box::new(source)))));
}

/// The file of that name, if it was opened.
#[must_use]
pub fn opened(name: &str) -> Option<Opened> {
    let files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.iter().find(|(known, _)| *known == name).map(|(_, opened)| *opened)
}

fn read(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let failed = |error: io::Error| Unreadable::Error(error.raw_os_error().unwrap_or_default());
    // Whoever opens a pipe must not wait for its other end.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = flags.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(failed)?;
    let is_file = |file: &File| file.metadata().is_ok_and(|it| it.is_file());
    if !is_file(&file) {
        return Err(Unreadable::NoFile);
    }
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MOST { Err(Unreadable::TooLong(MOST)) } else { Ok(bytes) }
}

/// The text of a file as it can be shown: no byte of it steers the terminal.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let mut shown = String::with_capacity(text.len());
    let mut column: usize = 0;
    for letter in text.chars() {
        column += 1;
        match letter {
            '\n' | '\r' => {
                shown.push('\n');
                column = 0;
            }
            '\t' => {
                let to = column.next_multiple_of(TAB);
                shown.extend(std::iter::repeat_n(' ', to + 1 - column));
                column = to;
            }
            '\u{c}' => shown.push(' '),
            letter if steers(letter) => {
                shown.push(char::REPLACEMENT_CHARACTER);
            }
            letter => shown.push(letter),
        }
    }
    shown
}

/// Whether a letter steers the terminal: a control character, one that turns the direction of what follows,
/// or one that has no place of its own.
#[must_use]
pub fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_and_nothing_of_it_steers_the_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        std::fs::write(&path, b"if x:\r\n\ty = '\x1b[2J\xff'\n").unwrap();
        let name: &'static str = path.display().to_string().leak();
        assert_eq!(opened(name).map(|_| ()), None);
        open(name, &path, Language::Python);
        std::fs::write(&path, "other").unwrap();
        open(name, &path, Language::Python);
        let source = opened(name).unwrap().unwrap();
        assert_eq!((source.len(), source.line(1)), (2, "if x:"));
        assert_eq!(source.line(2), "    y = '\u{fffd}[2J\u{fffd}'");
        assert_eq!(shown("a\tb\u{202e}\r\u{c}".as_bytes()), "a   b\u{fffd}\n ");
    }

    #[test]
    fn what_is_no_file_of_a_fair_size_is_not_shown_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        );
        made.unwrap();
        assert_eq!(read(&pipe), Err(Unreadable::NoFile));
        assert_eq!(read(folder.path()), Err(Unreadable::NoFile));
        assert_eq!(read(Path::new("/dev/zero")), Err(Unreadable::NoFile));
        let none = rustix::io::Errno::NOENT.raw_os_error();
        assert_eq!(read(&folder.path().join("none")), Err(Unreadable::Error(none)));
        let long = folder.path().join("long");
        File::create(&long).unwrap().set_len(MOST + 1).unwrap();
        assert_eq!(read(&long), Err(Unreadable::TooLong(MOST)));
    }
}
