//! Provider packs: a vendor in one readable file, and the engine that runs it.
//!
//! Owns the language of packs, its lint and its rehearsal; knows no vendor beyond what a file says.
//! Never lets a value become structure, a host, a header's name or another part of a path.

#![cfg_attr(
    not(feature = "http"),
    expect(
        dead_code,
        reason = "only the engine reads some of it; the language is the same in every build"
    )
)]

mod cel;

mod grammar;

mod model;

mod scheme;

mod body;

mod recording;

mod itself;

mod asked;

mod read;

mod declare;

mod lint;

mod schema;

#[cfg(feature = "http")]
mod place;

#[cfg(feature = "http")]
mod connect;

#[cfg(feature = "http")]
mod sign;

#[cfg(feature = "http")]
mod grant;

#[cfg(feature = "http")]
mod authenticate;

#[cfg(feature = "http")]
mod draft;

#[cfg(feature = "http")]
mod clean;

#[cfg(feature = "http")]
mod wire;

#[cfg(feature = "http")]
mod answer;

#[cfg(feature = "http")]
mod budget;

#[cfg(feature = "http")]
mod ask;

#[cfg(feature = "http")]
mod alive;

#[cfg(feature = "http")]
mod observe;

#[cfg(feature = "http")]
mod identify;

#[cfg(feature = "http")]
mod told;

#[cfg(feature = "http")]
mod reading;

#[cfg(feature = "http")]
mod act;

#[cfg(feature = "http")]
mod engine;

#[cfg(feature = "http")]
mod replay;

#[cfg(feature = "http")]
mod stage;

#[cfg(feature = "http")]
mod rehearse;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use crate::domain::{ActionId, Kind, Spec};
use crate::playbook::Refused;
use crate::provider::{Setting, Wants};

pub use asked::Asked;
#[cfg(feature = "http")]
pub use engine::Packed;
#[cfg(feature = "http")]
pub use place::address;
#[cfg(feature = "http")]
pub use rehearse::{Rehearsed, rehearse};
#[cfg(feature = "http")]
pub use replay::{Exchange, Recorded, exchanges};
pub use schema::schema;
#[cfg(feature = "http")]
pub use stage::{account_key, stage, worked};

/// What an example of the workspace has of settings that may be left out: the credential that most act with.
const USUAL: [&str; 2] = ["token", "client_secret"];

/// A pack, as it was read.
#[derive(Debug)]
pub struct Pack {
    file: model::File,
    kinds: Vec<Kind>,
    actions: Vec<Spec>,
    /// The whole text of one whose recorded conversations are read only where they are wanted.
    whole: Option<&'static str>,
    tests: OnceLock<Vec<recording::Test>>,
    /// The forms of the kinds' ids, once they were compiled.
    forms: OnceLock<BTreeMap<String, regex::Regex>>,
    /// The patterns of the kinds' secrets, once they were compiled.
    patterns: OnceLock<Vec<regex::Regex>>,
}

impl Pack {
    fn of(file: model::File) -> Self {
        Self {
            kinds: declare::kinds(&file),
            actions: declare::actions(&file),
            file,
            whole: None,
            tests: OnceLock::new(),
            forms: OnceLock::new(),
            patterns: OnceLock::new(),
        }
    }

    /// The provider's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.file.provider
    }

    /// Whether an id has the form of those of a kind.
    fn has_form(&self, noun: &str, id: &str) -> bool {
        let forms = self.forms.get_or_init(|| {
            let kinds = self.file.kinds.iter();
            let forms = kinds.filter_map(|(noun, kind)| {
                Some((noun.clone(), regex::Regex::new(&kind.form).ok()?))
            });
            forms.collect()
        });
        forms.get(noun).is_some_and(|form| form.is_match(id))
    }

    /// What secrets of this vendor look like, anywhere in a text.
    fn patterns(&self) -> &[regex::Regex] {
        self.patterns.get_or_init(|| {
            let kinds = self.file.kinds.values();
            let forms = kinds.flat_map(|kind| &kind.secrets).filter_map(|form| {
                let inner = form.trim_start_matches('^').trim_end_matches('$');
                regex::Regex::new(inner).ok()
            });
            forms.collect()
        })
    }

    /// What people call the vendor.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.file.title
    }

    /// Where the vendor describes its API.
    #[must_use]
    pub fn docs(&self) -> &str {
        &self.file.docs
    }

    /// Its kinds.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Its actions.
    #[must_use]
    pub fn actions(&self) -> &[Spec] {
        &self.actions
    }

    /// The ways to authenticate that ask for a token first.
    pub fn grants(&self) -> impl Iterator<Item = &str> {
        let schemes = self.file.authentication.iter();
        let asks = schemes.filter(|(_, scheme)| scheme.asks() && !scheme.is_of_secret());
        asks.map(|(name, _)| name.as_str())
    }

    /// The names of its hosts.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.file.hosts.keys().map(String::as_str)
    }

    /// Its recorded conversations.
    fn tests(&self) -> &[recording::Test] {
        let Some(whole) = self.whole else {
            return &self.file.tests;
        };
        let read = || read::read(whole).map_or_else(|_| Vec::new(), |file| file.tests);
        self.tests.get_or_init(read)
    }

    /// What the file says of an action.
    fn action(&self, id: &ActionId) -> Option<&model::ActionPart> {
        let id = id.to_string();
        let (_, name) = id.split_once('.')?;
        self.file.actions.get(name)
    }

    /// Whether it is one of those that ship.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        self.whole.is_some()
    }

    /// Whether a recorded conversation shows this action done, or accepted by the vendor.
    #[must_use]
    pub fn records(&self, action: &ActionId) -> bool {
        let id = action.to_string();
        let verb = id.split_once('.').map_or("", |(_, verb)| verb);
        let is_done = |test: &recording::Test| {
            test.action.as_deref() == Some(verb)
                && matches!(test.ends, model::Ends::Done | model::Ends::Acknowledged)
        };
        self.tests().iter().any(is_done)
    }

    /// What it wants the workspace to say.
    pub fn settings(&self) -> impl Iterator<Item = Setting<'_>> {
        let settings = self.file.configuration.iter();
        settings.map(|(name, setting)| Setting {
            name,
            wants: match setting.is {
                model::Is::Url => Wants::Address,
                model::Is::Text => Wants::Text,
                model::Is::Secret | model::Is::Certificate => Wants::Secret,
            },
            about: &setting.about,
            required: !setting.optional && setting.default.is_none(),
            default: setting.default.as_deref(),
            usual: setting.optional && USUAL.contains(&name.as_str()),
        })
    }
}

/// Reads a pack as far as its structure goes; `file` is what messages call it. Enough for one that passed lint.
///
/// # Errors
/// Gives everything that is wrong with the structure of the file.
pub fn read(file: &str, text: &str) -> Result<Pack, Refused> {
    let read = read::read(text).map_err(|problems| Refused::new(file, text, problems))?;
    Ok(Pack::of(read))
}

/// Reads a pack and asks of all of its parts whether they fit together.
///
/// # Errors
/// Gives everything that is wrong with the file.
pub fn load(file: &str, text: &str) -> Result<Pack, Refused> {
    let refused = |problems| Refused::new(file, text, problems);
    let mut draft = read::draft(text).map_err(refused)?;
    let found = draft
        .file
        .as_ref()
        .map(|file| lint::lint(file, &draft.places));
    let mut found = found.unwrap_or_default();
    if !draft.problems.is_empty() {
        found.retain(|problem| draft.stands_by_itself(problem));
    }
    draft.problems.extend(found);
    draft.whole().map(Pack::of).map_err(refused)
}

/// The packs that ship: name and text.
pub const SHIPPED: [(&str, &str); 10] = [
    ("anthropic", include_str!("packs/anthropic.yaml")),
    ("cloudflare", include_str!("packs/cloudflare.yaml")),
    ("entra", include_str!("packs/entra.yaml")),
    ("gcp", include_str!("packs/gcp.yaml")),
    ("gitlab", include_str!("packs/gitlab.yaml")),
    ("hugging-face", include_str!("packs/hugging-face.yaml")),
    ("kubernetes", include_str!("packs/kubernetes.yaml")),
    ("okta", include_str!("packs/okta.yaml")),
    ("openai", include_str!("packs/openai.yaml")),
    ("slack", include_str!("packs/slack.yaml")),
];

/// The packs that ship, read; a test lints them. What stands last in each, its conversations, is most of it, and is read
/// only where it is wanted.
#[must_use]
pub fn shipped() -> Vec<Arc<Pack>> {
    static READ: LazyLock<Vec<Arc<Pack>>> = LazyLock::new(|| {
        let packs = SHIPPED.iter().filter_map(|&(name, whole)| {
            let told = whole.split_once(TESTS).map_or(whole, |(told, _)| told);
            let pack = read(&format!("{name}.yaml"), told).ok()?;
            let whole = Some(whole);
            Some(Arc::new(Pack { whole, ..pack }))
        });
        packs.collect()
    });
    READ.clone()
}

/// Where the conversations of a pack that ships begin; nothing else stands behind them.
const TESTS: &str = "\ntests:\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_that_ships_says_the_same_without_its_conversations() {
        for ((name, whole), apart) in SHIPPED.iter().zip(shipped()) {
            let once = load(name, whole).unwrap_or_else(|_| unreachable!("it ships"));
            assert_eq!(once.name(), apart.name());
            let told = |pack: &Pack| format!("{:?} {:?}", pack.kinds, pack.actions);
            assert_eq!(told(&once), told(&apart));
            let (_, behind) = whole.split_once(TESTS).unwrap_or_default();
            let is_top = |line: &str| line.starts_with(|c: char| c.is_ascii_lowercase());
            assert!(
                !behind.lines().any(is_top),
                "{name}: something stands behind its tests"
            );
            assert_eq!(once.tests().len(), apart.tests().len());
            assert!(
                apart.tests().len() > 5 && apart.file.tests.is_empty(),
                "{name}"
            );
        }
    }
}
