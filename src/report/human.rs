//! What a person reads: the plan before, a line per target meanwhile, and [`ending()`].
//!
//! Every text from outside passes [`plain`]; meaning never hangs on colour.

use std::collections::{BTreeMap, BTreeSet};

pub use super::ending::ending;

use super::asked;
use super::page::Page;
use crate::domain::event::{Answered, Event};
use crate::domain::plan::Plan;
use crate::domain::why::plain;
use crate::domain::{
    ActionId, Bound, Call, Effect, Item, Locator, Phase, Spec, Tier, Undo, Work, clock,
};
use crate::provider::Catalogue;

/// Who acts, and in which accounts. A credential that does not tell who it is stands with its provider alone, and acts in the
/// account that its locators name.
fn acting(plan: &Plan) -> String {
    let own = &plan.acting_as;
    let is_silent = |subject: &&Locator| own.iter().all(|one| one.provider() != subject.provider());
    let silent: Vec<&Locator> = plan.subjects.iter().filter(is_silent).collect();
    let providers: BTreeSet<&str> = silent.iter().map(|subject| subject.provider()).collect();
    let nameless = providers
        .into_iter()
        .map(|name| format!("a credential of {name} that does not tell who it is"));
    let who: Vec<String> = own
        .iter()
        .map(ToString::to_string)
        .chain(nameless)
        .collect();
    let of = own.iter().chain(silent);
    let accounts: BTreeSet<&str> = of.filter_map(|one| one.account()).collect();
    let accounts: Vec<String> = accounts.into_iter().map(plain).collect();
    match (who.as_slice(), accounts.as_slice()) {
        ([], _) => "Acting as nobody: no subject is at a provider".to_owned(),
        (who, []) => format!("Acting as {}", who.join(", ")),
        (who, accounts) => format!(
            "Acting as {} in account {}",
            who.join(", "),
            accounts.join(", ")
        ),
    }
}

/// Renders a plan: who acts, what is cut, whom it hurts, how it is given back, what stays alive.
#[must_use]
pub fn plan(plan: &Plan, catalogue: &Catalogue) -> String {
    let mut page = Page::default();
    page.line(&acting(plan));
    page.line(&format!(
        "Incident {} · run {} · round {} · plan expires {}",
        plan.incident, plan.run, plan.round, plan.expires
    ));
    for warning in &plan.warnings {
        page.line(&format!("WARNING  {}", plain(warning)));
    }
    let mut number = 0;
    let gives_back = gives_back(plan, catalogue);
    let mut phase = None;
    for item in plan
        .items
        .iter()
        .filter(|item| !matches!(item.work, Work::Read(_)))
    {
        if phase != Some(item.key.phase) {
            phase = Some(item.key.phase);
            page.gap();
            page.line(&match item.key.phase {
                Phase::Reissue if gives_back => "RESTORE".to_owned(),
                phase @ (Phase::Isolate | Phase::Inventory | Phase::Validate | Phase::Reissue) => {
                    phase.word().to_uppercase()
                }
            });
        }
        number += 1;
        describe(&mut page, number, item, catalogue);
    }
    let reads: Vec<_> = plan
        .items
        .iter()
        .filter(|item| matches!(item.work, Work::Read(_)))
        .map(|item| item.key.step.as_str())
        .collect();
    let reads: std::collections::BTreeSet<_> = reads.into_iter().collect();
    if !reads.is_empty() || !plan.pending.is_empty() {
        page.gap();
        page.line("MEANWHILE AND AFTERWARDS");
        if !reads.is_empty() {
            page.line(&format!(
                "  reads beside the cuts: {}",
                reads.into_iter().collect::<Vec<_>>().join(", ")
            ));
        }
        for pending in &plan.pending {
            page.line(&format!(
                "  {}/{} {}",
                pending.phase.word(),
                pending.step,
                plain(&pending.why)
            ));
        }
    }
    if !plan.outside.is_empty() {
        page.gap();
        page.line("STAYS ALIVE: outside of what was asked for");
        for outside in &plan.outside {
            page.line(&format!("  {}", outside.what));
            page.line(&format!("      {}", plain(&outside.why)));
            if let Some(command) = &outside.cut_with {
                page.line(&format!("      cut with: {command}"));
            }
        }
    }
    for not_seen in &plan.not_seen {
        page.line(&format!(
            "  not seen: {}: {}",
            plain(&not_seen.what),
            not_seen.why
        ));
    }
    page.text()
}

/// Whether all that a plan changes gives back what was cut, and nothing is issued anew.
fn gives_back(plan: &Plan, catalogue: &Catalogue) -> bool {
    let mut actions = plan.items.iter().filter_map(Item::action).peekable();
    let opens = |action: &ActionId| {
        let spec = catalogue.action(action);
        spec.is_some_and(|spec| matches!(spec.effect, Effect::Open))
    };
    actions.peek().is_some() && actions.all(opens)
}

fn describe(page: &mut Page, number: usize, item: &Item, catalogue: &Catalogue) {
    let spec = item.action().and_then(|action| catalogue.action(action));
    let verb = item
        .rung
        .map_or_else(|| spec.map_or("do", verb), |rung| rung.verb());
    let marks = if item.marks.is_empty() {
        String::new()
    } else {
        format!("  [{}]", item.marks.join(", "))
    };
    match &item.work {
        Work::Act(call) => {
            page.line(&format!(
                "{number:>3}  {verb:<12} {}   tier {}{marks}",
                call.target, item.tier
            ));
            if let Some(spec) = catalogue.action(&call.action) {
                page.line(&format!("       do     {}  {}", spec.id, spec.title));
                page.line(&format!(
                    "       undo   {}",
                    undo(item.undo.as_ref(), catalogue)
                ));
                page.line(&format!("       hurts  {}", spec.hurts));
                page.line(&format!("       proof  {}", proof(item, spec)));
                for open in &spec.unconfirmed {
                    page.line(&format!(
                        "       open   not confirmed by the vendor's documents: {}",
                        plain(open)
                    ));
                }
            }
        }
        Work::Issue { make, deliver } => {
            issue(page, (number, &marks), (item, make, deliver), catalogue);
        }
        Work::Watch { of, target } => {
            page.line(&format!("{number:>3}  watch        {target}"));
            page.line(&format!("       until  what {of} makes is in use"));
        }
        Work::Nothing { target, why, .. } => {
            page.line(&format!(
                "{number:>3}  nothing      {target}   {}",
                plain(why)
            ));
        }
        Work::Check(asked) => asked::check(page, number, item, asked),
        Work::Gate(asked) => asked::gate(page, number, item, asked),
        Work::Manual(asked) => asked::by_hand(page, number, item, asked),
        Work::Read(_) => {}
    }
    asked::condition(page, item);
    at_stake(page, item);
    // Whoever confirms a give-back reads why it is as grave as it is.
    let gives_back = item.call().is_some() && item.key.step == crate::plan::restore::STEP;
    let is_raised = item.stake.is_some() && spec.is_some_and(|spec| item.tier > spec.floor);
    if item.tier >= Tier::GRAVE || gives_back || is_raised {
        for reason in &item.reasons {
            page.line(&format!("       why    {}", plain(reason)));
        }
    }
    if let Some(evidence) = &item.evidence {
        page.line(&format!("       found  {}", plain(evidence)));
    }
    if let Some(users) = item.facts.get("used_by").and_then(|users| users.as_array()) {
        for user in users.iter().filter_map(|user| user.as_str()) {
            page.line(&format!("       used   by {}", plain(user)));
        }
    }
}

/// Whose the target is, and whom the item hurts, as the estate says.
fn at_stake(page: &mut Page, item: &Item) {
    let asks = item.call().is_some() || matches!(item.work, Work::Manual(_) | Work::Gate(_));
    if let Some(stake) = item.stake.as_deref().filter(|_| asks) {
        page.line(&format!("       whose  {}", plain(&stake.whose())));
        page.line(&format!("       breaks {}", plain(&stake.breaks())));
    }
}

/// The verb of an action that cuts nothing.
fn verb(spec: &Spec) -> &'static str {
    match spec.effect {
        Effect::Open => "give back",
        Effect::Issue(_) => "issue",
        Effect::Deliver => "hand over",
        Effect::Tell => "tell",
        Effect::Read(_) => "read",
        Effect::Cut(_) => "cut",
    }
}

fn issue(
    page: &mut Page,
    (number, marks): (usize, &str),
    (item, make, deliver): (&Item, &Call, &[Call]),
    catalogue: &Catalogue,
) {
    page.line(&format!(
        "{number:>3}  issue        {}   tier {}{marks}",
        make.target, item.tier
    ));
    for call in item.calls() {
        let title = catalogue
            .action(&call.action)
            .map(|spec| spec.title.clone())
            .unwrap_or_default();
        page.line(&format!("       do     {}  {title}", call.action));
    }
    for call in deliver {
        page.line(&format!(
            "       to     {}; the new secret passes through memory only",
            call.target
        ));
    }
    page.line(&format!(
        "       undo   {}",
        undo(item.undo.as_ref(), catalogue)
    ));
}

fn undo(undo: Option<&Undo>, catalogue: &Catalogue) -> String {
    match undo {
        Some(Undo::By(action)) => {
            let title = catalogue
                .action(action)
                .map(|spec| spec.title.clone())
                .unwrap_or_default();
            format!("{action}  {title}")
        }
        Some(Undo::None(why)) => format!("cannot be given back: {why}"),
        None => "nothing to give back".to_owned(),
    }
}

fn proof(item: &Item, spec: &Spec) -> String {
    let bound = clock::spell(spec.bound.within());
    let bound = match &spec.bound {
        Bound::Published { source, .. } => format!("{bound}, published at {source}"),
        Bound::Configured { .. } => format!("{bound}, set by the workspace"),
        Bound::Assumed { because, .. } => format!("{bound}, assumed: {because}"),
    };
    if item.probe {
        format!(
            "read back, then tried itself until refused 135 times, the last time after the bound ({bound})"
        )
    } else if spec.cut().is_some() {
        format!("read back; not probed; everywhere after the bound ({bound})")
    } else {
        format!("read back; everywhere after the bound ({bound})")
    }
}

fn answer(outcome: &Answered) -> String {
    match outcome {
        Answered::Done { .. } => "acknowledged".to_owned(),
        Answered::AlreadySo => "it was so already".to_owned(),
        Answered::Refused(why) => format!("refused: {why}"),
        Answered::Throttled { .. } => "throttled".to_owned(),
        Answered::Unavailable(why) => format!("unavailable: {why}"),
        Answered::InDoubt(why) => format!("in doubt: {why}"),
    }
}

/// Renders the line that an entry is worth while a run goes on.
#[must_use]
pub fn entry(event: &Event, targets: &BTreeMap<String, String>) -> Option<(String, String)> {
    let item = event.item()?;
    let target = targets.get(&item.key.to_string())?.clone();
    let text = match event {
        Event::Intended {
            attempt: 1, call, ..
        } => format!("requested     {}", call.action),
        Event::Intended { attempt, call, .. } => {
            format!("requested     {} (attempt {attempt})", call.action)
        }
        Event::Made { made, .. } => {
            let made: Vec<String> = made.iter().map(ToString::to_string).collect();
            format!("made          {}; not delivered yet", made.join(", "))
        }
        Event::Delivered { to, outcome, .. } => {
            format!("delivered     to {to}: {}", answer(outcome))
        }
        Event::Discarding { call, .. } => format!("taking away   {}", call.target),
        Event::Discarded { what, outcome, .. } => {
            format!("taken away    {what}: {}", answer(outcome))
        }
        Event::Answered { outcome, .. } => match outcome {
            Answered::Done { .. } => "acknowledged".to_owned(),
            Answered::AlreadySo => "acknowledged  it was so already".to_owned(),
            Answered::Refused(why) => format!("refused       {why}"),
            Answered::Throttled { .. } => "throttled     waiting, then again".to_owned(),
            Answered::Unavailable(why) => format!("unavailable   {why}"),
            Answered::InDoubt(why) => format!("in doubt      {why}; looking"),
        },
        Event::Resolved { happened, .. } => match happened {
            Some(true) => "acknowledged  the lost answer was a yes".to_owned(),
            Some(false) => "failed        known now that nothing happened".to_owned(),
            None => "in doubt      seen unchanged; sending again".to_owned(),
        },
        Event::Verified { verdict, .. } => {
            let n = verdict.probing.as_ref().map(|probing| {
                format!(
                    "{} refused, {} accepted of {}",
                    probing.refused, probing.accepted, probing.sent
                )
            });
            format!("{:<13} {}", verdict.word(), n.unwrap_or_default())
                .trim_end()
                .to_owned()
        }
        Event::Decided { decision, .. } => asked::decided(decision),
        Event::Waived { by, why, .. } => format!("waived        by {}: {}", plain(by), plain(why)),
        Event::Blocked { cause, .. } => {
            format!("blocked       {}: {}", cause.word(), plain(cause.text()))
        }
        Event::Denied { why, .. } => format!("denied        {}", plain(why)),
        Event::Skipped { why, .. } => format!("nothing       {}", plain(why)),
        Event::Stale { why, .. } => format!("stale         {}", plain(why)),
        Event::Failed { why, .. } => format!("failed        {why}"),
        Event::Found { reading, .. } => {
            let blind = if reading.not_seen.is_empty() {
                String::new()
            } else {
                format!(", {} not seen", reading.not_seen.len())
            };
            format!("read          {} found{blind}", reading.found.len())
        }
        Event::Released { .. } => "given back".to_owned(),
        Event::UndoFailed { why, .. } => format!("undo failed   {why}"),
        Event::InForce { .. }
        | Event::Extended { .. }
        | Event::Opened { .. }
        | Event::RunOpened { .. }
        | Event::PlanFrozen { .. }
        | Event::Requested { .. }
        | Event::Vetoed { .. }
        | Event::Declared { .. }
        | Event::Reviewed { .. }
        | Event::HandedOver { .. }
        | Event::Proposed { .. }
        | Event::Dismissed { .. }
        | Event::Granted { .. }
        | Event::Ended { .. }
        | Event::Assumed { .. }
        | Event::Lapsed { .. }
        | Event::RoundClosed { .. }
        | Event::RunClosed { .. }
        | Event::Attached { .. }
        | Event::Noted { .. }
        | Event::ByHand { .. }
        | Event::SetAside { .. }
        | Event::Checkpoint { .. }
        | Event::Accepted { .. }
        | Event::Closed { .. }
        | Event::Reopened { .. }
        | Event::Shared { .. }
        | Event::Taken { .. } => return None,
    };
    Some((target, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Because, Why};

    #[test]
    fn what_answered_is_not_called_unreached() {
        for text in ["Acme answered 503", "Acme was not reached"] {
            let why = Why::new(Because::Unavailable, text);
            let told = answer(&Answered::Unavailable(why));
            assert_eq!(
                told.matches("not reached").count(),
                text.matches("not reached").count()
            );
            assert!(told.starts_with("unavailable: "), "{told}");
        }
    }
}
