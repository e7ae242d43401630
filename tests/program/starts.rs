//! Several programs that are started at one moment, without being told a port.

use crate::program::{Running, program};

#[test]
fn programs_started_at_one_moment_all_find_a_port() {
    for round in 0..10 {
        let mut programs: Vec<Running> = std::thread::scope(|scope| {
            let start = || Running::by(program(&["--quiet"]));
            let starting: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            starting.into_iter().map(|program| program.join().unwrap()).collect()
        });
        let mut ports: Vec<u16> = programs.iter().map(|program| program.addr.port()).collect();
        ports.sort_unstable();
        let mut different = ports.clone();
        different.dedup();
        assert_eq!(different, ports, "round {round}");
        for program in &mut programs {
            assert!(program.child.try_wait().unwrap().is_none(), "one has ended in round {round}");
        }
    }
}
