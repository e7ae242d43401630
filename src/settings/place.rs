//! Where the settings file is, and what stands in it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::document::{Wrong, place_of};
use crate::words::strings;

/// More than a settings file can need.
const MOST: u64 = 1024 * 1024;

/// Where settings were read from, and what stood there; nothing where there was no file.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: Option<String>,
}

/// Why a file that is there was not read.
pub(super) enum Unread {
    Failed(io::Error),
    /// It has more bytes than that.
    TooLong(u64),
    NotText(Wrong),
}

/// The usual place, by the XDG Base Directory Specification: it says that a path which is not
/// absolute counts as none.
pub(super) fn usual(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(folder.join("epollscope/config.toml"))
}

/// The text of a file; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, Unread> {
    let mut bytes = Vec::new();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(Unread::Failed(error)),
    };
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(Unread::Failed)?;
    if bytes.len() as u64 > MOST {
        return Err(Unread::TooLong(MOST));
    }
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        // What is before is one text in both.
        Unread::NotText(Wrong::new(place_of(&text, good), strings().settings.not_utf8.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_place_is_that_of_xdg() {
        let place = |xdg: Option<&str>, home: Option<&str>| {
            let value = |name: &str| if name == "HOME" { home } else { xdg };
            usual(|name| value(name).map(OsString::from))
        };
        let found = Some(PathBuf::from("/x/epollscope/config.toml"));
        assert_eq!(place(Some("/x"), Some("/home/a")), found);
        let found = Some(PathBuf::from("/home/a/.config/epollscope/config.toml"));
        for none in [None, Some(""), Some("relative")] {
            assert_eq!(place(none, Some("/home/a")), found);
        }
        assert_eq!((place(None, None), place(None, Some(""))), (None, None));
    }
}
