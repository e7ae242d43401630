//! The one declaration of the keys: what each is called, what it does and when it works.
//!
//! The dashboard and the split screen have one list. The key bar, the `?` help, the README's table
//! and the man page are made from it, and [`State::key`](super::state::State::key) looks a pressed
//! key up in it.

pub mod bound;
pub mod explained;
pub mod help;
pub mod id;
pub mod press;

use std::fmt::Write as _;

use crossterm::event::{KeyCode, KeyEvent};

pub use self::bound::Bindings;
pub use self::id::{Group, Id};
pub use self::press::{NoPress, Press};
use self::press::{ch, code, ctrl};
use super::panel::{PANELS, Panel, Row};
use super::state::State;
use crate::telemetry::Mode;
use crate::words::{KeyText, Keys, strings};

/// On which screens a key works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Screens {
    /// On the dashboard.
    Dashboard,
    /// On the dashboard, and on the split screen for both servers.
    Both,
    /// On the split screen.
    Split,
    /// On both, for the terminal itself: the split screen does not list it.
    Terminal,
}

impl Screens {
    /// Whether there is a screen on which both work.
    fn meet(self, other: Self) -> bool {
        !matches!((self, other), (Self::Dashboard, Self::Split) | (Self::Split, Self::Dashboard))
    }
}

/// A key, or several that do the same.
pub struct Key {
    /// What it does.
    pub id: Id,
    /// The same as settings name it.
    pub name: &'static str,
    /// How it is pressed, unless settings say otherwise.
    pub presses: &'static [Press],
    /// Where the help lists it.
    pub group: Group,
    /// Its place in the key bar, the smaller the earlier; 0 is never shown there.
    pub bar: u8,
    /// Whether it does something now.
    pub enabled: fn(&State) -> bool,
    /// On which screens it works.
    pub screens: Screens,
    /// Its texts among those of the keys.
    pub(super) say: fn(&'static Keys) -> &'static KeyText,
}

fn always(_: &State) -> bool {
    true
}

/// Every key but those of the panels, which are in [`PANELS`].
#[rustfmt::skip]
static KEYS: &[Key] = &[
    Key { id: Id::Drop, name: "drop", presses: &[ch('x')], group: Group::Taking, bar: 10,
          enabled: State::can_drop, screens: Screens::Dashboard, say: |keys| &keys.drop },
    Key { id: Id::Reset, name: "reset", presses: &[ch('X')], group: Group::Taking, bar: 60,
          enabled: State::can_drop, screens: Screens::Dashboard, say: |keys| &keys.reset },
    Key { id: Id::Reading, name: "stop-reading", presses: &[ch('r')], group: Group::Connection, bar: 65,
          enabled: State::can_stop_reading, screens: Screens::Dashboard, say: |keys| &keys.reading },
    Key { id: Id::Card, name: "card", presses: &[code(KeyCode::Enter)], group: Group::Connection, bar: 40,
          enabled: State::can_enter, screens: Screens::Dashboard, say: |keys| &keys.card },
    Key { id: Id::DropAll, name: "drop-all", presses: &[ch('D')], group: Group::Taking, bar: 70,
          enabled: State::can_drop_all, screens: Screens::Dashboard, say: |keys| &keys.drop_all },
    Key { id: Id::DropIdle, name: "drop-idle", presses: &[ch('i')], group: Group::Taking, bar: 71,
          enabled: State::can_drop_all, screens: Screens::Dashboard, say: |keys| &keys.drop_idle },

    Key { id: Id::Pause, name: "pause", presses: &[ch('p'), ch(' ')], group: Group::Loop, bar: 11,
          enabled: State::alive, screens: Screens::Both, say: |keys| &keys.pause },
    Key { id: Id::StepCall, name: "step-call", presses: &[ch('s')], group: Group::Loop, bar: 12,
          enabled: State::can_step, screens: Screens::Both, say: |keys| &keys.step_call },
    Key { id: Id::StepTurn, name: "step-turn", presses: &[ch('S')], group: Group::Loop, bar: 13,
          enabled: State::can_step_turn, screens: Screens::Both, say: |keys| &keys.step_turn },
    Key { id: Id::Slower, name: "slower", presses: &[ch('-')], group: Group::Loop, bar: 50,
          enabled: State::can_slow, screens: Screens::Both, say: |keys| &keys.slower },
    Key { id: Id::Faster, name: "faster", presses: &[ch('+'), ch('=')], group: Group::Loop, bar: 51,
          enabled: State::is_slow, screens: Screens::Both, say: |keys| &keys.faster },
    Key { id: Id::LoadAgain, name: "load-again", presses: &[ch('r')], group: Group::Loop, bar: 0,
          enabled: State::alive, screens: Screens::Split, say: |keys| &keys.load_again },
    Key { id: Id::Server, name: "server", presses: &[ch('v')], group: Group::Loop, bar: 22,
          enabled: State::is_ours, screens: Screens::Dashboard, say: |keys| &keys.server },
    Key { id: Id::Options, name: "options", presses: &[ch('E')], group: Group::Loop, bar: 23,
          enabled: State::is_ours, screens: Screens::Dashboard, say: |keys| &keys.options },

    Key { id: Id::Before, name: "before-after", presses: &[ch('b')], group: Group::Loop, bar: 75,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.before },

    Key { id: Id::LessonOn, name: "lesson-on", presses: &[ch('n')], group: Group::Lessons, bar: 24,
          enabled: State::can_teach, screens: Screens::Dashboard, say: |keys| &keys.lesson_on },
    Key { id: Id::LessonBack, name: "lesson-back", presses: &[ch('N')], group: Group::Lessons, bar: 0,
          enabled: State::has_lesson, screens: Screens::Dashboard, say: |keys| &keys.lesson_back },
    Key { id: Id::Lessons, name: "lessons", presses: &[ch('Q')], group: Group::Lessons, bar: 0,
          enabled: State::can_teach, screens: Screens::Dashboard, say: |keys| &keys.lessons },

    Key { id: Id::Join, name: "join", presses: &[ch('Y')], group: Group::Class, bar: 26,
          enabled: State::can_join, screens: Screens::Dashboard, say: |keys| &keys.join },
    Key { id: Id::Serve, name: "serve", presses: &[ch('.')], group: Group::Class, bar: 27,
          enabled: State::has_hands, screens: Screens::Dashboard, say: |keys| &keys.serve },
    Key { id: Id::Votes, name: "votes", presses: &[ch('V')], group: Group::Class, bar: 28,
          enabled: State::can_count, screens: Screens::Dashboard, say: |keys| &keys.votes },
    Key { id: Id::Burst, name: "all-press", presses: &[ch('B')], group: Group::Class, bar: 0,
          enabled: State::can_burst, screens: Screens::Dashboard, say: |keys| &keys.burst },
    Key { id: Id::Mute, name: "mute", presses: &[ch('M')], group: Group::Class, bar: 0,
          enabled: State::has_student, screens: Screens::Dashboard, say: |keys| &keys.mute },
    Key { id: Id::HideName, name: "hide-name", presses: &[ch('U')], group: Group::Class, bar: 0,
          enabled: State::has_student, screens: Screens::Dashboard, say: |keys| &keys.hide_name },
    Key { id: Id::SendAway, name: "send-away", presses: &[ch('Z')], group: Group::Class, bar: 0,
          enabled: State::has_student, screens: Screens::Dashboard, say: |keys| &keys.send_away },
    Key { id: Id::Project, name: "project", presses: &[ch('#')], group: Group::Class, bar: 0,
          enabled: State::has_class, screens: Screens::Dashboard, say: |keys| &keys.project },

    Key { id: Id::Client, name: "add-client", presses: &[ch('c')], group: Group::Clients, bar: 20,
          enabled: State::is_live, screens: Screens::Dashboard, say: |keys| &keys.client },
    Key { id: Id::TenClients, name: "add-ten-clients", presses: &[ch('C')], group: Group::Clients, bar: 61,
          enabled: State::is_live, screens: Screens::Dashboard, say: |keys| &keys.ten_clients },
    Key { id: Id::ManyClients, name: "add-many-clients", presses: &[ch('A')], group: Group::Clients, bar: 0,
          enabled: State::is_live, screens: Screens::Dashboard, say: |keys| &keys.many_clients },
    Key { id: Id::Choose, name: "client-kind", presses: &[ch('a')], group: Group::Clients, bar: 62,
          enabled: State::is_live, screens: Screens::Dashboard, say: |keys| &keys.choose },
    Key { id: Id::HangUp, name: "hang-up", presses: &[ch('d')], group: Group::Taking, bar: 64,
          enabled: State::can_hang_up, screens: Screens::Dashboard, say: |keys| &keys.hang_up },
    Key { id: Id::StopClients, name: "stop-clients", presses: &[ch('K')], group: Group::Taking, bar: 63,
          enabled: State::has_clients, screens: Screens::Dashboard, say: |keys| &keys.stop_clients },

    Key { id: Id::Filter, name: "filter", presses: &[ch('/')], group: Group::Looking, bar: 31,
          enabled: State::can_filter, screens: Screens::Dashboard, say: |keys| &keys.filter },
    Key { id: Id::Sort, name: "sort", presses: &[ch('o')], group: Group::Looking, bar: 45,
          enabled: State::table_focused, screens: Screens::Dashboard, say: |keys| &keys.sort },
    Key { id: Id::Reverse, name: "reverse", presses: &[ch('O')], group: Group::Looking, bar: 46,
          enabled: State::table_focused, screens: Screens::Dashboard, say: |keys| &keys.reverse },
    Key { id: Id::Closed, name: "closed", presses: &[ch('u')], group: Group::Looking, bar: 48,
          enabled: State::can_list_closed, screens: Screens::Dashboard, say: |keys| &keys.closed },
    Key { id: Id::Errors, name: "errors", presses: &[ch('e')], group: Group::Looking, bar: 47,
          enabled: State::stream_shown, screens: Screens::Dashboard, say: |keys| &keys.errors },
    Key { id: Id::Own, name: "plumbing", presses: &[ch('w')], group: Group::Looking, bar: 72,
          enabled: State::stream_shown, screens: Screens::Dashboard, say: |keys| &keys.own },
    Key { id: Id::Time, name: "time", presses: &[ch('t')], group: Group::Looking, bar: 73,
          enabled: State::stream_shown, screens: Screens::Dashboard, say: |keys| &keys.time },
    Key { id: Id::Output, name: "output", presses: &[ch('P')], group: Group::Looking, bar: 49,
          enabled: State::has_output, screens: Screens::Dashboard, say: |keys| &keys.output },
    Key { id: Id::Textbook, name: "textbook", presses: &[ch('T')], group: Group::Looking, bar: 41,
          enabled: State::has_source, screens: Screens::Dashboard, say: |keys| &keys.textbook },
    Key { id: Id::Whose, name: "whose-line", presses: &[ch('H')], group: Group::Looking, bar: 42,
          enabled: State::has_two_lines, screens: Screens::Dashboard, say: |keys| &keys.whose },
    Key { id: Id::Epoll, name: "next-epoll", presses: &[ch('>')], group: Group::Looking, bar: 43,
          enabled: State::has_several_epolls, screens: Screens::Dashboard, say: |keys| &keys.epoll },
    Key { id: Id::CallBack, name: "call-back", presses: &[ch('[')], group: Group::Looking, bar: 43,
          enabled: State::can_step_back, screens: Screens::Dashboard, say: |keys| &keys.call_back },
    Key { id: Id::CallForth, name: "call-forth", presses: &[ch(']')], group: Group::Looking, bar: 43,
          enabled: State::can_step_forth, screens: Screens::Dashboard, say: |keys| &keys.call_forth },
    Key { id: Id::TurnBack, name: "turn-back", presses: &[ch('{')], group: Group::Looking, bar: 44,
          enabled: State::can_turn_back, screens: Screens::Dashboard, say: |keys| &keys.turn_back },
    Key { id: Id::TurnForth, name: "turn-forth", presses: &[ch('}')], group: Group::Looking, bar: 44,
          enabled: State::can_turn_forth, screens: Screens::Dashboard, say: |keys| &keys.turn_forth },
    Key { id: Id::Jump, name: "jump", presses: &[ch('J')], group: Group::Looking, bar: 77,
          enabled: State::can_jump, screens: Screens::Dashboard, say: |keys| &keys.jump },
    Key { id: Id::Play, name: "play", presses: &[ch('R')], group: Group::Looking, bar: 77,
          enabled: State::can_play, screens: Screens::Dashboard, say: |keys| &keys.play },
    Key { id: Id::PlaySlower, name: "play-slower", presses: &[ch('(')], group: Group::Looking, bar: 0,
          enabled: State::can_play, screens: Screens::Dashboard, say: |keys| &keys.play_slower },
    Key { id: Id::PlayFaster, name: "play-faster", presses: &[ch(')')], group: Group::Looking, bar: 0,
          enabled: State::can_play, screens: Screens::Dashboard, say: |keys| &keys.play_faster },
    Key { id: Id::Keep, name: "keep", presses: &[ch('F')], group: Group::Looking, bar: 0,
          enabled: State::can_keep, screens: Screens::Dashboard, say: |keys| &keys.keep },
    Key { id: Id::Freeze, name: "freeze", presses: &[ch('f')], group: Group::Looking, bar: 35,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.freeze },
    Key { id: Id::Explain, name: "explain", presses: &[ch('I')], group: Group::Looking, bar: 76,
          enabled: State::alive, screens: Screens::Dashboard, say: |keys| &keys.explain },
    Key { id: Id::Zoom, name: "zoom", presses: &[ch('z')], group: Group::Looking, bar: 30,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.zoom },

    Key { id: Id::Up, name: "up", presses: &[code(KeyCode::Up), ch('k')], group: Group::Moving, bar: 0,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.up },
    Key { id: Id::Down, name: "down", presses: &[code(KeyCode::Down), ch('j')], group: Group::Moving, bar: 0,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.down },
    Key { id: Id::PageUp, name: "page-up", presses: &[code(KeyCode::PageUp), ctrl('b')], group: Group::Moving, bar: 0,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.page_up },
    Key { id: Id::PageDown, name: "page-down", presses: &[code(KeyCode::PageDown), ctrl('f')], group: Group::Moving, bar: 0,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.page_down },
    Key { id: Id::First, name: "first", presses: &[code(KeyCode::Home), ch('g')], group: Group::Moving, bar: 0,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.first },
    Key { id: Id::Last, name: "last", presses: &[code(KeyCode::End), ch('G')], group: Group::Moving, bar: 25,
          enabled: State::can_go_last, screens: Screens::Dashboard, say: |keys| &keys.last },
    Key { id: Id::NextPanel, name: "next-panel", presses: &[code(KeyCode::Tab), ch('l'), code(KeyCode::Right)], group: Group::Moving, bar: 74,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.next_panel },
    Key { id: Id::PreviousPanel, name: "previous-panel", presses: &[code(KeyCode::BackTab), ch('h'), code(KeyCode::Left)], group: Group::Moving, bar: 0,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.previous_panel },

    Key { id: Id::Back, name: "back", presses: &[code(KeyCode::Esc)], group: Group::Program, bar: 5,
          enabled: State::can_go_back, screens: Screens::Dashboard, say: |keys| &keys.back },
    Key { id: Id::Help, name: "help", presses: &[ch('?'), code(KeyCode::F(1))], group: Group::Program, bar: 200,
          enabled: always, screens: Screens::Both, say: |keys| &keys.help },
    Key { id: Id::Language, name: "language", presses: &[ch('L')], group: Group::Program, bar: 0,
          enabled: State::can_change_language, screens: Screens::Both, say: |keys| &keys.language },
    Key { id: Id::SaveSettings, name: "save-settings", presses: &[ch('W')], group: Group::Program, bar: 0,
          enabled: State::can_save, screens: Screens::Dashboard, say: |keys| &keys.save_settings },
    Key { id: Id::Mouse, name: "mouse", presses: &[ch('m')], group: Group::Program, bar: 0,
          enabled: always, screens: Screens::Dashboard, say: |keys| &keys.mouse },
    Key { id: Id::Redraw, name: "redraw", presses: &[ctrl('l')], group: Group::Program, bar: 0,
          enabled: always, screens: Screens::Terminal, say: |keys| &keys.redraw },
    Key { id: Id::Suspend, name: "suspend", presses: &[ctrl('z')], group: Group::Program, bar: 0,
          enabled: always, screens: Screens::Terminal, say: |keys| &keys.suspend },
    Key { id: Id::Quit, name: "quit", presses: &[ch('q')], group: Group::Taking, bar: 201,
          enabled: always, screens: Screens::Both, say: |keys| &keys.quit },
    Key { id: Id::QuitNow, name: "quit-now", presses: &[ctrl('c')], group: Group::Taking, bar: 0,
          enabled: always, screens: Screens::Terminal, say: |keys| &keys.quit_now },
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
        name: row.name,
        presses: row.presses,
        group: Group::Looking,
        bar: 0,
        enabled: always,
        screens: Screens::Dashboard,
        say: row.say,
    }
}

/// Every key of the dashboard.
pub fn all() -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(|key| key.screens != Screens::Split).chain(&PANEL_KEYS)
}

/// Every key of the split screen, in the order of its key bar.
pub fn split() -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(|key| matches!(key.screens, Screens::Both | Screens::Split))
}

/// Every key of both screens.
pub fn every() -> impl Iterator<Item = &'static Key> {
    KEYS.iter().chain(&PANEL_KEYS)
}

/// How a key of the dashboard is written where a sentence names it; where the action has no key, by its
/// name.
#[must_use]
pub fn name(id: Id) -> String {
    let Some(key) = all().find(|key| key.id == id) else { return String::new() };
    match key.first() {
        Some(label) => label,
        // There is always one that quits.
        None if id == Id::Quit => name(Id::QuitNow),
        None => format!("[{}]", key.name),
    }
}

/// Whether a pressed key is that one of the dashboard.
#[must_use]
pub fn is(id: Id, event: KeyEvent) -> bool {
    declared(event).is_some_and(|key| key.id == id)
}

impl Key {
    fn texts(&self) -> &'static KeyText {
        (self.say)(&strings().keys)
    }

    fn names(&self) -> Vec<String> {
        let space = strings().keys.names.space;
        let name = |press: &Press| match press.code {
            KeyCode::Char(' ') => space.to_owned(),
            _ => press.label(),
        };
        self.in_force().iter().map(name).collect()
    }

    /// How it is pressed: as declared, or as settings say.
    #[must_use]
    pub fn in_force(&self) -> &'static [Press] {
        bound::presses(self.id, self.presses)
    }

    /// How the first of its keys is written, if it has one.
    #[must_use]
    pub fn first(&self) -> Option<String> {
        self.in_force().first().map(|press| press.label())
    }

    /// Whether there is a screen on which both keys work.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.screens.meet(other.screens)
    }

    /// How it is pressed: `p or Space`.
    #[must_use]
    pub fn presses(&self) -> String {
        let say = &strings().keys;
        match self.names().as_slice() {
            [] => say.none.to_owned(),
            names => names.join(&format!(" {} ", say.or)),
        }
    }

    /// What it does, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        self.texts().sentence
    }

    /// What it does on the split screen, in a sentence.
    #[must_use]
    pub fn split_sentence(&self) -> &'static str {
        self.texts().split.unwrap_or(self.texts().sentence)
    }

    /// Whether a pressed key is this one.
    #[must_use]
    pub fn is_pressed(&self, event: KeyEvent) -> bool {
        self.in_force().iter().any(|press| press.matches(event))
    }

    /// Its word for the key bar, which may depend on what it would do now.
    #[must_use]
    pub fn label(&self, state: &State) -> &'static str {
        let keys = &strings().keys;
        match self.id {
            Id::Play if state.play().on => keys.stop,
            Id::Back if state.reads_ahead() => keys.stop,
            Id::Pause if state.recording().is_some() && state.is_paused() => keys.play.label,
            Id::Pause if state.recording().is_some() => keys.stop,
            Id::Pause if state.mode() == Mode::Paused => keys.run,
            Id::Reading if state.selected_is_stopped() => keys.read_again,
            Id::Card if state.focus() == Panel::Card => keys.close_card,
            Id::Card if state.focus() == Panel::Code => keys.until_line,
            Id::Textbook if state.textbook().is_some() => keys.what_runs,
            Id::Whose if state.marks().whose.is_none() => keys.its_line,
            Id::Freeze if state.is_stepped_back() && state.recording().is_some() => {
                keys.read_so_far
            }
            Id::Freeze if state.is_stepped_back() => keys.now,
            Id::Freeze if state.frozen_for().is_some() => keys.thaw,
            Id::Output if state.shows_output() => keys.events,
            Id::Closed if state.scene().table.lists_closed() => keys.fold_closed,
            Id::Errors if state.scene().stream.errors_only() => keys.all_events,
            _ => self.texts().label,
        }
    }

    /// The same on the split screen, where only `p` depends on what it would do.
    #[must_use]
    pub fn split_label(&self, paused: bool) -> &'static str {
        if self.id == Id::Pause && paused { strings().keys.run } else { self.texts().label }
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

/// The place in the key bar before all others.
const FIRST: u8 = 1;
/// The place in the key bar behind the keys of the loop.
const BEHIND_THE_LOOP: u8 = 24;

/// The keys that work now, in the order of the key bar.
#[must_use]
pub fn bar(state: &State) -> Vec<&'static Key> {
    let worth = |key: &&Key| match key.id {
        // Elsewhere they work as well; there is no need to say so.
        Id::Last => state.scrolled_back(),
        // There they do what others do.
        Id::StepCall | Id::StepTurn | Id::Play if state.recording().is_some() => false,
        Id::StepCall | Id::StepTurn => state.is_paused(),
        // The strip says it.
        Id::LessonOn => !state.has_lesson(),
        _ => key.bar > 0,
    };
    let shown = |key: &&Key| worth(key) && key.first().is_some() && (key.enabled)(state);
    let mut keys: Vec<&Key> = all().filter(shown).collect();
    // Who has paused the loop works it: what it is worked with comes before the client to drop.
    let paused = state.is_paused();
    // And who has gone back in time goes on in it.
    let back = state.is_stepped_back();
    keys.sort_by_key(|key| match key.id {
        Id::Drop if paused => BEHIND_THE_LOOP,
        Id::CallBack | Id::CallForth | Id::TurnBack | Id::TurnForth | Id::Jump | Id::Freeze
            if back =>
        {
            FIRST
        }
        _ => key.bar,
    });
    keys
}

/// The README's table of keys.
#[must_use]
pub fn markdown() -> String {
    let say = &strings().keys;
    let mut text = format!("| {} | {} |\n|---|---|\n", say.key, say.does);
    for key in by_group() {
        let names: Vec<String> = key.names().iter().map(|name| format!("`{name}`")).collect();
        // A String takes everything.
        let _ = writeln!(text, "| {} | {} |", names.join(" "), key.sentence());
    }
    text
}

/// The man page's list: how a key is pressed, and what it does.
#[must_use]
pub fn man() -> Vec<(String, &'static str)> {
    by_group().map(|key| (key.presses(), key.sentence())).collect()
}

fn by_group() -> impl Iterator<Item = &'static Key> {
    Group::ALL.into_iter().flat_map(|group| all().filter(move |key| key.group == group))
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn no_key_and_no_name_is_declared_twice() {
        let keys: Vec<&Key> = every().collect();
        for (at, key) in keys.iter().enumerate() {
            for other in &keys[at + 1..] {
                assert!(key.name != other.name && key.id != other.id, "{}", key.name);
                let same = key.presses.iter().any(|press| other.presses.contains(press));
                assert!(!same || !key.meets(other), "{}, {}", key.name, other.name);
            }
        }
    }

    #[test]
    fn other_keys_can_be_given_to_an_action() {
        let mut bindings = Bindings::default();
        bindings.give(Id::Pause, vec![code(KeyCode::F(5)), ch('ö')]);
        bindings.give(Id::Quit, Vec::new());
        bindings.give(Id::Client, Vec::new());
        bindings.give(Id::Show(Panel::Loop), vec![ch('L')]);
        bindings.put_in_force();
        let press = |code| KeyEvent::new(code, KeyModifiers::NONE);
        assert!(is(Id::Pause, press(KeyCode::F(5))) && is(Id::Pause, press(KeyCode::Char('ö'))));
        assert!(declared(press(KeyCode::Char('p'))).is_none());
        assert!(declared(press(KeyCode::Char('q'))).is_none());
        assert_eq!((name(Id::Pause), name(Id::Quit)), ("F5".into(), "ctrl-c".into()));
        assert_eq!(name(Id::Client), "[add-client]");
        assert_eq!(bound::panel_key(Panel::Loop), "L");
        let key = |id| all().find(|key| key.id == id).unwrap();
        assert_eq!(key(Id::Pause).presses(), "F5 or ö");
        assert_eq!(key(Id::Quit).presses(), "no key");
        assert!(markdown().contains("| `F5` `ö` | Pause"), "{}", markdown());
    }

    #[test]
    fn every_key_is_in_the_tables() {
        let (markdown, man) = (markdown(), man());
        assert_eq!(man.len(), all().count());
        assert_eq!(markdown.lines().count(), all().count() + 2);
        assert!(markdown.contains("| `p` `Space` | Pause"), "{markdown}");
        for key in all().chain(split()) {
            assert!(key.split_sentence().ends_with('.'), "{}", key.split_sentence());
            assert!(key.sentence().ends_with('.'), "{}", key.sentence());
            let label = key.texts().label;
            assert!(label.len() <= 14, "{label}");
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
