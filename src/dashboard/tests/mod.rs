//! The whole dashboard without a terminal: recorded events and injected keys in, screens out.

mod back;
mod before;
mod bound;
mod chinese;
mod chosen;
mod class;
mod code;
mod explain;
mod feed;
mod film;
mod glance;
mod lesson;
mod lesson_asks;
mod listeners;
mod made_up;
mod menu;
mod model;
mod reading;
mod replay;
mod screens;
mod session;
mod sizes;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

use super::panels;
use super::state::{Action, Chosen, Options, State};
use super::theme::{Palette, Theme};
use crate::words::walk;

/// A state at 2026-11-21 09:00:00 UTC.
fn state(width: u16, height: u16) -> State {
    state_with(width, height, |_| {})
}

/// The same with other options.
fn state_with(width: u16, height: u16, change: impl FnOnce(&mut Options)) -> State {
    let mut options = Options {
        ask: true,
        mouse: true,
        choice: Chosen::default(),
        settings: Some("/home/ada/.config/epollscope/config.toml".into()),
        chinese: true,
        url: "http://127.0.0.1:7890/".into(),
        program: None,
        runs_on: false,
        history: 64 << 20,
        zero: Duration::from_secs(1_795_251_600),
    };
    change(&mut options);
    let mut state = State::new(options, Vec::new());
    state.resize(width, height);
    state
}

/// Presses keys: characters, or names in angle brackets: `x<Enter>`.
fn press(state: &mut State, keys: &str) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut rest = keys;
    while let Some(c) = rest.chars().next() {
        let (code, len) = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
            Some((name, _)) => (named(name), name.len() + 2),
            None => (KeyCode::Char(c), c.len_utf8()),
        };
        actions.extend(state.key(KeyEvent::new(code, KeyModifiers::NONE)));
        rest = &rest[len..];
    }
    actions
}

fn named(name: &str) -> KeyCode {
    match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Backspace" => KeyCode::Backspace,
        other => panic!("no key is called {other}"),
    }
}

fn render(state: &State, width: u16, height: u16, theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| panels::draw(frame, state, theme)).unwrap();
    terminal.backend().buffer().clone()
}

/// The screen as text, one line for each row.
fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let rows = buffer.content.chunks(width);
    rows.map(letters).map(|row| row.trim_end().to_owned() + "\n").collect()
}

/// The letters of a row; one that takes two cells has hidden the second.
fn letters(row: &[Cell]) -> String {
    let mut hidden = 0;
    let mut text = String::new();
    for cell in row {
        if hidden == 0 {
            text.push_str(cell.symbol());
            hidden = cell.symbol().width();
        }
        hidden = hidden.saturating_sub(1);
    }
    text
}

/// The screen in English; in Chinese no English word is on it.
fn dark(state: &State, width: u16, height: u16) -> String {
    walk(&[], || drawn(state, width, height));
    drawn(state, width, height)
}

fn drawn(state: &State, width: u16, height: u16) -> String {
    text(&render(state, width, height, &Theme::new(Palette::Dark, false)))
}
