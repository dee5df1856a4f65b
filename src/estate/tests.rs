//! The file, the index, and what it leads to.

use super::*;
use crate::domain::stake::{Criticality, Environment};
use crate::domain::{Fields, Found, Relation};

const FILE: &str = r##"
estate: 1
teams:
  payments: {contact: "#payments"}
identities:
  payments-bot:
    kind: agent
    summary: Pays invoices
    owner: {team: payments}
    environment: production
    criticality: high
    protected: true
    runs_as: ["aws:role/payments@1"]
    credentials:
      - aws:access-key/AKIA1@1
      - what: saas:token/T1@acme
        stored_in: ["aws:secret/us-east-1:token@1"]
        shared_with: [reports]
    uses: ["identity:search", "aws:secret/us-east-1:index@1"]
    delegates_to: [clerk]
    consumers: [{name: checkout, contact: "#shop"}]
    replaced_by: payments-bot-2
  payments-bot-2: {kind: agent}
  reports: {kind: pipeline, owner: {person: alice, contact: alice@example.org}, consumers: []}
  search:
    kind: service-account
    uses: ["aws:secret/us-east-1:index@1"]
    credentials: ["saas:token/S1@acme"]
  clerk:
    kind: bot
    runs_as: ["saas:user/clerk@acme"]
    credentials: ["saas:token/C1@acme"]
    delegates_to: [clerk-2]
  clerk-2: {kind: bot, credentials: ["saas:token/C2@acme"]}
"##;

fn anything() -> Known<'static> {
    Known {
        kind: &|kind| {
            let nouns = ["token", "access-key"];
            Some(nouns.contains(&kind.noun()))
        },
        is_secret: &|locator| locator.id().starts_with("SECRET"),
        people: None,
    }
}

fn estate() -> Estate {
    Estate::read("estate.yaml", FILE, &anything())
        .unwrap_or_else(|refused| unreachable!("{}", refused.render(false)))
}

fn at(text: &str) -> Locator {
    text.parse().unwrap_or_else(|why| unreachable!("{why}"))
}

fn about<'a>(target: &'a Locator, named: &'a [String]) -> About<'a> {
    About {
        target,
        principal: None,
        subject: Some(target),
        subject_principal: None,
        named,
        is_minted: false,
    }
}

fn spelled(found: &[Found]) -> Vec<String> {
    let one = |found: &Found| {
        let relation = found.relation.map_or("", Relation::word);
        format!("{relation} {}", found.what)
    };
    found.iter().map(one).collect()
}

#[test]
fn a_thing_leads_to_whose_it_is_and_to_whom_its_cut_hurts() {
    let estate = estate();
    for held in [
        "aws:role/payments@1",
        "aws:access-key/AKIA1@1",
        "saas:token/T1@acme",
    ] {
        let held = at(held);
        let names: Vec<&str> = estate.holders(&held).map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["payments-bot"], "{held}");
        let stake = estate.stake(&about(&held, &[]));
        assert_eq!(stake.environment, Some(Environment::Production));
        assert_eq!(stake.criticality, Some(Criticality::High));
        assert!(stake.whose().contains("owned by team payments (#payments)"));
        // Who is said to depend on it, and who shares it or gets work from it.
        let breaks = stake.breaks();
        assert!(breaks.contains("checkout (#shop)"), "{breaks}");
        assert!(
            breaks.contains("reports (alice (alice@example.org))"),
            "{breaks}"
        );
    }
    let shared = at("saas:token/T1@acme");
    let stake = estate.stake(&about(&shared, &[]));
    assert_eq!(stake.shared_with, ["reports"]);
    let both = ["payments-bot".to_owned(), "reports".to_owned()];
    assert!(estate.stake(&about(&shared, &both)).shared_with.is_empty());
    let unknown = at("aws:user/nobody@1");
    let stake = estate.stake(&about(&unknown, &[]));
    assert_eq!((stake.is_owned(), stake.dependants), (false, None));
    // What it does not name may be of a principal that it does.
    let session = at("aws:session/ASIA@1");
    let role = at("aws:role/payments@1");
    let stake = estate.stake(&About {
        principal: Some(&role),
        ..about(&session, &[])
    });
    assert_eq!(stake.identities, ["payments-bot"]);
    let protected: Vec<&str> = estate.protected().map(|one| one.name.as_str()).collect();
    assert_eq!(protected, ["payments-bot"]);
}

#[test]
fn what_is_written_without_account_is_meant_in_every_account() {
    let file = FILE
        .replace("AKIA1@1", "AKIA1")
        .replace(":token@1", ":token");
    let estate = Estate::read("estate.yaml", &file, &anything())
        .unwrap_or_else(|refused| unreachable!("{}", refused.render(false)));
    for account in ["1", "2"] {
        let key = at(&format!("aws:access-key/AKIA1@{account}"));
        let stake = estate.stake(&about(&key, &[]));
        assert_eq!(stake.identities, ["payments-bot"], "{key}");
        assert_eq!(stake.criticality, Some(Criticality::High));
        assert!(stake.whose().contains("owned by team payments (#payments)"));
        assert!(estate.leads_on(&key));
        let leads = estate.leads(&key, &|_| false, &[]);
        let told = spelled(&leads);
        assert!(
            told.contains(&"held saas:token/T1@acme".to_owned()),
            "{told:?}"
        );
        // It does not lead to itself.
        assert!(!told.iter().any(|lead| lead.contains("AKIA1")), "{told:?}");
        let place = at(&format!("aws:secret/us-east-1:token@{account}"));
        let leads = estate.leads(&place, &|_| false, &[]);
        assert_eq!(spelled(&leads), ["exposed saas:token/T1@acme"]);
    }
    // Of what is asked about without account, all that the file names is told; another account of it stays another.
    let shared = at("saas:token/T1");
    assert!(estate.users(&shared).contains("reports"));
    assert!(estate.users(&at("saas:token/T1@other")).is_empty());
}

#[test]
fn what_is_read_leads_on_to_what_lies_there_and_to_who_acts_for_its_holder() {
    let estate = estate();
    let key = at("aws:access-key/AKIA1@1");
    let leads = estate.leads(&key, &|_| false, &[]);
    let told = [
        "held aws:role/payments@1",
        "held saas:token/T1@acme",
        "shared aws:secret/us-east-1:index@1",
        "could-enter saas:user/clerk@acme",
        "could-enter saas:token/C1@acme",
        "could-enter saas:token/C2@acme",
    ];
    assert_eq!(spelled(&leads), told);
    // Whoever is the principal may come to act as the identity elsewhere, and nothing shows that they did.
    let role = at("aws:role/payments@1");
    let leads = estate.leads(&role, &|_| false, &[]);
    assert!(spelled(&leads).contains(&"could-enter saas:token/T1@acme".to_owned()));
    let found = |what: &str, relation| Found {
        what: at(what),
        relation: Some(relation),
        evidence: "audit event GetSecretValue".to_owned(),
        at: None,
        fields: Fields::new(),
    };
    let other = at("aws:access-key/OTHER@1");
    for (how, wanted) in [
        (Relation::Exposed, "exposed"),
        (Relation::CouldRead, "could-read"),
        (Relation::Held, "could-read"),
    ] {
        let read = found("aws:secret/us-east-1:token@1", how);
        let leads = estate.leads(&other, &|_| false, &[read]);
        assert_eq!(spelled(&leads), [format!("{wanted} saas:token/T1@acme")]);
        let evidence = leads.first().map(|lead| lead.evidence.clone());
        assert!(evidence.is_some_and(|text| text.contains("GetSecretValue")));
    }
    // What is a subject itself, or was found anyway, is not told again.
    let t1 = at("saas:token/T1@acme");
    let is_subject = |what: &Locator| *what == t1;
    let read = found("aws:secret/us-east-1:token@1", Relation::Exposed);
    assert_eq!(
        spelled(&estate.leads(&other, &is_subject, &[read])),
        [""; 0]
    );
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place_and_what_was_meant() {
    let one = |rest: &str| {
        format!("estate: 1\nidentities:\n  a: {{kind: bot, {rest}}}\n  b: {{kind: bot}}\n")
    };
    for (text, parts) in [
        ("".to_owned(), vec!["no document"]),
        ("identities: {}\n".to_owned(), vec!["`estate` is missing"]),
        ("estate: 2\n".to_owned(), vec![":1:9", "write `estate: 1`"]),
        ("estate: 1\nidentites: {}\n".to_owned(), vec![":2:1", "did you mean `identities`?"]),
        ("estate: 1\nidentities: [a]\n".to_owned(), vec![":2:13", "a list stands"]),
        ("estate: 1\nidentities:\n  a: {}\n".to_owned(), vec![":3:6", "`kind` is missing"]),
        ("estate: 1\nidentities:\n  \"a b\": {kind: bot}\n".to_owned(), vec![":3:3", "cannot be a name"]),
        ("estate: 1\nidentities:\n  a: {kind: bto}\n".to_owned(), vec![":3:13", "did you mean `bot`?"]),
        (one("ownr: {team: x}"), vec![":3:18", "did you mean `owner`?"]),
        (one("owner: {}"), vec!["exactly one of person, team"]),
        (one("owner: {person: x, team: y}"), vec!["exactly one of person, team"]),
        (one("owner: {team: x}"), vec![":3:32", "there is no team `x`"]),
        (one("environment: prod"), vec!["none of the words", "valid here: sandbox"]),
        (one("criticality: hihg"), vec!["did you mean `high`?"]),
        (one("protected: yes"), vec!["neither `true` nor `false`"]),
        (one("credentials: [AKIA]"), vec!["no canonical name"]),
        (one("credentials: [\"aws:access-key/SECRET1@1\"]"), vec!["is a secret itself"]),
        (one("credentials: [\"aws:role/x@1\"]"), vec!["no credential", "`runs_as` or `uses`"]),
        (one("runs_as: [\"aws:access-key/x@1\"]"), vec!["a credential", "`credentials`"]),
        (one("delegates_to: [bb]"), vec!["no identity `bb`"]),
        (one("uses: [\"identity:bb\"]"), vec!["no identity `bb`"]),
        ("estate: 1\nidentities:\n  payments: {kind: bot, delegates_to: [paymnets]}\n".to_owned(), vec!["did you mean `payments`?"]),
        (one("shared_with: [a]"), vec!["names itself"]),
        (one("consumers: {}"), vec!["a map stands where a list"]),
        (one("consumers: [{contact: x}]"), vec!["`name` is missing"]),
        ("estate: 1\nidentities:\n  a: {kind: bot, replaced_by: b}\n  b: {kind: bot, replaced_by: a}\n".to_owned(), vec!["replaced by it in the end"]),
        ("estate: 1\nidentities: {a: &x {kind: bot}}\n".to_owned(), vec!["anchors are not accepted"]),
    ] {
        let refused = Estate::read("estate.yaml", &text, &anything()).err();
        let told = refused.map(|refused| refused.render(false)).unwrap_or_default();
        for part in parts {
            assert!(told.contains(part), "{part} in\n{told}\nof\n{text}");
        }
        assert!(told.contains("estate.yaml"), "{told}");
        assert!(!told.contains("SECRET"), "{told}");
    }
}

#[test]
fn owners_are_people_of_the_workspace_and_reached_as_it_says() {
    let people = Directory {
        people: BTreeMap::from([("alice".to_owned(), Some("+1".to_owned()))]),
        teams: BTreeMap::from([("night".to_owned(), Some("alice: +1".to_owned()))]),
    };
    let known = Known {
        people: Some(&people),
        ..anything()
    };
    let read = |owner: &str| {
        let text = format!("estate: 1\nidentities:\n  a: {{kind: bot, owner: {owner}}}\n");
        let estate = Estate::read("estate.yaml", &text, &known);
        let owner = |estate: Estate| {
            estate
                .identity("a")?
                .owner
                .as_ref()
                .map(ToString::to_string)
        };
        estate.map(owner).map_err(|refused| refused.render(false))
    };
    assert_eq!(read("{person: alice}"), Ok(Some("alice (+1)".to_owned())));
    assert_eq!(
        read("{team: night}"),
        Ok(Some("team night (alice: +1)".to_owned()))
    );
    assert_eq!(
        read("{team: night, contact: \"#night\"}"),
        Ok(Some("team night (#night)".to_owned()))
    );
    let wrong = read("{person: alcie}");
    assert!(wrong.is_err_and(|told| told.contains("did you mean `alice`?")));
    assert!(read("{team: day}").is_err());
}

#[test]
fn an_estate_of_ten_thousand_is_read_whole() {
    let one = |n: usize| {
        format!(
            "  bot-{n}:\n    kind: bot\n    owner: {{team: ops}}\n    environment: production\n    criticality: low\n    credentials: [\"aws:access-key/AKIA{n}@1\", {{what: \"saas:token/T{n}@acme\", stored_in: [\"aws:secret/us-east-1:s{n}@1\"]}}]\n    runs_as: [\"aws:role/r{n}@1\"]\n    consumers: [c{n}]\n    uses: [\"identity:bot-{}\"]\n",
            (n + 1) % 10_000
        )
    };
    let all: String = (0..10_000).map(one).collect();
    let text = format!("estate: 1\nteams: {{ops: {{contact: x}}}}\nidentities:\n{all}");
    let estate = Estate::read("estate.yaml", &text, &anything());
    let Ok(estate) = estate else {
        unreachable!("it is read")
    };
    assert_eq!(estate.identities().len(), 10_000);
    let last = at("saas:token/T9999@acme");
    let stake = estate.stake(&about(&last, &[]));
    assert_eq!(stake.identities, ["bot-9999"]);
    assert!(stake.breaks().contains("c9999") && stake.breaks().contains("bot-9998"));
}

#[test]
fn the_schema_knows_every_key_that_the_reader_does() {
    let schema = schema().to_string();
    for key in [
        "teams",
        "identities",
        "kind",
        "summary",
        "owner",
        "environment",
        "criticality",
        "protected",
        "credentials",
        "runs_as",
        "uses",
        "delegates_to",
        "shared_with",
        "consumers",
        "replaced_by",
        "person",
        "team",
        "contact",
        "what",
        "stored_in",
        "name",
    ] {
        assert!(schema.contains(&format!("\"{key}\":")), "{key}");
    }
    assert!(schema.contains("service-account") && schema.contains("production"));
}
