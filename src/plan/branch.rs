//! What is not cut unasked: what contain itself, whoever is guarded and the protected identities stand on.
//!
//! Read afresh before it is relied on, and never waited for longer than is said: what could not be read in time leaves what
//! was known before.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};

use crate::domain::bug::{self, Bug};
use crate::domain::{
    ActionId, Because, Branch, Clock, Cut, Duration, Fate, Fields, Item, Locator, NotSeen, Rung,
    Spec, Time, Why,
};
use crate::provider::{Catalogue, Observer};

/// The mark of what contain, its approvers or its journal stand on.
pub const OWN: &str = "own";
/// The mark of what a protected identity stands on.
pub const PROTECTED: &str = "protected";
/// How old may be what was read of them.
pub const FRESH: Duration = Duration::from_secs(5);
/// How long a plan waits for it.
pub const PATIENCE: Duration = Duration::from_millis(2500);
/// How long a cut of what was only found waits for it.
const LONGEST: Duration = Duration::from_secs(10);
/// How long a reversible cut of what was named waits for it.
const SHORTEST: Duration = Duration::from_secs(1);

/// Something that has to stay in reach, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guarded {
    /// What it is.
    pub what: Locator,
    /// Whose, or what for, as a clause: `Ada approves with it`.
    pub because: String,
}

/// What somebody stands on, with the mark that a cut of it gets.
#[derive(Clone, PartialEq, Debug)]
struct Sat {
    mark: &'static str,
    /// Who would be stopped, as a clause.
    who: String,
    /// What was asked about.
    names: Vec<Locator>,
    branch: Branch,
}

/// What is known of all of them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Known {
    all: Vec<Sat>,
    at: Option<Time>,
}

/// Why a cut is one of these.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hit {
    /// [`OWN`] or [`PROTECTED`].
    pub mark: &'static str,
    /// Who would be stopped, and how.
    pub why: String,
}

impl Known {
    /// What a cut of this target would stop of what has to stay in reach, one for each mark.
    #[must_use]
    pub fn hits(&self, catalogue: &Catalogue, spec: &Spec, about: About<'_>) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for sat in &self.all {
            if hits.iter().any(|hit| hit.mark == sat.mark) {
                continue;
            }
            if let Some(how) = sat.is_hit(catalogue, spec, about) {
                hits.push(Hit {
                    mark: sat.mark,
                    why: format!("{}: {how}", sat.who),
                });
            }
        }
        hits
    }

    /// What could not be read of what contain itself and the guarded stand on.
    pub fn not_seen(&self) -> impl Iterator<Item = NotSeen> {
        let told = |sat: &Sat| {
            let who = sat.who.clone();
            let mut not_seen = sat.branch.not_seen.clone();
            for blind in &mut not_seen {
                blind.what = format!("{who}: {}", blind.what);
                blind.withholds = false;
            }
            not_seen
        };
        self.all
            .iter()
            .flat_map(told)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// What each stands on, for a person: whose it is, what, and why.
    pub fn told(&self) -> impl Iterator<Item = (&str, &Locator, &str)> {
        self.all.iter().flat_map(|sat| {
            let parts = sat.branch.parts();
            parts.map(move |(what, why)| (sat.who.as_str(), what, why))
        })
    }
}

/// The cut in force on something, of those that stop it.
#[must_use]
pub fn cut_by<'a>(
    catalogue: &'a Catalogue,
    what: &Locator,
    fields: &Fields,
) -> Option<&'a ActionId> {
    let stops = |spec: &&Spec| {
        let stops = |cut: &Cut| cut.rung >= Rung::Suspend && cut.target != Fate::Lives;
        spec.on == *what.kind() && spec.cut().is_some_and(stops)
    };
    let mut cuts = catalogue.actions().filter(stops);
    let found = cuts.find(|spec| spec.is_done(fields, &Fields::new(), Time::MIN));
    found.map(|spec| &spec.id)
}

/// What a cut is about: its target, and whose that is where it is known.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The target.
    pub target: &'a Locator,
    /// Its principal.
    pub principal: Option<&'a Locator>,
}

impl Sat {
    fn is_hit(&self, catalogue: &Catalogue, spec: &Spec, about: About<'_>) -> Option<String> {
        let About { target, principal } = about;
        if self.mark == PROTECTED {
            // What is protected is not touched at all, and neither is what it holds.
            let is_one = |what: &Locator| self.names.iter().any(|name| name.means(what));
            if is_one(target) {
                return Some(format!("{target} is one"));
            }
            if let Some(holder) = principal.filter(|holder| is_one(holder)) {
                return Some(format!("{target} is held by {holder}"));
            }
        }
        let why = self.branch.why(target)?;
        let cut = spec.cut()?;
        let is_credential = |what: &Locator| {
            let kind = catalogue.kind(what.kind());
            kind.is_some_and(|kind| kind.credential)
        };
        let governs = catalogue.kind(target.kind()).map(|kind| &kind.governs);
        let all = governs.is_none_or(|all| all.iter().all(|kind| cut.of.contains(kind)));
        let mut parts = self.branch.parts().map(|(part, _)| part);
        let mut credentials =
            || parts.any(|part| is_credential(part) && cut.of.contains(part.kind()));
        // A cut of a principal reaches where it stops the principal, the credentials that are acted with, or every kind of
        // them: what a role further on gives is known only once it is entered.
        let reaches = cut.target != Fate::Lives || all || credentials();
        reaches.then(|| format!("{target} is part of what it stands on: {why}"))
    }
}

/// What has to stay in reach, and what was read of it last.
#[derive(Debug, Default)]
pub struct Branches {
    of: Arc<Of>,
    /// The read under way, where one is: it goes on while nobody waits for it, so that a long one ends once.
    under_way: Mutex<Option<UnderWay>>,
}

type UnderWay = Shared<BoxFuture<'static, ()>>;

/// Whose branches they are, and what is known of them.
#[derive(Debug, Default)]
struct Of {
    own: Vec<Locator>,
    guarded: Vec<Guarded>,
    protected: Vec<Locator>,
    known: Mutex<Arc<Known>>,
}

impl Branches {
    /// Of contain's own credential chain, of what is guarded, and of the protected identities.
    #[must_use]
    pub fn new(own: Vec<Locator>, guarded: Vec<Guarded>, protected: Vec<Locator>) -> Self {
        let of = Of {
            own,
            guarded,
            protected,
            ..Of::default()
        };
        // Until more is read, each stands on itself alone.
        let known = of.put(None, |names| Branch::of(names, crate::provider::NAMED));
        of.keep(known);
        Self {
            of: Arc::new(of),
            under_way: Mutex::default(),
        }
    }

    /// What is protected.
    #[must_use]
    pub fn protected(&self) -> &[Locator] {
        &self.of.protected
    }

    /// What is known now, without a look.
    #[must_use]
    pub fn known(&self) -> Arc<Known> {
        self.of.known()
    }

    /// Reads it again where it is older than [`FRESH`], and answers what is known after this long at the latest. What
    /// takes longer goes on, and whoever asks next has it.
    pub async fn now(&self, observer: &Observer, clock: &Clock, patience: Duration) -> Arc<Known> {
        let asked = clock.now();
        // Also what was begun a moment before tells of now, however long it took.
        let is_fresh = || {
            let at = self.known().at;
            at.is_some_and(|at| asked.duration_since(at) < FRESH)
        };
        if self.of.is_empty() || is_fresh() {
            return self.known();
        }
        let read = std::pin::pin!(async {
            while !is_fresh() {
                self.read(observer, clock).await;
            }
        });
        let late = std::pin::pin!(clock.sleep(patience));
        match futures_util::future::select(read, late).await {
            futures_util::future::Either::Left(_) => self.known(),
            futures_util::future::Either::Right(_) => {
                let mut known = Known::clone(&self.known());
                let text = "it could not be read in the time allowed; what was known before counts";
                for sat in &mut known.all {
                    sat.branch.not_seen.push(NotSeen {
                        what: "what it stands on".to_owned(),
                        why: Why::new(Because::Timeout, text),
                        withholds: false,
                    });
                }
                Arc::new(known)
            }
        }
    }

    /// The same for one item that is about to be sent; a reversible cut of what was named hardly waits.
    pub async fn before(
        &self,
        (observer, clock): (&Observer, &Clock),
        item: &Item,
        spec: &Spec,
    ) -> Arc<Known> {
        let is_named = item.relation.is_none() && spec.is_reversible();
        let patience = if is_named { SHORTEST } else { LONGEST };
        self.now(observer, clock, patience).await
    }

    /// The same for one whose turn has come, which hardly waits any more: what it waited for may have taken longer than
    /// what was read before lasts.
    pub async fn still(&self, (observer, clock): (&Observer, &Clock)) -> Arc<Known> {
        self.now(observer, clock, SHORTEST).await
    }

    /// Waits for the read under way, or begins one.
    fn read(&self, observer: &Observer, clock: &Clock) -> UnderWay {
        let mut under_way = self
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = under_way.as_ref().filter(|read| read.peek().is_none()) {
            return read.clone();
        }
        let (of, observer, clock) = (Arc::clone(&self.of), observer.clone(), clock.clone());
        let reads = tokio::spawn(async move {
            let known = of.read(&observer, clock.now()).await;
            of.keep(known);
        });
        let read = async move { drop(reads.await) }.boxed().shared();
        *under_way = Some(read.clone());
        read
    }
}

impl Of {
    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_empty(&self) -> bool {
        self.own.is_empty() && self.guarded.is_empty() && self.protected.is_empty()
    }

    async fn read(&self, observer: &Observer, at: Time) -> Known {
        let guarded: Vec<Locator> = self.guarded.iter().map(|one| one.what.clone()).collect();
        let of = |names: Vec<Locator>| async move {
            let branch = match bug::is_planted(Bug::SeesNoBranch) {
                true => Branch::of(&names, crate::provider::NAMED),
                false => {
                    // A name without account is asked about as its provider resolves it, and counts in every account.
                    let mut branch = observer.stands_on(&observer.located(&names).await).await;
                    branch.join(Branch::of(&names, crate::provider::NAMED));
                    branch
                }
            };
            (names, branch)
        };
        let own = of(self.own.clone());
        let others = guarded.into_iter().chain(self.protected.iter().cloned());
        let others = futures_util::future::join_all(others.map(|one| of(vec![one])));
        let (own, others) = futures_util::join!(own, others);
        let mut read: Vec<(Vec<Locator>, Branch)> = std::iter::once(own).chain(others).collect();
        self.put(Some(at), |names| {
            let place = read.iter().position(|(asked, _)| asked == names);
            place.map_or_else(Branch::default, |place| read.swap_remove(place).1)
        })
    }

    fn put(&self, at: Option<Time>, mut branch: impl FnMut(&Vec<Locator>) -> Branch) -> Known {
        let mut sat = |mark, who: String, names: Vec<Locator>| Sat {
            mark,
            who,
            branch: branch(&names),
            names,
        };
        let mut all = vec![sat(OWN, "contain itself".to_owned(), self.own.clone())];
        all.extend(self.guarded.iter().map(|one| {
            let who = format!("{} ({})", one.what, one.because);
            sat(OWN, who, vec![one.what.clone()])
        }));
        let distinct: BTreeSet<&Locator> = self.protected.iter().collect();
        all.extend(distinct.into_iter().map(|one| {
            let who = format!("the protected identity {one}");
            sat(PROTECTED, who, vec![one.clone()])
        }));
        Known { all, at }
    }

    /// Keeps what was read; where something could not be, what was known of it before counts on.
    fn keep(&self, mut known: Known) {
        let mut kept = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (sat, before) in known.all.iter_mut().zip(&kept.all) {
            if !sat.branch.not_seen.is_empty() {
                for (what, why) in before.branch.parts() {
                    sat.branch.add(what.clone(), || why.to_owned());
                }
            }
        }
        *kept = Arc::new(known);
    }
}
