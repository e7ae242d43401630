//! A list in columns, by what those in it wait in: as many as it takes side by side under each
//! heading, and told in as many words as there is room for.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::fit::{Token, fold, share};
use super::painter::Painter;
use crate::dashboard::theme::Role;

/// Between two columns under one heading, and between two headings.
const GAP: usize = 2;
const APART: usize = 3;

/// How many ways there are to tell an entry, the longest first.
pub(super) const SPELLINGS: usize = 3;

/// An entry, in all its spellings.
pub(super) type Cell = [String; SPELLINGS];

/// Those that wait in the same.
pub(super) struct Column {
    /// What they wait in, and how many; empty where there is but one column.
    pub(super) head: String,
    /// The first of them.
    pub(super) cells: Vec<Cell>,
    /// How many there are.
    pub(super) count: usize,
    pub(super) role: Role,
}

/// A list of a half of the drawing.
pub(super) enum Body {
    /// On a run of lines.
    Run(Vec<Token>),
    Columns(Vec<Column>),
}

/// How columns are laid out: in which spelling, how wide an entry of each is, and how many stand
/// side by side.
struct Plan {
    spelling: usize,
    widths: Vec<usize>,
    beside: Vec<usize>,
}

impl Column {
    fn cell_width(&self, spelling: usize) -> usize {
        self.cells.iter().map(|cell| cell[spelling].width()).max().unwrap_or(0)
    }

    fn width(&self, each: usize, beside: usize) -> usize {
        ((each + GAP) * beside).saturating_sub(GAP).max(self.head.width())
    }
}

fn headed(columns: &[Column]) -> usize {
    usize::from(columns.iter().any(|column| !column.head.is_empty()))
}

/// How wide an entry of each is in that spelling.
fn widths(columns: &[Column], spelling: usize) -> Vec<usize> {
    columns.iter().map(|column| column.cell_width(spelling)).collect()
}

/// How many of each stand side by side, where all fit into so many rows; `None` where they do not.
fn fits(columns: &[Column], widths: &[usize], width: usize, rows: usize) -> Option<Vec<usize>> {
    let room = rows.saturating_sub(headed(columns));
    // More than are known cannot be shown.
    if room == 0 || columns.iter().any(|column| column.cells.len() < column.count) {
        return None;
    }
    let beside: Vec<usize> =
        columns.iter().map(|column| column.count.div_ceil(room).max(1)).collect();
    let all = columns.iter().zip(widths).zip(&beside);
    let all = all.map(|((column, each), beside)| column.width(*each, *beside) + APART);
    (all.sum::<usize>() <= width + APART).then_some(beside)
}

/// The longest spelling in which all fit; else the shortest, with as many as there is room for.
fn plan(columns: &[Column], width: usize, rows: usize) -> Plan {
    for spelling in 0..SPELLINGS {
        let widths = widths(columns, spelling);
        if let Some(beside) = fits(columns, &widths, width, rows) {
            return Plan { spelling, widths, beside };
        }
    }
    let spelling = SPELLINGS - 1;
    let room = rows.saturating_sub(headed(columns)).max(1);
    // The mark of how many are left out has to fit too.
    let mark = |column: &Column| format!("+{}", column.count).len();
    let widths: Vec<usize> =
        columns.iter().map(|column| column.cell_width(spelling).max(mark(column))).collect();
    let with_widths = || columns.iter().zip(&widths);
    // What each takes beyond one is shared by need.
    let least: usize = with_widths().map(|(column, each)| column.width(*each, 1) + APART).sum();
    let needs: Vec<usize> = with_widths()
        .map(|(column, each)| (column.count.div_ceil(room).max(1) - 1) * (each + GAP))
        .collect();
    let given = share(&needs, (width + APART).saturating_sub(least));
    let beside = given.iter().zip(&widths).map(|(given, each)| 1 + given / (each + GAP)).collect();
    Plan { spelling, widths, beside }
}

/// The fewest rows, of so many, in which all of them fit in that spelling.
fn fewest(columns: &[Column], spelling: usize, width: usize, rows: usize) -> Option<usize> {
    let widths = widths(columns, spelling);
    (1..=rows).find(|rows| fits(columns, &widths, width, *rows).is_some())
}

/// Whether there is room for all headings.
fn apart(columns: &[Column], width: usize) -> bool {
    let plan = plan(columns, width.saturating_sub(1), 2);
    let all = columns.iter().zip(&plan.widths).map(|(c, each)| c.width(*each, 1) + APART);
    all.sum::<usize>() < width + APART
}

impl Painter<'_> {
    /// How many of `rows` rows a list takes, as many words as it has.
    pub(super) fn body_height(&self, body: &Body, width: usize, rows: usize) -> usize {
        match body {
            Body::Run(tokens) => self.height_of(tokens, width, rows),
            Body::Columns(columns) => {
                let inside = width.saturating_sub(1);
                let found = (0..SPELLINGS).find_map(|at| fewest(columns, at, inside, rows));
                found.unwrap_or(rows)
            }
        }
    }

    /// The fewest rows in which all of it is there, in however few words; `None` where it is not
    /// in so many.
    pub(super) fn least_height(&self, body: &Body, width: usize, rows: usize) -> Option<usize> {
        match body {
            Body::Run(tokens) => Some(self.height_of(tokens, width, rows)),
            Body::Columns(columns) => fewest(columns, SPELLINGS - 1, width.saturating_sub(1), rows),
        }
    }

    /// The list in at most so many rows, indented by one.
    pub(super) fn body_lines(&self, body: &Body, width: usize, rows: usize) -> Vec<Line<'static>> {
        match body {
            Body::Run(tokens) => self.body(tokens, width, rows),
            Body::Columns(columns) if rows > headed(columns) && apart(columns, width) => {
                self.columns(columns, width, rows)
            }
            Body::Columns(_) => {
                let tokens = self.in_a_row("", body, width.saturating_sub(1), rows);
                self.body(&tokens, width, rows)
            }
        }
    }

    /// The same in a row: `recv 9 10 12 send 14`. Where there is but one list its entries may have
    /// room for more words: so many rows, in which a label has its place too.
    pub(super) fn in_a_row(
        &self,
        label: &str,
        body: &Body,
        width: usize,
        rows: usize,
    ) -> Vec<Token> {
        let columns = match body {
            Body::Run(tokens) => return tokens.clone(),
            Body::Columns(columns) => columns,
        };
        if columns.iter().all(|column| column.head.is_empty()) {
            let mut long = vec![Token { weight: 0, ..Token::new(label, Style::new()) }];
            long.extend(self.spelled(columns, 1));
            if fold(&long, width, rows, Style::new()).1 {
                return long.split_off(1);
            }
        }
        self.spelled(columns, SPELLINGS - 1)
    }

    fn spelled(&self, columns: &[Column], spelling: usize) -> Vec<Token> {
        let mut tokens = Vec::new();
        for column in columns.iter().filter(|column| column.count > 0) {
            if !column.head.is_empty() {
                let head = format!("{}:", column.head);
                tokens.push(Token { weight: 0, ..Token::new(head, self.style(Role::Kernel)) });
            }
            let cells = column.cells.iter();
            tokens.extend(
                cells.map(|cell| Token::new(cell[spelling].clone(), self.style(column.role))),
            );
            let missing = column.count - column.cells.len();
            if let Some(last) = tokens.last_mut().filter(|_| missing > 0) {
                last.weight += missing;
            }
        }
        tokens
    }

    fn columns(&self, columns: &[Column], width: usize, rows: usize) -> Vec<Line<'static>> {
        let plan = plan(columns, width.saturating_sub(1), rows);
        let headed = headed(columns);
        let room = rows - headed;
        let mut lines = vec![Line::from(" "); rows];
        let mut put = |row: usize, from: usize, text: String, style: Style| {
            let line = &mut lines[row];
            line.push_span(Span::raw(" ".repeat(from.saturating_sub(line.width()))));
            line.push_span(Span::styled(text, style));
        };
        let mut from = 1;
        for ((column, each), beside) in columns.iter().zip(&plan.widths).zip(&plan.beside) {
            if headed > 0 {
                let role = if column.count > 0 { Role::Kernel } else { Role::Dim };
                put(0, from, column.head.clone(), self.style(role));
            }
            let places = room * beside;
            let whole = column.count <= places;
            let shown = if whole { column.count } else { places - 1 }.min(column.cells.len());
            let at = |n: usize| (headed + n % room, from + n / room * (each + GAP));
            for (n, cell) in column.cells[..shown].iter().enumerate() {
                let (row, x) = at(n);
                put(row, x, cell[plan.spelling].clone(), self.style(column.role));
            }
            if !whole {
                let (row, x) = at(shown);
                put(row, x, format!("+{}", column.count - shown), self.style(Role::Dim));
            }
            from += column.width(*each, *beside) + APART;
        }
        lines
    }
}
