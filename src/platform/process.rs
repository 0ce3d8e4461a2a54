//! What the operating system says about this process, and lets it have. Read from `/proc`; where there is none, nothing is
//! known.

use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets this process open as many files as the system would let it have. Shells and service managers begin with 1024,
/// for the sake of programs that can't count further.
pub fn raise_max_files() {
    let most = getrlimit(Resource::Nofile).maximum;
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

/// How many files may be open at once: connections, databases and all. `None` where nobody says.
pub fn max_files() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let soft = line.split_whitespace().next()?;
    // "unlimited" is as good as the most that a number can be.
    Some(soft.parse().unwrap_or(usize::MAX))
}

/// How many files are open now.
pub fn open_files() -> Option<usize> {
    // One of them is the folder that is read here.
    fs::read_dir("/proc/self/fd").ok().map(|files| files.count().saturating_sub(1))
}

/// Bytes of memory that are really there.
pub fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1_024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_files_and_memory() {
        let (open, most) = (open_files().unwrap(), max_files().unwrap());
        assert!(open >= 3 && open <= most, "{open} of {most}");
        assert!(resident_bytes().unwrap() > 100_000);
    }
}
