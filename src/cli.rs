//! The command line: every flag, its default and its help text.

mod attach;
mod command;
mod compare;
mod export;
mod habits;
mod lesson;
mod log;
mod pages;
mod parse;
mod replay;
mod run;
mod values;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

pub use attach::Attach;
use clap::{Args, Parser, ValueEnum};
pub use command::Command;
pub use compare::Compare;
use encoding_rs::Encoding;
pub use export::{Export, Format, Pictures, Presses};
pub use habits::{Habit, Kind, Of, habits};
pub use lesson::Lesson;
pub use log::Log;
pub use pages::{completions, man, markdown};
pub use parse::{Parsed, command_first, parse};
pub use replay::Replay;
pub use run::Run;
use values::{demo, encoding, handler, history, ip, mistake, nap, server_kind, trigger};

use crate::class::{BadWifi, Wifi};
use crate::clients::ClientKind;
use crate::dashboard::theme::ThemeChoice;
use crate::server::{Mistake, Protocol, Trigger};
use crate::telemetry::{Asks, BUDGET, ServerKind};
use crate::words::strings;

/// The port when none is asked for.
pub const PORT: u16 = 7890;

const EXAMPLES: &str = "\
Examples:
  epollscope --demo                  the built-in pages, with clients to look at
  epollscope ~/site                  serve a folder
  epollscope --bind 0.0.0.0 ~/site   let the whole network in
  epollscope --headless --log run.jsonl
                                     no dashboard: events as text, and as a log
  epollscope compare epoll-et poll --idle 900
                                     the same load on both, and what it cost each
  epollscope compare poll epoll --split
                                     both at once, side by side
  epollscope lesson 6                level and edge, with a class
  epollscope run python3 server.py   your own server, or any program
  epollscope attach nginx            a server that runs, looked at from outside
  epollscope replay run.jsonl        what --log has written, played on the dashboard
  epollscope export run.jsonl --to csv -o run.csv
                                     the same as a table of its connections
  epollscope export run.jsonl --to html -o run.html
                                     the same as a page that plays it in a browser
  epollscope export run.jsonl --to perfetto -o run.json
                                     the same as a time line for Perfetto
  epollscope textbook epoll > server.py
                                     the same server as a short program in Python";

/// An oscilloscope for an event loop: a live epoll HTTP server, and what it does at every turn.
#[derive(Parser, Clone, Debug)]
#[command(name = "epollscope", version, about, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, subcommand_value_name = "COMMAND")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Cli {
    /// The folder to serve; without it, the pages that are built in.
    #[arg(value_name = "ROOT")]
    pub root: Option<PathBuf>,

    /// The address to listen on; 0.0.0.0 or :: for the whole network.
    #[arg(long, value_name = "ADDR", default_value_t = Ipv4Addr::LOCALHOST.into(), value_parser = ip)]
    #[arg(help_heading = "Server")]
    pub bind: IpAddr,

    /// The port to listen on, 0 for any free one [default: 7890, or the next one that is free].
    #[arg(short, long, value_name = "N", help_heading = "Server")]
    pub port: Option<u16>,

    /// Which server; the key v changes it live.
    #[arg(short, long, value_name = "NAME", default_value_t, value_parser = server_kind())]
    #[arg(help_heading = "Server")]
    pub server: ServerKind,

    /// When --server epoll is told of an fd that is ready.
    #[arg(long, value_name = "NAME", default_value = Trigger::default().name())]
    #[arg(value_parser = trigger(), help_heading = "Server")]
    pub trigger: Trigger,

    /// How long --server scan sleeps between two rounds, up to 60; 0 for not at all.
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = nap)]
    #[arg(help_heading = "Server")]
    pub nap: Duration,

    /// Receive until there is nothing left, or once for each event.
    #[arg(long, value_name = "on|off", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = Switch::On, help_heading = "Server")]
    pub drain: Switch,

    /// Accept everybody who waits, or one client for each event.
    #[arg(long, value_name = "all|one", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = Accept::All, help_heading = "Server")]
    pub accept: Accept,

    /// Watch standard input too: its lines are told, and the line quit ends the server. On scan,
    /// select, poll, epoll and epoll-et; with the dashboard, which takes the keyboard, from a pipe.
    #[arg(long, help_heading = "Server")]
    pub stdin: bool,

    /// Do something WRONG on purpose, to see what comes of it.
    #[arg(long, value_name = "NAME", value_parser = mistake(), help_heading = "Server")]
    pub mistake: Option<Mistake>,

    /// What to speak: HTTP, or send back what comes, shown as text.
    #[arg(long, value_name = "NAME", value_enum, default_value_t, help_heading = "Server")]
    pub protocol: ProtocolName,

    /// The encoding in which --protocol echo shows what comes: utf-8, gb18030, latin1, …
    #[arg(long, value_name = "NAME", default_value = "utf-8", value_parser = encoding)]
    #[arg(help_heading = "Server")]
    pub encoding: &'static Encoding,

    /// How many connections may wait to be accepted (the kernel caps it at net.core.somaxconn).
    #[arg(long, value_name = "N", default_value_t = 1024, help_heading = "Server")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=i64::from(i32::MAX)))]
    pub backlog: u32,

    /// How many connections may be open; over that a client gets a 503.
    #[arg(long, value_name = "N", default_value_t = 10_000, help_heading = "Limits")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,

    /// How many descriptors the program may have open, as by ulimit -n; at most what is allowed.
    #[arg(long, value_name = "N", help_heading = "Limits")]
    #[arg(value_parser = clap::value_parser!(u64).range(24..))]
    pub max_fds: Option<u64>,

    /// How many connections one address may have; over that a client gets a 503; 0 for any number.
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Limits")]
    pub max_per_address: u32,

    /// How long a request's line and header section may be together; over that it gets a 431.
    #[arg(long, value_name = "BYTES", default_value_t = 16 * 1024, help_heading = "Limits")]
    #[arg(value_parser = clap::value_parser!(u32).range(64..=1024 * 1024))]
    pub max_header: u32,

    /// How many header lines a request may have; over that it gets a 431.
    #[arg(long, value_name = "N", default_value_t = 100, help_heading = "Limits")]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=100))]
    pub max_header_lines: u8,

    /// How long a request's body may be; over that it gets a 413.
    #[arg(long, value_name = "BYTES", default_value_t = 1024 * 1024, help_heading = "Limits")]
    pub max_body: u64,

    /// Close a connection through which nothing has gone for that long; 0 for never.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, help_heading = "Limits")]
    pub idle_timeout: u32,

    /// Answer 408 and close when a request's head takes longer than that; 0 for never.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, help_heading = "Limits")]
    pub header_timeout: u32,

    /// Close when a request's body takes longer than that; 0 for never.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, help_heading = "Limits")]
    pub body_timeout: u32,

    /// Reset a client that takes nothing of its answer for that long; 0 for never.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, help_heading = "Limits")]
    pub write_timeout: u32,

    /// Whether a connection serves more than one request.
    #[arg(long, value_name = "on|off", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = Switch::On, help_heading = "Sockets")]
    pub keep_alive: Switch,

    /// The same as --keep-alive off.
    #[arg(long, conflicts_with = "keep_alive", help_heading = "Sockets")]
    pub close_after_response: bool,

    /// Send a short segment at once, also while others are unacknowledged (no Nagle algorithm).
    #[arg(long, value_name = "on|off", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = Switch::On, help_heading = "Sockets")]
    pub nodelay: Switch,

    /// Let the head of a long answer wait for its body, so that both share a segment; of more than
    /// 2 MiB it goes ahead.
    #[arg(long, value_name = "on|off", value_enum, hide_possible_values = true)]
    #[arg(default_value_t = Switch::On, help_heading = "Sockets")]
    pub cork: Switch,

    /// How much one recv may bring.
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024, help_heading = "Sockets")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=16 * 1024 * 1024))]
    pub read_buffer: u32,

    /// How much the kernel keeps of what a client has not taken (`SO_SNDBUF`); without it, the kernel chooses.
    #[arg(long, value_name = "BYTES", help_heading = "Sockets")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=64 * 1024 * 1024))]
    pub write_buffer: Option<u32>,

    /// How many calls one connection may cost in a turn, before the others get theirs.
    #[arg(long, value_name = "CALLS", default_value_t = BUDGET, help_heading = "Server")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub budget: u32,

    /// With --server blocking: end when one connection was served.
    #[arg(long, help_heading = "Server")]
    pub once: bool,

    /// How much stack each thread of --server threads gets.
    #[arg(long, value_name = "BYTES", default_value_t = STACK, help_heading = "Server")]
    #[arg(value_parser = clap::value_parser!(u32).range(32 * 1024..=64 * 1024 * 1024))]
    pub stack_size: u32,

    /// Show what is in a folder that has no index.html.
    #[arg(long, help_heading = "Server")]
    pub list: bool,

    /// Serve names that begin with a dot too.
    #[arg(long, help_heading = "Server")]
    pub hidden: bool,

    /// Answer GET /slow?ms=N by a handler that blocks the loop that long; so by itself with --demo.
    #[arg(long, help_heading = "Server")]
    pub demo_routes: bool,

    /// Where slow handlers run: inline on the loop, or offload[=THREADS] to a small pool.
    #[arg(long, value_name = "inline|offload", default_value = "inline", value_parser = handler)]
    #[arg(help_heading = "Server")]
    pub handler: Handler,

    /// Answer GET /-/metrics with the totals, for Prometheus.
    #[arg(long, help_heading = "Server")]
    pub metrics: bool,

    /// Let a class join with telephones: they raise hands, vote, and are rows of the table. Asks once on
    /// which address, unless --bind says so; the key Y shows the code to join by.
    #[arg(long, help_heading = "Class")]
    pub class: bool,

    /// The name of a wireless network, for a second code with which telephones get into it.
    #[arg(long, value_name = "NAME", help_heading = "Class")]
    pub wifi_name: Option<String>,

    /// The password of that network.
    #[arg(long, value_name = "PASSWORD", requires = "wifi_name", help_heading = "Class")]
    pub wifi_password: Option<String>,

    /// Start built-in clients: 12 of all kinds, or so many; or of each kind named, idle=500,steady=4.
    #[arg(long, value_name = "CLIENTS", num_args = 0..=1, default_missing_value = "12")]
    #[arg(value_parser = demo)]
    pub demo: Option<Demo>,

    /// No dashboard: print the events as text. So by itself when stdout is not a terminal.
    #[arg(long, help_heading = "Output")]
    pub headless: bool,

    /// No dashboard, and print nothing but the address.
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,

    /// Write every event to FILE, a line of JSON each.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub log: Option<PathBuf>,

    /// Empty the FILE of --log if there is something in it.
    #[arg(long, requires = "log", help_heading = "Output")]
    pub force: bool,

    /// The colours; auto asks the terminal, and takes mono where the environment asks for no
    /// colour.
    #[arg(long, value_name = "NAME", value_enum, default_value_t, help_heading = "Dashboard")]
    pub theme: ThemeChoice,

    /// Draw at most N frames a second.
    #[arg(long, value_name = "N", default_value_t = 30, help_heading = "Dashboard")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=120))]
    pub fps: u16,

    /// Leave the mouse to the terminal, for copying.
    #[arg(long, help_heading = "Dashboard")]
    pub no_mouse: bool,

    /// How much of the last minutes is kept, to step back in: 1MiB or more; 0 for nothing.
    #[arg(long, value_name = "BYTES", default_value = "64MiB", value_parser = history)]
    #[arg(help_heading = "Dashboard")]
    pub history: usize,

    /// Do not ask before connections are dropped, before --class opens the server, or before the program
    /// ends.
    #[arg(short, long, help_heading = "Dashboard")]
    pub yes: bool,

    /// Draw with ASCII only; so by itself where the locale is not UTF-8.
    #[arg(long, help_heading = "Output")]
    pub ascii: bool,

    /// The language: auto takes that of the locale's messages. The key L changes it live.
    #[arg(long, value_name = "auto|en|zh", value_enum, hide_possible_values = true)]
    #[arg(default_value_t, global = true, help_heading = "Output")]
    pub lang: Lang,
    /// Where the settings are.
    #[command(flatten)]
    pub settings: SettingsFile,

    /// Something else than to serve.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Which settings file is read.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsFile {
    /// Read the settings in FILE [default: ~/.config/epollscope/config.toml, where there is one].
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    pub config: Option<PathBuf>,

    /// Read no settings file.
    #[arg(long, conflicts_with = "config", help_heading = "Settings")]
    pub no_config: bool,
}

/// Which built-in clients are there from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demo {
    /// So many of all kinds.
    Mixed(usize),
    /// So many of each of these.
    Of(Vec<(ClientKind, usize)>),
}

impl Demo {
    /// How many they are.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Mixed(count) => *count,
            Self::Of(kinds) => kinds.iter().map(|(_, count)| count).sum(),
        }
    }
}

/// How much is kept to go back to, where nothing is asked for.
pub const HISTORY: usize = 64 << 20;

/// The stack of a thread, where none is asked for.
const STACK: u32 = 64 * 1024;

/// Where handlers run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    /// On the loop.
    Inline,
    /// On so many threads of their own.
    Offload(usize),
}

/// What can be switched.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Done.
    On,
    /// Not done.
    Off,
}

impl Cli {
    /// How many threads run handlers beside the loop.
    #[must_use]
    pub fn handler_threads(&self) -> usize {
        match self.handler {
            Handler::Inline => 0,
            Handler::Offload(threads) => threads,
        }
    }
}

impl Switch {
    /// Whether it is on.
    #[must_use]
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}

/// Whom an event lets in.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accept {
    /// Everybody who waits.
    All,
    /// One client.
    One,
}

/// The names of `--lang`.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lang {
    /// That of the locale.
    #[default]
    Auto,
    /// English.
    En,
    /// Chinese.
    #[value(aliases = ["zh-CN", "zh_CN", "zh-Hans", "zh-hans", "zh-cn"])]
    Zh,
}

/// The names of `--protocol`.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ProtocolName {
    /// HTTP/1.1.
    #[default]
    Http,
    /// Send back what comes.
    Echo,
}

impl Cli {
    /// What clap cannot know: which flags go with which server. Only what was `given` on the command
    /// line is asked about: a habit waits for the server that it is for. `keyboard` says that standard
    /// input is a terminal.
    ///
    /// # Errors
    /// One sentence.
    pub fn check(
        &self,
        given: impl Fn(&str) -> bool,
        headless: bool,
        keyboard: bool,
    ) -> Result<(), String> {
        let loops = matches!(self.server.asks(), Asks::Each | Asks::List | Asks::Interest);
        let (server, text) = (self.server, &strings().cli);
        if self.once && self.server != ServerKind::Blocking {
            return Err(text.once.into());
        }
        if self.handler_threads() > 0 && !loops && given("handler") {
            return Err((text.offload)(server));
        }
        if self.mistake.is_some() && !loops {
            return Err((text.mistake)(server));
        }
        if self.stdin && !loops {
            return Err((text.stdin)(server));
        }
        // What would be taken and then ignored.
        let idle = [
            ("trigger", ServerKind::Epoll, self.trigger != Trigger::default()),
            ("nap", ServerKind::Scan, !self.nap.is_zero()),
            ("stack-size", ServerKind::Threads, self.stack_size != STACK),
        ];
        for (option, only, unusual) in idle {
            if unusual && server != only && given(option) {
                return Err((text.only_for)(&format!("--{option}"), only, server));
            }
        }
        let of_loops = [
            ("drain", "--drain off", self.drain == Switch::Off && !loops),
            ("accept", "--accept one", self.accept == Accept::One && !loops),
            ("budget", "--budget", self.budget != BUDGET && server.asks() == Asks::Sleeps),
        ];
        for (name, option, idle) in of_loops {
            if idle && given(name) {
                return Err((text.of_loops)(option, server));
            }
        }
        let echo = self.protocol == ProtocolName::Echo;
        if self.encoding != encoding_rs::UTF_8 && !echo && given("encoding") {
            return Err(text.only_echo.into());
        }
        if self.class && echo {
            return Err(text.class_echo.into());
        }
        if self.class && headless {
            return Err(text.class_headless.into());
        }
        self.wifi()?;
        if self.stdin && !headless && keyboard {
            return Err(text.keyboard.into());
        }
        Ok(())
    }

    /// The hotspot that a class gets into first, if one is named.
    ///
    /// # Errors
    /// It cannot have that name or password; in a sentence.
    pub fn wifi(&self) -> Result<Option<Wifi>, String> {
        let Some(name) = &self.wifi_name else { return Ok(None) };
        let made = Wifi::new(name, self.wifi_password.as_deref());
        made.map(Some).map_err(|bad| {
            let option = match bad {
                BadWifi::Name => "--wifi-name",
                BadWifi::Password => "--wifi-password",
            };
            let marks = &strings().marks;
            format!("{option}{}{bad}{}", marks.colon, marks.stop)
        })
    }

    /// What the server is to speak.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        match self.protocol {
            ProtocolName::Http => Protocol::Http,
            ProtocolName::Echo => Protocol::Echo(self.encoding),
        }
    }
}

/// A time limit as a duration; `None` for never.
#[must_use]
pub fn limit(seconds: u32) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests;
