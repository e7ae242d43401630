//! `epollscope attach`: a process that runs, looked at from outside.

use std::io::{self, BufRead as _, ErrorKind, IsTerminal as _, Write as _};
use std::process::ExitCode;

use super::output::{Sentence, end, is_dumb, print, say};
use super::run;
use crate::attach::{Family, NotFound, Watcher, find, report};
use crate::cli;
use crate::dashboard::attached::{self, Setup};
use crate::dashboard::theme::Change;
use crate::trace;
use crate::words::{clean, locale, plain, strings};

/// Looks at it: once, or until the operator quits.
pub(super) fn attach(args: &cli::Attach, colours: &[Change]) -> ExitCode {
    let headless = args.headless || !io::stdout().is_terminal();
    if !headless && is_dumb() {
        say(strings().start.dumb_dashboard);
        return ExitCode::FAILURE;
    }
    end(look(args, colours, headless))
}

fn look(args: &cli::Attach, colours: &[Change], headless: bool) -> Result<(), Sentence> {
    let family = family(&args.target, headless)?;
    permitted(&args.target, &family)?;
    let failed = |error: io::Error| (strings().attach.failed)(&shown(&args.target), &plain(&error));
    // As it was asked for; by its number, as the kernel calls it.
    let name = match family.first() {
        Some(first) if args.target == first.pid.to_string() => clean(first.name.as_bytes()),
        _ => shown(&args.target),
    };
    if args.calls {
        return calls(args, &family, name, colours, headless);
    }
    if headless {
        let look = Watcher::once(family).map_err(failed)?;
        let ascii = args.ascii || !locale::is_utf8();
        return print(report::text(&look, &name, ascii).as_bytes());
    }
    let watcher = Watcher::start(family).map_err(failed)?;
    let setup =
        Setup { name, watcher, theme: args.theme, colours: colours.to_vec(), ascii: args.ascii };
    attached::run(setup).map_err(|error| (strings().start.dashboard_ended)(&plain(&error)))
}

/// Traces the calls of the one process that is meant, on the dashboard of `run`.
fn calls(
    args: &cli::Attach,
    family: &Family,
    name: String,
    colours: &[Change],
    headless: bool,
) -> Result<(), Sentence> {
    let (text, target) = (&strings().attach, shown(&args.target));
    // By its number one is meant, whoever has come from it.
    let others = family.members.len().saturating_sub(1);
    if others > 0 && args.target != family.head.to_string() {
        return Err((text.one_process)(&target, others));
    }
    let program = format!("/proc/{}/exe", family.head);
    if let Err(error) = trace::find(program.as_ref())
        && error.kind() == ErrorKind::Unsupported
    {
        return Err((strings().run.of_32_bits)(&target));
    }
    let as_run = cli::Run {
        headless,
        quiet: false,
        log: args.log.clone(),
        force: args.force,
        output: None,
        stdin: false,
        theme: args.theme,
        no_mouse: args.no_mouse,
        history: args.history,
        ascii: args.ascii,
        settings: args.settings.clone(),
        command: vec![name.into()],
    };
    run::attach(&as_run, family.head, colours, headless, |error| match error.kind() {
        ErrorKind::PermissionDenied => (text.not_traced)(&target),
        ErrorKind::ResourceBusy => (text.traced_already)(&target),
        ErrorKind::NotFound => (text.nobody)(&target),
        _ if error.raw_os_error() == Some(nix::libc::ESRCH) => (text.nobody)(&target),
        _ => (text.failed)(&target, &plain(error)),
    })
}

fn shown(target: &str) -> String {
    clean(target.as_bytes())
}

/// Whom the words mean; where there are several, who is meant is asked for.
fn family(target: &str, headless: bool) -> Result<Family, Sentence> {
    let text = &strings().attach;
    let name = shown(target);
    let mut several = match find(target) {
        Ok(family) => return Ok(family),
        Err(NotFound::Nobody) => return Err((text.nobody)(&name)),
        Err(NotFound::Inside(here)) => {
            let here: Vec<String> = here.iter().map(ToString::to_string).collect();
            return Err((text.inside)(&name, &here.join(", ")));
        }
        Err(NotFound::Kernel) => return Err((text.kernel)(&name)),
        Err(NotFound::Own) => return Err((text.own)(&name)),
        Err(NotFound::Several(several)) => several,
    };
    let mut question = (text.several)(&name) + "\n";
    for (place, family) in several.iter().enumerate() {
        let command = family.first().map(report::command).unwrap_or_default();
        question += &(text.one_of)(place + 1, family.head, family.members.len(), &command);
        question.push('\n');
    }
    let asks = !headless && io::stdin().is_terminal();
    if asks {
        question += &(text.which)(several.len());
    }
    // Standard error may be closed; then nobody is asked.
    let _ = io::stderr().write_all(question.as_bytes());
    let _ = io::stderr().flush();
    let mut answer = String::new();
    if asks && io::stdin().lock().read_line(&mut answer).is_ok() {
        let place = answer.trim().parse::<usize>().ok();
        let named = |family: &Family| answer.trim() == family.head.to_string();
        let place = place
            .and_then(|place| place.checked_sub(1))
            .filter(|place| *place < several.len())
            .or_else(|| several.iter().position(named));
        if let Some(place) = place {
            return Ok(several.swap_remove(place));
        }
    }
    Err((text.choose)(&name))
}

/// Whether the descriptors of one of them may be seen.
fn permitted(target: &str, family: &Family) -> Result<(), Sentence> {
    let mut denied = None;
    for process in &family.members {
        match std::fs::read_dir(format!("/proc/{}/fd", process.pid)) {
            Ok(_) => return Ok(()),
            Err(error) => denied = Some(error),
        }
    }
    let (text, name) = (&strings().attach, shown(target));
    Err(match denied {
        Some(error) if error.kind() == ErrorKind::PermissionDenied => (text.not_permitted)(&name),
        Some(error) if error.kind() != ErrorKind::NotFound => (text.failed)(&name, &plain(&error)),
        _ => (text.nobody)(&name),
    })
}
