//! The `contain` binary: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(contain::cli::run(std::env::args_os()))
}
