//! The kernel's answer: a result ([`Ret`]), and an error by its name ([`Errno`]).

use std::fmt;
use std::str::FromStr;

/// A system call's error number, written by its name: `EAGAIN`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Errno(pub i32);

impl Errno {
    /// A signal has ended a call with a time limit: if the kernel makes it once more, by
    /// `restart_syscall`.
    pub const RESTART_BLOCK: Self = Self(516);

    /// Whether a signal has ended the call, which only a tracer sees: the program sees EINTR, or nothing.
    #[must_use]
    pub fn is_restart(self) -> bool {
        RESTARTS.iter().any(|(number, _)| *number == self.0)
    }
}

/// What only a tracer sees, as strace(1) names it: a signal has ended the call, which the kernel makes
/// once more, or turns into EINTR.
const RESTARTS: [(i32, &str); 4] = [
    (512, "ERESTARTSYS"),
    (513, "ERESTARTNOINTR"),
    (514, "ERESTARTNOHAND"),
    (516, "ERESTART_RESTARTBLOCK"),
];

/// Writes the constants, which are rustix's, and [`Errno::name`] from one list.
macro_rules! errnos {
    ($($(#[$doc:meta])* $errno:ident = $name:literal,)*) => {
        #[expect(missing_docs, reason = "errno(3) has a line for each")]
        impl Errno {
            $($(#[$doc])* pub const $errno: Self = Self(rustix::io::Errno::$errno.raw_os_error());)*

            /// The symbolic name of errno(3), where it has one that a socket or file call can give.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$errno => Some($name),)*
                    Self(number) => {
                        let found = RESTARTS.iter().find(|(restart, _)| *restart == number);
                        found.map(|(_, name)| *name)
                    }
                }
            }

            /// All that have a name.
            const NAMED: &[Self] = &[$(Self::$errno),*];
        }
    };
}

errnos! {
    PERM = "EPERM",
    NOENT = "ENOENT",
    /// A signal came first.
    INTR = "EINTR",
    IO = "EIO",
    NXIO = "ENXIO",
    CHILD = "ECHILD",
    BADF = "EBADF",
    /// The call would have had to wait (`EWOULDBLOCK` is the same number on Linux).
    AGAIN = "EAGAIN",
    /// No memory left for it.
    NOMEM = "ENOMEM",
    ACCESS = "EACCES",
    FAULT = "EFAULT",
    BUSY = "EBUSY",
    EXIST = "EEXIST",
    XDEV = "EXDEV",
    NODEV = "ENODEV",
    NOTDIR = "ENOTDIR",
    NOTTY = "ENOTTY",
    ISDIR = "EISDIR",
    INVAL = "EINVAL",
    /// The system has no descriptor left.
    NFILE = "ENFILE",
    /// The process has no descriptor left (`RLIMIT_NOFILE`).
    MFILE = "EMFILE",
    TXTBSY = "ETXTBSY",
    FBIG = "EFBIG",
    NOSPC = "ENOSPC",
    SPIPE = "ESPIPE",
    PIPE = "EPIPE",
    NAMETOOLONG = "ENAMETOOLONG",
    NOSYS = "ENOSYS",
    LOOP = "ELOOP",
    PROTO = "EPROTO",
    OVERFLOW = "EOVERFLOW",
    ALREADY = "EALREADY",
    INPROGRESS = "EINPROGRESS",
    ISCONN = "EISCONN",
    NOTSOCK = "ENOTSOCK",
    NOPROTOOPT = "ENOPROTOOPT",
    OPNOTSUPP = "EOPNOTSUPP",
    AFNOSUPPORT = "EAFNOSUPPORT",
    ADDRINUSE = "EADDRINUSE",
    ADDRNOTAVAIL = "EADDRNOTAVAIL",
    NETDOWN = "ENETDOWN",
    NETUNREACH = "ENETUNREACH",
    NETRESET = "ENETRESET",
    CONNABORTED = "ECONNABORTED",
    /// The peer sent a reset.
    CONNRESET = "ECONNRESET",
    /// No buffer space left for it.
    NOBUFS = "ENOBUFS",
    NOTCONN = "ENOTCONN",
    SHUTDOWN = "ESHUTDOWN",
    TIMEDOUT = "ETIMEDOUT",
    CONNREFUSED = "ECONNREFUSED",
    HOSTDOWN = "EHOSTDOWN",
    HOSTUNREACH = "EHOSTUNREACH",
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "errno {}", self.0),
        }
    }
}

/// What [`Errno`]'s `Display` has written. Linux has no error numbers over 4095.
impl FromStr for Errno {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if let Some(number) = text.strip_prefix("errno ") {
            return number
                .parse()
                .ok()
                .filter(|number| (1..4096).contains(number))
                .map(Self)
                .ok_or(());
        }
        let restart = RESTARTS.iter().find(|(_, name)| *name == text);
        if let Some((number, _)) = restart {
            return Ok(Self(*number));
        }
        let named = Self::NAMED.iter().find(|errno| errno.name() == Some(text));
        named.copied().ok_or(())
    }
}

impl fmt::Debug for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A system call's result as the kernel returns it: a value from 0, or an error number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ret(i64);

impl Ret {
    /// Success, with no value that matters.
    pub const ZERO: Self = Self(0);

    /// A success. Values over `i64::MAX` do not occur.
    #[must_use]
    pub fn ok(value: u64) -> Self {
        Self(i64::try_from(value).unwrap_or(i64::MAX))
    }

    /// A failure.
    #[must_use]
    pub fn err(errno: Errno) -> Self {
        Self(-i64::from(errno.0))
    }

    /// The result as a `Result`.
    ///
    /// # Errors
    /// The call's error number, when it failed.
    pub fn get(self) -> Result<u64, Errno> {
        match u64::try_from(self.0) {
            Ok(value) => Ok(value),
            Err(_) => Err(Errno(i32::try_from(-self.0).unwrap_or(i32::MAX))),
        }
    }

    /// The result as a number of bytes.
    ///
    /// # Errors
    /// The call's error number, when it failed.
    pub fn size(self) -> Result<usize, Errno> {
        self.get().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
    }

    /// The lower half of the number as the kernel returned it, for what keeps most results in four
    /// bytes.
    pub(crate) fn low(self) -> u32 {
        let [a, b, c, d, ..] = self.0.to_le_bytes();
        u32::from_le_bytes([a, b, c, d])
    }

    /// The same, back: a value below 2³¹ and every error come back as they were.
    pub(crate) fn of_low(low: u32) -> Self {
        Self(low.cast_signed().into())
    }

    /// Whether this is that error.
    #[must_use]
    pub fn is_err(self, errno: Errno) -> bool {
        self.get() == Err(errno)
    }
}

/// As strace writes it: `84`, `EAGAIN`.
impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Ok(value) => write!(f, "{value}"),
            Err(errno) => write!(f, "{errno}"),
        }
    }
}

impl fmt::Debug for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_keeps_the_kernels_meaning() {
        assert_eq!(Ret::ok(84).get(), Ok(84));
        assert_eq!(Ret::err(Errno::AGAIN).get(), Err(Errno::AGAIN));
        assert_eq!(format!("{:?} {:?}", Ret::err(Errno::AGAIN), Ret::ok(3)), "EAGAIN 3");
        assert_eq!(Errno(9999).to_string(), "errno 9999");
    }

    #[test]
    fn what_is_written_can_be_read() {
        for errno in (1..4096).map(Errno) {
            assert_eq!(errno.to_string().parse(), Ok(errno));
        }
        for text in ["", "EBAD", "errno", "errno x", "errno -1", "errno 0", "errno 4096", "eagain"]
        {
            assert_eq!(text.parse::<Errno>(), Err(()), "{text}");
        }
    }
}
