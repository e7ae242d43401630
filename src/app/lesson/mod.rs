//! `epollscope lesson`: lists lessons, begins one, checks them, or writes one to begin with.

mod check;

use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::output::{self, Sentence, end, misused, print, refused, say, told};
use super::{language, serve};
use crate::cli::{self, Cli};
use crate::dashboard::Lessons;
use crate::lesson::{self, Lesson, Shelf};
use crate::settings::Settings;
use crate::words::{plain, strings};

/// Stands for every lesson.
const ALL: &str = "all";

/// Does what the command line asks for.
pub(super) fn run(args: &cli::Lesson, program: &Cli) -> ExitCode {
    if let Some(path) = &args.new {
        return end(write(path));
    }
    let shelf = match &args.lessons {
        Some(folder) => Shelf::folder(folder),
        None => Shelf::embedded(),
    };
    let shelf = match shelf {
        Ok(shelf) => shelf,
        Err(sentences) => {
            for sentence in &sentences {
                say(sentence);
            }
            return output::MISUSED.into();
        }
    };
    let Some(name) = &args.name else { return end(print(list(&shelf).as_bytes())) };
    let all = args.check && name == ALL;
    let found: Vec<Arc<Lesson>> = match shelf.find(name) {
        _ if all => shelf.lessons().to_vec(),
        Some(lesson) => vec![lesson.clone()],
        None => return misused(&(strings().lesson.no_such)(name, near(name, &shelf))),
    };
    let (line, parsed) = match args.arguments(program.lang) {
        Ok(both) => both,
        Err(error) => return told(&error),
    };
    if args.check {
        return check::run(&found, &parsed.cli, &line);
    }
    let settings = match Settings::load(&parsed.cli.settings) {
        Ok(settings) => settings,
        Err(trouble) => return refused(&trouble),
    };
    let merged = match settings.over(&line, parsed) {
        Ok(merged) => merged,
        Err(error) => return told(&error),
    };
    if serve::is_headless(&merged.cli) {
        return misused(strings().lesson.no_screen);
    }
    settings.bindings().put_in_force();
    let no_chinese = language::choose(merged.cli.lang);
    let first = found.into_iter().next();
    end(serve::run(&merged, no_chinese, Lessons { shelf, first }))
}

/// The lesson whose name is most like that.
fn near<'s>(name: &str, shelf: &'s Shelf) -> Option<&'s str> {
    crate::document::nearest(name, shelf.lessons().iter().map(|lesson| lesson.name.as_str()))
}

/// A line for each lesson.
fn list(shelf: &Shelf) -> String {
    let say = &strings().lesson;
    let lessons = shelf.lessons();
    let widest = lessons.iter().map(|lesson| lesson.name.len()).max().unwrap_or(0);
    let line = |lesson: &Arc<Lesson>| {
        let Lesson { number, name, minutes, title, .. } = &**lesson;
        let title = title.spoken().filled(|_| lesson::Figure::Unknown);
        format!("{number:3}  {name:widest$}  {}\n", (say.listed)(&title, *minutes))
    };
    lessons.iter().map(line).collect()
}

/// Writes a lesson to begin with, where no file is yet.
fn write(path: &Path) -> Result<(), Sentence> {
    let shown = path.display().to_string();
    if let Some(folder) = path.parent() {
        // What is wrong with it is wrong with the file too.
        let _ = std::fs::create_dir_all(folder);
    }
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::AlreadyExists => (strings().lesson.there_already)(&shown),
        _ => (strings().lesson.unwritten)(&shown, &plain(&error)),
    };
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(lesson::SKELETON.as_bytes()).map_err(failed)?;
    print((strings().lesson.written)(&shown).as_bytes())
}
