//! What is said for a moment, what is asked, and how the dashboard ends.

/// Notices, questions, and the reasons of an end.
pub(crate) struct Notices {
    pub(crate) limit_reached: &'static str,
    pub(crate) server_now: fn(name: &str, summary: &str) -> String,
    pub(crate) already: fn(server: &str) -> String,
    pub(crate) gone: &'static str,
    pub(crate) adds: fn(key: &str, kind: &str) -> String,
    pub(crate) mouse_on: &'static str,
    pub(crate) mouse_off: &'static str,
    pub(crate) no_commands: &'static str,
    /// Why a key does nothing now.
    pub(crate) none_selected: &'static str,
    pub(crate) none_open: &'static str,
    pub(crate) slowest: &'static str,
    pub(crate) not_slow: &'static str,
    pub(crate) none_of_ours_selected: &'static str,
    pub(crate) none_of_ours: &'static str,
    pub(crate) not_in_the_table: &'static str,
    pub(crate) none_closed: &'static str,
    pub(crate) no_stream: &'static str,
    pub(crate) no_code: &'static str,
    pub(crate) no_code_panel: &'static str,
    pub(crate) no_class: &'static str,
    pub(crate) no_hand: &'static str,
    pub(crate) nothing_asked: &'static str,
    pub(crate) nobody_in: &'static str,
    pub(crate) no_student: &'static str,
    /// Whether a student is sent away.
    pub(crate) send_away: fn(student: &str) -> String,
    pub(crate) one_line: &'static str,
    pub(crate) one_epoll: &'static str,
    pub(crate) textbook: &'static str,
    pub(crate) never_called: fn(line: usize, key: &str) -> String,
    pub(crate) after_the_pause: fn(key: &str, calls: Option<u8>) -> String,
    /// The language, and the signs of the picture.
    pub(crate) no_chinese: &'static str,
    pub(crate) not_utf8: &'static str,
    pub(crate) wide_signs: &'static str,
    /// The settings file.
    pub(crate) saved: fn(path: &str, backup: Option<&str>) -> String,
    pub(crate) nothing_to_save: fn(path: &str) -> String,
    pub(crate) no_settings: &'static str,
    /// The last seconds are in that log, and in that page once it is drawn.
    pub(crate) kept: fn(time: &str, log: &str, page: Option<&str>) -> String,
    pub(crate) not_kept: fn(path: &str, why: &str) -> String,
    /// Questions.
    pub(crate) quit: fn(foreign: usize) -> String,
    pub(crate) drop: fn(fd: i32, peer: &str) -> String,
    pub(crate) reset: fn(fd: i32, peer: &str) -> String,
    pub(crate) drop_all: fn(open: usize) -> String,
    pub(crate) save: fn(path: &str) -> String,
    pub(crate) switch: fn(server: &str, open: usize) -> String,
    /// Ends.
    pub(crate) returned: &'static str,
    pub(crate) ended_by_itself: fn(why: &str) -> String,
    pub(crate) not_in_time: &'static str,
    pub(crate) two_servers: &'static str,
    pub(crate) mistake: fn(panic: &str) -> String,
    pub(crate) panicked: fn(thread: &str, panic: &str) -> String,
    pub(crate) a_thread: &'static str,
}
