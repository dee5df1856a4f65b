//! How each kind is looked at: the request for the one thing, the list that it stands in, and what of the answer is a fact.
//!
//! Pure data. Never asks.

use serde_json::Value;

use super::action::{Request, Who};
use super::id::Id;

/// What asks for a list, and the member of the answer that is the list.
type List = (fn(&Id) -> Request, Option<&'static str>);

/// How one kind is looked at.
pub(super) struct Look {
    pub(super) noun: &'static str,
    /// Asks for the one thing.
    pub(super) one: Option<fn(&Id) -> Request>,
    /// The list that it stands in, and the member of the answer that is the list.
    pub(super) list: Option<List>,
    /// Whether an answer, or an element of the list, is it.
    pub(super) is: fn(&Id, &Value) -> bool,
    /// Its facts: the name here, and where it stands in the answer.
    pub(super) facts: &'static [(&'static str, &'static str)],
}

fn last_number(id: &Id, item: &Value, place: usize) -> bool {
    item.get("id")
        .and_then(Value::as_u64)
        .map(|id| id.to_string())
        .as_deref()
        == Some(id.at(place))
}

fn named(item: &Value, member: &str, wanted: &str) -> bool {
    let name = item.get(member).and_then(Value::as_str);
    name.is_some_and(|name| name.eq_ignore_ascii_case(wanted))
}

const KEY: &[(&str, &str)] = &[
    ("title", "/title"),
    ("created", "/created_at"),
    ("last_used", "/last_used"),
    ("read_only", "/read_only"),
    ("added_by", "/added_by"),
];
const HOOK: &[(&str, &str)] = &[
    ("active", "/active"),
    ("events", "/events"),
    ("created", "/created_at"),
    ("updated", "/updated_at"),
];
const RUNNER: &[(&str, &str)] = &[
    ("name", "/name"),
    ("os", "/os"),
    ("busy", "/busy"),
    ("state", "/status"),
];
const SECRET: &[(&str, &str)] = &[
    ("created", "/created_at"),
    ("updated", "/updated_at"),
    ("visibility", "/visibility"),
];

/// All of them.
pub(super) const LOOKS: &[Look] = &[
    Look {
        noun: "app",
        one: Some(|_| Request::get(&["app"]).by(Who::App)),
        list: None,
        is: |id, item| last_number(id, item, 0),
        facts: &[
            ("name", "/name"),
            ("slug", "/slug"),
            ("owner", "/owner/login"),
            ("installations", "/installations_count"),
            ("created", "/created_at"),
        ],
    },
    Look {
        noun: "app-installation",
        one: Some(|id| Request::get(&["app", "installations", id.at(1)]).by(Who::App)),
        list: Some((
            |_| Request::get(&["app", "installations"]).by(Who::App),
            None,
        )),
        is: |id, item| last_number(id, item, 1),
        facts: &[
            ("owner", "/account/login"),
            ("app", "/app_slug"),
            ("repositories", "/repository_selection"),
            ("created", "/created_at"),
            ("updated", "/updated_at"),
        ],
    },
    Look {
        noun: "token-grant",
        one: None,
        list: Some((
            |id| Request::get(&["orgs", id.at(0), "personal-access-tokens"]),
            None,
        )),
        is: |id, item| last_number(id, item, 1),
        facts: &[
            ("name", "/token_name"),
            ("owner", "/owner/login"),
            ("created", "/access_granted_at"),
            ("expires", "/token_expires_at"),
            ("last_used", "/token_last_used_at"),
            ("repositories", "/repository_selection"),
        ],
    },
    Look {
        noun: "credential-authorization",
        one: None,
        list: Some((
            |id| Request::get(&["orgs", id.at(0), "credential-authorizations"]),
            None,
        )),
        is: |id, item| {
            item.get("credential_id")
                .and_then(Value::as_u64)
                .map(|id| id.to_string())
                .as_deref()
                == Some(id.at(1))
        },
        facts: &[
            ("owner", "/login"),
            ("type", "/credential_type"),
            ("created", "/credential_authorized_at"),
            ("last_used", "/credential_accessed_at"),
            ("expires", "/authorized_credential_expires_at"),
            ("scopes", "/scopes"),
        ],
    },
    Look {
        noun: "deploy-key",
        one: Some(|id| Request::get(&["repos", id.at(0), id.at(1), "keys", id.at(2)])),
        list: Some((
            |id| Request::get(&["repos", id.at(0), id.at(1), "keys"]),
            None,
        )),
        is: |id, item| last_number(id, item, 2),
        facts: KEY,
    },
    Look {
        noun: "ssh-key",
        one: Some(|id| Request::get(&["user", "keys", id.at(1)]).by(Who::Owner)),
        list: Some((|_| Request::get(&["user", "keys"]).by(Who::Owner), None)),
        is: |id, item| last_number(id, item, 1),
        facts: KEY,
    },
    Look {
        noun: "repository-webhook",
        one: Some(|id| Request::get(&["repos", id.at(0), id.at(1), "hooks", id.at(2)])),
        list: Some((
            |id| Request::get(&["repos", id.at(0), id.at(1), "hooks"]),
            None,
        )),
        is: |id, item| last_number(id, item, 2),
        facts: HOOK,
    },
    Look {
        noun: "organization-webhook",
        one: Some(|id| Request::get(&["orgs", id.at(0), "hooks", id.at(1)])),
        list: Some((|id| Request::get(&["orgs", id.at(0), "hooks"]), None)),
        is: |id, item| last_number(id, item, 1),
        facts: HOOK,
    },
    Look {
        noun: "repository-runner",
        one: Some(|id| {
            Request::get(&["repos", id.at(0), id.at(1), "actions", "runners", id.at(2)])
        }),
        list: Some((
            |id| Request::get(&["repos", id.at(0), id.at(1), "actions", "runners"]),
            Some("runners"),
        )),
        is: |id, item| last_number(id, item, 2),
        facts: RUNNER,
    },
    Look {
        noun: "organization-runner",
        one: Some(|id| Request::get(&["orgs", id.at(0), "actions", "runners", id.at(1)])),
        list: Some((
            |id| Request::get(&["orgs", id.at(0), "actions", "runners"]),
            Some("runners"),
        )),
        is: |id, item| last_number(id, item, 1),
        facts: RUNNER,
    },
    Look {
        noun: "workflow-run",
        one: Some(|id| Request::get(&["repos", id.at(0), id.at(1), "actions", "runs", id.at(2)])),
        list: None,
        is: |id, item| last_number(id, item, 2),
        facts: &[
            ("name", "/name"),
            ("state", "/status"),
            ("conclusion", "/conclusion"),
            ("event", "/event"),
            ("actor", "/triggering_actor/login"),
            ("branch", "/head_branch"),
            ("attempt", "/run_attempt"),
            ("created", "/created_at"),
        ],
    },
    Look {
        noun: "workflow",
        one: Some(|id| {
            Request::get(&[
                "repos",
                id.at(0),
                id.at(1),
                "actions",
                "workflows",
                id.at(2),
            ])
        }),
        list: Some((
            |id| Request::get(&["repos", id.at(0), id.at(1), "actions", "workflows"]),
            Some("workflows"),
        )),
        is: |id, item| last_number(id, item, 2),
        facts: &[
            ("name", "/name"),
            ("path", "/path"),
            ("state", "/state"),
            ("created", "/created_at"),
            ("updated", "/updated_at"),
        ],
    },
    Look {
        noun: "repository-actions",
        one: Some(|id| Request::get(&["repos", id.at(0), id.at(1), "actions", "permissions"])),
        list: None,
        is: |_, item| item.get("enabled").is_some_and(Value::is_boolean),
        facts: &[
            ("enabled", "/enabled"),
            ("allowed_actions", "/allowed_actions"),
        ],
    },
    Look {
        noun: "organization-actions",
        one: Some(|id| Request::get(&["orgs", id.at(0), "actions", "permissions"])),
        list: None,
        is: |_, item| {
            item.get("enabled_repositories")
                .is_some_and(Value::is_string)
        },
        facts: &[
            ("enabled_repositories", "/enabled_repositories"),
            ("allowed_actions", "/allowed_actions"),
        ],
    },
    Look {
        noun: "repository-secret",
        one: Some(|id| {
            Request::get(&["repos", id.at(0), id.at(1), "actions", "secrets", id.at(2)])
        }),
        list: Some((
            |id| Request::get(&["repos", id.at(0), id.at(1), "actions", "secrets"]),
            Some("secrets"),
        )),
        is: |id, item| named(item, "name", id.at(2)),
        facts: SECRET,
    },
    Look {
        noun: "environment-secret",
        one: Some(|id| {
            Request::get(&[
                "repos",
                id.at(0),
                id.at(1),
                "environments",
                id.at(2),
                "secrets",
                id.at(3),
            ])
        }),
        list: Some((
            |id| {
                Request::get(&[
                    "repos",
                    id.at(0),
                    id.at(1),
                    "environments",
                    id.at(2),
                    "secrets",
                ])
            },
            Some("secrets"),
        )),
        is: |id, item| named(item, "name", id.at(3)),
        facts: SECRET,
    },
    Look {
        noun: "organization-secret",
        one: Some(|id| Request::get(&["orgs", id.at(0), "actions", "secrets", id.at(1)])),
        list: Some((
            |id| Request::get(&["orgs", id.at(0), "actions", "secrets"]),
            Some("secrets"),
        )),
        is: |id, item| named(item, "name", id.at(1)),
        facts: SECRET,
    },
    Look {
        noun: "outside-collaborator",
        one: None,
        list: Some((
            |id| Request::get(&["orgs", id.at(0), "outside_collaborators"]),
            None,
        )),
        is: |id, item| named(item, "login", id.at(1)),
        facts: &[("user_id", "/id"), ("type", "/type")],
    },
    Look {
        noun: "user",
        one: Some(|id| Request::get(&["users", id.at(0)])),
        list: None,
        is: |id, item| named(item, "login", id.at(0)),
        facts: &[
            ("user_id", "/id"),
            ("type", "/type"),
            ("created", "/created_at"),
        ],
    },
    Look {
        noun: "repository",
        one: Some(|id| Request::get(&["repos", id.at(0), id.at(1)])),
        list: None,
        is: |id, item| named(item, "name", id.at(1)),
        facts: &[
            ("private", "/private"),
            ("archived", "/archived"),
            ("created", "/created_at"),
            ("pushed", "/pushed_at"),
        ],
    },
    Look {
        noun: "organization",
        one: Some(|id| Request::get(&["orgs", id.at(0)])),
        list: None,
        is: |id, item| named(item, "login", id.at(0)),
        facts: &[
            ("created", "/created_at"),
            ("two_factor_required", "/two_factor_requirement_enabled"),
        ],
    },
];
