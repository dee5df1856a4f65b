//! What people and programs read of the estate.
//!
//! Every text of the file passes through what keeps it from moving the cursor.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::cli::session::Session;
use crate::domain::Locator;
use crate::domain::stake::Stake;
use crate::domain::why::plain;
use crate::estate::{About, Estate, Identity, PREFIX, Use};
use crate::report::page::Page;

/// All identities, a line each.
pub(super) fn table(estate: &Estate) -> (Page, Vec<Value>) {
    let mut page = Page::default();
    let mut rows = Vec::new();
    for one in estate.identities() {
        let environment = one.environment.map_or("-", |known| known.word());
        let criticality = one.criticality.map_or("-", |known| known.word());
        let owner = one.owner.as_ref().map(ToString::to_string);
        let held = one.holds().len();
        page.line(&format!(
            "{:<28} {:<16} {environment:<12} {criticality:<9} holds {held:<3} {}",
            plain(&one.name),
            one.kind,
            plain(owner.as_deref().unwrap_or("owner unknown")),
        ));
        rows.push(json!({
            "name": one.name, "kind": one.kind, "owner": one.owner, "environment": one.environment,
            "criticality": one.criticality, "protected": one.protected, "holds": held,
        }));
    }
    (page, rows)
}

/// One identity, with all that is known of it.
pub(super) fn identity(estate: &Estate, one: &Identity) -> (Page, Value) {
    let mut page = Page::default();
    let mark = if one.protected { "  [protected]" } else { "" };
    page.line(&format!("{} {}{mark}", one.kind, plain(&one.name)));
    if let Some(summary) = &one.summary {
        page.line(&format!("  {}", plain(summary)));
    }
    let mut line = |word: &str, said: &str| page.line(&format!("  {word:<12} {}", plain(said)));
    let owner = one.owner.as_ref().map(ToString::to_string);
    line("owner", owner.as_deref().unwrap_or("unknown"));
    line(
        "environment",
        one.environment.map_or("unknown", |known| known.word()),
    );
    line(
        "criticality",
        one.criticality.map_or("unknown", |known| known.word()),
    );
    for principal in &one.runs_as {
        line("runs as", &principal.to_string());
    }
    for credential in &one.credentials {
        line("credential", &credential.what.to_string());
        for place in &credential.stored_in {
            line("", &format!("lies in {place}"));
        }
        let mut others = estate.users(&credential.what);
        others.remove(one.name.as_str());
        if !others.is_empty() {
            let others: Vec<&str> = others.into_iter().collect();
            line("", &format!("shared with {}", others.join(", ")));
        }
    }
    let used = one.uses.iter().map(|used| match used {
        Use::Identity(name) => format!("{PREFIX}{name}"),
        Use::Thing(thing) => thing.to_string(),
    });
    for used in used {
        line("uses", &used);
    }
    for other in &one.delegates_to {
        line("delegates to", other);
    }
    for other in &one.shared_with {
        line("shared with", other);
    }
    let dependants = estate.dependants(&one.name);
    match dependants {
        None => line(
            "breaks",
            "not known: the file does not say who depends on it",
        ),
        Some([]) => line("breaks", "nothing"),
        Some(some) => some
            .iter()
            .for_each(|dependant| line("breaks", &dependant.to_string())),
    }
    if let Some(other) = &one.replaced_by {
        line("replaced by", other);
    }
    line("cut with", &format!("contain isolate {PREFIX}{}", one.name));
    let credentials = one.credentials.iter().map(|credential| {
        json!({
            "what": credential.what, "stored_in": credential.stored_in, "shared_with": credential.shared_with,
        })
    });
    let data = json!({
        "name": one.name, "kind": one.kind, "summary": one.summary, "owner": one.owner,
        "environment": one.environment, "criticality": one.criticality, "protected": one.protected,
        "runs_as": one.runs_as, "credentials": credentials.collect::<Vec<_>>(),
        "delegates_to": one.delegates_to, "shared_with": one.shared_with, "dependants": dependants,
        "replaced_by": one.replaced_by,
    });
    (page, data)
}

/// Whose a thing is.
pub(super) fn thing(estate: &Estate, what: &Locator) -> (Page, Value) {
    let stake = stake(estate, what);
    let mut page = Page::default();
    page.line(&what.to_string());
    tell(&mut page, &stake, estate.users(what));
    let data = json!({"what": what, "stake": stake, "used_by": estate.users(what)});
    (page, data)
}

/// What the estate says of a thing that somebody asks about.
pub(in crate::cli) fn beside(session: &Session, what: &Locator) -> Option<(Page, Value)> {
    let estate = session.loaded()?;
    let stake = stake(estate, what);
    let mut page = Page::default();
    tell(&mut page, &stake, estate.users(what));
    Some((page, json!(stake)))
}

fn stake(estate: &Estate, what: &Locator) -> Stake {
    estate.stake(&About {
        target: what,
        principal: None,
        subject: Some(what),
        subject_principal: None,
        named: &[],
        is_minted: false,
    })
}

fn tell(page: &mut Page, stake: &Stake, users: BTreeSet<&str>) {
    page.line(&format!("    whose            {}", plain(&stake.whose())));
    if !users.is_empty() {
        let users: Vec<&str> = users.into_iter().collect();
        page.line(&format!(
            "    used by          {}",
            plain(&users.join(", "))
        ));
    }
    page.line(&format!("    breaks           {}", plain(&stake.breaks())));
    for name in &stake.identities {
        let name = plain(name);
        page.line(&format!("    more             contain estate show {name}"));
    }
}
