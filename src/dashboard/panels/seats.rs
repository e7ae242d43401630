//! **seats**: the dining room. Who is asked, and who had something to say. A few connections have a
//! box each; more of them a mark with the fd beside it, and very many share a mark.

mod boxes;
mod digits;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use self::boxes::glyph;
use super::fit::first_fit;
use super::spots::Spots;
use super::{block, dim, title};
use crate::dashboard::layout::Panel;
use crate::dashboard::state::Scene;
use crate::dashboard::state::class::Class;
use crate::dashboard::state::explain::thing::Thing;
use crate::dashboard::state::rates::Metric;
use crate::dashboard::state::seats::{Light, Seats};
use crate::dashboard::state::table::TableRow;
use crate::dashboard::theme::{Role, Theme};
use crate::telemetry::{Asks, ConnId, Work};
use crate::words::{strings, units};

/// Columns of a seat that has its fd's number beside it.
const NUMBERED: usize = 7;

/// Draws the panel.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    scene: &Scene,
    theme: &Theme,
    focused: bool,
    spots: &mut Spots,
) {
    let inner = area.inner(Margin::new(1, 1));
    let seats = &scene.seats;
    let say = &strings().seats;
    let served = match scene.rates.work() {
        Work::Requests => say.requests,
        Work::Echoes => say.echoes,
        Work::Answers => say.answers,
    };
    let mut head = title(Panel::Seats, theme);
    let room = usize::from(area.width).saturating_sub(head.width() + 4);
    if let Some(text) = first_fit(told(seats, served), room) {
        head.push_span(Span::styled(format!("{text} "), theme.style(Role::Text)));
    }
    let mut block = block(head, theme, focused);
    if let Some(last) = scene.rates.last().filter(|_| seats.asks().is_some_and(is_asked)) {
        let asked = last.get(Metric::Examined);
        let text = (say.last_second)(&served(last.get(Metric::Requests)), asked);
        let text = format!(" {text} ");
        if text.width() + 4 <= usize::from(area.width) {
            block = block.title_bottom(Line::from(dim(text, theme)));
        }
    }
    // Where both have room at any time, the legend stands beside that.
    let beside = area.width >= 80 && seats.len() <= inner.area() as usize;
    if beside {
        let mut legend = words(1, inner.width, theme);
        legend.spans.insert(0, " ".into());
        block = block.title_bottom(legend.right_aligned());
    }
    frame.render_widget(block, area);
    if inner.is_empty() {
        return;
    }
    let legend = u16::from(inner.height > 2 && !beside);
    let place = Rect { height: inner.height - legend, ..inner };
    if seats.is_empty() {
        frame.render_widget(Line::from(dim(format!(" {}", say.none), theme)), place);
        return;
    }
    let selected = scene.table.selected().filter(|_| !theme.is_passive());
    let selected = selected.map(TableRow::id);
    let boxes = boxes::Boxes {
        seats,
        table: &scene.table,
        class: &scene.class,
        now: scene.now,
        selected,
        theme,
    };
    let each = if boxes.draw(frame, place, spots) {
        1
    } else {
        room_for((seats, &scene.class, scene.now, selected), frame, place, theme, spots)
    };
    if legend > 0 {
        let last = Rect { y: place.bottom(), height: 1, ..inner };
        frame.render_widget(words(each, inner.width, theme), last);
    }
}

/// Whether any fd is asked there at all.
fn is_asked(asks: Asks) -> bool {
    matches!(asks, Asks::Each | Asks::List | Asks::Interest)
}

/// The exact totals, the longest spelling first.
fn told(seats: &Seats, served: fn(u64) -> String) -> Vec<String> {
    let (counts, say) = (seats.counts(), &strings().seats);
    let [asked, spoke] = [counts.asked, counts.spoke].map(units::count);
    let served = served(counts.served);
    match seats.asks() {
        Some(asks) if is_asked(asks) => (say.asked)(&served, &asked, &spoke).into(),
        Some(Asks::Runtime) => (say.runtime_asks)(&served).into(),
        _ => (say.nobody_asked)(&served).into(),
    }
}

/// Draws the seats as large as they fit; returns how many share a cell.
fn room_for(
    (seats, class, now, selected): (&Seats, &Class, u64, Option<ConnId>),
    frame: &mut Frame,
    area: Rect,
    theme: &Theme,
    spots: &mut Spots,
) -> usize {
    let (width, rows) = (usize::from(area.width), usize::from(area.height));
    let all = seats.len();
    let cell = [NUMBERED, 2, 1].into_iter().find(|cell| width / cell * rows >= all).unwrap_or(1);
    let columns = (width / cell).max(1);
    let each = all.div_ceil((columns * rows).max(1));
    let mut lights = seats.lights(now);
    for y in 0..area.height {
        if lights.len() == 0 {
            break;
        }
        let mut line = Line::default();
        for column in 0..columns {
            // The brightest of those that share a cell; the hall is never brighter than it is.
            let mut brightest = None;
            let mut who = None;
            let mut here = false;
            let mut raised = false;
            for (light, seated) in lights.by_ref().take(each) {
                brightest = brightest.max(Some(light));
                who = who.or(seated);
                here |= seated.is_some_and(|(id, _)| Some(id) == selected);
                raised |= seated.is_some_and(|(id, _)| class.is_raised(id));
            }
            let Some(light) = brightest else { break };
            let [x, width] = [column * cell, cell].map(|n| u16::try_from(n).unwrap_or(u16::MAX));
            let x = area.x.saturating_add(x);
            spots.add(Rect { x, y: area.y + y, width, height: 1 }, Thing::Light(light));
            let (glyph, role) = glyph(light, theme);
            let style = theme.style(if here { Role::Selected } else { role });
            let text = match (cell, who) {
                (NUMBERED, Some((_, fd))) if raised => {
                    format!("{glyph}{fd}{}", theme.glyph("✋", "^"))
                }
                (NUMBERED, Some((_, fd))) => format!("{glyph}{fd}"),
                (2, Some(_)) if raised => theme.glyph("✋", "^").to_owned(),
                // There is one column for it.
                (1, Some(_)) if raised => theme.glyph("▲", "^").to_owned(),
                _ => glyph.to_owned(),
            };
            let blank = cell.saturating_sub(text.width());
            line.push_span(Span::styled(text, style));
            line.push_span(Span::raw(" ".repeat(blank)));
        }
        frame.render_widget(line, Rect { y: area.y + y, height: 1, ..area });
    }
    each
}

/// What the marks mean, and how many seats share one.
fn words(each: usize, width: u16, theme: &Theme) -> Line<'static> {
    let mut line = Line::default();
    let say = &strings().seats;
    let meanings =
        [(Light::Quiet, say.quiet), (Light::Asked, say.was_asked), (Light::Spoke, say.spoke)];
    for (light, word) in meanings {
        let (glyph, role) = glyph(light, theme);
        line.push_span(Span::styled(format!("{glyph} "), theme.style(role)));
        line.push_span(dim(format!("{word}  "), theme));
    }
    if each > 1 {
        let text = (say.each_mark)(each);
        if line.width() + text.width() <= usize::from(width) {
            line.push_span(dim(text, theme));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::super::sample::{MS, Script};
    use super::*;
    use crate::dashboard::state::{Options, State};
    use crate::dashboard::theme::Palette;
    use crate::telemetry::ServerKind;
    use crate::words::walk;

    fn picture(state: &State, (width, height): (u16, u16), ascii: bool) -> String {
        let theme = Theme::new(Palette::Dark, ascii);
        let drawn = || {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal
                .draw(|frame| {
                    let spots = &mut Spots::default();
                    draw(frame, frame.area(), state.scene(), &theme, true, spots);
                })
                .unwrap();
            terminal.backend().to_string()
        };
        walk(&[], drawn);
        drawn()
    }

    fn room(server: ServerKind, connections: u64) -> State {
        let options = Options {
            ask: true,
            mouse: false,
            choice: crate::dashboard::state::Chosen::default(),
            settings: None,
            chinese: true,
            url: String::new(),
            program: None,
            runs_on: false,
            history: 0,
            zero: std::time::Duration::ZERO,
        };
        let mut state = State::new(options, Vec::new());
        let mut script = Script::new(500 * MS);
        script.server(server);
        for id in 1..=connections {
            script.row(i32::try_from(id).unwrap() + 8, id);
        }
        script.batch.counters.requests = 12;
        if server.asks() == Asks::List {
            script.poll(u32::try_from(connections).unwrap() + 1, &[(12, 4)]);
        } else {
            script.wait(0, &[(12, 4)]).batch.counters.examined = 12;
        }
        state.apply(&script.publish());
        state.tick(510 * MS);
        state
    }

    #[test]
    fn poll_lights_the_whole_room_and_epoll_one_seat() {
        let (poll, epoll) = (room(ServerKind::Poll, 30), room(ServerKind::EpollEt, 30));
        let mut all = String::new();
        for state in [&poll, &epoll] {
            for size in [(35, 12), (80, 9)] {
                all += &picture(state, size, false);
            }
        }
        let ascii = picture(&poll, (35, 12), true);
        assert!(ascii.is_ascii(), "{ascii}");
        insta::assert_snapshot!(all + &ascii);
    }

    #[test]
    fn a_few_have_a_box_each_with_what_was_done_last() {
        // As 80×24, 120×36 and 200×50 have it, and zoomed.
        let mut all = String::new();
        for (connections, size) in [
            (2, (35, 12)),
            (9, (35, 12)),
            (12, (35, 12)),
            (18, (35, 12)),
            (6, (48, 18)),
            (11, (48, 18)),
            (11, (80, 8)),
            (11, (80, 20)),
        ] {
            let shown = picture(&room(ServerKind::EpollEt, connections), size, false);
            for fd in 9..9 + connections {
                assert!(shown.contains(&format!(" {fd} ")), "fd {fd}\n{shown}");
            }
            all += &shown;
        }
        assert_eq!(all.matches("recv ").count(), 2 + 9 + 12 + 18 + 6 + 11 * 3, "{all}");
        assert_eq!(all.matches("● 12 ").count(), 7, "where four sit, one spoke\n{all}");
        let ascii = picture(&room(ServerKind::Poll, 6), (80, 20), true);
        assert!(ascii.is_ascii(), "{ascii}");
        insta::assert_snapshot!(all + &ascii);
        // One more than fits: the small ones again.
        let crowded = picture(&room(ServerKind::EpollEt, 19), (35, 12), false);
        assert!(!crowded.contains("recv") && crowded.contains("·18"), "{crowded}");
    }

    #[test]
    fn a_sleeper_says_in_which_call() {
        let mut script = Script::new(500 * MS);
        script.server(ServerKind::Threads).row(9, 1).row(10, 2);
        script.batch.rows[1].within = Some(crate::telemetry::Kind::Recv);
        let mut state = room(ServerKind::Threads, 0);
        state.apply(&script.publish());
        let shown = picture(&state, (35, 12), false);
        assert!(shown.contains("in recv") && shown.contains("recv = 84"), "{shown}");
    }

    #[test]
    fn ten_thousand_are_folded_and_the_count_is_exact() {
        let state = room(ServerKind::Poll, 10_000);
        let picture = picture(&state, (80, 22), false);
        assert!(picture.contains("10,001 asked, 1 had something to say, 12 requests"), "{picture}");
        assert!(picture.contains("each mark is 7 seats"), "{picture}");
        assert_eq!(picture.matches('●').count(), 2, "one, and the legend\n{picture}");
    }

    #[test]
    fn any_size_is_drawn() {
        let state = room(ServerKind::Threads, 300);
        for width in 1..50 {
            for height in 1..20 {
                picture(&state, (width, height), width % 2 == 0);
            }
        }
    }
}
