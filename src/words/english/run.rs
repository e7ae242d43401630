//! What is said of a program that is traced.

use crate::words::places::run::Run;

pub(in crate::words) const ENGLISH: Run = Run {
    not_traced: |why| format!("The program cannot be traced: {why}."),
    no_program: |name| format!("There is no program {name}: give its path, or install it."),
    a_folder: |name| format!("{name} is a folder: name the program in it."),
    not_permitted: |name| {
        format!(
            "{name} may not be run or traced: make it executable, and see that nothing forbids \
             ptrace (kernel.yama.ptrace_scope below 3; in a container, the capability SYS_PTRACE)."
        )
    },
    of_32_bits: |name| {
        format!("{name} is a program of 32 bits, which cannot be traced: build it for 64.")
    },
    no_start: |name, why| format!("{name} cannot be run: {why}."),
    output_there: |path| {
        format!("{path} has something in it: choose another file, or empty it with --force.")
    },
    no_output: |path, why| format!("What the program writes cannot go to {path}: {why}."),
    exited: |name, code| format!("{name} has ended, with exit code {code}."),
    left: |name| format!("{name} runs on; it is traced no more."),
    killed: |name, signal| format!("{name} was ended by {signal}."),
    listens_not: "does not listen yet",
    delayed: |time| format!("each call held {time} or more"),
    no_source: "only the source of the servers built in is known here",
    is_another: "this is another program's server: only what it does is shown",
};
