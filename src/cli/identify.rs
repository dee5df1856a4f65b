//! `contain identify`: what a locator, an id or a secret is, whose it is, and what its state is. Reads only; a secret is
//! told offline, and neither shown nor sent.

use super::Ended;
use super::failure::{Failure, exit};
use super::findings;
use super::paste;
use super::session::{self, Session};
use crate::domain::why::plain;
use crate::domain::{Checksum, Fact, KindId, Locator, Named, SecretRef};
use crate::estate::PREFIX;
use crate::provider::Observer;
use crate::provider::leak::{self, Leak, Leaked, Said};
use crate::report::page::Page;

/// Say what a locator, a bare id or a secret is, which account owns it, and what its state is
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A locator, or a bare id such as an access key id
    #[arg(value_name = "LOCATOR|ID", required_unless_present_any = ["from", "secret"])]
    what: Vec<String>,
    /// Say what a text or a scanner's report holds, offline: FILE, or `-` for standard input; nothing of it is shown but
    /// ids and where they stood
    #[arg(long, value_name = "FILE", conflicts_with = "what")]
    from: Option<String>,
    /// Say what one secret is, offline and without showing it: env:NAME, file:PATH, fd:N or stdin
    // A hyphen is allowed so that clap never repeats a value that begins with one.
    #[arg(long, value_name = "REF", conflicts_with_all = ["what", "from"], allow_hyphen_values = true)]
    secret: Option<String>,
    /// Ask no provider: say only what the id itself tells
    #[arg(long)]
    offline: bool,
}

pub(super) async fn run(args: Args, session: Session) -> Result<Ended, Box<Failure>> {
    if let Some(from) = &args.from {
        return pasted(&session, from);
    }
    if let Some(reference) = &args.secret {
        return secret(&session, reference);
    }
    session.estate()?;
    if let Some(name) = args
        .what
        .iter()
        .find_map(|what| what.trim().strip_prefix(PREFIX))
    {
        let name = plain(name);
        let message =
            format!("`{PREFIX}{name}` is an identity of the estate: no provider tells what it is");
        let failure = Failure::new(exit::USAGE, "unknown-locator", message);
        return Err(Box::new(
            failure.hint(format!("contain estate show {name}")),
        ));
    }
    let named: Vec<Named> = args
        .what
        .iter()
        .map(|what| session.name(what))
        .collect::<Result<_, _>>()?;
    let mut text = Page::default();
    let mut rows = Vec::new();
    let observer = Observer::new(&session.catalogue, session.clock.clone());
    for named in named {
        let row = one(&session, &observer, &named, args.offline, &mut text).await?;
        rows.push(row);
    }
    Ok(Ended::data(serde_json::json!({ "identified": rows }), text))
}

/// What one locator or id is.
async fn one(
    session: &Session,
    observer: &Observer,
    named: &Named,
    offline: bool,
    text: &mut Page,
) -> Result<serde_json::Value, Box<Failure>> {
    let title = title(session, &named.kind);
    let account = named.account.as_ref();
    let account = account.map(|account| format!(" of account {}", plain(account)));
    text.add(&format!(
        "{title} {}{}\n",
        plain(&named.id),
        account.unwrap_or_default()
    ));
    let mut row = serde_json::json!({"kind": named.kind, "title": title, "id": named.id, "account": named.account});
    if offline {
        return Ok(row);
    }
    let resolved = observer.resolve(std::slice::from_ref(named)).await;
    let locator = match resolved.into_iter().next() {
        Some(Ok(locator)) => locator,
        Some(Err(why)) => {
            let what = format!("cannot identify `{}`", plain(&named.id));
            return Err(session.failed_at(named.kind.provider(), &what, &why));
        }
        None => return Ok(row),
    };
    let seen = observer.look(&locator).await;
    text.add(&format!("  {locator}\n"));
    match &seen.fact {
        Fact::Present(fields) => {
            for (name, value) in fields {
                let value = value
                    .as_str()
                    .map(str::to_owned)
                    .unwrap_or_else(|| value.to_string());
                text.add(&format!("    {name:<16} {}\n", plain(&value)));
            }
        }
        Fact::Gone => text.add("    it no longer exists\n"),
        Fact::Unreadable(why) => text.add(&format!("    its state cannot be read: {why}\n")),
    }
    let whose = super::estate::beside(session, &locator);
    if let Some((page, stake)) = whose {
        text.add(&String::from(page));
        if let Some(row) = row.as_object_mut() {
            row.insert("stake".into(), stake);
        }
    }
    text.add(&format!("  cut with: contain isolate {locator}\n"));
    if let Some(row) = row.as_object_mut() {
        row.insert("locator".into(), locator.to_string().into());
        row.insert(
            "seen".into(),
            serde_json::to_value(&seen).unwrap_or_default(),
        );
    }
    Ok(row)
}

fn title(session: &Session, kind: &KindId) -> String {
    let kind = session.catalogue.kind(kind);
    kind.map(|kind| kind.title.clone()).unwrap_or_default()
}

/// What a text or a report holds: kind, id, place, checksum, whether its secret is there, and the account where the id
/// tells it.
fn pasted(session: &Session, from: &str) -> Result<Ended, Box<Failure>> {
    let (leak, _) = paste::read(session, from, &[])?;
    let mut text = Page::default();
    text.add(&format!("This is {}.\n\n", leak.format.title()));
    let rows: Vec<_> = leak
        .found
        .iter()
        .map(|found| credential(session, found, &mut text))
        .collect();
    if rows.is_empty() {
        text.add("It holds no credential of a form that a provider here knows.\n");
    }
    for lacking in &leak.lacking {
        let said = said(lacking.said);
        let what = findings::unnamed(lacking);
        text.add(&format!(
            "left out: {what}{said}: {}\n",
            lacking.lacks.why()
        ));
    }
    let unknown = findings::unknown(&leak);
    text.add(&format!("\nBeside that, {unknown}.\n"));
    if !rows.is_empty() && from != "-" {
        text.add(&format!(
            "Cut with: contain isolate --from {}\n",
            plain(from)
        ));
    }
    Ok(Ended::data(document(&leak, rows), text))
}

fn document(leak: &Leak, rows: Vec<serde_json::Value>) -> serde_json::Value {
    let lacking = leak.lacking.iter().map(|lacking| {
        serde_json::json!({
            "rule": lacking.rule, "lacks": lacking.lacks, "scanner": lacking.said,
            "count": lacking.seen.count, "places": lacking.seen.places,
        })
    });
    serde_json::json!({
        "format": leak.format, "identified": rows, "lacking": lacking.collect::<Vec<_>>(),
        "unknown": leak.unknown,
    })
}

/// What tells which thing of a kind a secret is of, where the secret itself does not.
fn which(session: &Session, kind: &KindId) -> String {
    let provider = session.catalogue.provider(kind.provider());
    match provider.and_then(|provider| provider.trace(kind)) {
        Some(trace) => format!(
            "{kind}: which one, neither it nor {} tells. {trace}",
            kind.provider()
        ),
        None => format!(
            "{kind}: which one, only {} tells when it is asked with the secret",
            kind.provider()
        ),
    }
}

/// What one secret is, by its form alone.
fn secret(session: &Session, reference: &str) -> Result<Ended, Box<Failure>> {
    let reference = reference.parse::<SecretRef>();
    let reference =
        reference.map_err(|why| Failure::usage(format!("`--secret` cannot be used: {why}")))?;
    let secret = session::secret(&reference)?;
    let failed = |malformed: leak::Malformed| Failure::usage(malformed.to_string());
    let leak = leak::read(&session.catalogue, secret.expose().as_bytes()).map_err(failed)?;
    let mut text = Page::default();
    let rows: Vec<_> = leak
        .found
        .iter()
        .map(|found| credential(session, found, &mut text))
        .collect();
    let recogniser = crate::domain::Recogniser::new(session.catalogue.kinds());
    let may_be = recogniser.whole(secret.expose()).into_iter();
    let is_of = |kind: &KindId| {
        let provider = session.catalogue.provider(kind.provider());
        provider.is_none_or(|provider| provider.is_of(kind, &secret))
    };
    let may_be = may_be.map(|place| place.kind).filter(|kind| is_of(kind));
    let may_be: Vec<&KindId> = may_be.collect();
    if rows.is_empty() && may_be.is_empty() {
        text.add("It is no credential of a form that a provider here knows.\n");
    } else if rows.is_empty() {
        let all = may_be
            .iter()
            .map(|kind| format!("{kind} ({})", title(session, kind)));
        let all: Vec<String> = all.collect();
        text.add(&format!(
            "Its form alone does not tell what it is. It may be of: {}.\nName what it belongs to: contain isolate LOCATOR --secret {reference}\n",
            all.join(", ")
        ));
    }
    if let [found] = leak.found.as_slice()
        && let Some(named) = paste::named(session, found)
    {
        let account = named
            .account
            .as_deref()
            .map(|account| format!("@{account}"));
        text.add(&format!(
            "Cut with: contain isolate {}/{}{} --secret {reference}\n",
            named.kind,
            plain(&named.id),
            plain(&account.unwrap_or_default())
        ));
    }
    let data = serde_json::json!({"identified": rows, "may_be": may_be});
    Ok(Ended::data(data, text))
}

fn said(said: Said) -> &'static str {
    match said {
        Said::Active => ", which the scanner saw working",
        Said::Nothing => "",
        Said::Inactive => ", which the scanner saw refused",
    }
}

/// What one credential is, where it was seen, and what is doubtful about it.
fn credential(session: &Session, found: &Leaked, text: &mut Page) -> serde_json::Value {
    let title = title(session, &found.kind);
    let named = paste::named(session, found);
    let account = named.as_ref().and_then(|named| named.account.clone());
    let locator = named.as_ref().and_then(|named| {
        let account = Some(named.account.as_deref()?);
        Some(Locator::new(&named.kind, &named.id, account).to_string())
    });
    let first = found.seen.places.first();
    let id = found.id.as_deref().map(plain).unwrap_or_default();
    text.add(&format!(
        "line {:<5} {title} {id}  account {}  {}{}\n",
        found.seen.line(),
        plain(account.as_deref().unwrap_or("not told by its id")),
        match found.secret {
            Some(_) => "with its secret",
            None => "without a secret",
        },
        said(found.said),
    ));
    let name = match (&locator, &found.id) {
        (Some(locator), _) => locator.clone(),
        (None, Some(id)) => format!("{}/{id}", found.kind),
        (None, None) => which(session, &found.kind),
    };
    text.add(&format!("           {}\n", plain(&name)));
    let checksum = match found.checksum {
        Checksum::Right => "its checksum is right".to_owned(),
        Checksum::Wrong => findings::doubt(found),
        Checksum::Unknown => String::new(),
    };
    let wrapped = match found.wrapped {
        true => "it was put together from several lines",
        false => "",
    };
    let more = match found.seen.count {
        0 | 1 => String::new(),
        count => format!("{count} places in all"),
    };
    let place = first.filter(|first| first.file.is_some() || first.repository.is_some());
    let place = place.map(findings::place).unwrap_or_default();
    let since = found.seen.first.map(|at| format!("first at {at}"));
    let notes = [
        place,
        more,
        since.unwrap_or_default(),
        checksum,
        wrapped.to_owned(),
    ];
    let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    if !notes.is_empty() {
        text.add(&format!("           {}\n", notes.join("; ")));
    }
    if !found.or.is_empty() {
        text.add(&format!(
            "           {}\n",
            findings::ambiguity(session, found)
        ));
    }
    serde_json::json!({
        "kind": found.kind, "title": title, "id": found.id, "account": account, "locator": locator,
        "or": found.or, "checksum": found.checksum.word(), "line": found.seen.line(),
        "secret": found.secret.is_some(), "scanner": found.said, "put_together": found.wrapped,
        "count": found.seen.count, "first": found.seen.first, "places": found.seen.places,
    })
}
