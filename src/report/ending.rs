//! How it ended: what happened, what is still alive, what to run next.
//!
//! Every text from outside passes [`plain`]; meaning never hangs on colour.

use super::asked;
use super::output::Output;
use super::page::Page;
use super::phase;
use super::standing::Outcome;
use crate::domain::Status;
use crate::domain::why::plain;

/// Renders how it ended: what happened, what is still alive, what to run next.
#[must_use]
pub fn ending(output: &Output) -> String {
    let mut page = Page::default();
    let drill = if output.drill { "DRILL: " } else { "" };
    page.line(&format!("{drill}{}", headline(output)));
    phase::list(&mut page, output);
    page.gap();
    for item in output
        .items
        .iter()
        .filter(|item| item.verdict.is_some() || item.action.is_some())
    {
        let verdict = item.verdict.as_deref().unwrap_or("");
        let settled = match item.settled.as_deref() {
            Some("no") if item.changed => ", not settled",
            Some("assumed") => ", settled (assumed)",
            Some("yes") => ", settled",
            Some(_) | None => "",
        };
        let target = item.target.as_deref().unwrap_or_default();
        page.line(&format!(
            "  {:<11} {:<12} {target}  {}{settled}",
            item.status.word(),
            verdict,
            item.action.as_deref().unwrap_or("by hand")
        ));
        if let Some(why) = &item.why {
            page.line(&format!("              {}", plain(why)));
        }
        if let Some(probe) = &item.probe {
            page.line(&format!(
                "              tried {} times from {} to {}: {} refused, {} accepted, {} unclear{}",
                probe.sent,
                probe.from,
                probe.until,
                probe.refused,
                probe.accepted,
                probe.unclear,
                probe
                    .p
                    .map(|p| format!(
                        "; the last {} in a row were refused, so fewer than {} % of front ends still accept it (99.9 %)",
                        probe.n,
                        p * 100.0
                    ))
                    .unwrap_or_default()
            ));
        }
        // What never came to its proof, and what had not to be done, has said why already.
        let rests = ["acknowledged", "observed", "alive"];
        let rests = item
            .verdict
            .as_deref()
            .is_some_and(|word| rests.contains(&word))
            && item.status != Status::Skipped;
        if let Some(why) = item.not_higher.as_ref().filter(|_| rests) {
            page.line(&format!("              {}", plain(why)));
        }
    }
    asked::ending(&mut page, output);
    list(
        &mut page,
        "Still alive",
        output.still_alive.iter().map(|alive| {
            let until = alive
                .until
                .as_ref()
                .map(|until| format!("; lapses {until}"))
                .unwrap_or_default();
            let cut = alive
                .cut_with
                .as_ref()
                .map(|cut| format!("\n      cut with: {cut}"))
                .unwrap_or_default();
            format!("{}\n      {}{until}{cut}", alive.what, plain(&alive.why))
        }),
    );
    list(
        &mut page,
        "Not seen",
        output
            .not_seen
            .iter()
            .map(|n| format!("{}: {}", plain(&n.what), plain(&n.why))),
    );
    list(
        &mut page,
        "Not yet, because",
        output.withheld.iter().map(|why| plain(why)),
    );
    list(
        &mut page,
        "Owed",
        output.obligations.iter().map(|owed| {
            let due = owed
                .due
                .as_ref()
                .map(|due| format!(" by {due}"))
                .unwrap_or_default();
            format!("{}{due}", plain(&owed.what))
        }),
    );
    let more = output.close_lacks.len().checked_sub(SHOWN);
    let more = more.filter(|more| *more > 0);
    let more = more.map(|more| format!("and {more} more, which `contain incident close` names"));
    list(
        &mut page,
        "Before it can be closed",
        shown(&output.close_lacks).chain(more),
    );
    if let Some(code) = &output.confirm {
        page.gap();
        page.line(&format!("The plan's code is {code}."));
    }
    list(&mut page, "Next", output.next.iter().cloned());
    page.text()
}

/// How it stands, in one line.
#[must_use]
pub fn headline(output: &Output) -> String {
    let incident = output.incident.as_deref().unwrap_or("-");
    let changed = output.items.iter().filter(|item| item.changed).count();
    let settles = output
        .settles_at
        .as_ref()
        .map(|at| format!(" It settles at {at}."))
        .unwrap_or_default();
    let said = match output.outcome {
        Outcome::Planned => "PLANNED. Nothing was changed.".to_owned(),
        Outcome::Isolated => {
            format!("ISOLATED. Every cut is seen in force ({changed} made by this run).{settles}")
        }
        Outcome::Contained => format!(
            "CONTAINED. Every cut is in force and settled, and a fresh look found nothing to do ({changed} made by this run)."
        ),
        Outcome::PartlyContained => format!(
            "PARTLY CONTAINED. Some of it is still alive or not proven dead ({changed} changes were made; none was undone)."
        ),
        Outcome::NotContained => format!(
            "NOT CONTAINED. Nothing of it is proven dead ({changed} changes were made; none was undone)."
        ),
        Outcome::Waiting if changed > 0 => format!(
            "WAITING FOR A PERSON. What had to be cut is seen in force ({changed} changes were made); further steps wait.{settles}"
        ),
        Outcome::Waiting => "WAITING FOR A PERSON. Nothing was changed.".to_owned(),
        Outcome::PartlyDone => format!(
            "PARTLY DONE. {} ({changed} changes were made; none was undone); some further steps did not end well or did not start.{settles}",
            if output.items.iter().any(|item| item.rung.is_some()) {
                "What had to be cut is seen in force"
            } else {
                "Nothing had to be cut"
            }
        ),
        Outcome::Denied => "DENIED. Nothing was changed.".to_owned(),
        Outcome::InDoubt => format!(
            "IN DOUBT. A call may or may not have taken effect ({changed} changes are known); run resume to look."
        ),
        Outcome::Restored => {
            format!("RESTORED. What may come back is back ({changed} given back).")
        }
        Outcome::PartlyRestored => format!(
            "PARTLY RESTORED. {changed} given back; some of what was asked for could not be put back."
        ),
        Outcome::Done => "DONE.".to_owned(),
        Outcome::Failed => "FAILED. Nothing was changed.".to_owned(),
    };
    let closed = if output.closed { "CLOSED. " } else { "" };
    format!("{closed}{said}  [incident {incident}]")
}

/// How much of what closing lacks a person is shown where they did not ask to close.
const SHOWN: usize = 10;

fn shown(lacks: &[String]) -> impl Iterator<Item = String> {
    lacks.iter().take(SHOWN).map(|lack| plain(lack))
}

fn list(page: &mut Page, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        page.gap();
        page.line(&format!("{title}:"));
        for line in lines {
            page.line(&format!("  {line}"));
        }
    }
}
