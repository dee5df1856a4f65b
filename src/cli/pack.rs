//! Provider packs for the command line: those that ship, those of the workspace, and what `contain.yaml` says to each.
//!
//! A pack of the workspace never stands for a shipped one, unless that is said. Never shows a secret.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::failure::Failure;
use super::workspace::{self, Aws, Workspace};
use crate::domain::SecretRef;
#[cfg(feature = "http")]
use crate::domain::nearest;
use crate::pack::{self, Pack, Wants};
use crate::playbook::yaml::{self, Data, Node};
use crate::playbook::{Problem, Refused, Span};

/// The folder of a workspace that holds its packs.
const FOLDER: &str = "providers";
/// What every pack can be told, beside its own settings.
const COMMON: [&str; 3] = ["hosts", "private", "own"];
const REFERENCE: &str =
    "a secret of the workspace is named by reference: env:NAME or file:PATH (never given itself)";

/// What `contain.yaml` says to one pack.
pub(super) type Said = BTreeMap<String, Value>;

/// The providers that `contain.yaml` names.
#[derive(Default, Debug)]
pub(super) struct Providers {
    pub(super) aws: Aws,
    pub(super) packs: BTreeMap<String, Said>,
}

impl<'de> Deserialize<'de> for Providers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Named)
    }
}

struct Named;

impl<'de> Visitor<'de> for Named {
    type Value = Providers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of providers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Providers, A::Error> {
        let mut providers = Providers::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == "aws" {
                providers.aws = map.next_value()?;
            } else {
                providers.packs.insert(name, map.next_value()?);
            }
        }
        Ok(providers)
    }

    fn visit_unit<E>(self) -> Result<Providers, E> {
        Ok(Providers::default())
    }
}

/// The packs of this workspace: the shipped ones, and its own.
pub(super) fn packs(workspace: &Workspace) -> Result<Vec<Arc<Pack>>, Box<Failure>> {
    let mut packs = pack::shipped();
    for own in own(workspace.folder.as_deref())? {
        let said = workspace.config.providers.packs.get(own.name());
        let meant = said.and_then(|said| said.get("own")) == Some(&Value::Bool(true));
        let name = own.name().to_owned();
        match packs.iter_mut().find(|pack| pack.name() == name) {
            Some(shipped) if meant => *shipped = Arc::new(own),
            Some(_) => {
                let message =
                    format!("providers/{name}.yaml would stand for the pack `{name}` that ships");
                let failure = Failure::new(2, "invalid-file", message);
                return Err(Box::new(failure.hint(format!(
                    "where that is meant, write `own: true` under providers.{name} in contain.yaml"
                ))));
            }
            None => packs.push(Arc::new(own)),
        }
    }
    Ok(packs)
}

/// The packs that lie in the workspace, in the order of their names.
fn own(folder: Option<&Path>) -> Result<Vec<Pack>, Box<Failure>> {
    let Some(folder) = folder
        .map(|folder| folder.join(FOLDER))
        .filter(|folder| folder.is_dir())
    else {
        return Ok(Vec::new());
    };
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("failed to list `{}`: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        files.push(entry.map_err(unreadable)?.path());
    }
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    files.sort();
    let mut packs = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let pack = pack::load(&name, &workspace::read(&file)?)?;
        let stem = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if stem != pack.name() || matches!(stem, "aws" | "notify") {
            let message = match stem == pack.name() {
                true => format!("{name}: `{stem}` is a provider of this program itself"),
                false => format!(
                    "{name}: the file of the pack `{0}` is called {0}.yaml",
                    pack.name()
                ),
            };
            return Err(Box::new(Failure::new(2, "invalid-file", message)));
        }
        packs.push(pack);
    }
    Ok(packs)
}

/// Holds what `contain.yaml` says to packs against what each wants, with places.
pub(super) fn check(file: &Path, packs: &[Arc<Pack>]) -> Result<(), Box<Failure>> {
    let text = workspace::read(file)?;
    let name = file.display().to_string();
    let root = yaml::parse(&text).map_err(|problems| Refused::new(&name, &text, problems))?;
    let mut problems = Vec::new();
    for (key, node) in member(&root, "providers").map(entries).unwrap_or_default() {
        if key.text == "aws" {
            continue;
        }
        match packs.iter().find(|pack| pack.name() == key.text) {
            Some(pack) => inspect(pack, key.span, node, &mut problems),
            None => {
                let message = format!("there is no provider `{}`", key.text);
                // What was meant for a misspelt provider may be a secret.
                let span = Span::new(key.span.start, node.span.end);
                let names = packs.iter().map(|pack| pack.name()).chain(["aws"]);
                let names: Vec<&str> = names.collect();
                let problem = Problem::new("unknown-key", span, message).concealed();
                problems.push(problem.meant(&key.text, names));
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refused::new(&name, &text, problems).into())
    }
}

fn entries(node: &Node) -> &[(yaml::Key, Node)] {
    match &node.data {
        Data::Map(entries) => entries,
        Data::Scalar { .. } | Data::List(_) => &[],
    }
}

fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let found = entries(node).iter().find(|(key, _)| key.text == name);
    found.map(|(_, node)| node)
}

fn text(node: &Node) -> Option<&str> {
    match &node.data {
        Data::Scalar { text, .. } if !node.is_null() => Some(text),
        Data::Scalar { .. } | Data::List(_) | Data::Map(_) => None,
    }
}

/// What is said to one pack.
fn inspect(pack: &Pack, at: Span, node: &Node, problems: &mut Vec<Problem>) {
    let private = member(node, "private").and_then(text) == Some("true");
    for (key, value) in entries(node) {
        let whole = Span::new(key.span.start, value.span.end);
        let setting = pack.settings().find(|setting| setting.name == key.text);
        let wrong = match (setting.map(|setting| setting.wants), key.text.as_str()) {
            (Some(Wants::Secret), _) => match text(value).map(str::parse::<SecretRef>) {
                Some(Ok(SecretRef::Env(_) | SecretRef::File(_))) => None,
                Some(Ok(SecretRef::Fd(_) | SecretRef::Stdin) | Err(_)) | None => {
                    let problem = Problem::new("secret", value.span, REFERENCE);
                    Some(problem.concealed())
                }
            },
            (Some(Wants::Address), _) => address(value, private),
            (Some(Wants::Text), _) => text(value)
                .is_none()
                .then(|| Problem::new("type", value.span, format!("`{}` is a text", key.text))),
            (None, "hosts") => {
                let hosts = entries(value).iter();
                problems.extend(hosts.filter_map(|(_, host)| address(host, private)));
                None
            }
            (None, "private" | "own") => {
                let is_truth = matches!(text(value), Some("true" | "false"));
                (!is_truth).then(|| Problem::new("type", value.span, "this is true or false"))
            }
            (None, other) => {
                let names = pack.settings().map(|setting| setting.name).chain(COMMON);
                let names: Vec<&str> = names.collect();
                let message = format!("`{other}` is nothing that `{}` can be told", pack.name());
                let problem = Problem::new("unknown-key", whole, message).concealed();
                Some(problem.meant(other, names))
            }
        };
        problems.extend(wrong);
    }
    let missing = pack
        .settings()
        .filter(|setting| setting.required && member(node, setting.name).is_none());
    for setting in missing {
        let message = format!("`{}` is not told its `{}`", pack.name(), setting.name);
        problems.push(Problem::new("missing-key", at, message).hint(setting.about));
    }
}

#[cfg(feature = "http")]
fn address(value: &Node, private: bool) -> Option<Problem> {
    let said = text(value).unwrap_or_default();
    let why = pack::address(said, private).err()?;
    Some(Problem::new("value", value.span, why.text))
}

#[cfg(not(feature = "http"))]
fn address(_: &Node, _: bool) -> Option<Problem> {
    None
}

/// The providers that packs become.
#[cfg(feature = "http")]
pub(super) fn providers(
    workspace: &Workspace,
    clock: &crate::domain::Clock,
) -> Result<Vec<Arc<dyn crate::provider::Provider>>, Box<Failure>> {
    use crate::domain::{Because, Why};
    use crate::pack::{Given, Packed, Settings};
    let packs = packs(workspace)?;
    if !workspace.config.providers.packs.is_empty() {
        check(&workspace.file(), &packs)?;
    }
    let folder = workspace.folder.clone().unwrap_or_default();
    let given = |text: &str| -> Option<Given> {
        let reference = match text.parse().ok()? {
            SecretRef::File(path) => SecretRef::File(folder.join(path)),
            other @ (SecretRef::Env(_) | SecretRef::Fd(_) | SecretRef::Stdin) => other,
        };
        Some(Arc::new(move || {
            let read = super::session::secret(&reference);
            read.map_err(|failure| Why::new(Because::Missing, failure.message))
        }))
    };
    let settings = |pack: &Pack, said: &Said| {
        let mut settings = Settings {
            private: said.get("private") == Some(&Value::Bool(true)),
            ..Settings::default()
        };
        for setting in pack.settings() {
            let Some(text) = said.get(setting.name).and_then(scalar) else {
                continue;
            };
            let name = setting.name.to_owned();
            match setting.wants {
                Wants::Secret => settings
                    .secrets
                    .extend(given(&text).map(|given| (name, given))),
                Wants::Address | Wants::Text => drop(settings.texts.insert(name, text)),
            }
        }
        let hosts = said.get("hosts").and_then(Value::as_object);
        let hosts = hosts.into_iter().flatten();
        settings.hosts = hosts
            .filter_map(|(name, url)| Some((name.clone(), scalar(url)?)))
            .collect();
        settings
    };
    let provider = |pack: Arc<Pack>| -> Arc<dyn crate::provider::Provider> {
        let said = workspace.config.providers.packs.get(pack.name());
        let settings = said.map(|said| settings(&pack, said));
        Arc::new(Packed::new(pack, settings, clock.clone()))
    };
    Ok(packs.into_iter().map(provider).collect())
}

#[cfg(feature = "http")]
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Without the HTTP client packs can be read and linted, and nothing more.
#[cfg(not(feature = "http"))]
pub(super) fn providers(
    workspace: &Workspace,
    _: &crate::domain::Clock,
) -> Result<Vec<Arc<dyn crate::provider::Provider>>, Box<Failure>> {
    if workspace.config.providers.packs.is_empty() {
        return Ok(Vec::new());
    }
    check(&workspace.file(), &packs(workspace)?)?;
    let message =
        "contain.yaml names providers that are packs, and this build runs none (feature `http`)";
    Err(Box::new(Failure::usage(message)))
}

/// The pack of a name, or the file of a path.
#[cfg(feature = "http")]
pub(super) fn find(workspace: &Workspace, named: &str) -> Result<Arc<Pack>, Box<Failure>> {
    if super::library::is_path(named) {
        let text = workspace::read(Path::new(named))?;
        return Ok(Arc::new(pack::load(named, &text)?));
    }
    let packs = packs(workspace)?;
    let found = packs.iter().find(|pack| pack.name() == named);
    found.cloned().ok_or_else(|| {
        let shown = crate::domain::why::plain(named);
        let mut failure = Failure::usage(format!("there is no pack `{shown}`"));
        if let Some(near) = nearest(named, packs.iter().map(|pack| pack.name())) {
            failure = failure.hint(format!("did you mean `{near}`?"));
        }
        let names: Vec<&str> = packs.iter().map(|pack| pack.name()).collect();
        Box::new(failure.hint(format!(
            "packs: {}; or name a file, as ./acme.yaml",
            names.join(", ")
        )))
    })
}
