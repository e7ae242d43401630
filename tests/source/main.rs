//! The form of the source itself, read as text.

mod sources;

mod calls;
mod imports;
mod lesson;
mod readme;
mod words;
