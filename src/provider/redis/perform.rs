//! What changes a user: one `ACL SETUSER` each, and for one that is switched off the end of its connections after it.
//!
//! Never repeats a command whose answer was lost, never makes a user that is not there, and calls nothing done that is not.

use serde_json::{Value, json};

use super::adapter::Handle;
use super::client::Hand;
use super::probe::hash;
use super::rules::{self, User};
use super::user::OPEN;
use crate::domain::{Answer, Because, Call, Fields, Outcome, Why};
use crate::provider::password;

/// A question before the command that failed: nothing happened.
fn before(why: Why) -> Outcome {
    if why.because == Because::Throttled {
        Outcome::Throttled { until: None }
    } else if why.because.may_pass() {
        Outcome::Unavailable(why)
    } else {
        Outcome::Refused(why)
    }
}

fn refused(because: Because, text: impl Into<String>) -> Outcome {
    Outcome::Refused(Why::new(because, text))
}

fn done(applied: bool, fields: Fields) -> Outcome {
    Outcome::Done(Answer {
        applied,
        fields,
        ..Answer::default()
    })
}

/// A connection to the server of a call, and the user, where it is there: setting one that is not would make it.
async fn reach(on: &Handle, call: &Call) -> Result<(Hand, User), Outcome> {
    let server = call.target.account().unwrap_or_default();
    let mut hand = on.servers().hand(server).await.map_err(before)?;
    let said = hand
        .ask(&["ACL", "GETUSER", call.target.id()])
        .await
        .map_err(before)?;
    match User::read(&said) {
        Some(Some(user)) => Ok((hand, user)),
        Some(None) => Err(refused(Because::Missing, "there is no such user")),
        None => Err(before(super::user::garbled())),
    }
}

/// Sets rules of the user, all of them or none.
async fn set(hand: &mut Hand, call: &Call, rules: &[&str]) -> Result<(), Outcome> {
    let words = [&["ACL", "SETUSER", call.target.id()], rules].concat();
    hand.tell(&words).await.map(drop)
}

/// Saves the users where the server has a file for them; says whether a restart keeps what was set.
async fn save(hand: &mut Hand) -> Fields {
    let file = hand.ask(&["CONFIG", "GET", "aclfile"]).await;
    let file = file.map(|said| rules::config(&said, "aclfile").unwrap_or_default());
    let (survives, why) = match file {
        Ok(file) if file.is_empty() => (
            false,
            Some(
                "the server has no ACL file: a restart brings back what its configuration says"
                    .to_owned(),
            ),
        ),
        Ok(_) => match hand.tell(&["ACL", "SAVE"]).await {
            Ok(_) => (true, None),
            Err(Outcome::Refused(why) | Outcome::Unavailable(why) | Outcome::InDoubt(why)) => (
                false,
                Some(format!("the ACL file was not written: {}", why.text)),
            ),
            Err(Outcome::Done(_) | Outcome::AlreadySo | Outcome::Throttled { .. }) => (false, None),
        },
        Err(why) => (
            false,
            Some(format!(
                "whether there is an ACL file is not known: {}",
                why.text
            )),
        ),
    };
    let mut fields = Fields::from([("survives_restart".to_owned(), json!(survives))]);
    fields.extend(why.map(|why| ("restart".to_owned(), json!(why))));
    fields
}

/// Sets rules, and saves them.
async fn change(on: &Handle, call: &Call, rules: &[&str]) -> Outcome {
    match reach(on, call).await {
        Ok((hand, _)) => apply(hand, call, rules).await,
        Err(outcome) => outcome,
    }
}

/// Sets rules about commands in place of all further sets, where the user has any: only Redis 7 knows those.
async fn change_commands(on: &Handle, call: &Call, rules: &[&str]) -> Outcome {
    match reach(on, call).await {
        Ok((hand, user)) if user.selectors.is_empty() => apply(hand, call, rules).await,
        Ok((hand, _)) => apply(hand, call, &[&["clearselectors"], rules].concat()).await,
        Err(outcome) => outcome,
    }
}

async fn apply(mut hand: Hand, call: &Call, rules: &[&str]) -> Outcome {
    match set(&mut hand, call, rules).await {
        Ok(()) => done(true, save(&mut hand).await),
        Err(outcome) => outcome,
    }
}

/// Switches the user off, then ends its connections; the one without the other is told, and not called in force.
pub(super) async fn disable_user(on: &Handle, call: &Call) -> Outcome {
    let mut hand = match reach(on, call).await {
        Ok((hand, _)) => hand,
        Err(outcome) => return outcome,
    };
    if let Err(outcome) = set(&mut hand, call, &["off"]).await {
        return outcome;
    }
    let killed = hand
        .tell(&["CLIENT", "KILL", "USER", call.target.id(), "SKIPME", "yes"])
        .await;
    let mut fields = save(&mut hand).await;
    match killed {
        Ok(count) => {
            let count: Option<u64> = redis::from_redis_value(count).ok();
            fields.insert("connections_ended".to_owned(), json!(count));
            done(true, fields)
        }
        // The user is off all the same: looking shows the connections that are left.
        Err(outcome) => {
            let why = match outcome {
                Outcome::Refused(why) | Outcome::Unavailable(why) | Outcome::InDoubt(why) => {
                    why.text
                }
                Outcome::Done(_) | Outcome::AlreadySo | Outcome::Throttled { .. } => String::new(),
            };
            let left = format!("the user is off, and its connections were not ended: {why}");
            fields.insert("left".to_owned(), json!(left));
            done(false, fields)
        }
    }
}

/// Switches the user on where it was on before.
pub(super) async fn enable_user(on: &Handle, call: &Call) -> Outcome {
    match call.value("access").and_then(Value::as_str) {
        Some(OPEN) => change(on, call, &["on"]).await,
        before => {
            let before = before.unwrap_or("not known");
            let text = format!("before, the user was {before}: there is no access to give back");
            refused(Because::Conflict, text)
        }
    }
}

/// Takes every command away, those of further sets of rules too.
pub(super) async fn deny_commands(on: &Handle, call: &Call) -> Outcome {
    change_commands(on, call, &["-@all"]).await
}

/// Gives the commands of before back, and nothing that is no rule about commands.
pub(super) async fn permit_commands(on: &Handle, call: &Call) -> Outcome {
    let commands = call
        .value("commands")
        .and_then(Value::as_str)
        .and_then(rules::of_commands);
    let selectors = call.value("selectors").and_then(Value::as_array);
    let selectors: Option<Vec<&str>> = selectors
        .into_iter()
        .flatten()
        .map(|one| one.as_str().filter(|one| rules::is_selector(one)))
        .collect();
    match (commands, selectors) {
        (Some(commands), Some(selectors)) => {
            let rules = [vec!["-@all"], commands, selectors].concat();
            change_commands(on, call, &rules).await
        }
        (_, _) => refused(
            Because::Invalid,
            "what the user might do before is not known",
        ),
    }
}

/// Sets a new password in place of all it had; the server gets its hash alone.
pub(super) async fn rotate_password(on: &Handle, call: &Call) -> Outcome {
    let made = password::fresh().and_then(|new| {
        let pair = password::pair(call.target.id(), &new)?;
        Ok((new, pair))
    });
    let (new, pair) = match made {
        Ok(made) => made,
        Err(why) => return before(why),
    };
    let hashed = format!("#{}", hash(&new));
    let outcome = change(on, call, &["resetpass", &hashed]).await;
    let Outcome::Done(answer) = outcome else {
        return outcome;
    };
    Outcome::Done(Answer {
        made: vec![call.target.clone()],
        secret: Some(pair),
        ..answer
    })
}
