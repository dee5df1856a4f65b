//! Exported CloudTrail events, read from files beside the API: S3 deliveries (plain or gzip), JSON lines, and what
//! `lookup-events` printed.
//!
//! Streams: one pass says what is in a file and what made what; further passes fetch only what was asked for. Never holds
//! a file in memory, and never fails for a record that it does not understand: those are counted and told.

mod frame;
mod pass;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::event::Event;
use super::resolve::principal;
use super::trail::{Budget, By, Log};
use crate::domain::{Because, Clock, Duration, Locator, NotSeen, Query, Source, Time, Why};
use pass::Survey;

/// How many events of one page of the API, which a budget counts in.
const PAGE: usize = 50;
/// How many events that brought something about are followed; more are told as not read.
const MOST: usize = 20_000;
/// How much of a file's text is kept as events; more is told as not read.
const ROOM: usize = 64 * 1024 * 1024;
/// How long a file may take.
const LONGEST: Duration = Duration::from_mins(5);

/// The exported files of one process.
#[derive(Debug)]
pub struct Exports {
    files: Vec<Export>,
    fetched: Mutex<Fetched>,
}

#[derive(Debug)]
struct Export {
    path: PathBuf,
    survey: OnceLock<Survey>,
}

/// What earlier passes brought.
#[derive(Debug, Default)]
struct Fetched {
    /// What effects were fetched for.
    covered: BTreeSet<By>,
    effects: Vec<Event>,
    /// How long their records were.
    length: usize,
    truncated: bool,
    latest: BTreeMap<By, (Vec<Event>, bool)>,
}

impl Exports {
    /// Takes the files; nothing is read yet.
    #[must_use]
    pub fn new(paths: &[PathBuf]) -> Self {
        let export = |path: &PathBuf| Export {
            path: path.clone(),
            survey: OnceLock::new(),
        };
        Self {
            files: paths.iter().map(export).collect(),
            fetched: Mutex::default(),
        }
    }

    /// Reads every file once, and says what is in it.
    #[must_use]
    pub fn survey(&self, clock: &Clock) -> Vec<Source> {
        self.surveys(clock)
            .map(|survey| survey.source.clone())
            .collect()
    }

    /// How many events a key, and what it made, brought something about with.
    #[must_use]
    pub fn effects_of(&self, key: &str, clock: &Clock) -> usize {
        let by = By {
            attribute: "AccessKeyId",
            value: key.to_owned(),
        };
        let until = clock.now().saturating_add(LONGEST).unwrap_or(Time::MAX);
        self.fetch_effects(&by, until, clock);
        self.fetched().effects.len()
    }

    fn fetched(&self) -> std::sync::MutexGuard<'_, Fetched> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn surveys(&self, clock: &Clock) -> impl Iterator<Item = &Survey> {
        self.files.iter().map(|file| {
            file.survey.get_or_init(|| {
                let until = clock.now().saturating_add(LONGEST).unwrap_or(Time::MAX);
                pass::survey(&file.path, clock, until)
            })
        })
    }

    /// Whose a key is, as a file that was read already tells.
    pub(super) fn signer(&self, key: &str) -> Option<Locator> {
        let mut surveys = self.files.iter().filter_map(|file| file.survey.get());
        principal(surveys.find_map(|survey| survey.signers.get(key))?)
    }

    /// What is in the files, and what could not be seen in them; reads them once, for as long as the query allows.
    pub(super) async fn sources(
        self: &Arc<Self>,
        clock: &Clock,
        query: &Query,
    ) -> (Vec<Source>, Vec<NotSeen>) {
        if self.files.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let (all, at) = (Arc::clone(self), clock.clone());
        let read = move || -> Vec<(Source, Vec<NotSeen>)> {
            let told = |survey: &Survey| (survey.source.clone(), survey.not_seen());
            all.surveys(&at).map(told).collect()
        };
        // Half of the time is left for the API.
        let length = std::time::Duration::from_millis(query.budget_ms / 2);
        let Ok(Ok(told)) = tokio::time::timeout(length, tokio::task::spawn_blocking(read)).await
        else {
            let late = NotSeen {
                what: "the exported logs to their end".to_owned(),
                why: Why::new(Because::Timeout, "they are still being read"),
                withholds: true,
            };
            return (Vec::new(), vec![late]);
        };
        let (mut sources, mut not_seen) = (Vec::new(), Vec::new());
        for (source, unseen) in told {
            if let Some(from) = source.from.filter(|from| *from > query.since) {
                not_seen.push(NotSeen {
                    what: format!("events before {from} in the export `{}`", source.name),
                    why: Why::new(Because::Missing, "it begins then"),
                    withholds: false,
                });
            }
            sources.push(source);
            not_seen.extend(unseen);
        }
        (sources, not_seen)
    }

    /// The events of a log that brought something about.
    pub(super) async fn effects(
        self: &Arc<Self>,
        by: &By,
        since: Time,
        until: Time,
        clock: &Clock,
    ) -> Log {
        let (all, wanted, at) = (Arc::clone(self), by.clone(), clock.clone());
        let fetched = self
            .within(until, clock, move || all.fetch_effects(&wanted, until, &at))
            .await;
        if !fetched {
            return unread();
        }
        let fetched = self.fetched();
        let mine = |event: &&Event| is_of(by, event) && event.at.is_none_or(|at| at >= since);
        Log {
            events: fetched.effects.iter().filter(mine).cloned().collect(),
            truncated: fetched.truncated,
            failed: None,
        }
    }

    /// The latest events of a log, as many as the pages of a budget would hold.
    pub(super) async fn latest(
        self: &Arc<Self>,
        by: &By,
        since: Time,
        budget: &Budget,
        clock: &Clock,
    ) -> Log {
        let most = usize::try_from(budget.pages).map_or(MOST, |pages| pages.saturating_mul(PAGE));
        let (all, wanted, at, until) = (Arc::clone(self), by.clone(), clock.clone(), budget.until);
        let fetch = move || all.fetch_latest(&wanted, since, until, &at);
        if !self.within(until, clock, fetch).await {
            return unread();
        }
        let fetched = self.fetched();
        let (events, more) = fetched.latest.get(by).cloned().unwrap_or_default();
        Log {
            truncated: more || events.len() > most,
            events: events.into_iter().take(most).collect(),
            failed: None,
        }
    }

    /// Runs a pass beside the loop; tells whether it ended in time.
    async fn within(
        &self,
        until: Time,
        clock: &Clock,
        pass: impl FnOnce() + Send + 'static,
    ) -> bool {
        if self.files.is_empty() {
            return true;
        }
        let left = until.duration_since(clock.now());
        let left = left.max(Duration::from_millis(1)).unsigned_abs();
        let ended = tokio::time::timeout(left, tokio::task::spawn_blocking(pass)).await;
        matches!(ended, Ok(Ok(())))
    }

    fn fetch_effects(&self, by: &By, until: Time, clock: &Clock) {
        let (wanted, mut room): (Vec<By>, usize) = {
            let fetched = self.fetched();
            let all = self.following(by, clock).into_iter();
            let wanted = all.filter(|by| !fetched.covered.contains(by));
            (wanted.collect(), ROOM.saturating_sub(fetched.length))
        };
        if wanted.is_empty() {
            return;
        }
        let (mut new, mut length, mut truncated) = (Vec::new(), 0, false);
        for file in &self.files {
            let ended = pass::fetch(&file.path, &wanted, (clock, until), |event, long| {
                if event.effects().is_empty() {
                    return;
                }
                if new.len() < MOST && long <= room {
                    (room, length) = (room - long, length + long);
                    new.push(event);
                } else {
                    truncated = true;
                }
            });
            truncated |= !ended;
        }
        let mut fetched = self.fetched();
        // Two passes at once may have brought the same.
        let all = std::mem::take(&mut fetched.effects).into_iter().chain(new);
        fetched.effects = super::event::unique(all.collect());
        fetched.length += length;
        fetched.covered.extend(wanted);
        fetched.truncated |= truncated;
    }

    fn fetch_latest(&self, by: &By, since: Time, until: Time, clock: &Clock) {
        if self.files.is_empty() || self.fetched().latest.contains_key(by) {
            return;
        }
        let mut kept = Latest::default();
        for file in &self.files {
            let wanted = std::slice::from_ref(by);
            let ended = pass::fetch(&file.path, wanted, (clock, until), |event, long| {
                if event.at.is_none_or(|at| at >= since) {
                    kept.push(event, long);
                }
            });
            kept.more |= !ended;
        }
        kept.sort();
        let events = kept.events.into_iter().map(|(event, _)| event).collect();
        self.fetched()
            .latest
            .insert(by.clone(), (events, kept.more));
    }

    /// What is looked for, and every key that it made and that those made, as the files tell.
    fn following(&self, by: &By, clock: &Clock) -> Vec<By> {
        let surveys: Vec<&Survey> = self.surveys(clock).collect();
        let mut found = vec![by.clone()];
        let mut known: BTreeSet<By> = found.iter().cloned().collect();
        let mut next = 0;
        while let Some(by) = found.get(next).cloned() {
            next += 1;
            let made = surveys
                .iter()
                .filter_map(|survey| survey.made.get(pass::name(&by).as_str()));
            for key in made.flatten() {
                let by = By {
                    attribute: "AccessKeyId",
                    value: key.to_string(),
                };
                if known.len() < MOST && known.insert(by.clone()) {
                    found.push(by);
                }
            }
        }
        found
    }
}

/// The latest events of a pass, with the lengths of their records.
#[derive(Default)]
struct Latest {
    events: Vec<(Event, usize)>,
    length: usize,
    /// Whether there were more.
    more: bool,
}

impl Latest {
    const MOST: usize = PAGE * 20;

    fn push(&mut self, event: Event, long: usize) {
        self.length += long;
        self.events.push((event, long));
        if self.events.len() >= 2 * Self::MOST || self.length > ROOM {
            self.sort();
        }
    }

    /// The newest first, and no more of them than there is room for.
    fn sort(&mut self) {
        self.events
            .sort_by_key(|(event, _)| std::cmp::Reverse(event.at));
        let mut left = ROOM / 2;
        let fits = |(_, long): &&(Event, usize)| {
            let is_fit = *long <= left;
            left = left.saturating_sub(*long);
            is_fit
        };
        let fitting = self.events.iter().take_while(fits).count();
        let keep = fitting.min(Self::MOST);
        self.more |= self.events.len() > keep;
        self.events.truncate(keep);
        self.length = self.events.iter().map(|(_, long)| long).sum();
    }
}

/// A log that time did not suffice for.
fn unread() -> Log {
    Log {
        truncated: true,
        ..Log::default()
    }
}

/// Whether looking up the API so would find the event.
fn is_of(by: &By, event: &Event) -> bool {
    match by.attribute {
        "AccessKeyId" => event.key.as_deref() == Some(&by.value),
        "Username" => event.user() == Some(&by.value),
        _ => event.concerns_role(&by.value),
    }
}

#[cfg(test)]
mod tests;
