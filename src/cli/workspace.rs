//! The workspace: `contain.yaml`, found here or above, and the policies beside it.
//!
//! Strict: an unknown key is an error with its position. Without a workspace everything has a default.

#![cfg_attr(
    not(feature = "aws"),
    expect(
        dead_code,
        reason = "only the AWS provider reads some of it; the file is held to all of it in every build"
    )
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::bounds::Bounds;
use super::failure::Failure;
use super::keep::{Caps, Keep};
use super::notifier::{self, Notifiers};
use super::pack::Providers;
use crate::domain::Locator;
use crate::gate::people::{Automation, Person};
use crate::gate::{Policy, policy};
use crate::playbook::{Problem, Refused, Span, yaml};

/// The file's name.
pub(super) const FILE: &str = "contain.yaml";
const ELSEWHERE: &str = "run the same command with `--workspace DIR`, a copy that can be read";
/// Larger files are refused.
const MAX_BYTES: u64 = 1024 * 1024;

/// What `contain.yaml` says.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    #[serde(default)]
    contain: Option<u8>,
    #[serde(default)]
    pub(super) providers: Providers,
    /// Identities that are cut only by the code of an exact plan.
    #[serde(default)]
    pub(super) protected: Vec<Locator>,
    /// What approvers, sinks and whoever else must stay in reach act with; cut like our own branch.
    #[serde(default)]
    pub(super) guarded: Vec<Keep>,
    /// How much of what was only discovered is cut before somebody is asked for more.
    #[serde(default)]
    pub(super) caps: Caps,
    /// Channels that people read, by name.
    #[serde(default)]
    pub(super) notifiers: Notifiers,
    /// People, by name.
    #[serde(default)]
    pub(super) people: BTreeMap<String, Person>,
    /// AI agents, by name.
    #[serde(default)]
    pub(super) agents: BTreeMap<String, Automation>,
    /// Pipelines, by name.
    #[serde(default)]
    pub(super) pipelines: BTreeMap<String, Automation>,
    /// What is signed without anybody being asked, and with which key.
    #[serde(default)]
    pub(super) signing: super::signing::Config,
    /// Where else the record is written.
    #[serde(default)]
    pub(super) sinks: Vec<super::sinks::Config>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Aws {
    #[serde(default)]
    pub(super) profile: Option<String>,
    #[serde(default)]
    pub(super) role: Option<String>,
    #[serde(default)]
    pub(super) regions: Vec<String>,
    #[serde(default)]
    pub(super) endpoints: Endpoints,
    #[serde(default)]
    pub(super) bounds: Option<Bounds>,
    /// Other accounts, each with the responder's role in it.
    #[serde(default)]
    pub(super) accounts: BTreeMap<String, Account>,
    /// Where service control policies are written.
    #[serde(default)]
    pub(super) organization: Option<Account>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) role: String,
}

/// Where requests go instead of to the vendor: `default`, or a service as in `AWS_ENDPOINT_URL_<SERVICE>`.
pub(super) type Endpoints = BTreeMap<String, Option<String>>;

/// The keys of `endpoints`.
pub(super) const ENDPOINTS: [&str; 11] = [
    "default",
    "iam",
    "sts",
    "cloudtrail",
    "secrets_manager",
    "ssm",
    "lambda",
    "bedrock_agent",
    "bedrock_agentcore_control",
    "rolesanywhere",
    "organizations",
];

impl Aws {
    /// Whether the workspace says anything about AWS.
    pub(super) fn says_anything(&self) -> bool {
        self.profile.is_some()
            || self.role.is_some()
            || self.organization.is_some()
            || self.bounds.is_some()
            || !self.regions.is_empty()
            || !self.accounts.is_empty()
            || self.endpoints.values().any(Option::is_some)
    }

    /// The other accounts and their roles.
    pub(super) fn accounts(&self, file: &Path) -> Result<BTreeMap<String, String>, Box<Failure>> {
        let refused = |why: String| {
            let message = format!("{}: providers.aws.accounts.{why}", file.display());
            Box::new(Failure::new(2, "invalid-file", message))
        };
        let one = |(account, said): (&String, &Account)| {
            if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
                return Err(refused(format!(
                    "{account}: an account is twelve digits, in quotation marks"
                )));
            }
            let parts: Vec<&str> = said.role.splitn(6, ':').collect();
            match parts.as_slice() {
                ["arn", _, "iam", "", owner, role]
                    if role.starts_with("role/") && owner == account =>
                {
                    Ok((account.clone(), said.role.clone()))
                }
                _ => Err(refused(format!(
                    "{account}.role: `{}` is no ARN of a role of this account",
                    said.role
                ))),
            }
        };
        self.accounts.iter().map(one).collect()
    }
}

/// The keys of each map of the file, by its path; `*` stands for any name.
const KEYS: [(&str, &[&str]); 10] = [
    (
        "",
        &[
            "contain",
            "providers",
            "protected",
            "guarded",
            "caps",
            "notifiers",
            "sinks",
            "signing",
            "people",
            "agents",
            "pipelines",
        ],
    ),
    (
        "people.*",
        &["signs_as", "accounts", "roles", "teams", "contact"],
    ),
    ("agents.*", &["owner", "accounts", "proposals"]),
    ("pipelines.*", &["owner", "accounts", "proposals"]),
    ("caps", &["discovered", "per_cent"]),
    ("signing", &["key", "copies"]),
    ("providers", &["aws"]),
    (
        "providers.aws",
        &[
            "profile",
            "role",
            "regions",
            "endpoints",
            "bounds",
            "accounts",
            "organization",
        ],
    ),
    ("providers.aws.endpoints", &ENDPOINTS),
    ("providers.aws.bounds", &["propagation", "audit_lag"]),
];

/// A workspace on disk.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// Its folder; `None` where there is no workspace.
    pub(super) folder: Option<PathBuf>,
    pub(super) config: Config,
}

impl Workspace {
    /// The folder that is named, or the nearest from `here` up that has the file.
    pub(super) fn folder(chosen: Option<&Path>, here: &Path) -> Option<PathBuf> {
        let nearest = || here.ancestors().find(|folder| folder.join(FILE).is_file());
        chosen.or_else(nearest).map(Path::to_owned)
    }

    /// Uses the one in `chosen`, or finds the nearest from `here` up.
    pub(super) fn find(chosen: Option<&Path>, here: &Path) -> Result<Self, Box<Failure>> {
        let folder = match Self::folder(chosen, here) {
            Some(folder) if folder.join(FILE).is_file() => folder,
            Some(folder) => {
                let message = format!("there is no {FILE} in `{}`", folder.display());
                return Err(Box::new(Failure::usage(message)));
            }
            None => return Ok(Self::default()),
        };
        let file = folder.join(FILE);
        let text = read(&file).map_err(|failed| Box::new(failed.hint(ELSEWHERE)))?;
        let config = parse(&file, &text)?;
        Ok(Self {
            folder: Some(folder),
            config,
        })
    }

    /// The file, for messages.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.as_deref().unwrap_or(Path::new("")).join(FILE)
    }

    /// The policies: the default set, and those of the workspace beside it.
    pub(super) fn policy(&self) -> Result<Policy, Box<Failure>> {
        let mut texts = vec![("default.cedar".to_owned(), policy::DEFAULT.to_owned())];
        if let Some(folder) = self
            .folder
            .as_ref()
            .map(|folder| folder.join("policy"))
            .filter(|folder| folder.is_dir())
        {
            let unreadable = |error: std::io::Error| {
                Failure::usage(format!("failed to list `{}`: {error}", folder.display()))
            };
            let mut files: Vec<PathBuf> = Vec::new();
            for entry in folder.read_dir().map_err(unreadable)? {
                files.push(entry.map_err(unreadable)?.path());
            }
            files.retain(|file| {
                file.extension()
                    .is_some_and(|extension| extension == "cedar")
            });
            files.sort();
            for file in files {
                texts.push((file.display().to_string(), read(&file)?));
            }
        }
        Policy::new(&texts)
            .map_err(|error| Box::new(Failure::new(2, "invalid-file", error.to_string())))
    }
}

fn parse(file: &Path, text: &str) -> Result<Config, Box<Failure>> {
    let name = file.display().to_string();
    let refused = |problems| Refused::new(&name, text, problems);
    let root = yaml::parse(text).map_err(refused)?;
    let mut problems = Vec::new();
    inspect(&root, "", &mut problems);
    if !problems.is_empty() {
        return Err(refused(problems).into());
    }
    let config: Config = serde_yaml::from_str(text).map_err(|error| {
        let place = error.location().map_or_else(String::new, |location| {
            format!(":{}:{}", location.line(), location.column())
        });
        let why = error.without_snippet().to_string();
        let why = why.split(" at line ").next().unwrap_or_default();
        let message = format!("{name}{place}: {}", why.trim_start_matches("error: "));
        Box::new(Failure::new(2, "invalid-file", message))
    })?;
    match config.contain {
        None | Some(1) => Ok(config),
        Some(other) => {
            let message = format!(
                "{name}: `contain: {other}` is a version that this program does not know; write `contain: 1`"
            );
            Err(Box::new(Failure::new(2, "invalid-file", message)))
        }
    }
}

/// Finds keys that are unknown and endpoints that are none, each with its place.
fn inspect(node: &yaml::Node, path: &str, problems: &mut Vec<Problem>) {
    if path == "notifiers" {
        return notifier::inspect(node, problems, inspect);
    }
    let known = KEYS.iter().chain(&notifier::KEYS);
    let (Some((_, keys)), yaml::Data::Map(entries)) = (
        known.clone().find(|(known, _)| is_of(known, path)),
        &node.data,
    ) else {
        return;
    };
    for (key, value) in entries {
        // The names of packs are known once those are read: see `pack::check`.
        if !keys.contains(&key.text.as_str()) && path != "providers" {
            let message = format!("`{}` is no key here", key.text);
            let mut problem = Problem::new("unknown-key", key.span, message);
            if path.starts_with(notifier::NOTIFIER) {
                // What was meant as a webhook or a secret stands there.
                problem.span = Span::new(key.span.start, value.span.end);
                problem = problem.concealed();
            }
            problems.push(problem.meant(&key.text, keys.iter().copied()));
        }
        if let (true, yaml::Data::Scalar { text, .. }) = (path.ends_with(".endpoints"), &value.data)
            && !value.is_null()
            && let Err(why) = endpoint(text)
        {
            problems.push(Problem::new("endpoint", value.span, why));
        }
        let below = format!("{path}.{}", key.text);
        inspect(value, below.trim_start_matches('.'), problems);
    }
}

/// Whether a path is one of those that a pattern means.
fn is_of(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(above) => path
            .strip_prefix(above)
            .is_some_and(|name| !name.contains('.')),
        None => pattern == path,
    }
}

/// Whether a text can be an endpoint: `http` or `https`, a host, perhaps a port and a path.
pub(super) fn endpoint(url: &str) -> Result<(), &'static str> {
    const FORM: &str = "an endpoint is written http://HOST:PORT or https://HOST";
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"))
        .ok_or(FORM)?;
    let plain =
        |c: char| c.is_ascii_graphic() && !matches!(c, '@' | '?' | '#' | '\\' | '"' | '<' | '>');
    let authority = rest
        .split_once('/')
        .map_or(rest, |(authority, _)| authority);
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => inner.split_once(']').ok_or(FORM)?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port_fits = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok());
    if host.is_empty() || !port_fits || !rest.chars().all(plain) {
        return Err(FORM);
    }
    Ok(())
}

/// Reads a file that people wrote, up to 1 MiB.
pub(super) fn read(file: &Path) -> Result<String, Box<Failure>> {
    String::from_utf8(bytes(file)?).map_err(|_| {
        Box::new(Failure::usage(format!(
            "failed to read `{}`: it is no text",
            file.display()
        )))
    })
}

/// The bytes of a file of reasonable size.
pub(super) fn bytes(file: &Path) -> Result<Vec<u8>, Box<Failure>> {
    let failed = |why: String| {
        Box::new(Failure::usage(format!(
            "failed to read `{}`: {why}",
            file.display()
        )))
    };
    let size = std::fs::metadata(file)
        .map_err(|error| failed(error.to_string()))?
        .len();
    if size > MAX_BYTES {
        let mut failure = failed(format!("it has {size} bytes; at most {MAX_BYTES} are read"));
        failure.kind = "invalid-file";
        return Err(failure);
    }
    std::fs::read(file).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests;
