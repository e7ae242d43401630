//! **strip**: what a lesson says, under the header.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::left;
use super::spots::Spots;
use crate::dashboard::keys::{self, Id};
use crate::dashboard::state::State;
use crate::dashboard::state::explain::thing::{Boxed, Thing};
use crate::dashboard::state::lessons::{BEFORE_OPTION, Row, Tone, option_width};
use crate::dashboard::theme::{Role, Theme};
use crate::lesson::{Phase, Strip};
use crate::words::{pad_left, strings};

/// The columns that the lesson's number and step have at least.
const LEAST_NAME: usize = 16;

/// Draws the strip.
pub(super) fn draw(frame: &mut Frame, area: Rect, state: &State, theme: &Theme, spots: &mut Spots) {
    let Some(strip) = state.shown_lesson() else { return };
    let is_live = state.tells_of_now();
    spots.add(area, Thing::Boxed(Boxed::Strip));
    let rows = state.strip(frame.area());
    for (row, y) in rows.into_iter().zip(area.top()..area.bottom()) {
        let place = Rect { y, height: 1, ..area };
        let line = match row {
            Row::Title => title(&strip, is_live, area.width.into(), theme),
            Row::Text(tone, text) => told(tone, &text, theme),
            Row::Options(options) => answers(&strip, &options, area.width.into(), theme),
        };
        frame.render_widget(line, place);
    }
}

/// ` Lesson 6 · step 2 of 6 · Level and edge ............ n go on  N back `
fn title(strip: &Strip, is_live: bool, width: usize, theme: &Theme) -> Line<'static> {
    let say = &strings().strip;
    let dot = theme.glyph(" · ", " - ");
    let over = strip.phase == Phase::Over;
    let step = if over {
        say.over.to_owned()
    } else {
        (say.step)(strip.step.saturating_add(1), strip.steps)
    };
    let name = strip.title.spoken().to_owned();
    let name = [(say.lesson)(strip.number), step, in_ascii(name, theme)].join(dot);
    // What is to be pressed stays; the name may be cut.
    let most = width.saturating_sub(LEAST_NAME);
    // In a picture of before nothing of it can be pressed.
    let presses = |words| if is_live { presses(strip, words, theme) } else { String::new() };
    let presses = [true, false].map(presses);
    let presses = presses.into_iter().find(|text| text.width() <= most).unwrap_or_default();
    let room = width.saturating_sub(presses.width() + 2);
    let name = left(&name, room, theme);
    Line::styled(left(&format!(" {name} {presses}"), width, theme), theme.style(Role::Selected))
}

/// What can be pressed now; what it does in words, where there is room for them.
fn presses(strip: &Strip, words: bool, theme: &Theme) -> String {
    let say = &strings().strip;
    let press = |id, does: &str| {
        let key = keys::name(id);
        if words { format!("{key} {does}") } else { key }
    };
    let on = |does: &str| press(Id::LessonOn, does) + "  ";
    let back = press(Id::LessonBack, say.back) + " ";
    let digits = || {
        let count = strip.ask.as_ref().map_or(0, |ask| ask.options.len());
        format!("1{}{count}", theme.glyph("–", "-"))
    };
    let last = strip.step.saturating_add(1) == strip.steps;
    match strip.phase {
        Phase::Doing | Phase::Revealing => {
            format!("{} {}  {back}", theme.glyph("◷", "w"), say.under_way)
        }
        Phase::Asking if words => format!("{} {}  {}", digits(), say.predicts, on(say.reveals)),
        Phase::Asking => format!("{}  {}", digits(), on(say.reveals)),
        Phase::Predicted => on(say.reveals) + &back,
        Phase::Shown if last => on(say.sums_up) + &back,
        Phase::Shown => on(say.goes_on) + &back,
        Phase::Over => on(say.ends) + &back,
        Phase::Left => String::new(),
    }
}

fn told(tone: Tone, text: &str, theme: &Theme) -> Line<'static> {
    let (sign, role) = match tone {
        Tone::Say => ("", Role::Text),
        Tone::Question => ("", Role::Title),
        Tone::Right => (theme.glyph("✓", "+"), Role::Good),
        // To be wrong is no mistake: it is how one learns.
        Tone::Wrong => (theme.glyph("✗", "x"), Role::Warn),
        Tone::Measured => (theme.glyph("●", "*"), Role::Title),
        Tone::Open => (theme.glyph("–", "-"), Role::Text),
        Tone::Trouble => ("!", Role::Bad),
    };
    let sign = pad_left(sign, tone.sign_width());
    Line::styled(format!(" {sign}{}", in_ascii(text.to_owned(), theme)), theme.style(role))
}

/// ` ▸2 three times   3 without end`
fn answers(
    strip: &Strip,
    options: &[(usize, String)],
    width: usize,
    theme: &Theme,
) -> Line<'static> {
    let wide = option_width(options.len(), width);
    let mut line = Line::from(" ");
    for (at, text) in options {
        let chosen = strip.prediction == Some(*at);
        let mark = if chosen { theme.glyph("▸", ">") } else { " " };
        let text = left(&in_ascii(text.clone(), theme), wide.saturating_sub(BEFORE_OPTION), theme);
        let role = |role| theme.style(if chosen { Role::Selected } else { role });
        let number = format!("{mark}{} ", at + 1);
        line.push_span(Span::styled(pad_left(&number, BEFORE_OPTION), role(Role::Key)));
        line.push_span(Span::styled(text, role(Role::Text)));
        line.push_span(Span::raw("  "));
    }
    line
}

/// What a lesson's text has beyond ASCII, in it; Chinese letters stay.
fn in_ascii(text: String, theme: &Theme) -> String {
    if !theme.ascii() {
        return text;
    }
    [("–", "-"), ("…", ".."), ("→", "->"), ("µ", "u"), ("×", "x"), ("“", "\""), ("”", "\"")]
        .into_iter()
        .fold(text, |text, (sign, letters)| text.replace(sign, letters))
}
