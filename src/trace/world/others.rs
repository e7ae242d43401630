//! What a traced program has open beside the connections of its clients.

use std::collections::{BTreeMap, HashSet};

use super::{World, is_other};
use crate::telemetry::{By, Fd, Mask, Other, OtherKind, Others};
use crate::trace::object::{Object, Opened, Outside};

impl World {
    /// What is told of them has to be asked again.
    pub(in crate::trace) fn stands_anew(&mut self) {
        self.stands_anew = true;
    }

    /// A descriptor that is no connection is watched for that from now on.
    pub(in crate::trace) fn ask(&mut self, pid: i32, fd: Fd, mask: Mask) {
        if let Some(opened) = self.opened(pid, fd)
            && self.asked.insert(opened, mask) != Some(mask)
        {
            self.stands_anew = true;
        }
    }

    /// All of them but the first listener, each once; `None` where nothing has changed.
    pub(in crate::trace) fn others(
        &mut self,
        leader: i32,
        listener: Option<Opened>,
    ) -> Option<Others> {
        if !std::mem::take(&mut self.stands_anew) {
            return None;
        }
        // By number, those of the first process before the same of its children.
        let mut found: BTreeMap<(Fd, i32), (Object, Opened)> = BTreeMap::new();
        let mut known: HashSet<Opened> = listener.into_iter().collect();
        let mut pids: Vec<i32> = self.processes.keys().copied().collect();
        pids.sort_unstable_by_key(|pid| (*pid != leader, *pid));
        for pid in pids {
            let files = self.processes.get(&pid).into_iter().flat_map(|process| &process.files);
            let mut files: Vec<_> = files.filter(|(_, file)| is_other(file.object)).collect();
            // Of copies the first is told.
            files.sort_unstable_by_key(|(fd, _)| **fd);
            for (fd, file) in files {
                // What it was started with says nothing, unless it is watched.
                let plain = (0..3).contains(fd) && !self.asked.contains_key(&file.opened);
                if !plain && known.insert(file.opened) {
                    found.insert((*fd, pid), (file.object, file.opened));
                }
            }
        }
        let more = found.len().saturating_sub(Others::MOST);
        let mut found: Vec<_> = found.into_iter().collect();
        // Of those who listen the kernel is asked: they are left out last.
        found.sort_by_key(|(_, (object, _))| *object != Object::Listener);
        found.truncate(Others::MOST);
        found.sort_unstable_by_key(|(number, _)| *number);
        let list = found.into_iter().map(|((fd, pid), (object, opened))| {
            let outside = self.processes.get(&pid).map(|process| &process.outside);
            let (kind, at, inode) = told(object, fd, outside);
            let by = if pid == leader { By::LOOP } else { By::process(pid) };
            let interest = self.asked.get(&opened).copied().unwrap_or_default();
            Other { fd, by, kind, at, interest, inode }
        });
        Some(Others { list: list.collect(), more })
    }
}

/// What a descriptor is, where its other end is, and the inode of one that listens.
fn told(
    object: Object,
    fd: Fd,
    outside: Option<&Outside>,
) -> (OtherKind, Option<std::net::SocketAddr>, u32) {
    let kind = match object {
        Object::Epoll => OtherKind::Epoll,
        Object::Pipe => OtherKind::Pipe,
        Object::Eventfd => OtherKind::Eventfd,
        Object::Timerfd => OtherKind::Timerfd,
        Object::Signalfd => OtherKind::Signalfd,
        Object::IoUring => OtherKind::IoUring,
        Object::Waited | Object::File | Object::Connection(_) => OtherKind::Waited,
        Object::Listener | Object::Socket => {
            let Some(socket) = outside.and_then(|outside| outside.socket(fd)) else {
                return (OtherKind::Socket, None, 0);
            };
            return match socket.kind {
                OtherKind::Listener => (socket.kind, socket.local, socket.inode),
                kind => (kind, if socket.listens { socket.local } else { socket.peer }, 0),
            };
        }
    };
    (kind, None, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once_and_only_when_something_has_changed() {
        let (mut world, pid) = (World::default(), i32::MAX);
        world.begin(pid, None);
        let of = |world: &mut World| {
            let others = world.others(pid, None)?;
            Some(
                others.list.into_iter().map(|it| (it.fd, it.kind, it.interest)).collect::<Vec<_>>(),
            )
        };
        for (fd, object) in [(1, Object::Pipe), (7, Object::Eventfd), (5, Object::Epoll)] {
            let _ = world.made(pid, fd, object);
        }
        let _ = world.made(pid, 9, Object::File);
        // A child has all of them, and a copy is another number of the same.
        world.begin(pid - 1, Some(pid));
        let _ = world.dup(pid, 7, 8);
        let (epoll, eventfd) = (OtherKind::Epoll, OtherKind::Eventfd);
        let told = of(&mut world).unwrap();
        assert_eq!(told, [(5, epoll, Mask::NONE), (7, eventfd, Mask::NONE)]);
        assert_eq!(of(&mut world), None);
        world.ask(pid, 1, Mask::IN);
        world.ask(pid, 5, Mask::NONE);
        assert_eq!(of(&mut world).unwrap()[0], (1, OtherKind::Pipe, Mask::IN), "it is watched");
        world.ask(pid, 1, Mask::IN);
        assert_eq!(of(&mut world), None);
        let _ = world.close(pid, 5);
        assert_eq!(of(&mut world).unwrap()[1].1, epoll, "its child has it");
        assert!(world.end(pid - 1).is_empty());
        assert!(of(&mut world).unwrap().iter().all(|(_, kind, _)| *kind != epoll));
    }

    #[test]
    fn those_who_listen_are_left_out_last() {
        let (mut world, pid) = (World::default(), i32::MAX);
        world.begin(pid, None);
        for fd in 10..110 {
            let _ = world.made(pid, fd, Object::Pipe);
        }
        let _ = world.made(pid, 200, Object::Listener);
        let others = world.others(pid, None).unwrap();
        let fds: Vec<Fd> = others.list.iter().map(|other| other.fd).collect();
        assert_eq!((fds.len(), others.more), (Others::MOST, 101 - Others::MOST));
        assert_eq!((fds[0], fds[fds.len() - 1]), (10, 200));
        assert!(fds.is_sorted());
    }

    #[test]
    fn of_one_that_listens_its_inode_is_told() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let fd = std::os::fd::AsRawFd::as_raw_fd(&listener);
        let (mut world, pid) = (World::default(), std::process::id().cast_signed());
        world.begin(pid, None);
        assert_eq!(world.listens_at(pid, fd), listener.local_addr().ok());
        let told = world.others(pid, None).unwrap().list[0];
        assert_eq!((told.kind, told.at), (OtherKind::Listener, listener.local_addr().ok()));
        let link = std::fs::read_link(format!("/proc/self/fd/{fd}")).unwrap();
        assert_eq!(link.to_str().unwrap(), format!("socket:[{}]", told.inode));
    }
}
