//! What the strip of a lesson says, line by line: the lesson and its step, the sentence, the question
//! with its options, what was expected beside what was measured, and at the end what to take home.

use unicode_width::UnicodeWidthStr;

use crate::lesson::{Both, Figure, Phase, Question, Run, Strip, Text};
use crate::words::{pad_left, strings, wrap};

/// The columns of a line's margins.
const MARGIN: usize = 2;
/// The columns before an option: its number and the mark of the one that is chosen.
pub const BEFORE_OPTION: usize = 4;
/// Between two options in one line.
const BETWEEN: usize = 2;

/// A line of the strip.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Row {
    /// The lesson, its step, and what is to be pressed.
    Title,
    /// A piece of text.
    Text(Tone, String),
    /// Options, each with its place among all, in columns of equal width.
    Options(Vec<(usize, String)>),
}

/// What a piece of text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// The sentence of the step.
    Say,
    /// The question.
    Question,
    /// It came as expected.
    Right,
    /// It did not.
    Wrong,
    /// What came out.
    Measured,
    /// Nothing was expected.
    Open,
    /// A claim does not hold, or something was not done.
    Trouble,
}

/// The lines, at most so many, in that many columns. What matters least goes first where there are
/// too many.
#[must_use]
pub fn rows(strip: &Strip, width: usize, most: usize) -> Vec<Row> {
    let spellings: &[&dyn Fn(usize) -> Vec<Row>] = match strip.phase {
        Phase::Doing => &[&|width| step(strip, width)],
        Phase::Asking | Phase::Predicted | Phase::Revealing => {
            &[&|width| question(strip, width), &|width| question_alone(strip, width)]
        }
        Phase::Shown => &[&|width| shown(strip, width)],
        Phase::Over => &[&|width| over(strip, width), &|width| over_in_short(strip, width)],
        Phase::Left => return Vec::new(),
    };
    let mut rows = Vec::new();
    for spelling in spellings {
        rows = vec![Row::Title];
        rows.extend(spelling(width));
        if rows.len() <= most {
            return rows;
        }
    }
    rows.truncate(most);
    rows
}

/// The sentence.
fn step(strip: &Strip, width: usize) -> Vec<Row> {
    lines(Tone::Say, strip.say.spoken(), width)
}

fn question(strip: &Strip, width: usize) -> Vec<Row> {
    let mut rows = step(strip, width);
    rows.extend(question_alone(strip, width));
    rows
}

fn question_alone(strip: &Strip, width: usize) -> Vec<Row> {
    let Some(ask) = &strip.ask else { return Vec::new() };
    let mut rows = lines(Tone::Question, ask.question.spoken(), width);
    let options = ask.options.iter().map(|option| option.spoken().to_owned());
    let options: Vec<(usize, String)> = options.enumerate().collect();
    // Side by side where each has room.
    let half = option_width(2, width);
    let fits = |(_, option): &(usize, String)| option.width() + BEFORE_OPTION <= half;
    let beside = if options.iter().all(fits) { 2 } else { 1 };
    rows.extend(options.chunks(beside).map(|some| Row::Options(some.to_vec())));
    rows
}

/// What came out, and beside it what was expected.
fn shown(strip: &Strip, width: usize) -> Vec<Row> {
    let say = &strings().strip;
    let mut rows = step(strip, width);
    if let Some(ask) = &strip.ask {
        rows.extend(verdict(strip, ask, width));
    }
    let fails = strip.fails.iter().map(|(claim, figure)| (say.fails)(claim, figure.spoken()));
    let told = fails.chain(strip.troubles.iter().map(|trouble| (say.trouble)(trouble)));
    rows.extend(told.flat_map(|text| lines(Tone::Trouble, &text, width)));
    rows
}

fn verdict(strip: &Strip, ask: &Question, width: usize) -> Vec<Row> {
    let say = &strings().strip;
    let holds = strip.fails.is_empty();
    let option = |at: usize| numbered(at, ask.option(at));
    let right = option(ask.answer);
    let came = if holds { say.measured } else { say.lesson_says };
    let label = say.expected.width().max(came.width());
    let line = |tone: Tone, name: &str, text: &str| {
        let name = pad_left(name, label + 2);
        // What it says stands under itself.
        let room = width.saturating_sub(MARGIN + tone.sign_width() + name.width()).max(1);
        let rows = wrap(text, room).into_iter().enumerate();
        let row = |(at, text): (usize, String)| {
            let before = if at == 0 { name.clone() } else { pad_left("", name.width()) };
            Row::Text(tone, before + &text)
        };
        rows.map(row).collect::<Vec<_>>()
    };
    let tone = if holds { Tone::Measured } else { Tone::Trouble };
    let mut rows = match strip.prediction {
        Some(at) if at == ask.answer && holds => line(Tone::Right, say.expected, &right),
        Some(at) if holds => line(Tone::Wrong, say.expected, &option(at)),
        Some(at) => line(Tone::Open, say.expected, &option(at)),
        None => line(Tone::Open, say.expected, say.nothing_expected),
    };
    rows.extend(line(tone, came, &right));
    rows
}

/// What to take home, what to change, and what was predicted, question by question.
fn over(strip: &Strip, width: usize) -> Vec<Row> {
    let mut rows = over_in_short(strip, width);
    let say = &strings().strip;
    for told in strip.end.iter().flat_map(|end| &end.outcomes) {
        let step = told.step.saturating_add(1);
        if told.otherwise {
            rows.push(Row::Text(Tone::Trouble, (say.came_otherwise)(step)));
            continue;
        }
        let mut text = (say.outcome)(step, &numbered(told.answer, told.right.spoken()));
        let tone = match told.predicted {
            Some(at) if at == told.answer => Tone::Right,
            Some(at) => {
                text += strings().marks.sentence;
                text += &(say.you)(at.saturating_add(1));
                Tone::Wrong
            }
            None => Tone::Open,
        };
        rows.push(Row::Text(tone, text));
    }
    rows
}

fn over_in_short(strip: &Strip, width: usize) -> Vec<Row> {
    let say = &strings().strip;
    let Some(end) = &strip.end else { return Vec::new() };
    let part = |name: &str, text: &Text| {
        lines(Tone::Say, &[name, text.spoken()].join(strings().marks.sentence), width)
    };
    let mut rows = part(say.take_home, &end.take_home);
    rows.extend(part(say.change, &end.change));
    // What came out otherwise makes nobody right or wrong.
    let judged = || end.outcomes.iter().filter(|told| !told.otherwise);
    let right = judged().filter(|told| told.predicted == Some(told.answer)).count();
    match judged().count() {
        0 => {}
        asked => rows.push(Row::Text(Tone::Question, (say.predictions)(right, asked))),
    }
    rows
}

/// A text of the lesson, with what was measured in it.
pub(super) fn text(run: &Run, both: &Both) -> String {
    both.spoken().filled(|measure| run.figure(measure))
}

/// A text of a lesson of which nothing was measured.
#[must_use]
pub fn unmeasured(both: &Both) -> String {
    both.spoken().filled(|_| Figure::Word("…".to_owned()))
}

pub(super) fn numbered(at: usize, option: &str) -> String {
    format!("{} {option}", at.saturating_add(1))
}

/// A text in lines. What stands before it, a sign, has its columns in each.
pub(super) fn lines(tone: Tone, text: &str, width: usize) -> Vec<Row> {
    let room = width.saturating_sub(MARGIN + tone.sign_width()).max(1);
    wrap(text, room).into_iter().map(|line| Row::Text(tone, line)).collect()
}

impl Tone {
    /// The columns of its sign and the blank behind it.
    #[must_use]
    pub fn sign_width(self) -> usize {
        match self {
            Self::Say | Self::Question => 0,
            _ => 2,
        }
    }
}

/// The option that stands at a column of a line of options; that line is so wide.
#[must_use]
pub fn answers_at(options: &[(usize, String)], column: usize, width: usize) -> Option<usize> {
    let wide = option_width(options.len(), width);
    let column = column.checked_sub(MARGIN / 2)?;
    options.get(column / (wide + BETWEEN)).map(|(at, _)| *at)
}

/// The columns of each of so many options in a line.
#[must_use]
pub fn option_width(count: usize, width: usize) -> usize {
    let room = width.saturating_sub(MARGIN);
    if count < 2 { room } else { room.saturating_sub(BETWEEN) / 2 }
}
