//! Notifiers in `contain.yaml`: what may be written there, and the provider that they become.
//!
//! Secrets are named by reference and read when a message is sent. Never shows a webhook: its path often is a secret.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::domain::{Fact, Locator, SecretRef};
use crate::playbook::{Problem, yaml};
use crate::provider::{Catalogue, Observer};

/// Where one notifier stands in the file, whatever its name.
pub(super) const NOTIFIER: &str = "notifiers.*";
/// The keys of one notifier, and of its header.
pub(super) const KEYS: [(&str, &[&str]); 2] = [
    (NOTIFIER, &["webhook", "header", "shape", "private"]),
    ("notifiers.*.header", &["name", "secret"]),
];
const SHAPES: [&str; 2] = ["json", "text"];
const REFERENCE: &str =
    "a secret of the workspace is named by reference: env:NAME or file:PATH (never given itself)";

/// All of them, by name.
pub(super) type Notifiers = BTreeMap<String, Notifier>;

/// One channel that people read.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    not(feature = "http"),
    expect(
        dead_code,
        reason = "only notifiers read it; the file is held to all of it in every build"
    )
)]
pub(super) struct Notifier {
    webhook: Webhook,
    #[serde(default)]
    header: Option<Header>,
    #[serde(default)]
    shape: Shape,
    #[serde(default)]
    private: bool,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    not(feature = "http"),
    expect(
        dead_code,
        reason = "only notifiers read it; the file is held to all of it in every build"
    )
)]
struct Header {
    name: String,
    secret: SecretRef,
}

#[derive(Deserialize, Clone, Copy, Debug, Default)]
#[serde(rename_all = "kebab-case")]
enum Shape {
    #[default]
    Json,
    Text,
}

/// Where messages go: itself, or where that is kept.
#[derive(Deserialize)]
#[serde(transparent)]
#[cfg_attr(
    not(feature = "http"),
    expect(
        dead_code,
        reason = "only notifiers read it; the file is held to all of it in every build"
    )
)]
struct Webhook(String);

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook(..)")
    }
}

/// A reference that can be read again at any time; a webhook itself is none.
fn reference(text: &str) -> Option<SecretRef> {
    let reference: SecretRef = text.parse().ok()?;
    matches!(reference, SecretRef::Env(_) | SecretRef::File(_)).then_some(reference)
}

/// Finds what is wrong with the notifiers, each with its place; `inspect` judges the keys of one.
pub(super) fn inspect(
    node: &yaml::Node,
    problems: &mut Vec<Problem>,
    inspect: impl Fn(&yaml::Node, &str, &mut Vec<Problem>),
) {
    let yaml::Data::Map(entries) = &node.data else {
        return;
    };
    for (key, notifier) in entries {
        problems.extend(named(key));
        inspect(notifier, NOTIFIER, problems);
        let yaml::Data::Map(settings) = &notifier.data else {
            continue;
        };
        let is_yes = |value: &yaml::Node| matches!(&value.data, yaml::Data::Scalar { text, plain: true } if text == "true");
        let private = settings
            .iter()
            .any(|(key, value)| key.text == "private" && is_yes(value));
        for (key, value) in settings {
            problems.extend(judged(&key.text, value, private));
            if let yaml::Data::Map(header) = &value.data {
                let judged = header
                    .iter()
                    .filter_map(|(key, value)| judged(&key.text, value, private));
                problems.extend(judged);
            }
        }
    }
}

/// Whether a name can stand in `notify:channel/NAME` and in a step as it is.
fn named(key: &yaml::Key) -> Option<Problem> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = key.text.starts_with(|c: char| c.is_ascii_lowercase())
        && key.text.chars().all(plain)
        && key.text.len() <= 40;
    (!fits).then(|| {
        let message = "a notifier's name has up to 40 of a-z, 0-9 and `-`, a letter first";
        Problem::new("name", key.span, message)
    })
}

/// What is wrong with the value of a key of a notifier or its header.
fn judged(key: &str, value: &yaml::Node, private: bool) -> Option<Problem> {
    let yaml::Data::Scalar { text, .. } = &value.data else {
        return None;
    };
    let problem = |why: &str| Problem::new("notifier", value.span, why);
    match key {
        "header" => Some(problem("a header is written {name: NAME, secret: env:NAME}").concealed()),
        "webhook" if reference(text).is_none() => {
            let why = checked(text, private)?;
            Some(problem(&why).concealed())
        }
        "secret" if reference(text).is_none() => Some(problem(REFERENCE).concealed()),
        "shape" if !SHAPES.contains(&text.as_str()) => {
            let problem = problem("a message has the shape `json` or `text`");
            Some(problem.meant(text, SHAPES))
        }
        _ => None,
    }
}

#[cfg(feature = "http")]
fn checked(webhook: &str, private: bool) -> Option<String> {
    let checked = crate::provider::notify::check(webhook, private);
    checked.err().map(|why| why.text)
}

#[cfg(not(feature = "http"))]
fn checked(_: &str, _: bool) -> Option<String> {
    None
}

/// What a look at a channel tells: its host, or what keeps a message from being sent. Nothing is sent for it.
pub(super) async fn told(
    catalogue: &Catalogue,
    observer: &Observer,
    name: &str,
) -> Result<String, String> {
    let kinds = catalogue.kinds();
    let Some(kind) = kinds
        .map(|kind| &kind.id)
        .find(|id| id.provider() == "notify")
    else {
        return Err("this build has no notifiers".to_owned());
    };
    let channel = Locator::new(kind, name, Some("workspace"));
    let seen = observer.look(&channel).await;
    match &seen.fact {
        Fact::Present(_) => {
            let host = seen.text("host").unwrap_or_default();
            Ok(format!("{channel}: messages go to {host}; none was sent"))
        }
        Fact::Gone => Err(format!("{channel} is not in the catalogue")),
        Fact::Unreadable(why) => Err(why.to_string()),
    }
}

#[cfg(feature = "http")]
mod built {
    use std::path::Path;
    use std::sync::Arc;

    use super::{Notifiers, Shape, reference};
    use crate::cli::failure::Failure;
    use crate::cli::session::secret;
    use crate::domain::{Because, Clock, Secret, SecretRef, Why};
    use crate::provider::Given;
    use crate::provider::Provider;
    use crate::provider::notify::{self, Channel, Notify};

    /// Reads a secret when it is asked for; a file is looked for beside `contain.yaml`.
    fn kept(reference: SecretRef, folder: &Path) -> Given {
        let reference = match reference {
            SecretRef::File(path) => SecretRef::File(folder.join(path)),
            SecretRef::Env(_) | SecretRef::Fd(_) | SecretRef::Stdin => reference,
        };
        Arc::new(move || {
            secret(&reference).map_err(|failure| Why::new(Because::Missing, failure.message))
        })
    }

    /// The provider of the channels that a workspace names, where it names any.
    pub(in crate::cli) fn provider(
        notifiers: &Notifiers,
        folder: &Path,
        clock: &Clock,
    ) -> Result<Option<Arc<dyn Provider>>, Box<Failure>> {
        let channels: Vec<Channel> = notifiers
            .iter()
            .map(|(name, notifier)| {
                let webhook = notifier.webhook.0.clone();
                let header = notifier.header.as_ref();
                Channel {
                    name: name.clone(),
                    webhook: match reference(&webhook) {
                        Some(reference) => kept(reference, folder),
                        None => Arc::new(move || Ok(Secret::new(webhook.clone()))),
                    },
                    header: header
                        .map(|header| (header.name.clone(), kept(header.secret.clone(), folder))),
                    shape: match notifier.shape {
                        Shape::Json => notify::Shape::Json,
                        Shape::Text => notify::Shape::Text,
                    },
                    private: notifier.private,
                }
            })
            .collect();
        let notify = (!channels.is_empty())
            .then(|| Arc::new(Notify::new(channels, clock.clone())) as Arc<dyn Provider>);
        Ok(notify)
    }
}

#[cfg(feature = "http")]
pub(super) use built::provider;

/// Says that this build cannot tell anybody.
#[cfg(not(feature = "http"))]
pub(super) fn provider(
    notifiers: &Notifiers,
    _: &std::path::Path,
    _: &crate::domain::Clock,
) -> Result<Option<std::sync::Arc<dyn crate::provider::Provider>>, Box<super::failure::Failure>> {
    if notifiers.is_empty() {
        return Ok(None);
    }
    let message = "contain.yaml names notifiers, and this build has none (feature `http`)";
    Err(Box::new(super::failure::Failure::usage(message)))
}
