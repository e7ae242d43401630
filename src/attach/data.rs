//! What the data on an interest list tell: by which value a program knows a descriptor again when a wait
//! call gives it back.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::epolls::List;
use super::process::Process;

/// By what a program knows a descriptor again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Data {
    /// By its number.
    Number,
    /// By its number in the lower half; the upper half was never written.
    NumberBelow,
    /// By addresses in its memory.
    Pointers,
    /// By addresses of whose lowest bit some are set: it tells an event of an earlier holder of the
    /// place.
    MarkedPointers,
    /// By something else: an index, a tag.
    Other,
}

/// A framework, known by the program's file and by the data that fit it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Framework {
    /// nginx: addresses, whose lowest bit guards against stale events.
    Nginx,
    /// redis: the number.
    Redis,
    /// libuv, in node: the number.
    Libuv,
    /// The runtime of Go: a tagged address.
    Go,
    /// `select.epoll` of `CPython`: the number in the lower half.
    Python,
}

/// Where addresses of a program can lie: above the page that is never mapped, below the kernel's half.
fn is_pointer(data: u64) -> bool {
    (0x1_0000..1 << 47).contains(&data)
}

impl Data {
    /// What the data of a list are; `None` where nothing is on it.
    #[must_use]
    pub fn of(list: &List) -> Option<Self> {
        let all = || list.entries.iter().map(|entry| entry.interest).filter(|it| it.fd >= 0);
        let below = |data: u64| data & 0xffff_ffff;
        all().next()?;
        let number = |fd: i32| u64::from(fd.unsigned_abs());
        Some(if all().all(|it| it.data == number(it.fd)) {
            Self::Number
        } else if all().all(|it| below(it.data) == number(it.fd)) {
            Self::NumberBelow
        } else if all().all(|it| is_pointer(it.data)) {
            let marked = all().any(|it| it.data & 1 == 1);
            if marked { Self::MarkedPointers } else { Self::Pointers }
        } else {
            Self::Other
        })
    }
}

impl Framework {
    /// The one that is certain: the program's file says so, and the data fit.
    #[must_use]
    pub fn of(process: &Process, data: Option<Data>) -> Option<Self> {
        let file = process.program.as_deref()?;
        let name = file.file_name()?.to_str()?;
        let data = data?;
        let numbers = matches!(data, Data::Number | Data::NumberBelow);
        Some(match name {
            "nginx" if matches!(data, Data::Pointers | Data::MarkedPointers) => Self::Nginx,
            "redis-server" | "redis-check-rdb" if numbers => Self::Redis,
            "node" | "nodejs" if numbers => Self::Libuv,
            _ if name.starts_with("python3") && numbers => Self::Python,
            _ if !numbers && is_go(file, process.pid) => Self::Go,
            _ => return None,
        })
    }
}

/// Whether a program was built by Go: it has a note of Go's with its build ID near its beginning.
fn is_go(file: &Path, pid: i32) -> bool {
    const NEAR: usize = 64 * 1024;
    /// The name's length, the note's kind, the name (elf(5)); between length and kind stands the
    /// length of what it says.
    const NOTE: [&[u8]; 2] = [&[4, 0, 0, 0], &[4, 0, 0, 0, b'G', b'o', 0, 0]];
    // Its file may be one of another root.
    let open = File::open(format!("/proc/{pid}/exe")).or_else(|_| File::open(file));
    let mut bytes = Vec::new();
    let read = open.and_then(|file| file.take(NEAR as u64).read_to_end(&mut bytes));
    let [length, behind] = NOTE;
    read.is_ok()
        && bytes.windows(16).any(|note| note.starts_with(length) && note[8..].starts_with(behind))
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::epolls::Entry;
    use super::*;
    use crate::inspect::Interest;
    use crate::telemetry::Mask;

    fn list(all: &[(i32, u64)]) -> List {
        let entry = |&(fd, data): &(i32, u64)| Entry {
            interest: Interest { fd, mask: Mask::IN, data, inode: 1 },
            outlived: false,
        };
        List { pid: 1, epfd: 3, entries: all.iter().map(entry).collect(), read: Instant::now() }
    }

    #[test]
    fn the_kinds_of_data_are_told_from_one_another() {
        let of = |all: &[(i32, u64)]| Data::of(&list(all));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(5, 5), (6, 6)]), Some(Data::Number));
        assert_eq!(of(&[(5, 5), (6, 0x7fff_0000_0006)]), Some(Data::NumberBelow));
        assert_eq!(of(&[(5, 0x7f00_0000_1000), (6, 0x7f00_0000_2000)]), Some(Data::Pointers));
        assert_eq!(of(&[(5, 0x7f00_0000_1000), (6, 0x7f00_0000_2001)]), Some(Data::MarkedPointers));
        assert_eq!(of(&[(5, 0x7f00_0000_1000), (6, 1)]), Some(Data::Other));
        assert_eq!(of(&[(5, 0xffff_8000_0000_1000)]), Some(Data::Other), "the kernel's half");
    }

    #[test]
    fn a_framework_is_named_where_both_agree() {
        let of = |program: &str, data| {
            let process = Process {
                pid: i32::MAX,
                parent: 1,
                started: 1,
                name: String::new(),
                program: Some(program.into()),
                command: Vec::new(),
                is_kernel: false,
            };
            Framework::of(&process, Some(data))
        };
        assert_eq!(of("/usr/sbin/nginx", Data::MarkedPointers), Some(Framework::Nginx));
        assert_eq!(of("/usr/sbin/nginx", Data::Number), None, "that is another nginx");
        assert_eq!(of("/usr/bin/node", Data::Number), Some(Framework::Libuv));
        assert_eq!(of("/usr/bin/python3.11", Data::NumberBelow), Some(Framework::Python));
        assert_eq!(of("/usr/bin/cat", Data::Pointers), None);
    }

    #[test]
    fn a_program_of_go_has_its_note() {
        let folder = tempfile::tempdir().unwrap();
        let (go, other) = (folder.path().join("go"), folder.path().join("other"));
        let note = b"\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0abc";
        std::fs::write(&go, [&[0x7f; 4000][..], note].concat()).unwrap();
        std::fs::write(&other, b"Go\0\0 and nothing else of it").unwrap();
        assert!(is_go(&go, i32::MAX) && !is_go(&other, i32::MAX));
    }
}
