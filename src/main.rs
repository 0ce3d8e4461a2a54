//! The program: everything is in the library, starting at `cli::run`.

use std::process::ExitCode;

fn main() -> ExitCode {
    freshet::cli::run()
}
