//! The `wirewatch` binary: everything it does is in [`wirewatch::cli`].

fn main() -> std::process::ExitCode {
    wirewatch::cli::run()
}
