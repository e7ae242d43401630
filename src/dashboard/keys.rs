//! The one declaration of the keys: what each is called, what it does and when it works.
//!
//! The dashboard and the split screen have one list. The key bar, the `?` help, the README's table and the man page are made from it, and
//! [`State::key`](super::state::State::key) looks a pressed key up in it.

pub mod help;
pub mod id;
pub mod press;

use std::fmt::Write as _;

use crossterm::event::{KeyCode, KeyEvent};

pub use self::id::{Group, Id};
pub use self::press::Press;
use self::press::{ch, code, ctrl};
use super::panel::{PANELS, Panel, Row};
use super::state::State;
use crate::telemetry::Mode;

/// On which screens a key works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Screens {
    /// On the dashboard.
    Dashboard,
    /// On the dashboard, and on the split screen for both servers: that screen's sentence.
    Both(&'static str),
    /// On the split screen.
    Split,
}

/// A key, or several that do the same.
pub struct Key {
    /// What it does.
    pub id: Id,
    /// How it is pressed.
    pub presses: &'static [Press],
    /// A word or two for the key bar.
    pub label: &'static str,
    /// What it does, in a sentence.
    pub sentence: &'static str,
    /// Where the help lists it.
    pub group: Group,
    /// Its place in the key bar, the smaller the earlier; 0 is never shown there.
    pub bar: u8,
    /// Whether it does something now.
    pub enabled: fn(&State) -> bool,
    /// On which screens it works.
    pub screens: Screens,
}

fn always(_: &State) -> bool {
    true
}

/// Every key but those of the panels, which are in [`PANELS`].
#[rustfmt::skip]
static KEYS: &[Key] = &[
    Key { id: Id::Drop, presses: &[ch('x')], label: "drop", group: Group::Connection, bar: 10, enabled: State::can_drop,
          sentence: "Drop the selected client: its connection is closed with a FIN. Asks first, naming it.", screens: Screens::Dashboard },
    Key { id: Id::Reset, presses: &[ch('X')], label: "reset", group: Group::Connection, bar: 60, enabled: State::can_drop,
          sentence: "Reset the selected client: its connection is broken off with a RST. Asks first, naming it.", screens: Screens::Dashboard },
    Key { id: Id::Reading, presses: &[ch('r')], label: "stop reading", group: Group::Connection, bar: 65, enabled: State::can_stop_reading,
          sentence: "Stop reading from the selected client, or read again: its receive queue in the kernel fills meanwhile.", screens: Screens::Dashboard },
    Key { id: Id::Card, presses: &[code(KeyCode::Enter)], label: "card", group: Group::Connection, bar: 40, enabled: State::has_selection,
          sentence: "Open the selected connection's card: last request, counters, its own events, the kernel's view.", screens: Screens::Dashboard },
    Key { id: Id::DropAll, presses: &[ch('D')], label: "drop all", group: Group::Connection, bar: 70, enabled: State::can_drop_all,
          sentence: "Drop every client. Asks first.", screens: Screens::Dashboard },
    Key { id: Id::DropIdle, presses: &[ch('i')], label: "drop idle", group: Group::Connection, bar: 71, enabled: State::can_drop_all,
          sentence: "Drop every client idle for longer than the seconds you type.", screens: Screens::Dashboard },

    Key { id: Id::Pause, presses: &[ch('p'), ch(' ')], label: "pause", group: Group::Loop, bar: 11, enabled: State::alive,
          sentence: "Pause the server's loop before its next call, or let it run again. Work then queues up in the kernel.",
          screens: Screens::Both("Pause both loops before their next call, or let them run again. The time of the load goes on.") },
    Key { id: Id::StepCall, presses: &[ch('s')], label: "step", group: Group::Loop, bar: 12, enabled: State::can_step,
          sentence: "While paused: make one system call.",
          screens: Screens::Both("While paused: each makes one system call.") },
    Key { id: Id::StepTurn, presses: &[ch('S')], label: "step turn", group: Group::Loop, bar: 13, enabled: State::can_step_turn,
          sentence: "While paused: go on to just before the next wait, one wake-up further.",
          screens: Screens::Both("While paused: each goes on to just before its next wait.") },
    Key { id: Id::Slower, presses: &[ch('-')], label: "slower", group: Group::Loop, bar: 50, enabled: State::can_slow,
          sentence: "Slow motion: 100, 50, 20, 10, 5, 2, 1 calls a second.",
          screens: Screens::Both("Slow motion for both: 100 calls a second, 50, 20, 10, 5, 2, 1.") },
    Key { id: Id::Faster, presses: &[ch('+'), ch('=')], label: "faster", group: Group::Loop, bar: 51, enabled: State::is_slow,
          sentence: "Faster again, up to full speed.",
          screens: Screens::Both("Both faster again, up to full speed.") },
    Key { id: Id::LoadAgain, presses: &[ch('r')], label: "load again", group: Group::Loop, bar: 0, enabled: State::alive,
          sentence: "Put the same load on both once more, on the connections that are open.", screens: Screens::Split },
    Key { id: Id::Server, presses: &[ch('v')], label: "server", group: Group::Loop, bar: 22, enabled: State::alive,
          sentence: "Let another of the nine servers take over, on the same port. Open connections are closed; asks first.", screens: Screens::Dashboard },

    Key { id: Id::Client, presses: &[ch('c')], label: "client", group: Group::Clients, bar: 20, enabled: State::alive,
          sentence: "Add a client of our own, of the kind chosen with k.", screens: Screens::Dashboard },
    Key { id: Id::TenClients, presses: &[ch('C')], label: "ten clients", group: Group::Clients, bar: 61, enabled: State::alive,
          sentence: "Add ten clients of that kind.", screens: Screens::Dashboard },
    Key { id: Id::Choose, presses: &[ch('k')], label: "kind", group: Group::Clients, bar: 62, enabled: State::alive,
          sentence: "Choose the kind of client: idle, steady, burst, slow reader, slow sender, resetting.", screens: Screens::Dashboard },
    Key { id: Id::HangUp, presses: &[ch('d')], label: "hang up", group: Group::Clients, bar: 64, enabled: State::can_hang_up,
          sentence: "Let the selected client hang up, if it is one of our own: it closes its end, and the server reads a FIN or a RST.", screens: Screens::Dashboard },
    Key { id: Id::StopClients, presses: &[ch('K')], label: "stop ours", group: Group::Clients, bar: 63, enabled: State::has_clients,
          sentence: "Stop all clients of our own.", screens: Screens::Dashboard },

    Key { id: Id::Filter, presses: &[ch('/')], label: "filter", group: Group::Looking, bar: 31, enabled: State::can_filter,
          sentence: "Filter the stream if it has the focus, else the table: text, fd:9, conn:3, state:reading, kind:recv, idle>5, in>10k, ours, errors; ! before a word means not.", screens: Screens::Dashboard },
    Key { id: Id::Sort, presses: &[ch('o')], label: "sort", group: Group::Looking, bar: 45, enabled: State::table_focused,
          sentence: "Sort the table by the next column shown. A click on a heading does the same.", screens: Screens::Dashboard },
    Key { id: Id::Reverse, presses: &[ch('O')], label: "turn round", group: Group::Looking, bar: 46, enabled: State::table_focused,
          sentence: "Turn the table's order round.", screens: Screens::Dashboard },
    Key { id: Id::Errors, presses: &[ch('e')], label: "errors", group: Group::Looking, bar: 47, enabled: State::stream_shown,
          sentence: "Show only errors in the stream, or everything again. EAGAIN is no error.", screens: Screens::Dashboard },
    Key { id: Id::Own, presses: &[ch('w')], label: "plumbing", group: Group::Looking, bar: 72, enabled: State::stream_shown,
          sentence: "Show the program's own plumbing (its waker) in the stream, or hide it.", screens: Screens::Dashboard },
    Key { id: Id::Time, presses: &[ch('t')], label: "time", group: Group::Looking, bar: 73, enabled: State::stream_shown,
          sentence: "Times of the stream: since the server's start, or of the day here.", screens: Screens::Dashboard },
    Key { id: Id::Freeze, presses: &[ch('f')], label: "freeze", group: Group::Looking, bar: 35, enabled: always,
          sentence: "Freeze the picture, or thaw it. The server goes on; in the frozen picture you can scroll, sort and filter.", screens: Screens::Dashboard },
    Key { id: Id::Zoom, presses: &[ch('z')], label: "zoom", group: Group::Looking, bar: 30, enabled: always,
          sentence: "Give the whole screen to the panel with the focus, or take it back.", screens: Screens::Dashboard },

    Key { id: Id::Up, presses: &[code(KeyCode::Up)], label: "up", group: Group::Moving, bar: 0, enabled: always,
          sentence: "One line up in the panel with the focus.", screens: Screens::Dashboard },
    Key { id: Id::Down, presses: &[code(KeyCode::Down), ch('j')], label: "down", group: Group::Moving, bar: 0, enabled: always,
          sentence: "One line down.", screens: Screens::Dashboard },
    Key { id: Id::PageUp, presses: &[code(KeyCode::PageUp), ctrl('b')], label: "page up", group: Group::Moving, bar: 0, enabled: always,
          sentence: "One page up.", screens: Screens::Dashboard },
    Key { id: Id::PageDown, presses: &[code(KeyCode::PageDown), ctrl('f')], label: "page down", group: Group::Moving, bar: 0, enabled: always,
          sentence: "One page down.", screens: Screens::Dashboard },
    Key { id: Id::First, presses: &[code(KeyCode::Home), ch('g')], label: "first", group: Group::Moving, bar: 0, enabled: always,
          sentence: "To the first line; in the stream to the oldest event kept.", screens: Screens::Dashboard },
    Key { id: Id::Last, presses: &[code(KeyCode::End), ch('G')], label: "follow", group: Group::Moving, bar: 25, enabled: State::scrolled_back,
          sentence: "To the last line; in the stream to the newest, and follow it again.", screens: Screens::Dashboard },
    Key { id: Id::NextPanel, presses: &[code(KeyCode::Tab), ch('l'), code(KeyCode::Right)], label: "next panel", group: Group::Moving, bar: 74, enabled: always,
          sentence: "Move the focus to the next panel.", screens: Screens::Dashboard },
    Key { id: Id::PreviousPanel, presses: &[code(KeyCode::BackTab), ch('h'), code(KeyCode::Left)], label: "previous panel", group: Group::Moving, bar: 0, enabled: always,
          sentence: "Move the focus to the previous panel.", screens: Screens::Dashboard },

    Key { id: Id::Back, presses: &[code(KeyCode::Esc)], label: "back", group: Group::Program, bar: 5, enabled: State::can_go_back,
          sentence: "Back: close what is open, clear the filter, end the zoom, follow the stream.", screens: Screens::Dashboard },
    Key { id: Id::Help, presses: &[ch('?'), code(KeyCode::F(1))], label: "help", group: Group::Program, bar: 200, enabled: always,
          sentence: "This help. Type to search it.",
          screens: Screens::Both("This help.") },
    Key { id: Id::Mouse, presses: &[ch('m')], label: "mouse", group: Group::Program, bar: 0, enabled: always,
          sentence: "Mouse on or off. While it is on, the terminal's own selecting needs shift.", screens: Screens::Dashboard },
    Key { id: Id::Redraw, presses: &[ctrl('l')], label: "redraw", group: Group::Program, bar: 0, enabled: always,
          sentence: "Draw the whole screen anew.", screens: Screens::Dashboard },
    Key { id: Id::Suspend, presses: &[ctrl('z')], label: "suspend", group: Group::Program, bar: 0, enabled: always,
          sentence: "Back to the shell; fg brings the dashboard back. The server goes on meanwhile.", screens: Screens::Dashboard },
    Key { id: Id::Quit, presses: &[ch('q')], label: "quit", group: Group::Program, bar: 201, enabled: always,
          sentence: "Quit: the server ends too.",
          screens: Screens::Both("Quit: the loads and both servers end.") },
    Key { id: Id::QuitNow, presses: &[ctrl('c')], label: "quit now", group: Group::Program, bar: 0, enabled: always,
          sentence: "Quit at once, whatever is open.", screens: Screens::Dashboard },
];

/// The keys that go to a panel.
static PANEL_KEYS: [Key; PANELS.len()] = {
    let mut keys = [const { show(&PANELS[0]) }; PANELS.len()];
    let mut at = 1;
    while at < keys.len() {
        keys[at] = show(&PANELS[at]);
        at += 1;
    }
    keys
};

const fn show(row: &Row) -> Key {
    Key {
        id: Id::Show(row.panel),
        presses: row.presses,
        label: row.label,
        sentence: row.sentence,
        group: Group::Looking,
        bar: 0,
        enabled: always,
        screens: Screens::Dashboard,
    }
}

/// Every key of the dashboard.
pub fn all() -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(|key| key.screens != Screens::Split).chain(&PANEL_KEYS)
}

/// Every key of the split screen, in the order of its key bar.
pub fn split() -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(|key| key.screens != Screens::Dashboard)
}

/// How a key of the dashboard is written where a sentence names it.
#[must_use]
pub fn name(id: Id) -> String {
    all().find(|key| key.id == id).map_or_else(String::new, |key| key.presses[0].label())
}

/// Whether a pressed key is that one of the dashboard.
#[must_use]
pub fn is(id: Id, event: KeyEvent) -> bool {
    declared(event).is_some_and(|key| key.id == id)
}

impl Key {
    /// How it is pressed: `p or Space`.
    #[must_use]
    pub fn presses(&self) -> String {
        let names: Vec<String> = self
            .presses
            .iter()
            .map(|p| if p.code == KeyCode::Char(' ') { "Space".into() } else { p.label() })
            .collect();
        names.join(" or ")
    }

    /// What it does on the split screen, in a sentence.
    #[must_use]
    pub fn split_sentence(&self) -> &'static str {
        match self.screens {
            Screens::Both(sentence) => sentence,
            Screens::Dashboard | Screens::Split => self.sentence,
        }
    }

    /// Whether a pressed key is this one.
    #[must_use]
    pub fn is_pressed(&self, event: KeyEvent) -> bool {
        self.presses.iter().any(|press| press.matches(event))
    }

    /// Its word for the key bar, which may depend on what it would do now.
    #[must_use]
    pub fn label(&self, state: &State) -> &'static str {
        match self.id {
            Id::Pause if state.mode() == Mode::Paused => "run",
            Id::Reading if state.selected_is_stopped() => "read again",
            Id::Card if state.focus() == Panel::Card => "close card",
            Id::Freeze if state.frozen_for().is_some() => "thaw",
            Id::Errors if state.scene().stream.errors_only() => "all events",
            _ => self.label,
        }
    }
}

/// What a pressed key does, if it does something now.
#[must_use]
pub fn find(event: KeyEvent, state: &State) -> Option<Id> {
    declared(event).filter(|key| (key.enabled)(state)).map(|key| key.id)
}

/// The key that was pressed, whether it does something now or not.
#[must_use]
pub fn declared(event: KeyEvent) -> Option<&'static Key> {
    all().find(|key| key.is_pressed(event))
}

/// The keys that work now, in the order of the key bar.
#[must_use]
pub fn bar(state: &State) -> Vec<&'static Key> {
    let mut keys: Vec<&Key> = all().filter(|key| key.bar > 0 && (key.enabled)(state)).collect();
    keys.sort_by_key(|key| key.bar);
    keys
}

/// The README's table of keys.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| key | what it does |\n|---|---|\n");
    for key in by_group() {
        let names: Vec<String> =
            key.presses().split(" or ").map(|name| format!("`{name}`")).collect();
        // A String takes everything.
        let _ = writeln!(text, "| {} | {} |", names.join(" "), key.sentence);
    }
    text
}

/// The man page's list: how a key is pressed, and what it does.
#[must_use]
pub fn man() -> Vec<(String, &'static str)> {
    by_group().map(|key| (key.presses(), key.sentence)).collect()
}

fn by_group() -> impl Iterator<Item = &'static Key> {
    Group::ALL.into_iter().flat_map(|group| all().filter(move |key| key.group == group))
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn no_key_is_declared_twice() {
        for keys in [all().collect::<Vec<_>>(), split().collect()] {
            let mut seen = Vec::new();
            for press in keys.iter().flat_map(|key| key.presses) {
                assert!(!seen.contains(press), "{}", press.label());
                seen.push(*press);
            }
        }
    }

    #[test]
    fn every_key_is_in_the_tables() {
        let (markdown, man) = (markdown(), man());
        assert_eq!(man.len(), all().count());
        assert_eq!(markdown.lines().count(), all().count() + 2);
        assert!(markdown.contains("| `p` `Space` | Pause"), "{markdown}");
        for key in all().chain(split()) {
            assert!(key.split_sentence().ends_with('.'), "{}", key.split_sentence());
            assert!(key.sentence.ends_with('.'), "{}", key.sentence);
            assert!(key.label.len() <= 14, "{}", key.label);
        }
    }

    #[test]
    fn shift_is_in_the_character_and_alt_is_another_key() {
        let drop = KEYS[0].presses[0];
        assert!(drop.matches(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE)));
        assert!(!drop.matches(KeyEvent::new(KeyCode::Char('X'), KeyModifiers::SHIFT)));
        assert!(!drop.matches(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::ALT)));
        assert!(!drop.matches(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::CONTROL)));
    }
}
