//! What stands in every client: lets only declared operations through, and reads what every reply tells.
//!
//! Never lets an undeclared operation be signed.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_iam::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextRef,
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::Metadata;

use crate::domain::{Clock, Duration, Time};

/// The operations that only read, as permissions. `iam:GenerateServiceLastAccessedDetails` makes a report, and changes
/// nothing; none of them answers a secret of Secrets Manager or of Parameter Store.
pub(super) const READS: &[&str] = &[
    "bedrock-agentcore:GetApiKeyCredentialProvider",
    "bedrock-agentcore:GetWorkloadIdentity",
    "bedrock:GetAgentAlias",
    "cloudtrail:LookupEvents",
    "iam:GenerateServiceLastAccessedDetails",
    "iam:GetAccessKeyLastUsed",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetAccountSummary",
    "iam:GetGroup",
    "iam:GetGroupPolicy",
    "iam:GetInstanceProfile",
    "iam:GetLoginProfile",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:GetServiceLastAccessedDetails",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAccessKeys",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListGroupPolicies",
    "iam:ListGroupsForUser",
    "iam:ListInstanceProfilesForRole",
    "iam:ListMFADevices",
    "iam:ListRolePolicies",
    "iam:ListRoles",
    "iam:ListSSHPublicKeys",
    "iam:ListServiceSpecificCredentials",
    "iam:ListSigningCertificates",
    "iam:ListUserPolicies",
    "iam:ListUsers",
    "identitystore:DescribeUser",
    "identitystore:GetUserId",
    "identitystore:ListGroupMembershipsForMember",
    "lambda:GetFunctionConcurrency",
    "lambda:GetFunctionConfiguration",
    "organizations:DescribePolicy",
    "organizations:ListPolicies",
    "organizations:ListPoliciesForTarget",
    "organizations:ListRoots",
    "rolesanywhere:GetProfile",
    "rolesanywhere:GetTrustAnchor",
    "rolesanywhere:ListProfiles",
    "rolesanywhere:ListTrustAnchors",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:ListSecrets",
    "ssm:DescribeParameters",
    "sso:DescribePermissionSet",
    "sso:ListAccountAssignmentsForPrincipal",
    "sso:ListInstances",
    "sts:GetAccessKeyInfo",
    "sts:GetCallerIdentity",
];

/// What replies taught.
#[derive(Debug, Default)]
pub(super) struct Heard {
    ahead: Mutex<Option<Duration>>,
    requests: AtomicU32,
    /// How many replies named their request, and the latest names.
    ids: Mutex<(u64, VecDeque<String>)>,
}

/// How many requests' names are remembered.
const NAMES: usize = 256;

impl Heard {
    /// Learns from a reply's `Date` header.
    pub(super) fn date(&self, header: &str, now: Time) {
        let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
        if let Ok(date) = parser.parse_timestamp(header) {
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(date.duration_since(now));
        }
    }

    /// Remembers how the vendor names a request that it answered.
    pub(super) fn named(&self, id: &str) {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.0 += 1;
        ids.1.push_back(id.chars().take(64).collect());
        if ids.1.len() > NAMES {
            ids.1.pop_front();
        }
    }

    /// How many requests were named so far.
    pub(super) fn names(&self) -> u64 {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.0
    }

    /// The names of the requests since there were so many, the latest of them.
    pub(super) fn names_since(&self, before: u64) -> Vec<String> {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let new = usize::try_from(ids.0.saturating_sub(before)).unwrap_or(NAMES);
        let old = ids.1.len().saturating_sub(new);
        ids.1.iter().skip(old).cloned().collect()
    }

    /// Counts a request.
    pub(super) fn sent(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The time at AWS, as far as its replies told: by it sessions end.
    pub(super) fn there(&self, clock: &Clock) -> Time {
        let now = clock.now();
        let ahead = self.ahead().unwrap_or(Duration::ZERO);
        now.saturating_add(ahead).unwrap_or(now)
    }

    pub(super) fn ahead(&self) -> Option<Duration> {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An operation that its handle did not declare.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not declared for this handle")]
pub(super) struct Undeclared(String);

/// A success whose body is not AWS's.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not in the form of AWS")]
pub(super) struct Garbled;

/// Stands in every client: lets only declared operations through, and reads what every reply tells.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    pub(super) allowed: Arc<BTreeSet<String>>,
    pub(super) heard: Arc<Heard>,
    pub(super) clock: Clock,
}

fn permission(bag: &ConfigBag) -> String {
    bag.load::<Metadata>().map_or_else(String::new, |about| {
        let service = about.service().to_lowercase().replace(' ', "");
        format!("{service}:{}", about.name())
    })
}

#[dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "contain"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let wanted = permission(bag);
        if self.allowed.contains(&wanted) {
            Ok(())
        } else {
            Err(Undeclared(wanted).into())
        }
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.heard.sent();
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        reply: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = reply.response().headers().get("date") {
            self.heard.date(date, self.clock.now());
        }
        if let Some(id) = reply.response().headers().get("x-amzn-requestid") {
            self.heard.named(id);
        }
        Ok(())
    }

    // The SDK ignores the body where an operation answers nothing: a proxy's page with status 200 would count as done.
    fn read_after_deserialization(
        &self,
        reply: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = reply.response();
        if !response.status().is_success() {
            return Ok(());
        }
        let operation = bag.load::<Metadata>().map(|about| about.name().to_owned());
        let tag = format!("{}Response", operation.unwrap_or_default());
        let body = response.body().bytes().unwrap_or_default();
        let start = body.get(..body.len().min(512)).unwrap_or_default();
        let is_json = body.starts_with(b"{") && body.trim_ascii_end().ends_with(b"}");
        let speaks_json = bag
            .load::<Metadata>()
            .is_some_and(|about| about.service() == "Secrets Manager");
        if String::from_utf8_lossy(start).contains(&tag) || (speaks_json && is_json) {
            Ok(())
        } else {
            Err(Garbled.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::{Handle, Link};
    use super::super::inline::Holder;
    use super::*;
    use crate::domain::{Arg, Because, Call, Outcome, Tag};
    use std::sync::atomic::AtomicUsize;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// Answers every request with these bytes, and counts; no bytes means to hang up after the request.
    async fn server(reply: &'static str) -> (String, Arc<AtomicUsize>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.unwrap_or_else(|_| unreachable!("no loopback"));
        let at = listener.local_addr().unwrap_or_else(|_| unreachable!());
        let count = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                seen.fetch_add(1, Ordering::SeqCst);
                let mut request = vec![0; 16_384];
                let read = socket.read(&mut request).await;
                let sent = socket.write_all(reply.as_bytes()).await;
                drop((read, sent));
            }
        });
        (format!("http://{at}"), count)
    }

    fn deny() -> Call {
        Call {
            action: "aws.deny-user".parse().unwrap_or_else(|_| unreachable!()),
            target: "aws:user/bot@1".parse().unwrap_or_else(|_| unreachable!()),
            with: [("deny".to_owned(), Arg::Is(serde_json::json!("in-force")))].into(),
            secret: None,
            tag: Tag(String::new()),
        }
    }

    async fn denied(endpoint: &str, only: Option<&[String]>) -> (Outcome, Arc<Link>) {
        let link = Arc::new(Link::fixed(endpoint));
        let handle = Handle::new(Arc::clone(&link), None, only);
        (
            super::super::inline::deny(&handle, Holder::User, &deny()).await,
            link,
        )
    }

    #[tokio::test]
    async fn nothing_undeclared_leaves() {
        let (endpoint, count) = server("").await;
        let other = ["iam:UpdateAccessKey".to_owned()];
        for only in [None, Some([].as_slice()), Some(other.as_slice())] {
            let (outcome, link) = denied(&endpoint, only).await;
            assert!(
                matches!(&outcome, Outcome::Refused(why) if why.because == Because::Forbidden),
                "{outcome:?}"
            );
            assert_eq!(link.heard.requests(), 0);
        }
        let link = Arc::new(Link::fixed(&endpoint));
        let handle = Handle::new(link, None, None);
        let clients = handle.clients().await.unwrap_or_else(|_| unreachable!());
        let request = clients.iam.update_access_key().user_name("bot");
        let request = request.access_key_id("AKIARZPUZDIKNAJLN7ON");
        assert!(request.status("Inactive".into()).send().await.is_err());
        assert_eq!(count.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn what_came_back_decides_and_nothing_is_sent_twice() {
        let only = ["iam:PutUserPolicy".to_owned()];
        type Expected = fn(&Outcome) -> bool;
        let in_doubt: Expected = |outcome| matches!(outcome, Outcome::InDoubt(_));
        let cases: [(&str, Expected); 7] = [
            ("", in_doubt),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<html>hi</html>",
                in_doubt,
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                in_doubt,
            ),
            (
                "HTTP/1.1 500 X\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<html>hi</html>",
                in_doubt,
            ),
            (
                "HTTP/1.1 403 X\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<html>hi</html>",
                in_doubt,
            ),
            (
                "HTTP/1.1 400 X\r\ncontent-length: 73\r\nconnection: close\r\n\r\n<ErrorResponse><Error><Code>Throttling</Code></Error ></ErrorResponse    >",
                |outcome| matches!(outcome, Outcome::Throttled { .. }),
            ),
            (
                "HTTP/1.1 200 OK\r\ndate: Fri, 20 Nov 2126 11:25:15 GMT\r\ncontent-length: 45\r\nconnection: close\r\n\r\n<PutUserPolicyResponse></PutUserPolicyResponse>",
                |outcome| matches!(outcome, Outcome::Done(_)),
            ),
        ];
        for (reply, expected) in cases {
            let (endpoint, count) = server(reply).await;
            let (outcome, link) = denied(&endpoint, Some(&only)).await;
            assert!(expected(&outcome), "{reply}: {outcome:?}");
            assert_eq!(count.load(Ordering::SeqCst), 1, "{reply}");
            let ahead = link
                .heard
                .ahead()
                .is_some_and(|ahead| ahead.as_hours() > 24);
            assert_eq!(ahead, reply.contains("2126"));
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_did_nothing() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0");
        let at = listener.and_then(|listener| listener.local_addr());
        let at = at.unwrap_or_else(|_| unreachable!());
        for endpoint in [
            format!("http://{at}"),
            "http://no-such-host.invalid".to_owned(),
        ] {
            let (outcome, _) = denied(&endpoint, Some(&["iam:PutUserPolicy".to_owned()])).await;
            assert!(matches!(outcome, Outcome::Unavailable(_)), "{outcome:?}");
        }
    }
}
