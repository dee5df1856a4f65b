//! `contain doctor`: whether an incident could be worked on from here, right now.

use super::Ended;
use super::failure::Failure;
use super::notifier;
use super::session::Session;
use crate::domain::Spec;
use crate::domain::why::plain;
use crate::provider::Observer;

/// Check credentials, endpoints, bounds, policies and the place of incidents; changes nothing at any provider
#[derive(clap::Args, Debug)]
pub(super) struct Args {}

struct Check {
    what: String,
    ok: bool,
    said: String,
}

pub(super) async fn run(_: Args, session: Session) -> Result<Ended, Box<Failure>> {
    let mut checks = Vec::new();
    let mut check = |what: &str, result: Result<String, String>| {
        let ok = result.is_ok();
        checks.push(Check {
            what: what.to_owned(),
            ok,
            said: result.unwrap_or_else(|why| why),
        });
    };
    let place = session.place().display().to_string();
    check(
        "incidents",
        match session.root() {
            Ok(_) => Ok(format!("{place} can be used")),
            Err(failure) => Err(format!("{place}: {}", failure.message)),
        },
    );
    check(
        "policy",
        match session.workspace.policy() {
            Ok(policy) => Ok(format!(
                "the policy set reads and validates ({})",
                policy.digest().code()
            )),
            Err(failure) => Err(failure.message.clone()),
        },
    );
    let observer = Observer::new(&session.catalogue, session.clock.clone());
    for provider in session.catalogue.providers() {
        let name = provider.name();
        // What only tells has no credentials of ours, no bounds and no log.
        if provider.actions().iter().all(Spec::leaves_no_trace) {
            continue;
        }
        let who = observer.whoami(name).await;
        check(
            &format!("{name} credentials"),
            match who {
                Ok(own) => {
                    let long_lived = own
                        .first()
                        .is_some_and(|own| own.kind().noun() == "access-key");
                    let advice = if long_lived {
                        "; long-lived: prefer a short-lived role session"
                    } else {
                        ""
                    };
                    Ok(format!(
                        "acting as {}{advice}",
                        super::session::listed(&own)
                    ))
                }
                Err(why) => Err(why.to_string()),
            },
        );
        for (service, url) in provider.endpoints() {
            check(
                &format!("{name} endpoint"),
                Ok(format!("{service}: {url} (not the vendor's)")),
            );
        }
        let lag = provider.audit_lag();
        let assumed = if lag.is_assumed() { ", assumed" } else { "" };
        check(
            &format!("{name} bounds"),
            Ok(format!(
                "audit log lags up to {}{assumed}; {}",
                crate::domain::clock::spell(lag.within()),
                provider
                    .actions()
                    .iter()
                    .filter(|spec| spec.cut().is_some())
                    .map(|spec| {
                        format!(
                            "{} {}{}",
                            spec.id,
                            crate::domain::clock::spell(spec.bound.within()),
                            if spec.bound.is_assumed() {
                                " (assumed)"
                            } else {
                                ""
                            }
                        )
                    })
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
        );
    }
    for name in session.workspace.config.notifiers.keys() {
        let told = notifier::told(&session.catalogue, &observer, name).await;
        check(&format!("notifier {name}"), told);
    }
    for warning in &session.warnings {
        check("workspace", Err(warning.clone()));
    }
    let all = checks.iter().all(|check| check.ok);
    let text = checks.iter().fold(String::new(), |mut text, check| {
        text.extend([
            if check.ok { "ok    " } else { "FAILS " },
            &format!("{:<18} {}\n", check.what, plain(&check.said)),
        ]);
        text
    });
    let rows: Vec<_> = checks
        .iter()
        .map(|check| serde_json::json!({"what": check.what, "ok": check.ok, "said": check.said}))
        .collect();
    let mut ended = Ended::data(serde_json::json!({ "checks": rows }), text);
    ended.exit = Some(if all {
        0
    } else {
        super::failure::exit::NOT_CONTAINED
    });
    Ok(ended)
}
