//! What is said of a program that is traced.

/// Most are errors: what happened, and what to do about it. `why` is what the kernel says.
pub(crate) struct Run {
    pub(crate) not_traced: fn(why: &str) -> String,
    pub(crate) no_program: fn(name: &str) -> String,
    pub(crate) a_folder: fn(name: &str) -> String,
    pub(crate) not_permitted: fn(name: &str) -> String,
    pub(crate) of_32_bits: fn(name: &str) -> String,
    pub(crate) no_start: fn(name: &str, why: &str) -> String,
    pub(crate) no_keyboard: &'static str,
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
    /// Whose line it is in the code view, before it listens.
    pub(crate) the_program: &'static str,
    /// In place of its source: nothing is known yet; it is no Python; it is an unknown one; this program
    /// cannot read any.
    pub(crate) no_line: &'static str,
    pub(crate) no_source: &'static str,
    pub(crate) unknown_python: &'static str,
    pub(crate) without_python: &'static str,
    /// Its file cannot be shown: why, in words of the system or in one of the next.
    pub(crate) unreadable: fn(file: &str, line: u32, why: &str) -> String,
    pub(crate) no_file: &'static str,
    pub(crate) long_file: fn(most: &str) -> String,
    /// Why a key does nothing.
    pub(crate) is_another: &'static str,
    pub(crate) ours_writes_nothing: &'static str,
    pub(crate) written_elsewhere: &'static str,
}
