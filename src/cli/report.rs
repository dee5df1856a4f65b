//! `contain report`: the report of an incident, from its journal alone, for inside or outside.
//!
//! Never reads a provider.

use std::path::PathBuf;

use super::closing::{Found, entries};
use super::failure::{Failure, exit};
use super::handout::{hand_out, sign_later};
use super::session::Session;
use super::{Ended, status};
use crate::domain::Digest;
use crate::domain::event::Event;
use crate::journal::{Folder, Journal, Record};
use crate::report::dossier::{self, Dossier, Head, Source};
use crate::report::names::Audience;
use crate::report::output::Output;
use crate::report::page::Page;
use crate::report::standing::Outcome;
use crate::report::{html, markdown};

/// Write the report of an incident: what was done, by whose authority, with what proof, and what became of everything
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// The incident, or a drill; otherwise the only open one, or the latest
    #[arg(long, value_name = "ID")]
    incident: Option<String>,
    /// For whom: internal names everything; external replaces names by stable pseudonyms and leaves out what people wrote
    #[arg(long, value_name = "AUDIENCE", default_value = "internal", value_parser = audience)]
    audience: Audience,
    /// As Markdown, which is what is printed otherwise too
    #[arg(long, conflicts_with = "html")]
    md: bool,
    /// As one HTML file that needs nothing else; with `--json` the report stands in `data` as JSON
    #[arg(long)]
    html: bool,
    /// Print it only; otherwise it is stored in the incident's folder too, and noted in the journal
    #[arg(long)]
    print: bool,
    /// Store what closing stores, every form for both audiences, and sign the list of their digests with an SSH key
    #[arg(long, conflicts_with_all = ["md", "html", "print", "audience"])]
    sign: bool,
    /// The key to sign with: a private key's file, or the .pub beside a key that an agent or hardware holds; otherwise
    /// CONTAIN_SIGNING_KEY, or signing.key of contain.yaml
    #[arg(long, value_name = "FILE", requires = "sign")]
    key: Option<PathBuf>,
}

fn audience(text: &str) -> Result<Audience, String> {
    let words = || Audience::ALL.into_iter().map(Audience::word);
    let mut all = Audience::ALL.into_iter();
    all.find(|audience| audience.word() == text).ok_or_else(|| {
        let known: Vec<_> = words().collect();
        format!(
            "there is no audience `{text}`; write {}",
            known.join(" or ")
        )
    })
}

/// What form a report takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Markdown,
    Html,
    Json,
}

impl Form {
    pub(super) const ALL: [Self; 3] = [Self::Markdown, Self::Html, Self::Json];

    fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Json => "json",
        }
    }

    pub(super) fn render(self, dossier: &Dossier) -> String {
        match self {
            Self::Markdown => markdown::render(dossier),
            Self::Html => html::render(dossier),
            Self::Json => {
                let text = serde_json::to_string_pretty(dossier);
                text.map(|text| text + "\n").unwrap_or_default()
            }
        }
    }
}

pub(super) async fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    let (folder, is_behind) = session.folder_as_seen(args.incident.as_deref())?;
    if args.sign {
        session.read(&folder)?;
        return signed(args.key, session, &folder).await;
    }
    let (record, journal) = match args.print {
        true => (session.read(&folder)?, None),
        false => {
            let journal = open(session, &folder)?;
            let (record, _) = journal.whole().await?;
            session.remind(&record.case);
            (record, Some(journal))
        }
    };
    let seen = (&record, is_behind && journal.is_none());
    let Some((dossier, output)) = of(session, &folder, seen, args.audience)? else {
        return Err(without_run(&folder));
    };
    let form = match (session.json, args.html) {
        (true, _) => Form::Json,
        (false, true) => Form::Html,
        (false, false) => Form::Markdown,
    };
    let text = form.render(&dossier);
    let mut data = serde_json::json!({ "report": dossier });
    if let Some(journal) = journal {
        let (path, digest) = keep(&folder, &dossier, form, &text)?;
        let about = None;
        let attached = Event::Attached {
            path: path.clone(),
            digest,
            about,
        };
        journal.append(vec![attached]).await?;
        if let Some(data) = data.as_object_mut() {
            data.insert(
                "stored".to_owned(),
                serde_json::json!(folder.path().join(path)),
            );
            data.insert("digest".to_owned(), serde_json::json!(digest));
        }
    }
    // Outside, the document about the run would say what the report leaves out.
    let output = match args.audience {
        Audience::Internal => output,
        Audience::External => Output {
            incident: output.incident,
            drill: output.drill,
            closed: output.closed,
            ..Output::bare(Outcome::Done)
        },
    };
    let mut ended = Ended::told(Output {
        data: Some(data),
        ..output
    });
    ended.text = Some(text);
    ended.exit = Some(0);
    Ok(ended)
}

/// Stores all of it and has it signed; without a signature this has failed, whatever was stored.
async fn signed(
    key: Option<PathBuf>,
    session: &Session,
    folder: &Folder,
) -> Result<Ended, Box<Failure>> {
    let Some(key) = key.or_else(|| session.signing_key()) else {
        let message = "there is no key to sign with";
        return Err(Box::new(Failure::usage(message).hint(sign_later(folder.id())).hint(
            "or name one that signs unasked: `signing: {key: FILE}` in contain.yaml, or CONTAIN_SIGNING_KEY",
        )));
    };
    let journal = open(session, folder)?;
    let handout = hand_out(session, (folder, &journal), Some(&key)).await?;
    let handout = handout.ok_or_else(|| without_run(folder))?;
    let mut page = Page::default();
    handout.tell(&mut page, folder.id());
    let mut ended = Ended::data(handout.data(), page.text());
    ended.output.incident = Some(folder.id().to_owned());
    ended.output.drill = folder.is_drill();
    ended.exit = (!handout.is_signed()).then_some(exit::USAGE);
    Ok(ended)
}

fn without_run(folder: &Folder) -> Box<Failure> {
    let id = folder.id();
    Box::new(Failure::usage(format!("incident `{id}` has no run yet")))
}

fn open(session: &Session, folder: &Folder) -> Result<Journal, Box<Failure>> {
    let (journal, _) = Journal::open(
        session.sink(folder)?.0,
        session.clock.clone(),
        session.actor(),
    )?;
    Ok(journal)
}

/// Stores a report in the incident's folder, under what it is a report of: the head of the journal.
pub(super) fn keep(
    folder: &Folder,
    dossier: &Dossier,
    form: Form,
    text: &str,
) -> Result<(String, Digest), Box<Failure>> {
    let (head, audience) = (dossier.journal.head.code(), dossier.audience.word());
    let name = format!("report-{head}-{audience}.{}", form.extension());
    Ok(folder.keep("report", &name, text.as_bytes())?)
}

/// The report of a record, which others may have written to since where it is `behind`, and the document about its run.
pub(super) fn of(
    session: &Session,
    folder: &Folder,
    (record, behind): (&Record, bool),
    audience: Audience,
) -> Result<Option<(Dossier, Output)>, Box<Failure>> {
    let catalogue = super::drill::catalogue_of(session, folder);
    let now = status::now_of(session, folder, &record.case);
    let Some(output) = status::describe(record, (&catalogue, now), session, folder) else {
        return Ok(None);
    };
    let found = Found::of(session, folder, record, (&catalogue, now, false));
    let source = Source {
        entries: &entries(record),
        case: &record.case,
        catalogue: &catalogue,
        things: &found.things,
        lacks: &found.lacks,
        output: &output,
        journal: Head {
            entries: record.entries,
            head: record.head,
            behind,
        },
        now,
    };
    let dossier = dossier::of(&source, audience);
    Ok(Some((dossier, output)))
}
