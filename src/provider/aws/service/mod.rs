//! AWS beyond IAM: secrets, parameters, functions, agents, trust anchors, users of Identity Center.
//!
//! Owns their kinds, their names, and looking at them; the calls that change them stand in the same files and are
//! made by the actions. Never asks a service for a secret of its own accord.

#[cfg(feature = "aws")]
pub(super) mod agent;
#[cfg(feature = "aws")]
pub(super) mod anywhere;
#[cfg(feature = "aws")]
pub(super) mod assigned;
#[cfg(feature = "aws")]
pub(super) mod center;
#[cfg(feature = "aws")]
pub(super) mod exposed;
#[cfg(feature = "aws")]
pub(super) mod function;
pub(super) mod guardrail;
#[cfg(feature = "aws")]
pub(super) mod organization;
#[cfg(feature = "aws")]
pub(super) mod parameter;
#[cfg(feature = "aws")]
pub(super) mod portal;
#[cfg(feature = "aws")]
pub(super) mod readable;
#[cfg(feature = "aws")]
mod roll;
#[cfg(feature = "aws")]
pub(super) mod secret;
pub(super) mod statement;

#[cfg(feature = "aws")]
use super::client::Handle;
#[cfg(feature = "aws")]
use super::failure::Failure;
use super::kind;
#[cfg(feature = "aws")]
use crate::domain::{Because, Fields, Locator, Named, Why};
use crate::domain::{Kind, ReadKind, Readable};

/// The kinds, by noun and title.
const KINDS: [(&str, &str); 9] = [
    ("account", "AWS account"),
    ("secret", "secret in Secrets Manager"),
    ("parameter", "parameter in Parameter Store"),
    ("function", "Lambda function"),
    ("agent-alias", "alias of a Bedrock agent"),
    (
        "workload-identity",
        "workload identity of Bedrock AgentCore",
    ),
    ("api-key-provider", "stored API key of Bedrock AgentCore"),
    ("trust-anchor", "trust anchor of IAM Roles Anywhere"),
    ("roles-anywhere-profile", "profile of IAM Roles Anywhere"),
];

pub(super) fn kinds() -> Vec<Kind> {
    let one = |(noun, title): &(&str, &str)| Kind {
        id: kind(noun),
        title: (*title).to_owned(),
        credential: false,
        recognise: Vec::new(),
        governs: Vec::new(),
        mints: Vec::new(),
        reads: vec![ReadKind::State],
        readable: Readable::ById,
        probe: false,
        lifetime: None,
        at_most: None,
        short_lived: Vec::new(),
        by_hand: None,
    };
    let user = ("identity-center-user", "user of IAM Identity Center");
    let user = Kind {
        governs: vec![kind("session")],
        reads: vec![
            ReadKind::State,
            ReadKind::Reach,
            ReadKind::Grants,
            ReadKind::Activity,
        ],
        ..one(&user)
    };
    KINDS.iter().map(one).chain([user]).collect()
}

/// Whether a noun is one of these.
#[cfg(feature = "aws")]
pub(super) fn knows(noun: &str) -> bool {
    KINDS.iter().any(|(known, _)| *known == noun)
}

/// Where a thing is and what it is called there; its id is `REGION:NAME`, for no name of these holds a colon.
#[cfg(feature = "aws")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) region: String,
    pub(super) name: String,
}

#[cfg(feature = "aws")]
impl Place {
    /// The place that a canonical id names.
    pub(super) fn of(target: &Locator) -> Result<Self, Why> {
        let parts = target.id().split_once(':');
        let parts = parts.filter(|(region, name)| is_region(region) && !name.is_empty());
        let (region, name) = parts.ok_or_else(|| {
            let text = format!(
                "{target} does not say its region: {}/REGION:NAME",
                target.kind()
            );
            Why::new(Because::Invalid, text)
        })?;
        Ok(Self {
            region: region.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The place that a person named: an ARN, `REGION:NAME`, or a name in the region of the configuration.
    fn typed(named: &Named, region: &str) -> Result<(Self, Option<String>), Why> {
        if named.id.starts_with("arn:") {
            return from_arn(named);
        }
        let (region, name) = match named.id.split_once(':') {
            Some((region, name)) if is_region(region) => (region, name),
            Some(_) | None => (region, named.id.as_str()),
        };
        let place = Self {
            region: region.to_owned(),
            name: name.to_owned(),
        };
        Ok((place, None))
    }

    /// The canonical id.
    pub(super) fn id(&self) -> String {
        format!("{}:{}", self.region, self.name)
    }
}

/// Whether a word is written like a region: `eu-west-1`.
#[cfg(feature = "aws")]
pub(super) fn is_region(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let plain = |part: &&str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    parts.len() >= 3
        && parts.iter().all(plain)
        && parts
            .last()
            .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
}

/// The place and the account that an ARN names.
#[cfg(feature = "aws")]
fn from_arn(named: &Named) -> Result<(Place, Option<String>), Why> {
    let unfit = || {
        let text = format!("`{}` is no ARN of a {}", named.id, named.kind.noun());
        Why::new(Because::Invalid, text)
    };
    let parts: Vec<&str> = named.id.splitn(6, ':').collect();
    let [_, _, service, region, account, resource] = parts.as_slice() else {
        return Err(unfit());
    };
    let name = match (*service, named.kind.noun()) {
        // The six characters at the end are AWS's; asking by the whole ARN tells the name.
        ("secretsmanager", "secret") => resource.strip_prefix("secret:").map(|_| named.id.clone()),
        ("ssm", "parameter") => resource.strip_prefix("parameter").map(|name| {
            // A name in a hierarchy begins with the slash that separates it.
            let flat = name.trim_start_matches('/');
            let name = if flat.contains('/') { name } else { flat };
            name.to_owned()
        }),
        ("lambda", "function") => resource
            .strip_prefix("function:")
            .and_then(|rest| rest.split(':').next())
            .map(str::to_owned),
        ("bedrock", "agent-alias") => resource.strip_prefix("agent-alias/").map(str::to_owned),
        ("rolesanywhere", "trust-anchor") => {
            resource.strip_prefix("trust-anchor/").map(str::to_owned)
        }
        ("rolesanywhere", "roles-anywhere-profile") => {
            resource.strip_prefix("profile/").map(str::to_owned)
        }
        ("bedrock-agentcore", "workload-identity" | "api-key-provider") => {
            resource.rsplit('/').next().map(str::to_owned)
        }
        _ => None,
    };
    let name = name.filter(|name| !name.is_empty()).ok_or_else(unfit)?;
    // A region becomes part of a host's name: whatever else stands there would send our signature elsewhere.
    if !is_region(region) {
        return Err(unfit());
    }
    let place = Place {
        region: (*region).to_owned(),
        name,
    };
    Ok((place, Some((*account).to_owned())))
}

/// What looking at a thing gave.
#[cfg(feature = "aws")]
pub(super) struct Looked {
    /// Its name as the service writes it.
    pub(super) name: String,
    pub(super) fields: Fields,
}

#[cfg(feature = "aws")]
async fn look(on: &Handle, noun: &str, place: &Place) -> Result<Looked, Failure> {
    match noun {
        "secret" => secret::look(on, place).await,
        "parameter" => parameter::look(on, place).await,
        "function" => function::look(on, place).await,
        "agent-alias" => agent::alias(on, place).await,
        "workload-identity" => agent::workload_identity(on, place).await,
        "api-key-provider" => agent::api_key_provider(on, place).await,
        "trust-anchor" => anywhere::look(on, anywhere::What::Anchor, place).await,
        "roles-anywhere-profile" => anywhere::look(on, anywhere::What::Profile, place).await,
        other => {
            let text = format!("aws knows no kind `{other}`");
            Err(Failure::Unsent(Why::new(Because::Invalid, text)))
        }
    }
}

/// Looks at one target.
#[cfg(feature = "aws")]
pub(super) async fn observe(on: &Handle, target: &Locator) -> Result<Fields, Failure> {
    if target.kind().noun() == "account" {
        return organization::account(on, target).await;
    }
    let place = Place::of(target).map_err(Failure::Unsent)?;
    Ok(look(on, target.kind().noun(), &place).await?.fields)
}

/// The canonical id of what a person named, in this account.
#[cfg(feature = "aws")]
pub(super) async fn resolve(on: &Handle, named: &Named, account: &str) -> Result<String, Why> {
    if named.kind.noun() == "account" {
        return if named.id == account {
            Ok(named.id.clone())
        } else {
            let text = format!(
                "{} is not our account {account}; {}",
                named.id,
                super::accounts::remedy(&named.id)
            );
            Err(Why::new(Because::Foreign, text))
        };
    }
    let region = &on.link.base().await?.region;
    let (place, owner) = Place::typed(named, region)?;
    if let Some(owner) = owner.filter(|owner| owner != account) {
        let text = format!(
            "{} belongs to account {owner}, and we act in {account}",
            named.id
        );
        return Err(Why::new(Because::Foreign, text));
    }
    let noun = named.kind.noun();
    let looked = look(on, noun, &place)
        .await
        .map_err(|failure| failure.why())?;
    let name = looked.name;
    Ok(Place { name, ..place }.id())
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use super::*;

    fn typed(text: &str) -> String {
        let named: Named = text.parse().unwrap_or_else(|_| unreachable!("{text}"));
        match Place::typed(&named, "us-east-1") {
            Ok((place, account)) => format!("{} {}", place.id(), account.unwrap_or_default()),
            Err(why) => format!("{:?}", why.because),
        }
    }

    #[test]
    fn a_name_says_its_region_or_is_in_ours() {
        for (text, place) in [
            ("aws:secret/ci/deploy", "us-east-1:ci/deploy "),
            ("aws:secret/eu-west-1:ci/deploy", "eu-west-1:ci/deploy "),
            (
                "aws:secret/arn:aws:secretsmanager:eu-west-1:1:secret:ci/deploy-AbCdEf",
                "eu-west-1:arn:aws:secretsmanager:eu-west-1:1:secret:ci/deploy-AbCdEf 1",
            ),
            ("aws:parameter//ci/token", "us-east-1:/ci/token "),
            (
                "aws:parameter/arn:aws:ssm:us-gov-west-1:1:parameter/ci/token",
                "us-gov-west-1:/ci/token 1",
            ),
            (
                "aws:parameter/arn:aws:ssm:eu-west-1:1:parameter/token",
                "eu-west-1:token 1",
            ),
            (
                "aws:function/arn:aws:lambda:eu-west-1:1:function:hook:live",
                "eu-west-1:hook 1",
            ),
            ("aws:agent-alias/AGENT/ALIAS", "us-east-1:AGENT/ALIAS "),
            ("aws:function/arn:aws:iam::1:role/hook", "Invalid"),
            ("aws:function/arn:aws", "Invalid"),
        ] {
            assert_eq!(typed(text), place, "{text}");
        }
    }
}
