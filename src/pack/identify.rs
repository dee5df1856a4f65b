//! Which thing a secret is of: asked with the secret itself, or told from what a list shows of it.
//!
//! Sends a secret to nobody but the vendor whose form it has, and there only where it proves itself.

use serde_json::json;

use super::ask::{ask, list};
use super::budget::Budget;
use super::cel::scalar;
use super::draft::Held;
use super::engine::Handle;
use super::itself::Identify;
use super::model::KindPart;
use super::observe::{account, bare_scope, kind as of_form};
use crate::domain::{Because, KindId, Locator, Secret, Why};

/// Tells whose a secret is.
pub(super) async fn whose(on: &Handle, of: &KindId, secret: &Secret) -> Result<Locator, Why> {
    let noun = of.noun();
    let part = on.file().kinds.get(noun);
    let identify = part.and_then(|part| part.identify.as_ref());
    let identify = identify.ok_or_else(|| {
        let title = part.map_or(noun, |part: &KindPart| part.title.as_str());
        let trace = part.and_then(|part| part.trace.as_ref());
        let trace = trace.map_or_else(String::new, |trace| format!(". {trace}"));
        let text =
            format!("a secret does not tell which {title} it is: name it by its locator{trace}");
        Why::new(Because::NotImplemented, text)
    })?;
    let account = account(on).await?.clone();
    let id = id(on, identify, &account, secret).await?;
    of_form(on, noun, &id)?;
    Ok(Locator::new(of, &id, Some(&account)))
}

async fn id(
    on: &Handle,
    identify: &Identify,
    account: &str,
    secret: &Secret,
) -> Result<String, Why> {
    let mut scope = bare_scope(on);
    scope.set("account", json!(account));
    let budget = Budget::usual(on);
    let held = Held {
        one: Some(secret),
        ..Held::default()
    };
    let missing = || {
        let text = format!("{} knows nothing with this secret", on.title());
        Why::new(Because::Missing, text)
    };
    let Some(hint) = &identify.hint else {
        ask(on, &identify.ask, &mut scope, held, &budget).await?;
        let id = identify.id.value(&scope);
        return id.as_ref().and_then(scalar).ok_or_else(missing);
    };
    let request = identify.ask.first().ok_or_else(missing)?;
    let listed = list(
        on,
        request,
        &mut scope,
        Held::default(),
        usize::MAX,
        &budget,
    )
    .await?;
    let listed = listed.ok_or_else(missing)?;
    if listed.cut.is_some() {
        let text = "the list could not be read to its end";
        return Err(Why::new(Because::Garbled, text));
    }
    let mut found = Vec::new();
    for item in listed.items {
        scope.set("item", item);
        let shown = hint.value(&scope).as_ref().and_then(scalar);
        if shown.is_some_and(|shown| fits(&shown, secret.expose())) {
            found.extend(identify.id.value(&scope).as_ref().and_then(scalar));
        }
    }
    match found.as_slice() {
        [id] => Ok(id.clone()),
        [] => Err(missing()),
        several => {
            let text = format!(
                "what the list shows of it fits {}: {}",
                several.len(),
                several.join(", ")
            );
            Err(Why::new(Because::Ambiguous, text))
        }
    }
}

/// Whether a secret is what a list shows with its middle left out: at least three characters at each end are the same.
fn fits(shown: &str, secret: &str) -> bool {
    const LEAST: usize = 3;
    let left_out = |c: char| matches!(c, '.' | '*' | '\u{2026}');
    let Some((first, rest)) = shown.split_once(left_out) else {
        return false;
    };
    let last = rest.trim_start_matches(left_out);
    first.len() >= LEAST
        && last.len() >= LEAST
        && first.len() + last.len() < secret.len()
        && secret.starts_with(first)
        && secret.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_hint_fits_what_begins_and_ends_alike() {
        let secret = "sk-ant-api03-R2Dxxxxxxxxxxxxxxxigaa";
        for shown in [
            "sk-ant-api03-R2D...igaa",
            "sk-ant-api03-R2D****igaa",
            "sk-ant-api03-R2D\u{2026}gaa",
        ] {
            assert!(fits(shown, secret), "{shown}");
        }
        for shown in [
            "",
            "...",
            "sk-ant-api03-R2D...",
            "...igaa",
            "sk-...aa",
            "sk-ant-api03-R2E...igaa",
            secret,
        ] {
            assert!(!fits(shown, secret), "{shown}");
        }
    }
}
