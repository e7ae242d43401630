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
    no_keyboard: "--stdin takes a file or a pipe: a program that is traced cannot have the keyboard.",
    output_there: |path| {
        format!("{path} has something in it: choose another file, or empty it with --force.")
    },
    no_output: |path, why| format!("What the program writes cannot go to {path}: {why}."),
    exited: |name, code| format!("{name} has ended, with exit code {code}."),
    left: |name| format!("{name} runs on; it is traced no more."),
    killed: |name, signal| format!("{name} was ended by {signal}."),
    listens_not: "does not listen yet",
    delayed: |time| format!("each call held {time} or more"),
    the_program: "the program",
    no_line: "No call is known that a line of the program's own files has made: those of libraries are \
              not shown.",
    no_source: "The source is shown of what Python runs. For another program this would need its debug \
                information, which is not read here.",
    unknown_python: "The memory of this Python cannot be read: it needs CPython, 3.8 to 3.13 for \
                     certain.",
    without_python: "This epollscope was built without what reads the lines of Python programs (cargo \
                     feature python).",
    unreadable: |file, line, why| {
        format!("The call is made in line {line} of {file}, which cannot be shown: {why}.")
    },
    no_file: "it is no regular file",
    long_file: |most| format!("it is longer than {most}"),
    ours_writes_nothing: "only a program under `run` has output of its own",
    written_elsewhere: "what the program writes goes to the file of --output",
    is_another: "this is another program's server: only what it does is shown",
};
