//! One pass over one file: what is in it, or the events that were asked for.
//!
//! Never keeps a record longer than it is looked at.

use std::collections::{BTreeSet, HashMap, HashSet};
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
/// How many keys it is remembered of whose they are, and of how many what made them.
const KNOWN: usize = 100_000;
/// The longest id of a key (IAM API reference, AccessKey) and name of a user or role with what stands before it.
const NAME: usize = 128;
/// The longest ARN (IAM API reference, arnType).
const ARN: usize = 2048;

/// What one pass over a file told.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) source: Source,
    /// Why not all of it could be read.
    incomplete: Option<Why>,
    /// The ARN behind a key.
    pub(super) signers: HashMap<Box<str>, Box<str>>,
    /// The keys that a key, user or role made or entered with, by name.
    pub(super) made: HashMap<Box<str>, BTreeSet<Box<str>>>,
    /// How many more it may remember of each.
    room: (usize, usize),
    /// Whether there was something to remember and no room.
    forgot: bool,
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
        let forgotten = self.forgot.then(|| NotSeen {
            what: format!("what every key of the export `{name}` made"),
            why: Why::new(
                Because::Unavailable,
                "it tells of more keys than are remembered",
            ),
            withholds: true,
        });
        broken.into_iter().chain(rest).chain(forgotten).collect()
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

/// Opens what can be read more than once; asking a pipe would wait for whoever writes into it.
fn regular(path: &Path) -> io::Result<File> {
    if std::fs::metadata(path)?.is_file() {
        File::open(path)
    } else {
        Err(io::Error::other("it is no regular file"))
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
    let mut survey = Survey::new(path.display().to_string(), KNOWN);
    let file = match regular(path) {
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
    fn new(name: String, room: usize) -> Self {
        Self {
            source: Source {
                name,
                digest: crate::domain::Digest::ZERO,
                records: 0,
                broken: 0,
                from: None,
                to: None,
            },
            incomplete: None,
            signers: HashMap::new(),
            made: HashMap::new(),
            room: (room, room),
            forgot: false,
        }
    }

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
        // What is longer is no name of AWS's.
        let is_name = |name: &&str| !name.is_empty() && name.len() <= NAME;
        let key = who.access_key_id.as_deref().filter(is_name);
        if let (Some(key), Some(arn)) = (key, arn.filter(|arn| arn.len() <= ARN))
            && !self.signers.contains_key(key)
        {
            if self.room.0 > 0 {
                self.room.0 -= 1;
                self.signers.insert(key.into(), arn.into());
            } else {
                self.forgot = true;
            }
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
        let user = who.user_name.as_deref().map(|user| format!("user/{user}"));
        let role = role.map(|role| format!("role/{role}"));
        for made in made.filter_map(|made| made.access_key_id) {
            let by = [key, user.as_deref(), role.as_deref()];
            for by in by.into_iter().flatten().filter(is_name) {
                self.remember(by, &made);
            }
        }
        true
    }

    /// Keeps what a key, user or role made.
    fn remember(&mut self, by: &str, made: &str) {
        let is_known = || self.made.get(by).is_some_and(|all| all.contains(made));
        if made.is_empty() || made.len() > NAME || is_known() {
            return;
        }
        if self.room.1 == 0 {
            self.forgot = true;
            return;
        }
        self.room.1 -= 1;
        self.made.entry(by.into()).or_default().insert(made.into());
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

/// Hands over every event of the file that is looked for, and its length; answers whether all of it was read.
pub(super) fn fetch(
    path: &Path,
    wanted: &[By],
    (clock, until): (&Clock, Time),
    mut take: impl FnMut(Event, usize),
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
    let frames = regular(path).and_then(open).and_then(Frames::new);
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
        let length = record.len();
        match serde_json::from_slice(record) {
            Ok(record) => {
                let event = of_record(record);
                if is_wanted(&event) {
                    take(event, length);
                }
            }
            Err(_) => frames.refuse(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str, user: &str, made: &str) -> Vec<u8> {
        let record = serde_json::json!({
            "eventName": "CreateAccessKey",
            "userIdentity": {"arn": format!("arn:aws:iam::1:user/{user}"), "userName": user, "accessKeyId": key},
            "responseElements": {"accessKey": {"accessKeyId": made}},
        });
        record.to_string().into_bytes()
    }

    #[test]
    fn a_file_that_tells_of_endless_keys_is_read_within_bounds_and_that_is_told() {
        let mut survey = Survey::new("hostile".to_owned(), 4);
        // The same again takes no room.
        for _ in 0..100 {
            assert!(survey.take(&record("AKIA1", "bot", "AKIA2")));
        }
        assert!(survey.not_seen().is_empty());
        let long = "x".repeat(1024 * 1024);
        assert!(survey.take(&record(&long, &long, &long)));
        assert_eq!((survey.signers.len(), survey.made.len()), (1, 2));
        assert!(survey.not_seen().is_empty());
        for n in 0..1000 {
            assert!(survey.take(&record(&format!("AKIA{n}"), "bot", &format!("AKIAMADE{n}"))));
        }
        let made: usize = survey.made.values().map(BTreeSet::len).sum();
        assert_eq!((survey.signers.len(), made), (4, 4));
        let told = survey.not_seen();
        assert!(
            told.iter()
                .any(|told| told.withholds && told.what.contains("what every key")),
            "{told:?}"
        );
    }
}
