//! The actions of GitHub, one file each; this is their explicit list.
//!
//! Each declares its `Spec` and the one request that does it, as data. Never sends anything, and holds no secret.

mod shape;

mod allow_organization_actions;
mod cancel_workflow_run;
mod delete_app_installation;
mod delete_deploy_key;
mod delete_ssh_key;
mod disable_organization_webhook;
mod disable_repository_actions;
mod disable_repository_webhook;
mod disable_workflow;
mod enable_organization_webhook;
mod enable_repository_actions;
mod enable_repository_webhook;
mod enable_workflow;
mod put_environment_secret;
mod put_organization_secret;
mod put_repository_secret;
mod remove_credential_authorization;
mod remove_organization_runner;
mod remove_outside_collaborator;
mod remove_repository_runner;
mod rerun_workflow_run;
mod restrict_organization_actions;
mod revoke_installation_token;
mod revoke_oauth_grant;
mod revoke_oauth_token;
mod revoke_token;
mod revoke_token_grant;
mod suspend_app_installation;
mod unsuspend_app_installation;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::id::{Id, segment};
use super::{action, bound, kind, words};
use crate::domain::{ActionId, Call, Spec, Why};

/// One action: what it is, and the request that does it.
pub(super) struct Action {
    /// What it is, in data.
    pub(super) spec: fn() -> Spec,
    /// The request that does it; none, and why, where the call cannot be made as it is.
    pub(super) request: fn(&Id, &Call) -> Result<Request, Why>,
}

/// All of them, each cut before its inverse.
pub(super) const ALL: &[Action] = &[
    revoke_token::ACTION,
    revoke_installation_token::ACTION,
    revoke_oauth_token::ACTION,
    revoke_oauth_grant::ACTION,
    suspend_app_installation::ACTION,
    unsuspend_app_installation::ACTION,
    delete_app_installation::ACTION,
    revoke_token_grant::ACTION,
    remove_credential_authorization::ACTION,
    delete_deploy_key::ACTION,
    delete_ssh_key::ACTION,
    disable_repository_webhook::ACTION,
    enable_repository_webhook::ACTION,
    disable_organization_webhook::ACTION,
    enable_organization_webhook::ACTION,
    remove_repository_runner::ACTION,
    remove_organization_runner::ACTION,
    cancel_workflow_run::ACTION,
    rerun_workflow_run::ACTION,
    disable_workflow::ACTION,
    enable_workflow::ACTION,
    disable_repository_actions::ACTION,
    enable_repository_actions::ACTION,
    restrict_organization_actions::ACTION,
    allow_organization_actions::ACTION,
    put_repository_secret::ACTION,
    put_environment_secret::ACTION,
    put_organization_secret::ACTION,
    remove_outside_collaborator::ACTION,
];

static BY_ID: LazyLock<BTreeMap<ActionId, &Action>> = LazyLock::new(|| {
    ALL.iter()
        .map(|action| ((action.spec)().id, action))
        .collect()
});

/// The action of this id, where GitHub has it.
pub(super) fn of(id: &ActionId) -> Option<&'static Action> {
    BY_ID.get(id).copied()
}

/// Whether an action ends what a user granted an app, with every token of it.
pub(super) fn ends_grant(id: &ActionId) -> bool {
    *id == action("revoke-oauth-grant")
}

/// How something is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Who {
    /// Nobody: the request carries no credential.
    Nobody,
    /// Whoever administers the owner: our app as installed there, else our token.
    Ours,
    /// The user whose token is ours.
    Owner,
    /// The app that the id begins with, by its private key.
    App,
    /// The OAuth app that the id begins with, by its client secret.
    Client,
    /// The credential itself.
    Itself,
}

/// What a request carries.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Body {
    Nothing,
    Json(Value),
    /// `credentials`: the credentials themselves.
    Tokens,
    /// `access_token`: the credential itself.
    Token,
    /// A new secret, sealed for whoever gets it.
    Sealed,
}

/// What of an answer says that it was done.
#[derive(Clone, Copy)]
pub(super) enum Done {
    /// One of these statuses.
    At(&'static [u16]),
    /// This status says that it will be.
    Later(u16),
    /// 200 with the thing as it is now.
    Shown(fn(&Value, &Call) -> bool),
}

/// A request, without any secret.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    /// The path below the API's address, each part of it escaped.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Body,
    pub(super) who: Who,
    pub(super) done: Done,
    /// Whether it changes nothing.
    pub(super) reads: bool,
    /// What follows once it is done, and without which the action is not.
    pub(super) then: Option<Box<Self>>,
}

impl Request {
    fn new(method: Method, parts: &[&str]) -> Self {
        let mut path = String::new();
        for part in parts {
            path.push('/');
            path.push_str(&segment(part));
        }
        Self {
            method,
            path,
            query: Vec::new(),
            body: Body::Nothing,
            who: Who::Ours,
            done: Done::At(&[]),
            reads: method == Method::Get,
            then: None,
        }
    }

    /// A question; it is answered with 200.
    pub(super) fn get(parts: &[&str]) -> Self {
        Self::new(Method::Get, parts).done(&[200])
    }

    pub(super) fn post(parts: &[&str]) -> Self {
        Self::new(Method::Post, parts)
    }

    fn put(parts: &[&str]) -> Self {
        Self::new(Method::Put, parts)
    }

    fn patch(parts: &[&str]) -> Self {
        Self::new(Method::Patch, parts)
    }

    pub(super) fn delete(parts: &[&str]) -> Self {
        Self::new(Method::Delete, parts)
    }

    pub(super) fn by(self, who: Who) -> Self {
        Self { who, ..self }
    }

    pub(super) fn json(self, body: Value) -> Self {
        self.carrying(Body::Json(body))
    }

    pub(super) fn carrying(self, body: Body) -> Self {
        Self { body, ..self }
    }

    pub(super) fn asking(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn done(self, at: &'static [u16]) -> Self {
        Self {
            done: Done::At(at),
            ..self
        }
    }

    fn then(self, next: Self) -> Self {
        Self {
            then: Some(Box::new(next)),
            ..self
        }
    }

    /// A question that is asked in a way that usually changes something.
    pub(super) fn reading(self) -> Self {
        Self {
            reads: true,
            ..self
        }
    }

    pub(super) fn later(self, at: u16) -> Self {
        Self {
            done: Done::Later(at),
            ..self
        }
    }

    fn shown(self, by: fn(&Value, &Call) -> bool) -> Self {
        Self {
            done: Done::Shown(by),
            ..self
        }
    }
}
