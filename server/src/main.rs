//! The `gavel` command.

use std::process::ExitCode;

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
