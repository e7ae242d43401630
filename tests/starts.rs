//! Several programs that are started at one moment, without being told a port.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn programs_started_at_one_moment_all_find_a_port() {
    for round in 0..10 {
        let start = |_| {
            let program = env!("CARGO_BIN_EXE_epollscope");
            let mut command = Command::new(program);
            command.args(["--quiet"]).stdin(Stdio::null());
            Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        };
        let mut programs: Vec<_> = (0..8).map(start).collect();
        let mut ports = Vec::new();
        for program in &mut programs {
            let mut line = String::new();
            BufReader::new(program.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
            let port = line.trim_end_matches("/\n").rsplit_once(':').map(|(_, port)| port);
            let Some(port) = port.and_then(|port| port.parse::<u16>().ok()) else {
                let mut said = String::new();
                program.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                panic!("round {round}: {line:?}: {said}");
            };
            ports.push(port);
        }
        ports.sort_unstable();
        let mut different = ports.clone();
        different.dedup();
        assert_eq!(different, ports, "round {round}");
        for program in &mut programs {
            assert!(program.0.try_wait().unwrap().is_none(), "one has ended in round {round}");
        }
    }
}
