//! `contain doctor`: whether an incident could be worked on from here, right now.

use std::collections::BTreeSet;

use super::Ended;
use super::failure::Failure;
use super::notifier;
use super::session::Session;
use crate::domain::clock::spell;
use crate::domain::why::plain;
use crate::domain::{Because, Bound, Fact, Locator, Spec};
use crate::provider::{Guardrail, Observer, Provider};

/// Check credentials, endpoints, bounds, guardrail, policies and the place of incidents; changes nothing at any provider
#[derive(clap::Args, Debug)]
pub(super) struct Args {}

/// How far what was found lets one work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is as it should be.
    Fine,
    /// One can work without it, and would do better with it.
    Advice,
    /// It stands in the way.
    Fails,
}

struct Check {
    what: String,
    standing: Standing,
    said: String,
}

/// What was looked at, in order.
#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn add(&mut self, what: &str, standing: Standing, said: String) {
        let what = what.to_owned();
        self.0.push(Check {
            what,
            standing,
            said,
        });
    }

    fn add_result(&mut self, what: &str, result: Result<String, String>) {
        match result {
            Ok(said) => self.add(what, Standing::Fine, said),
            Err(why) => self.add(what, Standing::Fails, why),
        }
    }
}

pub(super) async fn run(_: Args, session: Session) -> Result<Ended, Box<Failure>> {
    let mut checks = Checks::default();
    let place = session.place().display().to_string();
    checks.add_result(
        "incidents",
        match session.root() {
            Ok(_) => Ok(format!("{place} can be used")),
            Err(failure) => Err(format!("{place}: {}", failure.message)),
        },
    );
    checks.add_result(
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
        // What only tells has no credentials of ours, no bounds and no log; what is not set up is not meant to be used.
        if provider.is_set_up() && !provider.actions().iter().all(Spec::leaves_no_trace) {
            look(provider.as_ref(), &observer, &mut checks).await;
        }
    }
    for name in session.workspace.config.notifiers.keys() {
        let told = notifier::told(&session.catalogue, &observer, name).await;
        checks.add_result(&format!("notifier {name}"), told);
    }
    for warning in &session.warnings {
        checks.add_result("workspace", Err(warning.clone()));
    }
    Ok(ended(&checks))
}

/// Looks at one provider: our credentials, its endpoints and bounds, and its guardrail.
async fn look(provider: &dyn Provider, observer: &Observer, checks: &mut Checks) {
    let name = provider.name();
    let who = observer.whoami(name).await;
    checks.add_result(
        &format!("{name} credentials"),
        match &who {
            Ok(own) => {
                let long_lived = own
                    .first()
                    .is_some_and(|own| own.kind().noun() == "access-key");
                let advice = if long_lived {
                    "; long-lived: prefer a short-lived role session"
                } else {
                    ""
                };
                let own = super::session::listed(own);
                Ok(format!("acting as {own}{advice}"))
            }
            Err(why) => Err(why.to_string()),
        },
    );
    for (service, url) in provider.endpoints() {
        let said = format!("{service}: {url} (not the vendor's)");
        checks.add(&format!("{name} endpoint"), Standing::Fine, said);
    }
    let said = bounds(provider);
    checks.add(&format!("{name} bounds"), Standing::Fine, said);
    if let (Some(rail), Ok(own)) = (provider.guardrail(), &who) {
        guardrail(name, &rail, own, observer, checks).await;
    }
}

/// How long the provider's log and its changes may take.
fn bounds(provider: &dyn Provider) -> String {
    let spelled = |bound: &Bound, assumed: &str| {
        let assumed = if bound.is_assumed() { assumed } else { "" };
        format!("{}{assumed}", spell(bound.within()))
    };
    let cuts = provider.actions().iter().filter(|s| s.cut().is_some());
    let cuts = cuts.map(|spec| format!("{} {}", spec.id, spelled(&spec.bound, " (assumed)")));
    format!(
        "audit log lags up to {}; {}",
        spelled(&provider.audit_lag(), ", assumed"),
        cuts.collect::<Vec<_>>().join(", ")
    )
}

/// Looks whether the guardrail of peacetime is on each account that we act in.
async fn guardrail(
    name: &str,
    rail: &Guardrail,
    own: &[Locator],
    observer: &Observer,
    checks: &mut Checks,
) {
    let accounts: BTreeSet<&str> = own.iter().filter_map(Locator::account).collect();
    let accounts: Vec<Locator> = accounts
        .into_iter()
        .map(|account| Locator::new(&rail.on, account, Some(account)))
        .collect();
    for seen in observer.observe(&accounts).await {
        let account = seen.target.id();
        let (standing, said) = match (&seen.fact, seen.fields()) {
            // Our chain may come from an account that we do not act in.
            (Fact::Unreadable(why), _) if why.because == Because::Foreign => continue,
            (Fact::Unreadable(why), _) => {
                let said = format!("whether it is installed in {account} is not known: {why}");
                (Standing::Advice, said)
            }
            (_, Some(fields)) if fields.get(&rail.shown_in) == Some(&true.into()) => {
                (Standing::Fine, format!("it is installed in {account}"))
            }
            _ => {
                let said = format!(
                    "it is not installed in {account}; contain provider guardrail {name} prints it, and how"
                );
                (Standing::Advice, said)
            }
        };
        checks.add(&format!("{name} guardrail"), standing, said);
    }
}

fn ended(checks: &Checks) -> Ended {
    let text = checks.0.iter().fold(String::new(), |mut text, check| {
        text.extend([
            match check.standing {
                Standing::Fine => "ok    ",
                Standing::Advice => "note  ",
                Standing::Fails => "FAILS ",
            },
            &format!("{:<18} {}\n", check.what, plain(&check.said)),
        ]);
        text
    });
    let fails = |check: &Check| check.standing == Standing::Fails;
    let rows: Vec<_> = checks
        .0
        .iter()
        .map(|check| {
            serde_json::json!({
                "what": check.what,
                "ok": !fails(check),
                "advice": check.standing == Standing::Advice,
                "said": check.said,
            })
        })
        .collect();
    let mut ended = Ended::data(serde_json::json!({ "checks": rows }), text);
    ended.exit = Some(if checks.0.iter().any(fails) {
        super::failure::exit::NOT_CONTAINED
    } else {
        0
    });
    ended
}
