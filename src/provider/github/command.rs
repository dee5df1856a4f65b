//! The command lines of the actions: what a person would type instead, into the vendor's `gh` where our own authority does
//! it, else into curl. A credential comes from the environment and stands in no argument.
//!
//! Never lets anything of a call be more than text to a shell.

use super::action::{self, Body, Request, Who};
use super::adapter::Link;
use super::id::Id;
use crate::domain::shell::quoted;
use crate::domain::{Call, why};

/// The command lines of a call; none where GitHub's program would do something else.
pub(super) fn commands(link: &Link, call: &Call) -> Vec<String> {
    let noun = call.target.kind().noun();
    let id = Id::read(noun, call.target.id());
    let request = action::of(&call.action).zip(id.as_ref());
    let mut next = request.and_then(|(action, id)| (action.request)(id, call).ok());
    let mut lines = Vec::new();
    while let (Some(id), Some(mut request)) = (&id, next) {
        next = request.then.take().map(|then| *then);
        let Some(line) = line(link, (noun, id), &request) else {
            // Half of what is done is something else.
            return Vec::new();
        };
        lines.push(line);
    }
    lines
}

fn line(link: &Link, (noun, id): (&str, &Id), request: &Request) -> Option<String> {
    let base = link.base().ok()?;
    let body = match &request.body {
        Body::Json(body) => body.to_string(),
        Body::Tokens => "{credentials: [env.LEAKED_TOKEN]}".to_owned(),
        Body::Token => "{access_token: env.LEAKED_TOKEN}".to_owned(),
        Body::Nothing | Body::Sealed => String::new(),
    };
    if body.chars().any(why::repaints) || id.text().contains('\'') {
        return None;
    }
    let method = request.method.word();
    let url = format!("{}{}", base.as_str().trim_end_matches('/'), request.path);
    let (url, body) = (quoted(&url), quoted(&body));
    let curl = format!("curl --fail -sS -X {method}");
    let bearer = |name: &str| {
        format!(
            "printf 'header = \"Authorization: Bearer %s\"\\n' \"${name}\" | {curl} --config - {url}"
        )
    };
    Some(match (request.who, &request.body) {
        (Who::Ours, Body::Sealed) => secret(noun, id)?,
        (Who::Ours | Who::Owner, _) => by_gh(base.host_str().unwrap_or_default(), request, &body),
        (Who::App, _) => bearer("APP_JWT"),
        (Who::Itself, _) => bearer("LEAKED_TOKEN"),
        (Who::Nobody, _) => format!("jq -n {body} | {curl} --json @- {url}"),
        (Who::Client, _) => format!(
            "jq -n {body} | {curl} --json @- --config <(printf 'user = \"{}:%s\"\\n' \"$CLIENT_SECRET\") {url}",
            id.at(0)
        ),
    })
}

fn by_gh(host: &str, request: &Request, body: &str) -> String {
    let host = match host {
        "api.github.com" => String::new(),
        host => format!(" --hostname {}", host.strip_prefix("api.").unwrap_or(host)),
    };
    let call = format!(
        "gh api{host} --method {} {}",
        request.method.word(),
        quoted(&request.path)
    );
    match &request.body {
        Body::Json(_) => format!("printf %s {body} | {call} --input -"),
        Body::Nothing | Body::Tokens | Body::Token | Body::Sealed => call,
    }
}

/// It reads the new value from its standard input. Of an organisation's secret it would have to be told anew who sees it.
fn secret(noun: &str, id: &Id) -> Option<String> {
    let place = format!("--repo {}", quoted(&format!("{}/{}", id.at(0), id.at(1))));
    match noun {
        "repository-secret" => Some(format!("gh secret set {} {place}", quoted(id.at(2)))),
        "environment-secret" => Some(format!(
            "gh secret set {} {place} --env {}",
            quoted(id.at(3)),
            quoted(id.at(2))
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Arg, Clock, Locator, Tag};
    use crate::provider::Provider as _;
    use crate::provider::github::{GitHub, kind};

    #[test]
    fn what_is_typed_does_the_same_and_no_credential_stands_in_it() {
        let github = GitHub::new(None, Clock::wall());
        let typed = |action: &str, noun: &str, id: &str| {
            let spec = github
                .actions()
                .iter()
                .find(|spec| spec.id.to_string() == action);
            let spec = spec.unwrap_or_else(|| unreachable!("{action}"));
            let with = spec.arguments(&crate::domain::Fields::new()).into_iter();
            let call = Call {
                action: spec.id.clone(),
                target: Locator::new(&kind(noun), id, Some("github.com")),
                with: with
                    .map(|(name, arg)| match arg {
                        Arg::Before(_) => (name, Arg::Is("it's".into())),
                        other @ (Arg::Is(_) | Arg::AtCall | Arg::Of(..)) => (name, other),
                    })
                    .collect(),
                secret: None,
                tag: Tag(String::new()),
            };
            github.commands(&call).pop()
        };
        for (action, noun, id, wanted) in [
            (
                "github.delete-deploy-key",
                "deploy-key",
                "acme/app/7",
                Some("gh api --method DELETE /repos/acme/app/keys/7"),
            ),
            (
                "github.disable-repository-webhook",
                "repository-webhook",
                "acme/app/7",
                Some(
                    "printf %s '{\"active\":false}' | gh api --method PATCH /repos/acme/app/hooks/7 --input -",
                ),
            ),
            (
                "github.allow-organization-actions",
                "organization-actions",
                "acme",
                Some(
                    "printf %s '{\"enabled_repositories\":\"it'\\''s\",\"allowed_actions\":\"it'\\''s\"}' | gh api --method PUT /orgs/acme/actions/permissions --input -",
                ),
            ),
            (
                "github.suspend-app-installation",
                "app-installation",
                "7/1",
                Some(
                    "printf 'header = \"Authorization: Bearer %s\"\\n' \"$APP_JWT\" | curl --fail -sS -X PUT --config - https://api.github.com/app/installations/1/suspended",
                ),
            ),
            (
                "github.put-repository-secret",
                "repository-secret",
                "acme/app/NPM",
                Some("gh secret set NPM --repo acme/app"),
            ),
            (
                "github.put-organization-secret",
                "organization-secret",
                "acme/NPM",
                None,
            ),
            (
                "github.delete-deploy-key",
                "deploy-key",
                "acme/app/x'y",
                None,
            ),
        ] {
            assert_eq!(typed(action, noun, id).as_deref(), wanted, "{action}");
        }
    }
}
