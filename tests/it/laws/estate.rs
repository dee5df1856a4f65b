//! An estate: whom a plan says it hurts, what that raises, who may agree; and reach from one provider to another.

use std::collections::BTreeMap;
use std::sync::Arc;

use contain::converge::{Answer, Limit};
use contain::domain::mandate::{Answer as Says, Document};
use contain::domain::plan::Plan;
use contain::domain::{Item, ItemKey, Locator, Relation, Tier};
use contain::estate::{Estate, Known};
use contain::gate::approval::{self, Admitted, Court, Refused};
use contain::gate::{Authority, Confirmation, Ruling};
use contain::provider::simulated::{Edge, Happened, Node, World};
use contain::report::human;
use contain::report::standing::Outcome as Said;
use contain::signature::Revoked;
use serde_json::json;

use super::Cells;
use super::people::{case, person, roster, sign, signers};
use crate::simulated::{Bench, LEAK, Wish, name, policy};

fn read(text: &str) -> Arc<Estate> {
    let known = Known {
        kind: &|_| None,
        is_secret: &|_| false,
        people: None,
    };
    let estate = Estate::read("estate.yaml", text, &known);
    Arc::new(estate.unwrap_or_else(|refused| panic!("{}", refused.render(false))))
}

/// An estate of whoever holds the leaked key, with more said of it, and of others.
fn holder(said: &str, others: &str) -> Arc<Estate> {
    read(&format!(
        "estate: 1\nteams: {{shop: {{contact: \"#shop\"}}}}\nidentities:\n  ci-bot:\n    kind: pipeline\n    credentials: [\"{}\"]\n    runs_as: [\"{}\"]\n{said}{others}",
        name("access-key/LEAKED"),
        name("user/ci"),
    ))
}

async fn planned(estate: Option<Arc<Estate>>) -> (Bench, Plan) {
    let bench = Bench::new(LEAK);
    let wish = Wish {
        estate,
        ..Wish::isolate(Limit::Plan)
    };
    drop(bench.go(&wish).await.end());
    let plan = bench.plans.lock().unwrap().values().next().unwrap().clone();
    (bench, plan)
}

fn of<'a>(plan: &'a Plan, target: &str) -> &'a Item {
    let target = name(target);
    let mut items = plan.items.iter();
    items
        .find(|item| item.target() == Some(&target) && item.call().is_some())
        .unwrap()
}

const KNOWN: &str =
    "    owner: {team: shop}\n    environment: test\n    criticality: low\n    consumers: []\n";

#[tokio::test(start_paused = true)]
async fn a_plan_says_whom_it_hurts_and_why_that_raises_it_for_every_field_of_an_identity() {
    let other = "  other: {kind: bot, shared_with: [ci-bot]}\n";
    let with = |from: &str, to: &str| KNOWN.replace(from, to);
    let mut cells = Cells::default();
    for (said, others, tier, parts) in [
        (
            KNOWN.to_owned(),
            other,
            1,
            vec![
                "ci-bot · owned by team shop (#shop) · test · criticality low",
                "breaks nothing, says the estate",
            ],
        ),
        (
            with("environment: test", "environment: production"),
            other,
            2,
            vec!["· production ·", "it stands in production"],
        ),
        (
            with("criticality: low", "criticality: high"),
            other,
            2,
            vec!["criticality high", "its criticality is high"],
        ),
        (
            with("criticality: low", "criticality: critical"),
            other,
            3,
            vec!["its criticality is critical"],
        ),
        (
            with("owner: {team: shop}", "summary: x"),
            other,
            2,
            vec!["owner unknown", "does not say who owns it"],
        ),
        (
            with(
                "owner: {team: shop}",
                "owner: {person: bob, contact: \"+1\"}",
            ),
            other,
            1,
            vec!["owned by bob (+1)"],
        ),
        (
            with("consumers: []", "summary: x"),
            other,
            2,
            vec!["breaks not known", "does not say who depends on it"],
        ),
        (
            with(
                "consumers: []",
                "consumers: [{name: checkout, contact: ann}, mail]",
            ),
            other,
            1,
            vec!["breaks checkout (ann), mail"],
        ),
        (
            format!("{KNOWN}    shared_with: [other]\n"),
            "  other: {kind: bot}\n",
            2,
            vec![
                "shared with other",
                "healthy identities use it too (other)",
                "[shared]",
            ],
        ),
        (
            KNOWN.to_owned(),
            "  other: {kind: bot, uses: [\"identity:ci-bot\"]}\n",
            1,
            vec!["breaks other"],
        ),
        (
            KNOWN.to_owned(),
            "  other: {kind: bot, delegates_to: [ci-bot]}\n",
            1,
            vec!["breaks other"],
        ),
        // What was named stays of tier 2 at most, whatever is not known of it.
        (
            "    environment: production\n".to_owned(),
            other,
            2,
            vec!["it is cut reversibly, and named"],
        ),
        // A name is text, whatever it says.
        (
            with("consumers: []", "consumers: [\"\\e[2J<b>x</b>\"]"),
            other,
            1,
            vec!["breaks \\u{1b}[2J<b>x</b>"],
        ),
    ] {
        cells
            .one(format!("{said}{others}"), async {
                let (bench, plan) = planned(Some(holder(&said, others))).await;
                let item = of(&plan, "access-key/LEAKED");
                assert_eq!(item.tier, Tier::try_from(tier).unwrap(), "{item:#?}");
                let shown = human::plan(&plan, &bench.catalogue);
                for part in parts {
                    assert!(shown.contains(part), "{part} in\n{shown}");
                }
                assert!(!shown.contains('\u{1b}'), "{shown}");
                // The record says so too.
                let case = case(&bench);
                let mut lives = case.lives.values();
                assert!(lives.any(|life| life.planned.stake == item.stake));
            })
            .await;
    }
    cells.hold(13);
    let (bench, plan) = planned(None).await;
    let shown = human::plan(&plan, &bench.catalogue);
    assert!(
        !shown.contains("whose") && !shown.contains("breaks"),
        "{shown}"
    );
    assert_eq!(of(&plan, "access-key/LEAKED").stake, None);
}

#[tokio::test(start_paused = true)]
async fn an_estate_lowers_no_item_of_a_plan_and_takes_none_away() {
    let tiers = |plan: &Plan| -> BTreeMap<ItemKey, Tier> {
        let items = plan.items.iter();
        items.map(|item| (item.key.clone(), item.tier)).collect()
    };
    let (_, plain) = planned(None).await;
    let plain = tiers(&plain);
    let nobody = read("estate: 1\n");
    for estate in [nobody, holder(KNOWN, ""), holder("", "")] {
        let (_, plan) = planned(Some(estate)).await;
        let with = tiers(&plan);
        assert_eq!(with.len(), plain.len());
        for (key, tier) in &plain {
            assert!(with[key] >= *tier, "{key}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_subject_made_is_cut_under_the_same_word_whatever_an_estate_does_not_know() {
    let bench = Bench::new(LEAK);
    let deploy = format!(
        "  deployer: {{kind: workload, owner: {{team: shop}}, consumers: [], runs_as: [\"{}\"]}}\n",
        name("role/deploy")
    );
    let wish = Wish {
        estate: Some(holder(KNOWN, &deploy)),
        ..Wish::contained()
    };
    let end = bench.go(&wish).await.end();
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    bench.check(false);
    bench.check_expected();
}

pub(super) fn at(text: &str) -> Locator {
    format!("saas:{text}@acme").parse().unwrap()
}

/// A second provider: a bot there with a token, one that this minted for itself, and a user of ours.
fn elsewhere(bench: Bench) -> Bench {
    let now = bench.clock.now();
    let ago = |minutes: i64| now - contain::domain::Duration::from_mins(minutes);
    let more = |world: &mut World| {
        for user in ["user/bot", "user/ours"] {
            world.add(Node::new(at(user)));
        }
        for (token, holder, issuer) in [
            ("token/T1", "user/bot", None),
            ("token/T2", "user/bot", Some("token/T1")),
            ("token/OURS", "user/ours", None),
        ] {
            let mut node = Node::new(at(token));
            node.fields.insert("status".to_owned(), json!("Active"));
            node.held_by = Some(at(holder));
            node.issuer = issuer.map(at);
            node.issued_at = Some(ago(30));
            node.secret = Some(format!("sim-{token}"));
            world.add(node);
        }
        world.record(Happened {
            made: Some(at("token/T2")),
            ..Happened::plain(&at("token/T1"), ago(30), "CreateToken")
        });
        // The leaked key really read the secret in which that token lies.
        world.connect(
            &name("access-key/LEAKED"),
            Edge {
                to: name("secret/us-east-1:db"),
                relation: Relation::Exposed,
                evidence: "audit event GetSecretValue".to_owned(),
                at: Some(ago(20)),
            },
        );
    };
    bench.beside(vec![at("token/OURS"), at("user/ours")], more)
}

fn spread() -> Arc<Estate> {
    let others = format!(
        "  db-bot:\n    kind: bot\n    owner: {{team: shop}}\n    consumers: []\n    credentials: [{{what: \"{}\", stored_in: [\"{}\"]}}]\n  deployer: {{kind: workload, owner: {{team: shop}}, consumers: [], runs_as: [\"{}\"]}}\n",
        at("token/T1"),
        name("secret/us-east-1:db"),
        name("role/deploy"),
    );
    holder(KNOWN, &others)
}

fn accepts(bench: &Bench, what: &Locator) -> bool {
    contain::provider::simulated::lock(&bench.world).accepts(what, bench.clock.now())
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_was_read_at_one_provider_leads_to_what_lies_in_it_at_another() {
    for (include, cut) in [(vec![], false), (vec![Relation::Exposed], true)] {
        let bench = elsewhere(Bench::new(LEAK));
        let wish = Wish {
            estate: Some(spread()),
            include,
            ..Wish::contained()
        };
        let end = bench.go(&wish).await.end();
        assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
        bench.check(false);
        bench.check_expected();
        let (t1, t2) = (at("token/T1"), at("token/T2"));
        // Its own token, and what that token made at its own provider.
        assert_eq!((accepts(&bench, &t1), accepts(&bench, &t2)), (!cut, !cut));
        assert!(accepts(&bench, &at("token/OURS")));
        assert_eq!(bench.outside().contains(&t1), !cut, "{:?}", bench.outside());
        let case = case(&bench);
        let mut found = case.found.values().flat_map(|(_, reading)| &reading.found);
        let lead = found.find(|found| found.what == t1).unwrap();
        assert_eq!(lead.relation, Some(Relation::Exposed));
        assert!(lead.evidence.contains("lies in aws:secret/us-east-1:db"));
        assert!(
            lead.evidence.contains("GetSecretValue"),
            "{}",
            lead.evidence
        );
        let mut lives = case.lives.values();
        let of_t1 = lives.find(|life| life.planned.target == Some(t1.clone()));
        assert_eq!(of_t1.is_some(), cut);
        if let Some(life) = of_t1 {
            // A healthy identity uses it: flagged, and a tier higher.
            let stake = life.planned.stake.as_ref().unwrap();
            assert_eq!(stake.shared_with, ["db-bot"]);
            assert_eq!(life.planned.tier, Tier::DISRUPTIVE);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_identity_is_cut_at_every_provider_at_once_with_what_its_credentials_made() {
    let estate = read(&format!(
        "estate: 1\nteams: {{shop: {{contact: x}}}}\nidentities:\n  ci-bot:\n    kind: agent\n    owner: {{team: shop}}\n    consumers: []\n    credentials: [\"{}\", \"{}\"]\n  deployer: {{kind: workload, owner: {{team: shop}}, consumers: [], runs_as: [\"{}\"]}}\n",
        name("access-key/LEAKED"),
        at("token/T1"),
        name("role/deploy"),
    ));
    let bench = elsewhere(Bench::new(LEAK));
    let held = estate.identity("ci-bot").unwrap().holds();
    let wish = Wish {
        subjects: held.into_iter().cloned().collect(),
        identities: vec!["ci-bot".to_owned()],
        estate: Some(Arc::clone(&estate)),
        // The other provider ends sessions for good.
        answer: Answer::Yes(Confirmation::Code),
        ..Wish::contained()
    };
    let mut end = bench.go(&wish).await.end();
    // A word is given once for each plan: what ends sessions there a second time takes another code.
    for _ in 0..4 {
        if end.standing.outcome != Said::Contained {
            end = bench.go(&wish).await.end();
        }
    }
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    bench.check(false);
    bench.check_expected();
    for what in ["token/T1", "token/T2"] {
        assert!(!accepts(&bench, &at(what)), "{what}");
    }
    let first = bench.plans.lock().unwrap();
    let first = first.values().find(|plan| plan.round == 1).unwrap();
    let cuts = first.items.iter().filter(|item| item.rung.is_some());
    let providers: Vec<&str> = cuts
        .filter_map(|item| Some(item.target()?.provider()))
        .collect();
    assert!(
        providers.contains(&"aws") && providers.contains(&"saas"),
        "{providers:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn siblings_and_delegates_at_other_providers_are_told_before_anything_is_read_and_left_alone()
{
    let others = format!(
        "  clerk: {{kind: bot, runs_as: [\"{}\"], credentials: [\"{}\"]}}\n",
        at("user/bot"),
        at("token/T2")
    );
    let said = format!("{KNOWN}    delegates_to: [clerk]\n");
    let text = format!(
        "estate: 1\nteams: {{shop: {{contact: \"#shop\"}}}}\nidentities:\n  ci-bot:\n    kind: pipeline\n    credentials: [\"{}\", \"{}\"]\n    runs_as: [\"{}\"]\n{said}{others}",
        name("access-key/LEAKED"),
        at("token/T1"),
        name("user/ci"),
    );
    let bench = elsewhere(Bench::new(LEAK));
    let wish = Wish {
        estate: Some(read(&text)),
        ..Wish::isolate(Limit::Plan)
    };
    drop(bench.go(&wish).await.end());
    let plan = bench.plans.lock().unwrap().values().next().unwrap().clone();
    let told = |what: &str| {
        let what = at(what);
        let outside = plan.outside.iter().find(|outside| outside.what == what);
        outside
            .map(|outside| outside.why.clone())
            .unwrap_or_default()
    };
    assert!(
        told("token/T1").contains("contain isolate identity:ci-bot"),
        "{}",
        told("token/T1")
    );
    assert!(told("user/bot").contains("ci-bot delegates to clerk"));
    assert!(told("token/T2").contains("ci-bot delegates to clerk"));
    let targets = plan.items.iter().filter_map(Item::target);
    assert!(targets.clone().count() > 0);
    assert!(targets.into_iter().all(|target| target.provider() == "aws"));
}

/// Dave has the role `owner`; alice, who operates, wants what is grave.
fn owned(who: &str) -> Arc<Estate> {
    let said = KNOWN.replace("owner: {team: shop}", &format!("owner: {{person: {who}}}"));
    holder(
        &said.replace("criticality: low", "criticality: critical"),
        "",
    )
}

async fn asked(estate: Arc<Estate>) -> (Bench, Plan, Document) {
    let bench = Bench::new(LEAK);
    let wish = Wish {
        around: person("alice"),
        estate: Some(estate),
        ..Wish::isolate(Limit::Plan)
    };
    drop(bench.go(&wish).await.end());
    let request = case(&bench).requests.last().unwrap().1.clone();
    let plan = bench.plans.lock().unwrap()[&request.plan].clone();
    (bench, plan, request)
}

fn admit(
    (bench, plan): (&Bench, &Plan),
    said: &Document,
    signer: &str,
) -> Result<Admitted, Refused> {
    let bytes = approval::bytes(said).unwrap();
    let court = Court {
        signers: &signers(),
        revoked: &Revoked::default(),
        roster: &roster(),
        case: &case(bench),
        plan,
        now: bench.clock.now(),
    };
    approval::admit(&court, &bytes, &sign(signer, &bytes))
}

#[tokio::test(start_paused = true)]
async fn an_owner_agrees_to_what_they_own_and_to_nothing_else() {
    let (bench, plan, request) = asked(owned("dave")).await;
    let admitted = admit((&bench, &plan), &request, "dave").unwrap();
    let Admitted::Approved(mandate) = admitted else {
        panic!("{admitted:?}")
    };
    // With that and their own word for the exact plan alice cuts, and dave gives nothing back.
    let item = of(&plan, "access-key/LEAKED");
    assert_eq!(item.tier, Tier::GRAVE);
    let authority = Authority {
        tier: Some(Tier::GRAVE),
        exact: true,
        owner_agreed: true,
        ..Authority::NONE
    };
    let around = person("alice");
    let around = (&around, &["alice".to_owned()][..]);
    for (effect, agreed, allows) in [
        ("cut", true, true),
        ("cut", false, false),
        ("open", true, false),
    ] {
        let authority = Authority {
            owner_agreed: agreed,
            ..authority
        };
        let ruling = policy().rule(item, effect, around, authority);
        assert_eq!(
            matches!(ruling, Ruling::Allow(_)),
            allows,
            "{effect} {agreed}: {ruling:?}"
        );
    }
    // The whole way: what dave signed lets alice cut.
    let sink = Box::new(bench.disk.clone());
    let (journal, _) = contain::journal::Journal::open(sink, bench.clock.clone(), "laws").unwrap();
    let event = contain::domain::event::Event::Granted { mandate };
    journal.append(vec![event]).await.unwrap();
    drop(journal);
    let wish = Wish {
        around: person("alice"),
        estate: Some(owned("dave")),
        answer: Answer::Yes(Confirmation::Yes),
        ..Wish::isolate(Limit::OneRound(Box::new(plan.clone())))
    };
    drop(bench.go(&wish).await.end());
    let target = name("access-key/LEAKED");
    assert!(bench.left().iter().any(|left| left.call.target == target));
    // Somebody else's is not his to agree to, whole or in part; who has no role at all agrees to nothing.
    let (bench, plan, request) = asked(owned("somebody")).await;
    let refused = admit((&bench, &plan), &request, "dave");
    assert!(
        matches!(refused, Err(Refused::NotOwner { .. })),
        "{refused:?}"
    );
    let denial = Document {
        answer: Says::Deny,
        reason: Some("it is ours".to_owned()),
        ..request.clone()
    };
    assert!(admit((&bench, &plan), &denial, "dave").is_err());
    assert!(admit((&bench, &plan), &request, "bob").is_ok());
}

#[tokio::test(start_paused = true)]
async fn whoever_ever_led_an_incident_gives_nothing_back_alone() {
    let bench = Bench::new(LEAK);
    drop(bench.go(&Wish::isolate(Limit::Plan)).await.end());
    let hand = |from: &str, to: &str| contain::domain::event::Event::HandedOver {
        from: Some(from.to_owned()),
        to: to.to_owned(),
        reason: "night".to_owned(),
    };
    let sink = Box::new(bench.disk.clone());
    let (journal, _) = contain::journal::Journal::open(sink, bench.clock.clone(), "laws").unwrap();
    let handed = vec![hand("alice", "carol"), hand("carol", "bob")];
    journal.append(handed).await.unwrap();
    let case = case(&bench);
    let now = bench.clock.now();
    for (who, led) in [
        ("alice", true),
        ("carol", true),
        ("bob", true),
        ("dave", false),
    ] {
        let authority = Authority::NONE.within(&case, &person(who), now);
        assert_eq!(authority.leads, led, "{who}");
    }
}
