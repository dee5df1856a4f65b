//! People, and the automation that counts as one of them: who is who, by name, account and signing key.
//!
//! One person may have many keys and accounts; none of them makes two people of one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::stake::{Owner, Responsible};
use crate::domain::{Item, Locator};

/// What a person may be to an incident.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Leads the incident.
    Lead,
    /// Contains.
    Responder,
    /// Agrees to what others ask for.
    Approver,
    /// Gives back and issues anew.
    Recovery,
    /// Owns identities.
    Owner,
}

impl Role {
    /// As it is written in `contain.yaml` and in policies.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Responder => "responder",
            Self::Approver => "approver",
            Self::Recovery => "recovery",
            Self::Owner => "owner",
        }
    }
}

/// One person, whatever keys and accounts they have.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The principals of `allowed_signers` that are this person; their name where nothing is said.
    #[serde(default)]
    pub signs_as: Vec<String>,
    /// The accounts that are this person: `os:NAME`, or a locator such as `aws:user/NAME@ACCOUNT`.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// What they may be to an incident.
    #[serde(default)]
    pub roles: BTreeSet<Role>,
    /// The teams they are of.
    #[serde(default)]
    pub teams: BTreeSet<String>,
    /// How they are reached.
    #[serde(default)]
    pub contact: Option<String>,
}

impl Person {
    /// Whether they have a role, or are of a team.
    #[must_use]
    pub fn is_of(&self, word: &str) -> bool {
        self.roles.iter().any(|role| role.word() == word) || self.teams.contains(word)
    }
}

/// An AI agent or a pipeline: it counts as its owner, and is never somebody who agrees.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Automation {
    /// The person who owns it.
    pub owner: String,
    /// The accounts that it has.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// How often it may propose something in one incident; every incident counts anew.
    #[serde(default)]
    pub proposals: Option<u32>,
}

/// How often automation may propose something in one incident where nothing is said.
const PROPOSALS: u32 = 20;

/// Who is configured; empty where an operator is alone.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Roster {
    people: BTreeMap<String, Person>,
    agents: BTreeMap<String, Automation>,
    pipelines: BTreeMap<String, Automation>,
}

/// Who acts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who {
    /// Somebody alone: no people are configured.
    Solo,
    /// A person.
    Person(String),
    /// An AI agent.
    Agent(String),
    /// A pipeline.
    Pipeline(String),
    /// Nobody who is configured.
    Stranger,
}

/// What is wrong with what is written about people.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{path}: {text}")]
pub struct Contradiction {
    /// Where, as a path of keys.
    pub path: String,
    /// What.
    pub text: String,
}

/// Why a key is nobody's signature.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Nobody {
    /// No person signs as any of these.
    #[error("nobody in contain.yaml signs as `{0}`")]
    Unknown(String),
    /// More than one does.
    #[error("the key is shared: {0} all sign with it")]
    Shared(String),
    /// It is an agent's or a pipeline's.
    #[error("`{0}` is no person: no agent and no pipeline agrees to anything")]
    Automation(String),
}

impl Roster {
    /// Puts together who is configured.
    ///
    /// # Errors
    /// Names what contradicts: one name or account of two, an owner who is nobody.
    pub fn new(
        people: BTreeMap<String, Person>,
        agents: BTreeMap<String, Automation>,
        pipelines: BTreeMap<String, Automation>,
    ) -> Result<Self, Contradiction> {
        let wrong = |path: String, text: String| Err(Contradiction { path, text });
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        let mut accounts: BTreeMap<&str, String> = BTreeMap::new();
        let mut signers: BTreeMap<&str, &str> = BTreeMap::new();
        let persons = people
            .iter()
            .map(|(name, one)| ("people", name, &one.accounts));
        let automation = [("agents", &agents), ("pipelines", &pipelines)].into_iter();
        let automation = automation.flat_map(|(kind, all)| {
            all.iter()
                .map(move |(name, one)| (kind, name, &one.accounts))
        });
        for (kind, name, has) in persons.chain(automation) {
            let path = format!("{kind}.{name}");
            if !is_name(name) {
                let text = "a name has a letter first, then letters, digits, `.`, `_`, `-`";
                return wrong(path, text.to_owned());
            }
            if let Some(other) = names.insert(name, path.clone()) {
                return wrong(path, format!("{other} has this name already"));
            }
            for account in has {
                if !is_account(account) {
                    let text = format!(
                        "`{account}` is no account: write os:NAME, or a locator such as aws:user/NAME@ACCOUNT"
                    );
                    return wrong(format!("{path}.accounts"), text);
                }
                if let Some(other) = accounts.insert(account, path.clone()) {
                    let text = format!("`{account}` is an account of {other} already");
                    return wrong(format!("{path}.accounts"), text);
                }
            }
        }
        for (name, person) in &people {
            for signer in &person.signs_as {
                if let Some(other) = signers.insert(signer, name) {
                    let text = format!("`{signer}` is how people.{other} signs");
                    return wrong(format!("people.{name}.signs_as"), text);
                }
            }
        }
        for (kind, all) in [("agents", &agents), ("pipelines", &pipelines)] {
            let orphan = all.iter().find(|(_, one)| !people.contains_key(&one.owner));
            if let Some((name, one)) = orphan {
                let text = format!("`{}` is no person under people", one.owner);
                return wrong(format!("{kind}.{name}.owner"), text);
            }
        }
        Ok(Self {
            people,
            agents,
            pipelines,
        })
    }

    /// Whether nobody is configured, so that whoever operates is alone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty() && self.agents.is_empty() && self.pipelines.is_empty()
    }

    /// A person by name.
    #[must_use]
    pub fn person(&self, name: &str) -> Option<&Person> {
        self.people.get(name)
    }

    /// All names, people first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let automation = self.agents.keys().chain(self.pipelines.keys());
        self.people.keys().chain(automation).map(String::as_str)
    }

    /// Who has a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Who> {
        if self.people.contains_key(name) {
            return Some(Who::Person(name.to_owned()));
        }
        if self.agents.contains_key(name) {
            return Some(Who::Agent(name.to_owned()));
        }
        let is_pipeline = self.pipelines.contains_key(name);
        is_pipeline.then(|| Who::Pipeline(name.to_owned()))
    }

    /// Who has an account.
    #[must_use]
    pub fn of_account(&self, account: &str) -> Option<Who> {
        let has = |accounts: &[String]| accounts.iter().any(|known| known == account);
        let person = self.people.iter().find(|(_, one)| has(&one.accounts));
        let agent = || self.agents.iter().find(|(_, one)| has(&one.accounts));
        let pipeline = || self.pipelines.iter().find(|(_, one)| has(&one.accounts));
        let person = person.map(|(name, _)| Who::Person(name.clone()));
        let agent = || agent().map(|(name, _)| Who::Agent(name.clone()));
        let pipeline = || pipeline().map(|(name, _)| Who::Pipeline(name.clone()));
        person.or_else(agent).or_else(pipeline)
    }

    /// The person who signs as one of these principals, which stand in a line of `allowed_signers` with commas between.
    ///
    /// # Errors
    /// It is nobody's, or not one person's alone.
    pub fn of_signer(&self, principals: &str) -> Result<&str, Nobody> {
        let signs = |name: &str, person: &Person, principal: &str| {
            (person.signs_as.is_empty() && name == principal)
                || person.signs_as.iter().any(|known| known == principal)
        };
        let mut found = BTreeSet::new();
        for principal in principals.split(',').map(str::trim) {
            let is_automation =
                self.agents.contains_key(principal) || self.pipelines.contains_key(principal);
            if is_automation {
                return Err(Nobody::Automation(principal.to_owned()));
            }
            let people = self.people.iter();
            let who = people.filter(|(name, person)| signs(name, person, principal));
            found.extend(who.map(|(name, _)| name.as_str()));
        }
        let mut all = found.iter();
        match (all.next(), all.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(Nobody::Unknown(principals.to_owned())),
            (Some(_), Some(_)) => {
                let names: Vec<&str> = found.into_iter().collect();
                Err(Nobody::Shared(names.join(" and ")))
            }
        }
    }

    /// How often whoever has a name may propose something in one incident.
    #[must_use]
    pub fn proposals_of(&self, name: &str) -> u32 {
        let automation = self.agents.get(name).or_else(|| self.pipelines.get(name));
        let most = automation.map(|automation| automation.proposals.unwrap_or(PROPOSALS));
        most.unwrap_or(u32::MAX)
    }

    /// The person behind a name: themselves, or the owner of the automation.
    #[must_use]
    pub fn behind<'a>(&'a self, name: &'a str) -> &'a str {
        let automation = self.agents.get(name).or_else(|| self.pipelines.get(name));
        automation.map_or(name, |automation| &automation.owner)
    }

    /// Everybody who asks when this one operates with these accounts: a person who comes by another account or through
    /// something they own is still the same person.
    #[must_use]
    pub fn requesters(&self, who: &Who, own: &[Locator]) -> Vec<String> {
        let accounts = own
            .iter()
            .filter_map(|account| self.of_account(&account.to_string()));
        let all = accounts.chain([who.clone()]);
        let mut asking: BTreeSet<String> = BTreeSet::new();
        for name in all.filter_map(|who| who.name().map(str::to_owned)) {
            asking.insert(self.behind(&name).to_owned());
            asking.insert(name);
        }
        asking.into_iter().collect()
    }

    /// Whether somebody agrees to what they own and to nothing else: they have the role `owner` and not `approver`.
    #[must_use]
    pub fn is_owner_alone(&self, name: &str) -> bool {
        self.people.get(name).is_some_and(|person| {
            let has = |role| person.roles.contains(&role);
            has(Role::Owner) && !has(Role::Approver)
        })
    }

    /// Whether somebody owns what an item is about, by the estate: themselves, or through a team of theirs.
    #[must_use]
    pub fn owns(&self, name: &str, item: &Item) -> bool {
        let teams = self.people.get(name).map(|person| &person.teams);
        let is_theirs = |owner: &Owner| match &owner.who {
            Responsible::Person(owner) => owner == name,
            Responsible::Team(team) => teams.is_some_and(|teams| teams.contains(team)),
        };
        let owners = item.stake.iter().flat_map(|stake| &stake.owners);
        owners.into_iter().any(is_theirs)
    }

    /// Whether an owner could agree to an item that these ask for.
    #[must_use]
    pub fn could_own(&self, requesters: &[String], item: &Item) -> bool {
        let mut people = self.people.keys();
        people.any(|name| {
            self.is_owner_alone(name) && self.owns(name, item) && !requesters.contains(name)
        })
    }

    /// How many people could agree to what these ask for.
    #[must_use]
    pub fn could_agree(&self, requesters: &[String]) -> usize {
        self.free_to_agree(requesters).count()
    }

    /// Who may agree to anything that these ask for, in order of their names.
    pub fn free_to_agree(&self, requesters: &[String]) -> impl Iterator<Item = &str> {
        let approving = self.people.iter().filter(|(name, person)| {
            person.roles.contains(&Role::Approver) && !requesters.contains(name)
        });
        approving.map(|(name, _)| name.as_str())
    }
}

impl Who {
    /// The name, where they are configured.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Person(name) | Self::Agent(name) | Self::Pipeline(name) => Some(name),
            Self::Solo | Self::Stranger => None,
        }
    }
}

fn is_name(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let reserved = ["solo", "unattended", "stranger", "contain"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(rest)
        && !reserved.contains(&text)
}

fn is_account(text: &str) -> bool {
    match text.strip_prefix("os:") {
        Some(name) => !name.is_empty() && !name.contains(char::is_whitespace),
        None => text
            .parse::<Locator>()
            .is_ok_and(|locator| locator.account().is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(signs_as: &[&str], accounts: &[&str]) -> Person {
        Person {
            signs_as: signs_as.iter().map(|&name| name.to_owned()).collect(),
            accounts: accounts.iter().map(|&name| name.to_owned()).collect(),
            roles: BTreeSet::from([Role::Responder, Role::Approver]),
            ..Person::default()
        }
    }

    fn roster() -> Roster {
        let alice = ["alice@work", "alice@home"];
        let alice = person(&alice, &["os:alice", "aws:user/alice@123456789012"]);
        let bot = Automation {
            owner: "alice".to_owned(),
            accounts: vec!["os:ci".to_owned()],
            proposals: None,
        };
        let people = [
            ("alice".to_owned(), alice),
            ("bob".to_owned(), person(&[], &["os:bob"])),
        ];
        Roster::new(
            people.into(),
            [("triage".to_owned(), bot)].into(),
            BTreeMap::new(),
        )
        .unwrap_or_else(|why| unreachable!("{why}"))
    }

    #[test]
    fn two_keys_an_alias_and_a_bot_are_one_person() {
        let roster = roster();
        assert_eq!(roster.of_signer("alice@work"), Ok("alice"));
        assert_eq!(roster.of_signer("alice@home,alice@work"), Ok("alice"));
        assert_eq!(roster.of_signer("bob"), Ok("bob"));
        assert!(matches!(
            roster.of_signer("alice@work,bob"),
            Err(Nobody::Shared(_))
        ));
        assert!(matches!(
            roster.of_signer("triage"),
            Err(Nobody::Automation(_))
        ));
        assert!(matches!(roster.of_signer("eve"), Err(Nobody::Unknown(_))));
        assert!(matches!(roster.of_signer("alice"), Err(Nobody::Unknown(_))));
        let bot = roster.named("triage").unwrap_or(Who::Stranger);
        assert_eq!(roster.requesters(&bot, &[]), ["alice", "triage"]);
        let own: Vec<Locator> = "aws:user/alice@123456789012".parse().into_iter().collect();
        let bob = Who::Person("bob".to_owned());
        assert_eq!(roster.requesters(&bob, &own), ["alice", "bob"]);
        assert_eq!(roster.could_agree(&roster.requesters(&bob, &own)), 0);
        assert_eq!(roster.could_agree(&roster.requesters(&bob, &[])), 1);
    }

    #[test]
    fn what_contradicts_is_refused_with_its_place() {
        let one = |name: &str, of: Person| BTreeMap::from([(name.to_owned(), of)]);
        let two = |first: Person, second: Person| {
            BTreeMap::from([("alice".to_owned(), first), ("bob".to_owned(), second)])
        };
        let bot = |owner: &str| Automation {
            owner: owner.to_owned(),
            accounts: Vec::new(),
            proposals: None,
        };
        let told = |people, agents: &[(&str, Automation)]| {
            let agents = agents
                .iter()
                .map(|(name, bot)| ((*name).to_owned(), bot.clone()));
            let made = Roster::new(people, agents.collect(), BTreeMap::new());
            made.err().map(|why| why.to_string()).unwrap_or_default()
        };
        let shared = two(person(&[], &["os:x"]), person(&[], &["os:x"]));
        assert!(told(shared, &[]).starts_with("people.bob.accounts: `os:x`"));
        let shared = two(person(&["k"], &[]), person(&["k"], &[]));
        assert!(told(shared, &[]).starts_with("people.bob.signs_as"));
        assert!(told(one("solo", person(&[], &[])), &[]).starts_with("people.solo: a name"));
        assert!(told(one("a b", person(&[], &[])), &[]).starts_with("people.a b: a name"));
        assert!(told(one("a", person(&[], &["x"])), &[]).starts_with("people.a.accounts"));
        let alice = || one("alice", person(&[], &[]));
        assert!(told(alice(), &[("alice", bot("alice"))]).starts_with("agents.alice"));
        assert!(told(alice(), &[("bot", bot("eve"))]).starts_with("agents.bot.owner"));
        assert_eq!(told(alice(), &[("bot", bot("alice"))]), "");
    }
}
