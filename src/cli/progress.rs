//! What is seen while a run goes on: bars per lane on a terminal, plain lines elsewhere, both on standard error.
//!
//! A subscriber to appended entries; it shows nothing that is not durable.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::domain::event::{Does, Event};
use crate::journal::Line;
use crate::report::human;

/// Shows entries as they become durable, until the journal is dropped.
pub(super) async fn show(mut lines: UnboundedReceiver<Arc<Line>>, fancy: bool) {
    let mut shown = Shown {
        fancy,
        ..Shown::default()
    };
    while let Some(line) = lines.recv().await {
        shown.take(&line);
    }
    shown.finish();
}

/// Lines of text for entries, each with what its item is about.
#[derive(Default)]
pub(super) struct Lines {
    targets: BTreeMap<String, String>,
}

impl Lines {
    /// What an entry is about, and what it says; `None` where it is worth no line.
    fn of(&mut self, line: &Line) -> Option<(String, String)> {
        if let Event::PlanFrozen { items, .. } = &line.event {
            for planned in items {
                let target = match planned.does {
                    Does::Read => format!("{} of {}", planned.key.step, planned.on()),
                    Does::Act
                    | Does::Issue
                    | Does::Watch
                    | Does::Nothing
                    | Does::Check
                    | Does::Gate
                    | Does::Manual => planned.on(),
                };
                self.targets.insert(planned.key.to_string(), target);
            }
        }
        human::entry(&line.event, &self.targets)
    }

    /// The same as one line, with the time of day.
    pub(super) fn spell(&mut self, line: &Line) -> Option<String> {
        let (target, text) = self.of(line)?;
        Some(format!("{} {target}  {text}", line.at.strftime("%H:%M:%S")))
    }
}

#[derive(Default)]
struct Shown {
    fancy: bool,
    lines: Lines,
    rows: BTreeMap<String, ProgressBar>,
    lanes: BTreeMap<String, (ProgressBar, BTreeSet<String>)>,
    all: MultiProgress,
}

/// More targets than this get bars per lane only.
const ROWS: usize = 25;

impl Shown {
    fn take(&mut self, line: &Line) {
        if !self.fancy {
            if let Some(text) = self.lines.spell(line) {
                super::aside(&text);
            }
            return;
        }
        if let Event::PlanFrozen { items, .. } = &line.event {
            for planned in items {
                if let Some(target) = planned
                    .target
                    .as_ref()
                    .filter(|_| matches!(planned.does, Does::Act | Does::Issue))
                {
                    self.widen(target.provider());
                }
            }
        }
        if let Some((target, text)) = self.lines.of(line) {
            self.row(&target, &text);
            self.count(line);
        }
    }

    fn widen(&mut self, provider: &str) {
        let style = ProgressStyle::with_template("{prefix:12} {bar:24} {pos}/{len} proven")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let lane = self.lanes.entry(provider.to_owned()).or_insert_with(|| {
            let bar = self
                .all
                .add(ProgressBar::new(0))
                .with_style(style)
                .with_prefix(provider.to_owned());
            (bar, BTreeSet::new())
        });
        lane.0.inc_length(1);
    }

    fn count(&mut self, line: &Line) {
        if let (Event::Verified { verdict, item, .. }, true) = (&line.event, self.fancy)
            && let Some(target) = self.lines.targets.get(&item.key.to_string())
            && let Some((bar, proven)) = self
                .lanes
                .get_mut(target.split(':').next().unwrap_or_default())
            && verdict.is_observed()
            && proven.insert(item.key.to_string())
        {
            bar.inc(1);
        }
    }

    fn row(&mut self, target: &str, text: &str) {
        if !self.rows.contains_key(target) && self.rows.len() >= ROWS {
            return;
        }
        let style = ProgressStyle::with_template("  {prefix}  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let row = self.rows.entry(target.to_owned()).or_insert_with(|| {
            self.all
                .add(ProgressBar::new_spinner())
                .with_style(style)
                .with_prefix(target.to_owned())
        });
        row.set_message(text.to_owned());
        row.tick();
    }

    fn finish(self) {
        for row in self.rows.into_values() {
            row.abandon();
        }
        for (bar, _) in self.lanes.into_values() {
            bar.abandon();
        }
    }
}
