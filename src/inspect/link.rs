//! What a link in `/proc/PID/fd` says of a descriptor (`proc_pid_fd(5)`).

/// What a descriptor stands for, as its link says it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is named as its manual page")]
pub enum Link {
    /// With the number of its inode.
    Socket(u64),
    /// Likewise.
    Pipe(u64),
    Epoll,
    Eventfd,
    Timerfd,
    Signalfd,
    Inotify,
    Pidfd,
    IoUring,
    /// Something else without a name in a folder: what the kernel calls it.
    Anonymous(String),
    /// A file, a folder, a device: its path.
    File(String),
}

impl From<&str> for Link {
    fn from(link: &str) -> Self {
        let inode = |kind: &str| {
            link.strip_prefix(kind)?.strip_prefix(":[")?.strip_suffix(']')?.parse::<u64>().ok()
        };
        if let Some(inode) = inode("socket") {
            return Self::Socket(inode);
        }
        if let Some(inode) = inode("pipe") {
            return Self::Pipe(inode);
        }
        let Some(anonymous) = link.strip_prefix("anon_inode:") else {
            return Self::File(link.to_owned());
        };
        // Some are written without the brackets.
        match anonymous.trim_matches(['[', ']']) {
            "eventpoll" => Self::Epoll,
            "eventfd" => Self::Eventfd,
            "timerfd" => Self::Timerfd,
            "signalfd" => Self::Signalfd,
            "inotify" => Self::Inotify,
            "pidfd" => Self::Pidfd,
            "io_uring" => Self::IoUring,
            other => Self::Anonymous(other.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_link_is_known() {
        for (link, what) in [
            ("socket:[4711]", Link::Socket(4711)),
            ("pipe:[7]", Link::Pipe(7)),
            ("anon_inode:[eventpoll]", Link::Epoll),
            ("anon_inode:inotify", Link::Inotify),
            ("anon_inode:[io_uring]", Link::IoUring),
            ("anon_inode:[perf_event]", Link::Anonymous("perf_event".into())),
            ("/dev/null", Link::File("/dev/null".into())),
            ("socket:[x]", Link::File("socket:[x]".into())),
        ] {
            assert_eq!(Link::from(link), what);
        }
    }
}
