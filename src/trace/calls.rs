//! Which system calls a traced program is stopped at: their numbers, and the filter by which the kernel
//! stops it at these and at no others (seccomp(2)).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use nix::libc::{self, c_long};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};

use crate::telemetry::{Form, Kind};

/// `FIONBIO` of ioctl(2): a descriptor's calls no longer sleep.
pub(super) const FIONBIO: u64 = libc::FIONBIO;

/// The commands of fcntl(2) that copy a descriptor or change whether its calls sleep.
pub(super) const FCNTLS: [(u64, &str); 3] = [
    (libc::F_DUPFD as u64, "F_DUPFD"),
    (libc::F_DUPFD_CLOEXEC as u64, "F_DUPFD_CLOEXEC"),
    (libc::F_SETFL as u64, "F_SETFL"),
];

/// The calls by their numbers on this machine.
const NUMBERS: &[(c_long, Form)] = &[
    (libc::SYS_accept, Form::Accept),
    (libc::SYS_accept4, Form::Accept4),
    (libc::SYS_bind, Form::Bind),
    (libc::SYS_clock_nanosleep, Form::ClockNanosleep),
    (libc::SYS_close, Form::Close),
    (libc::SYS_close_range, Form::CloseRange),
    (libc::SYS_connect, Form::Connect),
    (libc::SYS_dup, Form::Dup),
    (libc::SYS_dup3, Form::Dup3),
    (libc::SYS_epoll_create1, Form::EpollCreate1),
    (libc::SYS_epoll_ctl, Form::EpollCtl),
    (libc::SYS_epoll_pwait, Form::EpollPwait),
    (libc::SYS_epoll_pwait2, Form::EpollPwait2),
    (libc::SYS_eventfd2, Form::Eventfd2),
    (libc::SYS_fcntl, Form::Fcntl),
    (libc::SYS_io_uring_enter, Form::IoUringEnter),
    (libc::SYS_io_uring_setup, Form::IoUringSetup),
    (libc::SYS_ioctl, Form::Ioctl),
    (libc::SYS_listen, Form::Listen),
    (libc::SYS_nanosleep, Form::Nanosleep),
    (libc::SYS_pipe2, Form::Pipe2),
    (libc::SYS_ppoll, Form::Ppoll),
    (libc::SYS_preadv2, Form::Preadv2),
    (libc::SYS_pselect6, Form::Pselect6),
    (libc::SYS_pwritev2, Form::Pwritev2),
    (libc::SYS_read, Form::Read),
    (libc::SYS_readv, Form::Readv),
    (libc::SYS_recvfrom, Form::Recvfrom),
    (libc::SYS_recvmmsg, Form::Recvmmsg),
    (libc::SYS_recvmsg, Form::Recvmsg),
    (libc::SYS_restart_syscall, Form::RestartSyscall),
    (libc::SYS_sendfile, Form::Sendfile),
    (libc::SYS_sendmmsg, Form::Sendmmsg),
    (libc::SYS_sendmsg, Form::Sendmsg),
    (libc::SYS_sendto, Form::Sendto),
    (libc::SYS_setsockopt, Form::Setsockopt),
    (libc::SYS_shutdown, Form::Shutdown),
    (libc::SYS_signalfd4, Form::Signalfd4),
    (libc::SYS_socket, Form::Socket),
    (libc::SYS_socketpair, Form::Socketpair),
    (libc::SYS_splice, Form::Splice),
    (libc::SYS_timerfd_create, Form::TimerfdCreate),
    (libc::SYS_timerfd_settime, Form::TimerfdSettime),
    (libc::SYS_wait4, Form::Wait4),
    (libc::SYS_waitid, Form::Waitid),
    (libc::SYS_write, Form::Write),
    (libc::SYS_writev, Form::Writev),
];

/// The old ones, which newer machines have no more.
#[cfg(target_arch = "x86_64")]
const OLD: &[(c_long, Form)] = &[
    (libc::SYS_dup2, Form::Dup2),
    (libc::SYS_epoll_create, Form::EpollCreate),
    (libc::SYS_epoll_wait, Form::EpollWait),
    (libc::SYS_eventfd, Form::Eventfd),
    (libc::SYS_pipe, Form::Pipe),
    (libc::SYS_poll, Form::Poll),
    (libc::SYS_select, Form::Select),
    (libc::SYS_signalfd, Form::Signalfd),
];
#[cfg(not(target_arch = "x86_64"))]
const OLD: &[(c_long, Form)] = &[];

fn all() -> impl Iterator<Item = (c_long, Form)> {
    NUMBERS.iter().chain(OLD).copied()
}

/// The calls by their numbers, to be looked up at each stop.
#[derive(Debug)]
pub(super) struct Numbers(Vec<Option<Form>>);

impl Default for Numbers {
    fn default() -> Self {
        let most = all().map(|(number, _)| number).max().unwrap_or_default();
        let mut forms = vec![None; usize::try_from(most + 1).unwrap_or_default()];
        for (number, form) in all() {
            if let Ok(number) = usize::try_from(number) {
                forms[number] = Some(form);
            }
        }
        Self(forms)
    }
}

impl Numbers {
    /// The call with that number; `None` for one at which nobody is stopped.
    pub(super) fn form(&self, number: i64) -> Option<Form> {
        *self.0.get(usize::try_from(number).ok()?)?
    }
}

/// The call with that number on this machine, if it is one that is told here.
#[must_use]
pub fn call_numbered(number: i64) -> Option<Form> {
    static NUMBERS: LazyLock<Numbers> = LazyLock::new(Numbers::default);
    NUMBERS.form(number)
}

/// Whether its first argument is a descriptor.
#[must_use]
pub fn begins_with_fd(form: Form) -> bool {
    !matches!(
        form,
        Form::ClockNanosleep
            | Form::CloseRange
            | Form::EpollCreate
            | Form::EpollCreate1
            | Form::Eventfd
            | Form::Eventfd2
            | Form::IoUringSetup
            | Form::Nanosleep
            | Form::Pipe
            | Form::Pipe2
            | Form::Poll
            | Form::Ppoll
            | Form::Pselect6
            | Form::RestartSyscall
            | Form::Select
            | Form::Socket
            | Form::Socketpair
            | Form::TimerfdCreate
            | Form::Wait4
            | Form::Waitid
    )
}

/// As what a call on a socket is shown; on anything else, reading and writing is [`Kind::Other`].
pub(super) fn kind(form: Form) -> Kind {
    match form {
        Form::Accept | Form::Accept4 => Kind::Accept,
        Form::ClockNanosleep | Form::Nanosleep => Kind::Nap,
        Form::Close => Kind::Close,
        Form::EpollCreate | Form::EpollCreate1 => Kind::EpollCreate,
        Form::EpollCtl => Kind::EpollCtl,
        Form::EpollWait | Form::EpollPwait | Form::EpollPwait2 => Kind::EpollWait,
        Form::Listen => Kind::Listen,
        Form::Poll | Form::Ppoll => Kind::Poll,
        Form::Select | Form::Pselect6 => Kind::Select,
        Form::Preadv2 | Form::Read | Form::Readv | Form::Recvfrom | Form::Recvmsg => Kind::Recv,
        Form::Pwritev2 | Form::Sendmsg | Form::Sendto | Form::Write | Form::Writev => Kind::Send,
        Form::Sendfile => Kind::Sendfile,
        Form::Setsockopt => Kind::Setsockopt,
        Form::Shutdown => Kind::Shutdown,
        Form::Wait4 => Kind::Wait4,
        Form::Usual
        | Form::Own
        | Form::Bind
        | Form::CloseRange
        | Form::Connect
        | Form::Dup
        | Form::Dup2
        | Form::Dup3
        | Form::Eventfd
        | Form::Eventfd2
        | Form::Fcntl
        | Form::Ioctl
        | Form::IoUringEnter
        | Form::IoUringSetup
        | Form::Pipe
        | Form::Pipe2
        | Form::Recvmmsg
        | Form::RestartSyscall
        | Form::Sendmmsg
        | Form::Signalfd
        | Form::Signalfd4
        | Form::Socket
        | Form::Socketpair
        | Form::Splice
        | Form::TimerfdCreate
        | Form::TimerfdSettime
        | Form::Waitid => Kind::Other,
    }
}

/// Whether such a call is told: of some, only those with certain arguments.
pub(super) fn matters(form: Form, args: &[u64; 6]) -> bool {
    let second = args[1] & 0xffff_ffff;
    match form {
        Form::Fcntl => FCNTLS.iter().any(|(command, _)| *command == second),
        Form::Ioctl => second == FIONBIO,
        _ => true,
    }
}

/// The filter that stops a program at these calls for its tracer, and lets all others pass.
///
/// # Errors
/// There is none for this machine's architecture.
pub(super) fn filter() -> Result<BpfProgram, BackendError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let argument = |value| {
        SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
            .and_then(|condition| SeccompRule::new(vec![condition]))
    };
    let mut rules = BTreeMap::new();
    for (number, form) in all() {
        // No rules: whatever its arguments are.
        let which = match form {
            Form::Fcntl => {
                FCNTLS.iter().map(|(command, _)| argument(*command)).collect::<Result<_, _>>()?
            }
            Form::Ioctl => vec![argument(FIONBIO)?],
            _ => Vec::new(),
        };
        rules.insert(number, which);
    }
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Trace(0), arch)?.try_into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_has_its_number_and_no_other_has() {
        let numbers = Numbers::default();
        for (number, form) in all() {
            assert_eq!(numbers.form(number), Some(form));
        }
        for number in [-1, libc::SYS_openat, libc::SYS_futex, 1 << 20] {
            assert_eq!(numbers.form(number), None);
        }
        let known: Vec<_> = all().map(|(_, form)| form).collect();
        let missing = Form::CALLS.iter().filter(|form| !known.contains(form));
        assert!(OLD.is_empty() || missing.count() == 0, "a call without a number");
    }

    #[test]
    fn of_some_calls_only_certain_ones_matter() {
        let with = |second| [3, second, 0, 0, 0, 0];
        assert!(matters(Form::Fcntl, &with(libc::F_SETFL as u64)));
        assert!(!matters(Form::Fcntl, &with(libc::F_GETFL as u64)));
        assert!(matters(Form::Ioctl, &with(0xffff_ffff_0000_0000 | FIONBIO)));
        assert!(!matters(Form::Ioctl, &with(libc::TCGETS)));
        assert!(matters(Form::Read, &with(0)));
    }

    #[test]
    fn there_is_a_filter() {
        let filter = filter().unwrap();
        assert!((50..4096).contains(&filter.len()), "{}", filter.len());
    }
}
