//! The marks between pieces of text that are put together elsewhere.

/// Punctuation.
#[derive(Clone, Copy)]
pub(crate) struct Marks {
    /// Between two facts.
    pub(crate) comma: &'static str,
    /// Between the members of a list.
    pub(crate) list: &'static str,
    /// Between two parts of a sentence.
    pub(crate) semicolon: &'static str,
    /// Behind a name of which something is said.
    pub(crate) colon: &'static str,
    /// At the end of a sentence.
    pub(crate) stop: &'static str,
    /// Between two sentences.
    pub(crate) sentence: &'static str,
    /// In brackets, behind something; with the blank before them.
    pub(crate) brackets: fn(text: &str) -> String,
}
