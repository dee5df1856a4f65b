//! Settings, hosts, ways to authenticate, account: whether what requests stand on is there and of the right sort.
//!
//! Never looks at a request's own parts; see `request`.

use super::super::model::{Is, SECRET, Setting};
use super::super::scheme::{Client, Scheme};
use super::request::{Role, check};
use super::{ALWAYS, Lint};
use crate::playbook::Problem;

/// The settings, and the hosts that are made of them.
pub(super) fn settings(lint: &mut Lint<'_>) {
    for (name, setting) in &lint.file.configuration {
        let path = format!("/configuration/{name}");
        if setting.is.is_by_reference() && setting.default.is_some() {
            let message = "what is named by reference has no default";
            lint.add("secret", &format!("{path}/default"), message);
        }
        let taken = match name.as_str() {
            "private" | "hosts" | "own" => "what every pack can be told",
            SECRET => "the credential itself",
            _ => continue,
        };
        lint.add("name", &format!("{path}#"), format!("`{name}` is {taken}"));
    }
    let texts = lint.file.configuration.iter();
    let texts = texts.filter(|(_, setting)| !setting.is.is_by_reference());
    let texts: Vec<&str> = texts.map(|(name, _)| name.as_str()).collect();
    for (name, host) in &lint.file.hosts {
        let path = format!("/hosts/{name}");
        lint.template(&path, host, &texts);
        let is_setting = host.source.starts_with("${") && host.source.ends_with('}');
        if !is_setting && !host.head().starts_with("https://") {
            let message = "a host is https://…, or a setting that is an address";
            lint.add("value", &path, message);
        }
    }
}

/// How requests prove who we are, which account it is, and who we are in it.
pub(super) fn access(lint: &mut Lint<'_>) {
    let file = lint.file;
    for (name, scheme) in &file.authentication {
        let path = format!("/authentication/{name}");
        needs(lint, &path, scheme);
        if let Some(client) = &scheme.client_credentials {
            self::client(lint, &format!("{path}/client_credentials"), client);
        }
        if let Some(account) = &scheme.service_account {
            let path = format!("{path}/service_account");
            let said = [
                ("post", Some(&account.post)),
                ("scope", Some(&account.scope)),
            ];
            endpoint(lint, &path, account.host.as_ref(), &said);
            endpoint(
                lint,
                &path,
                None,
                &[("audience", account.audience.as_ref())],
            );
        }
    }
    for (host, setting) in &file.trust {
        let path = format!("/trust/{host}");
        let hosts = file.hosts.keys();
        lint.named("unknown-host", &format!("{path}#"), host, "host", hosts);
        setting_named(lint, &path, setting, Is::Certificate);
    }
    super::request::headers(lint, "", &file.headers);
    for (name, value) in &file.headers {
        lint.template(&format!("/headers/{name}"), value, &ALWAYS);
    }
    if let Some(host) = &file.account.host {
        let hosts = file.hosts.keys();
        lint.named("unknown-host", "/account/host", host, "host", hosts);
    }
    if let Some(request) = &file.account.ask {
        let after = check(lint, "/account/ask", request, Role::Ask, &ALWAYS);
        match &file.account.id {
            Some(id) => lint.expr("/account/id", id, &after.names()),
            None => {
                let message = "an account that is asked for has no `id`";
                lint.add("missing-key", "/account", message);
            }
        }
    }
    for (at, who) in file.whoami.iter().enumerate() {
        let path = format!("/whoami/{at}");
        let mut names = ALWAYS.to_vec();
        names.push("signer");
        if let Some(when) = &who.when {
            lint.expr(&format!("{path}/when"), when, &names);
        }
        let after = lint.all(&format!("{path}/ask"), &who.ask, &names);
        lint.found(&format!("{path}/is"), &who.is, &after.names());
    }
}

/// The settings that a scheme needs are there, and of the right sort.
fn needs(lint: &mut Lint<'_>, path: &str, scheme: &Scheme) {
    for need in scheme.needs() {
        let at = format!("{path}/{}", need.at);
        match (need.setting, need.is) {
            (SECRET, Is::Secret) if scheme.client_credentials.is_none() => {}
            _ => setting_named(lint, &at, need.setting, need.is),
        }
    }
}

/// A setting of this sort; an address is a text as well.
fn setting_named(lint: &mut Lint<'_>, path: &str, name: &str, wanted: Is) {
    let fits = |setting: &Setting| match wanted {
        Is::Text | Is::Url => matches!(setting.is, Is::Text | Is::Url),
        Is::Secret => setting.is == Is::Secret,
        Is::Certificate => setting.is == Is::Certificate,
    };
    let sort = match wanted {
        Is::Text | Is::Url => "text setting",
        Is::Secret => "secret setting",
        Is::Certificate => "certificate setting",
    };
    let all = lint.file.configuration.iter();
    let names: Vec<&String> = all
        .filter(|(_, setting)| fits(setting))
        .map(|(name, _)| name)
        .collect();
    lint.named("unknown-setting", path, name, sort, names);
}

type Said<'a> = (&'static str, Option<&'a super::Template>);

/// Where a token is asked for, and what is asked for.
fn endpoint(lint: &mut Lint<'_>, path: &str, host: Option<&String>, said: &[Said<'_>]) {
    let file = lint.file;
    if let Some(host) = host {
        let hosts = file.hosts.keys();
        lint.named("unknown-host", &format!("{path}/host"), host, "host", hosts);
    }
    for (key, template) in said {
        let Some(template) = template else { continue };
        let at = format!("{path}/{key}");
        lint.template(&at, template, &ALWAYS);
        let is_path = template.head().starts_with('/') && !template.source.contains(['?', '#']);
        if *key == "post" && !is_path {
            lint.add("value", &at, "a path begins with / and has no query");
        }
        if *key == "post" {
            super::request::parts(lint, &at, template);
        }
    }
}

fn client(lint: &mut Lint<'_>, path: &str, client: &Client) {
    let said = [
        ("post", Some(&client.post)),
        ("scope", client.scope.as_ref()),
        ("audience", client.audience.as_ref()),
    ];
    endpoint(lint, path, client.host.as_ref(), &said);
    let signs = [
        ("key_id", client.key_id.is_some()),
        ("certificate", client.certificate.is_some()),
        ("audience", client.audience.is_some()),
    ];
    for (key, _) in signs
        .iter()
        .filter(|(_, is_said)| *is_said && client.key.is_none())
    {
        let at = format!("{path}/{key}");
        let message = format!("`{key}` is for a client that signs with a `key`");
        let problem = Problem::new("misplaced-key", lint.at(&at), message);
        lint.problems.push(problem);
    }
    if client.in_body && client.secret.is_none() {
        let message = "`in_body` is for a client that has a `secret`";
        lint.add("misplaced-key", &format!("{path}/in_body"), message);
    }
}
