//! The keys: how they are called, what they do, and where the help lists them.

/// What is said of the keys, by what they do.
pub(crate) struct Keys {
    pub(crate) drop: KeyText,
    pub(crate) reset: KeyText,
    pub(crate) reading: KeyText,
    pub(crate) card: KeyText,
    pub(crate) drop_all: KeyText,
    pub(crate) drop_idle: KeyText,
    pub(crate) pause: KeyText,
    pub(crate) step_call: KeyText,
    pub(crate) step_turn: KeyText,
    pub(crate) slower: KeyText,
    pub(crate) faster: KeyText,
    pub(crate) load_again: KeyText,
    pub(crate) server: KeyText,
    pub(crate) options: KeyText,
    pub(crate) before: KeyText,
    pub(crate) lesson_on: KeyText,
    pub(crate) lesson_back: KeyText,
    pub(crate) lessons: KeyText,
    pub(crate) client: KeyText,
    pub(crate) ten_clients: KeyText,
    pub(crate) many_clients: KeyText,
    pub(crate) choose: KeyText,
    pub(crate) hang_up: KeyText,
    pub(crate) stop_clients: KeyText,
    pub(crate) filter: KeyText,
    pub(crate) sort: KeyText,
    pub(crate) reverse: KeyText,
    pub(crate) closed: KeyText,
    pub(crate) errors: KeyText,
    pub(crate) own: KeyText,
    pub(crate) time: KeyText,
    pub(crate) output: KeyText,
    pub(crate) textbook: KeyText,
    pub(crate) whose: KeyText,
    pub(crate) epoll: KeyText,
    pub(crate) freeze: KeyText,
    pub(crate) call_back: KeyText,
    pub(crate) call_forth: KeyText,
    pub(crate) turn_back: KeyText,
    pub(crate) turn_forth: KeyText,
    pub(crate) jump: KeyText,
    pub(crate) keep: KeyText,
    pub(crate) play: KeyText,
    pub(crate) play_slower: KeyText,
    pub(crate) play_faster: KeyText,
    pub(crate) explain: KeyText,
    pub(crate) zoom: KeyText,
    pub(crate) up: KeyText,
    pub(crate) down: KeyText,
    pub(crate) page_up: KeyText,
    pub(crate) page_down: KeyText,
    pub(crate) first: KeyText,
    pub(crate) last: KeyText,
    pub(crate) next_panel: KeyText,
    pub(crate) previous_panel: KeyText,
    pub(crate) back: KeyText,
    pub(crate) help: KeyText,
    pub(crate) language: KeyText,
    pub(crate) save_settings: KeyText,
    pub(crate) mouse: KeyText,
    pub(crate) redraw: KeyText,
    pub(crate) suspend: KeyText,
    pub(crate) quit: KeyText,
    pub(crate) quit_now: KeyText,
    pub(crate) panels: Panels,
    /// Labels of keys that would do something else now.
    pub(crate) run: &'static str,
    pub(crate) stop: &'static str,
    pub(crate) read_again: &'static str,
    pub(crate) close_card: &'static str,
    pub(crate) what_runs: &'static str,
    pub(crate) its_line: &'static str,
    pub(crate) until_line: &'static str,
    pub(crate) thaw: &'static str,
    pub(crate) now: &'static str,
    pub(crate) read_so_far: &'static str,
    pub(crate) all_events: &'static str,
    pub(crate) events: &'static str,
    pub(crate) fold_closed: &'static str,
    pub(crate) groups: Groups,
    /// Between the names of keys that do the same.
    pub(crate) or: &'static str,
    /// In place of the name of a key, where there is none.
    pub(crate) none: &'static str,
    /// The headings of the table of keys.
    pub(crate) key: &'static str,
    pub(crate) does: &'static str,
    pub(crate) names: Names,
}

/// The texts of a key.
pub(crate) struct KeyText {
    /// A word or two for the key bar.
    pub(crate) label: &'static str,
    /// What it does, in a sentence.
    pub(crate) sentence: &'static str,
    /// The same on the split screen, where that is another sentence.
    pub(crate) split: Option<&'static str>,
}

/// The texts of the keys that go to a panel; the label is its title.
pub(crate) struct Panels {
    pub(crate) table: KeyText,
    pub(crate) the_loop: KeyText,
    pub(crate) stream: KeyText,
    pub(crate) charts: KeyText,
    pub(crate) card: KeyText,
    pub(crate) seats: KeyText,
    pub(crate) costs: KeyText,
    pub(crate) code: KeyText,
}

/// The headings of the help.
pub(crate) struct Groups {
    pub(crate) connection: &'static str,
    pub(crate) the_loop: &'static str,
    pub(crate) lessons: &'static str,
    pub(crate) clients: &'static str,
    pub(crate) looking: &'static str,
    pub(crate) moving: &'static str,
    pub(crate) program: &'static str,
    /// What closes connections, or ends something.
    pub(crate) taking: &'static str,
}

/// The names of keys that have no letter.
pub(crate) struct Names {
    pub(crate) space: &'static str,
    pub(crate) enter: &'static str,
    pub(crate) esc: &'static str,
    pub(crate) tab: &'static str,
    pub(crate) back_tab: &'static str,
    pub(crate) up: &'static str,
    pub(crate) down: &'static str,
    pub(crate) page_up: &'static str,
    pub(crate) page_down: &'static str,
    pub(crate) home: &'static str,
    pub(crate) end: &'static str,
    pub(crate) ctrl: fn(name: &str) -> String,
}
