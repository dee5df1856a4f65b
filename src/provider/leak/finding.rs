//! Findings of scanners: what each says was found, where, and whether it works.
//!
//! Takes no word for what a secret is: the forms of the kinds tell. What is told of a place holds no secret.

use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::clean::clean;
use super::gather::{Gather, random};
use super::{Format, Lacks, Said, Sighting};
use crate::domain::{Recogniser, Time};

/// The members that hold findings, or what holds them: Kingfisher's envelope and SARIF.
pub(super) const LISTS: [&str; 3] = ["findings", "results", "runs"];

/// The members of a finding that say something to us; all others are passed over.
#[rustfmt::skip]
pub(super) const KEPT: [&str; 34] = [
    // Gitleaks: report/finding.go.
    "RuleID", "Secret", "Match", "File", "Commit", "Link", "Date", "StartLine",
    // TruffleHog: pkg/output/json.go.
    "SourceMetadata", "DetectorName", "Verified", "Raw", "RawV2", "Redacted", "ExtraData", "SecretParts",
    // Kingfisher: src/reporter/json_format.rs.
    "rule", "finding",
    // GitHub: the schema secret-scanning-alert of its REST API.
    "secret_type", "secret", "validity", "state", "resolution", "created_at", "html_url", "repository",
    "first_location_detected",
    // SARIF 2.1.0, section 3.27.
    "ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints", "properties",
];

/// The longest that is told of a place.
const LONGEST: usize = 300;
/// What stands where a secret would.
const LEFT_OUT: &str = "[left out]";

#[expect(clippy::expect_used, reason = "a literal, which a test compiles")]
static USER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"://[^/?#\s]*@").expect("a literal pattern"));

/// A finding.
pub(super) struct Finding {
    /// Who wrote it.
    pub(super) format: Format,
    rule: String,
    /// What was found, by itself.
    exact: Vec<Zeroizing<String>>,
    /// What stood around it, and what else tells what it is.
    around: Vec<Zeroizing<String>>,
    said: Said,
    seen: Vec<Sighting>,
}

/// The finding that an object is, where it is one.
pub(super) fn of(fields: &Map<String, Value>) -> Option<Finding> {
    let has = |name: &str| fields.contains_key(name);
    if has("RuleID") {
        Some(gitleaks(fields))
    } else if has("DetectorName") || (has("SourceMetadata") && has("Raw")) {
        Some(trufflehog(fields))
    } else if has("rule") && has("finding") {
        Some(kingfisher(fields))
    } else if has("secret_type") {
        Some(github(fields))
    } else if has("locations") && (has("ruleId") || has("ruleIndex")) {
        Some(sarif(fields))
    } else {
        None
    }
}

fn at<'v>(fields: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut names = path.split('.');
    let mut value = fields.get(names.next()?)?;
    for name in names {
        value = value.get(name)?;
    }
    Some(value)
}

fn text(fields: &Map<String, Value>, path: &str) -> Option<String> {
    let text = at(fields, path)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn secret(fields: &Map<String, Value>, path: &str) -> Option<Zeroizing<String>> {
    text(fields, path).map(Zeroizing::new)
}

fn number(fields: &Map<String, Value>, path: &str) -> Option<u64> {
    at(fields, path)?.as_u64().filter(|number| *number > 0)
}

fn some<const N: usize>(all: [Option<Zeroizing<String>>; N]) -> Vec<Zeroizing<String>> {
    all.into_iter().flatten().collect()
}

/// The texts of an object, each under its name.
fn named(value: Option<&Value>) -> Vec<Zeroizing<String>> {
    let fields = value.and_then(Value::as_object).into_iter().flatten();
    let texts = fields.filter_map(|(name, value)| {
        let text = format!("{name}={}", value.as_str()?);
        Some(Zeroizing::new(text))
    });
    texts.collect()
}

/// A point in time, as the scanners write them.
fn time(text: &str) -> Option<Time> {
    let text = text.trim();
    let with_zone = |form: &str| {
        let parsed = jiff::fmt::strtime::parse(form, text).ok()?;
        parsed.to_timestamp().ok()
    };
    let day = || {
        let day: jiff::civil::Date = text.parse().ok()?;
        let day = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(day.timestamp())
    };
    let read = text.parse::<Time>().ok();
    read.or_else(|| with_zone("%Y-%m-%d %H:%M:%S %z"))
        .or_else(|| with_zone("%a %b %d %H:%M:%S %Y %z"))
        .or_else(day)
}

fn gitleaks(fields: &Map<String, Value>) -> Finding {
    let link = text(fields, "Link");
    let repository = link.as_deref().and_then(|link| link.split_once("/blob/"));
    Finding {
        format: Format::Gitleaks,
        rule: text(fields, "RuleID").unwrap_or_default(),
        exact: some([secret(fields, "Secret")]),
        around: some([secret(fields, "Match")]),
        said: Said::Nothing,
        seen: vec![Sighting {
            repository: repository.map(|(repository, _)| repository.to_owned()),
            commit: text(fields, "Commit"),
            file: text(fields, "File"),
            file_line: number(fields, "StartLine"),
            at: text(fields, "Date").as_deref().and_then(time),
            ..Sighting::default()
        }],
    }
}

fn trufflehog(fields: &Map<String, Value>) -> Finding {
    let data = at(fields, "SourceMetadata.Data").and_then(Value::as_object);
    let source = data.and_then(|data| data.values().find_map(Value::as_object));
    let nothing = Map::new();
    let source = source.unwrap_or(&nothing);
    let any = |names: &[&str]| names.iter().find_map(|name| text(source, name));
    let is_verified = fields.get("Verified").and_then(Value::as_bool) == Some(true);
    let mut around = some([secret(fields, "Redacted")]);
    around.extend(named(fields.get("ExtraData")));
    around.extend(named(fields.get("SecretParts")));
    Finding {
        format: Format::Trufflehog,
        rule: text(fields, "DetectorName").unwrap_or_default(),
        exact: some([secret(fields, "RawV2"), secret(fields, "Raw")]),
        around,
        said: if is_verified {
            Said::Active
        } else {
            Said::Nothing
        },
        seen: vec![Sighting {
            repository: any(&[
                "repository",
                "bucket",
                "image",
                "project",
                "channel_name",
                "link",
            ]),
            commit: text(source, "commit"),
            file: any(&["file", "path", "file_name", "title"]),
            file_line: number(source, "line"),
            at: text(source, "timestamp").as_deref().and_then(time),
            ..Sighting::default()
        }],
    }
}

/// What the words of a validation say.
fn validated(words: Option<&str>) -> Said {
    let words = words.unwrap_or_default().to_lowercase();
    if words.contains("inactive") {
        Said::Inactive
    } else if words.contains("active") {
        Said::Active
    } else {
        Said::Nothing
    }
}

fn of_git(fields: &Map<String, Value>, path: &str) -> Sighting {
    let under = |name: &str| text(fields, &format!("{path}.{name}"));
    Sighting {
        repository: under("repository_url"),
        commit: under("commit.id"),
        file: under("file.path"),
        at: under("commit.date").as_deref().and_then(time),
        ..Sighting::default()
    }
}

fn kingfisher(fields: &Map<String, Value>) -> Finding {
    let git = of_git(fields, "finding.git_metadata");
    Finding {
        format: Format::Kingfisher,
        rule: text(fields, "rule.id")
            .or_else(|| text(fields, "rule.name"))
            .unwrap_or_default(),
        exact: some([secret(fields, "finding.snippet")]),
        around: Vec::new(),
        said: validated(text(fields, "finding.validation.status").as_deref()),
        seen: vec![Sighting {
            file: git.file.clone().or_else(|| text(fields, "finding.path")),
            file_line: number(fields, "finding.line"),
            ..git
        }],
    }
}

fn github(fields: &Map<String, Value>) -> Finding {
    let page = text(fields, "html_url");
    let from_page = page
        .as_deref()
        .and_then(|page| page.split_once("/security/"));
    let revoked = text(fields, "resolution").as_deref() == Some("revoked");
    let said = validated(text(fields, "validity").as_deref());
    Finding {
        format: Format::Github,
        rule: text(fields, "secret_type").unwrap_or_default(),
        exact: some([secret(fields, "secret")]),
        around: Vec::new(),
        said: if revoked && said == Said::Nothing {
            Said::Inactive
        } else {
            said
        },
        seen: vec![Sighting {
            repository: text(fields, "repository.full_name")
                .or_else(|| from_page.map(|(repository, _)| repository.to_owned())),
            commit: text(fields, "first_location_detected.commit_sha"),
            file: text(fields, "first_location_detected.path"),
            file_line: number(fields, "first_location_detected.start_line"),
            at: text(fields, "created_at").as_deref().and_then(time),
            ..Sighting::default()
        }],
    }
}

fn sarif(fields: &Map<String, Value>) -> Finding {
    let message = text(fields, "message.text");
    let is_verified = message
        .as_deref()
        .is_some_and(|m| m.starts_with("Found verified"));
    let mut said = match is_verified {
        true => Said::Active,
        false => Said::Nothing,
    };
    let (mut exact, mut around, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    let commit = text(fields, "partialFingerprints.commitSha");
    let date = text(fields, "partialFingerprints.date");
    let locations = fields.get("locations").and_then(Value::as_array);
    for location in locations.into_iter().flatten().filter_map(Value::as_object) {
        let place = "physicalLocation";
        exact.extend(secret(location, &format!("{place}.region.snippet.text")));
        around.extend(secret(
            location,
            &format!("{place}.contextRegion.snippet.text"),
        ));
        let git = of_git(location, "properties.git_metadata");
        said = said.min(validated(
            text(location, "properties.validation_status").as_deref(),
        ));
        let uri = text(location, &format!("{place}.artifactLocation.uri"));
        seen.push(Sighting {
            repository: git.repository.clone(),
            commit: git.commit.clone().or_else(|| commit.clone()),
            file: uri.or_else(|| git.file.clone()),
            file_line: number(location, &format!("{place}.region.startLine")),
            at: git.at.or_else(|| date.as_deref().and_then(time)),
            ..Sighting::default()
        });
    }
    around.extend(message.map(Zeroizing::new));
    Finding {
        format: Format::Sarif,
        rule: text(fields, "ruleId").unwrap_or_default(),
        exact,
        around,
        said,
        seen,
    }
}

impl Finding {
    /// Hands over what it holds; `line` is where it ends in the report.
    pub(super) fn take(mut self, gather: &mut Gather<'_>, line: usize) {
        let recogniser = Arc::clone(&gather.recogniser);
        let safe = |text: &str| self.safe(&recogniser, text);
        let rule = self.rule(&recogniser);
        let seen: Vec<Sighting> = self
            .seen
            .iter()
            .map(|seen| Sighting {
                line,
                rule: (!rule.is_empty()).then(|| rule.clone()),
                repository: seen.repository.as_deref().map(safe),
                commit: seen.commit.clone().filter(|commit| is_commit(commit)),
                file: seen.file.as_deref().map(safe),
                file_line: seen.file_line,
                at: seen.at,
            })
            .collect();
        self.seen = if seen.is_empty() {
            let bare = Sighting {
                line,
                rule: (!rule.is_empty()).then(|| rule.clone()),
                ..Sighting::default()
            };
            vec![bare]
        } else {
            seen
        };
        let text = self.whole(&recogniser);
        for seen in &self.seen {
            let count = gather.glean(&text, (&rule, self.said), &|_| seen.clone());
            if count == 0 {
                gather.lack(self.lacks(), (&rule, self.said), seen.clone());
            }
        }
    }

    /// All of it as one text, in which ids and secrets stand by themselves.
    fn whole(&self, recogniser: &Recogniser) -> Zeroizing<String> {
        let mut whole = Zeroizing::new(String::new());
        for exact in &self.exact {
            // TruffleHog writes some ids and secrets into each other.
            let (id, rest) = exact.split_at(recogniser.head(exact).unwrap_or(0));
            for part in [id, rest] {
                whole.push_str(part);
                whole.push('\n');
            }
        }
        for around in &self.around {
            whole.push_str(around);
            whole.push('\n');
        }
        clean(&whole)
    }

    fn lacks(&self) -> Lacks {
        let is_left_out = |text: &Zeroizing<String>| {
            let text = text.to_lowercase();
            ["redacted", "***", "..."]
                .iter()
                .any(|mark| text.contains(mark))
        };
        if self.exact.iter().all(is_left_out) {
            Lacks::Secret
        } else {
            Lacks::Provider
        }
    }

    /// The name of the rule, unless it is none: that is a short word, which may well begin as secrets do.
    fn rule(&self, recogniser: &Recogniser) -> String {
        let mut exact = self.exact.iter().filter(|exact| exact.len() >= 4);
        let is_secret = exact.any(|exact| self.rule.contains(exact.as_str()));
        let is_word = self.rule.len() <= 100 && random(&self.rule).next().is_none();
        let mut places = recogniser.places(&self.rule).into_iter();
        if is_secret || !is_word || places.any(|place| place.secret) {
            return LEFT_OUT.to_owned();
        }
        self.rule.clone()
    }

    /// What a report says about a place, without what is secret in it.
    fn safe(&self, recogniser: &Recogniser, text: &str) -> String {
        let mut text = USER.replace_all(text, "://").into_owned();
        for exact in self.exact.iter().filter(|exact| exact.len() >= 4) {
            text = text.replace(exact.as_str(), LEFT_OUT);
        }
        // Also what only begins like one, or looks drawn by lot: another's secret, or one that was mangled.
        let begun: Vec<usize> = recogniser
            .starts(&text)
            .filter(|at| is_word(&text, *at))
            .collect();
        for begun in begun.into_iter().rev() {
            let rest = text.get(begun..).unwrap_or_default();
            let end = rest.find('/').map_or(text.len(), |end| begun + end);
            text.replace_range(begun..end, LEFT_OUT);
        }
        let drawn: Vec<_> = random(&text).collect();
        for range in drawn.into_iter().rev() {
            text.replace_range(range, LEFT_OUT);
        }
        text.chars().take(LONGEST).collect()
    }
}

fn is_commit(text: &str) -> bool {
    (4..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// Whether a word begins there.
fn is_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|text| text.chars().next_back());
    !before.is_some_and(|c| c.is_ascii_alphanumeric())
}
