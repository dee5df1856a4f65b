//! The workspace: `contain.yaml`, found here or above, and the policies beside it.
//!
//! Strict: an unknown key is an error with its position. Without a workspace everything has a default.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::failure::Failure;
use crate::domain::{Duration, Locator, clock};
use crate::gate::{Policy, policy};

/// The file's name.
pub(super) const FILE: &str = "contain.yaml";
/// Larger files are refused.
const MAX_BYTES: u64 = 1024 * 1024;

/// What `contain.yaml` says.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    #[serde(default)]
    contain: Option<u8>,
    #[serde(default)]
    pub(super) providers: Providers,
    /// Identities that are cut only by the code of an exact plan.
    #[serde(default)]
    pub(super) protected: Vec<Locator>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Providers {
    #[serde(default)]
    pub(super) aws: Aws,
}

#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Aws {
    #[serde(default)]
    pub(super) profile: Option<String>,
    #[serde(default)]
    pub(super) role: Option<String>,
    #[serde(default)]
    pub(super) regions: Vec<String>,
    /// Endpoints by service; the key `default` is for all services.
    #[serde(default)]
    pub(super) endpoints: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) bounds: Option<Bounds>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Bounds {
    propagation: String,
    audit_lag: String,
}

impl Bounds {
    pub(super) fn read(&self, file: &Path) -> Result<(Duration, Duration), Box<Failure>> {
        let read = |key: &str, text: &str| {
            clock::read_duration(text).map_err(|why| {
                Box::new(Failure::new(
                    2,
                    "invalid-file",
                    format!("{}: providers.aws.bounds.{key}: {why}", file.display()),
                ))
            })
        };
        Ok((
            read("propagation", &self.propagation)?,
            read("audit_lag", &self.audit_lag)?,
        ))
    }
}

/// A workspace on disk.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// Its folder; `None` where there is no workspace.
    pub(super) folder: Option<PathBuf>,
    pub(super) config: Config,
}

impl Workspace {
    /// Uses the one in `chosen`, or finds the nearest from `here` up.
    pub(super) fn find(chosen: Option<&Path>, here: &Path) -> Result<Self, Box<Failure>> {
        let folder = match chosen {
            Some(folder) if folder.join(FILE).is_file() => folder.to_owned(),
            Some(folder) => {
                let message = format!("there is no {FILE} in `{}`", folder.display());
                return Err(Box::new(Failure::usage(message)));
            }
            None => match here.ancestors().find(|folder| folder.join(FILE).is_file()) {
                Some(folder) => folder.to_owned(),
                None => return Ok(Self::default()),
            },
        };
        let file = folder.join(FILE);
        let text = read(&file)?;
        let config = parse(&file, &text)?;
        Ok(Self {
            folder: Some(folder),
            config,
        })
    }

    /// The file, for messages.
    pub(super) fn file(&self) -> PathBuf {
        self.folder.as_deref().unwrap_or(Path::new("")).join(FILE)
    }

    /// The policies: the default set, and those of the workspace beside it.
    pub(super) fn policy(&self) -> Result<Policy, Box<Failure>> {
        let mut texts = vec![("default.cedar".to_owned(), policy::DEFAULT.to_owned())];
        if let Some(folder) = self
            .folder
            .as_ref()
            .map(|folder| folder.join("policy"))
            .filter(|folder| folder.is_dir())
        {
            let unreadable = |error: std::io::Error| {
                Failure::usage(format!("failed to list `{}`: {error}", folder.display()))
            };
            let mut files: Vec<PathBuf> = Vec::new();
            for entry in folder.read_dir().map_err(unreadable)? {
                files.push(entry.map_err(unreadable)?.path());
            }
            files.retain(|file| {
                file.extension()
                    .is_some_and(|extension| extension == "cedar")
            });
            files.sort();
            for file in files {
                texts.push((file.display().to_string(), read(&file)?));
            }
        }
        Policy::new(&texts)
            .map_err(|error| Box::new(Failure::new(2, "invalid-file", error.to_string())))
    }
}

fn parse(file: &Path, text: &str) -> Result<Config, Box<Failure>> {
    let name = file.display().to_string();
    crate::playbook::yaml::check(&name, text)?;
    let config: Config = serde_yaml::from_str(text)
        .map_err(|error| Box::new(Failure::new(2, "invalid-file", format!("{name}: {error}"))))?;
    match config.contain {
        None | Some(1) => Ok(config),
        Some(other) => {
            let message = format!(
                "{name}: `contain: {other}` is a version that this program does not know; write `contain: 1`"
            );
            Err(Box::new(Failure::new(2, "invalid-file", message)))
        }
    }
}

/// Reads a file that people wrote, up to 1 MiB.
pub(super) fn read(file: &Path) -> Result<String, Box<Failure>> {
    let failed = |why: String| {
        Box::new(Failure::usage(format!(
            "failed to read `{}`: {why}",
            file.display()
        )))
    };
    let size = std::fs::metadata(file)
        .map_err(|error| failed(error.to_string()))?
        .len();
    if size > MAX_BYTES {
        return Err(failed(format!(
            "it has {size} bytes; at most {MAX_BYTES} are read"
        )));
    }
    std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))
}
