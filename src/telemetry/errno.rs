//! What the kernel answered: a result ([`Ret`]), and an error by its name ([`Errno`]).

use std::fmt;

/// A system call's error number, written by its name: `EAGAIN`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

impl Errno {
    /// The call would have had to wait (`EWOULDBLOCK` is the same number on Linux).
    pub const AGAIN: Self = Self(11);
    /// A signal came first.
    pub const INTR: Self = Self(4);
    /// The process has no descriptor left (`RLIMIT_NOFILE`).
    pub const MFILE: Self = Self(24);
    /// The system has no descriptor left.
    pub const NFILE: Self = Self(23);
    /// No memory left for it.
    pub const NOMEM: Self = Self(12);
    /// No buffer space left for it.
    pub const NOBUFS: Self = Self(105);
    /// The peer sent a reset.
    pub const CONNRESET: Self = Self(104);

    /// The symbolic name of errno(3), where it has one that a socket or file call can give.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "EPERM",
            2 => "ENOENT",
            4 => "EINTR",
            5 => "EIO",
            6 => "ENXIO",
            9 => "EBADF",
            11 => "EAGAIN",
            12 => "ENOMEM",
            13 => "EACCES",
            14 => "EFAULT",
            16 => "EBUSY",
            17 => "EEXIST",
            18 => "EXDEV",
            19 => "ENODEV",
            20 => "ENOTDIR",
            21 => "EISDIR",
            22 => "EINVAL",
            23 => "ENFILE",
            24 => "EMFILE",
            26 => "ETXTBSY",
            27 => "EFBIG",
            28 => "ENOSPC",
            29 => "ESPIPE",
            32 => "EPIPE",
            36 => "ENAMETOOLONG",
            38 => "ENOSYS",
            40 => "ELOOP",
            71 => "EPROTO",
            75 => "EOVERFLOW",
            88 => "ENOTSOCK",
            92 => "ENOPROTOOPT",
            95 => "EOPNOTSUPP",
            97 => "EAFNOSUPPORT",
            98 => "EADDRINUSE",
            99 => "EADDRNOTAVAIL",
            100 => "ENETDOWN",
            101 => "ENETUNREACH",
            103 => "ECONNABORTED",
            104 => "ECONNRESET",
            105 => "ENOBUFS",
            107 => "ENOTCONN",
            108 => "ESHUTDOWN",
            110 => "ETIMEDOUT",
            111 => "ECONNREFUSED",
            112 => "EHOSTDOWN",
            113 => "EHOSTUNREACH",
            _ => return None,
        })
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "errno {}", self.0),
        }
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
    /// Success with nothing to tell.
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
}
