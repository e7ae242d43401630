//! An epoll's interest list as the program's calls have made it: which data stands for which descriptor.

use std::collections::HashMap;

use crate::telemetry::Fd;

/// The descriptors on the list, and the data by which a wait call tells of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Interests {
    data: HashMap<Fd, u64>,
    /// Most programs have another for each; where two have the same, it says nothing.
    fds: HashMap<u64, Vec<Fd>>,
}

impl Interests {
    pub(super) fn watch(&mut self, fd: Fd, data: u64) {
        self.forget(fd);
        self.data.insert(fd, data);
        self.fds.entry(data).or_default().push(fd);
    }

    pub(super) fn forget(&mut self, fd: Fd) {
        let Some(data) = self.data.remove(&fd) else { return };
        if let Some(fds) = self.fds.get_mut(&data) {
            fds.retain(|other| *other != fd);
            if fds.is_empty() {
                self.fds.remove(&data);
            }
        }
    }

    /// The descriptor that the data stands for; -1 where it is none, or more than one.
    pub(super) fn fd(&self, data: u64) -> Fd {
        match self.fds.get(&data).map(Vec::as_slice) {
            Some([fd]) => *fd,
            _ => -1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_that_stands_for_two_is_known_of_neither() {
        let mut list = Interests::default();
        list.watch(7, 70);
        list.watch(8, 80);
        assert_eq!((list.fd(70), list.fd(80), list.fd(9)), (7, 8, -1));
        list.watch(9, 70);
        assert_eq!(list.fd(70), -1);
        list.watch(9, 90);
        list.forget(8);
        assert_eq!((list.fd(70), list.fd(90), list.fd(80)), (7, 9, -1));
        list.forget(7);
        list.forget(9);
        assert!(list.data.is_empty() && list.fds.is_empty());
    }
}
