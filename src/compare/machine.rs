//! Where it was measured.

use std::fs;
use std::num::NonZero;
use std::thread;

/// The machine, its kernel, and this build of the program. What is not known is left empty.
#[derive(Clone, PartialEq, Debug)]
pub struct Machine {
    /// The processor's name.
    pub processor: Option<String>,
    /// How many processors this process may use.
    pub processors: usize,
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// How many tasks ran or wanted to in the minute before, others' too.
    pub load_average: Option<f64>,
    /// The kernel's name and release.
    pub kernel: Option<String>,
    /// The instruction set that the program was built for.
    pub architecture: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// Whether it was built with optimisation.
    pub optimised: bool,
}

impl Machine {
    /// This one, now.
    #[must_use]
    pub fn this() -> Self {
        let read = |path: &str| fs::read_to_string(path).ok();
        let line = |text: String| text.lines().next().map(str::to_owned);
        let kernel = || {
            let name = read("/proc/sys/kernel/ostype").and_then(line)?;
            Some(format!("{name} {}", read("/proc/sys/kernel/osrelease").and_then(line)?))
        };
        let memory = || {
            let text = read("/proc/meminfo")?;
            field(&text, "MemTotal")?.split(' ').next()?.parse::<u64>().ok()
        };
        Self {
            processor: read("/proc/cpuinfo").and_then(|text| field(&text, "model name")),
            processors: thread::available_parallelism().map_or(1, NonZero::get),
            memory: memory().map(|kibibytes| kibibytes * 1024),
            load_average: read("/proc/loadavg")
                .and_then(|text| text.split(' ').next()?.parse().ok()),
            kernel: kernel(),
            architecture: std::env::consts::ARCH,
            version: env!("CARGO_PKG_VERSION"),
            optimised: !cfg!(debug_assertions),
        }
    }
}

/// What stands behind a name and a colon.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found.trim() == name).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known() {
        let machine = Machine::this();
        assert!(machine.kernel.unwrap().starts_with("Linux "));
        assert!(machine.load_average.unwrap() >= 0.0);
        assert!(machine.processors >= 1 && machine.memory.unwrap() > 1 << 20);
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t: 7\nmodel name\t: Some: CPU\n";
        assert_eq!(field(text, "model name").as_deref(), Some("Some: CPU"));
        assert_eq!(field(text, "name"), None);
    }
}
