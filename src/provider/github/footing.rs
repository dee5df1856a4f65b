//! On what we stand at GitHub, for whoever asks before an incident: whose our token is, what it may and how long it lives,
//! and where our app is installed with which permissions.
//!
//! Changes nothing, and takes no session.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::action::{Request, Who};
use super::adapter::Handle;
use super::client::Failed;
use super::exchange::{self, Answered, Carried};
use super::token::{self, Form};
use super::{actions, look, remit};
use crate::domain::{Because, Duration, Secret, Time, Why};
use crate::provider::{Footing, Stands};

/// What an owner's classic token needs for everything; a scope holds those below it.
const SCOPES: [&str; 5] = [
    "admin:org",
    "repo",
    "admin:org_hook",
    "admin:public_key",
    "read:audit_log",
];
/// What ends sooner than this is renewed before it is needed.
const SOON: Duration = Duration::from_hours(7 * 24);

pub(super) async fn footing(on: &Handle) -> Vec<Footing> {
    let mut all = Vec::new();
    let said = |what: String, told: Result<(Stands, String), Why>| {
        let (stands, said) = told.unwrap_or_else(|why| (Stands::Not, why.to_string()));
        Footing { what, stands, said }
    };
    if on.link.settings.is_none() {
        return all;
    }
    let ours = on.link.token();
    let has_token = matches!(&ours, Ok(Some(_)));
    match ours {
        Ok(Some(ours)) => all.push(said("token".to_owned(), by_token(on, &ours).await)),
        Ok(None) => {}
        Err(why) => all.push(said("token".to_owned(), Err(why))),
    }
    if let Some(app) = on.link.app_id() {
        for owner in on.link.owners() {
            let told = by_app(on, &owner, has_token).await;
            all.push(said(format!("app {app} on {owner}"), told));
        }
    }
    all
}

/// Our token: what it may, and until when.
async fn by_token(on: &Handle, ours: &Secret) -> Result<(Stands, String), Why> {
    let form = token::form(ours.expose());
    let noun = match form {
        Some(Form::Installation) => "installation-token",
        Some(_) | None => "token",
    };
    let request = look::harmless(noun).by(Who::Owner);
    let answered = ask(on, &request).await?;
    if !look::is_taken(noun, &answered) {
        return Err(answered.unread(on.clock().now()));
    }
    let header = |name: &str| answered.headers.get(name).map(String::as_str);
    let (may, stands) = may(header("x-oauth-scopes"));
    let (ends, still) = match (
        header("github-authentication-token-expiration"),
        noun == "installation-token",
    ) {
        (_, true) => (
            "it ends within the hour in which it was issued, and an incident lasts longer"
                .to_owned(),
            Stands::Loosely,
        ),
        (Some(told), _) => ends(told, on.clock().now()),
        (None, _) => ("GitHub tells no end of it".to_owned(), Stands::Well),
    };
    let title = form.map_or("token", Form::title);
    let is_well = stands == Stands::Well && still == Stands::Well;
    let stands = if is_well {
        Stands::Well
    } else {
        Stands::Loosely
    };
    Ok((stands, format!("{title}: {may}; {ends}")))
}

async fn ask(on: &Handle, request: &Request) -> Result<Answered, Why> {
    let asked = exchange::send(on, request, None, Carried::default()).await;
    asked.map_err(Failed::why)
}

/// What the scopes say; only a classic token and an OAuth app's have any.
fn may(scopes: Option<&str>) -> (String, Stands) {
    let Some(scopes) = scopes.filter(|scopes| !scopes.is_empty()) else {
        let text = "what it may do GitHub does not tell";
        return (text.to_owned(), Stands::Well);
    };
    let held: Vec<&str> = scopes.split(',').map(str::trim).collect();
    let has = |wanted: &str| {
        let (_, whole) = wanted.split_once(':').unwrap_or_default();
        held.contains(&wanted) || (wanted.starts_with("read:") && held.contains(&whole))
    };
    let lacks: Vec<&str> = SCOPES.into_iter().filter(|wanted| !has(wanted)).collect();
    match lacks.is_empty() {
        true => ("it has every scope that is needed".to_owned(), Stands::Well),
        false => (format!("it lacks {}", lacks.join(", ")), Stands::Loosely),
    }
}

/// When it ends, as GitHub writes it: `2026-03-01 03:07:00 UTC`, or with an offset.
fn ends(told: &str, now: Time) -> (String, Stands) {
    let spelt = told.replacen(" UTC", "Z", 1).replacen(' ', "T", 1);
    let at = spelt.replacen(' ', "", 1).parse::<Time>();
    let is_soon = at.is_ok_and(|at| at.duration_since(now) < SOON);
    let stands = if is_soon {
        Stands::Loosely
    } else {
        Stands::Well
    };
    (format!("it ends at {told}"), stands)
}

/// Our app as it is installed on an owner.
async fn by_app(on: &Handle, owner: &str, has_token: bool) -> Result<(Stands, String), Why> {
    let stead = if has_token {
        ": our token does what it cannot"
    } else {
        ""
    };
    let installed = match on.installed(owner).await {
        Ok(installed) => installed,
        Err(why) if why.because == Because::Missing && has_token => {
            return Ok((Stands::Loosely, format!("it is not installed there{stead}")));
        }
        Err(why) => return Err(why),
    };
    let wanted: BTreeMap<String, Value> = actions()
        .iter()
        .flat_map(|spec| spec.permissions.clone())
        .filter_map(|permission| {
            let (name, how) = permission.split_once(':')?;
            let is_known = remit::READS.contains(&name);
            is_known.then(|| (name.to_owned(), json!(how)))
        })
        .collect();
    let lacks = remit::lacking(&json!(wanted), &installed.permissions);
    Ok(match lacks.is_empty() {
        true => (Stands::Well, "it may do what is needed".to_owned()),
        false => (
            Stands::Loosely,
            format!("it lacks {}{stead}", lacks.join(", ")),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_holds_those_below_it_and_what_is_lacking_is_named() {
        let all = "repo, admin:org, admin:org_hook, admin:public_key, audit_log";
        assert_eq!(may(Some(all)).1, Stands::Well);
        let (said, stands) = may(Some("repo, read:org"));
        assert_eq!(stands, Stands::Loosely);
        assert_eq!(
            said,
            "it lacks admin:org, admin:org_hook, admin:public_key, read:audit_log"
        );
        for none in [None, Some("")] {
            assert!(may(none).0.contains("does not tell"));
        }
    }

    #[test]
    fn an_end_is_read_in_either_spelling_and_a_near_one_is_told() {
        let now = Time::from_second(1_772_334_300).unwrap_or_default();
        for (told, wanted) in [
            ("2026-03-03 03:07:00 UTC", Stands::Loosely),
            ("2026-03-03 03:07:00 +0200", Stands::Loosely),
            ("2026-02-01 03:07:00 UTC", Stands::Loosely),
            ("2026-06-01 03:07:00 UTC", Stands::Well),
            ("never", Stands::Well),
        ] {
            assert_eq!(ends(told, now).1, wanted, "{told}");
        }
    }
}
