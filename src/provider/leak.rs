//! What leaked: which credentials a pasted text or a scanner's report holds, and the secret of each. Offline.
//!
//! Tolerates any bytes and any length. Never shows a secret: what is found is held as one, where it was seen is told without
//! it, and what belongs to nothing is only counted.

mod clean;
mod finding;
mod gather;
mod gauge;
mod report;
mod text;
mod wrap;

use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

use super::Catalogue;
use crate::domain::{Checksum, KindId, Recogniser, Secret, Time};

pub use report::{Malformed, Wrong};

/// How many places of one credential are told; the rest are counted.
pub const PLACES: usize = 20;

/// A credential that a text names, or whose secret stands in it.
#[derive(Debug)]
pub struct Leaked {
    /// Its kind.
    pub kind: KindId,
    /// Its id, where the text or the secret itself tells it.
    pub id: Option<String>,
    /// What else its secret may be as well, by its form.
    pub or: Vec<KindId>,
    /// Whether the secret carries the checksum that its form has.
    pub checksum: Checksum,
    /// Its secret, in the form that trying it takes, where all of it is there.
    pub secret: Option<Secret>,
    /// Whether it had to be put together from several lines.
    pub wrapped: bool,
    /// What whoever found it said about it.
    pub said: Said,
    /// Where it was seen.
    pub seen: Sightings,
}

/// What a scanner said about whether a credential works.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// It tried it, and it worked.
    Active,
    /// It did not say.
    Nothing,
    /// It tried it, and it was refused.
    Inactive,
}

/// Where something was seen.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Sighting {
    /// The line in what was read, from 1.
    pub line: usize,
    /// By which of the scanner's rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The repository, or another source that was scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_line: Option<u64>,
    /// When it was committed; where the report does not know that, when it was raised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
}

/// All places of one thing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sightings {
    /// How many there are.
    pub count: usize,
    /// The first of them, by their order in what was read.
    pub places: Vec<Sighting>,
    /// The earliest of all.
    pub first: Option<Time>,
    /// The latest to be added.
    last: Option<Sighting>,
}

impl Sightings {
    fn add(&mut self, seen: Sighting) {
        // A line of a text is looked at twice where two pieces overlap; a finding may say the same thing twice.
        let is_line = |last: &Sighting| seen.file.is_none() && last.file.is_none();
        let is_again = self.last.as_ref().is_some_and(|last| {
            *last == seen || (is_line(last) && seen.rule.is_none() && last.line >= seen.line)
        });
        if is_again || self.places.contains(&seen) {
            return;
        }
        self.last = Some(seen.clone());
        self.count += 1;
        self.first = [self.first, seen.at].into_iter().flatten().min();
        if self.places.len() < PLACES {
            self.places.push(seen);
        }
    }

    /// The line of the first of them.
    #[must_use]
    pub fn line(&self) -> usize {
        self.places.first().map_or(0, |seen| seen.line)
    }
}

/// A finding of a scanner from which no credential can be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lacking {
    /// The scanner's rule.
    pub rule: String,
    /// What is lacking.
    pub lacks: Lacks,
    /// What the scanner said about it.
    pub said: Said,
    /// Where it was seen.
    pub seen: Sightings,
}

/// What a finding lacks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lacks {
    /// The report leaves the secret out, and nothing else in it tells whose it is.
    Secret,
    /// No provider here has credentials of this form.
    Provider,
}

impl Lacks {
    /// What is told of it.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::Secret => "the report leaves the secret out, and nothing in it tells whose it is",
            Self::Provider => "no provider here has credentials of this form",
        }
    }
}

/// What was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A text, a transcript, or a document that no scanner wrote.
    #[default]
    Text,
    /// A report of Kingfisher.
    Kingfisher,
    /// A report of Gitleaks.
    Gitleaks,
    /// A report of TruffleHog.
    Trufflehog,
    /// Alerts of GitHub secret scanning.
    Github,
    /// A report in SARIF.
    Sarif,
    /// A report that holds nothing.
    Empty,
}

impl Format {
    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Kingfisher => "a report of Kingfisher",
            Self::Gitleaks => "a report of Gitleaks",
            Self::Trufflehog => "a report of TruffleHog",
            Self::Github => "alerts of GitHub secret scanning",
            Self::Sarif => "a report in SARIF",
            Self::Empty => "a report without findings",
        }
    }
}

/// What a text or a report holds.
#[derive(Debug, Default)]
pub struct Leak {
    /// What it is.
    pub format: Format,
    /// The credentials, each once: what a scanner found to work first, then in the order of the text.
    pub found: Vec<Leaked>,
    /// The findings from which no credential can be told, alike ones together.
    pub lacking: Vec<Lacking>,
    /// How many more texts look like secrets and belong to none of them.
    pub unknown: usize,
}

impl Leak {
    /// When the first of what was found was committed.
    #[must_use]
    pub fn first(&self) -> Option<(Time, &Sightings)> {
        let told = self.found.iter().map(|found| &found.seen);
        let told = told.filter_map(|seen| Some((seen.first?, seen)));
        told.min_by_key(|(at, _)| *at)
    }
}

/// An id in a text.
#[derive(Clone, Debug)]
pub struct Named {
    /// The kind that recognises it.
    pub kind: KindId,
    /// The id.
    pub id: String,
    /// Where it stands.
    pub at: Range<usize>,
}

/// A text that is a secret by its form or by the name that it stands under.
#[derive(Clone, Debug)]
pub struct Hidden<'a> {
    /// The name, as letters and digits in lower case; empty where only its form tells.
    pub name: String,
    /// The text.
    pub text: &'a str,
    /// Where it stands.
    pub at: Range<usize>,
}

/// Which hidden texts belong to which id: for each id its secret, in the form that trying it takes.
pub type Paired = Vec<Option<(Secret, Vec<Range<usize>>)>>;

/// Reads what leaked by the patterns of the kinds that providers declare: a report of a scanner where it is one, else a
/// text. Holds a piece of it at a time, however long it is.
///
/// # Errors
/// Says where a report is malformed, and why; fails where reading does.
pub fn read(catalogue: &Catalogue, from: impl Read) -> Result<Leak, Malformed> {
    read_by(
        catalogue,
        &Arc::new(Recogniser::new(catalogue.kinds())),
        from,
    )
}

/// The same, by patterns that were compiled before: that takes longer than reading a short text.
///
/// # Errors
/// As [`read`].
pub fn read_by(
    catalogue: &Catalogue,
    recogniser: &Arc<Recogniser>,
    from: impl Read,
) -> Result<Leak, Malformed> {
    let mut gather = gather::Gather::new(catalogue, Arc::clone(recogniser));
    let mut from = clean::Utf8::new(from);
    let begin = text::prefix(&mut from).map_err(Malformed::reading)?;
    if report::is_packed(&begin) {
        return Err(Malformed::packed());
    }
    let is_report = report::is_one(&begin);
    let from = begin.as_slice().chain(from);
    let format = if is_report {
        report::read(&mut gather, from)?
    } else {
        text::read(&mut gather, from).map_err(Malformed::reading)?;
        Format::Text
    };
    if gather.is_full() {
        return Err(Malformed::many());
    }
    Ok(gather.leak(format))
}

#[cfg(test)]
#[cfg(feature = "aws")]
mod tests;
