//! Further sinks: where else the record is written, as `sinks` of the workspace says, and what became of them.
//!
//! Only joins configuration, places and the journal; what may be acknowledged is decided there.

#![cfg_attr(
    not(feature = "aws"),
    expect(
        dead_code,
        reason = "only a bucket reads some of it; the file is held to all of it in every build"
    )
)]

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;

use super::failure::{Failure, exit};
use super::session::Session;
use super::{Ended, aside};
use crate::domain::Duration;
use crate::domain::clock::read_duration;
use crate::domain::why::plain;
use crate::journal::several::Marks;
use crate::journal::{self, Folder, FolderPlace, Loss, Mirror, Place, Several};

/// How long one write to the local disk may take where others are there to take over.
const LOCALLY: std::time::Duration = std::time::Duration::from_secs(10);
/// How long one write elsewhere may take where nothing is said.
const WITHIN: Duration = Duration::from_secs(5);
/// How long whoever performs on a shared incident may be silent where nothing is said.
const LEASE: Duration = Duration::from_secs(30);

/// One further sink.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// A folder that is there, e.g. of a mounted share.
    folder: Option<PathBuf>,
    /// `s3://BUCKET/PREFIX`.
    s3: Option<String>,
    /// The bucket's region.
    region: Option<String>,
    /// Where the bucket is served, where not by the vendor.
    endpoint: Option<String>,
    /// Whose credentials write there; otherwise ours.
    profile: Option<String>,
    role: Option<String>,
    /// How long one write may take.
    within: Option<String>,
    /// Whether it has to hold an intent before its call leaves.
    #[serde(default)]
    required: bool,
    /// Whether new incidents live there, so that other machines join them.
    #[serde(default)]
    pub(super) shared: bool,
    /// How long whoever performs on a shared incident may be silent before somebody else may go on.
    lease: Option<String>,
}

/// What became unwritable in this process.
#[derive(Clone, Default)]
pub(super) struct Losses(Arc<Mutex<Vec<Loss>>>);

impl Losses {
    fn all(&self) -> Vec<Loss> {
        let losses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        losses.clone()
    }

    /// Says it once, when it happens.
    pub(super) fn tell(&self) -> journal::several::Tell {
        let losses = self.clone();
        Box::new(move |loss: &Loss| {
            aside(&format!("warning: {}", plain(&loss.to_string())));
            let mut losses = losses.0.lock().unwrap_or_else(PoisonError::into_inner);
            losses.push(loss.clone());
        })
    }

    /// Says at the end what is behind and how it is made whole; a local journal that is behind is no intact one.
    pub(super) fn add_to(&self, ended: &mut Ended) {
        let losses = self.all();
        if losses.is_empty() {
            return;
        }
        let rows: Vec<_> = losses
            .iter()
            .map(|loss| serde_json::json!({"sink": loss.sink, "why": loss.why, "local": loss.is_local}))
            .collect();
        let data = ended
            .output
            .data
            .get_or_insert_with(|| serde_json::json!({}));
        if let Some(data) = data.as_object_mut() {
            data.insert("sinks_lost".to_owned(), rows.into());
        }
        if losses.iter().any(|loss| loss.is_local) {
            let id = ended.output.incident.clone().unwrap_or_default();
            let next = format!("contain journal verify --incident {id}");
            ended.output.next.insert(0, next);
            ended.exit = Some(exit::DAMAGED);
        }
        let mut text = ended
            .text
            .take()
            .unwrap_or_else(|| crate::report::human::ending(&ended.output));
        text.push_str("\nThe record:\n");
        for loss in &losses {
            text.extend(["  ", &plain(&loss.to_string()), "\n"]);
            if loss.is_local {
                text.push_str("  What followed stands in the other sinks alone; the next command that can write here takes it in.\n");
            }
        }
        ended.text = Some(text);
    }
}

impl Config {
    pub(super) fn refused(&self, session: &Session, why: &str) -> Box<Failure> {
        let file = session.workspace.file();
        let message = format!("{}: sinks: `{}` {why}", file.display(), self.name());
        Box::new(Failure::new(exit::USAGE, "invalid-file", message))
    }

    /// For how long whoever performs on a shared incident is taken to be there after a sign of life.
    pub(super) fn lease(&self, session: &Session) -> Result<Duration, Box<Failure>> {
        let read = |text: &String| {
            read_duration(text).map_err(|why| self.refused(session, &format!("lease: {why}")))
        };
        let lease = self.lease.as_ref().map_or(Ok(LEASE), read)?;
        if lease < Duration::from_secs(2) || lease > Duration::from_mins(10) {
            return Err(self.refused(session, "lease: write from 2s to 10m"));
        }
        Ok(lease)
    }

    /// What messages call it.
    pub(super) fn name(&self) -> String {
        let folder = self
            .folder
            .as_ref()
            .map(|folder| folder.display().to_string());
        let name = folder.or_else(|| self.s3.clone());
        name.unwrap_or_else(|| "a sink".to_owned())
    }

    fn within(&self, session: &Session) -> Result<Duration, Box<Failure>> {
        let read = |text: &String| {
            read_duration(text).map_err(|why| self.refused(session, &format!("within: {why}")))
        };
        let within = self.within.as_ref().map_or(Ok(WITHIN), read)?;
        if within < Duration::from_millis(100) || within > Duration::from_mins(1) {
            return Err(self.refused(session, "within: write from 100ms to 1m"));
        }
        Ok(within)
    }

    /// The sink's own place for an incident, with a deadline.
    pub(super) fn mirror(&self, session: &Session, incident: &str) -> Result<Mirror, Box<Failure>> {
        let within = self.within(session)?;
        let name = self.name();
        let incident = incident.to_owned();
        match (&self.folder, &self.s3) {
            (Some(folder), None) => {
                let beside = session.workspace.folder.clone().unwrap_or_default();
                let folder = beside.join(folder);
                let open = move || {
                    let place = FolderPlace::open(&folder, &incident)?;
                    Ok(Box::new(place) as Box<dyn Place>)
                };
                Ok(Mirror::new(name, within.unsigned_abs(), open).required(self.required))
            }
            (None, Some(_)) => {
                let mirror = object::mirror(self, session, (name, within, incident))?;
                Ok(mirror.required(self.required))
            }
            (Some(_), Some(_)) | (None, None) => Err(self.refused(
                session,
                "is written as {folder: DIR} or {s3: \"s3://BUCKET/PREFIX\"}",
            )),
        }
    }
}

impl Session {
    /// The further sinks of an incident; a rehearsal has none.
    fn mirrors(&self, folder: &Folder) -> Result<Vec<Mirror>, Box<Failure>> {
        let configured = self.workspace.config.sinks.iter();
        let configured = configured.filter(|_| !folder.is_drill());
        configured
            .map(|sink| sink.mirror(self, folder.id()))
            .collect()
    }

    /// An incident's journal, for appending: here, and in the further sinks but the one where it is shared.
    pub(super) fn copies(
        &self,
        folder: &Folder,
        shared: Option<&str>,
    ) -> Result<Box<dyn journal::Sink>, Box<Failure>> {
        let mut mirrors = self.mirrors(folder)?;
        mirrors.retain(|mirror| Some(mirror.name()) != shared);
        let local = Box::new(folder.sink()?);
        if mirrors.is_empty() {
            return Ok(local);
        }
        // What stands in a shared place is found there, whatever the copies lack.
        let marks = shared.is_none().then(|| Marks::of(folder));
        let several = Several::open(local, mirrors, marks, (LOCALLY, self.losses.tell()))?;
        Ok(Box::new(several))
    }

    /// How each further sink stands to a journal: in words, and whether something is wrong.
    pub(super) fn beside(
        &self,
        folder: &Folder,
        bytes: &[u8],
    ) -> Result<Vec<(String, bool)>, Box<Failure>> {
        let said = |mut mirror: Mirror| {
            let compared = journal::history::compare(bytes, &mut mirror);
            let (said, is_wrong) = match compared {
                Ok(compared) => (compared.to_string(), compared.is_wrong()),
                Err(why) => (format!("was not read: {}", plain(&why)), false),
            };
            (format!("{} {said}", mirror.name()), is_wrong)
        };
        Ok(self.mirrors(folder)?.into_iter().map(said).collect())
    }

    /// Says which further sinks may hold what nobody here has seen.
    pub(super) fn say_unseen(&self, folder: &Folder) {
        let named: Vec<String> = self
            .workspace
            .config
            .sinks
            .iter()
            .map(Config::name)
            .collect();
        for sink in journal::several::unseen(folder, &named) {
            aside(&format!(
                "warning: `{}` may hold entries of incident `{}` that nobody here has seen; the next command that writes reads them, or refuses",
                plain(&sink),
                folder.id()
            ));
        }
    }

    /// The incidents that a sink holds, by id.
    pub(super) async fn incidents_in(&self, sink: &Config) -> Result<Vec<String>, Box<Failure>> {
        let Some(folder) = &sink.folder else {
            return object::incidents(sink, self).await;
        };
        let beside = self.workspace.folder.clone().unwrap_or_default();
        let listed = journal::mirror::folders(&beside.join(folder));
        listed.map_err(|why| sink.refused(self, &format!("was not read: {why}")))
    }

    /// Whether incidents can be shared in a sink; what is put there to see it stays, and is put once.
    fn look_at_shared(&self, sink: &Config) -> Result<(), String> {
        let mut store = sink.mirror(self, "").map_err(|failure| failure.message)?;
        let proven = journal::shared::prove(&mut store);
        proven.map_err(|why| format!("failed to {why}"))
    }

    /// Whether each further sink answers, for `doctor`: its name, whether it could be better, and what was found.
    pub(super) async fn look_at_sinks(&self) -> Vec<(String, Result<(bool, String), String>)> {
        let mut looked = Vec::new();
        for sink in &self.workspace.config.sinks {
            let found = match (&sink.folder, &sink.s3) {
                (Some(folder), None) => {
                    let beside = self.workspace.folder.clone().unwrap_or_default();
                    let anchored = journal::file::anchor(&beside.join(folder));
                    anchored
                        .map(|_| (false, "it is there".to_owned()))
                        .map_err(|error| super::evidence::spelled(&error))
                }
                (None, Some(_)) => object::look(sink, self).await,
                (Some(_), Some(_)) | (None, None) => Err(sink
                    .refused(self, "is neither one folder nor one bucket")
                    .message),
            };
            let found = found.and_then(|(could_be_better, said)| match sink.shared {
                true => self.look_at_shared(sink).map(|()| {
                    let more = "new incidents live there, and it was seen to keep what is there (put-if-absent)";
                    (could_be_better, format!("{said}; {more}"))
                }),
                false => Ok((could_be_better, said)),
            });
            looked.push((sink.name(), found));
        }
        looked
    }
}

#[cfg(feature = "aws")]
mod object {
    use super::{Config, Duration, Failure, Mirror, Place, Session};
    use crate::journal::mirror::Said;
    use crate::provider::aws::{Address, Bucket, Settings};

    /// An incident's objects in a bucket, and what waits for them.
    struct Objects {
        bucket: Bucket,
        prefix: String,
        runtime: tokio::runtime::Runtime,
    }

    impl Objects {
        fn key(&self, name: &str) -> String {
            format!("{}/{name}", self.prefix)
        }
    }

    impl Place for Objects {
        fn put(&mut self, name: &str, bytes: &[u8]) -> Result<bool, String> {
            let key = self.key(name);
            let put = self.bucket.put_new(&key, bytes);
            self.runtime.block_on(put).map_err(|why| why.to_string())
        }

        fn list(&mut self) -> Result<Vec<(String, u64)>, String> {
            let listed = self.bucket.list(&self.prefix);
            self.runtime.block_on(listed).map_err(|why| why.to_string())
        }

        fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
            let key = self.key(name);
            let got = self.bucket.get(&key);
            self.runtime.block_on(got).map_err(|why| why.to_string())
        }

        fn say(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
            let key = self.key(name);
            let said = self.bucket.say(&key, bytes);
            self.runtime.block_on(said).map_err(|why| why.to_string())
        }

        fn heard(&mut self, name: &str) -> Result<Option<Said>, String> {
            let key = self.key(name);
            let heard = self.bucket.heard(&key);
            let heard = self.runtime.block_on(heard);
            let heard = heard.map_err(|why| why.to_string())?;
            Ok(heard.map(|(said, age)| (said, age.unsigned_abs())))
        }
    }

    /// Where it is and how it is reached, with the prefix.
    fn place(
        sink: &Config,
        session: &Session,
    ) -> Result<(Address, Settings, String), Box<Failure>> {
        let refused = |why: &str| sink.refused(session, why);
        let url = sink.s3.as_deref().and_then(|url| url.strip_prefix("s3://"));
        let url = url.ok_or_else(|| refused("is no s3://BUCKET/PREFIX"))?;
        let (bucket, prefix) = url.split_once('/').unwrap_or((url, ""));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if bucket.is_empty() || !bucket.chars().all(is_plain) {
            return Err(refused("is no s3://BUCKET/PREFIX"));
        }
        let mut settings = session.aws_settings()?;
        let named = || super::super::session::environment("AWS_ENDPOINT_URL_S3");
        let endpoint = sink.endpoint.clone().or_else(named);
        if let Some(endpoint) = &endpoint {
            super::super::workspace::endpoint(endpoint)
                .map_err(|why| refused(&format!("endpoint: {why}")))?;
        }
        let endpoint = endpoint.or_else(|| settings.endpoints.get("").cloned());
        if sink.profile.is_some() || sink.role.is_some() {
            settings.profile.clone_from(&sink.profile);
            settings.role.clone_from(&sink.role);
        }
        let address = Address {
            bucket: bucket.to_owned(),
            region: sink.region.clone(),
            endpoint,
            within: sink.within(session)?,
        };
        Ok((address, settings, prefix.trim_matches('/').to_owned()))
    }

    pub(super) fn mirror(
        sink: &Config,
        session: &Session,
        (name, within, incident): (String, Duration, String),
    ) -> Result<Mirror, Box<Failure>> {
        let (address, settings, prefix) = place(sink, session)?;
        let clock = session.clock.clone();
        let prefix = format!("{prefix}/{incident}").trim_matches('/').to_owned();
        let open = move || {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = builder
                .enable_all()
                .build()
                .map_err(|error| error.to_string())?;
            let bucket = runtime
                .block_on(Bucket::open(&address, settings, clock))
                .map_err(|why| why.to_string())?;
            let place = Objects {
                bucket,
                prefix,
                runtime,
            };
            Ok(Box::new(place) as Box<dyn Place>)
        };
        Ok(Mirror::new(name, within.unsigned_abs(), open))
    }

    /// The incidents that are there.
    pub(super) async fn incidents(
        sink: &Config,
        session: &Session,
    ) -> Result<Vec<String>, Box<Failure>> {
        let (address, settings, prefix) = place(sink, session)?;
        let listed = async {
            let bucket = Bucket::open(&address, settings, session.clock.clone()).await?;
            bucket.folders(&prefix).await
        };
        let unread =
            |why: crate::domain::Why| sink.refused(session, &format!("was not read: {why}"));
        listed.await.map_err(unread)
    }

    /// Whether it answers, and whether what is written there can be taken away again.
    pub(super) async fn look(sink: &Config, session: &Session) -> Result<(bool, String), String> {
        let (address, settings, prefix) =
            place(sink, session).map_err(|failure| failure.message)?;
        let bucket = Bucket::open(&address, settings, session.clock.clone()).await;
        let bucket = bucket.map_err(|why| why.to_string())?;
        bucket.list(&prefix).await.map_err(|why| why.to_string())?;
        let served = address
            .endpoint
            .map(|url| format!(" at {url} (not the vendor's)"));
        let served = served.unwrap_or_default();
        Ok(match bucket.object_lock().await {
            Ok(Some(kept)) => (
                false,
                format!("it answers{served}; Object Lock keeps each object: {kept}"),
            ),
            Ok(None) => (
                true,
                format!(
                    "it answers{served}; Object Lock is off or has no default retention, so whoever may delete there can take the record away"
                ),
            ),
            Err(why) => (
                true,
                format!("it answers{served}; whether Object Lock is on is not known: {why}"),
            ),
        })
    }
}

#[cfg(not(feature = "aws"))]
mod object {
    use super::{Config, Duration, Failure, Mirror, Session};

    const NONE: &str = "is object storage, which this build has not";

    pub(super) fn mirror(
        sink: &Config,
        session: &Session,
        _: (String, Duration, String),
    ) -> Result<Mirror, Box<Failure>> {
        Err(sink.refused(session, NONE))
    }

    pub(super) async fn incidents(
        sink: &Config,
        session: &Session,
    ) -> Result<Vec<String>, Box<Failure>> {
        Err(sink.refused(session, NONE))
    }

    pub(super) async fn look(sink: &Config, session: &Session) -> Result<(bool, String), String> {
        Err(sink.refused(session, NONE).message)
    }
}
