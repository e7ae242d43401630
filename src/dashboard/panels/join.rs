//! The box by which a class is joined: QR codes, and what is typed by those who cannot scan them.

mod big;
#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::fit::wrap;
use super::{cut, dim, key_spans, popup};
use crate::class::{Join, Qr, Shown, Trouble, Wifi};
use crate::dashboard::theme::{Role, Theme};
use crate::words::strings;

/// The names of the keys that work in the box.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'k> {
    /// Shows the next address.
    pub address: &'k str,
    /// Shows the other QR code.
    pub wifi: &'k str,
    /// Gives the class another code.
    pub code: &'k str,
    /// Closes the box.
    pub close: &'k str,
}

/// How wide the screen must be for two QR codes beside each other.
const TWO: u16 = 120;
/// How many columns are left to what is read: beside a code at its smallest, and beside two, or a
/// larger one.
const NARROW: u16 = 20;
const WIDE: u16 = 34;
/// Between what stands side by side. The quiet zone is blank as well.
const GAP: u16 = 2;
/// How large a module is at most: so many columns, and half as many rows.
const LARGEST: u16 = 3;
/// How many rows a tip takes at most.
const TIP: usize = 4;

/// A QR code as it is drawn.
struct Code {
    caption: Option<&'static str>,
    qr: Qr,
    scale: u16,
}

/// What is shown, or why it is not.
enum Codes {
    Drawn(Vec<Code>),
    /// It needs a screen of that size.
    TooSmall(Size),
    TooLong,
    /// There is nothing to be scanned.
    None,
}

/// Draws the box. `shown` says which code, where there is room for one alone.
pub fn draw(
    frame: &mut Frame,
    screen: Rect,
    join: &Join,
    shown: Shown,
    keys: &Keys<'_>,
    theme: &Theme,
) {
    let inner = popup(frame, screen, screen.width, screen.height, strings().join.title, theme);
    let body = Rect { height: inner.height.saturating_sub(1), ..inner };
    let codes = codes(join, shown, screen, body, theme);
    let both = matches!(&codes, Codes::Drawn(codes) if codes.len() > 1);
    let foot = Rect { y: body.bottom(), height: inner.height.min(1), ..inner };
    let foot_line = foot_line(join, shown, both, keys, theme);
    frame.render_widget(cut(foot_line, foot.width.into(), theme), foot);
    let (beside, why) = match codes {
        Codes::Drawn(codes) => (side_by_side(frame, body, &codes, theme), None),
        Codes::TooSmall(size) => {
            let by = theme.glyph("×", "x");
            (body, Some((strings().join.too_small)(size.width, by, size.height)))
        }
        Codes::TooLong => (body, Some(strings().join.too_long.to_owned())),
        Codes::None => (body, None),
    };
    let lines = lines(join, why.as_deref(), keys, beside.as_size(), theme);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(beside.height);
    let top = beside.y + (beside.height - height) / 2;
    for (line, y) in lines.into_iter().zip(top..beside.bottom()) {
        let line = cut(line, beside.width.into(), theme);
        frame.render_widget(line, Rect { y, height: 1, ..beside });
    }
}

/// The codes for which there is room, as large as they can be.
fn codes(join: &Join, shown: Shown, screen: Rect, body: Rect, theme: &Theme) -> Codes {
    let say = &strings().join;
    let wifi = join.wifi.as_ref().map(Wifi::text);
    let one = match (shown, &wifi, &join.url) {
        (Shown::Wifi, Some(wifi), _) | (Shown::Page, Some(wifi), None) => wifi,
        (_, _, Some(url)) => url,
        (_, None, None) => return Codes::None,
    };
    if let (Some(wifi), Some(page)) = (&wifi, &join.url)
        && screen.width >= TWO
    {
        let room = Size {
            width: body.width.saturating_sub(WIDE + 2 * GAP) / 2,
            height: body.height.saturating_sub(1),
        };
        let both = [(say.wifi_code, wifi), (say.page_code, page)];
        let both = both.map(|(caption, text)| code(text, Some(caption), (room, room), theme));
        if both.iter().all(Option::is_some) {
            return Codes::Drawn(both.into_iter().flatten().collect());
        }
    }
    let beside =
        |text: u16| Size { width: body.width.saturating_sub(text + GAP), height: body.height };
    if let Some(code) = code(one, None, (beside(NARROW), beside(WIDE)), theme) {
        return Codes::Drawn(vec![code]);
    }
    let Some(qr) = Qr::smallest(one) else { return Codes::TooLong };
    let size = size(&qr, 1, theme);
    let frame = Size { width: screen.width - body.width, height: screen.height - body.height };
    let (width, height) = (size.width + NARROW + GAP + frame.width, size.height + frame.height);
    Codes::TooSmall(Size { width, height })
}

/// A text's code, as large as it can be: in the first room at its smallest, in the second if larger.
fn code(
    text: &str,
    caption: Option<&'static str>,
    (least, larger): (Size, Size),
    theme: &Theme,
) -> Option<Code> {
    (1..=LARGEST).rev().find_map(|scale| {
        let room = if scale == 1 { least } else { larger };
        let most = if theme.ascii() {
            (room.width / 2).min(room.height)
        } else {
            room.width.min(room.height.saturating_mul(2))
        };
        let qr = Qr::of(text, usize::from(most / scale))?;
        Some(Code { caption, qr, scale })
    })
}

/// How many cells a code takes. Where there are no half blocks a module is two blanks.
fn size(qr: &Qr, scale: u16, theme: &Theme) -> Size {
    let side = u16::try_from(qr.side()).unwrap_or(u16::MAX).saturating_mul(scale);
    if theme.ascii() {
        Size { width: side.saturating_mul(2), height: side }
    } else {
        Size { width: side, height: side.div_ceil(2) }
    }
}

/// Draws the codes; returns what is left at the right of them.
fn side_by_side(frame: &mut Frame, body: Rect, codes: &[Code], theme: &Theme) -> Rect {
    let mut x = body.x;
    for code in codes {
        let size = size(&code.qr, code.scale, theme);
        let above = u16::from(code.caption.is_some());
        let top = body.y + body.height.saturating_sub(size.height + above) / 2;
        if let Some(caption) = code.caption {
            let line = Line::styled(caption, theme.style(Role::Title)).centered();
            frame.render_widget(line, Rect { x, y: top, width: size.width, height: 1 });
        }
        paint(frame.buffer_mut(), Position { x, y: top + above }, code, theme);
        x = x.saturating_add(size.width + GAP);
    }
    Rect { x, width: body.right().saturating_sub(x), ..body }
}

/// Draws a code: black on white in every theme. What is not drawn in half blocks leaves no seam between
/// rows, whatever a font makes of it.
fn paint(buffer: &mut Buffer, at: Position, code: &Code, theme: &Theme) {
    let [black, white] = theme.black_and_white();
    let size = size(&code.qr, code.scale, theme);
    let scale = usize::from(code.scale);
    for (x, y) in (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y))) {
        let Some(cell) = buffer.cell_mut((at.x + x, at.y + y)) else { continue };
        let (x, y) = (usize::from(x), usize::from(y));
        let (letter, ground) = if theme.ascii() {
            let dark = code.qr.is_dark(x / 2 / scale, y / scale);
            (" ", if dark { black } else { white })
        } else {
            let half = |half| code.qr.is_dark(x / scale, (2 * y + half) / scale);
            match (half(0), half(1)) {
                (true, true) => ("█", black),
                (true, false) => ("▀", white),
                (false, true) => ("▄", white),
                (false, false) => (" ", white),
            }
        };
        // Bold black is grey on many terminals.
        cell.reset();
        cell.set_symbol(letter).set_style(Style::new().fg(black).bg(ground));
    }
}

/// What is read, in the largest letters for which there is room.
fn lines(
    join: &Join,
    why: Option<&str>,
    keys: &Keys<'_>,
    room: Size,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let fits = |lines: &Vec<Line<'_>>| {
        lines.len() <= room.height.into()
            && lines.iter().all(|line| line.width() <= room.width.into())
    };
    // Without a code to scan the URL is what everybody types.
    let url_first = why.is_some();
    let ways = if url_first {
        [(1, 0), (1, 1), (1, 2), (0, 2), (0, 1), (0, 0)]
    } else {
        [(1, 3), (1, 2), (0, 3), (0, 2), (0, 1), (0, 0)]
    };
    // Large letters without a blank row between them and others are hard to read.
    let ways = ways.into_iter().flat_map(|way| [(way, true), (way, false)]);
    let ways = ways.filter(|((url, _), airy)| *airy || *url == 0 || url_first);
    let written = |((url, letters), airy)| {
        Text { join, why, keys, width: room.width.into(), airy, theme }.lines(url, letters)
    };
    let mut all = ways.map(written);
    all.find(fits).unwrap_or_else(|| written(((0, 0), false)))
}

/// What is read beside the codes.
struct Text<'a> {
    join: &'a Join,
    why: Option<&'a str>,
    keys: &'a Keys<'a>,
    width: usize,
    /// Whether blank rows are between its parts.
    airy: bool,
    theme: &'a Theme,
}

impl Text<'_> {
    /// All of it: the URL and the code's letters that large, and not at all where that is nothing.
    fn lines(&self, url_scale: usize, code_scale: usize) -> Vec<Line<'static>> {
        let (join, theme, say) = (self.join, self.theme, &strings().join);
        let style = |role| theme.style(role);
        let mut parts = Vec::new();
        if let Some(why) = self.why {
            parts.push(self.sentence(why, style(Role::Warn)));
        }
        if join.trouble == Some(Trouble::NoNetwork) {
            parts.push(self.sentence(say.no_network, style(Role::Warn)));
        }
        if let Some(wifi) = &join.wifi {
            parts.push(self.wifi(wifi));
        }
        if let Some(url) = &join.url {
            let over = match &join.wifi {
                _ if self.why.is_some() => say.type_in,
                Some(_) => say.then_scan,
                None => say.scan,
            };
            parts.push(vec![Line::from(dim(over, theme))]);
            let bold = style(Role::Title).add_modifier(Modifier::BOLD);
            parts.push(broken(url, self.width, bold));
            let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
            parts.push(self.in_large(&pieces(host), url_scale, style(Role::Title)));
            if code_scale > 0 {
                let code = self.in_large(&[&join.code.to_string()], code_scale, style(Role::Key));
                parts.push([vec![Line::from(dim(say.letters, theme))], code].concat());
            }
        }
        let count = (say.students)(join.students);
        let role = if join.students == 0 { Role::Dim } else { Role::Good };
        parts.push(vec![Line::styled(count, style(role).add_modifier(Modifier::BOLD))]);
        if let Some(interface) = &join.interface {
            let mut text = if interface.addr.is_loopback() {
                say.only_here.to_owned()
            } else {
                (say.address)(&interface.name)
            };
            if join.others > 0 {
                let others = (say.others)(join.others, self.keys.address);
                text = [text, others].join(strings().marks.semicolon);
            }
            parts.push(self.sentence(&text, style(Role::Dim)));
        }
        if join.trouble == Some(Trouble::Nobody) {
            parts.push(self.tips());
        }
        parts.retain(|part| !part.is_empty());
        let between = if self.airy { vec![Line::default()] } else { Vec::new() };
        parts.join(&between[..])
    }

    fn wifi(&self, wifi: &Wifi) -> Vec<Line<'static>> {
        let say = &strings().join;
        let bold = self.theme.style(Role::Title).add_modifier(Modifier::BOLD);
        let password = match wifi.password() {
            Some(password) => (say.password)(password),
            None => say.no_password.to_owned(),
        };
        let mut lines = vec![Line::from(dim(say.first_wifi, self.theme))];
        lines.extend(broken(wifi.name(), self.width, bold));
        lines.extend(broken(&password, self.width, bold));
        lines
    }

    /// What to try when nobody comes.
    fn tips(&self) -> Vec<Line<'static>> {
        let say = &strings().join;
        let mut tips = vec![say.same_network.to_owned(), (say.firewall)(self.join.port)];
        // Whoever has one need not be told.
        tips.extend(self.join.wifi.is_none().then(|| say.hotspot.to_owned()));
        tips.push(say.by_keys.to_owned());
        let mut lines = vec![Line::styled(say.nobody, self.theme.style(Role::Warn))];
        let dot = self.theme.glyph("·", "-");
        for tip in tips {
            let rows = wrap(&tip, self.width.saturating_sub(2), TIP, self.theme.ascii());
            lines.extend(rows.into_iter().enumerate().map(|(at, row)| {
                let mark = if at == 0 { dot } else { " " };
                Line::styled(format!("{mark} {row}"), self.theme.style(Role::Text))
            }));
        }
        lines
    }

    fn sentence(&self, text: &str, style: Style) -> Vec<Line<'static>> {
        let rows = wrap(text, self.width, TIP, self.theme.ascii());
        rows.into_iter().map(|row| Line::styled(row, style)).collect()
    }

    /// Pieces of a text in large letters, as many in each row of letters as there is room for.
    fn in_large(&self, pieces: &[&str], scale: usize, style: Style) -> Vec<Line<'static>> {
        let mut rows: Vec<String> = vec![String::new()];
        for piece in pieces {
            let Some(last) = rows.last_mut().filter(|_| scale > 0) else { break };
            let longer = format!("{last}{piece}");
            if last.is_empty() || big::width(&longer, scale) <= self.width {
                *last = longer;
            } else {
                rows.push((*piece).to_owned());
            }
        }
        rows.retain(|row| !row.is_empty());
        let ascii = self.theme.ascii();
        let drawn: Vec<_> = rows.iter().map(|row| big::rows(row, scale, ascii)).collect();
        let drawn = drawn.join(&[String::new()][..]);
        drawn.into_iter().map(|row| Line::styled(row, style)).collect()
    }
}

/// Where a URL may be broken: behind the dots of an address, and before its port and its path.
fn pieces(url: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for (at, letter) in url.char_indices() {
        let marks = [':', '/'];
        let scheme = url[..at].ends_with(marks) || url[at + letter.len_utf8()..].starts_with('/');
        let end = match letter {
            '.' => at + 1,
            ':' | '/' if !scheme => at,
            _ => continue,
        };
        pieces.push(&url[from..end]);
        from = end;
    }
    pieces.push(&url[from..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// A text that has no blanks to be broken at.
fn broken(text: &str, width: usize, style: Style) -> Vec<Line<'static>> {
    let mut rows = vec![String::new()];
    let letters = |piece: &str| piece.chars().map(String::from).collect::<Vec<_>>();
    let pieces = pieces(text).into_iter().flat_map(|piece| {
        if piece.width() <= width { vec![piece.to_owned()] } else { letters(piece) }
    });
    for piece in pieces {
        match rows.last_mut() {
            Some(last) if last.width() + piece.width() <= width => last.push_str(&piece),
            _ => rows.push(piece),
        }
    }
    rows.retain(|row| !row.is_empty());
    rows.into_iter().map(|row| Line::from(Span::styled(row, style))).collect()
}

fn foot_line(
    join: &Join,
    shown: Shown,
    both: bool,
    keys: &Keys<'_>,
    theme: &Theme,
) -> Line<'static> {
    let say = &strings().join;
    let mut line = Line::default();
    if join.others > 0 {
        line.extend(key_spans(keys.address, say.next_address, theme));
    }
    if join.wifi.is_some() && join.url.is_some() && !both {
        let other = match shown {
            Shown::Page => say.shows_wifi,
            Shown::Wifi => say.shows_page,
        };
        line.extend(key_spans(keys.wifi, other, theme));
    }
    line.extend(key_spans(keys.code, say.new_code, theme));
    line.extend(key_spans(keys.close, say.closes, theme));
    line
}
