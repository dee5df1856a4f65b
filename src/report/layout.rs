//! A report laid out: headings, paragraphs, lists and tables of plain text and of names.
//!
//! Says nothing that the dossier does not; never escapes, as each form does that in its own way.

use super::dossier::Dossier;
use super::names::Audience;

/// A piece of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// Words.
    Words(String),
    /// A name, a digest or a command: set apart.
    Name(String),
}

/// A part of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A title; the first one is the report's.
    Heading(String),
    /// Words on their own.
    Paragraph(Vec<Text>),
    /// Points.
    List(Vec<Vec<Text>>),
    /// Rows under a head.
    Table {
        /// What each column is.
        head: Vec<&'static str>,
        /// The rows.
        rows: Vec<Vec<Text>>,
    },
}

fn words(text: impl Into<String>) -> Text {
    Text::Words(text.into())
}

fn name(text: impl Into<String>) -> Text {
    Text::Name(text.into())
}

/// What stands where nothing is told.
const DASH: &str = "–";

/// Those that are used.
fn kept<T>(all: Vec<T>, used: &[bool]) -> Vec<T> {
    let all = all.into_iter().zip(used);
    all.filter_map(|(one, used)| used.then_some(one)).collect()
}

fn or_dash(text: Option<impl ToString>) -> Text {
    words(text.map_or_else(|| DASH.to_owned(), |text| text.to_string()))
}

/// Lays a report out.
#[must_use]
pub fn of(dossier: &Dossier) -> Vec<Block> {
    let mut page = Layout::default();
    opening(&mut page, dossier);
    accounted(&mut page, dossier);
    hurts(&mut page, dossier);
    proofs(&mut page, dossier);
    authority(&mut page, dossier);
    people(&mut page, dossier);
    kept_with_it(&mut page, dossier);
    timeline(&mut page, dossier);
    standards(&mut page, dossier);
    checking(&mut page, dossier);
    page.0
}

#[derive(Default)]
struct Layout(Vec<Block>);

impl Layout {
    fn heading(&mut self, title: &str) {
        self.0.push(Block::Heading(title.to_owned()));
    }

    fn paragraph(&mut self, texts: Vec<Text>) {
        self.0.push(Block::Paragraph(texts));
    }

    /// A list under its title, where it has points.
    fn list(&mut self, title: &str, points: Vec<Vec<Text>>) {
        if !points.is_empty() {
            self.heading(title);
            self.0.push(Block::List(points));
        }
    }

    /// A table under its title, where it has rows.
    fn table(&mut self, title: &str, head: Vec<&'static str>, rows: Vec<Vec<Text>>) {
        if !rows.is_empty() {
            self.heading(title);
            self.rows(head, rows);
        }
    }

    /// A table without the columns in which nothing stands.
    fn rows(&mut self, head: Vec<&'static str>, rows: Vec<Vec<Text>>) {
        if rows.is_empty() {
            return;
        }
        let nothing = ["", DASH].map(words);
        let is_used = |nth: usize| {
            let mut cells = rows.iter().filter_map(|row| row.get(nth));
            cells.any(|cell| !nothing.contains(cell))
        };
        let used: Vec<bool> = (0..head.len()).map(is_used).collect();
        let head = kept(head, &used);
        let rows = rows.into_iter().map(|row| kept(row, &used)).collect();
        self.0.push(Block::Table { head, rows });
    }
}

fn opening(page: &mut Layout, dossier: &Dossier) {
    let drill = if dossier.drill { " (drill)" } else { "" };
    page.heading(&format!("Incident {}{drill}", dossier.incident));
    let state = match dossier.closed {
        Some(at) => format!("Closed at {at}. "),
        None => "Not closed. ".to_owned(),
    };
    let audience = match dossier.audience {
        Audience::Internal => "For those who work on it: it names what is worth attacking.",
        Audience::External => {
            "For others: names are replaced by pseudonyms, and words that people wrote are left out."
        }
    };
    page.paragraph(vec![words(format!(
        "{state}Outcome: {}. {audience}",
        dossier.outcome
    ))]);
    if dossier.journal.behind {
        page.paragraph(vec![words(
            "This report MAY LACK what others wrote last: the place in which the incident is shared did not answer, and it was made from a copy.",
        )]);
    }
    let mut texts = vec![words("Subjects: ")];
    for (nth, subject) in dossier.subjects.iter().enumerate() {
        if nth > 0 {
            texts.push(words(", "));
        }
        texts.push(name(subject));
    }
    let since = dossier
        .since
        .map_or_else(String::new, |since| format!(" Window since {since}."));
    let opened = dossier
        .opened
        .map_or_else(String::new, |at| format!(" Opened at {at}."));
    texts.push(words(format!(".{since}{opened}")));
    page.paragraph(texts);
    let said = [
        ("Why it was opened", &dossier.reason),
        ("Ticket", &dossier.ticket),
        ("Why it was closed", &dossier.closed_because),
    ];
    let said = said
        .into_iter()
        .filter_map(|(what, said)| Some((what, said.as_ref()?)));
    let said: Vec<_> = said
        .map(|(what, said)| vec![words(format!("{what}: {said}"))])
        .collect();
    if !said.is_empty() {
        page.0.push(Block::List(said));
    }
    page.table(
        "Runs",
        vec!["run", "verb", "playbook", "began", "ended", "acting as"],
        dossier
            .runs
            .iter()
            .map(|run| {
                vec![
                    words(run.run.to_string()),
                    words(&run.verb),
                    or_dash(run.playbook.as_ref()),
                    words(run.began.to_string()),
                    or_dash(run.outcome.as_ref()),
                    match run.acting_as.as_slice() {
                        [] => words(DASH),
                        who => name(who.join(", ")),
                    },
                ]
            })
            .collect(),
    );
}

fn accounted(page: &mut Layout, dossier: &Dossier) {
    let of = |word: &str| dossier.totals.get(word).copied().unwrap_or_default();
    page.heading("What was found, and what became of it");
    page.paragraph(vec![words(format!(
        "{} found = {} dead + {} accepted + {} unreachable + {} open.",
        of("found"),
        of("dead"),
        of("accepted"),
        of("unreachable"),
        of("open")
    ))]);
    let rows: Vec<_> = dossier
        .things
        .iter()
        .map(|thing| {
            vec![
                name(&thing.what),
                words(thing.relations.join(", ")),
                words(thing.became),
                or_dash(thing.why.as_ref()),
                or_dash(thing.evidence.as_ref()),
            ]
        })
        .collect();
    let head = vec![
        "what",
        "how it hangs on the subjects",
        "became",
        "why",
        "evidence",
    ];
    page.rows(head, rows);
    let healthy = dossier.false_positives.iter();
    page.list(
        "False positive",
        healthy.map(|said| vec![words(said)]).collect(),
    );
}

fn hurts(page: &mut Layout, dossier: &Dossier) {
    if dossier.hurts.is_empty() {
        return;
    }
    page.table(
        "Whom it hurts, as the estate says",
        vec!["target", "whose", "breaks", "raises the tier"],
        dossier
            .hurts
            .iter()
            .map(|hurt| {
                vec![
                    name(&hurt.what),
                    words(&hurt.whose),
                    words(&hurt.breaks),
                    words(hurt.reasons.join("; ")),
                ]
            })
            .collect(),
    );
}

fn proofs(page: &mut Layout, dossier: &Dossier) {
    page.table(
        "What each cut is proven by",
        vec![
            "target",
            "action",
            "status",
            "proof",
            "settled",
            "reversible",
            "made",
            "tried",
            "no higher, because",
        ],
        dossier
            .proofs
            .iter()
            .map(|proven| {
                vec![
                    name(&proven.what),
                    name(&proven.action),
                    words(proven.status),
                    words(&proven.proof),
                    words(proven.settled),
                    words(if proven.reversible { "yes" } else { "no" }),
                    or_dash(proven.at),
                    or_dash(proven.tried.as_ref()),
                    or_dash(proven.not_higher.as_ref()),
                ]
            })
            .collect(),
    );
}

fn authority(page: &mut Layout, dossier: &Dossier) {
    page.table(
        "Who approved what",
        vec!["by", "how", "at", "for", "tier", "until", "covered"],
        dossier
            .mandates
            .iter()
            .map(|mandate| {
                let ended = if mandate.ended { " (ended early)" } else { "" };
                vec![
                    words(&mandate.by),
                    words(&mandate.how),
                    words(mandate.at.to_string()),
                    words(&mandate.scope),
                    words(mandate.tier.to_string()),
                    words(format!("{}{ended}", mandate.until)),
                    words(mandate.covered.join("; ")),
                ]
            })
            .collect(),
    );
}

fn people(page: &mut Layout, dossier: &Dossier) {
    page.table(
        "Sessions of our own",
        vec!["session", "of", "named", "from", "until", "notes"],
        dossier
            .sessions
            .iter()
            .map(|session| {
                vec![
                    name(&session.what),
                    name(&session.of),
                    words(session.name.clone().unwrap_or_default()),
                    words(session.from.to_string()),
                    words(session.until.to_string()),
                    words(session.notes.join("; ")),
                ]
            })
            .collect(),
    );
    page.table(
        "Measures in force",
        vec!["measure", "since", "run", "due for review"],
        dossier
            .measures
            .iter()
            .map(|measure| {
                let runs: Vec<_> = measure.runs.iter().map(ToString::to_string).collect();
                let overdue = if measure.overdue { " (overdue)" } else { "" };
                vec![
                    name(&measure.measure),
                    words(&measure.since),
                    words(runs.join(", ")),
                    words(format!("{}{overdue}", measure.due)),
                ]
            })
            .collect(),
    );
    page.heading("Owed");
    page.paragraph(vec![words(format!(
        "{} things are owed by people, reviews included; {} of them are overdue.",
        dossier.owed.open, dossier.owed.overdue
    ))]);
    let obligations = dossier.obligations.iter();
    let obligations: Vec<_> = obligations.map(|owed| vec![words(owed)]).collect();
    if !obligations.is_empty() {
        page.0.push(Block::List(obligations));
    }
    let lacking = dossier.lacking.iter();
    page.list(
        "Lacking before it can be closed",
        lacking.map(|lack| vec![words(lack)]).collect(),
    );
}

fn timeline(page: &mut Layout, dossier: &Dossier) {
    page.table(
        "Timeline",
        vec!["#", "at", "actor", "entry", "about", "said"],
        dossier
            .timeline
            .iter()
            .map(|moment| {
                vec![
                    words(moment.seq.to_string()),
                    words(moment.at.to_string()),
                    words(&moment.actor),
                    words(moment.what),
                    words(&moment.about),
                    words(moment.said.clone().unwrap_or_default()),
                ]
            })
            .collect(),
    );
}

fn checking(page: &mut Layout, dossier: &Dossier) {
    page.heading("Checking this report");
    page.paragraph(vec![
        words(format!("The journal has {} entries and its head is ", dossier.journal.entries)),
        name(dossier.journal.head.to_string()),
        words(
            ". Each line's `hash` is the SHA-256 of the line's bytes before `,\"hash\":`, and `prev` is the hash of the line before it:",
        ),
    ]);
    page.paragraph(vec![name(
        "sed -n 1p journal.jsonl | sed 's/,\"hash\":\"[0-9a-f]*\"}$//' | tr -d '\\n' | sha256sum",
    )]);
    page.paragraph(vec![
        name("contain journal verify"),
        words(" checks all of it, and says whether a witness outside of its folder vouches for the head."),
    ]);
}

/// What could not be seen, and the files that belong to the record.
fn kept_with_it(page: &mut Layout, dossier: &Dossier) {
    page.list(
        "Not seen",
        dossier
            .not_seen
            .iter()
            .map(|what| vec![words(what)])
            .collect(),
    );
    if dossier.audience == Audience::External && dossier.blind > 0 {
        page.heading("Not seen");
        let blind = dossier.blind;
        page.paragraph(vec![words(format!(
            "{blind} sources could not be read in full."
        ))]);
    }
    page.table(
        "Evidence",
        vec!["path", "digest", "of what", "kept"],
        dossier
            .evidence
            .iter()
            .map(|file| {
                vec![
                    name(&file.path),
                    name(file.digest.to_string()),
                    or_dash(file.about.as_ref()),
                    words(file.at.to_string()),
                ]
            })
            .collect(),
    );
}

fn standards(page: &mut Layout, dossier: &Dossier) {
    page.table(
        "Standards",
        vec!["framework", "version", "id", "what it is called there"],
        dossier
            .standards
            .iter()
            .map(|mapped| {
                let texts = [&mapped.framework, &mapped.version, &mapped.id, &mapped.name];
                texts.map(words).to_vec()
            })
            .collect(),
    );
}
