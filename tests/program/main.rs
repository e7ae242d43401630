//! The real program: what it prints, how it starts and ends, what it does with its streams.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/program.rs"]
mod program;
#[path = "../common/terminal.rs"]
mod terminal;
#[path = "../common/tools.rs"]
mod tools;

mod cli;
mod ending;
mod export;
mod headless;
mod log;
mod perfetto;
mod recorded;
mod refused;
mod replay;
mod report;
mod settings;
mod split;
mod starts;
mod stdin;
