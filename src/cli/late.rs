//! Subjects that could not be told about when a run began: they are asked about again while it goes on, and join it.
//!
//! Reads providers only. What has not answered in time stays left alone, and is named as that.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::aside;
use super::failure::Failure;
use super::session::Session;
use super::wish::refuse_own_branch;
use crate::converge::Limit;
use crate::domain::event::Event;
use crate::domain::{Because, Duration, Locator, Named, NotSeen, Time, Why};
use crate::journal::Journal;
use crate::provider::Observer;
use crate::provider::observer::BESIDE;

/// How often is asked again.
const EVERY: Duration = Duration::from_secs(2);
/// How long after its beginning a run that has nothing else to do waits for an answer.
const FOR: Duration = Duration::from_secs(30);

/// Whether what keeps something from being told may pass by itself.
pub(super) fn is_away(why: &Why) -> bool {
    matches!(
        why.because,
        Because::Unavailable | Because::Timeout | Because::Throttled
    )
}

/// What a run leaves alone for now.
pub(super) struct Late<'a> {
    session: &'a Session,
    observer: &'a Observer,
    until: Time,
    left: Mutex<Vec<Left>>,
    answers: Mutex<Vec<Answer>>,
}

struct Left {
    told: NotSeen,
    /// How it is asked about; nothing where asking again tells nothing else.
    named: Option<Named>,
}

/// A subject, and who acts where it is.
struct Answer {
    told: NotSeen,
    subject: Locator,
    own: Vec<Locator>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Late<'a> {
    /// What this run leaves alone; nothing of it is asked about where the run goes no further than its plan.
    pub(super) fn of(
        session: &'a Session,
        observer: &'a Observer,
        journal: &Journal,
        (run, limit): (u32, &Limit),
    ) -> Self {
        let asks = matches!(limit, Limit::Isolated | Limit::Contained);
        let left = journal.with_case(|case| {
            let run = case.runs.get(&run);
            let left = run.map(|run| run.order.left_alone.clone());
            left.unwrap_or_default()
        });
        let left = left.into_iter().map(|told| {
            let named = match asks && is_away(&told.why) {
                true => session.name(&told.what).ok(),
                false => None,
            };
            Left { told, named }
        });
        let until = session.clock.now().saturating_add(FOR);
        Self {
            session,
            observer,
            until: until.unwrap_or(Time::MAX),
            left: Mutex::new(left.collect()),
            answers: Mutex::default(),
        }
    }

    /// Whether something answered that was left alone.
    pub(super) fn has_answers(&self) -> bool {
        !lock(&self.answers).is_empty()
    }

    fn away(&self) -> Vec<(String, Named)> {
        let left = lock(&self.left);
        let away = left.iter().filter_map(|left| {
            let named = left.named.clone()?;
            Some((left.told.what.clone(), named))
        });
        away.collect()
    }

    /// Asks again and again, for as long as the run goes on.
    pub(super) async fn watch(&self) -> Infallible {
        loop {
            if self.away().is_empty() {
                std::future::pending::<()>().await;
            }
            self.session.clock.sleep(EVERY).await;
            self.ask().await;
        }
    }

    async fn ask(&self) {
        let away = self.away();
        let names: Vec<Named> = away.iter().map(|(_, named)| named.clone()).collect();
        // By provider: one that hangs still keeps none that answers from joining.
        let providers: BTreeSet<&str> = names.iter().map(|name| name.kind.provider()).collect();
        let asked = providers.into_iter().map(|provider| {
            let mine = away
                .iter()
                .filter(move |(_, named)| named.kind.provider() == provider);
            let (whats, names): (Vec<&String>, Vec<Named>) =
                mine.map(|(what, named)| (what, named.clone())).unzip();
            async move {
                let Ok(own) = self.observer.whoami_beside(provider).await else {
                    return;
                };
                let asked = self
                    .observer
                    .within(BESIDE, self.observer.resolve(&names))
                    .await;
                for (what, told) in whats.into_iter().zip(asked.into_iter().flatten()) {
                    self.take(what, told, &own);
                }
            }
        });
        futures_util::future::join_all(asked).await;
    }

    /// Takes an answer about what is left alone.
    fn take(&self, what: &str, told: Result<Locator, Why>, own: &[Locator]) {
        let mut left = lock(&self.left);
        let Some(at) = left.iter().position(|left| left.told.what == what) else {
            return;
        };
        let catalogue = &self.session.catalogue;
        let refused = |subject: &Locator| {
            let refused = refuse_own_branch(catalogue, std::slice::from_ref(subject), own).err()?;
            Some(Why::new(Because::Forbidden, refused.message.clone()))
        };
        let settled = match told {
            Ok(subject) => match refused(&subject) {
                Some(why) => why,
                None => {
                    let told = left.remove(at).told;
                    let own = own.to_vec();
                    lock(&self.answers).push(Answer { told, subject, own });
                    return;
                }
            },
            Err(why) if is_away(&why) => return,
            Err(why) => why,
        };
        if let Some(left) = left.get_mut(at) {
            left.named = None;
            left.told.why = settled;
        }
    }

    /// Lets what has answered join the run, once nothing else is to be done; who acts there, and nothing where nothing joins.
    pub(super) async fn join(
        &self,
        journal: &Journal,
        run: u32,
        own: &[Locator],
    ) -> Result<Option<Vec<Locator>>, Box<Failure>> {
        let clock = &self.session.clock;
        while !self.has_answers() && !self.away().is_empty() && clock.now() < self.until {
            self.ask().await;
            if !self.has_answers() {
                clock.sleep(EVERY).await;
            }
        }
        let answers = std::mem::take(&mut *lock(&self.answers));
        if answers.is_empty() {
            for (what, _) in self.away() {
                aside(&format!(
                    "warning: {what} was not reached, and is left alone"
                ));
            }
            return Ok(None);
        }
        let mut more: Vec<Locator> = Vec::new();
        for answer in &answers {
            aside(&format!(
                "note: {} answers now, and is a subject",
                answer.told.what
            ));
            let new = answer.own.iter().filter(|one| !own.contains(one));
            for one in new {
                if !more.contains(one) {
                    more.push(one.clone());
                }
            }
        }
        let still = |left: &Left| left.told.clone();
        let left_alone: Vec<NotSeen> = lock(&self.left).iter().map(still).collect();
        let joined = Event::Joined {
            run,
            subjects: answers.into_iter().map(|answer| answer.subject).collect(),
            acting_as: more.clone(),
            left_alone,
        };
        journal.append(vec![joined]).await?;
        Ok(Some(more))
    }
}
