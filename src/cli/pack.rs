//! Providers that `contain.yaml` tells about: packs that ship, packs of the workspace, and those written in Rust.
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
#[cfg(feature = "http")]
use crate::domain::{Because, Why, nearest};
use crate::domain::{Clock, SecretRef, Spec};
use crate::pack::{self, Pack};
use crate::playbook::yaml::{self, Data, Node};
use crate::playbook::{Problem, Refused, Span};
use crate::provider::{self, Provider, Setting, Wants};
#[cfg(feature = "http")]
use crate::provider::{Given, Settings};
use crate::report::proven::{self, Proven};
use crate::report::setting;

/// The folder of a workspace that holds its packs.
const FOLDER: &str = "providers";
/// What every provider can be told, beside its own settings.
const COMMON: [&str; 2] = ["hosts", "private"];
/// What only a pack can be told: that one of the workspace stands for the one that ships.
const OWN: &str = "own";
/// Providers that are no packs, and words that stand where a provider's name does.
const TAKEN: [&str; 4] = ["aws", "notify", "identity", "simulated"];
const REFERENCE: &str =
    "a secret of the workspace is named by reference: env:NAME or file:PATH (never given itself)";

/// What `contain.yaml` says to one provider.
pub(super) type Said = BTreeMap<String, Value>;

/// The providers that `contain.yaml` names.
#[derive(Default, Debug)]
pub(super) struct Providers {
    pub(super) aws: Aws,
    /// All others, by name.
    pub(super) told: BTreeMap<String, Said>,
}

/// A provider that can be told about, and what it can be told.
struct Told<'a> {
    name: &'a str,
    settings: Vec<Setting<'a>>,
    is_pack: bool,
}

/// All that can be told about, packs first.
fn told(packs: &[Arc<Pack>]) -> Vec<Told<'_>> {
    let packs = packs.iter().map(|pack| Told {
        name: pack.name(),
        settings: pack.settings().collect(),
        is_pack: true,
    });
    let natives = provider::NATIVES.iter().map(|native| Told {
        name: native.name,
        settings: native.settings.to_vec(),
        is_pack: false,
    });
    packs.chain(natives).collect()
}

/// What a provider of this name can be told, for people; nothing where it is not told about under `providers`.
pub(super) fn settings_of(packs: &[Arc<Pack>], name: &str) -> Option<setting::Told> {
    if name == "aws" {
        return Some(setting::Told::aws());
    }
    let pack = packs.iter().find(|pack| pack.name() == name);
    let hosts: Option<Vec<&str>> = pack.map(|pack| pack.hosts().collect());
    let all = told(packs);
    let one = all.iter().find(|one| one.name == name)?;
    Some(setting::Told::of(name, &one.settings, hosts.as_deref()))
}

/// By what an action was proven: a pack of the workspace by what it records, all others as the tests of this program say.
pub(super) fn proven_by(packs: &[Arc<Pack>], spec: &Spec) -> Vec<Proven> {
    let pack = packs.iter().find(|pack| pack.name() == spec.id.provider());
    match pack.filter(|pack| !pack.is_shipped()) {
        Some(own) if own.records(&spec.id) => vec![Proven::Fixtures],
        Some(_) => Vec::new(),
        None => proven::by(&spec.id).to_vec(),
    }
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
                providers.told.insert(name, map.next_value()?);
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
        let meant = is_meant(workspace, own.name());
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
        if let Some(why) = misnamed(&file, &pack) {
            let message = format!("{name}: {why}");
            return Err(Box::new(Failure::new(2, "invalid-file", message)));
        }
        packs.push(pack);
    }
    Ok(packs)
}

/// Why a file cannot stand in `providers/` under its name.
fn misnamed(file: &Path, pack: &Pack) -> Option<String> {
    let name = pack.name();
    let natives = provider::NATIVES.iter().map(|native| native.name);
    if natives.chain(TAKEN).any(|taken| taken == name) {
        return Some(format!("`{name}` is a provider of this program itself"));
    }
    let is_so = file.file_stem().is_some_and(|stem| stem == name);
    (!is_so).then(|| format!("the file of the pack `{name}` is called {name}.yaml"))
}

/// Why a pack that fits in itself would stop every verb where it lies, or once it lay in `providers/`.
pub(super) fn unfit(workspace: &Workspace, file: &Path, pack: &Pack) -> Option<String> {
    let name = pack.name();
    let folder = file.parent().and_then(Path::file_name);
    // Elsewhere it may be the text of the very pack that ships.
    let stands_for = folder.is_some_and(|folder| folder == FOLDER)
        && pack::shipped().iter().any(|shipped| shipped.name() == name);
    let shadows = || {
        (stands_for && !is_meant(workspace, name)).then(|| {
            format!(
                "this would stand for the pack `{name}` that ships: where that is meant, write `own: true` under providers.{name} in contain.yaml"
            )
        })
    };
    misnamed(file, pack).or_else(shadows)
}

/// Whether `contain.yaml` says that a pack of the workspace stands for the one that ships.
fn is_meant(workspace: &Workspace, name: &str) -> bool {
    let said = workspace.config.providers.told.get(name);
    said.and_then(|said| said.get(OWN)) == Some(&Value::Bool(true))
}

/// A problem of a whole pack, told where it names its provider.
pub(super) fn at_provider(file: &str, text: &str, message: &str) -> Refused {
    let root = yaml::parse(text).ok();
    let keys = root.as_ref().map(entries).unwrap_or_default();
    let key = keys.iter().find(|(key, _)| key.text == "provider");
    let span = key.map_or(Span::new(0, 1), |(key, _)| key.span);
    Refused::new(file, text, vec![Problem::new("name", span, message)])
}

/// Holds what `contain.yaml` says to providers against what each wants, with places.
fn check(file: &Path, packs: &[Arc<Pack>]) -> Result<(), Box<Failure>> {
    let text = workspace::read(file)?;
    let name = file.display().to_string();
    let root = yaml::parse(&text).map_err(|problems| Refused::new(&name, &text, problems))?;
    let mut problems = Vec::new();
    let all = told(packs);
    for (key, node) in member(&root, "providers").map(entries).unwrap_or_default() {
        if key.text == "aws" {
            continue;
        }
        match all.iter().find(|one| one.name == key.text) {
            Some(one) => inspect(one, key.span, node, &mut problems),
            None => {
                let message = format!("there is no provider `{}`", key.text);
                // What was meant for a misspelt provider may be a secret.
                let span = Span::new(key.span.start, node.span.end);
                let names: Vec<&str> = all.iter().map(|one| one.name).chain(["aws"]).collect();
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

/// What is said to one provider.
fn inspect(one: &Told<'_>, at: Span, node: &Node, problems: &mut Vec<Problem>) {
    let private = member(node, "private").and_then(text) == Some("true");
    for (key, value) in entries(node) {
        let whole = Span::new(key.span.start, value.span.end);
        let setting = one.settings.iter().find(|setting| setting.name == key.text);
        let wrong = match (setting.map(|setting| setting.wants), key.text.as_str()) {
            (Some(Wants::Secret), _) => reference(value),
            (Some(Wants::Secrets), _) => {
                let several = entries(value);
                problems.extend(several.iter().filter_map(|(_, value)| reference(value)));
                several.is_empty().then(|| {
                    let message = format!("`{}` is a map of names and references", key.text);
                    Problem::new("type", value.span, message).concealed()
                })
            }
            (Some(Wants::Address), _) => address(value, private),
            (Some(Wants::Text), _) => text(value)
                .is_none()
                .then(|| Problem::new("type", value.span, format!("`{}` is a text", key.text))),
            (None, "hosts") => {
                let hosts = entries(value).iter();
                problems.extend(hosts.filter_map(|(_, host)| address(host, private)));
                None
            }
            (None, other) if other == "private" || (one.is_pack && other == OWN) => {
                let is_truth = matches!(text(value), Some("true" | "false"));
                (!is_truth).then(|| Problem::new("type", value.span, "this is true or false"))
            }
            (None, other) => {
                let names = one.settings.iter().map(|setting| setting.name);
                let own = one.is_pack.then_some(OWN);
                let names: Vec<&str> = names.chain(COMMON).chain(own).collect();
                let message = format!("`{other}` is nothing that `{}` can be told", one.name);
                let problem = Problem::new("unknown-key", whole, message).concealed();
                Some(problem.meant(other, names))
            }
        };
        problems.extend(wrong);
    }
    let settings = one.settings.iter();
    let missing =
        settings.filter(|setting| setting.required && member(node, setting.name).is_none());
    for setting in missing {
        let message = format!("`{}` is not told its `{}`", one.name, setting.name);
        problems.push(Problem::new("missing-key", at, message).hint(setting.about));
    }
}

/// What is wrong with what should be a reference to a secret; it may be the secret.
fn reference(value: &Node) -> Option<Problem> {
    match text(value).map(str::parse::<SecretRef>) {
        Some(Ok(SecretRef::Env(_) | SecretRef::File(_))) => None,
        Some(Ok(SecretRef::Fd(_) | SecretRef::Stdin) | Err(_)) | None => {
            Some(Problem::new("secret", value.span, REFERENCE).concealed())
        }
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

/// The providers that are told about: packs, then those written in Rust.
#[cfg(feature = "http")]
pub(super) fn providers(
    workspace: &Workspace,
    clock: &Clock,
) -> Result<Vec<Arc<dyn Provider>>, Box<Failure>> {
    let packs = packs(workspace)?;
    if !workspace.config.providers.told.is_empty() {
        check(&workspace.file(), &packs)?;
    }
    let folder = workspace.folder.clone().unwrap_or_default();
    let settings = |one: &Told<'_>| {
        let said = workspace.config.providers.told.get(one.name)?;
        Some(settings(one, said, &folder))
    };
    let natives = provider::NATIVES.iter();
    let natives: BTreeMap<&str, _> = natives.map(|native| (native.name, native.make)).collect();
    let mut all: Vec<Arc<dyn Provider>> = Vec::new();
    for (at, one) in told(&packs).iter().enumerate() {
        let settings = settings(one);
        match (natives.get(one.name), packs.get(at)) {
            (Some(make), None) => all.push(make(settings, clock.clone())),
            (_, Some(pack)) => {
                let pack = Arc::clone(pack);
                all.push(Arc::new(pack::Packed::new(pack, settings, clock.clone())));
            }
            (None, None) => {}
        }
    }
    Ok(all)
}

/// What is said to one provider; files lie beside `contain.yaml`.
#[cfg(feature = "http")]
fn settings(one: &Told<'_>, said: &Said, folder: &Path) -> Settings {
    let mut settings = Settings {
        private: said.get("private") == Some(&Value::Bool(true)),
        hosts: texts(said.get("hosts")).collect(),
        ..Settings::default()
    };
    for setting in &one.settings {
        let Some(value) = said.get(setting.name) else {
            continue;
        };
        let name = setting.name.to_owned();
        match setting.wants {
            Wants::Secret => {
                let place = format!("providers.{}.{name}", one.name);
                let given = scalar(value).and_then(|text| given(&text, folder, &place));
                settings.secrets.extend(given.map(|given| (name, given)));
            }
            Wants::Secrets => {
                let several = texts(Some(value));
                let several = several.filter_map(|(each, text)| {
                    let place = format!("providers.{}.{name}.{each}", one.name);
                    Some((each, given(&text, folder, &place)?))
                });
                let several = several.collect();
                settings.several.insert(name, several);
            }
            Wants::Address | Wants::Text => {
                settings
                    .texts
                    .extend(scalar(value).map(|text| (name, text)));
            }
        }
    }
    settings
}

/// Reads the secret of a reference when it is needed; `place` is where the reference stands.
#[cfg(feature = "http")]
fn given(text: &str, folder: &Path, place: &str) -> Option<Given> {
    let reference = match text.parse().ok()? {
        SecretRef::File(path) => SecretRef::File(folder.join(path)),
        other @ (SecretRef::Env(_) | SecretRef::Fd(_) | SecretRef::Stdin) => other,
    };
    let place = place.to_owned();
    Some(Arc::new(move || {
        let read = super::session::secret(&reference);
        let told = |failure: Box<Failure>| format!("{place} in contain.yaml: {}", failure.message);
        read.map_err(|failure| Why::new(Because::Missing, told(failure)))
    }))
}

/// The texts of a map, by name.
#[cfg(feature = "http")]
fn texts(map: Option<&Value>) -> impl Iterator<Item = (String, String)> {
    let map = map.and_then(Value::as_object).into_iter().flatten();
    map.filter_map(|(name, value)| Some((name.clone(), scalar(value)?)))
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
    _: &Clock,
) -> Result<Vec<Arc<dyn Provider>>, Box<Failure>> {
    if workspace.config.providers.told.is_empty() {
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
