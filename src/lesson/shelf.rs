//! The lessons that there are: those of the program, or those of a folder.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rust_embed::Embed;

use super::{Lesson, read};
use crate::words::{plain, strings};

#[derive(Embed)]
#[folder = "assets/lessons/"]
struct Embedded;

/// A lesson to begin a new one with: every part of one, with what it is for.
pub const SKELETON: &str = include_str!("../../assets/lesson.toml");

/// What a lesson's file is called behind its name.
const ENDING: &str = "toml";

/// Lessons, by their number.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    lessons: Vec<Arc<Lesson>>,
}

impl Shelf {
    /// Those of the program.
    ///
    /// # Errors
    /// A sentence for each thing that is wrong with one.
    pub fn embedded() -> Result<Self, Vec<String>> {
        let texts = Embedded::iter().filter_map(|name| {
            let file = Embedded::get(&name)?;
            Some((name.clone().into_owned(), String::from_utf8_lossy(&file.data).into_owned()))
        });
        Self::of(texts.collect())
    }

    /// Those of a folder: every file whose name ends in `.toml`.
    ///
    /// # Errors
    /// A sentence for each thing that is wrong with one, or why the folder cannot be read.
    pub fn folder(folder: &Path) -> Result<Self, Vec<String>> {
        let unread = |path: &Path, error: &io::Error| {
            vec![(strings().lesson.unreadable)(&path.display().to_string(), &plain(error))]
        };
        let entries = fs::read_dir(folder).map_err(|error| unread(folder, &error))?;
        let mut texts = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unread(folder, &error))?.path();
            if path.extension().is_some_and(|ending| ending == ENDING) {
                let text = fs::read_to_string(&path).map_err(|error| unread(&path, &error))?;
                texts.push((path.display().to_string(), text));
            }
        }
        Self::of(texts)
    }

    /// Those of these files, each by its name and with what stands in it.
    fn of(mut files: Vec<(String, String)>) -> Result<Self, Vec<String>> {
        files.sort();
        let mut lessons: Vec<Arc<Lesson>> = Vec::new();
        let mut wrong = Vec::new();
        for (name, text) in &files {
            match read::read(text, number(name).unwrap_or(0)) {
                Ok(lesson) => lessons.push(Arc::new(lesson)),
                Err(all) => wrong.extend(all.iter().map(|one| format!("{name}:{one}"))),
            }
        }
        // One without a number of its own follows those that have one.
        let mut last = lessons.iter().map(|lesson| lesson.number).max().unwrap_or(0);
        for lesson in lessons.iter_mut().filter(|lesson| lesson.number == 0) {
            last += 1;
            Arc::make_mut(lesson).number = last;
        }
        lessons.sort_by_key(|lesson| lesson.number);
        if wrong.is_empty() { Ok(Self { lessons }) } else { Err(wrong) }
    }

    /// All of them.
    #[must_use]
    pub fn lessons(&self) -> &[Arc<Lesson>] {
        &self.lessons
    }

    /// The one with that name, or that number.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Arc<Lesson>> {
        let number = name.parse().ok();
        let mut all = self.lessons.iter();
        all.find(|lesson| lesson.name == name || Some(lesson.number) == number)
    }
}

/// The number that a file's name begins with.
fn number(path: &str) -> Option<u32> {
    let name = Path::new(path).file_name()?.to_str()?;
    let digits = name.find(|c: char| !c.is_ascii_digit())?;
    name[..digits].parse().ok()
}

/// What is wrong with a lesson's file, if anything is: sentences as compilers write them.
///
/// # Errors
/// A sentence for each thing that is wrong with it.
pub fn check(name: &str, text: &str) -> Result<Lesson, Vec<String>> {
    read::read(text, number(name).unwrap_or(0))
        .map_err(|all| all.iter().map(|one| format!("{name}:{one}")).collect())
}
