//! Requests that no SDK sends: signed here, JSON to a target or REST with JSON.
//!
//! Obeys what the SDK's clients obey: the guard before signing, the configured endpoints, the deadline, and the same
//! sorting of replies. Never repeats a request, and never keeps or shows a body.

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use serde_json::Value;
use zeroize::Zeroizing;

use super::client::Handle;
use super::failure::{Failure, Reply, garbled};
use super::partition;
use crate::domain::{Because, Why};

/// The longest reply that is read: a page of CloudTrail is 50 events of at most 256 KB.
const LONGEST: usize = 16 * 1024 * 1024;

/// One of AWS's services, as botocore's service models write it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Service {
    /// The key of its endpoint in the settings: `AWS_ENDPOINT_URL_<…>` in lower case.
    pub(super) key: &'static str,
    /// How its host begins.
    host: &'static str,
    /// The name in the signature.
    signs_as: &'static str,
    /// What stands before the operation in `X-Amz-Target`; empty where the service speaks REST.
    target: &'static str,
    /// Whether there is one for the whole partition.
    global: bool,
    /// Its name in sentences.
    title: &'static str,
}

const fn service(
    key: &'static str,
    host: &'static str,
    signs_as: &'static str,
    target: &'static str,
    title: &'static str,
) -> Service {
    Service {
        key,
        host,
        signs_as,
        target,
        global: false,
        title,
    }
}

pub(super) const CLOUDTRAIL: Service = service(
    "cloudtrail",
    "cloudtrail",
    "cloudtrail",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
    "CloudTrail",
);
pub(super) const SSM: Service = service("ssm", "ssm", "ssm", "AmazonSSM", "Parameter Store");
pub(super) const ORGANIZATIONS: Service = Service {
    global: true,
    ..service(
        "organizations",
        "organizations",
        "organizations",
        "AWSOrganizationsV20161128",
        "AWS Organizations",
    )
};
pub(super) const IDENTITY_STORE: Service = service(
    "identitystore",
    "identitystore",
    "identitystore",
    "AWSIdentityStore",
    "Identity Store",
);
pub(super) const SSO_ADMIN: Service = service(
    "sso_admin",
    "sso",
    "sso",
    "SWBExternalService",
    "IAM Identity Center",
);
pub(super) const LAMBDA: Service = service("lambda", "lambda", "lambda", "", "Lambda");
pub(super) const BEDROCK_AGENT: Service = service(
    "bedrock_agent",
    "bedrock-agent",
    "bedrock",
    "",
    "Bedrock Agents",
);
pub(super) const AGENTCORE: Service = service(
    "bedrock_agentcore_control",
    "bedrock-agentcore-control",
    "bedrock-agentcore",
    "",
    "Bedrock AgentCore",
);
pub(super) const ROLES_ANYWHERE: Service = service(
    "rolesanywhere",
    "rolesanywhere",
    "rolesanywhere",
    "",
    "IAM Roles Anywhere",
);

impl Service {
    /// The region whose host is asked and signed for.
    fn region<'a>(&self, region: &'a str) -> &'a str {
        if self.global {
            partition::of(region).iam_region
        } else {
            region
        }
    }

    /// The vendor's URL, without a path.
    fn url(&self, region: &str) -> String {
        format!(
            "https://{}.{region}.{}",
            self.host,
            partition::of(region).suffix
        )
    }
}

/// One request.
pub(super) struct Ask<'a> {
    pub(super) service: Service,
    /// What it needs, e.g. `ssm:PutParameter`; the operation stands after the colon.
    pub(super) permission: &'static str,
    pub(super) region: &'a str,
    pub(super) method: &'static str,
    /// With a leading slash, each part encoded.
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// Whether AWS answers a document; where it does not, an empty body is an answer.
    pub(super) answers: bool,
}

impl<'a> Ask<'a> {
    /// A request to a service that takes JSON under a target.
    pub(super) fn json(
        service: Service,
        permission: &'static str,
        region: &'a str,
        body: Value,
    ) -> Self {
        Self {
            service,
            permission,
            region,
            method: "POST",
            path: "/".to_owned(),
            body: Some(body),
            answers: true,
        }
    }

    /// A request to a service that speaks REST.
    pub(super) fn rest(
        service: Service,
        permission: &'static str,
        region: &'a str,
        (method, path): (&'static str, String),
        body: Option<Value>,
    ) -> Self {
        Self {
            service,
            permission,
            region,
            method,
            path,
            body,
            answers: true,
        }
    }

    /// The same, of an operation that answers nothing.
    pub(super) fn silent(self) -> Self {
        Self {
            answers: false,
            ..self
        }
    }

    /// The headers that are ours to choose.
    fn headers(&self) -> Vec<(&'static str, String)> {
        let operation = self.permission.split_once(':').map_or("", |(_, name)| name);
        if self.service.target.is_empty() {
            let kind = ("content-type", "application/json".to_owned());
            self.body.iter().map(|_| kind.clone()).collect()
        } else {
            vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                (
                    "x-amz-target",
                    format!("{}.{operation}", self.service.target),
                ),
            ]
        }
    }
}

/// One part of a path: everything but RFC 3986's unreserved characters is encoded, a slash too.
pub(super) fn segment(text: &str) -> String {
    let one = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(one).collect()
}

/// Sends one request, once.
pub(super) async fn send(on: &Handle, ask: &Ask<'_>) -> Result<Value, Failure> {
    if !on.allows(ask.permission) {
        return Err(Failure::Unsent(Why::new(
            Because::Forbidden,
            format!("{} is not declared for this handle", ask.permission),
        )));
    }
    let body = ask.body.as_ref().map(Value::to_string);
    let body = Zeroizing::new(body.unwrap_or_default());
    let request = signed(on, ask, &body).await?;
    on.link.heard.sent();
    let lost = |failed: reqwest::Error| {
        let why = crate::provider::http::why(&failed, ask.service.title);
        if failed.is_connect() {
            Failure::Unsent(why)
        } else {
            Failure::Lost(why)
        }
    };
    let reply = request.send().await.map_err(lost)?;
    let header = |name: &str| {
        let value = reply.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    if let Some(date) = header("date") {
        on.link.heard.date(&date, on.link.clock.now());
    }
    if let Some(id) = header("x-amzn-requestid") {
        on.link.heard.named(&id);
    }
    let told = Told {
        status: reply.status().as_u16(),
        kind: header("x-amzn-errortype"),
        wait: header("retry-after"),
        is_aws: header("x-amzn-requestid").is_some() || header("x-amz-request-id").is_some(),
    };
    let read = crate::provider::http::body(reply, LONGEST).await;
    let bytes = read.map_err(lost)?.ok_or_else(|| {
        let text = format!(
            "{} answered more than it ever has to say",
            ask.service.title
        );
        Failure::Lost(Why::new(Because::Garbled, text))
    })?;
    sort(&told, &bytes, ask)
}

async fn signed(
    on: &Handle,
    ask: &Ask<'_>,
    body: &str,
) -> Result<reqwest::RequestBuilder, Failure> {
    let unsent = |text: &str| {
        let text = format!("the {} {text}", ask.service.title);
        Failure::Unsent(Why::new(Because::Invalid, text))
    };
    let credentials = on.credentials().await.map_err(Failure::Unsent)?;
    let region = ask.service.region(ask.region);
    let base = match on.link.settings.endpoint(ask.service.key) {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => ask.service.url(region),
    };
    let url = format!("{base}{}", ask.path);
    let ahead = on.link.heard.ahead().unwrap_or_default();
    let now = on.link.clock.now();
    let stamp = now.saturating_add(ahead).unwrap_or(now);
    let identity = credentials.into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(ask.service.signs_as)
        .time(stamp.into())
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| unsent("request could not be signed"))?
        .into();
    let headers = ask.headers();
    let signable = SignableRequest::new(
        ask.method,
        &url,
        headers.iter().map(|(name, value)| (*name, value.as_str())),
        SignableBody::Bytes(body.as_bytes()),
    )
    .map_err(|_| unsent("endpoint is no URL"))?;
    let signed = sign(signable, &parameters).map_err(|_| unsent("request could not be signed"))?;
    let (instructions, _) = signed.into_parts();
    let method = reqwest::Method::from_bytes(ask.method.as_bytes())
        .map_err(|_| unsent("request has no such method"))?;
    let mut request = on.link.http()?.request(method, &url);
    if ask.body.is_some() {
        request = request.body(body.to_owned());
    }
    for (name, value) in &headers {
        request = request.header(*name, value);
    }
    for (name, value) in instructions.headers() {
        // The session token is among them; a sensitive value stays out of the HTTP library's own traces.
        let mut value = reqwest::header::HeaderValue::from_str(value)
            .map_err(|_| unsent("request could not be signed"))?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    Ok(request)
}

/// What the head of a reply says.
struct Told {
    status: u16,
    kind: Option<String>,
    wait: Option<String>,
    is_aws: bool,
}

fn sort(told: &Told, bytes: &[u8], ask: &Ask<'_>) -> Result<Value, Failure> {
    let said: Option<Value> = serde_json::from_slice(bytes).ok();
    if (200..300).contains(&told.status) {
        return match said {
            Some(said) if said.is_object() => Ok(said),
            // A proxy's empty page with status 200 is no answer of AWS's.
            None if !ask.answers && bytes.is_empty() && told.is_aws => Ok(Value::Null),
            Some(_) | None => Err(Failure::Lost(garbled(ask.permission))),
        };
    }
    let field = |names: [&str; 2]| {
        let said = said.as_ref()?;
        names
            .iter()
            .find_map(|name| said.get(name)?.as_str().map(str::to_owned))
    };
    let code = field(["__type", "code"]).or_else(|| told.kind.clone());
    let code = code.map(|code| {
        let code = code.rsplit('#').next().unwrap_or_default();
        code.split(':').next().unwrap_or_default().to_owned()
    });
    let message = field(["message", "Message"]);
    Err(Failure::of_reply(
        &Reply {
            status: told.status,
            code: code.as_deref(),
            message: message.as_deref(),
            wait: told.wait.as_deref(),
        },
        ask.permission,
    ))
}
