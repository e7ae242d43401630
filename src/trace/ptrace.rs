//! The requests of ptrace(2) by which a thread is let go and asked at which call it stands: nix knows
//! neither the signals above 31 nor how to read what it is told.

#![expect(unsafe_code, reason = "ptrace(2) takes what each request means by its numbers")]

use std::io;
use std::mem::MaybeUninit;

use nix::libc;

/// How a stopped thread goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Go {
    /// To the next call that the filter names.
    On,
    /// To the return of the call that it is about to make.
    ToReturn,
    /// It stays stopped, as its own process's job control has it (`PTRACE_LISTEN`).
    Stay,
    /// It runs on, and is traced no more.
    Away,
}

/// At which end of a call a thread stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stands {
    /// Before it: its number, its arguments, and where in the program it is made.
    Before(i64, [u64; 6], u64),
    /// After it: what the kernel returned, as a negative error number where it failed.
    After(i64),
    /// At neither.
    Elsewhere,
}

/// Lets a thread go on, and hands it a signal where that is not 0.
///
/// # Errors
/// The thread is not stopped, or is gone.
pub(super) fn go(tid: i32, how: Go, signal: i32) -> io::Result<()> {
    let request = match how {
        Go::On => libc::PTRACE_CONT,
        Go::ToReturn => libc::PTRACE_SYSCALL,
        Go::Stay => libc::PTRACE_LISTEN,
        Go::Away => libc::PTRACE_DETACH,
    };
    // SAFETY: None of these requests reads or writes memory of this process: the third argument is
    // not looked at, the fourth is a number.
    let done = unsafe { libc::ptrace(request, tid, 0usize, i64::from(signal)) };
    if done == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// At which end of which call a stopped thread stands (`PTRACE_GET_SYSCALL_INFO`).
///
/// # Errors
/// The thread is not stopped, or is gone.
pub(super) fn stands(tid: i32) -> io::Result<Stands> {
    let mut info = MaybeUninit::<libc::ptrace_syscall_info>::zeroed();
    let size = size_of::<libc::ptrace_syscall_info>();
    // SAFETY: The kernel writes at most `size` bytes to `info`, which has as many.
    let done = unsafe { libc::ptrace(libc::PTRACE_GET_SYSCALL_INFO, tid, size, info.as_mut_ptr()) };
    if done == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: It consists of numbers, for which every pattern of bits is one, and all of it was
    // written: by the kernel, or before.
    let info = unsafe { info.assume_init() };
    let place = info.instruction_pointer;
    // SAFETY: `op` says which member of the union the kernel has filled in; all are of numbers.
    Ok(unsafe {
        match info.op {
            libc::PTRACE_SYSCALL_INFO_SECCOMP => {
                Stands::Before(info.u.seccomp.nr.cast_signed(), info.u.seccomp.args, place)
            }
            libc::PTRACE_SYSCALL_INFO_ENTRY => {
                Stands::Before(info.u.entry.nr.cast_signed(), info.u.entry.args, place)
            }
            libc::PTRACE_SYSCALL_INFO_EXIT => Stands::After(info.u.exit.sval),
            _ => Stands::Elsewhere,
        }
    })
}
