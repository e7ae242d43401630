//! Which processes are meant by a number or a name: a family is a process with those that it has started
//! and that run the same program, as a server and its workers.

use std::collections::BTreeSet;

use super::process::Process;

/// A process and those that come from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Family {
    /// All of them, by their numbers; the one that has started the others among them.
    pub members: Vec<Process>,
    /// The number of that one.
    pub head: i32,
}

/// Why nobody is meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotFound {
    /// There is no such process.
    Nobody,
    /// None here, but in a container one has that number: its numbers here.
    Inside(Vec<i32>),
    /// It is a thread of the kernel's.
    Kernel,
    /// It is this program.
    Own,
    /// Several are called so that have not started one another.
    Several(Vec<Family>),
}

impl Family {
    /// The one that has started the others, while it is there.
    #[must_use]
    pub fn first(&self) -> Option<&Process> {
        self.members.iter().find(|process| process.pid == self.head)
    }

    /// Who has ended is gone from it, and who was started since has come.
    pub fn follow(&mut self) {
        let all = Process::all();
        let known = |process: &&Process| {
            self.members.iter().any(|old| (old.pid, old.started) == (process.pid, process.started))
        };
        let members: BTreeSet<i32> =
            all.iter().filter(known).flat_map(|head| below(head, &all)).collect();
        self.members = all.into_iter().filter(|it| members.contains(&it.pid)).collect();
    }
}

/// The numbers of a process and of all that come from it and run the same program.
fn below(head: &Process, all: &[Process]) -> BTreeSet<i32> {
    let mut found = BTreeSet::from([head.pid]);
    loop {
        let before = found.len();
        let same = all.iter().filter(|process| process.program == head.program);
        let more: Vec<i32> =
            same.filter(|process| found.contains(&process.parent)).map(|it| it.pid).collect();
        found.extend(more);
        if found.len() == before {
            return found;
        }
    }
}

/// Whom a number or a name means.
///
/// # Errors
/// Nobody, or more than one.
pub fn find(target: &str) -> Result<Family, NotFound> {
    let own = std::process::id().cast_signed();
    let all = Process::all();
    if let Ok(pid) = target.parse::<i32>() {
        let Some(found) = all.iter().find(|process| process.pid == pid) else {
            let inside: Vec<i32> =
                all.iter().filter(|it| it.is_inside(pid)).map(|it| it.pid).collect();
            return Err(if inside.is_empty() {
                NotFound::Nobody
            } else {
                NotFound::Inside(inside)
            });
        };
        return match found {
            found if found.is_kernel => Err(NotFound::Kernel),
            found if found.pid == own => Err(NotFound::Own),
            found => Ok(family(found, &all)),
        };
    }
    // Nor those that have started this one: a shell's words name what it was asked to look at.
    let mut above = BTreeSet::from([own]);
    let mut at = own;
    while let Some(process) = all.iter().find(|process| process.pid == at) {
        at = process.parent;
        if at == 0 || !above.insert(at) {
            break;
        }
    }
    let named: Vec<&Process> =
        all.iter().filter(|it| it.is_called(target) && !above.contains(&it.pid)).collect();
    let heads = named.iter().filter(|process| {
        named.iter().all(|other| other.pid != process.parent || other.program != process.program)
    });
    let mut families: Vec<Family> = heads.map(|head| family(head, &all)).collect();
    match families.len() {
        0 => Err(NotFound::Nobody),
        1 => Ok(families.remove(0)),
        _ => Err(NotFound::Several(families)),
    }
}

fn family(head: &Process, all: &[Process]) -> Family {
    let members = below(head, all);
    let members = all.iter().filter(|process| members.contains(&process.pid)).cloned().collect();
    Family { members, head: head.pid }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// Ended when dropped.
    struct Sleeper(Child);

    impl Sleeper {
        fn named(name: &str) -> Self {
            let mut command = Command::new("sleep");
            let child = command.arg0(name).arg("60").stdin(Stdio::null()).spawn().unwrap();
            let pid = child.id().cast_signed();
            let own = Self(child);
            while Process::read(pid)
                .is_none_or(|it| it.command.first().map(String::as_str) != Some(name))
            {
                std::thread::yield_now();
            }
            own
        }

        fn pid(&self) -> i32 {
            self.0.id().cast_signed()
        }
    }

    impl Drop for Sleeper {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    #[test]
    fn a_number_and_a_name_mean_the_same() {
        let one = Sleeper::named("epollscope-test-one");
        let mut by_name = find("epollscope-test-one").unwrap();
        assert_eq!((by_name.first().unwrap().pid, by_name.members.len()), (one.pid(), 1));
        assert_eq!(find(&one.pid().to_string()).unwrap(), by_name);
        let two = Sleeper::named("epollscope-test-one");
        let Err(NotFound::Several(families)) = find("epollscope-test-one") else { panic!() };
        let heads: BTreeSet<i32> = families.iter().map(|family| family.head).collect();
        assert_eq!(heads, BTreeSet::from([one.pid(), two.pid()]));
        drop(two);
        by_name.follow();
        assert_eq!(by_name.members.len(), 1);
        drop(one);
        by_name.follow();
        assert_eq!(by_name.members, []);
        assert_eq!(find("epollscope-test-one"), Err(NotFound::Nobody));
    }

    #[test]
    fn nobody_the_kernel_and_this_program_are_not_meant() {
        assert_eq!(find("no-such-process"), Err(NotFound::Nobody));
        assert_eq!(find("2147483647"), Err(NotFound::Nobody));
        assert_eq!(find(&std::process::id().to_string()), Err(NotFound::Own));
        // There is none in a container.
        if let Some(kernel) = Process::all().iter().find(|process| process.is_kernel) {
            assert_eq!(find(&kernel.pid.to_string()), Err(NotFound::Kernel));
        }
    }

    #[test]
    fn workers_belong_to_who_has_started_them() {
        let of = |pid, parent, program: &str| Process {
            pid,
            parent,
            started: 1,
            name: "x".into(),
            program: Some(program.into()),
            command: Vec::new(),
            is_kernel: false,
        };
        let all = [
            of(1, 0, "init"),
            of(7, 1, "nginx"),
            of(8, 7, "nginx"),
            of(9, 8, "nginx"),
            of(10, 7, "sh"),
        ];
        assert_eq!(below(&all[1], &all), BTreeSet::from([7, 8, 9]));
        assert_eq!(below(&all[4], &all), BTreeSet::from([10]));
    }
}
