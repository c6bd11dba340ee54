//! The `gavel` command.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Threads hand memory to each other all the time here (a row is made on one and written on another), which the C library's
/// allocator is slow at.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[expect(clippy::print_stderr, reason = "the one line that says why the program ends")]
fn main() -> ExitCode {
    match server::cli::run(std::env::args_os().collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("gavel: {failure}");
            failure.exit_code()
        }
    }
}
