//! Trying an old credential once, with calls that need no permission and change nothing.
//!
//! Never repeats, and never lets the secret out of the SDK's own credential type.

use std::borrow::Cow;
use std::sync::Arc;

use aws_config::retry::RetryConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde::Deserialize;

use super::client::{Link, Manner, clients};
use super::failure::Failure;
use super::guard::Guard;
use crate::domain::{Because, Locator, Probe, Secret, Why};

/// How AWS words a denial by a policy of the principal's own.
const DENIED: &str = "explicit deny in an identity-based policy";

const DEADLINE: std::time::Duration = std::time::Duration::from_secs(5);

/// A credential as people keep it; borrows, so that no copy of the secret outlives its owner.
#[derive(Deserialize)]
struct Given<'a> {
    #[serde(borrow, default, rename = "AccessKeyId")]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "SecretAccessKey")]
    secret: Cow<'a, str>,
    #[serde(borrow, default, rename = "SessionToken")]
    token: Option<Cow<'a, str>>,
}

/// What `aws sts` and `aws iam` print.
#[derive(Deserialize)]
struct Printed<'a> {
    #[serde(borrow, alias = "AccessKey", rename = "Credentials")]
    inner: Given<'a>,
}

pub(super) async fn probe(link: &Link, target: &Locator, with: &Secret) -> Probe {
    let session = match target.kind().noun() {
        "session" => true,
        "access-key" => false,
        _ => return unclear(Because::Invalid, format!("{target} has no secret to try")),
    };
    let Some(given) = given(with.expose().trim()) else {
        return unclear(
            Because::Invalid,
            "the secret is neither a secret access key nor JSON or credentials-file form"
                .to_owned(),
        );
    };
    if given.id.as_deref().is_some_and(|id| id != target.id()) {
        return unclear(
            Because::Invalid,
            format!("the secret given is another credential's, not that of {target}"),
        );
    }
    if session && given.token.is_none() {
        return unclear(
            Because::Invalid,
            "a session is tried with key id, secret and session token together".to_owned(),
        );
    }
    let base = match link.base().await {
        Ok(base) => base,
        Err(why) => return Probe::Unclear(why),
    };
    let token = given.token.filter(|_| session).map(Cow::into_owned);
    let credentials = Credentials::new(
        target.id(),
        given.secret.into_owned(),
        token,
        None,
        "contain-probe",
    );
    let allowed = ["sts:GetCallerIdentity", "iam:GetUser"];
    let guard = Guard {
        allowed: Arc::new(allowed.iter().map(|&name| name.to_owned()).collect()),
        heard: Arc::clone(&link.heard),
        clock: link.clock.clone(),
    };
    let manner = Manner {
        repeats: RetryConfig::disabled(),
        deadline: DEADLINE,
        name: "contain-probe",
    };
    let provider = SharedCredentialsProvider::new(credentials);
    let clients = clients(&link.settings, base, provider, &guard, &manner);
    let who = clients.sts.get_caller_identity().send().await;
    let who = who.map_err(|failed| Failure::of(&failed, "sts:GetCallerIdentity"));
    match (who, session) {
        (Err(failure), _) => judged(&failure),
        (Ok(_), false) => Probe::Accepted,
        // GetCallerIdentity answers under an explicit deny too, so only a call that a policy governs can tell.
        (Ok(_), true) => {
            let read = clients.iam.get_user().send().await;
            governed(
                read.map(drop)
                    .map_err(|failed| Failure::of(&failed, "iam:GetUser")),
            )
        }
    }
}

fn unclear(because: Because, text: String) -> Probe {
    Probe::Unclear(Why::new(because, text))
}

/// What a failed GetCallerIdentity says about the credential.
fn judged(failure: &Failure) -> Probe {
    let Failure::Refused { code, why } = failure else {
        return Probe::Unclear(failure.why());
    };
    match code.strip_suffix("Exception").unwrap_or(code) {
        "InvalidClientTokenId" | "InvalidAccessKeyId" | "ExpiredToken" | "UnrecognizedClient" => {
            Probe::Refused
        }
        "SignatureDoesNotMatch" => unclear(
            Because::Invalid,
            "the secret does not belong to this key".to_owned(),
        ),
        "AccessDenied" => Probe::Forbidden,
        _ => Probe::Unclear(why.clone()),
    }
}

/// What a call that policies govern says about a session that is authenticated.
fn governed(read: Result<(), Failure>) -> Probe {
    match read {
        Ok(()) => Probe::Accepted,
        Err(Failure::Refused { code, why }) => match code.as_str() {
            // Only a policy of the principal itself is ours; one of the organisation, the session or the boundary may go.
            "AccessDenied" if why.text.contains(DENIED) => Probe::Refused,
            "AccessDenied" => Probe::Forbidden,
            "ExpiredToken" => Probe::Refused,
            // A role session has no user: that AWS says so shows that it was let in.
            "ValidationError" | "NoSuchEntity" => Probe::Accepted,
            // STS has just accepted it: that IAM does not know it yet, or no longer, says nothing about later.
            _ => Probe::Unclear(why),
        },
        Err(failure) => Probe::Unclear(failure.why()),
    }
}

/// Reads a secret in any of the forms that people keep: alone, JSON, or a credentials file.
fn given(text: &str) -> Option<Given<'_>> {
    if text.starts_with('{') {
        let inner = serde_json::from_str::<Printed<'_>>(text)
            .map(|printed| printed.inner)
            .or_else(|_| serde_json::from_str::<Given<'_>>(text));
        let mut given = inner.ok().filter(|given| !given.secret.is_empty())?;
        given.token = given.token.filter(|token| !token.is_empty());
        return Some(given);
    }
    if text.contains("aws_secret_access_key") || text.contains("AWS_SECRET_ACCESS_KEY") {
        let part = |name: &str| {
            text.lines().find_map(|line| {
                let line = line.trim();
                let line = line.strip_prefix("export ").unwrap_or(line);
                let (key, value) = line.split_once('=')?;
                let value = value.trim().trim_matches(['"', '\'']);
                (key.trim().eq_ignore_ascii_case(name) && !value.is_empty()).then_some(value)
            })
        };
        return Some(Given {
            id: part("aws_access_key_id").map(Cow::Borrowed),
            secret: Cow::Borrowed(part("aws_secret_access_key")?),
            token: part("aws_session_token").map(Cow::Borrowed),
        });
    }
    let single = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    single.then_some(Given {
        id: None,
        secret: Cow::Borrowed(text),
        token: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_in_every_form_that_people_keep() {
        for (text, parts) in [
            ("wJalr/+EXAMPLE", Some((None, "wJalr/+EXAMPLE", None))),
            (
                r#"{"AccessKeyId":"AKIAX","SecretAccessKey":"s"}"#,
                Some((Some("AKIAX"), "s", None)),
            ),
            (
                r#"{"Credentials":{"AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t"}}"#,
                Some((Some("ASIAX"), "s", Some("t"))),
            ),
            (
                "[default]\naws_access_key_id = AKIAX\naws_secret_access_key=s=\n",
                Some((Some("AKIAX"), "s=", None)),
            ),
            (
                "export AWS_ACCESS_KEY_ID='ASIAX'\nexport AWS_SECRET_ACCESS_KEY=\"s\"\nexport AWS_SESSION_TOKEN=t",
                Some((Some("ASIAX"), "s", Some("t"))),
            ),
            (
                r#"{"AccessKey":{"UserName":"u","AccessKeyId":"AKIAX","SecretAccessKey":"a\/b"}}"#,
                Some((Some("AKIAX"), "a/b", None)),
            ),
            (r#"{"AccessKeyId":"AKIAX"}"#, None),
            ("two words", None),
            ("", None),
        ] {
            let read = given(text);
            let read = read.as_ref().map(|given| {
                let (id, token) = (given.id.as_deref(), given.token.as_deref());
                (id, given.secret.as_ref(), token)
            });
            assert_eq!(read, parts, "{text}");
        }
    }

    #[test]
    fn only_what_aws_says_of_the_credential_counts_as_dead() {
        let refused = |code: &str, text: &str| Failure::Refused {
            code: code.to_owned(),
            why: Why::new(Because::Denied, text),
        };
        assert_eq!(judged(&refused("InvalidClientTokenId", "")), Probe::Refused);
        assert_eq!(judged(&refused("ExpiredToken", "")), Probe::Refused);
        assert_eq!(judged(&refused("AccessDenied", "")), Probe::Forbidden);
        for failure in [
            refused("SignatureDoesNotMatch", ""),
            refused("RequestExpired", ""),
            Failure::Throttled(None),
            Failure::Lost(Why::new(Because::Timeout, "")),
        ] {
            assert!(matches!(judged(&failure), Probe::Unclear(_)), "{failure:?}");
        }
        let denied = |text: &str| governed(Err(refused("AccessDenied", text)));
        assert_eq!(
            denied("x with an explicit deny in an identity-based policy"),
            Probe::Refused
        );
        // Worded as AWS documents them.
        for text in [
            "because no identity-based policy allows the iam:GetUser action",
            "with an explicit deny in a service control policy",
            "with an explicit deny in a resource-based policy",
            "with an explicit deny in a session policy",
            "with an explicit deny in a permissions boundary",
            "with an explicit deny",
        ] {
            assert_eq!(denied(text), Probe::Forbidden, "{text}");
        }
        let after = |code: &str| governed(Err(refused(code, "")));
        assert_eq!(after("ValidationError"), Probe::Accepted);
        assert_eq!(after("ExpiredToken"), Probe::Refused);
        for code in ["InvalidClientTokenId", "SignatureDoesNotMatch"] {
            assert!(matches!(after(code), Probe::Unclear(_)), "{code}");
        }
        assert_eq!(governed(Ok(())), Probe::Accepted);
    }
}
