//! Sessions of our own: the responder's role, entered for what one plan does, for as short as AWS lets it be.
//!
//! Never asks for more than was computed, and never holds a session's secret elsewhere than in memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Soon;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use serde_json::{Value, json};

use super::client::Link;
use super::failure::Failure;
use super::guard::READS;
use super::kind;
use super::resolve::{credential, principal};
use crate::domain::{Because, Duration, Locator, Pass, Time, Why};
use crate::provider::Remit;

/// As short as a session may be, in seconds (STS API Reference, AssumeRole, `DurationSeconds`).
const LASTS: i32 = 900;
/// The longest session policy, in characters (the same, `Policy`); packed it has another limit, which is not published.
pub(super) const LONGEST: usize = 2048;
/// The longest session name and source identity (the same).
const LONGEST_NAME: usize = 64;

/// How a role is entered.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) role: String,
    pub(super) name: String,
    /// The source identity, where one is to be set.
    pub(super) source: Option<String>,
    pub(super) policy: String,
    /// What is taken in its place where AWS cannot pack the policy.
    pub(super) shorter: String,
}

impl Entry {
    /// For reading: nothing but what a read handle may send.
    pub(super) fn to_read(role: &str) -> Self {
        Self {
            role: role.to_owned(),
            name: "contain".to_owned(),
            source: None,
            policy: permit(READS),
            shorter: permit(&verbs(READS)),
        }
    }

    /// For keeping the record in a bucket, and nothing else.
    pub(super) fn to_keep(role: &str, (partition, bucket): (&str, &str)) -> Self {
        let bucket = format!("arn:{partition}:s3:::{bucket}");
        let objects = format!("{bucket}/*");
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": objects},
            {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketObjectLockConfiguration"], "Resource": bucket},
        ]})
        .to_string();
        Self {
            role: role.to_owned(),
            name: "contain".to_owned(),
            source: None,
            shorter: policy.clone(),
            policy,
        }
    }

    /// For entering the roles in other accounts, and nothing else.
    pub(super) fn to_go_on(role: &str, roles: &[String]) -> Self {
        let document = |on: Value| {
            let statement = json!({"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"], "Resource": on});
            json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
        };
        let (exact, shorter) = (document(json!(roles)), document(json!("*")));
        Self {
            role: role.to_owned(),
            name: "contain".to_owned(),
            source: None,
            policy: if fits(&exact) { exact } else { shorter.clone() },
            shorter,
        }
    }

    /// For what a plan does in an incident.
    fn to_act(role: &str, remit: &Remit, incident: &str) -> Self {
        Self {
            role: role.to_owned(),
            name: word(&format!("contain-{incident}")),
            source: Some(word(incident)).filter(|source| source.len() > 1),
            policy: remit.policy.clone(),
            shorter: broader(&remit.policy),
        }
    }

    /// For finding out whether a role can be entered as it should be.
    pub(super) fn to_try(role: &str) -> Self {
        let nothing = permit(&["sts:GetCallerIdentity"]);
        Self {
            role: role.to_owned(),
            name: "contain-doctor".to_owned(),
            source: Some("contain-doctor".to_owned()),
            policy: nothing.clone(),
            shorter: nothing,
        }
    }
}

/// A session that was taken.
pub(super) struct Entered {
    pub(super) credentials: Credentials,
    pub(super) until: Time,
    arn: String,
    /// The source identity that was set.
    pub(super) source: Option<String>,
    policy: String,
    is_broader: bool,
}

/// Enters a role: without the source identity where its trust refuses that, and with the shorter policy where AWS cannot
/// pack the other; never without one.
pub(super) async fn assume(
    sts: &aws_sdk_sts::Client,
    mut entry: Entry,
) -> Result<Entered, Failure> {
    let mut is_broader = false;
    let mut first = None;
    let said = loop {
        let sent = sts
            .assume_role()
            .role_arn(&entry.role)
            .role_session_name(&entry.name)
            .set_source_identity(entry.source.clone())
            .policy(&entry.policy)
            .duration_seconds(LASTS)
            .send()
            .await;
        let failure = match sent {
            Ok(said) => break said,
            Err(failed) => Failure::of(&failed, "sts:AssumeRole"),
        };
        match &failure {
            // The same on everything is as short as it gets, and names nothing that AWS could not read.
            Failure::Refused { code, .. }
                if matches!(
                    code.as_str(),
                    "PackedPolicyTooLarge" | "MalformedPolicyDocument"
                ) && !is_broader =>
            {
                is_broader = true;
                entry.policy.clone_from(&entry.shorter);
            }
            Failure::Refused { why, .. }
                if why.because == Because::Denied && entry.source.is_some() =>
            {
                entry.source = None;
                first = Some(failure);
            }
            Failure::Refused { .. }
            | Failure::Unsent(_)
            | Failure::Throttled(_)
            | Failure::Lost(_) => return Err(first.unwrap_or(failure)),
        }
    };
    let garbled = || {
        let text = "sts:AssumeRole answered no credentials that end";
        Failure::Unsent(Why::new(Because::Garbled, text))
    };
    let given = said.credentials.ok_or_else(garbled)?;
    let until = Time::from_second(given.expiration.secs()).map_err(|_| garbled())?;
    let expires = std::time::SystemTime::from(until);
    Ok(Entered {
        credentials: Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            Some(expires),
            "contain",
        ),
        until,
        arn: said
            .assumed_role_user
            .map_or_else(String::new, |user| user.arn),
        source: entry.source,
        policy: entry.policy,
        is_broader,
    })
}

/// The credentials of a role that is entered in one way.
#[derive(Debug)]
pub(super) struct Role {
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) entry: Entry,
}

/// Why a role could not be entered.
#[derive(Debug, thiserror::Error)]
#[error("the role could not be entered")]
pub(super) struct Unentered(pub(super) Why);

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> Soon<'a>
    where
        Self: 'a,
    {
        Soon::new(async move {
            match assume(&self.sts, self.entry.clone()).await {
                Ok(entered) => Ok(entered.credentials),
                Err(failure) => Err(CredentialsError::provider_error(Unentered(failure.why()))),
            }
        })
    }
}

/// The sessions of one role that we act under, by what they permit.
#[derive(Default)]
pub(super) struct Sessions {
    slots: Mutex<BTreeMap<String, Arc<Slot>>>,
    /// Whether the role's trust lets nobody set a source identity.
    is_nameless: AtomicBool,
}

#[derive(Default)]
struct Slot {
    held: tokio::sync::Mutex<Option<Taken>>,
    /// Whether what is named was refused, so that the same is permitted on everything.
    is_wide: AtomicBool,
}

struct Taken {
    credentials: Credentials,
    at: Time,
    until: Time,
    /// Since when, by our clock, it is one that permits the same on everything.
    wide_since: Option<Time>,
}

/// A session with less left than this is used no more.
const STILL: Duration = Duration::from_secs(60);

impl Taken {
    /// Whether so much of its time is left that nothing sent now meets its end; by the clock that ends it.
    fn is_good(&self, there: Time) -> bool {
        let (whole, left) = (
            self.until.duration_since(self.at),
            self.until.duration_since(there),
        );
        left > whole / 3
    }

    /// Whether a call that leaves now still has time to be answered.
    fn is_usable(&self, there: Time) -> bool {
        self.until.duration_since(there) > STILL
    }
}

impl Sessions {
    fn slot(&self, policy: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(policy.to_owned()).or_default())
    }

    /// What a request is signed with that is sent under this policy.
    pub(super) async fn credentials(&self, policy: &str) -> Result<Credentials, Why> {
        let slot = self.slot(policy);
        let held = slot.held.lock().await;
        held.as_ref()
            .map(|taken| taken.credentials.clone())
            .ok_or_else(|| {
                let text = "no session that permits this is held";
                Why::new(Because::Unauthenticated, text)
            })
    }

    /// Lets go of a session that AWS accepts no longer.
    pub(super) async fn forget(&self, policy: &str) {
        *self.slot(policy).held.lock().await = None;
    }

    /// Lets what is taken from now on permit the same actions on everything; whether what was sent at this time was sent
    /// under less.
    pub(super) async fn widen(&self, policy: &str, sent: Time) -> bool {
        let slot = self.slot(policy);
        slot.is_wide.store(true, Ordering::Relaxed);
        let mut held = slot.held.lock().await;
        match held.as_ref().and_then(|taken| taken.wide_since) {
            Some(since) => since > sent,
            None => {
                *held = None;
                true
            }
        }
    }
}

/// Takes the session of a remit, unless one is held that is good for long enough.
pub(super) async fn take(link: &Link, remit: &Remit, incident: &str) -> Result<Option<Pass>, Why> {
    let Some(role) = &link.settings.role else {
        return Ok(None);
    };
    let slot = link.sessions.slot(&remit.policy);
    let mut held = slot.held.lock().await;
    if held
        .as_ref()
        .is_some_and(|taken| taken.is_good(link.heard.there(&link.clock)))
    {
        return Ok(None);
    }
    let mut entry = Entry::to_act(role, remit, incident);
    if link.sessions.is_nameless.load(Ordering::Relaxed) {
        entry.source = None;
    }
    let mut notes: Vec<String> = remit.broader.iter().cloned().collect();
    let is_wide = slot.is_wide.load(Ordering::Relaxed);
    if is_wide {
        entry.policy.clone_from(&entry.shorter);
        notes.push(refused().to_owned());
    }
    let (name, wants_source) = (entry.name.clone(), entry.source.is_some());
    let sts = link.door().await?;
    let entered = match assume(&sts, entry).await {
        Ok(entered) => entered,
        Err(failure) => {
            // What is held is good for a while yet: nothing that restricts waits for a new one.
            let there = link.heard.there(&link.clock);
            let is_usable = held.as_ref().is_some_and(|taken| taken.is_usable(there));
            return if is_usable {
                Ok(None)
            } else {
                Err(failure.why())
            };
        }
    };
    if wants_source && entered.source.is_none() {
        link.sessions.is_nameless.store(true, Ordering::Relaxed);
    }
    if entered.is_broader {
        notes.push(unpacked().to_owned());
    }
    if entered.source.is_none() {
        notes.push(nameless(role));
    }
    let account = entered.arn.split(':').nth(4).filter(|one| !one.is_empty());
    let id = entered.credentials.access_key_id();
    let pass = Pass {
        of: principal(role).unwrap_or_else(|| Locator::new(&kind("role"), role, account)),
        session: credential(id, account),
        name,
        source: entered.source,
        until: entered.until,
        policy: serde_json::from_str(&entered.policy).unwrap_or_default(),
        notes,
    };
    *held = Some(Taken {
        credentials: entered.credentials,
        at: link.heard.there(&link.clock),
        until: entered.until,
        wide_since: is_wide.then(|| link.clock.now()),
    });
    Ok(Some(pass))
}

/// What is said where a role's trust lets nobody set a source identity.
pub(super) fn nameless(role: &str) -> String {
    format!(
        "{role} lets us set no source identity, so AWS's log shows the incident in the session's name alone; permit \
         sts:SetSourceIdentity in its trust policy, and to whom contain runs as"
    )
}

fn refused() -> &'static str {
    "AWS refused what is done under the policy of exactly that: the session permits the same actions on everything"
}

fn unpacked() -> &'static str {
    "AWS did not take the policy of exactly what is done: the session permits the same actions on everything"
}

/// Whether a policy is short enough, and of characters that AWS takes.
pub(super) fn fits(policy: &str) -> bool {
    policy.len() <= LONGEST && policy.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// Text as a session's name or a source identity may be: `[\w+=,.@-]`, 2 to 64 of them.
fn word(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let fit = |c: char| if allowed(c) { c } else { '-' };
    text.chars().take(LONGEST_NAME).map(fit).collect()
}

fn permit(actions: &[impl AsRef<str>]) -> String {
    let actions: Vec<&str> = actions.iter().map(AsRef::as_ref).collect();
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// The same reads, those of IAM by verb: none of its `Get` and `List` tells a secret.
fn verbs(reads: &[&str]) -> Vec<String> {
    let short = |read: &&str| {
        let verb = ["iam:Get", "iam:List"]
            .into_iter()
            .find(|verb| read.starts_with(verb));
        verb.map_or_else(|| (*read).to_owned(), |verb| format!("{verb}*"))
    };
    let all: std::collections::BTreeSet<String> = reads.iter().map(short).collect();
    all.into_iter().collect()
}

/// The same document as short as it can be said: nothing is named, and one of a kind stands without a list.
pub(super) fn compact(document: &Value) -> String {
    let alone = |value: &Value| match value.as_array().map(Vec::as_slice) {
        Some([one]) => one.clone(),
        Some(_) | None => value.clone(),
    };
    let statements = document.get("Statement").and_then(Value::as_array);
    let statements = statements.into_iter().flatten().map(|statement| {
        let member = |name: &str| statement.get(name).map(alone).unwrap_or_default();
        json!({"Effect": "Allow", "Action": member("Action"), "Resource": member("Resource")})
    });
    json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()}).to_string()
}

/// The same actions on everything: what is left where the resources do not fit.
pub(super) fn broader(policy: &str) -> String {
    let document: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = document.get("Statement").and_then(Value::as_array);
    let actions = statements
        .into_iter()
        .flatten()
        .filter_map(|one| one.get("Action"));
    let all: std::collections::BTreeSet<String> = actions
        .flat_map(|action| match action.as_array() {
            Some(several) => several.clone(),
            None => vec![action.clone()],
        })
        .filter_map(|one| Some(one.as_str()?.to_owned()))
        .collect();
    permit(&Vec::from_iter(all))
}

/// A provider that gives one set of credentials.
pub(super) fn fixed(credentials: Credentials) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(credentials)
}

#[cfg(test)]
mod tests;
