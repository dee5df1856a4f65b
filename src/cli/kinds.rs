//! What a text that names nothing was probably meant to name: kinds of one provider, and what they look like.
//!
//! Never repeats what may be a secret.

use super::failure::{Failure, exit};
use crate::domain::{KindId, nearest};
use crate::provider::{Catalogue, Provider};

/// How many examples are shown.
const SHOWN: usize = 3;

/// The provider that a text begins with, or the one whose name is nearest to that.
fn provider<'c>(catalogue: &'c Catalogue, typed: &str) -> Option<&'c dyn Provider> {
    let name = typed.split([':', '/']).next().unwrap_or_default();
    let names = catalogue.providers().map(|one| one.name());
    let found = catalogue.provider(name);
    let found = found.or_else(|| catalogue.provider(nearest(name, names)?));
    found.map(AsRef::as_ref)
}

/// How things are written that can be subjects: of the provider that was meant, as far as that can be told.
pub(super) fn form(catalogue: &Catalogue, typed: &str) -> String {
    match provider(catalogue, typed) {
        Some(aws) if aws.name() == "aws" => {
            "write it as aws:access-key/AKIA..., aws:user/NAME or aws:role/NAME".to_owned()
        }
        Some(provider) => {
            let is_cut = |id: &KindId| {
                let mut actions = provider.actions().iter();
                actions.any(|spec| spec.on == *id && spec.cut().is_some())
            };
            let kinds = provider.kinds().iter().map(|kind| &kind.id);
            let kinds = kinds.filter(|id| is_cut(id)).take(SHOWN);
            format!("write it as {}", examples(kinds))
        }
        None => "write it as PROVIDER:KIND/ID, e.g. aws:access-key/AKIA... or aws:user/NAME; contain provider list tells the kinds".to_owned(),
    }
}

/// What things of these kinds look like: `acme:key/ID or acme:user/ID`.
pub(super) fn examples<'k>(kinds: impl Iterator<Item = &'k KindId>) -> String {
    let all: Vec<String> = kinds.map(|kind| format!("{kind}/ID")).collect();
    all.join(" or ")
}

/// The kinds of a provider, as they are written.
fn spelt(provider: &dyn Provider) -> Vec<String> {
    let kinds = provider.kinds().iter();
    kinds.map(|kind| kind.id.to_string()).collect()
}

/// That there is no such kind; the kinds of the provider that was meant.
pub(super) fn unknown(catalogue: &Catalogue, kind: &KindId) -> Box<Failure> {
    let known = kind.to_string();
    let message = format!("there is no kind `{known}`");
    let failure = Failure::new(exit::USAGE, "unknown-locator", message);
    let all: Vec<String> = match catalogue.provider(kind.provider()) {
        Some(provider) => spelt(provider.as_ref()),
        None => catalogue.kinds().map(|kind| kind.id.to_string()).collect(),
    };
    let near = nearest(&known, all.iter().map(String::as_str));
    let failure = match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    };
    Box::new(match provider(catalogue, near.unwrap_or(&known)) {
        Some(meant) => failure.hint(format!(
            "kinds of {}: {}",
            meant.name(),
            spelt(meant).join(", ")
        )),
        None => {
            let names: Vec<&str> = catalogue.providers().map(|one| one.name()).collect();
            failure.hint(format!("providers: {}", names.join(", ")))
        }
    })
}
