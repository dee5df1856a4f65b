//! One pass over one file: what is in it, or the events that were asked for.
//!
//! Never keeps a record longer than it is looked at.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use regex::bytes::Regex;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::frame::Frames;
use super::is_of;
use crate::domain::digest::Hasher;
use crate::domain::{Because, Clock, NotSeen, Source, Time, Why};
use crate::provider::aws::event::{Event, of_record};
use crate::provider::aws::trail::By;

/// How often the time is looked at, in records.
const OFTEN: u64 = 4096;
/// For how many keys it is remembered whose they are.
const SIGNERS: usize = 100_000;

/// What one pass over a file told.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) source: Source,
    /// Why not all of it could be read.
    incomplete: Option<Why>,
    /// The ARN behind a key.
    pub(super) signers: HashMap<Box<str>, Box<str>>,
    /// The keys that a key, user or role made or entered with, by name.
    pub(super) made: HashMap<Box<str>, Vec<Box<str>>>,
}

impl Survey {
    /// What could not be seen in the file.
    pub(super) fn not_seen(&self) -> Vec<NotSeen> {
        let name = &self.source.name;
        let broken = (self.source.broken > 0).then(|| NotSeen {
            what: format!("{} records of the export `{name}`", self.source.broken),
            why: Why::new(Because::Garbled, "they could not be understood"),
            withholds: true,
        });
        let rest = self.incomplete.clone().map(|why| NotSeen {
            what: format!("the export `{name}` to its end"),
            why,
            withholds: true,
        });
        broken.into_iter().chain(rest).collect()
    }
}

/// What a pass needs of every record; the rest is passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Slim<'a> {
    #[serde(default)]
    event_name: Option<String>,
    #[serde(default)]
    event_time: Option<String>,
    #[serde(default)]
    user_identity: Option<Identity>,
    #[serde(default, borrow)]
    response_elements: Option<&'a RawValue>,
    /// What LookupEvents wraps.
    #[serde(default, rename = "CloudTrailEvent")]
    inner: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    #[serde(default)]
    arn: Option<String>,
    #[serde(default)]
    user_name: Option<String>,
    #[serde(default)]
    access_key_id: Option<String>,
    #[serde(default)]
    session_context: Option<Context>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(default)]
    session_issuer: Option<Issuer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issuer {
    #[serde(default)]
    arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(default)]
    credentials: Option<Minted>,
    #[serde(default)]
    access_key: Option<Minted>,
    #[serde(default)]
    assumed_role_user: Option<Issuer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Minted {
    #[serde(default)]
    access_key_id: Option<String>,
}

/// Reads a file and hashes it on the way.
struct Hashed<R> {
    from: R,
    hasher: Hasher,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.hasher
            .write_all(into.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

/// Opens a file, unpacked where it is gzip.
fn open<'a>(mut file: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut head = Vec::with_capacity(2);
    file.by_ref().take(2).read_to_end(&mut head)?;
    let is_gzip = head == [0x1f, 0x8b];
    let whole = io::Cursor::new(head).chain(file);
    Ok(if is_gzip {
        Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(
            256 * 1024,
            whole,
        )))
    } else {
        Box::new(whole)
    })
}

/// Reads a file once, from its beginning to its end.
pub(super) fn survey(path: &Path, clock: &Clock, until: Time) -> Survey {
    let mut survey = Survey {
        source: Source {
            name: path.display().to_string(),
            digest: crate::domain::Digest::ZERO,
            records: 0,
            broken: 0,
            from: None,
            to: None,
        },
        incomplete: None,
        signers: HashMap::new(),
        made: HashMap::new(),
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => {
            survey.incomplete = Some(Why::new(Because::Missing, error.to_string()));
            return survey;
        }
    };
    let mut hashed = Hashed {
        from: file,
        hasher: Hasher::default(),
    };
    if let Err(why) = survey.read(&mut hashed, clock, until) {
        survey.incomplete = Some(why);
    }
    // What follows the last record belongs to the file as well.
    let rest = io::copy(&mut hashed, &mut io::sink());
    if let Err(error) = rest {
        survey.incomplete = Some(Why::new(Because::Garbled, error.to_string()));
    }
    survey.source.digest = hashed.hasher.finish();
    survey
}

impl Survey {
    fn read(&mut self, from: impl Read, clock: &Clock, until: Time) -> Result<(), Why> {
        let garbled = |error: io::Error| Why::new(Because::Garbled, error.to_string());
        let mut frames = Frames::new(open(from).map_err(garbled)?).map_err(garbled)?;
        let mut ended = Ok(());
        loop {
            let understood = match frames.next() {
                Ok(Some(record)) => self.take(record),
                Ok(None) => break,
                Err(error) => {
                    ended = Err(garbled(error));
                    break;
                }
            };
            if !understood {
                frames.refuse();
            }
            if self.source.records.is_multiple_of(OFTEN) && clock.now() >= until {
                ended = Err(Why::new(
                    Because::Timeout,
                    "the time allowed for it is over",
                ));
                break;
            }
        }
        self.source.broken = frames.broken;
        if ended.is_ok() && frames.cut_short {
            ended = Err(Why::new(
                Because::Garbled,
                "it ends in the middle of a record",
            ));
        }
        ended
    }

    fn take(&mut self, record: &[u8]) -> bool {
        let Ok(slim) = serde_json::from_slice::<Slim<'_>>(record) else {
            return false;
        };
        let taken = match &slim.inner {
            Some(inner) => {
                serde_json::from_str::<Slim<'_>>(inner).is_ok_and(|inner| self.note(&inner))
            }
            None => self.note(&slim),
        };
        self.source.records += u64::from(taken);
        taken
    }

    fn note(&mut self, slim: &Slim<'_>) -> bool {
        let Some(name) = &slim.event_name else {
            return false;
        };
        let at: Option<Time> = slim.event_time.as_deref().and_then(|at| at.parse().ok());
        if let Some(at) = at {
            self.source.from = Some(self.source.from.map_or(at, |from| from.min(at)));
            self.source.to = Some(self.source.to.map_or(at, |to| to.max(at)));
        }
        let Some(who) = &slim.user_identity else {
            return true;
        };
        let issuer = who.session_context.as_ref();
        let issuer = issuer.and_then(|context| context.session_issuer.as_ref()?.arn.as_deref());
        let arn = issuer.or(who.arn.as_deref());
        let key = who.access_key_id.as_deref().filter(|key| !key.is_empty());
        if let (Some(key), Some(arn)) = (key, arn)
            && self.signers.len() < SIGNERS
            && !self.signers.contains_key(key)
        {
            self.signers.insert(key.into(), arn.into());
        }
        let mints = name.starts_with("AssumeRole")
            || matches!(
                name.as_str(),
                "CreateAccessKey" | "GetSessionToken" | "GetFederationToken"
            );
        let response = slim.response_elements.filter(|_| mints);
        let response = response.and_then(|raw| serde_json::from_str::<Response>(raw.get()).ok());
        let Some(response) = response else {
            return true;
        };
        let role = response.assumed_role_user.and_then(|role| role.arn);
        let role = role.as_deref().and_then(|arn| arn.split('/').nth(1));
        let made = response.credentials.into_iter().chain(response.access_key);
        for made in made.filter_map(|made| made.access_key_id) {
            let user = who.user_name.as_deref().map(|user| format!("user/{user}"));
            let role = role.map(|role| format!("role/{role}"));
            for by in [key.map(str::to_owned), user, role].into_iter().flatten() {
                let list = self.made.entry(by.into()).or_default();
                list.push(made.as_str().into());
            }
        }
        true
    }
}

/// The name that a survey knows something looked for by.
pub(super) fn name(by: &By) -> String {
    match by.attribute {
        "AccessKeyId" => by.value.clone(),
        "Username" => format!("user/{}", by.value),
        _ => format!("role/{}", by.value.rsplit('/').next().unwrap_or_default()),
    }
}

/// Hands over every event of the file that is looked for; answers whether all of it was read.
pub(super) fn fetch(
    path: &Path,
    wanted: &[By],
    (clock, until): (&Clock, Time),
    mut take: impl FnMut(Event),
) -> bool {
    // An ARN's slashes may be escaped, its last part is not.
    let words = wanted.iter().map(|by| {
        let word = by.value.rsplit('/').next().unwrap_or_default();
        regex::escape(word)
    });
    let any = words.collect::<Vec<_>>().join("|");
    let keys: HashSet<&str> = wanted
        .iter()
        .filter(|by| by.attribute == "AccessKeyId")
        .map(|by| by.value.as_str())
        .collect();
    let others: Vec<&By> = wanted
        .iter()
        .filter(|by| by.attribute != "AccessKeyId")
        .collect();
    let is_wanted = |event: &Event| {
        event.key.as_deref().is_some_and(|key| keys.contains(key))
            || others.iter().any(|by| is_of(by, event))
    };
    // Only a first sieve: where it cannot be made every record is looked at.
    let sieve = Regex::new(&any).ok();
    let frames = File::open(path).and_then(open).and_then(Frames::new);
    let Ok(mut frames) = frames else {
        return false;
    };
    let mut records = 0_u64;
    loop {
        let record = match frames.next() {
            Ok(Some(record)) => record,
            Ok(None) => return true,
            Err(_) => return false,
        };
        records += 1;
        if records.is_multiple_of(OFTEN) && clock.now() >= until {
            return false;
        }
        if sieve.as_ref().is_some_and(|sieve| !sieve.is_match(record)) {
            // A record without an end that swallowed what is looked for goes through the sieve, and is looked into.
            continue;
        }
        match serde_json::from_slice(record) {
            Ok(record) => {
                let event = of_record(record);
                if is_wanted(&event) {
                    take(event);
                }
            }
            Err(_) => frames.refuse(),
        }
    }
}
