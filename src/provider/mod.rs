//! The outside world, and the only place that knows vendors.
//!
//! The contract: a catalogue that needs no credentials, a handle that reads, a handle that acts. Native adapters,
//! packs and the simulated world implement exactly this. Never decides what follows an outcome.

#[cfg(feature = "http")]
pub mod http;

pub mod leak;
pub mod observer;
pub mod setting;

#[cfg(any(feature = "postgres", feature = "redis"))]
mod line;
#[cfg(any(feature = "postgres", feature = "redis"))]
mod listed;
#[cfg(feature = "http")]
mod password;

mod login;

pub mod aws;
pub mod github;
#[cfg(feature = "http")]
pub mod notify;
pub mod oauth;
pub mod postgres;
pub mod redis;
pub mod simulated;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use crate::domain::{
    ActionId, Because, Bound, Branch, Call, Duration, Fields, Kind, KindId, Locator, Named,
    Outcome, Pass, Probe, Query, ReadKind, Reading, Rung, Secret, Seen, Spec, Time, Why,
};

pub use observer::Observer;
pub use setting::{Given, Native, Setting, Settings, Wants};

/// The providers that are written in Rust and told about in the same way as packs, in the order of their names.
pub const NATIVES: &[Native] = &[
    #[cfg(feature = "github")]
    github::NATIVE,
    #[cfg(feature = "http")]
    oauth::NATIVE,
    #[cfg(feature = "postgres")]
    postgres::NATIVE,
    #[cfg(feature = "redis")]
    redis::NATIVE,
];

/// A boxed future, so that handles can be trait objects.
pub type Soon<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One vendor: what it knows and can do, and the two handles.
pub trait Provider: Send + Sync {
    /// The provider's name, e.g. `aws`.
    fn name(&self) -> &str;
    /// The kinds it knows.
    fn kinds(&self) -> &[Kind];
    /// The actions it can do.
    fn actions(&self) -> &[Spec];
    /// Endpoints that are not the vendor's own, by service.
    fn endpoints(&self) -> BTreeMap<String, String>;
    /// How long its audit log may lag behind.
    fn audit_lag(&self) -> Bound;
    /// The shortest time between two probes that its budget allows.
    fn probe_pause(&self) -> Duration;
    /// Reads a locator offline, where its id says more than its syntax: the account inside an AWS key id.
    fn decode(&self, named: &Named) -> Named;
    /// Which of the hidden texts of a pasted leak belong to which of its ids; offline. Providers that do not know leave
    /// all secrets where they are.
    fn pair(&self, text: &str, named: &[leak::Named], hidden: &[leak::Hidden<'_>]) -> leak::Paired {
        let _ = (text, hidden);
        named.iter().map(|_| None).collect()
    }
    /// The id of a secret of one of its kinds, where the secret itself tells it; offline.
    fn id_of(&self, kind: &KindId, secret: &Secret) -> Option<String> {
        let _ = (kind, secret);
        None
    }
    /// The secret of a thing of one of its kinds that a text of the form of its secrets holds beside other things, as a URL
    /// holds a password; offline. None where the whole text is the secret.
    fn secret_in(&self, kind: &KindId, text: &Secret) -> Option<Secret> {
        let _ = (kind, text);
        None
    }
    /// Whether a text that has the form of a kind's secrets is one, as far as what it holds tells that; offline. Many tokens
    /// have the same form.
    fn is_of(&self, kind: &KindId, secret: &Secret) -> bool {
        let _ = (kind, secret);
        true
    }
    /// What a person does to find out which thing of a kind a secret is of, where neither the secret nor the vendor tells it.
    fn trace(&self, kind: &KindId) -> Option<String> {
        let _ = kind;
        None
    }
    /// Whether whose a secret of a kind is, the vendor tells: then things of that kind are called what it calls them, and no
    /// other name stands for another secret.
    fn names(&self, kind: &KindId) -> bool {
        let _ = kind;
        false
    }
    /// The vendor's own command lines that come to the same as a call, secrets by reference; empty where it has none.
    /// What makes a new secret writes it to standard output and nothing else there; what delivers one is a single
    /// pipeline that reads it from standard input.
    fn commands(&self, call: &Call) -> Vec<String>;
    /// The permissions that a question needs; those that all questions and looks need, where none is named.
    fn reads(&self, asked: Option<ReadKind>) -> Vec<String>;
    /// The permissions that finding out needs what we ourselves stand on.
    fn reads_of_own_branch(&self) -> Vec<String> {
        Vec::new()
    }
    /// The least document of permissions for what is needed, in the vendor's form; none where the vendor has no such form.
    fn permissions(&self, needs: &[Need<'_>]) -> Option<serde_json::Value>;
    /// What is installed in peacetime against principals that edit all else; none where the vendor has nothing of the kind.
    fn guardrail(&self) -> Option<Guardrail>;
    /// The cuts that put a principal behind the guardrail, as far as this provider is set up to make them: what they cut
    /// cannot edit them.
    fn guards(&self) -> Vec<ActionId> {
        Vec::new()
    }
    /// Whether credentials and addresses were given to it, as far as it can be told without asking anybody.
    fn is_set_up(&self) -> bool {
        true
    }
    /// Lends it a credential for as long as the command runs: some can only be looked at, or ended, by holding them.
    fn hold(&self, target: &Locator, secret: &Secret) {
        let _ = (target, secret);
    }
    /// Tells it what the journal holds of a call of ours: what was seen before it, when the provider said yes, and the
    /// secret that was lent for it, where the same is at hand again. Some answers mean something only beside an earlier one.
    fn recall(&self, call: &Call, before: &Seen, acted: Option<Time>, with: Option<&Secret>) {
        let _ = (call, before, acted, with);
    }
    /// Why what was seen before an action could not be given back, where its inverse makes something else than that.
    fn bars_undo(&self, spec: &Spec, before: &Fields) -> Option<String> {
        let _ = (spec, before);
        None
    }
    /// The read handle for an account; `None` is the account of the ambient credentials. Its transport refuses,
    /// before signing, any operation that is not declared as a read.
    fn reader(&self, account: Option<&str>) -> Arc<dyn Observe>;
    /// The mutate handle, for exactly these permissions; clippy refuses this call outside `execute/intent.rs`.
    fn actor(&self, account: Option<&str>, only: &[String]) -> Arc<dyn Act>;
    /// What the sessions would permit under which these calls are made, one remit for each call and as few different
    /// ones as the vendor's limits allow; none where we act with what we hold, and all of what it may.
    fn remits(&self, wants: &[Want<'_>]) -> Vec<Option<Arc<Remit>>> {
        wants.iter().map(|_| None).collect()
    }
    /// Takes the sessions of a remit for an incident, where none is good for long enough; answers those that are new.
    fn enter<'a>(
        &'a self,
        remit: &'a Remit,
        incident: &'a str,
    ) -> Soon<'a, Result<Vec<Pass>, Why>> {
        let _ = (remit, incident);
        Box::pin(async { Ok(Vec::new()) })
    }
    /// Ends the sessions that were taken, where that can be done before their time; answers those that ended.
    fn leave(&self) -> Soon<'_, Vec<Locator>> {
        Box::pin(async { Vec::new() })
    }
    /// Lets the sessions of a remit permit the same actions on everything, after the provider refused under it what it is
    /// for and what was sent at this time: what we believe about the vendor's names may be wrong, and nothing that
    /// restricts waits for that. Whether another try can come to something else.
    fn widen<'a>(&'a self, remit: &'a Remit, sent: Time) -> Soon<'a, bool> {
        let _ = (remit, sent);
        Box::pin(async { false })
    }
    /// The mutate handle under the sessions of a remit that was entered: without them it sends nothing. Clippy refuses
    /// this call outside `execute/intent.rs`.
    #[expect(
        clippy::disallowed_methods,
        reason = "a provider without sessions of ours hands on what execute/intent.rs asked for"
    )]
    fn actor_under(&self, remit: &Remit, account: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        let _ = remit;
        self.actor(account, only)
    }
    /// On what we stand there, for whoever asks before an incident; takes sessions at most, and changes nothing.
    fn footing(&self) -> Soon<'_, Vec<Footing>> {
        Box::pin(async { Vec::new() })
    }
}

/// A call that is to be made under a session of our own.
#[derive(Clone, Debug)]
pub struct Want<'a> {
    /// The account that it is made in.
    pub account: Option<&'a str>,
    /// Whether it is about something that was named: it shares a session with nothing that was only discovered, so that
    /// nothing about that keeps it from being sent.
    pub named: bool,
    /// What it needs to be permitted.
    pub needs: Vec<Need<'a>>,
}

/// What a session of our own is to permit, and nothing besides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remit {
    /// The account whose role is entered; the ambient one where none is told.
    pub account: Option<String>,
    /// The policy, in the vendor's form.
    pub policy: String,
    /// What it permits beyond what is needed, where exactly that is more than the vendor takes.
    pub broader: Option<String>,
}

/// One thing about how we stand at a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Footing {
    /// What it is about.
    pub what: String,
    /// Whether it is as it should be; where it is not, whether one can work all the same.
    pub stands: Stands,
    /// How it is, and what mends it.
    pub said: String,
}

/// How far something is as it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stands {
    /// It is.
    Well,
    /// One can work, and would do better otherwise.
    Loosely,
    /// One cannot work.
    Not,
}

/// What denies a principal everything and cannot be edited by it.
#[derive(Clone, PartialEq, Debug)]
pub struct Guardrail {
    /// What is installed in peacetime, in the vendor's form.
    pub document: serde_json::Value,
    /// How it is put in force, and what it does not reach.
    pub notes: Vec<String>,
    /// The kind that it is installed on: one for each account, by the account's id.
    pub on: KindId,
    /// The field of that kind that tells, as a yes or a no, whether it is installed there.
    pub shown_in: String,
}

/// Something that whoever acts has to be permitted.
#[derive(Clone, Copy, Debug)]
pub struct Need<'a> {
    /// The provider's permissions.
    pub permissions: &'a [String],
    /// On what; on all there is, where it is not told.
    pub target: Option<&'a Locator>,
    /// What was seen of the target: it may tell the full name of a resource.
    pub seen: Option<&'a Seen>,
}

/// Why what was asked about belongs to its own branch.
pub const NAMED: &str = "it is named itself";

/// What reads.
pub trait Observe: Send + Sync {
    /// Who we are: our credential first, then its principal, then the rest of the chain as far as it can be read: the
    /// credential that a chosen role was entered with, and whose that is.
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>>;
    /// What these stand on, themselves included: the groups, policies, trust, boundaries and identity providers without
    /// which they could not act, as far as that can be read, each with the reason. Read afresh every time.
    fn stands_on<'a>(&'a self, of: &'a [Locator]) -> Soon<'a, Branch> {
        let branch = Branch::of(of, NAMED);
        Box::pin(std::future::ready(branch))
    }
    /// Whether our credential is let in right now: asked afresh, and never answered from memory.
    fn answers(&self) -> Soon<'_, Result<(), Why>> {
        Box::pin(async move { self.whoami().await.map(drop) })
    }
    /// How many principals there are that policies attach to, where that can be told by one question.
    fn population(&self) -> Soon<'_, Option<u64>> {
        Box::pin(std::future::ready(None))
    }
    /// Turns what people typed into canonical names; one answer each, in order.
    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>>;
    /// Tells whose a secret of one of its kinds is, by asking the provider with it or about it; changes nothing.
    fn whose<'a>(&'a self, kind: &'a KindId, secret: &'a Secret) -> Soon<'a, Result<Locator, Why>> {
        let _ = (kind, secret);
        let text = "a secret of this kind does not tell whose it is: name it by its locator";
        let why = Why::new(Because::NotImplemented, text);
        Box::pin(std::future::ready(Err(why)))
    }
    /// Looks at targets; one answer each, in order.
    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>>;
    /// Answers a question, and says what it could not see.
    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>>;
    /// Finds what calls with this call's tag made on its target and is there still; a lost reply may have left something.
    fn made<'a>(&'a self, call: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>>;
    /// Tries the old credential once, with a call that needs no permission and changes nothing.
    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe>;
    /// How far the provider's clock was ahead of ours at its latest answer; `None` before the first.
    fn clock_ahead(&self) -> Option<Duration>;
}

/// What changes things.
pub trait Act: Observe {
    /// Performs calls that share one action; answers one outcome each, in order. Never repeats by itself.
    /// Clippy refuses this call outside `execute/intent.rs`.
    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>>;
    /// Performs one call whose action delivers: hands a new secret to the place that its consumers read. Never repeats
    /// by itself. Clippy refuses this call outside `execute/intent.rs`.
    fn deliver<'a>(&'a self, call: &'a Call, what: &'a Secret) -> Soon<'a, Outcome>;
}

/// Why a handle that was given these permissions does not make a call of this action; nothing where it does.
#[cfg(feature = "http")]
pub(crate) fn barred(spec: &Spec, call: &Call, given: Option<&[String]>) -> Option<Why> {
    let given = given.unwrap_or_default();
    if !spec.permissions.iter().all(|wanted| given.contains(wanted)) {
        let text = format!("this handle is not permitted to `{}`", spec.id);
        return Some(Why::new(Because::Denied, text));
    }
    if call.action != spec.id || call.target.kind() != &spec.on {
        let text = format!("`{}` does not work on {}", spec.id, call.target);
        return Some(Why::new(Because::Invalid, text));
    }
    None
}

/// All providers, and look-ups over what they declare.
#[derive(Clone, Default)]
pub struct Catalogue {
    providers: Vec<Arc<dyn Provider>>,
}

impl Catalogue {
    /// The explicit list.
    #[must_use]
    pub fn new(providers: Vec<Arc<dyn Provider>>) -> Self {
        Self { providers }
    }

    /// The providers, in order.
    pub fn providers(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.providers.iter()
    }

    /// A provider by name.
    #[must_use]
    pub fn provider(&self, name: &str) -> Option<&Arc<dyn Provider>> {
        self.providers
            .iter()
            .find(|provider| provider.name() == name)
    }

    /// A kind by id.
    #[must_use]
    pub fn kind(&self, id: &KindId) -> Option<&Kind> {
        self.provider(id.provider())?
            .kinds()
            .iter()
            .find(|kind| kind.id == *id)
    }

    /// An action by id.
    #[must_use]
    pub fn action(&self, id: &ActionId) -> Option<&Spec> {
        self.provider(id.provider())?
            .actions()
            .iter()
            .find(|spec| spec.id == *id)
    }

    /// All kinds.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.providers.iter().flat_map(|provider| provider.kinds())
    }

    /// All actions.
    pub fn actions(&self) -> impl Iterator<Item = &Spec> {
        self.providers
            .iter()
            .flat_map(|provider| provider.actions())
    }

    /// Whether any provider is set up to put anything behind a guardrail.
    #[must_use]
    pub fn has_guards(&self) -> bool {
        let mut providers = self.providers.iter();
        providers.any(|provider| !provider.guards().is_empty())
    }

    /// The cut that puts things of a kind behind the guardrail, where its provider is set up to make it.
    #[must_use]
    pub fn guard(&self, kind: &KindId) -> Option<&Spec> {
        let guards = self.provider(kind.provider())?.guards();
        let specs = guards.iter().filter_map(|id| self.action(id));
        specs.into_iter().find(|spec| spec.on == *kind)
    }

    /// The action that gives a generic verb to a kind: the wanted rung; for what is to stop, else the nearest below that stops
    /// use, else the nearest above. Answers the rung found with it. Narrowing and ending sessions leave the target working:
    /// nothing harder stands in for them.
    #[must_use]
    pub fn cut_for(&self, kind: &KindId, wanted: Rung) -> Option<(&Spec, Rung)> {
        let cuts = || {
            self.actions()
                .filter(|spec| spec.on == *kind)
                .filter_map(|spec| Some((spec, spec.cut()?.rung)))
        };
        let exact = cuts().find(|(_, rung)| *rung == wanted);
        let stops = |rung: Rung| rung >= Rung::Suspend;
        if !stops(wanted) {
            return exact;
        }
        let below = || {
            cuts()
                .filter(|(_, rung)| *rung < wanted && stops(*rung))
                .max_by_key(|(_, rung)| *rung)
        };
        let above = || {
            cuts()
                .filter(|(_, rung)| *rung > wanted)
                .min_by_key(|(_, rung)| *rung)
        };
        exact.or_else(below).or_else(above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Becomes, Effect, Undo};

    #[test]
    fn what_is_written_in_rust_gives_back_the_fields_that_it_cuts_and_survives_writing() {
        let all = [
            (oauth::kinds(), oauth::actions()),
            (postgres::kinds(), postgres::actions()),
            (redis::kinds(), redis::actions()),
        ];
        for (kinds, specs) in all {
            for spec in &specs {
                assert!(kinds.iter().any(|kind| kind.id == spec.on), "{}", spec.id);
                let written = serde_json::to_string(spec).unwrap_or_default();
                let read: Result<Spec, _> = serde_json::from_str(&written);
                assert!(read.is_ok_and(|read| read.id == spec.id));
                let (Some(cut), Undo::By(inverse)) = (spec.cut(), &spec.undo) else {
                    continue;
                };
                assert!(cut.rung < Rung::Revoke, "{}", spec.id);
                let inverse = specs.iter().find(|other| other.id == *inverse);
                let inverse = inverse.unwrap_or_else(|| unreachable!("{} is missing", spec.id));
                assert!(matches!(inverse.effect, Effect::Open));
                assert_eq!(inverse.undo, Undo::By(spec.id.clone()));
                assert!(
                    inverse
                        .touches
                        .iter()
                        .all(|touch| touch.becomes == Becomes::Before)
                );
                let fields = |spec: &Spec| -> Vec<String> {
                    spec.touches
                        .iter()
                        .map(|touch| touch.field.clone())
                        .collect()
                };
                assert_eq!((fields(inverse), &inverse.on), (fields(spec), &spec.on));
            }
        }
    }
}
