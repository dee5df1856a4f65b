//! What became of a request that did not succeed: never sent, refused, throttled, or unknown.
//!
//! Errs on the side of doubt: only what AWS itself said, in its own form, counts as "nothing happened".

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::guard::{Garbled, Undeclared};
use super::pass::Unentered;
use crate::domain::{Because, Clock, Duration, Outcome, Time, Why};

/// A failed request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Failure {
    /// Nothing left this machine, or nothing arrived.
    Unsent(Why),
    /// AWS said no, with a code of its own.
    Refused {
        /// The code, e.g. `NoSuchEntity`.
        code: String,
        /// Why, in our words.
        why: Why,
    },
    /// AWS said "later"; nothing happened.
    Throttled(Option<Duration>),
    /// It may have happened.
    Lost(Why),
}

impl Failure {
    /// Sorts what the SDK answered; `permission` is what the request needs, e.g. `iam:GetUser`.
    pub(super) fn of<E>(failed: &SdkError<E, HttpResponse>, permission: &str) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match failed {
            SdkError::ServiceError(said) => {
                let reply = Reply {
                    status: said.raw().status().as_u16(),
                    code: said.err().code(),
                    message: said.err().message(),
                    wait: said.raw().headers().get("retry-after"),
                };
                Self::of_reply(&reply, permission)
            }
            SdkError::TimeoutError(_) => Self::Lost(Why::new(
                Because::Timeout,
                format!("{permission} gave no answer within the deadline"),
            )),
            SdkError::ResponseError(_) => Self::Lost(garbled(permission)),
            SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_) => {
                Self::of_dispatch(failed, permission)
            }
            // The enum may grow; what is unknown is in doubt.
            _ => Self::Lost(garbled(permission)),
        }
    }

    fn of_dispatch(failed: &(dyn Error + 'static), permission: &str) -> Self {
        let chain = || -> Vec<&(dyn Error + 'static)> {
            std::iter::successors(Some(failed), |&link| link.source()).collect()
        };
        let says = |text: &str| chain().iter().any(|link| link.to_string().contains(text));
        if chain().iter().any(|link| link.is::<Undeclared>()) {
            return Self::Unsent(Why::new(
                Because::Forbidden,
                format!("{permission} is not declared for this handle"),
            ));
        }
        if chain().iter().any(|link| link.is::<Garbled>()) {
            return Self::Lost(garbled(permission));
        }
        if let Some(none) = chain()
            .iter()
            .find_map(|link| link.downcast_ref::<CredentialsError>())
        {
            return Self::Unsent(no_credentials(none));
        }
        // The SDK keeps its connection status to itself: only these texts tell that no connection came about.
        let unconnected = [
            "client error (Connect)",
            "HTTP connect timeout",
            "dns error",
            "failed to construct request",
        ];
        if unconnected.iter().any(|text| says(text)) {
            return Self::Unsent(Why::new(
                Because::Unavailable,
                format!("AWS was not reached for {permission}"),
            ));
        }
        if says("timeout") {
            return Self::Lost(Why::new(
                Because::Timeout,
                format!("{permission} gave no answer within the deadline"),
            ));
        }
        Self::Lost(Why::new(
            Because::Unavailable,
            format!("the connection broke before {permission} was answered"),
        ))
    }

    /// Sorts a reply that is no success.
    pub(super) fn of_reply(reply: &Reply<'_>, permission: &str) -> Self {
        let said = || reply.message.unwrap_or("no message").to_owned();
        let code = reply.code.unwrap_or_default();
        if reply.status == 429 || is_throttle(code) {
            let wait = reply.wait.and_then(|text| text.trim().parse().ok());
            return Self::Throttled(wait.map(Duration::from_secs));
        }
        if is_unimplemented(code) || (reply.status == 501) {
            return Self::Refused {
                code: code.to_owned(),
                why: Why::new(
                    Because::NotImplemented,
                    format!("{permission} is not offered by this endpoint"),
                ),
            };
        }
        if reply.status >= 500 {
            let text = format!("AWS answered {} to {permission}", reply.status);
            return Self::Lost(if code.is_empty() {
                Why::new(Because::Garbled, text)
            } else {
                Why::new(Because::Unavailable, text)
            });
        }
        if !(400..500).contains(&reply.status) || code.is_empty() {
            return Self::Lost(garbled(permission));
        }
        // The front end gave up waiting for the body; whether it acted is not said.
        if reply.status == 408 || code.starts_with("RequestTimeout") {
            return Self::Lost(Why::new(Because::Timeout, said()));
        }
        let because = because(code);
        let text = match because {
            Because::Denied => format!("{permission} is not permitted: {}", said()),
            Because::Unauthenticated if is_of_another_time(code, &said()) => format!(
                "AWS refuses our signature for its time ({code}): {}; set the clock of this machine",
                said()
            ),
            Because::Unauthenticated => format!(
                "AWS refuses our own credentials ({code}): {}; sign in again or choose others with --as",
                said()
            ),
            Because::Missing
            | Because::Ambiguous
            | Because::Foreign
            | Because::Invalid
            | Because::Throttled
            | Because::Unavailable
            | Because::Timeout
            | Because::Garbled
            | Because::NotImplemented
            | Because::Forbidden
            | Because::Conflict => format!("{permission} was refused ({code}): {}", said()),
        };
        Self::Refused {
            code: code.to_owned(),
            why: Why::new(because, text),
        }
    }

    /// The reason, for reads.
    pub(super) fn why(&self) -> Why {
        match self {
            Self::Unsent(why) | Self::Refused { why, .. } | Self::Lost(why) => why.clone(),
            Self::Throttled(_) => Why::new(Because::Throttled, "AWS asks for fewer requests"),
        }
    }

    /// Whether AWS said that the thing is not there.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { why, .. } if why.because == Because::Missing)
    }

    /// The outcome, for calls that change something.
    pub(super) fn outcome(&self, clock: &Clock) -> Outcome {
        match self {
            Self::Unsent(why) if why.because == Because::Unavailable => {
                Outcome::Unavailable(why.clone())
            }
            Self::Unsent(why) | Self::Refused { why, .. } => Outcome::Refused(why.clone()),
            Self::Throttled(wait) => Outcome::Throttled {
                until: wait.map(|wait| clock.now().saturating_add(wait).unwrap_or(Time::MAX)),
            },
            Self::Lost(why) => Outcome::InDoubt(why.clone()),
        }
    }
}

/// The parts of a reply that decide.
pub(super) struct Reply<'a> {
    /// The HTTP status.
    pub(super) status: u16,
    /// AWS's code; absent where the body was not in AWS's form.
    pub(super) code: Option<&'a str>,
    /// AWS's message.
    pub(super) message: Option<&'a str>,
    /// The `Retry-After` header.
    pub(super) wait: Option<&'a str>,
}

/// The reason for absent or unusable credentials of ours.
pub(super) fn no_credentials(failed: &CredentialsError) -> Why {
    if let Some(Unentered(why)) = failed.source().and_then(|cause| cause.downcast_ref()) {
        return why.clone();
    }
    let what = if matches!(failed, CredentialsError::CredentialsNotLoaded(_)) {
        "no AWS credentials were found"
    } else if matches!(failed, CredentialsError::InvalidConfiguration(_)) {
        "the AWS configuration is not usable"
    } else {
        "no usable AWS credentials were found: absent or expired"
    };
    Why::new(
        Because::Unauthenticated,
        format!(
            "{what}; sign in (aws sso login), set AWS_PROFILE, or choose with --as aws=profile:NAME"
        ),
    )
}

pub(super) fn garbled(permission: &str) -> Why {
    Why::new(
        Because::Garbled,
        format!("the answer to {permission} was not in the form of AWS"),
    )
}

fn is_throttle(code: &str) -> bool {
    matches!(
        code,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "BandwidthLimitExceeded"
            | "PriorRequestNotComplete"
            | "SlowDown"
            | "EntityTemporarilyUnmodifiable"
            | "ConcurrentModification"
            | "EntityTemporarilyUnmodifiableException"
            | "ConcurrentModificationException"
    )
}

/// Whether what we signed is refused for its time: its code says so, or the words beside a code that means more than that.
fn is_of_another_time(code: &str, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let says = [
        "signature expired",
        "signature not yet current",
        "too skewed",
    ];
    matches!(
        code,
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture"
    ) || says.iter().any(|text| message.contains(text))
}

fn is_unimplemented(code: &str) -> bool {
    matches!(
        code,
        "InvalidAction" | "UnknownOperation" | "UnknownOperationException" | "NotImplemented"
    )
}

/// What a refusal's code means.
fn because(code: &str) -> Because {
    match code.strip_suffix("Exception").unwrap_or(code) {
        "AccessDenied" | "UnauthorizedOperation" | "OptInRequired" | "NotAuthorized" => {
            Because::Denied
        }
        "NoSuchEntity" | "ResourceNotFound" | "ParameterNotFound" | "PolicyNotFound"
        | "PolicyNotAttached" | "TargetNotFound" | "AccountNotFound" => Because::Missing,
        "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "ExpiredToken"
        | "RequestExpired"
        | "RequestInTheFuture"
        | "RequestTimeTooSkewed"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClient"
        | "AuthFailure"
        | "InvalidToken"
        | "InvalidSignature"
        | "IncompleteSignature"
        | "MissingAuthenticationToken" => Because::Unauthenticated,
        "LimitExceeded"
        | "EntityAlreadyExists"
        | "UnmodifiableEntity"
        | "DeleteConflict"
        | "PolicyNotAttachable"
        | "ResourceConflict"
        | "ResourceExists"
        | "PreconditionFailed"
        | "Conflict"
        | "ConstraintViolation"
        | "DuplicatePolicy"
        | "DuplicatePolicyAttachment"
        | "ServiceQuotaExceeded" => Because::Conflict,
        _ => Because::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(status: u16, code: Option<&str>) -> Failure {
        let reply = Reply {
            status,
            code,
            message: Some("said"),
            wait: None,
        };
        Failure::of_reply(&reply, "iam:UpdateAccessKey")
    }

    #[test]
    fn a_refusal_is_known_only_by_a_code_of_aws() {
        for (status, code, because) in [
            (403, "AccessDenied", Because::Denied),
            (404, "NoSuchEntity", Because::Missing),
            (409, "LimitExceeded", Because::Conflict),
            (400, "MalformedPolicyDocument", Because::Invalid),
            (403, "InvalidClientTokenId", Because::Unauthenticated),
            (403, "ExpiredToken", Because::Unauthenticated),
            (400, "ExpiredTokenException", Because::Unauthenticated),
            (400, "UnmodifiableEntity", Because::Conflict),
            (400, "InvalidAction", Because::NotImplemented),
            (501, "", Because::NotImplemented),
        ] {
            let outcome = sorted(status, Some(code)).outcome(&Clock::wall());
            assert!(
                matches!(&outcome, Outcome::Refused(why) if why.because == because),
                "{status} {code}: {outcome:?}"
            );
        }
    }

    #[test]
    fn what_may_have_happened_is_in_doubt() {
        for (status, code) in [
            (500, None),
            (500, Some("ServiceFailure")),
            (502, None),
            (503, Some("ServiceUnavailable")),
            (504, None),
            (403, None),
            (302, None),
            (408, Some("RequestTimeout")),
            (400, Some("RequestTimeoutException")),
        ] {
            let outcome = sorted(status, code).outcome(&Clock::wall());
            assert!(
                matches!(outcome, Outcome::InDoubt(_)),
                "{status} {code:?}: {outcome:?}"
            );
        }
    }

    #[test]
    fn a_throttle_is_no_refusal_whatever_its_status() {
        for (status, code) in [
            (429, None),
            (400, Some("Throttling")),
            (503, Some("SlowDown")),
            (409, Some("EntityTemporarilyUnmodifiable")),
            (409, Some("ConcurrentModification")),
        ] {
            let outcome = sorted(status, code).outcome(&Clock::wall());
            assert!(
                matches!(outcome, Outcome::Throttled { until: None }),
                "{status} {code:?}: {outcome:?}"
            );
        }
    }

    #[test]
    fn a_signature_of_another_time_says_that_the_clock_is_to_be_set() {
        for (code, message, wanted) in [
            ("RequestTimeTooSkewed", "The difference is too large.", true),
            ("RequestExpired", "Request has expired.", true),
            (
                "SignatureDoesNotMatch",
                "Signature expired: 20261126T110000Z is now earlier than 20261126T115500Z",
                true,
            ),
            (
                "InvalidSignatureException",
                "Signature not yet current: 20261126T130000Z is still later than 20261126T120500Z",
                true,
            ),
            (
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match",
                false,
            ),
            ("ExpiredToken", "The security token is expired", false),
        ] {
            let reply = Reply {
                status: 403,
                code: Some(code),
                message: Some(message),
                wait: None,
            };
            let why = Failure::of_reply(&reply, "iam:UpdateAccessKey").why();
            assert_eq!(why.because, Because::Unauthenticated, "{code}");
            let says = why.text.contains("set the clock of this machine");
            assert_eq!(says, wanted, "{code}: {}", why.text);
            assert_eq!(why.text.contains("sign in again"), !wanted, "{code}");
        }
    }

    #[test]
    fn a_denial_names_the_missing_permission() {
        let why = sorted(403, Some("AccessDenied")).why();
        assert!(why.text.starts_with("iam:UpdateAccessKey is not permitted"));
    }

    #[test]
    fn only_a_connection_that_never_was_did_nothing() {
        use aws_sdk_iam::operation::update_access_key::UpdateAccessKeyError;
        use aws_smithy_runtime_api::client::result::ConnectorError;
        let sorted = |failed: SdkError<UpdateAccessKeyError, HttpResponse>| {
            Failure::of(&failed, "iam:UpdateAccessKey").outcome(&Clock::wall())
        };
        let connecting = ConnectorError::timeout("HTTP connect timeout occurred after 4s".into());
        assert!(matches!(
            sorted(SdkError::dispatch_failure(connecting)),
            Outcome::Unavailable(_)
        ));
        for failed in [
            SdkError::timeout_error("operation timeout"),
            SdkError::dispatch_failure(ConnectorError::timeout("HTTP read timeout".into())),
            SdkError::dispatch_failure(ConnectorError::io("connection reset by peer".into())),
            SdkError::dispatch_failure(ConnectorError::other("something new".into(), None)),
        ] {
            let outcome = sorted(failed);
            assert!(matches!(outcome, Outcome::InDoubt(_)), "{outcome:?}");
        }
    }
}
