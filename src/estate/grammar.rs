//! Every key of the file in tables: where it stands, what it takes, what it means.
//!
//! Reader and schema are made from these, so that they cannot differ. Never reads a file.

use super::model::SORTS;

/// A map of the file: what it is called, and the keys that it may have.
#[derive(Debug)]
pub(super) struct Place {
    /// What messages call it.
    pub(super) name: &'static str,
    /// What it is.
    pub(super) about: &'static str,
    /// Its keys.
    pub(super) keys: &'static [Key],
    /// Keys of which exactly one must stand there.
    pub(super) one_of: &'static [&'static str],
}

/// A key of a map.
#[derive(Debug)]
pub(super) struct Key {
    /// The word.
    pub(super) name: &'static str,
    /// What its value is.
    pub(super) takes: Takes,
    /// Whether it must stand there.
    pub(super) must: bool,
    /// What it means.
    pub(super) about: &'static str,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// `1`.
    Version,
    /// A text.
    Text,
    /// The name of an identity, with or without `identity:` before it.
    Name,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Truth,
    /// A canonical name of a thing at a provider.
    Locator,
    /// `identity:NAME`, or a canonical name.
    Use,
    /// A map with these keys.
    Map(&'static Place),
    /// A text, or a map with these keys.
    TextOr(&'static Place),
    /// A map with these keys for each name that the author chooses.
    MapOf(&'static Place),
    /// A list.
    List(&'static Self),
}

use Takes as T;

const fn key(name: &'static str, takes: Takes, about: &'static str) -> Key {
    let must = false;
    Key {
        name,
        takes,
        must,
        about,
    }
}

/// The whole file.
pub(super) const ESTATE: Place = Place {
    name: "estate",
    about: "Who owns what: the non-human identities of an organisation, and what hangs on each.",
    keys: &[
        Key {
            name: "estate",
            takes: T::Version,
            must: true,
            about: "The version of the form: 1.",
        },
        key(
            "teams",
            T::MapOf(&TEAM),
            "Teams that own identities, by name.",
        ),
        key(
            "identities",
            T::MapOf(&IDENTITY),
            "The identities, by name.",
        ),
    ],
    one_of: &[],
};

const TEAM: Place = Place {
    name: "team",
    about: "A team.",
    keys: &[key("contact", T::Text, "How it is reached.")],
    one_of: &[],
};

pub(super) const IDENTITY: Place = Place {
    name: "identity",
    about: "An agent, a workload, a service account, an app, a bot or a pipeline.",
    keys: &[
        Key {
            name: "kind",
            takes: T::Word(&SORTS),
            must: true,
            about: "What sort of thing it is.",
        },
        key("summary", T::Text, "What it is for, in a line."),
        key(
            "owner",
            T::Map(&OWNER),
            "Who answers for it; where nothing is said, whatever cuts it is a tier higher.",
        ),
        key(
            "environment",
            T::Word(&ENVIRONMENTS),
            "Where it runs; in production whatever cuts it is of tier 2 at least.",
        ),
        key(
            "criticality",
            T::Word(&CRITICALITIES),
            "How much hangs on it: high is of tier 2 at least, critical of tier 3.",
        ),
        key(
            "protected",
            T::Truth,
            "Whether it is cut only by the code of an exact plan.",
        ),
        key(
            "credentials",
            T::List(&T::TextOr(&CREDENTIAL)),
            "What proves it, wherever that is accepted: a canonical name, or a map.",
        ),
        key(
            "runs_as",
            T::List(&T::Locator),
            "The principals that it is, at whatever provider.",
        ),
        key(
            "uses",
            T::List(&T::Use),
            "What it works with: other identities, tools, stores, secrets.",
        ),
        key(
            "delegates_to",
            T::List(&T::Name),
            "The identities that act on its behalf.",
        ),
        key(
            "shared_with",
            T::List(&T::Name),
            "Other identities that use all of its credentials too.",
        ),
        key(
            "consumers",
            T::List(&T::TextOr(&CONSUMER)),
            "Who depends on it; an empty list says that nobody does, and where nothing is said, whatever cuts it is a tier higher.",
        ),
        key("replaced_by", T::Name, "The identity that takes its place."),
    ],
    one_of: &[],
};

pub(super) const OWNER: Place = Place {
    name: "owner",
    about: "A person or a team.",
    keys: &[
        key("person", T::Text, "A person, as contain.yaml names them."),
        key("team", T::Text, "A team."),
        key(
            "contact",
            T::Text,
            "How they are reached; otherwise as contain.yaml or `teams` says.",
        ),
    ],
    one_of: &["person", "team"],
};

pub(super) const CREDENTIAL: Place = Place {
    name: "credential",
    about: "One credential.",
    keys: &[
        Key {
            name: "what",
            takes: T::Locator,
            must: true,
            about: "Its canonical name.",
        },
        key(
            "stored_in",
            T::List(&T::Locator),
            "The places where its secret lies: who reads one of them holds it.",
        ),
        key(
            "shared_with",
            T::List(&T::Name),
            "Other identities that use it too.",
        ),
    ],
    one_of: &[],
};

pub(super) const CONSUMER: Place = Place {
    name: "consumer",
    about: "Something that stops working with the identity.",
    keys: &[
        Key {
            name: "name",
            takes: T::Text,
            must: true,
            about: "What it is called.",
        },
        key("contact", T::Text, "Whom to tell."),
    ],
    one_of: &[],
};

pub(super) const TEAMS: &Place = &TEAM;

/// The words of environments.
pub(super) const ENVIRONMENTS: [&str; 5] =
    ["sandbox", "development", "test", "staging", "production"];
/// The words of criticality.
pub(super) const CRITICALITIES: [&str; 4] = ["low", "medium", "high", "critical"];
