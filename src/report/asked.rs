//! What a person reads of checks, gates and manual tasks: in the plan, while it goes on, at the end.
//!
//! Text of playbooks and of people passes [`plain`].

use super::output::Output;
use super::page::Page;
use crate::domain::event::Decision;
use crate::domain::item::Asked;
use crate::domain::why::plain;
use crate::domain::{Item, clock};

pub(super) fn check(page: &mut Page, number: usize, item: &Item, asked: &Asked) {
    page.line(&format!("{number:>3}  check        {}", item.on()));
    let evidence = if asked.evidence {
        "; counts only with whole evidence"
    } else {
        ""
    };
    page.line(&format!("       holds  {}{evidence}", plain(asked.told())));
}

pub(super) fn gate(page: &mut Page, number: usize, item: &Item, asked: &Asked) {
    page.line(&format!("{number:>3}  ask          {}", item.key.step));
    page.line(&format!("       ask    {}", plain(&asked.text)));
    let answer = match asked.people() {
        1 => "answered by confirming this plan".to_owned(),
        people => format!(
            "takes {people} people; none are configured, so what needs it will wait (approval)"
        ),
    };
    page.line(&format!(
        "       who    {}: {answer}",
        plain(&asked.spell())
    ));
    within(page, asked);
}

pub(super) fn by_hand(page: &mut Page, number: usize, item: &Item, asked: &Asked) {
    page.line(&format!("{number:>3}  by hand      {}", item.on()));
    page.line(&format!("       {}", plain(&asked.text)));
    if !asked.of.is_empty() {
        page.line(&format!("       who    {}", plain(&asked.spell())));
    }
    if asked.evidence {
        page.line("       proof  a file that shows it was done");
    }
    within(page, asked);
}

fn within(page: &mut Page, asked: &Asked) {
    let Some(within) = asked.within else {
        return;
    };
    let then = if asked.denies {
        "; then what needs it is denied"
    } else {
        ""
    };
    page.line(&format!("       within {}{then}", clock::spell(within)));
}

/// The condition under which an item is done, where that is not known yet.
pub(super) fn condition(page: &mut Page, item: &Item) {
    if let Some(only_if) = &item.only_if {
        page.line(&format!("       if     conditional on {}", plain(only_if)));
    }
}

/// The line that a decision is worth while a run goes on.
pub(super) fn decided(decision: &Decision) -> String {
    let word = if decision.passed {
        "passed"
    } else {
        "not passed"
    };
    format!(
        "{word:<13} {} ({})",
        plain(&decision.why),
        plain(&decision.by)
    )
}

/// The lines of what was asked and decided, at the end.
pub(super) fn ending(page: &mut Page, output: &Output) {
    let asked = output
        .items
        .iter()
        .filter(|item| item.verdict.is_none() && item.action.is_none());
    for item in asked.filter(|item| item.asks.is_some()) {
        let of = item.target.as_deref().unwrap_or(&item.key);
        page.line(&format!(
            "  {:<11} {:<12} {of}  {}",
            item.status.word(),
            item.does,
            plain(
                item.means
                    .as_deref()
                    .or(item.asks.as_deref())
                    .unwrap_or_default()
            )
        ));
        if let Some(why) = &item.why {
            page.line(&format!("              {}", plain(why)));
        }
        if !item.evidence.is_empty() {
            page.line(&format!(
                "              rests on {}",
                item.evidence.join(", ")
            ));
        }
    }
}
