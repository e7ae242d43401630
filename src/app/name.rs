//! How a program that is traced is called.

use std::ffi::OsString;
use std::path::Path;

use crate::record::json::{Header, Origin};
use crate::words::clean;

/// How files end that an interpreter runs.
const SCRIPTS: [&str; 6] = ["js", "pl", "py", "rb", "sh", "ts"];

/// The program as it is named in the header: an interpreter's script rather than the interpreter.
pub(super) fn shown_name(command: &[OsString]) -> String {
    let [program, arguments @ ..] = command else { return String::new() };
    let is_script = |word: &&OsString| {
        let ending = Path::new(word).extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| SCRIPTS.contains(&ending)) && Path::new(word).is_file()
    };
    let shown = arguments.iter().find(is_script).unwrap_or(program);
    let name = Path::new(shown).file_name().unwrap_or(shown);
    clean(name.as_encoded_bytes())
}

/// The program that a log is of, where it was none of our servers.
pub(super) fn of_log(header: &Header) -> Option<String> {
    let words = |origin: &Origin| origin.command.iter().map(Into::into).collect::<Vec<_>>();
    header.traced().map(|origin| shown_name(&words(origin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_named_rather_than_its_interpreter() {
        let name = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(Into::into).collect();
            shown_name(&words)
        };
        assert_eq!(name("python3 -u assets/textbook/poll-server.py 80"), "poll-server.py");
        assert_eq!(name("/usr/sbin/nginx -g x"), "nginx");
        assert_eq!(name("python3 -c exit(3)"), "python3");
    }
}
