//! What a provider knows and can do, for people: from what it declares and what the tests prove.
//!
//! Never asks a provider anything.

use super::page::Page;
use super::proven::Proven;
use super::setting::Told;
use super::{proven, table};
use crate::domain::why::plain;
use crate::domain::{Access, Bound, Effect, Fate, Kind, Readable, Repeat, Spec, Undo, clock};
use crate::provider::Provider;

/// One provider in short: its kinds with the cuts of each, and how many actions it has.
#[must_use]
pub fn short(
    provider: &dyn Provider,
    configured: &str,
    proven: impl Fn(&Spec) -> Vec<Proven>,
) -> String {
    let mut page = Page::default();
    let endpoints = provider.endpoints();
    page.line(&format!(
        "{}  {} kinds, {} actions; {configured}",
        provider.name(),
        provider.kinds().len(),
        provider.actions().len()
    ));
    let proofs: Vec<Vec<Proven>> = provider.actions().iter().map(proven).collect();
    if !proofs.is_empty() {
        let tally = proven::tally(proofs.iter().map(Vec::as_slice));
        page.line(&format!("    proven by: {tally}"));
    }
    for (service, url) in &endpoints {
        let service = if service.is_empty() {
            "every service"
        } else {
            service
        };
        page.line(&format!(
            "    endpoint, not the vendor's: {service}: {}",
            plain(url)
        ));
    }
    for kind in provider.kinds() {
        let on = provider.actions().iter().filter(|spec| spec.on == kind.id);
        let ids: Vec<String> = on.map(|spec| spec.id.to_string()).collect();
        let names: Vec<&str> = ids
            .iter()
            .map(|id| id.split_once('.').map_or(id.as_str(), |(_, name)| name))
            .collect();
        let names = if names.is_empty() {
            "is read only".to_owned()
        } else {
            names.join(", ")
        };
        page.line(&format!("    {:<24} {names}", kind.id.to_string()));
    }
    page.text()
}

/// The rung of a cut, or the word of what else an action does.
fn verb(spec: &Spec) -> &'static str {
    spec.cut()
        .map_or_else(|| spec.effect.word(), |cut| cut.rung.verb())
}

/// What a provider can be told, and all that it declares of its kinds and actions; `proven` says by what an action was
/// proven.
#[must_use]
pub fn whole(
    provider: &dyn Provider,
    told: Option<&Told>,
    proven: impl Fn(&Spec) -> Vec<Proven>,
) -> String {
    let mut page = Page::default();
    if let Some(told) = told {
        told.block(&mut page);
    }
    page.line("KINDS");
    for kind in provider.kinds() {
        describe_kind(&mut page, kind, provider.actions());
    }
    page.gap();
    page.line("ACTIONS");
    for spec in provider.actions() {
        describe(&mut page, spec, &proven(spec));
    }
    page.text()
}

fn describe_kind(page: &mut Page, kind: &Kind, specs: &[Spec]) {
    let is = if kind.credential {
        "credential"
    } else {
        "principal"
    };
    page.line(&format!(
        "  {:<24} {} ({is})",
        kind.id.to_string(),
        kind.title
    ));
    let mut line = |what: &str, said: &str| page.line(&format!("      {what:<12} {said}"));
    line(
        "looked up",
        match kind.readable {
            Readable::ById => "by its id",
            Readable::BySecret => "only with its secret",
            Readable::Never => "never",
        },
    );
    let reads: Vec<String> = kind.reads.iter().map(word).collect();
    line("reads", &reads.join(", "));
    let nouns = |kinds: &[crate::domain::KindId]| {
        let nouns: Vec<&str> = kinds.iter().map(|kind| kind.noun()).collect();
        nouns.join(", ")
    };
    if !kind.governs.is_empty() {
        line("governs", &nouns(&kind.governs));
    }
    if !kind.mints.is_empty() {
        line("makes", &nouns(&kind.mints));
    }
    let on = specs.iter().filter(|spec| spec.on == kind.id);
    let cuts: Vec<&Spec> = on.filter(|spec| spec.cut().is_some()).collect();
    let mut makes = specs.iter();
    let is_made = makes.any(|spec| matches!(&spec.effect, Effect::Issue(made) if *made == kind.id));
    let (back, tokens) = (table::given_back(&cuts), table::tokens(&cuts, kind));
    let probe = if kind.probe { "yes" } else { "no" };
    for (what, said) in [
        ("given back", back),
        (
            "live tokens",
            if tokens == "yes" {
                "die with the hardest cut"
            } else {
                tokens
            },
        ),
        ("probe", probe),
        ("reissue", table::reissue(kind, is_made)),
    ] {
        if said != "-" {
            line(what, said);
        }
    }
    if let Some(lifetime) = kind.lifetime {
        line(
            "lapses",
            &format!("after {} at most", clock::spell(lifetime)),
        );
    }
    if let Some(steps) = &kind.by_hand {
        line("by hand", &plain(steps));
    }
}

fn describe(page: &mut Page, spec: &Spec, proven: &[Proven]) {
    page.line(&format!("  {}  {}", spec.id, spec.title));
    let mut line = |what: &str, said: &str| {
        page.line(&format!("      {what:<12} {}", plain(said)));
    };
    line("on", &spec.on.to_string());
    line("does", verb(spec));
    if let Effect::Cut(cut) = &spec.effect {
        let fate = |fate: Fate| match fate {
            Fate::Lives => "goes on",
            Fate::Pauses => "stops until the undo",
            Fate::Dies => "ends for good",
        };
        let when = if cut.before_call {
            ", if older than the call"
        } else {
            ""
        };
        line(
            "fate",
            &format!(
                "the target {}; what was issued from it {}{when}",
                fate(cut.target),
                fate(cut.issued)
            ),
        );
        line(
            "issues",
            if cut.stops_issue {
                "nothing new while in force"
            } else {
                "new ones all the same"
            },
        );
        match &cut.allows {
            Access::Nothing => {}
            Access::ReadOnly => line("allows", "reading"),
            Access::AsBefore => line("allows", "what it could do before"),
            Access::Param(name) => line("allows", &format!("what `{name}` says")),
        }
    }
    line("tier", &format!("{} or higher", spec.floor));
    let within = clock::spell(spec.bound.within());
    line(
        "bound",
        &match &spec.bound {
            Bound::Published { source, .. } => format!("{within}, published at {source}"),
            Bound::Configured { .. } => format!("{within}, set by the workspace"),
            Bound::Assumed { because, .. } => format!("{within}, assumed: {because}"),
        },
    );
    line(
        "undo",
        &match &spec.undo {
            Undo::By(action) => action.to_string(),
            Undo::None(why) => format!("none: {why}"),
        },
    );
    line(
        "twice",
        match spec.repeat {
            Repeat::SetLike => "nothing more happens",
            Repeat::Tagged => "something new is made, and its tag finds it",
            Repeat::Once => "something new is made, and nothing finds it",
        },
    );
    line("hurts", &spec.hurts);
    for param in &spec.params {
        let default = param.default.as_ref();
        let default = default.map_or_else(
            || "must be said".to_owned(),
            |value| format!("{value} unless said"),
        );
        line(
            "parameter",
            &format!("{}: {} ({default})", param.name, param.about),
        );
    }
    line("permissions", &spec.permissions.join(", "));
    if let Some(tells) = &spec.tells {
        line("tells", tells);
    }
    for open in &spec.unconfirmed {
        line("unconfirmed", open);
    }
    line("proven by", &proven::said(proven));
    if !spec.standards.is_empty() {
        line("standards", &spec.standards.join(", "));
    }
    line("docs", &spec.docs);
}

fn word(value: &impl serde::Serialize) -> String {
    let word = serde_json::to_value(value).unwrap_or_default();
    word.as_str().unwrap_or_default().to_owned()
}
