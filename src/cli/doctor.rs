//! `contain doctor`: whether an incident could be worked on from here, right now.

use std::collections::{BTreeMap, BTreeSet};

use super::Ended;
use super::failure::Failure;
use super::notifier;
use super::session::Session;
use super::subject::distinct;
use crate::domain::clock::spell;
use crate::domain::why::plain;
use crate::domain::{Because, Bound, Duration, Fact, Locator, Spec};
use crate::plan::branch::cut_by;
use crate::provider::{Guardrail, Observer, Provider, Stands};

/// Check credentials, endpoints, bounds, guardrail, policies and the place of incidents; changes nothing at any provider
#[derive(clap::Args, Debug)]
pub(super) struct Args {}

/// Fewer protected identities are no way back in.
const LEAST_PROTECTED: u32 = 2;
/// How long what is stood on is looked for.
const LOOKS: Duration = Duration::from_secs(20);

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
    match super::estate::checked(&session) {
        Some(Ok((true, said))) => checks.add("estate", Standing::Fine, said),
        Some(Ok((false, said))) => checks.add("estate", Standing::Advice, said),
        Some(Err(why)) => checks.add("estate", Standing::Fails, why),
        None => {}
    }
    let observer = Observer::new(&session.catalogue, session.clock.clone());
    for provider in session.catalogue.providers() {
        if is_meant(provider.as_ref()) {
            look(&session, provider.as_ref(), &observer, &mut checks).await;
        }
    }
    kept(&session, &observer, &mut checks).await;
    for name in session.workspace.config.notifiers.keys() {
        let told = notifier::told(&session.catalogue, &observer, name).await;
        checks.add_result(&format!("notifier {name}"), told);
    }
    for (name, found) in session.look_at_sinks().await {
        let what = format!("sink {name}");
        match found {
            Ok((true, said)) => checks.add(&what, Standing::Advice, said),
            found => checks.add_result(&what, found.map(|(_, said)| said)),
        }
    }
    match session.signs_unasked() {
        Ok(said) => checks.add("signing", Standing::Fine, said),
        Err(why) => checks.add("signing", Standing::Advice, why),
    }
    for warning in &session.warnings {
        checks.add_result("workspace", Err(warning.clone()));
    }
    Ok(ended(&checks))
}

/// Looks at one provider: our credentials, its endpoints and bounds, and its guardrail.
async fn look(
    session: &Session,
    provider: &dyn Provider,
    observer: &Observer,
    checks: &mut Checks,
) {
    let name = provider.name();
    let who = observer.whoami(name).await;
    let what = format!("{name} credentials");
    if let Err(why) = &who
        && name == "aws"
        && why.because == Because::Unauthenticated
        && super::provider::aws_by(session).is_none()
    {
        // Nobody asked for AWS, and there is none to be had here.
        let (standing, said) = match has_others(session) {
            true => (Standing::Advice, "not configured".to_owned()),
            false => (
                Standing::Fails,
                format!("not configured, nor is any other provider: {why}"),
            ),
        };
        return checks.add(&what, standing, said);
    }
    let said = who.as_ref().map(|own| match own.as_slice() {
        [] => "acting as a credential that does not tell who it is".to_owned(),
        own => format!("acting as {}", super::session::listed(&distinct(own))),
    });
    checks.add_result(&what, said.map_err(ToString::to_string));
    for footing in provider.footing().await {
        let standing = match footing.stands {
            Stands::Well => Standing::Fine,
            Stands::Loosely => Standing::Advice,
            Stands::Not => Standing::Fails,
        };
        checks.add(&format!("{name} {}", footing.what), standing, footing.said);
    }
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

/// Whether anything but AWS is set up that could be acted at.
fn has_others(session: &Session) -> bool {
    let mut others = session.catalogue.providers();
    others.any(|one| one.name() != "aws" && is_meant(one.as_ref()))
}

/// What only tells has no credentials of ours, no bounds and no log; what is not set up is not meant to be used.
fn is_meant(provider: &dyn Provider) -> bool {
    provider.is_set_up() && !provider.actions().iter().all(Spec::leaves_no_trace)
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

/// Looks at the protected identities, and at what we and whoever is guarded stand on.
async fn kept(session: &Session, observer: &Observer, checks: &mut Checks) {
    let estate = session.estate().ok().flatten();
    let protected = session.workspace.protected(estate);
    let count = session.workspace.protected_count(estate);
    let said = match count {
        0 => "no identity is protected".to_owned(),
        1 => "one identity is protected".to_owned(),
        more => format!("{more} identities are protected"),
    };
    if count < LEAST_PROTECTED {
        let said = format!(
            "{said}; name at least two ways back in under `protected` in contain.yaml, held by nobody's daily work"
        );
        checks.add("protected", Standing::Advice, said);
    } else {
        checks.add("protected", Standing::Fine, said);
    }
    let protected: BTreeSet<Locator> = observer.located(&protected).await.into_iter().collect();
    let protected: Vec<Locator> = protected.into_iter().collect();
    for seen in observer.observe(&protected).await {
        let name = &seen.target;
        let (standing, said) = match &seen.fact {
            Fact::Gone => (Standing::Fails, format!("{name} does not exist")),
            Fact::Unreadable(why) => {
                let said = format!("whether {name} could be used is not known: {why}");
                (Standing::Advice, said)
            }
            Fact::Present(fields) => match cut_by(&session.catalogue, name, fields) {
                Some(cut) => (
                    Standing::Fails,
                    format!("{name} cannot be used: {cut} is in force"),
                ),
                None => (
                    Standing::Fine,
                    format!("{name} is there, and no cut is in force on it"),
                ),
            },
        };
        checks.add("protected", standing, said);
    }
    let mut own = Vec::new();
    for provider in session.catalogue.providers() {
        own.extend(observer.whoami(provider.name()).await.unwrap_or_default());
    }
    let branches = session.workspace.branches(&own, estate);
    let known = branches.now(observer, &session.clock, LOOKS).await;
    let mut stood_on: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (who, what, _) in known.told() {
        stood_on.entry(who).or_default().push(what.to_string());
    }
    for (who, parts) in stood_on {
        let said = format!("{who} stands on {}", parts.join(", "));
        checks.add("kept", Standing::Fine, said);
    }
    for blind in known.not_seen() {
        let said = format!("{}: {}", blind.what, blind.why);
        checks.add("kept", Standing::Advice, said);
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
