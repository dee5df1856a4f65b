//! Every request that a pack can send, as its file has it: what a vendor's own description is held against.
//!
//! Never sends one.

use serde_json::Value;

use super::Pack;
use super::model::{Named, Request};

/// One request of a pack.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Where it stands: `kinds/token/look`, `actions/revoke-token`.
    pub place: String,
    /// The host that it goes to, by its name in the pack; none where it is the first.
    pub host: Option<&'a str>,
    /// The method.
    pub method: &'static str,
    /// The path, with `${…}` where values stand.
    pub path: &'a str,
    /// The parameters of its query, that of the next page among them.
    pub query: Vec<&'a str>,
    /// Its JSON body, with `${…}` where values stand.
    pub json: Option<&'a Value>,
    /// The fields of its form.
    pub form: Vec<&'a str>,
}

impl Pack {
    /// Every request of the pack: of its account, kinds and actions.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked<'_>> {
        let mut all = Vec::new();
        let file = &self.file;
        all.extend(file.account.ask.iter().map(|ask| ("account".into(), ask)));
        let who = file.whoami.iter().flat_map(|who| &who.ask);
        all.extend(who.map(|ask| ("whoami".to_owned(), ask)));
        for (noun, kind) in &file.kinds {
            let at = |key: &str| format!("kinds/{noun}/{key}");
            let look = kind.look.iter();
            let look = look.flat_map(|look| look.ask.iter().chain(&look.itself));
            all.extend(look.map(|ask| (at("look"), ask)));
            let resolve = kind.resolve.iter().flat_map(|resolve| &resolve.ask);
            all.extend(resolve.map(|ask| (at("resolve"), ask)));
            let identify = kind.identify.iter().flat_map(|identify| &identify.ask);
            all.extend(identify.map(|ask| (at("identify"), ask)));
            for (key, rows) in [
                ("reach", &kind.reach),
                ("credentials", &kind.credentials),
                ("permissions", &kind.permissions),
            ] {
                for row in rows {
                    let both = row.through.iter().chain([&row.ask]);
                    all.extend(both.map(|ask| (at(key), ask)));
                }
            }
            let activity = kind.activity.iter().map(|activity| &activity.ask);
            all.extend(activity.map(|ask| (at("activity"), ask)));
            all.extend(kind.probe.iter().map(|ask| (at("probe"), ask)));
        }
        for (name, action) in &file.actions {
            let find = action.made.iter().filter_map(|made| made.find.as_ref());
            let every = action.look_up.iter().chain(find).chain([&action.request]);
            let itself = action.itself.iter();
            let itself = itself.flat_map(|one| one.look_up.iter().chain([&one.request]));
            let every = every.chain(itself);
            all.extend(every.map(|ask| (format!("actions/{name}"), ask)));
        }
        let told = all.into_iter();
        told.filter_map(|(place, request)| asked(place, request))
            .collect()
    }
}

fn asked(place: String, request: &Request) -> Option<Asked<'_>> {
    let (method, path) = request.line()?;
    let form: Vec<&str> = request
        .form
        .iter()
        .flat_map(Named::keys)
        .map(String::as_str)
        .collect();
    let mut query: Vec<&str> = request.query.keys().map(String::as_str).collect();
    let has_body = request.json.is_some() || request.form.is_some();
    let turn = request
        .pages
        .as_ref()
        .and_then(|pages| pages.parameter.as_deref());
    query.extend(turn.filter(|_| !has_body));
    Some(Asked {
        place,
        host: request.host.as_deref(),
        method,
        path: &path.source,
        query,
        json: request.json.as_ref(),
        form,
    })
}
