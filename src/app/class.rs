//! `--class`: on which address a class is let in, which is asked once; and what it joins by.

use std::ffi::OsString;
use std::io::{self, BufRead, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr};

use super::output::Sentence;
use crate::class::{Class, Code, Interface, Wifi, interfaces};
use crate::cli::Cli;
use crate::server::Protocol;
use crate::words::{plain, strings};

/// The class, let in where that is asked for, and the hotspot that its telephones get into first. `None`
/// where there can be none.
pub(super) fn of(cli: &Cli) -> Result<Option<(Class, Option<Wifi>)>, Sentence> {
    if cli.protocol() != Protocol::Http {
        return Ok(None);
    }
    let say = &strings().class;
    let wifi = cli.wifi()?;
    let made = match Code::new() {
        Ok(code) if cli.class => Some(Class::open(code)),
        Ok(code) => Some(Class::new(code)),
        Err(error) if cli.class => return Err((say.no_random)(&plain(&error))),
        Err(_) => None,
    };
    Ok(made.map(|class| (class, wifi)))
}

/// Where a server for a class listens: where the command line says so, else where the operator does.
/// `None` when they would rather not.
pub(super) fn bind(cli: &Cli, is_given: bool) -> Result<Option<IpAddr>, Sentence> {
    if !cli.class || is_given {
        return Ok(Some(cli.bind));
    }
    let say = &strings().class;
    let any = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let mut found = interfaces::list().unwrap_or_default();
    found.retain(|way| way.leads_to(any));
    if cli.yes {
        return Ok(Some(any));
    }
    if !io::stdin().is_terminal() {
        return Err(say.say_bind.to_owned());
    }
    let mut out = io::stdout().lock();
    let mut text = String::new();
    if found.is_empty() {
        text += say.no_network;
    } else {
        text += say.lets_in;
        for Interface { name, addr, .. } in &found {
            text += &format!("\n    {addr}  {name}");
        }
    }
    text += "\n";
    loop {
        text += say.asks;
        text += " ";
        // Where it cannot be asked nothing is opened.
        let asked = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        text.clear();
        let mut answer = String::new();
        if asked.is_err() || !matches!(io::stdin().lock().read_line(&mut answer), Ok(1..)) {
            return Ok(None);
        }
        match answer.trim().to_lowercase().as_str() {
            "" | "y" | "yes" | "是" => return Ok(Some(any)),
            "l" => return Ok(Some(cli.bind)),
            "n" | "no" | "q" | "否" => return Ok(None),
            _ => {}
        }
    }
}

/// A command line as a log has it: a password is nobody else's.
pub(super) fn told(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    const PASSWORD: &str = "--wifi-password";
    let mut is_password = false;
    let tell = |arg: OsString| {
        let hides = std::mem::replace(&mut is_password, arg == PASSWORD);
        let text = arg.to_string_lossy();
        match text.strip_prefix(PASSWORD) {
            _ if hides => "*".into(),
            Some(rest) if rest.starts_with('=') => format!("{PASSWORD}=*").into(),
            _ => arg,
        }
    };
    args.map(tell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_in_no_log() {
        let told = |line: &str| {
            let told = told(line.split(' ').map(Into::into));
            told.join(std::ffi::OsStr::new(" ")).into_string().unwrap()
        };
        let line = "--class --wifi-name n --wifi-password secret --port 1";
        assert_eq!(told(line), line.replace("secret", "*"));
        assert_eq!(told("--wifi-password=secret --class"), "--wifi-password=* --class");
        assert_eq!(told("--class ~/site"), "--class ~/site");
    }
}
