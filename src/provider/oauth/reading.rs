//! What hangs on a client or a token, as far as a server tells: no endpoint lists the tokens that were issued.

use serde_json::json;

use super::adapter::Handle;
use super::token::{Said, introspect};
use super::{kind, registration, token};
use crate::domain::{
    Because, Fact, Fields, Found, Locator, NotSeen, Query, ReadKind, Reading, Relation, Why,
};

pub(super) async fn read(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let target = &query.target;
    let not_implemented = || Why::new(Because::NotImplemented, "no standard of OAuth answers that");
    let mut reading = match (query.read, target.kind().noun()) {
        (ReadKind::Reach | ReadKind::Credentials, "client") => of_client(on, target).await?,
        (ReadKind::Reach | ReadKind::Credentials, "token") => of_token(on, target).await?,
        (ReadKind::Permissions | ReadKind::Grants, "client") => permissions(on, target).await?,
        _ => return Err(not_implemented()),
    };
    let wanted = |found: &Found| {
        query.relations.is_empty()
            || found
                .relation
                .is_none_or(|relation| query.relations.contains(&relation))
    };
    reading.found.retain(wanted);
    Ok(reading)
}

fn unlisted(what: String, text: &str) -> NotSeen {
    NotSeen {
        what,
        why: Why::new(Because::Denied, text),
        withholds: true,
    }
}

/// Of the tokens that were given, those that were issued to the client; others nobody lists.
async fn of_client(on: &Handle, target: &Locator) -> Result<Reading, Why> {
    let mut reading = Reading::default();
    for name in on.known().names() {
        let Some(value) = on.known().held(&name) else {
            continue;
        };
        reading.requests += 1;
        if let Said::Active(active, fields) = introspect(on, &value).await? {
            let is_its_own = active.client.as_deref() == Some(target.id());
            on.known().was_active(&name, &value, *active);
            if is_its_own {
                reading.found.push(Found {
                    what: name,
                    relation: Some(Relation::Minted),
                    evidence: "introspection names the client".to_owned(),
                    at: None,
                    fields: [("status".to_owned(), json!("Active"))]
                        .into_iter()
                        .chain(fields)
                        .collect(),
                });
            }
        }
    }
    let is_closed = match registration::look(on, target).await {
        Ok(Fact::Present(fields)) => fields.get("access") == Some(&json!("closed")),
        Ok(Fact::Gone | Fact::Unreadable(_)) | Err(_) => false,
    };
    if !is_closed {
        let text = "no endpoint lists tokens: name those that are known as oauth:token/NAME with --secret oauth:token/NAME=REF, and say providers.oauth.token_lifetime";
        reading.not_seen.push(unlisted(
            format!("tokens that {} was issued", target.id()),
            text,
        ));
    }
    Ok(reading)
}

async fn of_token(on: &Handle, target: &Locator) -> Result<Reading, Why> {
    let mut reading = Reading {
        requests: 1,
        ..Reading::default()
    };
    let fields = match token::look(on, target).await? {
        Fact::Present(fields) => fields,
        Fact::Gone | Fact::Unreadable(_) => Fields::new(),
    };
    if let Some(client) = fields.get("client").and_then(|client| client.as_str()) {
        reading.found.push(Found {
            what: Locator::new(&kind("client"), client, target.account()),
            relation: Some(Relation::Shared),
            evidence: "introspection names the client that it was issued to".to_owned(),
            at: None,
            fields: Fields::new(),
        });
    }
    // A client that acts for itself is given no refresh token (RFC 6749 section 4.4.3). That it does shows a subject that is
    // the client; a server need not tell any (RFC 7662 section 2.2).
    let subject = fields.get("sub");
    if subject.is_none() || subject != fields.get("client") {
        let text =
            "no endpoint lists tokens: name the refresh token of the grant too, where there is one";
        reading.not_seen.push(unlisted(
            format!("other tokens of the grant of {}", target.id()),
            text,
        ));
    }
    Ok(reading)
}

async fn permissions(on: &Handle, target: &Locator) -> Result<Reading, Why> {
    let mut reading = Reading {
        requests: 1,
        ..Reading::default()
    };
    if let Fact::Present(fields) = registration::look(on, target).await? {
        for name in ["scope", "grant_types", "redirect_uris"] {
            let Some(value) = fields.get(name) else {
                continue;
            };
            reading.found.push(Found {
                what: target.clone(),
                relation: None,
                evidence: "the client's registration".to_owned(),
                at: None,
                fields: Fields::from([
                    ("service".to_owned(), json!(name)),
                    ("actions".to_owned(), value.clone()),
                ]),
            });
        }
    }
    Ok(reading)
}
