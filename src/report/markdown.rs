//! The report of an incident in Markdown: what was done, by whose authority, with what proof, in order.
//!
//! Made from the journal alone; text from outside is escaped, never interpreted.

use super::output::Output;
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::domain::{Digest, Time};
use crate::plan::restore::Wanted;

/// One entry, as far as the timeline needs it.
pub struct Entry<'a> {
    /// Its number.
    pub seq: u64,
    /// When it was written.
    pub at: Time,
    /// Who wrote it.
    pub actor: &'a str,
    /// What happened.
    pub event: &'a Event,
}

/// Renders the report of a run, with the timeline and what an auditor needs to check it.
#[must_use]
pub fn render(output: &Output, timeline: &[Entry<'_>], head: Digest) -> String {
    let mut lines = Vec::new();
    let incident = output.incident.as_deref().unwrap_or_default();
    lines.push(format!(
        "# Incident {}{}",
        escape(incident),
        if output.drill { " (drill)" } else { "" }
    ));
    lines.push(String::new());
    lines.push(format!(
        "Outcome: **{}**. {} rounds.",
        output.outcome.word(),
        output.rounds
    ));
    if let Some(scope) = &output.scope {
        let subjects: Vec<_> = scope.subjects.iter().map(|subject| code(subject)).collect();
        lines.push(format!(
            "Subjects: {}. Window since {}. Playbook `{}`.",
            subjects.join(", "),
            scope.since,
            scope.playbook
        ));
    }
    let acting: Vec<_> = output.acting_as.iter().map(|own| code(own)).collect();
    lines.push(format!("Acting as {}.", acting.join(", ")));
    lines.push("\n## What was done\n".to_owned());
    lines.push("| target | action | status | proof | settled | reversible | at |".to_owned());
    lines.push("|---|---|---|---|---|---|---|".to_owned());
    for item in &output.items {
        let cell = |text: Option<&str>| escape(text.unwrap_or("–"));
        lines.push(format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            cell(item.target.as_deref()),
            cell(item.action.as_deref()),
            item.status.word(),
            cell(item.verdict.as_deref()),
            cell(item.settled.as_deref()),
            if item.reversible { "yes" } else { "no" },
            item.at
        ));
    }
    let mut section = |title: &str, rows: Vec<String>| {
        if !rows.is_empty() {
            lines.push(format!("\n## {title}\n"));
            lines.extend(rows.into_iter().map(|row| format!("- {row}")));
        }
    };
    section(
        "False positive",
        timeline.iter().filter_map(false_positive).collect(),
    );
    section(
        "Sessions of our own",
        timeline.iter().filter_map(session).collect(),
    );
    section(
        "Still alive",
        output
            .still_alive
            .iter()
            .map(|alive| format!("{}: {}", code(&alive.what), escape(&alive.why)))
            .collect(),
    );
    section(
        "Not seen",
        output
            .not_seen
            .iter()
            .map(|n| format!("{}: {}", escape(&n.what), escape(&n.why)))
            .collect(),
    );
    section(
        "Withheld",
        output.withheld.iter().map(|why| escape(why)).collect(),
    );
    section(
        "Owed",
        output
            .obligations
            .iter()
            .map(|owed| escape(&owed.what))
            .collect(),
    );
    lines.push("\n## Timeline\n".to_owned());
    lines.push("| # | at | actor | entry | about |".to_owned());
    lines.push("|---|---|---|---|---|".to_owned());
    for entry in timeline {
        let about = entry
            .event
            .item()
            .map(|item| item.key.to_string())
            .unwrap_or_default();
        lines.push(format!(
            "| {} | {} | {} | {} | {} |",
            entry.seq,
            entry.at,
            escape(entry.actor),
            entry.event.kind(),
            escape(&about)
        ));
    }
    lines.push("\n## Checking this report\n".to_owned());
    lines.push(format!("The journal has {} entries and its head is `{head}`. Each line's `hash` is the SHA-256 of the line's bytes before `,\"hash\":`, and `prev` is the hash of the line before it:", timeline.len()));
    lines.push("\n    sed -n '1p' journal.jsonl | sed 's/,\"hash\":\"[0-9a-f]*\"}$//' | tr -d '\\n' | sha256sum\n".to_owned());
    lines.push(format!(
        "`contain journal verify` checks all of it. {}",
        vouched(timeline)
    ));
    lines.join("\n") + "\n"
}

/// How far somebody's signature vouches for the record, by what it says itself.
fn vouched(timeline: &[Entry<'_>]) -> String {
    let last = timeline.iter().rev().find_map(|entry| {
        let Event::Checkpoint { entries, path, .. } = entry.event else {
            return None;
        };
        Some((entries, path))
    });
    match last {
        Some((entries, path)) => format!(
            "The first {entries} entries were signed as {}; whether that signature counts, it says as well.",
            code(path)
        ),
        None => {
            "It is unanchored: no witness outside of this folder vouches for the head.".to_owned()
        }
    }
}

/// What an entry says was healthy all along, and why.
fn false_positive(entry: &Entry<'_>) -> Option<String> {
    let Event::RunOpened { run, order } = entry.event else {
        return None;
    };
    let wanted = Wanted::of(order);
    let healthy = wanted.healthy.filter(|_| order.gives_back())?;
    let of = match wanted.named.is_empty() {
        true => &order.subjects,
        false => &wanted.named,
    };
    let of: Vec<_> = of.iter().map(|of| code(&of.to_string())).collect();
    let sessions = match healthy.sessions {
        true => ", the sessions that were cut included",
        false => "",
    };
    Some(format!(
        "run {run}, at {}: {} declared healthy{sessions}: {}",
        entry.at,
        of.join(", "),
        escape(&healthy.reason)
    ))
}

/// A session that we acted under: whose, from when until when, and what about it is not as it should be.
fn session(entry: &Entry<'_>) -> Option<String> {
    let Event::Assumed { pass } = entry.event else {
        return None;
    };
    let source = pass.source.as_deref().map_or_else(String::new, |source| {
        format!(", source identity {}", code(source))
    });
    let notes = pass.notes.iter().map(|note| format!("; {}", escape(note)));
    Some(format!(
        "{} of {}, named {}{source}: from {} until {}{}",
        code(&pass.session.to_string()),
        code(&pass.of.to_string()),
        code(&pass.name),
        entry.at,
        pass.until,
        notes.collect::<String>()
    ))
}

fn escape(text: &str) -> String {
    plain(text).chars().fold(String::new(), |mut safe, c| {
        if matches!(
            c,
            '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '\\' | '#' | '!'
        ) {
            safe.push('\\');
        }
        safe.push(c);
        safe
    })
}

fn code(text: &str) -> String {
    format!("`{}`", plain(text).replace('`', "'"))
}
