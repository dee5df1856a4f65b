//! What one command works with: workspace, providers, the place of incidents, the terminal.
//!
//! The one reader of the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::Global;
use super::catalogue::catalogue;
use super::failure::{Failure, exit, of_provider};
pub(super) use super::intake::{bounded, input, secret, subjects};
use super::kinds;
use super::people;
use super::workspace::Workspace;
use crate::domain::{Clock, Locator, Named, Why, nearest};
use crate::estate::Estate;
use crate::gate::{Roster, Who};
use crate::journal::{Folder, Root, Summary, folder, folder::Shelf};
use crate::provider::Catalogue;

/// What one command works with.
pub(super) struct Session {
    pub(super) workspace: Workspace,
    pub(super) catalogue: Catalogue,
    pub(super) clock: Clock,
    pub(super) json: bool,
    pub(super) warnings: Vec<String>,
    /// Exported logs that are read beside the providers' own.
    pub(super) activity: Vec<PathBuf>,
    /// Who is configured, and who of them operates.
    pub(super) roster: Arc<Roster>,
    pub(super) who: Who,
    /// What is said beside the result.
    pub(super) reminders: super::reminder::Reminders,
    /// The incidents that were written to.
    pub(super) touched: super::signing::Touched,
    /// The sinks that are not written to any more.
    pub(super) losses: super::sinks::Losses,
    /// Who owns what, once it was asked for.
    pub(super) known: OnceLock<Option<Estate>>,
    acting_as: Vec<String>,
    place: PathBuf,
    pub(super) in_workspace: bool,
}

/// Reads one environment variable.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(super) fn environment_path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|value: &OsString| !value.is_empty())
        .map(PathBuf::from)
}

fn here() -> Result<PathBuf, Box<Failure>> {
    std::env::current_dir().map_err(|error| {
        let message = format!("failed to find the present folder: {error}");
        Box::new(Failure::internal(message))
    })
}

impl Session {
    pub(super) fn open(global: &Global) -> Result<Self, Box<Failure>> {
        let here = here()?;
        let workspace = Workspace::find(global.workspace.as_deref(), &here)?;
        Self::over(global, (&here, workspace))
    }

    /// The same beside a `contain.yaml` that cannot be used: with the packs there, as far as they can be, and with nothing that
    /// it says.
    pub(super) fn bare(global: &Global) -> Result<Self, Box<Failure>> {
        let here = here()?;
        let beside = Workspace {
            folder: Workspace::folder(global.workspace.as_deref(), &here),
            ..Workspace::default()
        };
        Self::over(global, (&here, beside))
            .or_else(|_| Self::over(global, (&here, Workspace::default())))
    }

    fn over(global: &Global, (here, workspace): (&Path, Workspace)) -> Result<Self, Box<Failure>> {
        let clock = Clock::wall();
        let mut warnings = Vec::new();
        let acting_as = global.acting_as.clone();
        let catalogue = catalogue((&acting_as, &[]), &workspace, &clock, &mut warnings)?;
        let roster = Arc::new(workspace.roster()?);
        let who = people::operator(&roster, global.operator.as_deref())?;
        let in_workspace = global.journal.is_none() && workspace.folder.is_some();
        let place = match (&global.journal, &workspace.folder) {
            (Some(place), _) => here.join(place),
            (None, Some(folder)) => folder.clone(),
            (None, None) => state().ok_or_else(|| {
                Failure::usage("there is no place for incidents: neither a workspace, CONTAIN_STATE nor HOME is set")
                    .hint("name one with `--journal DIR`")
            })?,
        };
        Ok(Self {
            workspace,
            catalogue,
            clock,
            json: global.json,
            warnings,
            activity: Vec::new(),
            roster,
            who,
            reminders: global.reminders.clone(),
            touched: global.touched.clone(),
            losses: super::sinks::Losses::default(),
            known: OnceLock::new(),
            acting_as,
            place,
            in_workspace,
        })
    }

    /// The same session in another world, with its time, where whoever rehearses is alone and nobody owns anything.
    pub(super) fn within(self, catalogue: Catalogue, clock: Clock) -> Self {
        Self {
            catalogue,
            clock,
            roster: Arc::default(),
            who: Who::Solo,
            known: OnceLock::from(None),
            ..self
        }
    }

    /// The same session, which reads these exported logs beside the providers' own.
    pub(super) fn with_activity(mut self, files: &[PathBuf]) -> Result<Self, Box<Failure>> {
        if files.is_empty() {
            return Ok(self);
        }
        let absolute = |file: &PathBuf| std::path::absolute(file).unwrap_or_else(|_| file.clone());
        self.activity = files.iter().map(absolute).collect();
        let mut warnings = Vec::new();
        let choice = (self.acting_as.as_slice(), self.activity.as_slice());
        self.catalogue = catalogue(choice, &self.workspace, &self.clock, &mut warnings)?;
        Ok(self)
    }

    /// Whether somebody sits at a terminal and can be asked.
    pub(super) fn is_attended(&self) -> bool {
        !self.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// The actor of what this session journals.
    pub(super) fn actor(&self) -> String {
        self.around("", false).operator().to_owned()
    }

    /// Where incidents are, made where it is absent.
    pub(super) fn root(&self) -> Result<Root, Box<Failure>> {
        let root = if self.in_workspace {
            Root::at(&self.place)
        } else {
            Root::make(&self.place)
        };
        Ok(root?)
    }

    /// Where incidents would be.
    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// The incidents there are, oldest first; an absent place has none.
    pub(super) fn incidents(&self) -> Result<Vec<Summary>, Box<Failure>> {
        if !self.place.exists() {
            return Ok(Vec::new());
        }
        Ok(self.root()?.list(Shelf::Incidents)?)
    }

    /// The folder of the incident that is named, or else of the only open one, or else of the latest, as it is here.
    pub(super) fn folder_here(&self, named: Option<&str>) -> Result<Folder, Box<Failure>> {
        let listed = self.incidents()?;
        match named {
            Some(id) => self.root()?.open(id).map_err(|error| {
                let mut failure: Box<Failure> = error.into();
                if self.shares() {
                    failure = Box::new(failure.hint(format!("contain incident join {id}")));
                }
                match nearest(id, listed.iter().map(|summary| summary.id.as_str())) {
                    Some(near) => Box::new(failure.hint(format!("did you mean `{near}`?"))),
                    None => failure,
                }
            }),
            None => match folder::default_of(&listed) {
                Some(summary) => Ok(self.root()?.open(&summary.id)?),
                None if !listed.is_empty() => Err(Box::new(damaged(&listed))),
                None => Err(Box::new(
                    Failure::usage(format!(
                        "there is no incident in `{}`",
                        self.place.display()
                    ))
                    .hint("contain isolate LOCATOR")
                    .hint("contain drill leaked-aws-access-key"),
                )),
            },
        }
    }

    /// Understands what a person typed as a subject: a locator, or a bare id that only one kind recognises.
    pub(super) fn name(&self, typed: &str) -> Result<Named, Box<Failure>> {
        let typed = typed.trim();
        let scheme = typed.split_once(':');
        // A URL is no locator, and may hold a password.
        if scheme.is_none_or(|(_, rest)| rest.starts_with("//")) {
            return self.recognise(typed);
        }
        let named: Named = typed
            .parse()
            .map_err(|error: crate::domain::locator::Malformed| {
                Failure::new(2, "unknown-locator", error.to_string())
                    .hint(kinds::form(&self.catalogue, typed))
            })?;
        if self.catalogue.kind(&named.kind).is_none() {
            return Err(kinds::unknown(&self.catalogue, &named.kind));
        }
        Ok(match self.catalogue.provider(named.kind.provider()) {
            Some(provider) => provider.decode(&named),
            None => named,
        })
    }

    fn recognise(&self, typed: &str) -> Result<Named, Box<Failure>> {
        let fits = |pattern: &crate::domain::Pattern| {
            !pattern.secret
                && regex::Regex::new(&pattern.is).is_ok_and(|regex| regex.is_match(typed))
        };
        let kinds: Vec<_> = self
            .catalogue
            .kinds()
            .filter(|kind| kind.recognise.iter().any(fits))
            .collect();
        match kinds.as_slice() {
            [kind] => {
                let named = Named {
                    kind: kind.id.clone(),
                    id: typed.to_owned(),
                    account: None,
                };
                Ok(self
                    .catalogue
                    .provider(kind.id.provider())
                    .map_or_else(|| named.clone(), |provider| provider.decode(&named)))
            }
            [] => {
                // It may be a secret, so no part of it is repeated.
                let message = "what was typed is no locator, and no kind recognises it as an id";
                let failure = Failure::new(2, "unknown-locator", message)
                    .hint(kinds::form(&self.catalogue, ""))
                    .hint("a secret is never typed: contain identify --secret env:NAME, or --from FILE");
                Err(Box::new(failure))
            }
            several => {
                let message = "this id fits more than one kind".to_owned();
                let failure = Failure::new(2, "ambiguous-locator", message);
                Err(Box::new(several.iter().fold(failure, |failure, kind| {
                    failure.hint(format!("{}/{typed}", kind.id))
                })))
            }
        }
    }

    /// Why the provider of a locator, or of this name, did not do what a verb needs before it can begin.
    pub(super) fn failed_at(&self, of: &str, what: &str, why: &Why) -> Box<Failure> {
        let name = of.split_once(':').map_or(of, |(name, _)| name);
        let at = self.catalogue.provider(name).map(AsRef::as_ref);
        of_provider(at, what, why)
    }

    /// Whether `--as` says whom to act as at AWS.
    pub(super) fn chooses_aws(&self) -> bool {
        self.acting_as
            .iter()
            .any(|choice| choice.starts_with("aws="))
    }

    /// How AWS is reached for the record too.
    #[cfg(feature = "aws")]
    pub(super) fn aws_settings(&self) -> Result<crate::provider::aws::Settings, Box<Failure>> {
        super::catalogue::aws_settings((&self.acting_as, &[]), &self.workspace)
    }

    /// Where the state of a provider's endpoints differs from the vendor's, by service.
    pub(super) fn endpoints(&self) -> BTreeMap<String, String> {
        let endpoints = self.catalogue.providers().flat_map(|provider| {
            let name = provider.name().to_owned();
            provider
                .endpoints()
                .into_iter()
                .map(move |(service, url)| (format!("{name}.{service}"), url))
        });
        endpoints.collect()
    }
}

/// No incident here can be used.
fn damaged(listed: &[Summary]) -> Failure {
    let told = listed.iter().map(|summary| {
        let why = summary.damaged.as_deref().unwrap_or_default();
        format!("`{}`: {why}", summary.id)
    });
    let message = format!(
        "no incident here can be trusted: {}",
        told.collect::<Vec<_>>().join("; ")
    );
    let failure = Failure::new(exit::DAMAGED, "journal-damaged", message);
    listed.iter().fold(failure, |failure, summary| {
        failure.hint(format!("contain journal verify --incident {}", summary.id))
    })
}

fn state() -> Option<PathBuf> {
    environment_path("CONTAIN_STATE")
        .or_else(|| environment_path("XDG_STATE_HOME").map(|state| state.join("contain")))
        .or_else(|| environment_path("HOME").map(|home| home.join(".local/state/contain")))
}

/// Understands a point in time as people write it: an RFC 3339 time, a Unix time, or a duration that means ago.
pub(super) fn since(
    text: &str,
    now: crate::domain::Time,
) -> Result<crate::domain::Time, Box<Failure>> {
    moment("--since", text, now)
}

/// The same for any flag.
pub(super) fn moment(
    flag: &str,
    text: &str,
    now: crate::domain::Time,
) -> Result<crate::domain::Time, Box<Failure>> {
    let usage = |message: String| Box::new(Failure::usage(message));
    let at = if let Ok(at) = text.parse::<crate::domain::Time>() {
        at
    } else if let Ok(seconds) = text.parse::<i64>() {
        // Shorter ones are durations without their unit, and mean decades.
        let time = (text.len() >= 10).then(|| crate::domain::Time::from_second(seconds));
        time.and_then(Result::ok).ok_or_else(|| {
            let failure = Failure::usage(format!("`{flag} {text}` has no unit"));
            Box::new(failure.hint(format!(
                "did you mean `{}h`?",
                text.trim_start_matches(['-', '+'])
            )))
        })?
    } else {
        let ago = crate::domain::clock::read_duration(text).map_err(|_| {
            usage(format!(
                "`{flag} {}` is neither a time (2026-03-01T03:07:00Z) nor a duration (24h)",
                crate::domain::why::plain(text)
            ))
        })?;
        now.checked_sub(ago)
            .map_err(|_| usage(format!("`{flag} {text}` is too long ago")))?
    };
    if at > now {
        return Err(usage(format!(
            "`{flag} {text}` is in the future: it is {now} now"
        )));
    }
    Ok(at)
}

/// Whether a target belongs to a list, for messages.
pub(super) fn listed(targets: &[Locator]) -> String {
    targets
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_at_a_time_or_a_duration_ago_and_never_in_the_future() {
        let time = |text: &str| text.parse::<crate::domain::Time>().unwrap_or_default();
        let now = time("2026-03-01T12:00:00Z");
        let read = |text: &str| since(text, now).ok();
        assert_eq!(read("24h"), Some(time("2026-02-28T12:00:00Z")));
        assert_eq!(read("1772366400"), Some(now));
        let day = time("2026-02-28T00:00:00Z");
        assert_eq!(read("2026-02-28T00:00:00Z"), Some(day));
        for wrong in [
            "24",
            "-24",
            "999999999",
            "2026-03-02T00:00:00Z",
            "9999999999",
            "-2h",
            "soon",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        let told = since("24", now).err().map(|failure| failure.hints);
        assert_eq!(told, Some(vec!["did you mean `24h`?".to_owned()]));
    }
}
