//! Questions: requests in order, page after page, until what is wanted is found.
//!
//! Sends only what is declared as a read, on whatever handle. A list that was not read to its end says so.

use std::collections::BTreeSet;

use reqwest::Url;
use serde_json::Value;

use super::answer::{self, Told};
use super::cel::{Expr, Scope, scalar};
use super::engine::Handle;
use super::model::{By, Pages, Request};
use super::place;
use super::wire::{self, Answered, Failed, Held};
use crate::domain::{Because, Why};

/// The most pages, where neither pack nor question says.
const PAGES: usize = 100;
/// The most elements of a list that are kept.
const ITEMS: usize = 20_000;

/// What a list gave.
pub(super) struct Listed {
    /// The elements that count.
    pub(super) items: Vec<Value>,
    /// Whether more pages were left unread.
    pub(super) is_cut: bool,
}

/// Asks one request after the other; each answer stands in the scope for the next.
pub(super) async fn ask(
    on: &Handle,
    requests: &[Request],
    scope: &mut Scope,
    held: Held<'_>,
) -> Result<Told, Why> {
    for request in requests {
        if let Told::Gone = one(on, request, scope, held).await? {
            return Ok(Told::Gone);
        }
    }
    Ok(Told::Found)
}

async fn one(
    on: &Handle,
    request: &Request,
    scope: &mut Scope,
    held: Held<'_>,
) -> Result<Told, Why> {
    declared(request)?;
    if request.each.is_none() {
        let answered = wire::send(on, request, scope, held, None, None)
            .await
            .map_err(Failed::why)?;
        answer::show(scope, &answered);
        let told = answer::told(on, request, &answered, scope)?;
        if let (Told::Found, Some(name)) = (&told, &request.name) {
            scope.set(name, answered.body);
        }
        return Ok(told);
    }
    let Some(listed) = list(on, request, scope, held, PAGES).await? else {
        return Ok(Told::Gone);
    };
    let name = request.name.as_deref();
    match (&request.pick, listed) {
        (Some(pick), listed) => {
            let is_cut = listed.is_cut;
            let mut found = None;
            for item in listed.items {
                scope.set("item", item.clone());
                if truth(on, pick, scope)? {
                    found = Some(item);
                    break;
                }
            }
            match found {
                Some(item) => {
                    scope.set(name.unwrap_or("item"), item);
                    Ok(Told::Found)
                }
                None if is_cut => Err(Why::new(
                    Because::Garbled,
                    "the list is longer than what is read of it",
                )),
                None => Ok(Told::Gone),
            }
        }
        (None, listed) if listed.is_cut => Err(Why::new(
            Because::Garbled,
            "the list is longer than what is read of it",
        )),
        (None, listed) => {
            scope.set(name.unwrap_or("items"), Value::Array(listed.items));
            Ok(Told::Found)
        }
    }
}

/// A question is only asked in the form of a read.
fn declared(request: &Request) -> Result<(), Why> {
    if request.is_read() {
        return Ok(());
    }
    let text = "the request is not declared as a read, and stands where only reads may";
    Err(Why::new(Because::Forbidden, text))
}

/// Reads a list, page after page; nothing where the vendor says that what holds it is gone.
pub(super) async fn list(
    on: &Handle,
    request: &Request,
    scope: &mut Scope,
    held: Held<'_>,
    pages: usize,
) -> Result<Option<Listed>, Why> {
    declared(request)?;
    let own = request.pages.as_ref().and_then(|pages| pages.at_most);
    let most = pages.min(own.unwrap_or(PAGES)).max(1);
    let (mut items, mut been) = (Vec::new(), BTreeSet::new());
    let (mut page, mut turn): (Option<Url>, Option<String>) = (None, None);
    for read in 1..=most {
        let parameter = request
            .pages
            .as_ref()
            .and_then(|pages| pages.parameter.as_deref());
        let extra = parameter.zip(turn.as_deref());
        let answered = wire::send(on, request, scope, held, page.as_ref(), extra)
            .await
            .map_err(Failed::why)?;
        answer::show(scope, &answered);
        if let Told::Gone = answer::told(on, request, &answered, scope)? {
            return match read {
                1 => Ok(None),
                _ => Err(Why::new(Because::Garbled, "a page of the list is missing")),
            };
        }
        items.extend(elements(on, request, scope)?);
        if items.len() > ITEMS {
            items.truncate(ITEMS);
            return Ok(Some(Listed {
                items,
                is_cut: true,
            }));
        }
        let Some(next) = next(request.pages.as_ref(), &answered, scope)? else {
            return Ok(Some(Listed {
                items,
                is_cut: false,
            }));
        };
        let mark = match &next {
            Next::Page(url) => url.to_string(),
            Next::Turn(value) => value.clone(),
        };
        if !been.insert(mark) {
            let text = format!("{} leads in a circle from page to page", on.title());
            return Err(Why::new(Because::Garbled, text));
        }
        (page, turn) = match next {
            Next::Page(url) => (Some(url), None),
            Next::Turn(value) => (None, Some(value)),
        };
    }
    Ok(Some(Listed {
        items,
        is_cut: true,
    }))
}

/// The elements of one page that count.
fn elements(on: &Handle, request: &Request, scope: &mut Scope) -> Result<Vec<Value>, Why> {
    let found = match &request.each {
        Some(each) => each.value(scope),
        None => scope.get("body").cloned(),
    };
    let Some(Value::Array(mut found)) = found else {
        let text = format!("{} answered no list where one belongs", on.title());
        return Err(Why::new(Because::Garbled, text));
    };
    if let Some(only) = &request.only {
        let mut kept = Vec::with_capacity(found.len());
        for item in found {
            scope.set("item", item.clone());
            if truth(on, only, scope)? {
                kept.push(item);
            }
        }
        found = kept;
    }
    Ok(found)
}

/// Whether something holds of an element; one of which that cannot be told is not of the form that belongs there.
fn truth(on: &Handle, of: &Expr, scope: &Scope) -> Result<bool, Why> {
    match of.value(scope) {
        Some(Value::Bool(truth)) => Ok(truth),
        _ => {
            let text = format!(
                "{} lists something of another form than belongs there",
                on.title()
            );
            Err(Why::new(Because::Garbled, text))
        }
    }
}

enum Next {
    Page(Url),
    Turn(String),
}

fn next(pages: Option<&Pages>, answered: &Answered, scope: &Scope) -> Result<Option<Next>, Why> {
    let Some(pages) = pages else {
        return Ok(None);
    };
    let said = || {
        // An answer that does not say whether more follows is not taken for the last one.
        let value = pages.next.as_ref().and_then(|next| next.value(scope));
        match value {
            Some(Value::Null) => Ok(None),
            Some(value) => Ok(scalar(&value).filter(|text| !text.is_empty())),
            None => {
                let text = "the answer does not say whether another page follows";
                Err(Why::new(Because::Garbled, text))
            }
        }
    };
    match pages.by {
        By::Link => match answered.headers.get("link").and_then(|link| linked(link)) {
            Some(url) => place::next_page(&answered.url, url).map(|url| Some(Next::Page(url))),
            None => Ok(None),
        },
        By::Url => match said()? {
            Some(url) => place::next_page(&answered.url, &url).map(|url| Some(Next::Page(url))),
            None => Ok(None),
        },
        By::Parameter => Ok(said()?.map(Next::Turn)),
    }
}

/// The address with `rel="next"` of a `Link` header (RFC 8288).
fn linked(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (url, after) = after.split_once('>')?;
        let (said, further) = match after.find(",<").or_else(|| after.find(", <")) {
            Some(at) => after.split_at(at),
            None => (after, ""),
        };
        let is_next = said.split(';').any(|part| {
            let part = part.trim().trim_end_matches(',');
            part.strip_prefix("rel=")
                .is_some_and(|rel| rel.trim_matches('"').split(' ').any(|rel| rel == "next"))
        });
        if is_next {
            return Some(url);
        }
        rest = further;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_one_that_is_called_next() {
        for (header, wanted) in [
            (
                "<https://a/x?after=1>; rel=\"next\"",
                Some("https://a/x?after=1"),
            ),
            (
                "<https://a/x>; rel=\"self\", <https://a/x?after=2,3>; rel=\"next\"",
                Some("https://a/x?after=2,3"),
            ),
            ("<https://a/x>; rel=next", Some("https://a/x")),
            ("<https://a/x>; rel=\"prev next\"", Some("https://a/x")),
            ("<https://a/x>; rel=\"self\"", None),
            ("<https://a/x", None),
            ("", None),
        ] {
            assert_eq!(linked(header), wanted, "{header}");
        }
    }
}
