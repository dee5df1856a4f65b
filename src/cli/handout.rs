//! The report that is handed out: every form for everybody, with a list of its digests that somebody signs.
//!
//! What is handed out is checked with `ssh-keygen` and `sha256sum` alone; what nobody signed says so.

use std::path::{Path, PathBuf};

use super::checkpoint::{Signers, now_of};
use super::failure::Failure;
use super::report::{self, Form};
use super::session::Session;
use crate::domain::Digest;
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::journal::{Folder, Journal};
use crate::report::names::Audience;
use crate::report::page::Page;
use crate::signature::{NAMESPACE, verify};

/// Where its files lie in the incident's folder.
const ROOM: &str = "report";

/// What was stored, and who vouches for it.
pub(super) struct Handout {
    /// The reports.
    reports: Vec<PathBuf>,
    /// What the journal was that they tell of.
    checkpoint: PathBuf,
    /// The list of their digests, as `sha256sum -c` reads it.
    list: PathBuf,
    signed: Result<Signed, String>,
}

/// The signature over the list.
struct Signed {
    path: PathBuf,
    /// Whose it is by the workspace's `allowed_signers`, or why it is nobody's.
    by: Result<String, String>,
}

/// Stores the report of an incident in every form and for everybody, notes the files in its journal, and has the list of
/// their digests signed where there is a key; it never fails for want of a signature.
pub(super) async fn hand_out(
    session: &Session,
    (folder, journal): (&Folder, &Journal),
    key: Option<&Path>,
) -> Result<Option<Handout>, Box<Failure>> {
    // Invariant: what is told and what the checkpoint vouches for are one record at one moment.
    let (record, bytes) = journal.whole().await?;
    let checkpoint = now_of(session, folder, &bytes)?;
    let head = checkpoint.head.code();
    let mut kept = Vec::new();
    for audience in Audience::ALL {
        let Some((dossier, _)) = report::of(session, folder, (&record, false), audience)? else {
            return Ok(None);
        };
        for form in Form::ALL {
            kept.push(report::keep(
                folder,
                &dossier,
                form,
                &form.render(&dossier),
            )?);
        }
    }
    // What the journal was whose report this is, so that its beginning can be held against it.
    let said = checkpoint.render().map_err(Failure::internal)?;
    let name = format!("report-{head}-checkpoint.json");
    let at = |path: &str| folder.path().join(path);
    let reports = kept.iter().map(|(path, _)| at(path)).collect();
    let (checkpoint, digest) = folder.keep(ROOM, &name, said.as_bytes())?;
    let checkpoint_at = at(&checkpoint);
    kept.push((checkpoint, digest));
    kept.sort();
    let list = kept.iter().fold(String::new(), |list, (path, digest)| {
        list + &format!("{digest}  {}\n", name_of(path))
    });
    let name = format!("SHA256SUMS-{head}");
    let listed = folder.keep(ROOM, &name, list.as_bytes())?;
    let noted = kept.into_iter().chain([listed.clone()]).map(attached);
    journal.append(noted.collect()).await?;
    let signed = match key {
        None => Err("no key is configured to sign it with".to_owned()),
        Some(key) => match session.sign(list.as_bytes(), key) {
            Err(failure) => Err(failure.message.clone()),
            Ok(signature) => {
                let name = format!("{name}.sig");
                let sealed = folder.keep(ROOM, &name, signature.as_bytes())?;
                let path = at(&sealed.0);
                journal.append(vec![attached(sealed)]).await?;
                let by = signer(session, list.as_bytes(), &signature);
                Ok(Signed { path, by })
            }
        },
    };
    Ok(Some(Handout {
        reports,
        checkpoint: checkpoint_at,
        list: at(&listed.0),
        signed,
    }))
}

fn attached((path, digest): (String, Digest)) -> Event {
    Event::Attached {
        path,
        digest,
        about: None,
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whose signature an auditor of this workspace would find.
fn signer(session: &Session, list: &[u8], signature: &str) -> Result<String, String> {
    let signers = Signers::read(None, session).map_err(|failure| failure.message)?;
    let now = session.clock.now();
    let signed = verify(signers.known(), list, signature, now);
    let signed = signed.map_err(|why| format!("by {}: {why}", signers.place()))?;
    Ok(signed.by)
}

impl Handout {
    /// Whether somebody signed it.
    pub(super) fn is_signed(&self) -> bool {
        self.signed.is_ok()
    }

    /// Says what was stored, who vouches for it, and how anybody checks it or signs it later.
    pub(super) fn tell(&self, page: &mut Page, incident: &str) {
        page.line("The final report, for inside and outside:");
        for path in self.reports.iter().chain([&self.checkpoint, &self.list]) {
            page.line(&format!("  {}", path.display()));
        }
        page.gap();
        match &self.signed {
            Ok(signed) => {
                let by = match &signed.by {
                    Ok(by) => format!("It is signed by {}.", plain(by)),
                    Err(why) => format!(
                        "It is signed, and nobody is known to sign so: {}.",
                        plain(why)
                    ),
                };
                page.line(&format!(
                    "{by} Anybody who has allowed_signers checks it in that folder:"
                ));
            }
            Err(why) => {
                page.line(&format!(
                    "It is UNSIGNED: {}. To sign it later:",
                    plain(why)
                ));
                page.line(&format!("  {}", sign_later(incident)));
                page.line(
                    "Until then its digests show what was stored, and nobody vouches for it:",
                );
            }
        }
        for line in self.checks() {
            page.line(&format!("  {line}"));
        }
    }

    /// The lines by which anybody checks it, in the folder of the files.
    fn checks(&self) -> Vec<String> {
        let name = |path: &Path| {
            let name = path.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        };
        let list = name(&self.list);
        let signed = self.signed.as_ref().ok().map(|signed| {
            let by = signed.by.as_deref().unwrap_or("WHO");
            let who = by.split(',').next().unwrap_or(by);
            let signature = name(&signed.path);
            format!(
                "ssh-keygen -Y verify -f allowed_signers -I {who} -n {NAMESPACE} -s {signature} < {list}"
            )
        });
        signed
            .into_iter()
            .chain([format!("sha256sum -c {list}")])
            .collect()
    }

    /// The same for programs.
    pub(super) fn data(&self) -> serde_json::Value {
        let signed = self.signed.as_ref().ok();
        serde_json::json!({
            "report": self.reports,
            "checkpoint": self.checkpoint,
            "list": self.list,
            "signature": signed.map(|signed| &signed.path),
            "signed_by": signed.and_then(|signed| signed.by.as_ref().ok()),
            "unsigned": self.signed.as_ref().err(),
            "check": self.checks(),
        })
    }
}

/// The command that signs a report that nobody signed yet.
pub(super) fn sign_later(incident: &str) -> String {
    format!("contain report --sign --key FILE --incident {incident}")
}
