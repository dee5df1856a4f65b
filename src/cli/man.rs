//! `contain man`: the manual page of the program or of one verb.

use super::Ended;
use super::failure::Failure;

/// Print the manual page of contain, or of one verb: contain man isolate | man -l -
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The verb
    #[arg(value_name = "VERB")]
    verb: Option<String>,
}

pub(super) fn run(args: Args) -> Result<Ended, Box<Failure>> {
    let mut command = super::command();
    command.build();
    let page = match &args.verb {
        None => command,
        Some(verb) => {
            let names: Vec<String> = command
                .get_subcommands()
                .map(|known| known.get_name().to_owned())
                .collect();
            match command.find_subcommand(verb) {
                Some(found) => found
                    .clone()
                    .name(format!("contain-{verb}").leak() as &'static str),
                None => {
                    let mut failure = Failure::usage(format!("there is no verb `{verb}`"));
                    if let Some(near) =
                        crate::domain::nearest(verb, names.iter().map(String::as_str))
                    {
                        failure = failure.hint(format!("did you mean `{near}`?"));
                    }
                    return Err(Box::new(failure));
                }
            }
        }
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(Failure::internal)?;
    let text = String::from_utf8(text).map_err(Failure::internal)?;
    Ok(Ended::data(
        serde_json::json!({ "page": text }),
        text.clone(),
    ))
}
