//! `threads` and `processes`: one for each connection, each asleep in a call of its own.

use super::columns::{Body, Cell, Column};
use super::halves::{Contents, Sizes};
use super::painter::Painter;
use crate::dashboard::state::explain::thing::Part;
use crate::dashboard::state::table::TableRow;
use crate::dashboard::theme::Role;
use crate::telemetry::{Kind, Row, ServerKind, Stance};
use crate::words::{Marks, result, strings};

/// What they wait in at most times: these have a column whether anybody waits in it or not.
const WAITS: [Kind; 3] = [Kind::Accept, Kind::Recv, Kind::Send];

impl Painter<'_> {
    pub(super) fn sleepers(&self, sizes: Sizes) -> Contents {
        // A handler is at work, whatever it does there.
        let sleeps = |row: &&TableRow| row.within().is_some_and(|kind| kind != Kind::Handler);
        let (asleep, awake): (Vec<&TableRow>, Vec<&TableRow>) =
            self.table.rows_by_fd().partition(sleeps);
        let (all, say) = (asleep.len() + awake.len(), &strings().engine);
        let processes = self.engine.server() == Some(ServerKind::Processes);
        let accepts = self.first_waits_in();
        let mut over = by_call(&WAITS, &asleep, most(sizes.width * sizes.above), sleeper);
        let mut under = whole(&awake, most(sizes.width * sizes.below), at_work);
        let (mut count_asleep, mut count_awake) = (asleep.len(), awake.len());
        if let Some(kind) = accepts {
            let column = over.iter_mut().position(|(of, _)| *of == kind).unwrap_or(0);
            let column = &mut over[column].1;
            let first = if processes { say.first_process } else { say.first_thread };
            column.cells.insert(0, first.map(str::to_owned));
            column.count += 1;
            count_asleep += 1;
        } else {
            let accepts = if processes { say.process_accepts } else { say.thread_accepts };
            under.cells.insert(0, accepts.map(str::to_owned));
            under.count += 1;
            count_awake += 1;
        }
        let workers = self.workers(all);
        let asleep = (say.count_asleep)(count_asleep);
        Contents {
            above: vec![say.kernel.into(), say.sleepers.into(), asleep.clone()],
            over: headed(over),
            short: asleep,
            boundary: vec![(say.and_accepter)(&workers), workers],
            below: vec![say.program.into(), say.at_work.into(), (say.of)(count_awake, all + 1)],
            under: if under.count > 0 {
                Body::Columns(vec![under])
            } else {
                Body::Run(self.nothing(say.all_sleep))
            },
            brief: say.at_work.into(),
            parts: [Part::Sleepers, Part::AtWork],
            history: false,
        }
    }

    /// How many serve the connections, and what they are.
    fn workers(&self, count: usize) -> String {
        let say = &strings().engine;
        match self.table.rows_by_fd().next().map(TableRow::by) {
            Some(by) if by.pid().is_some() => (say.processes)(count),
            _ => (say.threads)(count),
        }
    }

    /// In which call the server's own thread sleeps, which accepts; `None` while it does not.
    fn first_waits_in(&self) -> Option<Kind> {
        match self.engine.standing().stance {
            Stance::Waiting(_) => Some(Kind::Accept),
            Stance::Within(next) => Some(next.kind),
            _ => None,
        }
    }
}

/// The rows by what they wait in: a column for each of those calls, and for each other that
/// somebody waits in.
pub(super) fn by_call(
    calls: &[Kind],
    rows: &[&TableRow],
    room: usize,
    cell: impl Fn(&Row) -> Cell,
) -> Vec<(Kind, Column)> {
    let empty = || Column { head: String::new(), cells: Vec::new(), count: 0, role: Role::Text };
    let mut columns: Vec<(Kind, Column)> = calls.iter().map(|call| (*call, empty())).collect();
    for row in rows {
        let Some(call) = row.within() else { continue };
        // One call to the reader: they differ in where the bytes come from.
        let call = if call == Kind::Sendfile { Kind::Send } else { call };
        let at = columns.iter().position(|(of, _)| *of == call).unwrap_or_else(|| {
            columns.push((call, empty()));
            columns.len() - 1
        });
        let column = &mut columns[at].1;
        column.count += 1;
        if column.cells.len() < room {
            column.cells.push(cell(&row.row()));
        }
    }
    columns
}

/// How many there can be in so many places of the screen.
pub(super) const fn most(places: usize) -> usize {
    // One letter and the gap behind it.
    places / 3 + 1
}

/// The columns with their headings.
pub(super) fn headed(columns: Vec<(Kind, Column)>) -> Body {
    let head = |(call, column): (Kind, Column)| {
        let head = (strings().engine.in_call)(call.name(), column.count);
        Column { head, ..column }
    };
    Body::Columns(columns.into_iter().map(head).collect())
}

/// All in one column.
pub(super) fn whole(rows: &[&TableRow], room: usize, cell: impl Fn(&Row) -> Cell) -> Column {
    let cells = rows.iter().take(room).map(|row| cell(&row.row())).collect();
    Column { head: String::new(), cells, count: rows.len(), role: Role::Program }
}

/// `fd 9, thread 4711`
fn sleeper(row: &Row) -> Cell {
    let say = &strings().engine;
    let fd = (say.fd)(row.fd);
    let short = row.fd.to_string();
    let Marks { comma, brackets, .. } = strings().marks;
    let numbered = |number: i32| format!("{fd}{}", brackets(&number.to_string()));
    match (row.by.tid(), row.by.pid()) {
        (Some(tid), _) => [format!("{fd}{comma}{}", (say.thread)(tid)), numbered(tid), short],
        (_, Some(pid)) => [format!("{fd}{comma}{}", (say.process)(pid)), numbered(pid), short],
        _ => [fd.clone(), fd, short],
    }
}

/// `fd 12, thread 4714: send = 1,290`
fn at_work(row: &Row) -> Cell {
    let [long, _, _] = sleeper(row);
    let fd = (strings().engine.fd)(row.fd);
    let does = match row.within {
        Some(kind) => kind.name().to_owned(),
        None => row.last_call(&result(row.last_ret), " = "),
    };
    let colon = strings().marks.colon;
    [format!("{long}{colon}{does}"), format!("{fd}{colon}{does}"), fd]
}
