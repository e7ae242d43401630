//! In which of its forms a call was made. A program that is traced reads a socket by `read`,
//! `recvfrom` or `recvmsg`, where the servers here have one call for it.

use std::str::FromStr;

/// Writes the enum, [`Form::CALLS`] and [`Form::name`] from one list.
macro_rules! forms {
    ($($form:ident = $name:literal,)*) => {
        /// In which form a call was made.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
        #[repr(u8)]
        #[expect(missing_docs, reason = "each call is named as its manual page in section 2")]
        pub enum Form {
            /// That by which its kind is named.
            #[default]
            Usual,
            /// The same, of the program's own plumbing (its waker): not of the lesson.
            Own,
            $($form,)*
        }

        impl Form {
            /// All that are calls of a traced program.
            pub const CALLS: [Self; [$($name),*].len()] = [$(Self::$form),*];

            /// The call's name, where it is not that of its kind.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self {
                    Self::Usual | Self::Own => None,
                    $(Self::$form => Some($name),)*
                }
            }
        }
    };
}

forms! {
    Accept = "accept",
    Accept4 = "accept4",
    Bind = "bind",
    ClockNanosleep = "clock_nanosleep",
    Close = "close",
    CloseRange = "close_range",
    Connect = "connect",
    Dup = "dup",
    Dup2 = "dup2",
    Dup3 = "dup3",
    EpollCreate = "epoll_create",
    EpollCreate1 = "epoll_create1",
    EpollCtl = "epoll_ctl",
    EpollPwait = "epoll_pwait",
    EpollPwait2 = "epoll_pwait2",
    EpollWait = "epoll_wait",
    Eventfd = "eventfd",
    Eventfd2 = "eventfd2",
    Fcntl = "fcntl",
    Ioctl = "ioctl",
    IoUringEnter = "io_uring_enter",
    IoUringSetup = "io_uring_setup",
    Listen = "listen",
    Nanosleep = "nanosleep",
    Pipe = "pipe",
    Pipe2 = "pipe2",
    Poll = "poll",
    Ppoll = "ppoll",
    Preadv2 = "preadv2",
    Pselect6 = "pselect6",
    Pwritev2 = "pwritev2",
    Read = "read",
    Readv = "readv",
    Recvfrom = "recvfrom",
    Recvmmsg = "recvmmsg",
    Recvmsg = "recvmsg",
    RestartSyscall = "restart_syscall",
    Select = "select",
    Sendfile = "sendfile",
    Sendmmsg = "sendmmsg",
    Sendmsg = "sendmsg",
    Sendto = "sendto",
    Setsockopt = "setsockopt",
    Shutdown = "shutdown",
    Signalfd = "signalfd",
    Signalfd4 = "signalfd4",
    Socket = "socket",
    Socketpair = "socketpair",
    Splice = "splice",
    TimerfdCreate = "timerfd_create",
    TimerfdSettime = "timerfd_settime",
    Wait4 = "wait4",
    Waitid = "waitid",
    Write = "write",
    Writev = "writev",
}

/// What [`Form::name`] says.
impl FromStr for Form {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::CALLS.into_iter().find(|form| form.name() == Some(text)).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        for form in Form::CALLS {
            assert_eq!(form.name().unwrap().parse(), Ok(form));
        }
        assert_eq!(("usual".parse::<Form>(), Form::Own.name()), (Err(()), None));
        assert_eq!(size_of::<Form>(), 1);
    }
}
