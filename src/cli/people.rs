//! People as the workspace names them: who they are, with which keys they sign, and who of them operates.
//!
//! Takes a login or a name for who operates, and no more than that: what others agree to is signed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::failure::{Failure, exit};
use super::session::{Session, environment};
use super::workspace::{Config, Workspace, read};
use crate::domain::{Digest, Locator, nearest};
use crate::gate::{Circumstances, Roster, Who};
use crate::signature::{self, AllowedSigners, Revoked};

/// Who may sign, beside `contain.yaml`.
pub(super) const SIGNERS: &str = "allowed_signers";
/// Whose keys count no more, beside it.
pub(super) const REVOKED: &str = "revoked_keys";
/// Who asks, where nobody who is configured does.
const STRANGER: &str = "stranger";

impl Workspace {
    /// Who is configured.
    pub(super) fn roster(&self) -> Result<Roster, Box<Failure>> {
        let Config {
            people,
            agents,
            pipelines,
            ..
        } = &self.config;
        Roster::new(people.clone(), agents.clone(), pipelines.clone()).map_err(|wrong| {
            let message = format!("{}: {wrong}", self.file().display());
            Box::new(Failure::new(2, "invalid-file", message))
        })
    }

    /// What of people decides: a plan that was made with other people, or other keys, is stale.
    pub(super) fn people(&self, roster: &Roster) -> Digest {
        let file = |name: &str| {
            let file = self.folder.as_ref().map(|folder| folder.join(name));
            file.and_then(|file| read(&file).ok()).unwrap_or_default()
        };
        let all = (roster, file(SIGNERS), file(REVOKED));
        Digest::of_json(&all).unwrap_or(Digest::ZERO)
    }

    /// Who may sign with which key, and the keys that count no more.
    pub(super) fn signers(&self) -> Result<(AllowedSigners, Revoked), Box<Failure>> {
        signers_of(
            self.beside(SIGNERS).as_deref(),
            self.beside(REVOKED).as_deref(),
        )
    }

    /// A file beside `contain.yaml`, where anything of that name is there: what cannot be read is no absence.
    pub(super) fn beside(&self, name: &str) -> Option<PathBuf> {
        let file = self.folder.as_ref().map(|folder| folder.join(name));
        file.filter(|file| file.symlink_metadata().is_ok())
    }
}

/// Reads who may sign, and whose keys count no more; nobody where no file is named.
pub(super) fn signers_of(
    allowed: Option<&Path>,
    revoked: Option<&Path>,
) -> Result<(AllowedSigners, Revoked), Box<Failure>> {
    let invalid = |file: &Path, why: signature::Invalid| {
        let message = format!("{}: {why}", file.display());
        Box::new(Failure::new(exit::USAGE, "invalid-file", message))
    };
    let allowed = match allowed {
        Some(file) => AllowedSigners::parse(&read(file)?).map_err(|why| invalid(file, why))?,
        None => AllowedSigners::default(),
    };
    let revoked = match revoked {
        Some(file) => Revoked::parse(&read(file)?).map_err(|why| invalid(file, why))?,
        None => Revoked::default(),
    };
    Ok((allowed, revoked))
}

impl Session {
    /// The circumstances of an incident.
    pub(super) fn around(&self, incident: &str, drill: bool) -> Circumstances {
        Circumstances {
            incident: incident.to_owned(),
            who: self.who.clone(),
            roster: Arc::clone(&self.roster),
            unattended: !self.is_attended(),
            drill,
            protected: self.workspace.protected_count(self.loaded()),
            present: self.requested_by(&[]),
            claimed: self.is_claimed(),
        }
    }

    /// Who asks for what is planned now, where people are configured.
    pub(super) fn requested_by(&self, own: &[Locator]) -> Vec<String> {
        if self.roster.is_empty() {
            return Vec::new();
        }
        let mut asking = self.roster.requesters(&self.who, own);
        // Who takes another's name on their own machine still asks.
        let login = login(&self.roster).map(|who| self.roster.requesters(&who, &[]));
        asking.extend(login.unwrap_or_default());
        asking.sort();
        asking.dedup();
        if asking.is_empty() {
            // Whoever that is, it is nobody whom anybody knows, so others have to agree.
            asking.push(STRANGER.to_owned());
        }
        asking
    }
}

/// Who operates: whoever was named, else whoever has the present login; alone where nobody is configured.
pub(super) fn operator(roster: &Roster, named: Option<&str>) -> Result<Who, Box<Failure>> {
    let variable = || environment("CONTAIN_OPERATOR");
    let named = named.map(str::to_owned).or_else(variable);
    match named {
        Some(name) => roster.named(&name).ok_or_else(|| {
            let message = format!(
                "`{}` is nobody whom contain.yaml names under people, agents or pipelines",
                crate::domain::why::plain(&name)
            );
            let failure = Failure::usage(message);
            Box::new(match nearest(&name, roster.names()) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure,
            })
        }),
        None if roster.is_empty() => Ok(Who::Solo),
        None => Ok(login(roster).unwrap_or(Who::Stranger)),
    }
}

/// Whoever has the present login as an account.
fn login(roster: &Roster) -> Option<Who> {
    let login = environment("USER").or_else(|| environment("LOGNAME"))?;
    roster.of_account(&format!("os:{login}"))
}
