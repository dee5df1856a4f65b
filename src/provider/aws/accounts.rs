//! Several accounts: each is reached by the responder's role in it, entered with our own credentials.
//!
//! Never acts in an account that is neither our own nor named with its role.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;

use super::adapter::Settings;
use super::chain::with_ways_in;
use super::client::{Handle, Link};
use super::resolve::principal;
use crate::domain::{
    Because, Branch, Call, Clock, Duration, Locator, Named, Probe, Query, Reading, Secret, Seen,
    Why,
};
use crate::provider::{Observe, Soon};

/// The connection of our own credentials, and one for each account with a role.
pub(super) struct Links {
    pub(super) home: Arc<Link>,
    others: BTreeMap<String, Arc<Link>>,
}

impl Links {
    pub(super) fn new(settings: Settings, clock: Clock) -> Self {
        let roles = settings.accounts.clone();
        let home = Arc::new(Link::new(settings, clock));
        let beyond = |(account, role): (String, String)| {
            let link = Arc::new(Link::beyond(&home, &role));
            (account, link)
        };
        let others: BTreeMap<String, Arc<Link>> = roles.into_iter().map(beyond).collect();
        if let Some(role) = &home.settings.organization {
            let organization = Arc::new(Link::beyond(&home, role));
            for link in others.values().chain([&home]) {
                // Each link is new: there is nothing to be overwritten.
                drop(link.organization.set(Arc::clone(&organization)));
            }
        }
        Self { home, others }
    }

    /// Whether an account is served by a role of its own.
    pub(super) fn has(&self, account: &str) -> bool {
        self.others.contains_key(account)
    }

    /// Every connection that has a role, with what it is for.
    pub(super) fn roles(&self) -> Vec<&Arc<Link>> {
        let organization = self.home.organization.get();
        let all = std::iter::once(&self.home).chain(self.others.values());
        let all = all.chain(organization);
        all.filter(|link| link.settings.role.is_some()).collect()
    }

    /// The connection that serves an account; our own where none is named for it.
    pub(super) fn of(&self, account: Option<&str>) -> &Arc<Link> {
        account
            .and_then(|account| self.others.get(account))
            .unwrap_or(&self.home)
    }

    /// What reads in one account, or in whichever a target is in.
    pub(super) fn reader(&self, account: Option<&str>) -> Arc<dyn Observe> {
        if account.is_some() || self.others.is_empty() {
            return Arc::new(Handle::new(Arc::clone(self.of(account)), account, None));
        }
        let other = |(account, link): (&String, &Arc<Link>)| {
            let handle = Handle::new(Arc::clone(link), Some(account), None);
            (account.clone(), handle)
        };
        Arc::new(Roaming {
            home: Handle::new(Arc::clone(&self.home), None, None),
            others: self.others.iter().map(other).collect(),
        })
    }
}

/// How an account becomes reachable.
pub(super) fn remedy(account: &str) -> String {
    format!(
        "to act there, name a role of it in contain.yaml under providers.aws.accounts.\"{account}\".role"
    )
}

/// Why a target of another account is not touched.
pub(super) fn foreign(target: &Locator, ours: &str) -> Why {
    let text = match target.account() {
        Some(theirs) => format!("{target} is not in our account {ours}; {}", remedy(theirs)),
        None => format!("{target} is not in our account {ours}"),
    };
    Why::new(Because::Foreign, text)
}

/// Reads in whichever account a target is in.
struct Roaming {
    home: Handle,
    others: BTreeMap<String, Handle>,
}

impl Roaming {
    fn of(&self, account: Option<&str>) -> &Handle {
        account
            .and_then(|account| self.others.get(account))
            .unwrap_or(&self.home)
    }

    /// The places in a list that each account serves.
    fn shares<T>(
        &self,
        all: &[T],
        account: impl Fn(&T) -> Option<String>,
    ) -> BTreeMap<Option<String>, Vec<usize>> {
        let mut shares: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
        for (at, one) in all.iter().enumerate() {
            let account = account(one).filter(|account| self.others.contains_key(account));
            shares.entry(account).or_default().push(at);
        }
        shares
    }
}

/// What stands at these places.
fn at<T: Clone>(all: &[T], places: &[usize]) -> Vec<T> {
    places
        .iter()
        .filter_map(|&place| all.get(place).cloned())
        .collect()
}

/// Puts answers back in the order of the questions.
fn ordered<T>(answers: Vec<(Vec<usize>, Vec<T>)>) -> Vec<T> {
    let mut all: Vec<(usize, T)> = answers
        .into_iter()
        .flat_map(|(places, answers)| places.into_iter().zip(answers))
        .collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, answer)| answer).collect()
}

/// The account that a name says, by itself or in an ARN.
fn named(named: &Named) -> Option<String> {
    let in_arn = || {
        let account = named.id.strip_prefix("arn:")?.split(':').nth(3)?;
        (!account.is_empty()).then(|| account.to_owned())
    };
    let is_account = named.kind.noun() == "account";
    let itself = || is_account.then(|| named.id.clone());
    named.account.clone().or_else(in_arn).or_else(itself)
}

impl Observe for Roaming {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        Box::pin(async move {
            let mut names = self.home.me().await?.names.clone();
            // The roles by which we act elsewhere are ours too; their names are known without entering them.
            let roles = self.others.values();
            let role = |handle: &Handle| principal(handle.link.settings.role.as_deref()?);
            names.extend(roles.filter_map(role));
            Ok(with_ways_in(names))
        })
    }

    fn stands_on<'a>(&'a self, of: &'a [Locator]) -> Soon<'a, Branch> {
        Box::pin(super::branch::stands_on(|account| self.of(account), of))
    }

    fn answers(&self) -> Soon<'_, Result<(), Why>> {
        Box::pin(super::branch::answers(&self.home))
    }

    fn population(&self) -> Soon<'_, Option<u64>> {
        Box::pin(async move {
            let all = std::iter::once(&self.home).chain(self.others.values());
            let counts = join_all(all.map(super::branch::population)).await;
            // Where one of them does not tell, a share of the rest would be too small.
            counts.into_iter().sum()
        })
    }

    fn resolve<'a>(&'a self, all: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        Box::pin(async move {
            let shares = self.shares(all, named).into_iter();
            let asked = shares.map(|(account, places)| async move {
                let answers = self.of(account.as_deref()).resolve(&at(all, &places)).await;
                (places, answers)
            });
            ordered(join_all(asked).await)
        })
    }

    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        Box::pin(async move {
            let account = |target: &Locator| target.account().map(str::to_owned);
            let shares = self.shares(targets, account).into_iter();
            let asked = shares.map(|(account, places)| async move {
                let seen = self
                    .of(account.as_deref())
                    .observe(&at(targets, &places))
                    .await;
                (places, seen)
            });
            ordered(join_all(asked).await)
        })
    }

    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        self.of(query.target.account()).read(query)
    }

    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        self.of(call.target.account()).made(call)
    }

    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        self.of(target.account()).probe(target, with)
    }

    fn clock_ahead(&self) -> Option<Duration> {
        let all = std::iter::once(&self.home).chain(self.others.values());
        all.filter_map(Handle::clock_ahead).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_in_the_order_of_the_questions() {
        let role = "arn:aws:iam::222222222222:role/responder".to_owned();
        let settings = Settings {
            accounts: [("222222222222".to_owned(), role)].into(),
            ..Settings::default()
        };
        let links = Links::new(settings, Clock::wall());
        assert!(Arc::ptr_eq(links.of(Some("3")), &links.home));
        assert!(!Arc::ptr_eq(links.of(Some("222222222222")), &links.home));
        let roaming = Roaming {
            home: Handle::new(Arc::clone(&links.home), None, None),
            others: [(
                "222222222222".to_owned(),
                Handle::new(Arc::clone(links.of(Some("222222222222"))), None, None),
            )]
            .into(),
        };
        let typed = [
            "aws:user/a",
            "aws:user/b@222222222222",
            "aws:user/c@3",
            "aws:secret/arn:aws:secretsmanager:eu-west-1:222222222222:secret:x-AbCdEf",
        ];
        let typed = typed.map(|text| {
            text.parse::<Named>()
                .unwrap_or_else(|_| unreachable!("{text}"))
        });
        let shares = roaming.shares(&typed, named);
        let shares: Vec<_> = shares.into_values().collect();
        assert_eq!(shares, [vec![0, 2], vec![1, 3]]);
        let answers = shares
            .into_iter()
            .map(|places| (places.clone(), places))
            .collect();
        assert_eq!(ordered(answers), [0, 1, 2, 3]);
    }
}
