//! One read handle per provider, with look-ups that come at the same time made together.
//!
//! Holds only [`Observe`]: nothing reached through here can change anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::{Semaphore, oneshot};

use super::{Catalogue, Observe};
use crate::domain::{
    Because, Branch, Call, Clock, Duration, Fact, KindId, Locator, Named, Probe, Query, Reading,
    Secret, Seen, Time, Why,
};

/// The read handles of all providers; clones ask through the same.
#[derive(Clone)]
pub struct Observer {
    lanes: Arc<BTreeMap<String, Lane>>,
    clock: Clock,
    since: Time,
}

struct Lane {
    handle: Arc<dyn Observe>,
    waiting: Mutex<Vec<(Locator, oneshot::Sender<Seen>)>>,
    turns: Semaphore,
}

/// How many look-ups of one provider are under way at once; what comes meanwhile is gathered for the next.
const TURNS: usize = 4;
/// How often in a row a provider may be too busy to answer anything of what is asked again, after which pause first (it
/// doubles until something is answered), and for how long it is asked at most.
const AGAIN: usize = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const ASKED_FOR: Duration = Duration::from_secs(30);
/// How long a provider may take to tell what names mean and whose secrets are, where others are asked beside it: one that
/// hangs must not hold up what can be cut at the others.
pub const BESIDE: Duration = Duration::from_secs(5);

/// A provider that has not answered by when it was waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it has not answered yet, and the others do not wait for it")]
pub struct Late;

impl Late {
    /// What was asked has no answer for now.
    #[must_use]
    pub fn why(self) -> Why {
        Why::new(Because::Timeout, self.to_string())
    }
}

impl Observer {
    /// Opens a read handle for every provider of the catalogue.
    #[must_use]
    pub fn new(catalogue: &Catalogue, clock: Clock) -> Self {
        let lane = |handle| Lane {
            handle,
            waiting: Mutex::new(Vec::new()),
            turns: Semaphore::new(TURNS),
        };
        let lanes = catalogue
            .providers()
            .map(|provider| (provider.name().to_owned(), lane(provider.reader(None))));
        let since = clock.now();
        Self {
            lanes: Arc::new(lanes.collect()),
            clock,
            since,
        }
    }

    /// Since when it looks.
    #[must_use]
    pub const fn since(&self) -> Time {
        self.since
    }

    fn lane(&self, provider: &str) -> Result<&Lane, Why> {
        self.lanes.get(provider).ok_or_else(|| {
            Why::new(
                Because::Invalid,
                format!("there is no provider `{provider}` in this build"),
            )
        })
    }

    fn unseen(&self, target: &Locator, why: Why) -> Seen {
        Seen {
            target: target.clone(),
            at: self.clock.now(),
            fact: Fact::Unreadable(why),
        }
    }

    /// Asks, and asks again for what the provider was too busy to answer: whoever burns its quota must not blind us. Each
    /// answer is handed on as soon as it is there.
    async fn ask(
        &self,
        (lane, patience): (&Lane, Duration),
        mut names: Vec<Locator>,
        mut answer: impl FnMut(Seen),
    ) {
        let (mut pause, mut left) = (FIRST_PAUSE, AGAIN);
        let until = self.clock.now().saturating_add(patience);
        let until = until.unwrap_or(Time::MAX);
        loop {
            let goes_on = left > 0 && self.clock.now() < until;
            let is_late = |seen: &Seen| match &seen.fact {
                Fact::Unreadable(why) => goes_on && why.because == Because::Throttled,
                Fact::Present(_) | Fact::Gone => false,
            };
            let (asked, seen) = (names.len(), lane.handle.observe(&names).await);
            names = Vec::new();
            for seen in seen {
                if is_late(&seen) {
                    names.push(seen.target);
                } else {
                    answer(seen);
                }
            }
            if names.is_empty() {
                break;
            }
            (pause, left) = match names.len() < asked {
                true => (FIRST_PAUSE, AGAIN),
                false => (pause * 2, left - 1),
            };
            self.clock.sleep(pause).await;
        }
    }

    /// Waits for a provider until then, or for as long as it takes.
    async fn by<T>(&self, until: Option<Time>, asked: impl Future<Output = T>) -> Result<T, Late> {
        let Some(until) = until else {
            return Ok(asked.await);
        };
        tokio::select! {
            biased;
            told = asked => Ok(told),
            () = self.clock.sleep_until(until) => Err(Late),
        }
    }

    /// Waits for what is asked of one provider no longer than this.
    ///
    /// # Errors
    /// It has not answered by then.
    pub async fn within<T>(
        &self,
        within: Duration,
        asked: impl Future<Output = T>,
    ) -> Result<T, Late> {
        let until = self.clock.now().saturating_add(within);
        self.by(Some(until.unwrap_or(Time::MAX)), asked).await
    }

    /// Until when each of so many providers is waited for.
    fn beside(&self, providers: usize) -> Option<Time> {
        (providers > 1).then(|| self.clock.now().saturating_add(BESIDE).unwrap_or(Time::MAX))
    }

    /// Looks at many targets, all providers at once; one answer each, in order.
    pub async fn observe(&self, targets: &[Locator]) -> Vec<Seen> {
        self.observe_until(targets, |_| None).await.0
    }

    /// The same, with what a provider has not answered within this told as late. Whoever was late before is waited for no
    /// more.
    pub async fn observe_within(
        &self,
        targets: &[Locator],
        within: Duration,
        late: &mut BTreeSet<String>,
    ) -> Vec<Seen> {
        let until = |provider: &str| {
            let within = if late.contains(provider) {
                Duration::ZERO
            } else {
                within
            };
            Some(self.clock.now().saturating_add(within).unwrap_or(Time::MAX))
        };
        let (seen, were_late) = self.observe_until(targets, until).await;
        late.extend(were_late);
        seen
    }

    /// What was seen, and who was late.
    async fn observe_until(
        &self,
        targets: &[Locator],
        until: impl Fn(&str) -> Option<Time>,
    ) -> (Vec<Seen>, Vec<String>) {
        let mut by_provider: BTreeMap<&str, Vec<(usize, Locator)>> = BTreeMap::new();
        for (at, target) in targets.iter().enumerate() {
            by_provider
                .entry(target.provider())
                .or_default()
                .push((at, target.clone()));
        }
        let until = &until;
        let looks = by_provider
            .into_iter()
            .map(|(provider, wanted)| async move {
                let (mut seen, mut late) = (BTreeMap::new(), None);
                let names = wanted.iter().map(|(_, name)| name.clone()).collect();
                let why = match self.lane(provider) {
                    Ok(lane) => {
                        let keep = |found: Seen| drop(seen.insert(found.target.clone(), found));
                        let until = until(provider);
                        let patience = match until {
                            Some(until) => until.duration_since(self.clock.now()),
                            None => ASKED_FOR,
                        };
                        let asked = self.ask((lane, patience), names, keep);
                        match self.by(until, asked).await {
                            Ok(()) => {
                                Why::new(Because::Unavailable, "the provider answered nothing")
                            }
                            Err(is_late) => {
                                late = Some(provider.to_owned());
                                is_late.why()
                            }
                        }
                    }
                    Err(why) => why,
                };
                let of = |(place, name): (usize, Locator)| {
                    let seen = seen.get(&name).cloned();
                    (
                        place,
                        seen.unwrap_or_else(|| self.unseen(&name, why.clone())),
                    )
                };
                (wanted.into_iter().map(of).collect::<Vec<_>>(), late)
            });
        let (all, late): (Vec<_>, Vec<_>) = join_all(looks).await.into_iter().unzip();
        let mut all: Vec<_> = all.into_iter().flatten().collect();
        all.sort_by_key(|(place, _)| *place);
        let seen = all.into_iter().map(|(_, seen)| seen).collect();
        (seen, late.into_iter().flatten().collect())
    }

    /// Tells whose secrets are, all at once as far as each provider's turns go; one answer each, in order.
    pub async fn whose(&self, secrets: &[(&KindId, &Secret)]) -> Vec<Result<Locator, Why>> {
        let providers: BTreeSet<&str> = secrets.iter().map(|(kind, _)| kind.provider()).collect();
        let (several, hangs) = (providers.len(), Mutex::new(BTreeSet::new()));
        let hangs = || hangs.lock().unwrap_or_else(PoisonError::into_inner);
        let each = secrets.iter().map(|(kind, secret)| async move {
            let lane = self.lane(kind.provider())?;
            let turn = lane.turns.acquire().await;
            if hangs().contains(kind.provider()) {
                return Err(Late.why());
            }
            // Each has its own time, from its own turn on: many of them take long at a provider that answers.
            let told = self.by(self.beside(several), lane.handle.whose(kind, secret));
            let told = told.await.unwrap_or_else(|late| {
                hangs().insert(kind.provider());
                Err(late.why())
            });
            drop(turn);
            told
        });
        join_all(each).await
    }

    /// Looks at one target; look-ups that come while others are under way share a request where the provider can.
    pub async fn look(&self, target: &Locator) -> Seen {
        let lane = match self.lane(target.provider()) {
            Ok(lane) => lane,
            Err(why) => return self.unseen(target, why),
        };
        let (answer, mut answered) = oneshot::channel();
        lane.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((target.clone(), answer));
        let turn = lane.turns.acquire().await;
        if let Ok(seen) = answered.try_recv() {
            return seen;
        }
        let together =
            std::mem::take(&mut *lane.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if !together.is_empty() {
            let mut answers: BTreeMap<Locator, Vec<oneshot::Sender<Seen>>> = BTreeMap::new();
            for (name, answer) in together {
                answers.entry(name).or_default().push(answer);
            }
            let names = answers.keys().cloned().collect();
            let tell = |seen: Seen| {
                for answer in answers.remove(&seen.target).into_iter().flatten() {
                    // A caller that no longer waits needs no answer.
                    drop(answer.send(seen.clone()));
                }
            };
            self.ask((lane, ASKED_FOR), names, tell).await;
        }
        drop(turn);
        match answered.await {
            Ok(seen) => seen,
            Err(_) => self.unseen(
                target,
                Why::new(Because::Unavailable, "the look-up was given up"),
            ),
        }
    }

    /// Asks a question.
    ///
    /// # Errors
    /// Says why nothing at all could be read.
    pub async fn read(&self, query: &Query) -> Result<Reading, Why> {
        self.lane(query.target.provider())?.handle.read(query).await
    }

    /// Turns what people typed into canonical names; one answer each, in order.
    pub async fn resolve(&self, named: &[Named]) -> Vec<Result<Locator, Why>> {
        let mut answers: Vec<Option<Result<Locator, Why>>> = named.iter().map(|_| None).collect();
        // All providers at once: one that is slow keeps none of the others waiting.
        let providers: BTreeSet<&str> = named.iter().map(|one| one.kind.provider()).collect();
        let until = self.beside(providers.len());
        let asked = self.lanes.iter().map(|(provider, lane)| async move {
            let mine = named.iter().enumerate();
            let mine = mine.filter(|(_, one)| one.kind.provider() == provider);
            let (places, names): (Vec<usize>, Vec<Named>) =
                mine.map(|(place, name)| (place, name.clone())).unzip();
            let resolved = match names.is_empty() {
                true => Vec::new(),
                false => {
                    let resolved = self.by(until, lane.handle.resolve(&names)).await;
                    resolved.unwrap_or_else(|late| names.iter().map(|_| Err(late.why())).collect())
                }
            };
            (places, resolved)
        });
        for (places, resolved) in join_all(asked).await {
            for (place, answer) in places.into_iter().zip(resolved) {
                if let Some(slot) = answers.get_mut(place) {
                    *slot = Some(answer);
                }
            }
        }
        let missing = |named: &Named| {
            Why::new(
                Because::Invalid,
                format!(
                    "there is no provider `{}` in this build",
                    named.kind.provider()
                ),
            )
        };
        answers
            .into_iter()
            .zip(named)
            .map(|(answer, named)| answer.unwrap_or_else(|| Err(missing(named))))
            .collect()
    }

    /// What calls with this call's tag made and is there still.
    ///
    /// # Errors
    /// Says why nothing could be found out.
    pub async fn made(&self, call: &Call) -> Result<Vec<Locator>, Why> {
        self.lane(call.target.provider())?.handle.made(call).await
    }

    /// Who we are at a provider: our credential first, then its principal.
    ///
    /// # Errors
    /// Says why the provider did not tell.
    pub async fn whoami(&self, provider: &str) -> Result<Vec<Locator>, Why> {
        self.lane(provider)?.handle.whoami().await
    }

    /// The same, of a provider beside which others are asked: one that hangs is told as late.
    ///
    /// # Errors
    /// Says why the provider did not tell, or that it is late.
    pub async fn whoami_beside(&self, provider: &str) -> Result<Vec<Locator>, Why> {
        let asked = self.within(BESIDE, self.whoami(provider)).await;
        asked.unwrap_or_else(|late| Err(late.why()))
    }

    /// What these stand on, whatever providers they belong to; what no provider here knows stands for itself.
    pub async fn stands_on(&self, of: &[Locator]) -> Branch {
        let mut by_provider: BTreeMap<&str, Vec<Locator>> = BTreeMap::new();
        for one in of {
            let known = by_provider.entry(one.provider()).or_default();
            known.push(one.clone());
        }
        let asked = by_provider.iter().map(|(provider, of)| async move {
            match self.lane(provider) {
                Ok(lane) => lane.handle.stands_on(of).await,
                Err(_) => Branch::of(of, super::NAMED),
            }
        });
        let mut all = Branch::default();
        for branch in join_all(asked).await {
            all.join(branch);
        }
        all
    }

    /// What people wrote, with the account that its provider puts to it; as it was written where that cannot be told.
    pub async fn located(&self, written: &[Locator]) -> Vec<Locator> {
        let open = written.iter().filter(|one| one.account().is_none());
        let open: Vec<Named> = open.map(Named::from).collect();
        if open.is_empty() {
            return written.to_vec();
        }
        let mut told = self.resolve(&open).await.into_iter();
        let located = written.iter().map(|one| match one.account() {
            Some(_) => one.clone(),
            None => told
                .next()
                .and_then(Result::ok)
                .unwrap_or_else(|| one.clone()),
        });
        located.collect()
    }

    /// Whether our credential is let in right now.
    ///
    /// # Errors
    /// Says why it is not, or why that is not known.
    pub async fn answers(&self, provider: &str) -> Result<(), Why> {
        self.lane(provider)?.handle.answers().await
    }

    /// How many principals a provider has, where it can tell.
    pub async fn population(&self, provider: &str) -> Option<u64> {
        self.lane(provider).ok()?.handle.population().await
    }

    /// Tries an old credential once.
    pub async fn probe(&self, target: &Locator, with: &Secret) -> Probe {
        match self.lane(target.provider()) {
            Ok(lane) => lane.handle.probe(target, with).await,
            Err(why) => Probe::Unclear(why),
        }
    }

    /// How far the clocks of the providers that answered agree that ours is behind; zero where it is not.
    #[must_use]
    pub fn agreed_ahead(&self) -> Duration {
        let lanes = self.lanes.values();
        agreed(lanes.filter_map(|lane| lane.handle.clock_ahead()).collect())
    }

    /// How far a provider's clock is ahead of ours, zero where it never answered.
    #[must_use]
    pub fn clock_ahead(&self, provider: &str) -> Duration {
        self.lanes
            .get(provider)
            .and_then(|lane| lane.handle.clock_ahead())
            .unwrap_or_default()
    }
}

/// What two clocks say at least, or the only one there is: a server whose clock is wrong, or whose owner is the intruder,
/// ends nobody's authority against all others.
fn agreed(mut ahead: Vec<Duration>) -> Duration {
    ahead.sort_unstable_by(|one, other| other.cmp(one));
    let said = ahead.get(1).or_else(|| ahead.first());
    said.copied().unwrap_or_default().max(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_clock_among_several_is_not_believed_alone() {
        let hours = |all: &[i64]| agreed(all.iter().copied().map(Duration::from_hours).collect());
        assert_eq!(hours(&[]), Duration::ZERO);
        assert_eq!(hours(&[3]), Duration::from_hours(3));
        assert_eq!(hours(&[-3]), Duration::ZERO);
        assert_eq!(hours(&[9, 0, 1]), Duration::from_hours(1));
        assert_eq!(hours(&[9, -2]), Duration::ZERO);
        assert_eq!(hours(&[2, 2, 0]), Duration::from_hours(2));
    }
}
