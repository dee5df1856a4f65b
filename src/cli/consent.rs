//! Asking the operator: the plan on standard error, and the word that it needs.

use super::aside;
use super::session::Session;
use crate::converge::Answer;
use crate::domain::plan::Plan;
use crate::domain::{Digest, Item};
use crate::gate::{Confirmation, Ruling};
use crate::report::human;

/// Shows the plan and asks for the word that it needs.
pub(super) fn ask(
    session: &Session,
    plan: &Plan,
    digest: Digest,
    open: &[(&Item, Ruling)],
    (yes, code): (bool, Option<&str>),
) -> Answer {
    if !session.json {
        aside(&format!(
            "{}\n{}",
            human::plan(plan, &session.catalogue),
            terms(plan, digest, open)
        ));
    }
    if let Some(code) = code {
        return if code.eq_ignore_ascii_case(&digest.code()) {
            Answer::Yes(Confirmation::Code)
        } else {
            Answer::Nobody
        };
    }
    if yes {
        return Answer::Yes(Confirmation::Yes);
    }
    if !session.is_attended() {
        return Answer::Nobody;
    }
    let grave = open
        .iter()
        .any(|(_, ruling)| matches!(ruling, Ruling::NeedsMandate(_)));
    let wanted = if grave {
        format!("the code {}, or `yes` for what needs none", digest.code())
    } else {
        "`yes`".to_owned()
    };
    aside(&format!(
        "Type {wanted} to go on; anything else changes nothing."
    ));
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(_) if line.trim().eq_ignore_ascii_case(&digest.code()) => {
            Answer::Yes(Confirmation::Code)
        }
        Ok(_) if line.trim().eq_ignore_ascii_case("yes") => Answer::Yes(Confirmation::Prompt),
        Ok(_) | Err(_) => Answer::No,
    }
}

pub(super) fn terms(plan: &Plan, digest: Digest, open: &[(&Item, Ruling)]) -> String {
    let mut text = String::new();
    for (item, ruling) in open {
        let (verdict, rules) = match ruling {
            Ruling::Allow(_) => continue,
            Ruling::NeedsMandate(rules) => ("NEEDS THE CODE", rules),
            Ruling::Forbidden(rules) => ("FORBIDDEN", rules),
        };
        let rules: Vec<String> = rules
            .iter()
            .map(|rule| format!("{} [{}]", rule.title, rule.id))
            .collect();
        text.extend([verdict, "  ", &item.on(), ": ", &rules.join("; "), "\n"]);
    }
    text.extend([
        "Plan ",
        &digest.to_string(),
        " (code ",
        &digest.code(),
        ").\n",
    ]);
    if plan.items.iter().any(|item| item.rung.is_some()) {
        text.push_str(
            "Confirming also covers up to 200 further reversible cuts on what the subjects hold, minted or entered, \
             for one hour (--exact withholds it).\n",
        );
    }
    text
}
