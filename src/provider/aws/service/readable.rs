//! Which secrets and encrypted parameters somebody could read, by its own policies and by those of the secrets.
//!
//! Errs towards "could": what cannot be decided (conditions, boundaries, keys of KMS) counts as allowed. Never asks for a
//! value.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::graph::Graph;
use super::super::keys::time;
use super::super::kind;
use super::super::partition;
use super::super::policy::{Says, Who, allow, lets};
use super::super::signed::{Ask, SSM, send};
use super::Place;
use super::assigned::owed;
use super::center::garbled;
use super::parameter::seconds;
use super::secret::{in_region, policy, shown};
use super::statement::Statement;
use crate::domain::{Because, Fields, Found, Locator, NotSeen, Relation, Time, Why};

/// How many secrets' policies are asked for at once.
const AT_ONCE: usize = 16;
const SECRET: &str = "secretsmanager:getsecretvalue";
/// What hands out a parameter's value.
const PARAMETER: [&str; 4] = [
    "ssm:getparameter",
    "ssm:getparameters",
    "ssm:getparameterhistory",
    "ssm:getparametersbypath",
];

/// Who might read, and what it is allowed.
struct Reader {
    name: Locator,
    arn: String,
    policies: Vec<Value>,
}

/// A secret or a parameter, as it is listed.
struct Listed {
    place: Place,
    arn: String,
    fields: Fields,
}

impl Listed {
    fn name(&self, noun: &str, account: &str) -> Locator {
        Locator::new(&kind(noun), &self.place.id(), Some(account))
    }
}

fn unseen(what: String, why: Why) -> NotSeen {
    // It lies outside the set, and keeps nothing alive.
    NotSeen {
        what,
        why,
        withholds: false,
    }
}

/// The secrets of a region; their values are not asked for.
async fn secrets(on: &Handle, region: &str) -> Result<Vec<Listed>, Failure> {
    let permission = "secretsmanager:ListSecrets";
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let (mut all, mut token) = (Vec::new(), None);
    loop {
        let place = |name: &str| Place {
            region: region.to_owned(),
            name: name.to_owned(),
        };
        let request = clients.secrets.list_secrets().set_next_token(token.clone());
        let said = request
            .customize()
            .config_override(in_region(&place("")))
            .send()
            .await;
        let said = said.map_err(|failed| Failure::of(&failed, permission))?;
        for one in said.secret_list.unwrap_or_default() {
            let (Some(name), Some(arn)) = (one.name(), one.arn()) else {
                return Err(garbled(permission, "secret with a name"));
            };
            let times = [
                ("created", time(one.created_date())),
                ("last_used", time(one.last_accessed_date())),
            ];
            let told = times
                .into_iter()
                .filter_map(|(field, at)| Some((field.to_owned(), json!(at?.to_string()))));
            all.push(Listed {
                place: place(name),
                arn: arn.to_owned(),
                fields: told.collect(),
            });
        }
        match said.next_token {
            Some(next) if token.as_ref() == Some(&next) => {
                return Err(garbled(permission, "new page token"));
            }
            Some(next) => token = Some(next),
            None => return Ok(all),
        }
    }
}

/// The encrypted parameters of a region; the others are no secrets.
async fn parameters(on: &Handle, region: &str, account: &str) -> Result<Vec<Listed>, Failure> {
    let permission = "ssm:DescribeParameters";
    let encrypted = json!([{"Key": "Type", "Option": "Equals", "Values": ["SecureString"]}]);
    let mut body = json!({"ParameterFilters": encrypted, "MaxResults": 50});
    let mut all = Vec::new();
    loop {
        let said = send(on, &Ask::json(SSM, permission, region, body.clone())).await?;
        let page = said.get("Parameters").and_then(Value::as_array);
        let page = page.ok_or_else(|| garbled(permission, "list"))?;
        for one in page {
            if one.get("Type").and_then(Value::as_str) != Some("SecureString") {
                continue;
            }
            let name = one.get("Name").and_then(Value::as_str);
            let name = name.ok_or_else(|| garbled(permission, "name of a parameter"))?;
            let arn = format!(
                "arn:{}:ssm:{region}:{account}:parameter/{}",
                partition::of(region).name,
                name.trim_start_matches('/')
            );
            let changed = one.get("LastModifiedDate").and_then(seconds);
            let changed = changed.map(|at| ("changed".to_owned(), json!(at.to_string())));
            all.push(Listed {
                place: Place {
                    region: region.to_owned(),
                    name: name.to_owned(),
                },
                arn,
                fields: changed.into_iter().collect(),
            });
        }
        let next = said.get("NextToken").filter(|next| next.is_string());
        match (next, body.as_object_mut()) {
            (Some(next), Some(body)) if body.get("NextToken") != Some(next) => {
                body.insert("NextToken".to_owned(), next.clone());
            }
            (Some(_), _) => return Err(garbled(permission, "new page token")),
            (None, _) => return Ok(all),
        }
    }
}

/// Why a reader could read a secret, where it could.
fn way(reader: &Reader, arn: &str, own: Option<&Value>, account: &str) -> Option<String> {
    let who = Who {
        arn: &reader.arn,
        // Its unique id stands only in the policies of those who are gone.
        id: &reader.arn,
        account,
    };
    let allowed = allow(&reader.policies, SECRET, arn);
    let let_in = own.map_or(Says::Nothing, |own| lets(own, &who, SECRET, Some(arn)));
    let (text, conditional) = match (allowed, let_in) {
        (Says::Denies, _) | (_, Says::Denies) => return None,
        (Says::Allows { conditional, .. }, _) => (
            format!("{} is allowed secretsmanager:GetSecretValue", reader.arn),
            conditional,
        ),
        (
            Says::Nothing,
            Says::Allows {
                conditional,
                by_name: true,
            },
        ) => (
            format!("its own policy lets {} read it", reader.arn),
            conditional,
        ),
        (Says::Nothing, Says::Nothing | Says::Allows { .. }) => return None,
    };
    let conditions = if conditional {
        ", under conditions"
    } else {
        ""
    };
    Some(format!("{text}{conditions}"))
}

/// Why a reader could read a parameter, where it could; a parameter has no policy of its own that names readers.
fn parameter_way(reader: &Reader, arn: &str) -> Option<String> {
    PARAMETER.iter().find_map(|action| {
        let Says::Allows { conditional, .. } = allow(&reader.policies, action, arn) else {
            return None;
        };
        let conditions = if conditional {
            ", under conditions"
        } else {
            ""
        };
        Some(format!(
            "{} is allowed ssm:GetParameter or its like{conditions}",
            reader.arn
        ))
    })
}

/// What was found readable, with each way in; the first reader is the one that a cut would name.
fn readable(what: Locator, listed: &Listed, ways: &[(&Reader, String)]) -> Option<Found> {
    let (first, _) = ways.first()?;
    let texts: Vec<&str> = ways.iter().map(|(_, text)| text.as_str()).collect();
    let mut fields = listed.fields.clone();
    fields.insert("arn".to_owned(), json!(listed.arn));
    fields.insert("reader".to_owned(), json!(first.name));
    if what.kind().noun() == "parameter" {
        let steps = format!(
            "Parameter Store has no policy by which a parameter refuses a reader: deny ssm:GetParameter* on {} in a policy of {}",
            listed.arn, first.name
        );
        fields.insert("steps".to_owned(), json!(steps));
    }
    Some(Found {
        what,
        relation: Some(Relation::CouldRead),
        evidence: texts.join("; "),
        at: None,
        fields,
    })
}

/// A reader beside the one that is denied already: left to people.
fn further(listed: &Listed, account: &str, (reader, text): &(&Reader, String)) -> Found {
    let steps = format!(
        "one reader of it is denied already, and the statement names no more: deny secretsmanager:GetSecretValue and secretsmanager:BatchGetSecretValue on {} in a policy of {}",
        listed.arn, reader.name
    );
    let why = "somebody beside the reader that is denied could read it";
    let what = format!("{} by {}", listed.arn, reader.name);
    Found {
        relation: Some(Relation::CouldRead),
        ..owed(&what, account, (why, steps), text.clone())
    }
}

/// Of the secrets of a region those that these readers could read.
async fn of_region(
    on: &Handle,
    (region, account): (&str, &str),
    readers: &[Reader],
    until: Time,
) -> (Vec<Found>, Vec<NotSeen>) {
    let (mut found, mut not_seen) = (Vec::new(), Vec::new());
    let (listed, parameters) =
        futures_util::join!(secrets(on, region), parameters(on, region, account));
    let listed = listed.unwrap_or_else(|failure| {
        not_seen.push(unseen(format!("secrets in {region}"), failure.why()));
        Vec::new()
    });
    let parameters = parameters.unwrap_or_else(|failure| {
        let what = format!("encrypted parameters in {region}");
        not_seen.push(unseen(what, failure.why()));
        Vec::new()
    });
    let asked = futures_util::stream::iter(listed).map(|listed| async move {
        let own = if on.link.clock.now() < until {
            match on.clients().await {
                Ok(clients) => policy(clients, &listed.place)
                    .await
                    .map_err(|failure| failure.why()),
                Err(why) => Err(why),
            }
        } else {
            let text = "the time allowed for reading is over";
            Err(Why::new(Because::Timeout, text))
        };
        (listed, own)
    });
    let mut unread: BTreeMap<Why, u32> = BTreeMap::new();
    let mut asked = asked.buffered(AT_ONCE);
    while let Some((listed, own)) = asked.next().await {
        let own = own.unwrap_or_else(|why| {
            *unread.entry(why).or_default() += 1;
            None
        });
        let denied = shown(Statement::One, own.as_ref(), region);
        let ways: Vec<(&Reader, String)> = readers
            .iter()
            .filter(|reader| denied != json!(reader.name))
            .filter_map(|reader| {
                let way = way(reader, &listed.arn, own.as_ref(), account)?;
                Some((reader, way))
            })
            .collect();
        // Our statement names one reader: naming another there would let the first one in again.
        if denied.is_null() {
            found.extend(readable(listed.name("secret", account), &listed, &ways));
        } else {
            found.extend(ways.iter().map(|way| further(&listed, account, way)));
        }
    }
    for (why, count) in unread {
        let what = format!("by their own policies, who could read {count} secrets in {region}");
        not_seen.push(unseen(what, why));
    }
    for listed in parameters {
        let ways: Vec<(&Reader, String)> = readers
            .iter()
            .filter_map(|reader| Some((reader, parameter_way(reader, &listed.arn)?)))
            .collect();
        found.extend(readable(listed.name("parameter", account), &listed, &ways));
    }
    (found, not_seen)
}

/// What these principals could read in these regions, but what is known to have been read.
pub(in super::super) async fn could_read(
    on: &Handle,
    (graph, account): (&Graph, &str),
    from: &[Locator],
    regions: &[String],
    (until, read): (Time, &BTreeSet<Locator>),
) -> (Vec<Found>, Vec<NotSeen>) {
    let (mut found, mut not_seen, mut readers) = (Vec::new(), Vec::new(), Vec::new());
    for name in from.iter().filter(|name| name.account() == Some(account)) {
        match graph.granted(name) {
            Some((arn, policies)) => readers.push(Reader {
                name: name.clone(),
                arn,
                policies,
            }),
            None => {
                let text = "its policies could not be read";
                let what = format!("secrets that {name} could read");
                not_seen.push(unseen(what, Why::new(Because::Missing, text)));
            }
        }
    }
    if readers.is_empty() {
        return (found, not_seen);
    }
    for region in regions {
        let (here, blind) = of_region(on, (region, account), &readers, until).await;
        found.extend(here.into_iter().filter(|one| !read.contains(&one.what)));
        not_seen.extend(blind);
    }
    (found, not_seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:eu-west-1:1:secret:ci/deploy-AbCdEf";

    fn reader(policies: Vec<Value>) -> Reader {
        Reader {
            name: "aws:user/bot@1".parse().unwrap_or_else(|_| unreachable!()),
            arn: "arn:aws:iam::1:user/bot".to_owned(),
            policies,
        }
    }

    fn says(effect: &str, action: &str, resource: &str) -> Value {
        json!({"Statement": [{"Effect": effect, "Action": action, "Resource": resource}]})
    }

    fn own(effect: &str, principal: &Value) -> Value {
        json!({"Statement": [{
            "Effect": effect, "Action": "secretsmanager:GetSecretValue", "Resource": "*", "Principal": principal,
        }]})
    }

    #[test]
    fn a_secret_is_read_by_permission_or_by_its_own_policy_and_never_against_a_deny() {
        let all = says("Allow", "secretsmanager:*", "*");
        let other = says(
            "Allow",
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-west-1:1:secret:other-??????",
        );
        let listing = says("Allow", "secretsmanager:List*", "*");
        let bot = json!({"AWS": "arn:aws:iam::1:user/bot"});
        let account = json!({"AWS": "arn:aws:iam::1:root"});
        let cases = [
            (vec![all.clone()], None, true),
            (
                vec![says("Allow", "*", "arn:aws:secretsmanager:*:*:secret:ci/*")],
                None,
                true,
            ),
            (vec![other.clone()], None, false),
            (vec![listing.clone()], None, false),
            (vec![Value::Null], None, true),
            (vec![], Some(own("Allow", &bot)), true),
            (vec![], Some(own("Allow", &account)), false),
            (
                vec![],
                Some(own("Allow", &json!({"AWS": "arn:aws:iam::1:user/other"}))),
                false,
            ),
            (vec![all.clone()], Some(own("Deny", &bot)), false),
            (
                vec![all.clone(), says("Deny", "*", ARN)],
                Some(own("Allow", &bot)),
                false,
            ),
            (
                vec![all.clone(), says("Deny", "*", "arn:aws:s3:::b")],
                None,
                true,
            ),
        ];
        for (policies, own, could) in cases {
            let told = format!("{policies:?} {own:?}");
            let way = way(&reader(policies), ARN, own.as_ref(), "1");
            assert_eq!(way.is_some(), could, "{told}");
        }
        let mut conditional = all;
        if let Some(Value::Object(statement)) = conditional.pointer_mut("/Statement/0") {
            statement.insert(
                "Condition".to_owned(),
                json!({"Bool": {"aws:SecureTransport": "true"}}),
            );
        }
        let way = way(&reader(vec![conditional]), ARN, None, "1");
        assert!(way.is_some_and(|way| way.ends_with("under conditions")));
    }

    #[test]
    fn a_parameter_is_read_by_any_operation_that_hands_out_its_value() {
        let arn = "arn:aws:ssm:eu-west-1:1:parameter/ci/token";
        for (action, resource, could) in [
            ("ssm:GetParameter", arn, true),
            (
                "ssm:GetParametersByPath",
                "arn:aws:ssm:*:*:parameter/ci/*",
                true,
            ),
            ("ssm:Get*", "*", true),
            ("ssm:DescribeParameters", "*", false),
            (
                "ssm:GetParameter",
                "arn:aws:ssm:eu-west-1:1:parameter/other",
                false,
            ),
        ] {
            let way = parameter_way(&reader(vec![says("Allow", action, resource)]), arn);
            assert_eq!(way.is_some(), could, "{action} {resource}");
        }
    }
}
