//! The program: everything is in the library, starting at `cli::run`.

use std::process::ExitCode;

/// The system's allocator keeps what a peak took, and 19 MB for every thread that ever hashed a password; this one
/// gives it back. Measured in docs/PERFORMANCE.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    freshet::cli::run()
}
