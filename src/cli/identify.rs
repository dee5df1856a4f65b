//! `contain identify`: what a locator or an id is, whose it is, and what its state is. Reads only.

use super::Ended;
use super::failure::{Failure, of_provider};
use super::paste;
use super::session::Session;
use crate::domain::why::plain;
use crate::domain::{Fact, Named};
use crate::provider::Observer;
use crate::report::page::Page;

/// Say what a locator or a bare id is, which account owns it, and what its state is
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A locator, or a bare id such as an access key id
    #[arg(value_name = "LOCATOR|ID", required_unless_present = "from")]
    what: Vec<String>,
    /// Say what a pasted leak holds, offline: FILE, or `-` for standard input; nothing of it is shown but ids
    #[arg(long, value_name = "FILE", conflicts_with = "what")]
    from: Option<String>,
    /// Ask no provider: say only what the id itself tells
    #[arg(long)]
    offline: bool,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    if let Some(from) = &args.from {
        return pasted(&session, from);
    }
    session.estate()?;
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
            let whose = super::estate::beside(&session, &locator);
            if let Some((page, stake)) = whose {
                text.add(&String::from(page));
                if let Some(row) = row.as_object_mut() {
                    row.insert("stake".into(), stake);
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

/// What a pasted leak holds: kind, id, line, whether its secret is there, and the account where the id tells it.
fn pasted(session: &Session, from: &str) -> Result<Ended, Box<Failure>> {
    let (leak, _) = paste::read(session, from, &[])?;
    let mut text = Page::default();
    let mut rows = Vec::new();
    for (named, line, secret) in paste::recognised(session, &leak) {
        let kind = session.catalogue.kind(&named.kind);
        let title = kind.map(|kind| kind.title.clone()).unwrap_or_default();
        let account = named.account.as_deref().unwrap_or("not told by its id");
        text.add(&format!(
            "line {line:<5} {title} {}  account {}  {}\n",
            plain(&named.id),
            plain(account),
            if secret {
                "with its secret"
            } else {
                "without a secret"
            }
        ));
        rows.push(serde_json::json!({
            "kind": named.kind, "title": title, "id": named.id, "account": named.account,
            "line": line, "secret": secret,
        }));
    }
    if rows.is_empty() {
        text.add("No id of a known kind was recognised.\n");
    }
    let unknown = paste::unknown(leak.unknown);
    text.add(&format!("\nBeside that, {unknown}.\n"));
    if !rows.is_empty() && from != "-" {
        text.add(&format!(
            "Cut with: contain isolate --from {}\n",
            plain(from)
        ));
    }
    let data = serde_json::json!({"identified": rows, "unknown": leak.unknown});
    Ok(Ended::data(data, text))
}
