//! Making an access key, and finding again what a lost reply may have left.
//!
//! AWS takes no tag on a key, so its user carries it: before the call the keys that are there and the time, after it
//! the key that was made, until that is deleted. Never answers a key as ours where another could be meant.

use aws_sdk_iam::types::{AccessKey, Tag as UserTag};
use serde::Serialize;
use serde_json::json;

use super::adapter::unsent;
use super::client::{Clients, Handle};
use super::failure::Failure;
use super::keys::{Key, list};
use super::kind;
use crate::domain::{
    Answer, Because, Call, Duration, Fields, Locator, Outcome, Secret, Tag, Time, Why,
};

/// How many keys a user can have; inactive ones count.
const AT_MOST: usize = 2;
/// How long after the mark a key can have been made by the call that wrote it: deadlines, and whole seconds.
const WITHIN: Duration = Duration::from_secs(60);

/// What stands under our tag on the user.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Mark {
    /// The call was about to be sent: when, and which keys were there.
    Before(Time, Vec<String>),
    /// The call made this key.
    Made(String),
}

impl Mark {
    /// As a tag's value: at most 256 characters of letters, digits, spaces and `_.:/=+-@`.
    fn text(&self) -> String {
        match self {
            Self::Before(at, keys) => format!(
                "before {} {}",
                at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                keys.join(" ")
            ),
            Self::Made(key) => format!("made {key}"),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        match (words.next()?, words.next()?) {
            ("made", key) => Some(Self::Made(key.to_owned())),
            ("before", at) => Some(Self::Before(
                at.parse().ok()?,
                words.map(str::to_owned).collect(),
            )),
            _ => None,
        }
    }
}

/// The form in which a new key goes to a store; the names are those of a credentials file.
#[derive(Serialize)]
struct Pair<'a> {
    aws_access_key_id: &'a str,
    aws_secret_access_key: &'a str,
}

/// Makes a key for a user.
pub(super) async fn access_key(on: &Handle, call: &Call) -> Outcome {
    let user = call.target.id();
    let there = match list(on, user).await {
        Ok(there) => there,
        Err(failure) => return unsent(failure.why()),
    };
    if there.len() >= AT_MOST {
        let told = there
            .iter()
            .map(|key| format!("{} ({})", key.id, key.status));
        let text = format!(
            "{user} has two keys already, and AWS allows no third: {}; delete the dead one first: aws.delete-access-key",
            told.collect::<Vec<_>>().join(", ")
        );
        return Outcome::Refused(Why::new(Because::Conflict, text));
    }
    let clients = match on.clients().await {
        Ok(clients) => clients,
        Err(why) => return unsent(why),
    };
    let now = on.link.clock.now();
    let at = now.saturating_add(on.link.heard.ahead().unwrap_or_default());
    let keys = there.into_iter().map(|key| key.id).collect();
    let mark = Mark::Before(at.unwrap_or(now), keys);
    if let Err(failure) = write(clients, user, &call.tag, &mark).await {
        // A mark alone issues nothing, whether or not it was written.
        return unsent(failure.why());
    }
    super::keys::forget(on, user);
    let made = match send(on, clients, user, &call.tag).await {
        Ok(made) => made,
        Err(outcome) => return outcome,
    };
    let key = made.access_key_id;
    let Some(secret) = pair(&key, &made.secret_access_key) else {
        let text = "the new key could not be written as JSON";
        return Outcome::InDoubt(Why::new(Because::Garbled, text));
    };
    drop(Secret::new(made.secret_access_key));
    // The mark stays for as long as the key: by it a second one of the same call would be known.
    let mut fields = Fields::from([
        ("user".to_owned(), json!(user)),
        ("tag_on_user".to_owned(), json!(call.tag.0)),
    ]);
    if let Err(failure) = write(clients, user, &call.tag, &Mark::Made(key.clone())).await {
        // The mark from before still finds the key.
        fields.insert("unmarked".to_owned(), json!(failure.why().text));
    }
    Outcome::Done(Answer {
        applied: true,
        made: vec![Locator::new(
            &kind("access-key"),
            &key,
            call.target.account(),
        )],
        fields,
        secret: Some(secret),
    })
}

/// The secret in the form in which it goes to a store.
fn pair(key: &str, secret: &str) -> Option<Secret> {
    let pair = Pair {
        aws_access_key_id: key,
        aws_secret_access_key: secret,
    };
    serde_json::to_string(&pair).ok().map(Secret::new)
}

/// Makes the key; where it is known that none was made, the mark goes again.
async fn send(on: &Handle, clients: &Clients, user: &str, tag: &Tag) -> Result<AccessKey, Outcome> {
    let sent = clients.iam.create_access_key().user_name(user).send().await;
    let sent = sent.map_err(|failed| Failure::of(&failed, "iam:CreateAccessKey"));
    let failure = match sent.map(|said| said.access_key) {
        Ok(made) => {
            return made.ok_or_else(|| {
                let text = "iam:CreateAccessKey answered no key";
                Outcome::InDoubt(Why::new(Because::Garbled, text))
            });
        }
        Err(failure) => failure,
    };
    Err(match failure.outcome(&on.link.clock) {
        Outcome::Refused(why) => {
            let left = unmark(clients, user, std::slice::from_ref(&tag.0)).await;
            Outcome::Refused(with_left(why, left.err()))
        }
        other @ (Outcome::Done(_)
        | Outcome::AlreadySo
        | Outcome::Throttled { .. }
        | Outcome::Unavailable(_)
        | Outcome::InDoubt(_)) => other,
    })
}

async fn write(clients: &Clients, user: &str, tag: &Tag, mark: &Mark) -> Result<(), Failure> {
    let tag = UserTag::builder().key(&tag.0).value(mark.text()).build();
    let tag = tag.map_err(|_| {
        let text = "the mark of an item is no tag";
        Failure::Unsent(Why::new(Because::Invalid, text))
    })?;
    let sent = clients
        .iam
        .tag_user()
        .user_name(user)
        .tags(tag)
        .send()
        .await;
    sent.map(drop)
        .map_err(|failed| Failure::of(&failed, "iam:TagUser"))
}

/// Takes marks off a user.
async fn unmark(clients: &Clients, user: &str, marks: &[String]) -> Result<(), Failure> {
    if marks.is_empty() {
        return Ok(());
    }
    let request = clients.iam.untag_user().user_name(user);
    let sent = request.set_tag_keys(Some(marks.to_vec())).send().await;
    sent.map(drop)
        .map_err(|failed| Failure::of(&failed, "iam:UntagUser"))
}

fn with_left(why: Why, left: Option<Failure>) -> Why {
    match left {
        None => why,
        Some(failure) => {
            let text = format!("{}; a tag of ours stays: {}", why.text, failure.why());
            Why::new(why.because, text)
        }
    }
}

/// The key that a call made: the one that its user's mark names; else the one that came after the mark. A mark on any
/// other user says nothing: whoever may tag users could have written it.
pub(super) async fn made(on: &Handle, call: &Call) -> Result<Vec<Locator>, Why> {
    let (user, tag) = (call.target.id(), &call.tag);
    let Some(text) = marked(on, user, tag).await? else {
        return Ok(Vec::new());
    };
    let mark = Mark::read(&text).ok_or_else(|| {
        let text = format!("the tag {} of {user} was altered", tag.0);
        Why::new(Because::Ambiguous, text)
    })?;
    let there = list(on, user).await.map_err(|failure| failure.why())?;
    let key = of_mark(&mark, &there).map_err(|keys| {
        let text = format!(
            "which key of {user} the call made cannot be told: {}; see who made each in CloudTrail and delete it by hand",
            keys.join(", ")
        );
        Why::new(Because::Ambiguous, text)
    })?;
    let named = |key: String| Locator::new(&kind("access-key"), &key, call.target.account());
    Ok(key.map(named).into_iter().collect())
}

/// The key that a mark stands for, of those that are there; all that it could be, where that is not plain.
fn of_mark(mark: &Mark, there: &[Key]) -> Result<Option<String>, Vec<String>> {
    match mark {
        Mark::Made(key) => Ok(there.iter().any(|one| one.id == *key).then(|| key.clone())),
        Mark::Before(at, keys) => {
            let new: Vec<&Key> = there.iter().filter(|key| !keys.contains(&key.id)).collect();
            // IAM keeps whole seconds, and its clock need not agree with ours to the second.
            let fits = |key: &Key| {
                key.created
                    .is_some_and(|created| created.duration_since(*at).abs() <= WITHIN)
            };
            match new.as_slice() {
                [] => Ok(None),
                [one] if fits(one) => Ok(Some(one.id.clone())),
                several => Err(several.iter().map(|key| key.id.clone()).collect()),
            }
        }
    }
}

/// What stands under a tag of a user.
async fn marked(on: &Handle, user: &str, tag: &Tag) -> Result<Option<String>, Why> {
    let mut tags = tags(on, user).await?.into_iter();
    Ok(tags.find_map(|(key, value)| (key == tag.0).then_some(value)))
}

/// The tags of a user; none where there is no such user.
async fn tags(on: &Handle, user: &str) -> Result<Vec<(String, String)>, Why> {
    let said = on.clients().await?.iam.get_user().user_name(user).send();
    let said = match said
        .await
        .map_err(|failed| Failure::of(&failed, "iam:GetUser"))
    {
        Ok(said) => said,
        Err(failure) if failure.is_missing() => return Ok(Vec::new()),
        Err(failure) => return Err(failure.why()),
    };
    let tags = said.user.and_then(|user| user.tags).unwrap_or_default();
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// Takes the marks of a key that is gone off its user; what stays is told.
async fn unmark_key(on: &Handle, clients: &Clients, user: &str, key: &str) -> Fields {
    let marks = tags(on, user).await.map(|tags| {
        let is_of_key = |(tag, value): &(String, String)| {
            tag.starts_with("contain-") && Mark::read(value) == Some(Mark::Made(key.to_owned()))
        };
        let marks = tags.into_iter().filter(is_of_key);
        marks.map(|(tag, _)| tag).collect::<Vec<_>>()
    });
    let gone = match marks {
        Ok(marks) => unmark(clients, user, &marks)
            .await
            .map_err(|failure| failure.why()),
        Err(why) => Err(why),
    };
    match gone {
        Ok(()) => Fields::new(),
        Err(why) => Fields::from([("tag_left".to_owned(), json!(why.text))]),
    }
}

/// Deletes a key.
pub(super) async fn delete(on: &Handle, call: &Call) -> Outcome {
    let key = call.target.id();
    let user = match super::keys::owner(on, key).await {
        Ok(user) => user,
        Err(why) if why.because == Because::Missing => return Outcome::AlreadySo,
        Err(why) => return unsent(why),
    };
    let clients = match on.clients().await {
        Ok(clients) => clients,
        Err(why) => return unsent(why),
    };
    super::keys::forget(on, &user);
    let request = clients
        .iam
        .delete_access_key()
        .user_name(&user)
        .access_key_id(key);
    let sent = request.send().await;
    let sent = sent.map_err(|failed| Failure::of(&failed, "iam:DeleteAccessKey"));
    match sent {
        Ok(_) => {
            super::keys::disown(on, key);
            Outcome::Done(Answer {
                applied: true,
                fields: unmark_key(on, clients, &user, key).await,
                ..Answer::default()
            })
        }
        Err(failure) if failure.is_missing() => {
            super::keys::disown(on, key);
            Outcome::AlreadySo
        }
        Err(failure) => failure.outcome(&on.link.clock),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_finds_one_key_none_or_says_that_it_cannot_tell() {
        let at = Time::UNIX_EPOCH + Duration::from_hours(24);
        let key = |id: &str, seconds: i64| Key {
            id: id.to_owned(),
            status: "Active".to_owned(),
            created: Some(at + Duration::from_secs(seconds)),
        };
        let before = Mark::Before(at, vec!["OLD".to_owned()]);
        assert_eq!(Mark::read(&before.text()), Some(before.clone()));
        let one = Ok(Some("NEW".to_owned()));
        assert_eq!(of_mark(&before, &[key("OLD", -9000), key("NEW", 1)]), one);
        assert_eq!(of_mark(&before, &[key("OLD", -9000)]), Ok(None));
        // Of two that came since, and of one that came much later, it cannot be told.
        assert!(of_mark(&before, &[key("NEW", 1), key("OTHER", 2)]).is_err());
        assert!(of_mark(&before, &[key("NEW", 3600)]).is_err());
        let made = Mark::Made("NEW".to_owned());
        assert_eq!(Mark::read(&made.text()), Some(made.clone()));
        assert_eq!(of_mark(&made, &[key("NEW", 1), key("OTHER", 2)]), one);
        assert_eq!(of_mark(&made, &[key("OTHER", 2)]), Ok(None));
        assert_eq!(Mark::read("before never"), None);
        let keys = vec!["AKIA0123456789ABCDEF".to_owned(); 2];
        assert!(Mark::Before(at, keys).text().len() <= 256);
    }
}
