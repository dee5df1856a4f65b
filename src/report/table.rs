//! Tables of kinds and actions in Markdown, for documents that a test keeps fresh.
//!
//! Made from what the catalogue declares, and nothing else. Never says how something was proven: that is handed in.

use crate::domain::{Bound, Duration, Effect, Fate, Kind, Readable, Spec, Undo};

/// The table of actions, one row each, in the order given; `proven` says by what an action was proven.
#[must_use]
pub fn actions(specs: &[Spec], proven: impl Fn(&Spec) -> String) -> String {
    let mut table = head(&[
        "action",
        "on",
        "what it does",
        "rung",
        "target / issued from it",
        "tier from",
        "given back by",
        "everywhere after",
        "proven by",
    ]);
    for spec in specs {
        let cut = spec.cut();
        row(
            &mut table,
            &[
                format!("`{}`", spec.id),
                spec.on.noun().to_owned(),
                spec.title.clone(),
                cut.map_or_else(
                    || spec.effect.word().to_owned(),
                    |cut| cut.rung.verb().to_owned(),
                ),
                fates(&spec.effect),
                spec.floor.to_string(),
                match &spec.undo {
                    Undo::By(action) => format!("`{action}`"),
                    Undo::None(why) => format!("nothing: {why}"),
                },
                bound(&spec.bound),
                proven(spec),
            ],
        );
    }
    table
}

/// The table of kinds, one row each, in the order given, with the rungs that the actions give each.
#[must_use]
pub fn kinds(kinds: &[Kind], specs: &[Spec]) -> String {
    let mut table = head(&[
        "kind",
        "is a",
        "cuts",
        "reads",
        "looked up",
        "makes",
        "stops with it",
        "lapses after",
    ]);
    for kind in kinds {
        let cuts = specs
            .iter()
            .filter(|spec| spec.on == kind.id)
            .filter_map(Spec::cut);
        row(
            &mut table,
            &[
                format!("`{}`", kind.id),
                format!(
                    "{} ({})",
                    if kind.credential {
                        "credential"
                    } else {
                        "principal"
                    },
                    kind.title
                ),
                list(cuts.map(|cut| cut.rung.verb().to_owned())),
                list(kind.reads.iter().map(word)),
                match kind.readable {
                    Readable::ById => "by id",
                    Readable::BySecret => "only with its secret",
                    Readable::Never => "never",
                }
                .to_owned(),
                list(kind.mints.iter().map(|kind| kind.noun().to_owned())),
                list(kind.governs.iter().map(|kind| kind.noun().to_owned())),
                kind.lifetime
                    .map_or_else(|| "never".to_owned(), |life| length(&life)),
            ],
        );
    }
    table
}

fn fates(effect: &Effect) -> String {
    let fate = |fate: Fate| match fate {
        Fate::Lives => "lives",
        Fate::Pauses => "pauses",
        Fate::Dies => "dies",
    };
    match effect {
        Effect::Cut(cut) => {
            let when = if cut.before_call {
                ", if older than the call"
            } else {
                ""
            };
            format!("{} / {}{when}", fate(cut.target), fate(cut.issued))
        }
        Effect::Open => "as before, from the receipt".to_owned(),
        Effect::Read(_) | Effect::Issue(_) | Effect::Deliver | Effect::Tell => "-".to_owned(),
    }
}

fn bound(bound: &Bound) -> String {
    let within = length(&bound.within());
    match bound {
        Bound::Published { source, .. } => format!("{within}, [published]({source})"),
        Bound::Configured { .. } => format!("{within}, configured"),
        Bound::Assumed { because, .. } => format!("{within}, assumed: {because}"),
    }
}

fn length(length: &Duration) -> String {
    format!("{length:#}")
}

fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(_) | Err(_) => String::new(),
    }
}

fn list(words: impl Iterator<Item = String>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() {
        "-".to_owned()
    } else {
        words.join(", ")
    }
}

fn head(columns: &[&str]) -> String {
    let rule = vec!["---"; columns.len()].join("|");
    format!("| {} |\n|{rule}|\n", columns.join(" | "))
}

fn row(table: &mut String, cells: &[String]) {
    let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    table.extend(["| ", &cells.join(" | "), " |\n"]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_in_a_text_does_not_end_its_cell() {
        let mut table = head(&["a", "b"]);
        row(&mut table, &["x|y".to_owned(), "z".to_owned()]);
        assert_eq!(table, "| a | b |\n|---|---|\n| x\\|y | z |\n");
    }
}
