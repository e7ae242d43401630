//! What is said of a program that is traced.

/// Most are errors: what happened, and what to do about it. `why` is what the kernel says.
pub(crate) struct Run {
    pub(crate) not_traced: fn(why: &str) -> String,
    pub(crate) no_program: fn(name: &str) -> String,
    pub(crate) a_folder: fn(name: &str) -> String,
    pub(crate) not_permitted: fn(name: &str) -> String,
    pub(crate) of_32_bits: fn(name: &str) -> String,
    pub(crate) no_start: fn(name: &str, why: &str) -> String,
    pub(crate) output_there: fn(path: &str) -> String,
    pub(crate) no_output: fn(path: &str, why: &str) -> String,
    /// How it has ended.
    pub(crate) exited: fn(name: &str, code: i32) -> String,
    pub(crate) left: fn(name: &str) -> String,
    pub(crate) killed: fn(name: &str, signal: &str) -> String,
    /// In place of the address, before it listens.
    pub(crate) listens_not: &'static str,
    /// In the header: by how much each call is held up at least.
    pub(crate) delayed: fn(time: &str) -> String,
    /// In place of its source.
    pub(crate) no_source: &'static str,
    /// Why a key does nothing.
    pub(crate) is_another: &'static str,
}
