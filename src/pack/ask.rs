//! Questions: requests in order, page after page, until what is wanted is found.
//!
//! Sends only what is declared as a read, on whatever handle. A list that was not read to its end says so.

use std::collections::{BTreeSet, HashSet};

use reqwest::Url;
use serde_json::Value;

use super::answer::{self, Told};
use super::budget::Budget;
use super::cel::{Expr, Scope, scalar};
use super::draft::Held;
use super::engine::Handle;
use super::model::{By, Pages, Request};
use super::place;
use super::wire::{self, Answered, Failed, Page};
use crate::domain::{Because, Why};

/// The most pages, where neither pack nor question says.
const PAGES: usize = 100;
/// The most elements of a list that are kept.
const ITEMS: usize = 20_000;

/// What a list gave.
pub(super) struct Listed {
    /// The elements that count.
    pub(super) items: Vec<Value>,
    /// Why there may be more of them.
    pub(super) cut: Option<Cut>,
}

/// Why a list was not read to its end.
pub(super) struct Cut {
    pub(super) why: Why,
    /// Whether it was our own limit, rather than what came.
    pub(super) is_ours: bool,
}

fn ours(why: Why) -> Cut {
    Cut { why, is_ours: true }
}

fn theirs(why: Why) -> Cut {
    Cut {
        why,
        is_ours: false,
    }
}

fn longer() -> Why {
    let text = "the list is longer than what is read of it";
    Why::new(Because::Garbled, text)
}

fn missing() -> Why {
    Why::new(Because::Garbled, "a page of the list is missing")
}

/// Asks one request after the other; each answer stands in the scope for the next.
pub(super) async fn ask(
    on: &Handle,
    requests: &[Request],
    scope: &mut Scope,
    held: Held<'_>,
    budget: &Budget,
) -> Result<Told, Why> {
    for request in requests {
        if let Told::Gone = one(on, request, scope, held, budget).await? {
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
    budget: &Budget,
) -> Result<Told, Why> {
    declared(request)?;
    if request.each.is_none() {
        let page = Page {
            within: Some(budget.within(on)?),
            ..Page::default()
        };
        let answered = wire::send(on, request, scope, held, page)
            .await
            .map_err(Failed::why)?;
        budget.spend(answered.size);
        answer::show(scope, &answered);
        let told = answer::told(on, request, &answered, scope)?;
        if let (Told::Found, Some(name)) = (&told, &request.name) {
            scope.set(name, answered.body);
        }
        return Ok(told);
    }
    let Some(listed) = list(on, request, scope, held, PAGES, budget).await? else {
        return Ok(Told::Gone);
    };
    let name = request.name.as_deref();
    let cut = listed.cut.map(|cut| cut.why);
    let Some(pick) = &request.pick else {
        scope.set(name.unwrap_or("items"), Value::Array(listed.items));
        return cut.map_or(Ok(Told::Found), Err);
    };
    let mut items = listed.items.into_iter();
    let Some(found) = picked(on, pick, scope, &mut items)? else {
        return cut.map_or_else(|| missed(on, request, scope), Err);
    };
    for item in items {
        scope.set("item", item.clone());
        // The same one may stand on two pages, where the list moved on between them.
        if item != found && pick.holds(scope) {
            let text = format!("{} lists more than one that fits", on.title());
            return Err(Why::new(Because::Ambiguous, text));
        }
    }
    scope.set("item", found.clone());
    scope.set(name.unwrap_or("item"), found);
    Ok(Told::Found)
}

/// The first element that is the one that is looked for.
fn picked(
    on: &Handle,
    pick: &Expr,
    scope: &mut Scope,
    items: &mut impl Iterator<Item = Value>,
) -> Result<Option<Value>, Why> {
    for item in items {
        scope.set("item", item.clone());
        if truth(on, pick, scope)? {
            return Ok(Some(item));
        }
    }
    Ok(None)
}

/// What it means that a list which was read to its end does not have what was looked for.
fn missed(on: &Handle, request: &Request, scope: &Scope) -> Result<Told, Why> {
    if request
        .gone_if
        .as_ref()
        .is_none_or(|gone| gone.holds(scope))
    {
        return Ok(Told::Gone);
    }
    let text = format!(
        "{} does not list it to us, and it was not seen there before: it may be somebody else's",
        on.title()
    );
    Err(Why::new(Because::Foreign, text))
}

/// A question is only asked in the form of a read.
fn declared(request: &Request) -> Result<(), Why> {
    if request.is_read() {
        return Ok(());
    }
    let text = "the request is not declared as a read, and stands where only reads may";
    Err(Why::new(Because::Forbidden, text))
}

/// Reads a list, page after page; nothing where the vendor says that what holds it is gone. What came before a page that
/// could not be read is kept, with the reason why there may be more.
pub(super) async fn list(
    on: &Handle,
    request: &Request,
    scope: &mut Scope,
    held: Held<'_>,
    pages: usize,
    budget: &Budget,
) -> Result<Option<Listed>, Why> {
    declared(request)?;
    let own = request.pages.as_ref().and_then(|pages| pages.at_most);
    let most = pages.min(own.unwrap_or(PAGES)).max(1);
    let (mut items, mut been) = (Vec::new(), BTreeSet::new());
    let Some(mut next) = page(on, request, scope, held, None, &mut items, budget).await? else {
        return Ok(None);
    };
    for _ in 1..most {
        let at = match next {
            Ok(Some(at)) if items.len() <= ITEMS => at,
            Ok(Some(_)) => break,
            Ok(None) => return Ok(Some(Listed { items, cut: None })),
            Err(cut) => {
                let cut = Some(cut);
                return Ok(Some(Listed { items, cut }));
            }
        };
        let mark = match &at {
            Next::Page(url) => url.to_string(),
            Next::Turn(value) => value.clone(),
        };
        if !been.insert(mark) {
            let text = format!("{} leads in a circle from page to page", on.title());
            let cut = Some(theirs(Why::new(Because::Garbled, text)));
            return Ok(Some(Listed { items, cut }));
        }
        if let Err(why) = budget.within(on) {
            let cut = Some(ours(why));
            return Ok(Some(Listed { items, cut }));
        }
        let read = page(on, request, scope, held, Some(&at), &mut items, budget).await;
        next = match read {
            Ok(Some(next)) => next,
            // Where earlier pages were there, one that is missing is no answer.
            Ok(None) => Err(theirs(missing())),
            Err(why) if why.because == Because::Missing => Err(theirs(missing())),
            Err(why) => Err(theirs(why)),
        };
    }
    let cut = match next {
        Ok(None) if items.len() <= ITEMS => None,
        Ok(_) => Some(ours(longer())),
        Err(cut) => Some(cut),
    };
    items.truncate(ITEMS);
    Ok(Some(Listed { items, cut }))
}

/// What follows a page: another one, none, or nobody knows.
type Follows = Result<Option<Next>, Cut>;

/// Reads one page; nothing where the vendor says that what holds it is gone.
async fn page(
    on: &Handle,
    request: &Request,
    scope: &mut Scope,
    held: Held<'_>,
    at: Option<&Next>,
    into: &mut Vec<Value>,
    budget: &Budget,
) -> Result<Option<Follows>, Why> {
    let pages = request.pages.as_ref();
    let (at, turn) = match at {
        Some(Next::Page(url)) => (Some(url), None),
        Some(Next::Turn(value)) => (None, Some(value.as_str())),
        None => (None, None),
    };
    let parameter = pages.and_then(|pages| pages.parameter.as_deref());
    let page = Page {
        at,
        turn: parameter.zip(turn),
        within: Some(budget.within(on)?),
    };
    let answered = wire::send(on, request, scope, held, page)
        .await
        .map_err(Failed::why)?;
    budget.spend(answered.size);
    answer::show(scope, &answered);
    if let Told::Gone = answer::told(on, request, &answered, scope)? {
        return Ok(None);
    }
    into.extend(elements(on, request, scope)?);
    Ok(Some(next(on, pages, &answered, scope)))
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
    let sorts: HashSet<_> = found.iter().map(std::mem::discriminant).collect();
    if sorts.len() > 1 {
        let text = format!("{} lists things of several sorts", on.title());
        return Err(Why::new(Because::Garbled, text));
    }
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

fn next(on: &Handle, pages: Option<&Pages>, answered: &Answered, scope: &Scope) -> Follows {
    let Some(pages) = pages else {
        if goes_on(answered) {
            let text = format!(
                "{} says that the list goes on, and the pack does not say how it is read further",
                on.title()
            );
            return Err(theirs(Why::new(Because::Garbled, text)));
        }
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
                Err(theirs(Why::new(Because::Garbled, text)))
            }
        }
    };
    let address = |said: Option<String>| match said {
        Some(said) => {
            let url = place::next_page(&answered.url, &said).map_err(theirs)?;
            Ok(Some(Next::Page(url)))
        }
        None => Ok(None),
    };
    match pages.by {
        By::Link => {
            let link = answered.headers.get("link");
            address(link.and_then(|link| linked(link)).map(ToOwned::to_owned))
        }
        By::Url => address(said()?),
        By::Parameter => Ok(said()?.map(Next::Turn)),
    }
}

/// Where answers of many vendors say that more follows.
const MORE: [&str; 9] = [
    "/nextPageToken",
    "/next_page_token",
    "/next_cursor",
    "/nextLink",
    "/@odata.nextLink",
    "/response_metadata/next_cursor",
    "/metadata/continue",
    "/links/next",
    "/_links/next/href",
];

/// Whether an answer says that the list goes on, in one of the ways that are known.
fn goes_on(answered: &Answered) -> bool {
    let link = answered.headers.get("link");
    let said = |at: &&str| {
        let value = answered.body.pointer(at);
        value
            .and_then(Value::as_str)
            .is_some_and(|text| !text.is_empty())
    };
    let is_so = |at: &str| answered.body.get(at) == Some(&Value::Bool(true));
    link.is_some_and(|link| linked(link).is_some())
        || MORE.iter().any(said)
        || is_so("has_more")
        || is_so("hasMore")
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
