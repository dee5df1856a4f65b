//! Reads the file by the tables: every key known, every value of its sort, each with its place.
//!
//! Says everything that is wrong. Never guesses who was meant, and never shows what may be a secret.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use super::grammar::{
    CONSUMER, CREDENTIAL, CRITICALITIES, ENVIRONMENTS, ESTATE, IDENTITY, OWNER, Place, TEAMS,
};
use super::model::{Credential, Identity, SORTS, Use};
use super::{Directory, Known};
use crate::domain::stake::{Criticality, Dependant, Environment, Owner, Responsible};
use crate::domain::{Locator, nearest};
use crate::yaml::{self, Data, Key, Node, Problem, Span};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The most nodes, keys included.
const MAX_NODES: usize = 1_000_000;
/// For how many unknown names the one that was meant is looked for.
const MEANT: usize = 100;
/// What may stand before the name of an identity.
pub const PREFIX: &str = "identity:";

/// What stands in the file, before names are looked up.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) identities: Vec<Identity>,
    /// Every mention of an identity, with its place.
    pub(super) mentions: Vec<(String, Span)>,
    pub(super) problems: Vec<Problem>,
    /// What is no mistake and still worth saying.
    pub(super) notes: Vec<Problem>,
}

/// Reads the file, as far as it can be.
pub(super) fn read(text: &str, known: &Known<'_>) -> Draft {
    let limits = yaml::Limits {
        bytes: MAX_BYTES,
        nodes: MAX_NODES,
    };
    let root = match yaml::parse_within(text, limits) {
        Ok(root) => root,
        Err(problems) => {
            return Draft {
                problems,
                ..Draft::default()
            };
        }
    };
    let mut reader = Reader {
        known,
        teams: BTreeMap::new(),
        draft: Draft::default(),
    };
    reader.estate(&root);
    reader.draft
}

type Fields<'n> = BTreeMap<&'n str, &'n Node>;

struct Reader<'a> {
    known: &'a Known<'a>,
    /// How the teams of the file are reached.
    teams: BTreeMap<String, Option<String>>,
    draft: Draft,
}

impl Reader<'_> {
    fn wrong(&mut self, code: &'static str, span: Span, message: impl AsRef<str>) {
        let problem = Problem::new(code, span, message);
        self.draft.problems.push(problem);
    }

    fn estate(&mut self, root: &Node) {
        let Some(fields) = self.map(root, &ESTATE) else {
            return;
        };
        if let Some(version) = fields.get("estate")
            && self.text(version).is_some_and(|version| version != "1")
        {
            let message = "this version is not known; write `estate: 1`";
            self.wrong("version", version.span, message);
        }
        for (key, node) in self.named(fields.get("teams").copied()) {
            let contact = self.map(node, TEAMS).and_then(|team| {
                let contact = team.get("contact").copied();
                self.text(contact?)
            });
            self.teams.insert(key.text.clone(), contact);
        }
        let identities = self.named(fields.get("identities").copied());
        self.draft.identities.reserve_exact(identities.len());
        for (key, node) in identities {
            let identity = self.identity(key, node);
            self.draft.identities.extend(identity);
        }
    }

    /// The entries of a map whose keys are names.
    fn named<'n>(&mut self, node: Option<&'n Node>) -> Vec<(&'n Key, &'n Node)> {
        let Some(node) = node.filter(|node| !node.is_null()) else {
            return Vec::new();
        };
        let Data::Map(entries) = &node.data else {
            let message = format!("{} stands where a map of names is wanted", node.describe());
            self.wrong("type", node.span, message);
            return Vec::new();
        };
        for (key, _) in entries.iter().filter(|(key, _)| !is_name(&key.text)) {
            let message = format!(
                "`{}` cannot be a name: a letter or digit first, then letters, digits, `.`, `_`, `-`, `/`, `@`",
                key.text
            );
            self.wrong("name", key.span, message);
        }
        entries.iter().map(|(key, node)| (key, node)).collect()
    }

    fn map<'n>(&mut self, node: &'n Node, place: &'static Place) -> Option<Fields<'n>> {
        let Data::Map(entries) = &node.data else {
            let message = format!(
                "{} stands where a map is wanted: {}",
                node.describe(),
                place.name
            );
            self.wrong("type", node.span, message);
            return None;
        };
        let names = || place.keys.iter().map(|key| key.name);
        let mut fields = Fields::new();
        for (key, value) in entries {
            if names().any(|name| name == key.text) {
                fields.insert(&key.text, value);
                continue;
            }
            let message = format!("`{}` is no key of: {}", key.text, place.name);
            let problem = Problem::new("unknown-key", key.span, message);
            self.draft.problems.push(problem.meant(&key.text, names()));
        }
        let at = Span::new(node.span.start, node.span.start + 1);
        for key in place.keys.iter().filter(|key| key.must) {
            if !fields.contains_key(key.name) {
                let message = format!("`{}` is missing here: {}", key.name, place.name);
                let problem = Problem::new("missing-key", at, message);
                self.draft.problems.push(problem.hint(key.about));
            }
        }
        let said = place.one_of.iter().filter(|key| fields.contains_key(**key));
        if !place.one_of.is_empty() && said.count() != 1 {
            let message = format!("exactly one of {} stands here", place.one_of.join(", "));
            self.wrong("one-of", at, message);
        }
        Some(fields)
    }

    fn text(&mut self, node: &Node) -> Option<String> {
        match &node.data {
            Data::Scalar { text, .. } if !node.is_null() && !text.trim().is_empty() => {
                Some(text.trim().to_owned())
            }
            Data::Scalar { .. } | Data::List(_) | Data::Map(_) => {
                let message = format!("{} stands where a text is wanted", node.describe());
                self.wrong("type", node.span, message);
                None
            }
        }
    }

    fn list<'n>(&mut self, node: Option<&'n Node>) -> &'n [Node] {
        match node.map(|node| (node, &node.data)) {
            Some((_, Data::List(items))) => items,
            Some((node, Data::Scalar { .. } | Data::Map(_))) => {
                let message = format!("{} stands where a list is wanted", node.describe());
                self.wrong("type", node.span, message);
                &[]
            }
            None => &[],
        }
    }

    fn word<T: Copy>(&mut self, node: &Node, words: &[&'static str], all: &[T]) -> Option<T> {
        let text = self.text(node)?;
        let known = words.iter().zip(all).find(|(word, _)| **word == text);
        if known.is_none() {
            let message = format!("`{text}` is none of the words that can stand here");
            let problem = Problem::new("unknown-word", node.span, message);
            let problem = problem.meant(&text, words.iter().copied());
            self.draft.problems.push(problem);
        }
        known.map(|(_, value)| *value)
    }

    fn truth(&mut self, node: &Node) -> bool {
        match self.text(node).as_deref() {
            Some("true") => true,
            Some("false") | None => false,
            Some(_) => {
                self.wrong("type", node.span, "neither `true` nor `false` stands here");
                false
            }
        }
    }

    fn locator(&mut self, node: &Node) -> Option<Locator> {
        let text = self.text(node)?;
        let locator = match Locator::from_str(&text) {
            Ok(locator) => locator,
            Err(malformed) => {
                // What was meant as a name may be a secret.
                let problem = Problem::new(
                    "locator",
                    node.span,
                    format!("this is no canonical name: {}", malformed.why),
                );
                let problem = problem.hint("contain identify prints the canonical name");
                self.draft.problems.push(problem.concealed());
                return None;
            }
        };
        if (self.known.is_secret)(&locator) {
            let message = "the id of this name is a secret itself";
            let problem = Problem::new("secret", node.span, message);
            let problem = problem.hint("name it by its public id, and treat the secret as leaked");
            self.draft.problems.push(problem.concealed());
            return None;
        }
        if (self.known.kind)(locator.kind()).is_none() {
            let message = format!(
                "no provider here knows the kind `{}`, so nothing of it is read or cut",
                locator.kind()
            );
            let note = Problem::new("unknown-kind", node.span, message);
            self.draft.notes.push(note);
        } else if locator.account().is_none() {
            let message =
                format!("`{locator}` names no account, so it stands for that id in every account");
            let note = Problem::new("no-account", node.span, message);
            self.draft.notes.push(note);
        }
        Some(locator)
    }

    fn locators(&mut self, node: Option<&Node>) -> Vec<Locator> {
        let items = self.list(node).iter();
        items.filter_map(|item| self.locator(item)).collect()
    }

    /// A mention of an identity: whether there is one is asked once all are read.
    fn mention(&mut self, node: &Node) -> Option<String> {
        let text = self.text(node)?;
        let name = text.strip_prefix(PREFIX).unwrap_or(&text).to_owned();
        self.draft.mentions.push((name.clone(), node.span));
        Some(name)
    }

    fn mentions(&mut self, node: Option<&Node>) -> Vec<String> {
        let items = self.list(node).iter();
        items.filter_map(|item| self.mention(item)).collect()
    }

    fn identity(&mut self, key: &Key, node: &Node) -> Option<Identity> {
        let fields = self.map(node, &IDENTITY)?;
        let get = |name: &str| fields.get(name).copied();
        let kind = get("kind").and_then(|node| self.word(node, &SORTS, &SORTS));
        let uses = self.list(get("uses")).iter();
        let uses = uses.filter_map(|node| self.used(node)).collect();
        let identity = Identity {
            name: key.text.clone(),
            kind: kind.unwrap_or_default(),
            summary: get("summary").and_then(|node| self.text(node)),
            owner: get("owner").and_then(|node| self.owner(node)),
            environment: get("environment")
                .and_then(|node| self.word(node, &ENVIRONMENTS, &Environment::ALL)),
            criticality: get("criticality")
                .and_then(|node| self.word(node, &CRITICALITIES, &Criticality::ALL)),
            protected: get("protected").is_some_and(|node| self.truth(node)),
            credentials: self.credentials(get("credentials")),
            runs_as: self.principals(get("runs_as")),
            uses,
            delegates_to: self.mentions(get("delegates_to")),
            shared_with: self.mentions(get("shared_with")),
            consumers: get("consumers").map(|node| self.consumers(node)),
            replaced_by: get("replaced_by").and_then(|node| self.mention(node)),
            span: key.span,
        };
        let mut others = identity.delegates_to.iter().chain(&identity.shared_with);
        if others.any(|other| *other == identity.name) {
            let message = format!("`{}` names itself as another identity", identity.name);
            self.wrong("self", key.span, message);
        }
        Some(identity)
    }

    fn used(&mut self, node: &Node) -> Option<Use> {
        let is_identity =
            matches!(&node.data, Data::Scalar { text, .. } if text.trim().starts_with(PREFIX));
        if is_identity {
            self.mention(node).map(Use::Identity)
        } else {
            self.locator(node).map(Use::Thing)
        }
    }

    fn of_sort(&mut self, node: &Node, locator: &Locator, credential: bool) {
        let is = (self.known.kind)(locator.kind());
        if is.is_some_and(|is| is != credential) {
            let (is, wanted) = match credential {
                true => ("no credential", "`runs_as` or `uses`"),
                false => ("a credential", "`credentials`"),
            };
            let message = format!("`{locator}` is {is}; name it under {wanted}");
            self.wrong("kind", node.span, message);
        }
    }

    fn principals(&mut self, node: Option<&Node>) -> Vec<Locator> {
        let mut all = Vec::new();
        for node in self.list(node) {
            if let Some(locator) = self.locator(node) {
                self.of_sort(node, &locator, false);
                all.push(locator);
            }
        }
        all
    }

    fn credentials(&mut self, node: Option<&Node>) -> Vec<Credential> {
        let mut all = Vec::new();
        for node in self.list(node) {
            let (named, fields) = match &node.data {
                Data::Map(_) => match self.map(node, &CREDENTIAL) {
                    Some(fields) => (fields.get("what").copied(), fields),
                    None => continue,
                },
                Data::Scalar { .. } | Data::List(_) => (Some(node), Fields::new()),
            };
            let Some((node, what)) = named.and_then(|node| Some((node, self.locator(node)?)))
            else {
                continue;
            };
            self.of_sort(node, &what, true);
            all.push(Credential {
                what,
                stored_in: self.locators(fields.get("stored_in").copied()),
                shared_with: self.mentions(fields.get("shared_with").copied()),
            });
        }
        all
    }

    fn owner(&mut self, node: &Node) -> Option<Owner> {
        let fields = self.map(node, &OWNER)?;
        let said = fields.get("contact").copied();
        let said = said.and_then(|node| self.text(node));
        if let Some(node) = fields.get("team") {
            let team = self.text(node)?;
            let contact = self.team(&team, node.span);
            let contact = said.or(contact);
            let who = Responsible::Team(team);
            return Some(Owner { who, contact });
        }
        let node = fields.get("person")?;
        let person = self.text(node)?;
        let mut contact = None;
        if let Some(Directory { people, .. }) = self.known.people {
            match people.get(&person) {
                Some(reached) => contact.clone_from(reached),
                None => {
                    let message = format!("`{person}` is no person of contain.yaml");
                    let problem = Problem::new("unknown-person", node.span, message);
                    let names = people.keys().map(String::as_str);
                    self.draft.problems.push(problem.meant(&person, names));
                }
            }
        }
        let who = Responsible::Person(person);
        Some(Owner {
            who,
            contact: said.or(contact),
        })
    }

    /// How a team is reached; one that nobody names is a mistake.
    fn team(&mut self, team: &str, span: Span) -> Option<String> {
        let of_people = self.known.people.and_then(|known| known.teams.get(team));
        if let Some(contact) = self.teams.get(team) {
            return contact.clone().or_else(|| of_people.cloned().flatten());
        }
        if of_people.is_none() {
            let elsewhere = self.known.people.into_iter();
            let elsewhere = elsewhere.flat_map(|known| known.teams.keys());
            let names: Vec<&str> = self
                .teams
                .keys()
                .chain(elsewhere)
                .map(String::as_str)
                .collect();
            let message = format!(
                "there is no team `{team}` under `teams`, nor among people in contain.yaml"
            );
            let problem = Problem::new("unknown-team", span, message);
            self.draft.problems.push(problem.meant(team, names));
        }
        of_people.cloned().flatten()
    }

    fn consumers(&mut self, node: &Node) -> Vec<Dependant> {
        let mut all = Vec::new();
        for node in self.list(Some(node)) {
            let (name, contact) = match &node.data {
                Data::Map(_) => match self.map(node, &CONSUMER) {
                    Some(fields) => (
                        fields.get("name").and_then(|node| self.text(node)),
                        fields.get("contact").and_then(|node| self.text(node)),
                    ),
                    None => continue,
                },
                Data::Scalar { .. } | Data::List(_) => (self.text(node), None),
            };
            all.extend(name.map(|name| Dependant { name, contact }));
        }
        all
    }
}

/// Whether a text can be the name of an identity or a team: a command line holds it without quotation marks.
fn is_name(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '@');
    text.len() <= 200
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(rest)
}

/// What is wrong between identities, once all of them are read.
pub(super) fn between(draft: &mut Draft) {
    let names: BTreeMap<&str, &Identity> = draft
        .identities
        .iter()
        .map(|one| (one.name.as_str(), one))
        .collect();
    let mut problems = Vec::new();
    let unknown = draft.mentions.iter();
    for (name, span) in unknown.filter(|(name, _)| !names.contains_key(name.as_str())) {
        let message = format!("there is no identity `{name}`");
        let mut problem = Problem::new("unknown-identity", *span, message);
        // Looking among all names is slow, and more problems than these are not shown.
        if problems.len() < MEANT {
            problem.nearest = nearest(name, names.keys().copied()).map(str::to_owned);
        }
        problems.push(problem);
    }
    // Each is followed once: whoever comes back to where the walk began is on a circle.
    let mut done: BTreeMap<&str, &str> = BTreeMap::new();
    for identity in &draft.identities {
        let mut at = identity;
        while done.insert(&at.name, &identity.name).is_none() {
            let next = at.replaced_by.as_deref().and_then(|next| names.get(next));
            let Some(next) = next else {
                break;
            };
            if done.get(next.name.as_str()) == Some(&identity.name.as_str()) {
                let message = format!(
                    "`{}` is replaced by one that is replaced by it in the end",
                    next.name
                );
                problems.push(Problem::new("cycle", next.span, message));
                break;
            }
            at = next;
        }
    }
    draft.problems.append(&mut problems);
}
