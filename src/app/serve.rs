//! `epollscope`: a server with everything around it, and what shows it.

use std::io::{self, IsTerminal};

use super::dashboard::{self, Around};
use super::keep::keep;
use super::output::{Sentence, is_dumb, say};
use super::start::Prepared;
use super::{class, config, headless, log};
use crate::class::Classroom;
use crate::cli::{Cli, Demo};
use crate::clients::Clients;
use crate::compare;
use crate::dashboard::hosting::{Hosting, Way};
use crate::dashboard::{Lessons, NoChinese, Notice};
use crate::descriptors::Held;
use crate::record::anonymous::Private;
use crate::record::json::{Header, Origin};
use crate::record::log::Log;
use crate::server::Protocol;
use crate::settings::Merged;
use crate::telemetry::Command;
use crate::words::{plain, strings};

/// How many notices may wait for the dashboard.
const NOTICES: usize = 16;

/// Whether there is no dashboard.
pub(super) fn is_headless(cli: &Cli) -> bool {
    cli.headless || cli.quiet || !io::stdout().is_terminal()
}

/// Serves until a signal, the operator or the server itself ends it.
pub(super) fn run(
    merged: &Merged,
    refused: Option<NoChinese>,
    lessons: Lessons,
) -> Result<(), Sentence> {
    let cli = &merged.cli;
    compare::end_with_parent()?;
    let text = &strings().start;
    let headless = is_headless(cli);
    if !headless && is_dumb() {
        return Err(text.dumb_dashboard.into());
    }
    let mut notices: Vec<Notice> = refused.map(Notice::NoChinese).into_iter().collect();
    if let Some(mistake) = cli.mistake {
        notices.push(Notice::Mistake(mistake));
    }
    let descriptors = config::descriptors(cli.max_fds);
    let max_connections = config::connections(cli, descriptors, &mut notices);
    let Some(bind) = class::bind(cli, merged.is_given("bind"))? else { return Ok(()) };
    let cli = &Cli { bind, ..cli.clone() };
    let mut server = Prepared::new(cli)?;
    // What is opened up to its start is not the server's.
    let held = Held::all();

    // With a dashboard standard error is its screen.
    let (teller, told) = crossbeam_channel::bounded(NOTICES);
    let tell = move |notice: Notice| {
        if headless {
            say(&notice.text());
        } else {
            // Not when the dashboard has ended; what then is missing is told at the log's end.
            let _ = teller.try_send(notice);
        }
    };
    let header = Header {
        server: cli.server.name().into(),
        pid: std::process::id(),
        start: server.wall(),
        mistake: cli.mistake.map(|mistake| mistake.name().into()),
        part: false,
        origin: Some(Origin::here(class::told(std::env::args_os().skip(1)), false)),
    };
    let private = Private::default();
    if cli.class {
        private.begin();
    }
    let log = match &cli.log {
        Some(path) => {
            let way = (server.record(), server.control());
            Some(log::start(path, cli.force, &header, way, private.clone(), tell)?)
        }
        None => None,
    };
    let scribe = log.as_ref().map(Log::scribe);
    if headless {
        headless::end_cleanly(server.control(), scribe.clone())
            .map_err(|error| (text.no_signals)(&plain(&error)))?;
    }
    let screen = (!headless).then(|| server.screen());
    let lines = (headless && !cli.quiet).then(|| server.stream());
    let mut config = config::config(cli, max_connections, merged.args.clone());
    let class = if headless { None } else { class::of(cli)? };
    config.class = class.as_ref().map(|(class, _)| class.clone());
    config.suits_lessons = lessons.first.is_some();
    // Files need most of what connections leave.
    let quarter = usize::try_from(config::reserved(cli, descriptors) / 4).unwrap_or(0);
    config.max_refused = config.max_refused.min(quarter);
    let way = Way {
        door: config.door.clone(),
        beside: config.beside(),
        start: server.start_time(),
        private: private.clone(),
    };
    drop(held);
    let (server, stands) = server.start(config)?;
    let held = Held::all();
    let (addr, control) = (server.handle.addr, server.control.clone());
    notices.extend(moved(cli.port, addr.port()));
    let clients = Clients::start(addr, cli.protocol() != Protocol::Http)
        .map_err(|error| (text.no_clients)(&plain(&error)))?;
    let demo = cli.demo.clone();
    // The first client comes when all is open that is not the server's.
    let begin = move |clients: &Clients| {
        drop(held);
        drop(stands);
        match demo {
            None => {}
            Some(Demo::Mixed(count)) => clients.demo(count),
            Some(Demo::Of(kinds)) => {
                for (kind, count) in kinds {
                    clients.add(kind, count);
                }
            }
        }
    };

    let ended = if let Some(screen) = screen {
        let begin = Box::new(begin);
        let keep = keep(header, private);
        let hosting = class.map(|(class, wifi)| Hosting::new(Classroom { class, wifi, addr }, way));
        let around = Around { clients, begin, notices, told, log: scribe, keep, lessons, hosting };
        dashboard::run(merged, server, screen, around)
    } else {
        begin(&clients);
        headless::run(cli, server, lines, clients, &notices)
    };
    // Where the front end failed the server still runs, and the log waits for its end. One that
    // has ended needs no telling.
    let _ = control.send(Command::Shutdown);
    ended.and(log.map_or(Ok(()), log::completed))
}

/// Tells that the default port was not to be had.
fn moved(asked: Option<u16>, port: u16) -> Option<Notice> {
    let taken = crate::cli::PORT;
    (asked.is_none() && port != taken).then_some(Notice::PortMoved { taken, port })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    #[test]
    fn a_port_other_than_the_default_one_is_told_unless_it_was_asked_for() {
        let text = |asked, port| moved(asked, port).map(|notice| notice.text());
        assert!(text(None, cli::PORT + 1).unwrap().starts_with("Port 7890 is taken"));
        assert_eq!((text(None, cli::PORT), text(Some(1), 1)), (None, None));
    }
}
