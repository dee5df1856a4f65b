//! Which step waits for which: what the file says, what the language fills in, circles, and what is mentioned unasked.
//!
//! Never orders steps: priority among what is ready is the plan's.

use std::collections::{BTreeMap, BTreeSet};

use super::Ended;
use super::diagnostic::{Problem, Span};
use super::expr::Expr;
use super::lint::Lint;
use super::model::{Need, Step};
use super::step::StepDraft;
use crate::domain::Phase;

impl Lint<'_> {
    /// What each step needs: as written, else as the language fills it in; a call stands for the steps that it became.
    pub(super) fn needs(&mut self) -> Vec<Vec<(Need, Span)>> {
        let mut all = Vec::new();
        for (index, step) in self.draft.steps.iter().enumerate() {
            let needs = match &step.needs {
                Some(written) => {
                    for (need, span) in written {
                        self.known(need, *span);
                    }
                    written.clone()
                }
                None if self.is_cut(step) || step.phase == Phase::Isolate => mentioned(step)
                    .into_iter()
                    .map(|(id, span)| (need(id), span))
                    .collect(),
                None => {
                    let before = self.draft.steps.get(..index).unwrap_or_default();
                    let before = before
                        .iter()
                        .rev()
                        .find(|before| before.after.is_none() && before.phase == step.phase);
                    before
                        .map(|before| (need(&before.id), step.id_span))
                        .into_iter()
                        .collect()
                }
            };
            for (need, span) in &needs {
                self.later(step, &need.step, *span);
            }
            let expand = |(need, span): (Need, Span)| match self.called.get(&need.step) {
                Some(resolved) => {
                    let inner = need.expand(resolved, step.phase);
                    inner.into_iter().map(|need| (need, span)).collect()
                }
                None => vec![(need, span)],
            };
            all.push(needs.into_iter().flat_map(expand).collect());
        }
        all
    }

    /// Notes a need that nothing can meet.
    fn known(&mut self, need: &Need, span: Span) {
        if !self.has(&need.step) {
            let message = format!("there is no step `{}`", need.step);
            let problem = Problem::new("unknown-step", span, message);
            self.problems
                .push(problem.meant(&need.step, self.outputs.keys().map(String::as_str)));
        } else if need.ended == Ended::Failed && self.called.contains_key(&need.step) {
            let message = format!("`{}` is a call, and a call does not fail as one", need.step);
            let problem = Problem::new("unknown-suffix", span, message);
            let hint = format!("name one of its steps, as `{}_STEP.failed`", need.step);
            self.problems.push(problem.hint(hint));
        }
    }

    /// The phase of a step of the whole.
    fn phase_of(&self, id: &str) -> Option<Phase> {
        let own = self.draft.steps.iter().find(|step| step.id == id);
        own.map(|step| step.phase).or_else(|| {
            let (call, inner) = id.split_once('_')?;
            Some(self.called.get(call)?.playbook.step(inner)?.phase)
        })
    }

    fn later(&mut self, step: &StepDraft, id: &str, span: Span) {
        if let Some(phase) = self.phase_of(id).filter(|phase| *phase > step.phase) {
            let message = format!(
                "step `{}` waits for `{id}` of the later phase {}",
                step.id,
                phase.word()
            );
            self.note("later-phase", span, message);
        }
    }

    pub(super) fn cycles(&mut self, needs: &[Vec<(Need, Span)>]) {
        let graph: BTreeMap<&str, &[(Need, Span)]> = self
            .draft
            .steps
            .iter()
            .map(|step| step.id.as_str())
            .zip(needs.iter().map(Vec::as_slice))
            .collect();
        let (mut done, mut found) = (BTreeSet::new(), Vec::new());
        for step in &self.draft.steps {
            visit(&step.id, &graph, &mut Vec::new(), &mut done, &mut found);
        }
        for (path, span) in found {
            self.note(
                "cycle",
                span,
                format!("steps wait for each other: {}", path.join(" -> ")),
            );
        }
    }

    /// Whatever a step mentions it waits for; else it could be evaluated too early, or never.
    pub(super) fn closure(&mut self, needs: &[Vec<(Need, Span)>], inlined: &[Step]) {
        let own = self.draft.steps.iter().zip(needs).map(|(step, needs)| {
            let needs = needs.iter().map(|(need, _)| need.step.as_str());
            (step.id.as_str(), needs.collect::<Vec<_>>())
        });
        let inner = inlined.iter().map(|step| {
            let needs = step.needs.iter().map(|need| need.step.as_str());
            (step.id.as_str(), needs.collect())
        });
        let graph: BTreeMap<&str, Vec<&str>> = own.chain(inner).collect();
        for (step, own) in self.draft.steps.iter().zip(needs) {
            let mut reached: BTreeSet<&str> = BTreeSet::new();
            let mut open: Vec<&str> = own.iter().map(|(need, _)| need.step.as_str()).collect();
            while let Some(id) = open.pop() {
                if reached.insert(id) {
                    open.extend(graph.get(id).into_iter().flatten());
                }
            }
            for (id, span) in mentioned(step) {
                let is_call = self.called.contains_key(id);
                if is_call || !self.outputs.contains_key(id) || reached.contains(id) {
                    continue;
                }
                let message = format!("step `{}` mentions `{id}`", step.id);
                let later = self.phase_of(id).filter(|phase| *phase > step.phase);
                let problem = if id == step.id {
                    let message = format!("{message}, which is itself: it can never be known");
                    Problem::new("never-known", span, message)
                } else if let Some(phase) = later {
                    let message = format!(
                        "{message} of the later phase {}: it can never be known",
                        phase.word()
                    );
                    Problem::new("never-known", span, message)
                } else {
                    let message = format!("{message}, and does not wait for it");
                    Problem::new("not-needed", span, message)
                        .hint(format!("add `{id}` to its `needs`"))
                };
                self.problems.push(problem);
            }
        }
    }
}

/// Marks the steps that exist once per subject: they mention it, directly or through steps.
pub(super) fn per_subject(steps: &mut [Step]) {
    let mut found: BTreeSet<String> = BTreeSet::new();
    loop {
        let mentions = |step: &Step| {
            step.exprs().into_iter().any(|expr| {
                mentions_subject(expr) || expr.steps().iter().any(|id| found.contains(*id))
            })
        };
        let more: Vec<String> = steps
            .iter()
            .filter(|step| !found.contains(&step.id) && mentions(step))
            .map(|step| step.id.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    for step in steps {
        step.per_subject = found.contains(&step.id);
    }
}

fn mentions_subject(expr: &Expr) -> bool {
    expr.paths()
        .into_iter()
        .any(|path| match path.parts.as_slice() {
            [root, ..] if root == "subject" => true,
            [root, name, ..] => root == "inputs" && name == "subject",
            _ => false,
        })
}

fn need(id: &str) -> Need {
    Need {
        step: id.to_owned(),
        ended: Ended::Ok,
    }
}

/// The steps that a step's expressions mention, each once, with the place.
fn mentioned(step: &StepDraft) -> Vec<(&str, Span)> {
    let mut found: Vec<(&str, Span)> = Vec::new();
    for cel in step.exprs().flat_map(Expr::each) {
        for path in &cel.paths {
            if let [root, id, ..] = path.parts.as_slice()
                && root == "steps"
                && !found.iter().any(|(known, _)| known == id)
            {
                found.push((id, cel.locate(id)));
            }
        }
    }
    found
}

fn visit<'g>(
    id: &'g str,
    graph: &BTreeMap<&'g str, &'g [(Need, Span)]>,
    path: &mut Vec<&'g str>,
    done: &mut BTreeSet<&'g str>,
    found: &mut Vec<(Vec<String>, Span)>,
) {
    if done.contains(id) {
        return;
    }
    path.push(id);
    for (need, span) in graph.get(id).copied().unwrap_or_default() {
        if let Some(from) = path.iter().position(|known| *known == need.step) {
            let circle = path.iter().skip(from).copied().chain([need.step.as_str()]);
            found.push((circle.map(str::to_owned).collect(), *span));
        } else {
            visit(&need.step, graph, path, done, found);
        }
    }
    path.pop();
    done.insert(id);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{HEAD, expect, passed, world};
    use super::super::{StepWork, Verb, What};
    use crate::domain::{Effect, Rung};

    #[test]
    fn steps_are_checked_together() {
        let read = |id: &str, rest: &str| {
            format!("    - {{id: {id}, read: reach, target: \"${{subject}}\"{rest}}}\n")
        };
        let stop = |id: &str, rest: &str| {
            format!("    - {{id: {id}, do: suspend, target: \"${{subject}}\"{rest}}}\n")
        };
        let mention = ", when: \"${steps.a.items.size() > 0}\"";
        let own = ", when: \"${steps.a.status == 'confirmed'}\"";
        let twice = format!(
            "  isolate:\n{}  inventory:\n{}",
            stop("a", ""),
            stop("a", "")
        );
        let [a, b, c] = [
            read("a", ", needs: [c]"),
            read("b", ", needs: [a]"),
            read("c", ", needs: [b.done]"),
        ];
        let circle = format!("  inventory:\n{a}{b}{c}");
        let cut = format!(
            "  inventory:\n{}{}",
            read("a", ""),
            stop("b", &format!(", needs: []{mention}"))
        );
        let third = format!(
            "  inventory:\n{}{}{}",
            read("a", ""),
            read("b", ", needs: []"),
            read("c", mention)
        );
        let late = format!(
            "  isolate:\n{}  inventory:\n{}",
            stop("a", ", needs: [b]"),
            read("b", "")
        );
        let cut_late = format!("  reissue:\n{}", stop("a", ""));
        let own = format!("  isolate:\n{}", stop("a", own));
        expect(
            &[
                (&twice, "duplicate-step", "a, do", "already in isolate"),
                (&circle, "cycle", "a]", "a -> c -> b -> a"),
                (&cut, "not-needed", "a.items", "does not wait"),
                (&third, "not-needed", "a.items", "does not wait"),
                (&late, "later-phase", "b]", "later phase inventory"),
                (&cut_late, "effect", "suspend", "cuts in reissue"),
                (&own, "cycle", "a.status", "a -> a"),
            ],
            HEAD,
        );
        let head = "contain: 1\nplaybook: t\nsummary: s\nphases:\n";
        let alone = format!("  isolate:\n{}", stop("a", ""));
        expect(
            &[(
                &alone,
                "unknown-input",
                "\"${subject",
                "no input has this name",
            )],
            head,
        );
    }

    #[test]
    fn needs_that_are_left_out_are_filled_in() {
        let text = format!(
            "{HEAD}  isolate:\n    - {{id: a, do: suspend, target: \"${{subject}}\"}}\n    - {{id: b-c, do: suspend, target: \"${{steps.a.target}}\"}}\n  inventory:\n    - {{id: d, read: reach, target: \"${{steps.b-c.target}}\", needs: [b-c]}}\n    - {{id: e, read: reach, target: aws:user/x@1}}\n    - {{id: f, do: suspend, target: aws:user/x@1}}\n"
        );
        let playbook = passed(&text);
        let found: Vec<(String, Vec<String>, bool)> = playbook
            .steps
            .iter()
            .map(|step| {
                (
                    step.id.clone(),
                    step.needs.iter().map(|need| need.step.clone()).collect(),
                    step.per_subject,
                )
            })
            .collect();
        let expected = [
            ("a", vec![], true),
            ("b-c", vec!["a"], true),
            ("d", vec!["b-c"], true),
            ("e", vec!["d"], false),
            ("f", vec![], false),
        ];
        assert_eq!(found.len(), expected.len());
        for ((id, needs, per_subject), (step, wanted, subject)) in found.iter().zip(expected) {
            assert_eq!(
                (
                    id.as_str(),
                    needs.iter().map(String::as_str).collect::<Vec<_>>(),
                    *per_subject
                ),
                (step, wanted, subject)
            );
        }
        assert!(playbook.steps.first().is_some_and(|step| matches!(
            step.work,
            StepWork::Do(What::Verb(Verb::Cut(Rung::Suspend)))
        )));
        assert!(matches!(
            world().1.get(1).map(|spec| &spec.effect),
            Some(Effect::Open)
        ));
    }
}
