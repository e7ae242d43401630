//! The memory of a traced program, from which the arguments of its calls are read
//! (`process_vm_readv(2)`). What it points to may be anything: what cannot be read is left out.

use std::io::IoSliceMut;

use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::unistd::Pid;

/// The memory of one thread's process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory(pub(super) i32);

impl Memory {
    /// As many bytes as can be read there, at most as many as asked for.
    pub(super) fn read(self, at: u64, into: &mut [u8]) -> usize {
        let (Ok(base), len) = (usize::try_from(at), into.len()) else { return 0 };
        if base == 0 || len == 0 {
            return 0;
        }
        let remote = [RemoteIoVec { base, len }];
        process_vm_readv(Pid::from_raw(self.0), &mut [IoSliceMut::new(into)], &remote).unwrap_or(0)
    }

    /// So many bytes, all of them.
    pub(super) fn exact<const N: usize>(self, at: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        (self.read(at, &mut bytes) == N).then_some(bytes)
    }

    /// A list of entries of that size, as far as it can be read and at most `most` of them.
    pub(super) fn list(self, at: u64, count: u64, size: usize, most: usize) -> Vec<u8> {
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(most);
        let mut bytes = vec![0; count * size];
        let read = self.read(at, &mut bytes);
        bytes.truncate(read - read % size);
        bytes
    }

    /// A number of 8 bytes.
    pub(super) fn word(self, at: u64) -> Option<u64> {
        self.exact(at).map(u64::from_ne_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_goes_on_into_nothing_is_read_as_far_as_it_is_there() {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let stack = maps.lines().find(|line| line.ends_with("[stack]")).unwrap();
        let (_, end) = stack.split(' ').next().unwrap().split_once('-').unwrap();
        let end = u64::from_str_radix(end, 16).unwrap();
        let own = Memory(std::process::id().cast_signed());
        for (size, before) in [(8, 8200), (12, 40), (8, 3), (16, 4096)] {
            let read = own.list(end - before, 100_000, size, 65_536).len() as u64;
            // All of it, or whole pages of it.
            assert!(read <= before && read.is_multiple_of(size as u64), "{read} of {before}");
            let rest = before - before % size as u64;
            assert!(read == rest || before - read >= 4096 || read == 0, "{read} of {before}");
        }
        assert!(!own.list(end - 8200, 100_000, 8, 65_536).is_empty());
    }

    #[test]
    fn what_is_there_is_read_and_what_is_not_is_left_out() {
        let own = Memory(std::process::id().cast_signed());
        let value = 0x0123_4567_89ab_cdef_u64;
        let at = std::ptr::from_ref(&value).expose_provenance() as u64;
        assert_eq!(own.word(at), Some(value));
        for at in [0, 8, u64::MAX, u64::MAX - 7] {
            assert_eq!(own.word(at), None, "{at:x}");
        }
        assert_eq!(own.list(at, 1, 8, 9), value.to_ne_bytes());
        assert_eq!(own.list(at, u64::MAX, 8, 1).len(), 8);
        assert!(own.list(1, u64::MAX, 8, 100).is_empty());
    }
}
