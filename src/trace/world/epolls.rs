//! The epoll instances of a traced program: what each watches, who waits in it, and what is told of that.

use std::collections::HashMap;
use std::sync::Arc;

use super::World;
use crate::telemetry::{By, ConnId, CtlOp, Epoll, EpollNumber, Epolls, Fd, Herd, Mask, Nanos};
use crate::trace::interests::{Interest, Interests};
use crate::trace::object::{Object, Opened};

/// What is known of one.
#[derive(Debug, Default)]
struct Instance {
    list: Interests,
    /// The same as it was told last; `None` since it has changed.
    told: Option<Arc<[(Fd, Mask)]>>,
    /// What was registered before it was seen for the first time is not known.
    partly: bool,
    /// By which thread a wait call was made last, on which number, and in which process.
    last: Option<Last>,
}

/// A wait call.
#[derive(Clone, Copy, Debug)]
struct Last {
    tid: i32,
    pid: i32,
    fd: Fd,
    by: By,
}

/// Those that are open.
#[derive(Debug, Default)]
pub(super) struct Instances {
    all: HashMap<Opened, Instance>,
    /// The first process, whose numbers are told without its own.
    leader: i32,
    /// Who sleeps in a wait call, by thread: on which, and since when.
    asleep: HashMap<i32, (Opened, Nanos)>,
    /// On which a wait call was made last.
    last: Option<Opened>,
    /// By which numbers each is known, in order; `None` since that has changed.
    numbers: Option<Vec<(Opened, Arc<[EpollNumber]>)>>,
    /// The listeners that several watch; `None` since that may have changed.
    herds: Option<Arc<[Herd]>>,
    /// Something has changed since it was told.
    anew: bool,
}

impl Instances {
    /// A process has come, with epolls perhaps.
    pub(super) fn begin(&mut self, pid: i32, with_epolls: bool) {
        if self.leader == 0 {
            self.leader = pid;
        }
        if with_epolls {
            self.note(Object::Epoll);
        }
        // Its listeners are the same as those of whom it comes from.
        self.forget_herds();
    }

    /// A descriptor of that kind has come or gone.
    pub(super) fn note(&mut self, object: Object) {
        if object == Object::Epoll {
            (self.numbers, self.anew) = (None, true);
        } else if object == Object::Listener {
            self.forget_herds();
        }
    }

    fn forget_herds(&mut self) {
        if self.all.len() > 1 {
            (self.herds, self.anew) = (None, true);
        }
    }

    fn change(&mut self, epoll: Opened) -> &mut Instance {
        self.anew = true;
        let instance = self.all.entry(epoll).or_default();
        instance.told = None;
        instance
    }

    /// The last descriptor of something is closed: of an instance, or of what they watch.
    pub(super) fn gone(&mut self, opened: Opened) {
        if self.all.remove(&opened).is_some() {
            self.forget_herds();
        }
        for instance in self.all.values_mut() {
            if instance.list.gone(opened) {
                (instance.told, self.anew) = (None, true);
            }
        }
    }
}

impl World {
    /// An interest list was changed.
    pub(in crate::trace) fn control(
        &mut self,
        (pid, epfd): (i32, Fd),
        op: CtlOp,
        fd: Fd,
        (mask, data): (Mask, u64),
    ) {
        let (Some(epoll), Some(file)) = (self.opened(pid, epfd), self.file(pid, fd)) else {
            return;
        };
        if file.object == Object::Listener {
            self.epolls.herds = None;
        }
        let list = &mut self.epolls.change(epoll).list;
        let conn = match file.object {
            Object::Connection(id) => Some(id),
            _ => None,
        };
        match op {
            CtlOp::Add | CtlOp::Mod => {
                list.watch((file.opened, fd), Interest { mask, data, conn });
            }
            CtlOp::Del => list.forget((file.opened, fd)),
        }
    }

    /// Whether all that an instance watches is known.
    pub(in crate::trace) fn know_all(&mut self, pid: i32, epfd: Fd, all: bool) {
        if let Some(epoll) = self.opened(pid, epfd) {
            self.epolls.change(epoll).partly = !all;
        }
    }

    /// What a descriptor is watched for by all interest lists together.
    pub(in crate::trace) fn interest(&mut self, pid: i32, fd: Fd) -> Mask {
        let Some(opened) = self.opened(pid, fd) else { return Mask::NONE };
        let lists = self.epolls.all.values().map(|instance| &instance.list);
        lists.fold(Mask::NONE, |all, list| all.with(list.mask(opened)))
    }

    /// Of whom a wait call tells by its data.
    pub(in crate::trace) fn told(&self, pid: i32, epfd: Fd, data: u64) -> (Fd, Option<ConnId>) {
        let file = self.processes.get(&pid).and_then(|process| process.files.get(&epfd));
        let instance = file.and_then(|file| self.epolls.all.get(&file.opened));
        instance.map_or((-1, None), |instance| instance.list.told(data))
    }

    /// A thread makes a wait call.
    pub(in crate::trace) fn waits(&mut self, (tid, pid): (i32, i32), epfd: Fd, by: By, now: Nanos) {
        let Some(Object::Epoll) = self.object(pid, epfd) else { return };
        let Some(epoll) = self.opened(pid, epfd) else { return };
        let epolls = &mut self.epolls;
        epolls.all.entry(epoll).or_default().last = Some(Last { tid, pid, fd: epfd, by });
        epolls.asleep.insert(tid, (epoll, now));
        (epolls.last, epolls.anew) = (Some(epoll), true);
    }

    /// It has returned from it, or is gone.
    pub(in crate::trace) fn waits_no_more(&mut self, tid: i32) {
        self.epolls.anew |= self.epolls.asleep.remove(&tid).is_some();
    }

    /// All of them, where something has changed since this was asked.
    pub(super) fn told_epolls(&mut self) -> Option<Arc<Epolls>> {
        if !std::mem::take(&mut self.epolls.anew) {
            return None;
        }
        let numbers = self.epolls.numbers.take();
        let numbers = numbers.unwrap_or_else(|| self.numbers(Object::Epoll));
        let herds = self.epolls.herds.take().unwrap_or_else(|| self.herds());
        let Instances { all, leader, asleep, last, .. } = &mut self.epolls;
        let list = numbers.iter().take(Epolls::MOST).map(|(epoll, numbers)| {
            let instance = all.entry(*epoll).or_default();
            let list = instance.told.get_or_insert_with(|| instance.list.fds().collect());
            let process = |pid: i32| (pid != *leader).then_some(pid);
            let last = instance.last.filter(|it| numbers.contains(&(process(it.pid), it.fd)));
            let (fd, by) = match (last, numbers.first()) {
                (Some(Last { fd, by, .. }), _) => (fd, by),
                (None, Some((pid, fd))) => (*fd, pid.map_or(By::LOOP, By::process)),
                (None, None) => (-1, By::LOOP),
            };
            let sleeps = last.and_then(|last| asleep.get(&last.tid)).filter(|(on, _)| on == epoll);
            Epoll {
                id: epoll.0,
                fd,
                by,
                waited: last.is_some(),
                asleep: sleeps.map(|(_, since)| *since),
                numbers: Arc::clone(numbers),
                list: Arc::clone(list),
                whole: !instance.partly,
            }
        });
        let told = Epolls {
            list: list.collect(),
            more: numbers.len().saturating_sub(Epolls::MOST),
            herds: Arc::clone(&herds),
            last: last.map(|epoll| epoll.0).filter(|id| numbers.iter().any(|(it, _)| it.0 == *id)),
        };
        (self.epolls.numbers, self.epolls.herds) = (Some(numbers), Some(herds));
        Some(Arc::new(told))
    }

    /// The listeners that several watch, each of them waking who waits in it.
    fn herds(&self) -> Arc<[Herd]> {
        if self.epolls.all.len() < 2 {
            return Arc::default();
        }
        let listeners = self.numbers(Object::Listener).into_iter();
        let herds = listeners.filter_map(|(opened, numbers)| {
            let masks = self.epolls.all.values().map(|instance| instance.list.mask(opened));
            let wakes = |mask: &Mask| *mask != Mask::NONE && !mask.has(Mask::EXCLUSIVE);
            let lists = masks.filter(wakes).count();
            (lists > 1).then_some(Herd { numbers, lists })
        });
        herds.collect()
    }

    /// By which numbers each of a kind is known, the first process's first.
    fn numbers(&self, kind: Object) -> Vec<(Opened, Arc<[EpollNumber]>)> {
        let leader = self.epolls.leader;
        let files = self.processes.iter().flat_map(|(pid, process)| {
            let epolls = process.files.iter().filter(|(_, file)| file.object == kind);
            epolls.map(|(fd, file)| ((*pid, *fd), file.opened))
        });
        let mut files: Vec<_> = files.collect();
        files.sort_unstable_by_key(|((pid, fd), _)| (*pid != leader, *pid, *fd));
        let mut all: Vec<(Opened, Vec<EpollNumber>)> = Vec::new();
        let mut places: HashMap<Opened, usize> = HashMap::new();
        for ((pid, fd), opened) in files {
            let place = *places.entry(opened).or_insert_with(|| {
                all.push((opened, Vec::new()));
                all.len() - 1
            });
            all[place].1.push(((pid != leader).then_some(pid), fd));
        }
        all.into_iter().map(|(opened, numbers)| (opened, numbers.into())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told<'a> = (Fd, By, &'a [(Fd, Mask)]);

    fn fds(told: &Epolls) -> Vec<Told<'_>> {
        told.list.iter().map(|it| (it.fd, it.by, &*it.list)).collect()
    }

    #[test]
    fn each_instance_has_its_own_list_and_those_who_wait_in_it() {
        let (mut world, pid) = (World::default(), i32::MAX);
        world.begin(pid, None);
        assert_eq!(world.told_epolls(), None, "there are none");
        for (fd, object) in [(4, Object::Epoll), (3, Object::Epoll), (7, Object::Pipe)] {
            let _ = world.made(pid, fd, object);
        }
        world.control((pid, 3), CtlOp::Add, 7, (Mask::IN, 70));
        world.control((pid, 4), CtlOp::Add, 3, (Mask::IN, 30));
        let told = world.told_epolls().unwrap();
        let (inner, outer) = ([(7, Mask::IN)], [(3, Mask::IN)]);
        assert_eq!(fds(&told), [(3, By::LOOP, &inner[..]), (4, By::LOOP, &outer[..])]);
        assert!(told.list.iter().all(|it| it.whole && !it.waited && it.asleep.is_none()));
        assert_eq!((world.told_epolls(), told.last), (None, None), "nothing has changed");
        world.waits((pid, pid), 4, By::LOOP, 5);
        world.waits((9, pid), 3, By::thread(9), 6);
        let told = world.told_epolls().unwrap();
        assert_eq!((told.list[0].by, told.list[0].asleep), (By::thread(9), Some(6)));
        assert_eq!((told.list[1].asleep, told.last), (Some(5), Some(told.list[0].id)));
        world.waits_no_more(9);
        let told = world.told_epolls().unwrap();
        assert_eq!((told.list[0].asleep, told.last), (None, Some(told.list[0].id)));
        // What they watch is closed, and one of them.
        let _ = world.close(pid, 7);
        assert!(world.told_epolls().unwrap().list[0].list.is_empty());
        let _ = world.close(pid, 3);
        let told = world.told_epolls().unwrap();
        assert_eq!((fds(&told), told.last), (vec![(4, By::LOOP, &[][..])], None));
    }

    #[test]
    fn a_child_has_another_number_of_the_same() {
        let (mut world, pid) = (World::default(), i32::MAX);
        world.begin(pid, None);
        let _ = world.made(pid, 3, Object::Epoll);
        world.begin(pid - 1, Some(pid));
        world.waits((pid - 1, pid - 1), 3, By::process(pid - 1), 1);
        let told = world.told_epolls().unwrap();
        assert_eq!((told.count(), told.list[0].by), (1, By::process(pid - 1)));
        assert_eq!(*told.list[0].numbers, [(None, 3), (Some(pid - 1), 3)]);
        world.waits_no_more(pid - 1);
        assert!(world.end(pid - 1).is_empty());
        let told = world.told_epolls().unwrap();
        assert_eq!((told.list[0].by, told.list[0].waited), (By::LOOP, false), "it is gone");
    }

    #[test]
    fn each_listener_that_several_watch_is_told() {
        let (mut world, pid) = (World::default(), i32::MAX);
        world.begin(pid, None);
        for (fd, object) in [(3, Object::Listener), (4, Object::Listener), (5, Object::Listener)] {
            let _ = world.made(pid, fd, object);
        }
        for fd in [6, 7] {
            let _ = world.made(pid, fd, Object::Epoll);
            world.control((pid, fd), CtlOp::Add, 3, (Mask::IN.with(Mask::EXCLUSIVE), 0));
            world.control((pid, fd), CtlOp::Add, 4, (Mask::IN, 0));
        }
        world.control((pid, 6), CtlOp::Add, 5, (Mask::IN, 0));
        let herds = |world: &mut World| {
            let told = world.told_epolls().unwrap();
            told.herds.iter().map(|herd| (herd.numbers.to_vec(), herd.lists)).collect::<Vec<_>>()
        };
        assert_eq!(herds(&mut world), [(vec![(None, 4)], 2)]);
        // A child has the same listener, and its own list.
        world.begin(pid - 1, Some(pid));
        let _ = world.made(pid - 1, 9, Object::Epoll);
        world.control((pid - 1, 9), CtlOp::Add, 5, (Mask::IN, 0));
        let both = |fd| vec![(None, fd), (Some(pid - 1), fd)];
        assert_eq!(herds(&mut world), [(both(4), 2), (both(5), 2)]);
        // The children go on, and leave the parent's listener to it.
        assert!(world.end(pid - 1).is_empty());
        let _ = world.close(pid, 7);
        assert!(herds(&mut world).is_empty());
    }

    #[test]
    fn what_was_there_before_is_known_in_part() {
        let poll = mio::Poll::new().unwrap();
        let (mut world, pid) = (World::default(), std::process::id().cast_signed());
        world.begin(pid, None);
        let fd = std::os::fd::AsRawFd::as_raw_fd(&poll);
        assert_eq!(world.object(pid, fd), Some(Object::Epoll));
        assert!(!world.told_epolls().unwrap().list[0].whole);
        world.know_all(pid, fd, true);
        assert!(world.told_epolls().unwrap().list[0].whole);
    }
}
