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

/// The table of kinds, one row each, in the order given, with what the actions make of each; `proven` says by what several
/// actions were proven.
#[must_use]
pub fn kinds(kinds: &[Kind], specs: &[Spec], proven: impl Fn(&[&Spec]) -> String) -> String {
    let mut table = head(&[
        "kind",
        "is a",
        "cuts",
        "given back",
        "live tokens die",
        "everywhere after",
        "inventory",
        "probe",
        "reissue",
        "looked up",
        "makes",
        "stops with it",
        "lapses after",
        "proven by",
    ]);
    for kind in kinds {
        let on = specs.iter().filter(|spec| spec.on == kind.id);
        let cuts: Vec<&Spec> = on.filter(|spec| spec.cut().is_some()).collect();
        let makes = specs
            .iter()
            .filter(|spec| matches!(&spec.effect, Effect::Issue(made) if *made == kind.id));
        let all: Vec<&Spec> = cuts.iter().copied().chain(makes.clone()).collect();
        let is_made = makes.count() > 0;
        row(
            &mut table,
            &[
                format!("`{}`", kind.id),
                is_a(kind),
                rungs(&cuts, kind),
                given_back(&cuts).to_owned(),
                tokens(&cuts, kind).to_owned(),
                bounds(&cuts),
                list(kind.reads.iter().map(word)),
                if kind.probe { "yes" } else { "no" }.to_owned(),
                reissue(kind, is_made).to_owned(),
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
                if all.is_empty() {
                    "-".to_owned()
                } else {
                    proven(&all)
                },
            ],
        );
    }
    table
}

fn is_a(kind: &Kind) -> String {
    let sort = if kind.credential {
        "credential"
    } else {
        "principal"
    };
    format!("{sort} ({})", kind.title)
}

/// The rungs that its cuts have, each once; by hand, where people alone cut it.
fn rungs(cuts: &[&Spec], kind: &Kind) -> String {
    if cuts.is_empty() && kind.by_hand.is_some() {
        return "by hand".to_owned();
    }
    let mut rungs: Vec<_> = cuts
        .iter()
        .filter_map(|spec| Some(spec.cut()?.rung))
        .collect();
    rungs.sort_unstable();
    rungs.dedup();
    list(rungs.iter().map(|rung| rung.verb().to_owned()))
}

/// Whether its cuts can be given back.
#[must_use]
pub fn given_back(cuts: &[&Spec]) -> &'static str {
    let back = cuts.iter().filter(|spec| spec.is_reversible()).count();
    match back {
        _ if cuts.is_empty() => "-",
        0 => "no",
        back if back == cuts.len() => "yes",
        _ => "in part",
    }
}

/// What the hardest of its cuts does to what was issued from it already; nothing where nothing is issued from it.
#[must_use]
pub fn tokens(cuts: &[&Spec], kind: &Kind) -> &'static str {
    if cuts.is_empty() || (kind.mints.is_empty() && kind.governs.is_empty()) {
        return "-";
    }
    let is = |wanted: Fate| {
        let mut cuts = cuts.iter().filter_map(|spec| spec.cut());
        cuts.any(|cut| cut.issued == wanted)
    };
    match () {
        () if is(Fate::Dies) => "yes",
        () if is(Fate::Pauses) => "while it is cut",
        () => "no",
    }
}

/// Within which times its cuts are in force everywhere.
fn bounds(cuts: &[&Spec]) -> String {
    let mut bounds: Vec<Duration> = cuts.iter().map(|spec| spec.bound.within()).collect();
    bounds.sort_unstable();
    let is_assumed = cuts.iter().any(|spec| spec.bound.is_assumed());
    let more = if is_assumed { ", assumed" } else { "" };
    match (bounds.first(), bounds.last()) {
        (Some(first), Some(last)) if first == last => format!("{}{more}", length(first)),
        (Some(first), Some(last)) => format!("{} to {}{more}", length(first), length(last)),
        _ => "-".to_owned(),
    }
}

/// How a new one comes to be.
#[must_use]
pub fn reissue(kind: &Kind, is_made: bool) -> &'static str {
    match (is_made, kind.credential, kind.short_lived.is_empty()) {
        (true, ..) => "yes",
        (false, false, _) => "-",
        (false, true, false) => "by hand, or something shorter-lived",
        (false, true, true) => "by hand",
    }
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
