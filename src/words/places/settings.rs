//! The settings file: what is wrong with one, what one sets, and what stands in the default one.

/// Sentences about a setting are told behind its file, line and column.
pub(crate) struct Settings {
    pub(crate) missing: fn(path: &str) -> String,
    pub(crate) unreadable: fn(path: &str, why: &str) -> String,
    pub(crate) too_long: fn(path: &str, most: u64) -> String,
    pub(crate) not_utf8: &'static str,
    pub(crate) not_toml: fn(why: &str) -> String,
    pub(crate) unknown: fn(name: &str, nearest: Option<&str>) -> String,
    pub(crate) each_time: fn(name: &str) -> String,
    pub(crate) takes: fn(name: &str, allowed: &str, value: &str, nearest: Option<&str>) -> String,
    pub(crate) refused: fn(name: &str, value: &str, why: &str) -> String,
    pub(crate) no_action: fn(name: &str, nearest: Option<&str>) -> String,
    pub(crate) no_key: fn(text: &str, nearest: Option<&str>) -> String,
    pub(crate) twin: fn(key: &str, same: &str) -> String,
    pub(crate) ctrl_c: fn(action: &str) -> String,
    pub(crate) key_twice: fn(key: &str, action: &str) -> String,
    pub(crate) key_of_both: fn(key: &str, first: &str, second: &str) -> String,
    pub(crate) key_of_other: fn(key: &str, action: &str, other: &str) -> String,
    pub(crate) no_piece: fn(name: &str, nearest: Option<&str>) -> String,
    pub(crate) no_part: fn(name: &str, nearest: Option<&str>) -> String,
    pub(crate) column_twice: fn(column: &str) -> String,
    pub(crate) columns_begin: &'static str,
    pub(crate) hidden_sort: fn(column: &str) -> String,
    /// Why nothing is saved.
    pub(crate) unsaved: fn(path: &str, why: &str) -> String,
    pub(crate) changed: fn(path: &str) -> String,
    pub(crate) not_edited: fn(path: &str) -> String,
    pub(crate) allowed: Allowed,
    /// What stands where another thing should.
    pub(crate) a_list: &'static str,
    pub(crate) a_table: &'static str,
    pub(crate) a_date: &'static str,

    /// What `config --check` says of a file.
    pub(crate) none_there: fn(path: &str) -> String,
    pub(crate) nowhere: &'static str,
    pub(crate) in_order: fn(path: &str, settings: usize) -> String,
    pub(crate) instead_of: fn(default: Option<&str>) -> String,
    pub(crate) of_theme: &'static str,

    /// The comments of the default file.
    pub(crate) head: &'static [&'static str],
    pub(crate) general: &'static str,
    pub(crate) keys: &'static str,
    pub(crate) about_keys: &'static [&'static str],
    pub(crate) table: &'static str,
    pub(crate) layout: &'static str,
    /// Columns, sort, reverse, focus, side, zoom.
    pub(crate) picture: [&'static str; 6],
    pub(crate) colours: &'static str,
    pub(crate) about_colours: &'static [&'static str],
    /// In the order of the roles of a theme.
    pub(crate) roles: [&'static str; 20],
    pub(crate) background: &'static str,
    pub(crate) compare: &'static str,
}

/// What a setting takes.
pub(crate) struct Allowed {
    pub(crate) flag: &'static str,
    pub(crate) whole: fn(least: i64, most: Option<i64>) -> String,
    pub(crate) number: &'static str,
    pub(crate) names: fn(names: &str) -> String,
    pub(crate) clients: &'static str,
    pub(crate) text: &'static str,
    pub(crate) table: &'static str,
    pub(crate) keys: &'static str,
    pub(crate) colour: &'static str,
    pub(crate) columns: fn(names: &str) -> String,
}
