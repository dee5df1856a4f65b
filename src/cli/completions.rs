//! `contain completions`: the completion script for a shell.

use super::Ended;
use super::failure::Failure;

/// Print the completion script for a shell
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: Args) -> Result<Ended, Box<Failure>> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "contain", &mut script);
    let text = String::from_utf8(script).map_err(Failure::internal)?;
    Ok(Ended::data(
        serde_json::json!({ "script": text }),
        text.clone(),
    ))
}
