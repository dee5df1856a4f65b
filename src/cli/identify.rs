//! `contain identify`: what a locator or an id is, whose it is, and what its state is. Reads only.

use super::Ended;
use super::failure::{Failure, of_provider};
use super::session::Session;
use crate::domain::why::plain;
use crate::domain::{Fact, Named};
use crate::provider::Observer;
use crate::report::page::Page;

/// Say what a locator or a bare id is, which account owns it, and what its state is
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A locator, or a bare id such as an access key id
    #[arg(value_name = "LOCATOR|ID", required = true)]
    what: Vec<String>,
    /// Ask no provider: say only what the id itself tells
    #[arg(long)]
    offline: bool,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    let named: Vec<Named> = args
        .what
        .iter()
        .map(|what| session.name(what))
        .collect::<Result<_, _>>()?;
    let mut text = Page::default();
    let mut rows = Vec::new();
    let observer = Observer::new(&session.catalogue, session.clock.clone());
    for named in named {
        let title = session
            .catalogue
            .kind(&named.kind)
            .map(|kind| kind.title.clone())
            .unwrap_or_default();
        text.add(&format!("{title} {}", plain(&named.id)));
        text.add(
            &named
                .account
                .as_ref()
                .map(|account| format!(" of account {}\n", plain(account)))
                .unwrap_or_else(|| "\n".to_owned()),
        );
        let mut row = serde_json::json!({"kind": named.kind, "title": title, "id": named.id, "account": named.account});
        if !args.offline {
            let resolved = observer
                .resolve(std::slice::from_ref(&named))
                .await
                .into_iter()
                .next();
            let locator = match resolved {
                Some(Ok(locator)) => locator,
                Some(Err(why)) => {
                    return Err(of_provider(
                        &format!("cannot identify `{}`", plain(&named.id)),
                        &why,
                    ));
                }
                None => continue,
            };
            let seen = observer.look(&locator).await;
            text.add(&format!("  {locator}\n"));
            match &seen.fact {
                Fact::Present(fields) => {
                    for (name, value) in fields {
                        let value = value
                            .as_str()
                            .map(str::to_owned)
                            .unwrap_or_else(|| value.to_string());
                        text.add(&format!("    {name:<16} {}\n", plain(&value)));
                    }
                }
                Fact::Gone => text.add("    it no longer exists\n"),
                Fact::Unreadable(why) => {
                    text.add(&format!("    its state cannot be read: {why}\n"));
                }
            }
            text.add(&format!("  cut with: contain isolate {locator}\n"));
            if let Some(row) = row.as_object_mut() {
                row.insert("locator".into(), locator.to_string().into());
                row.insert(
                    "seen".into(),
                    serde_json::to_value(&seen).unwrap_or_default(),
                );
            }
        }
        rows.push(row);
    }
    Ok(Ended::data(serde_json::json!({ "identified": rows }), text))
}
