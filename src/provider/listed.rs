//! Servers that the workspace lists by name, each by the URL of an account of ours: what databases are told alike.
//!
//! Keeps no secret beyond its use: a URL is read whenever it is needed, and of passwords only digests stay.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Given, Settings};
use crate::domain::{
    Because, Clock, Digest, Duration, Fact, Locator, Named, Secret, Seen, Time, Why,
};

/// How long connecting, and each question, may take.
const DEADLINE: Duration = Duration::from_secs(15);

/// What is told of a server whose certificate leads to no CA that this machine trusts.
pub(super) const DISTRUSTED: &str = "shows a certificate that this machine does not trust; nothing was sent to it. Where \
    its CA is your own, name a file with the CA's certificate in SSL_CERT_FILE";

/// What failed, and what made it fail, down to the first cause.
pub(super) fn causes<'a>(
    failed: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(failed), |one| {
        let one: &'a (dyn Error + 'static) = *one;
        // The source of an error of input and output, and of a shared one, is the source of what it holds.
        let held = one.downcast_ref::<std::io::Error>();
        let shared = one.downcast_ref::<Arc<dyn Error + Send + Sync>>();
        match (held.and_then(std::io::Error::get_ref), shared) {
            (Some(inner), _) => Some(inner),
            (None, Some(inner)) => Some(&**inner),
            (None, None) => one.source(),
        }
    })
}

/// Whether a connection failed because the certificate of the server is not trusted.
pub(super) fn is_distrusted(failed: &(dyn Error + 'static)) -> bool {
    causes(failed).any(|cause| {
        let tls = cause.downcast_ref();
        matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
    })
}

/// Our accounts, each under every name of its server: two names share a mark where they mean the same one.
pub(super) fn everywhere(ours: &[(Locator, Vec<String>)]) -> Vec<Locator> {
    let mut all = Vec::new();
    for (own, marks) in ours {
        let is_there = |others: &Vec<String>| others.iter().any(|mark| marks.contains(mark));
        let names = ours.iter().filter(|(_, others)| is_there(others));
        let names = names.map(|(other, _)| Locator::new(own.kind(), own.id(), other.account()));
        for one in std::iter::once(own.clone()).chain(names) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}

/// Targets by the name of the server that each is on.
pub(super) fn by_server(targets: &[Locator]) -> BTreeMap<&str, Vec<&Locator>> {
    let mut by_server: BTreeMap<&str, Vec<&Locator>> = BTreeMap::new();
    for target in targets {
        let server = target.account().unwrap_or_default();
        by_server.entry(server).or_default().push(target);
    }
    by_server
}

/// What was seen of each target, in their order.
pub(super) fn seen(targets: &[Locator], at: Time, facts: &BTreeMap<Locator, Fact>) -> Vec<Seen> {
    let each = targets.iter().map(|target| Seen {
        target: target.clone(),
        at,
        fact: facts.get(target).cloned().unwrap_or_else(|| {
            let text = format!("{target} was not looked at");
            Fact::Unreadable(Why::new(Because::Garbled, text))
        }),
    });
    each.collect()
}

/// The one that was meant, among what was seen of all that could be. One server that has it, beside another that did not
/// answer, leaves open which is meant.
pub(super) fn found(named: &Named, seen: Vec<Seen>) -> Result<Locator, Why> {
    let (mut found, mut why) = (Vec::new(), None);
    for seen in seen {
        match seen.fact {
            Fact::Present(_) => found.push(seen.target),
            Fact::Gone => {}
            Fact::Unreadable(unread) => why = Some(unread),
        }
    }
    let ambiguous = |text: String| Err(Why::new(Because::Ambiguous, text));
    match (found.as_slice(), why) {
        ([one], None) => Ok(one.clone()),
        ([], Some(why)) => Err(why),
        ([], None) => {
            let text = format!("no server has a {} of this name", named.kind.noun());
            Err(Why::new(Because::Missing, text))
        }
        ([_], Some(why)) => ambiguous(format!(
            "one server has it and another did not answer ({}); write @SERVER",
            why.text
        )),
        (_, _) => ambiguous("more than one server has it; write @SERVER".to_owned()),
    }
}

/// The servers of one provider, by the names that the workspace gives them.
pub(super) struct Listed {
    provider: &'static str,
    settings: Option<Settings>,
    clock: Clock,
    ahead_ms: AtomicI64,
    /// Passwords that a server knew as right, each with whose it is.
    known: Mutex<BTreeSet<(Locator, Digest)>>,
    /// Accounts that could make others when they were looked at, once.
    makers: Mutex<BTreeSet<Locator>>,
}

impl Listed {
    pub(super) fn new(provider: &'static str, settings: Option<Settings>, clock: Clock) -> Self {
        Self {
            provider,
            settings,
            clock,
            ahead_ms: AtomicI64::new(i64::MIN),
            known: Mutex::default(),
            makers: Mutex::default(),
        }
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(super) fn is_set_up(&self) -> bool {
        self.settings.is_some()
    }

    /// Whether what is in plain text, or at a private address, was said to be meant.
    pub(super) fn is_private(&self) -> bool {
        let settings = self.settings.as_ref();
        settings.is_some_and(|settings| settings.private)
    }

    fn given(&self) -> Result<&BTreeMap<String, Given>, Why> {
        let settings = self.settings.as_ref();
        let several = settings.and_then(|settings| settings.several.get("servers"));
        several.ok_or_else(|| {
            let provider = self.provider;
            let text = format!(
                "{provider} is not configured: name servers under providers.{provider}.servers in contain.yaml"
            );
            Why::new(Because::Unauthenticated, text)
        })
    }

    /// The names of all servers.
    pub(super) fn names(&self) -> Result<Vec<String>, Why> {
        Ok(self.given()?.keys().cloned().collect())
    }

    /// What was typed, on its server; without one on each.
    pub(super) fn candidates(&self, named: &Named) -> Result<Vec<Locator>, Why> {
        let servers = match &named.account {
            Some(server) => vec![server.clone()],
            None => self.names()?,
        };
        let on = |server: &String| Locator::new(&named.kind, &named.id, Some(server));
        Ok(servers.iter().map(on).collect())
    }

    /// The URL of one; it holds a password.
    pub(super) fn url(&self, name: &str) -> Result<Secret, Why> {
        let given = self.given()?.get(name).ok_or_else(|| {
            let provider = self.provider;
            let text =
                format!("contain.yaml names no server `{name}` under providers.{provider}.servers");
            Why::new(Because::Foreign, text)
        })?;
        given().map_err(|why| Why::new(Because::Unauthenticated, why.text))
    }

    /// How long an exchange may take.
    pub(super) fn deadline(&self) -> std::time::Duration {
        let settings = self.settings.as_ref();
        let said = settings.and_then(|settings| settings.deadline);
        said.unwrap_or(DEADLINE).unsigned_abs()
    }

    /// Takes a server's clock from an answer, in milliseconds since 1970.
    pub(super) fn hear(&self, there: i64) {
        let ahead = there.saturating_sub(self.clock.now().as_millisecond());
        self.ahead_ms.store(ahead, Ordering::Relaxed);
    }

    /// How far the clock of the server that answered last was ahead of ours.
    pub(super) fn ahead(&self) -> Option<Duration> {
        let ahead = self.ahead_ms.load(Ordering::Relaxed);
        (ahead != i64::MIN).then(|| Duration::from_millis(ahead))
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<(Locator, Digest)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps that a server knew a password as right.
    pub(super) fn know(&self, target: &Locator, with: &Secret) {
        let digest = Digest::of(with.expose().as_bytes());
        self.known().insert((target.clone(), digest));
    }

    /// Whether a server knew a password as right before.
    pub(super) fn knew(&self, target: &Locator, with: &Secret) -> bool {
        let digest = Digest::of(with.expose().as_bytes());
        self.known().contains(&(target.clone(), digest))
    }

    fn makers(&self) -> MutexGuard<'_, BTreeSet<Locator>> {
        self.makers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps that an account could make others: what it made then is there, whatever it may do since.
    pub(super) fn could_make(&self, target: &Locator) {
        self.makers().insert(target.clone());
    }

    /// Whether an account ever could make others, as far as anything was seen of it.
    pub(super) fn is_maker(&self, target: &Locator) -> bool {
        self.makers().contains(target)
    }
}
