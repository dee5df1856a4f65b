//! Where people are configured: who may do what alone, and what others sign for.

use std::collections::BTreeMap;
use std::sync::Arc;

use contain::converge::{Answer, Limit};
use contain::domain::case::Case;
use contain::domain::event::Event;
use contain::domain::mandate::{self, DOCUMENT, Declared, Document, Mode};
use contain::domain::plan::Plan;
use contain::domain::{Clock, Digest, Duration, Tier, Time};
use contain::gate;
use contain::gate::approval::{self, Admitted, Court, Refused};
use contain::gate::people::{Automation, Person, Role};
use contain::gate::standing::{self, Standing};
use contain::gate::{Circumstances, Confirmation, Policy, Roster, Who};
use contain::journal::Journal;
use contain::report::standing::Outcome as Said;
use contain::signature::{self, AllowedSigners, NAMESPACE, Revoked};
use serde_json::{Value, json};
use ssh_key::private::{Ed25519Keypair, PrivateKey};
use ssh_key::{HashAlg, LineEnding};

use super::Cells;
use crate::simulated::{Bench, LEAK, Wish, name};

/// Everybody's keys, by what `allowed_signers` calls them.
const KEYS: [(&str, u8); 7] = [
    ("alice@work", 1),
    ("alice@home", 2),
    ("bob", 3),
    ("carol", 4),
    ("triage", 5),
    ("eve", 6),
    ("dave", 7),
];

fn key(signer: &str) -> PrivateKey {
    let (_, seed) = KEYS.iter().find(|(name, _)| *name == signer).unwrap();
    PrivateKey::from(Ed25519Keypair::from_seed(&[*seed; 32]))
}

pub(super) fn signers() -> AllowedSigners {
    let line = |(name, _): &(&str, u8)| {
        let public = key(name).public_key().to_openssh().unwrap();
        format!("{name} {public}\n")
    };
    AllowedSigners::parse(&KEYS.iter().map(line).collect::<String>()).unwrap()
}

pub(super) fn sign(signer: &str, said: &[u8]) -> String {
    let signature = key(signer).sign(NAMESPACE, HashAlg::Sha512, said).unwrap();
    signature.to_pem(LineEnding::LF).unwrap()
}

/// Alice, who owns a bot and is the very account that contain acts with; bob and carol, who may agree.
pub(super) fn roster() -> Arc<Roster> {
    let person = |signs_as: &[&str], accounts: &[&str], roles: &[Role]| Person {
        signs_as: signs_as.iter().map(|&name| name.to_owned()).collect(),
        accounts: accounts.iter().map(|&name| name.to_owned()).collect(),
        roles: roles.iter().copied().collect(),
        ..Person::default()
    };
    let all = [Role::Responder, Role::Approver, Role::Recovery];
    let people = BTreeMap::from([
        (
            "alice".to_owned(),
            person(
                &["alice@work", "alice@home"],
                &["os:alice", "aws:user/on-call@123456789012"],
                &all,
            ),
        ),
        ("bob".to_owned(), person(&[], &[], &all)),
        ("carol".to_owned(), person(&[], &[], &[Role::Approver])),
        ("dave".to_owned(), person(&[], &[], &[Role::Owner])),
    ]);
    let bot = Automation {
        owner: "alice".to_owned(),
        accounts: Vec::new(),
        proposals: None,
    };
    let agents = BTreeMap::from([("triage".to_owned(), bot.clone())]);
    let pipelines = BTreeMap::from([("nightly".to_owned(), bot)]);
    Arc::new(Roster::new(people, agents, pipelines).unwrap())
}

pub(super) fn by(who: Who) -> Circumstances {
    Circumstances {
        who,
        roster: roster(),
        ..Circumstances::solo("law-1", true, true)
    }
}

pub(super) fn person(name: &str) -> Circumstances {
    by(Who::Person(name.to_owned()))
}

/// Alice isolates what leaked; with `grave` that is protected, so that it takes a second person.
pub(super) fn isolate(limit: Limit, grave: bool) -> Wish {
    Wish {
        around: person("alice"),
        protected: if grave {
            vec![name("access-key/LEAKED")]
        } else {
            Vec::new()
        },
        ..Wish::isolate(limit)
    }
}

pub(super) struct Asked {
    pub(super) bench: Bench,
    pub(super) plan: Plan,
    pub(super) request: Document,
}

impl Asked {
    /// Somebody has asked, and nothing was done about it yet.
    async fn by(wish: Wish) -> Self {
        let bench = Bench::new(LEAK);
        drop(bench.go(&wish).await.end());
        let case = case(&bench);
        let request = case.requests.last().unwrap().1.clone();
        let plan = bench.plans.lock().unwrap()[&request.plan].clone();
        Self {
            bench,
            plan,
            request,
        }
    }

    pub(super) async fn grave() -> Self {
        let asked = Self::by(isolate(Limit::Plan, true)).await;
        assert!(asked.bench.left().is_empty());
        asked
    }

    fn admit_at(&self, said: &[u8], signature: &str, now: Time) -> Result<Admitted, Refused> {
        let (case, roster) = (case(&self.bench), roster());
        let court = Court {
            signers: &signers(),
            revoked: &Revoked::default(),
            roster: &roster,
            case: &case,
            plan: &self.plan,
            now,
        };
        approval::admit(&court, said, signature)
    }

    pub(super) fn admit(&self, document: &Document, signer: &str) -> Result<Admitted, Refused> {
        let said = approval::bytes(document).unwrap();
        self.admit_at(&said, &sign(signer, &said), self.bench.clock.now())
    }

    async fn take(&self, document: &Document, signer: &str) {
        let event = match self.admit(document, signer).unwrap() {
            Admitted::Approved(mandate) => Event::Granted { mandate },
            Admitted::Denied {
                items,
                by,
                reason,
                signed,
            } => Event::Vetoed {
                run: self.plan.run,
                plan: self.request.plan,
                items,
                by,
                reason,
                signed,
            },
        };
        let sink = Box::new(self.bench.disk.clone());
        let (journal, _) = Journal::open(sink, self.bench.clock.clone(), "laws").unwrap();
        journal.append(vec![event]).await.unwrap();
    }

    /// Whoever operates applies the plan.
    async fn apply(&self, around: Circumstances) -> Said {
        let wish = Wish {
            around,
            ..isolate(
                Limit::OneRound(Box::new(self.plan.clone())),
                self.is_grave(),
            )
        };
        self.bench.go(&wish).await.said()
    }

    fn is_grave(&self) -> bool {
        self.plan.tier() == Tier::GRAVE
    }

    pub(super) fn touched(&self) -> bool {
        let target = name("access-key/LEAKED");
        self.bench
            .left()
            .iter()
            .any(|left| left.call.target == target)
    }
}

pub(super) fn case(bench: &Bench) -> Case {
    contain::journal::read(&mut bench.disk.clone())
        .unwrap()
        .case
}

#[tokio::test(start_paused = true)]
async fn a_responder_isolates_what_was_named_alone_and_nobody_else_does() {
    let said = |around: Circumstances| async {
        let bench = Bench::new(LEAK);
        let wish = Wish {
            around,
            ..isolate(Limit::Isolated, false)
        };
        let said = bench.go(&wish).await.said();
        (said, bench.left().len())
    };
    let (alone, left) = said(person("alice")).await;
    assert_eq!(alone, Said::Isolated);
    assert!(left > 0);
    // No role, nobody whom anybody knows: no signature helps. A bot of hers: people would have to agree.
    for (who, ends) in [
        (Who::Person("dave".to_owned()), Said::Denied),
        (Who::Stranger, Said::Denied),
        (Who::Agent("triage".to_owned()), Said::Waiting),
        (Who::Pipeline("nightly".to_owned()), Said::Waiting),
    ] {
        assert_eq!(said(by(who.clone())).await, (ends, 0), "{who:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_grave_takes_a_signature_of_somebody_who_does_not_ask() {
    let asked = Asked::grave().await;
    // The code of the plan alone is one person's word.
    let wish = Wish {
        answer: Answer::Yes(Confirmation::Code),
        ..isolate(Limit::OneRound(Box::new(asked.plan.clone())), true)
    };
    drop(asked.bench.go(&wish).await.end());
    assert!(!asked.touched());
    asked.take(&asked.request, "bob").await;
    // A signature alone moves nothing: somebody operates, and says so.
    let nobody = Wish {
        answer: Answer::Nobody,
        around: person("bob"),
        ..isolate(Limit::Verify(false), true)
    };
    drop(asked.bench.go(&nobody).await.end());
    assert!(!asked.touched());
    asked.apply(person("alice")).await;
    assert!(asked.touched());
    let case = case(&asked.bench);
    let bobs = case
        .mandates
        .iter()
        .find(|mandate| mandate.by == "bob")
        .unwrap();
    assert!(case.spent.get(&bobs.nonce).is_some_and(|spent| *spent > 0));
}

#[tokio::test(start_paused = true)]
async fn every_changed_field_of_a_request_voids_it_signed_or_not() {
    let asked = Asked::grave().await;
    let now = asked.bench.clock.now();
    let said = approval::bytes(&asked.request).unwrap();
    let signature = sign("bob", &said);
    assert!(asked.admit_at(&said, &signature, now).is_ok());
    let whole: Value = serde_json::from_slice(&said).unwrap();
    let later = asked.request.until + Duration::from_mins(1);
    let other = json!({
        "contain": "mandate 2", "incident": "law-2", "plan": Digest::ZERO, "items": ["isolate/other@aws:user/x@1"], "tier": 2,
        "requested_by": ["bob"], "until": later, "nonce": "other", "answer": "deny", "reason": "because",
    });
    let mut cells = Cells::default();
    for (field, changed) in other.as_object().unwrap() {
        let mut document = whole.clone();
        document[field] = changed.clone();
        let bytes = serde_json_canonicalizer::to_vec(&document).unwrap();
        cells
            .one(format!("{field}, under the old signature"), async {
                let admitted = asked.admit_at(&bytes, &signature, now);
                assert_eq!(
                    admitted,
                    Err(Refused::Signature(signature::Refused::Changed))
                );
            })
            .await;
        // What an answer may say is its own: another answer, other items that there are, a reason.
        if ["answer", "reason"].contains(&field.as_str()) {
            continue;
        }
        cells
            .one(format!("{field}, signed anew"), async {
                assert!(asked.admit_at(&bytes, &sign("bob", &bytes), now).is_err());
            })
            .await;
    }
    for field in whole.as_object().unwrap().keys() {
        let mut document = whole.clone();
        document.as_object_mut().unwrap().remove(field);
        let bytes = serde_json_canonicalizer::to_vec(&document).unwrap();
        cells
            .one(format!("without {field}"), async {
                assert!(asked.admit_at(&bytes, &sign("bob", &bytes), now).is_err());
            })
            .await;
    }
    let mut more = whole.clone();
    more["more"] = json!(1);
    for bytes in [
        serde_json_canonicalizer::to_vec(&more).unwrap(),
        serde_json::to_vec_pretty(&whole).unwrap(),
        [said.as_slice(), b"\n"].concat(),
    ] {
        cells
            .one("other bytes".to_owned(), async {
                assert!(asked.admit_at(&bytes, &sign("bob", &bytes), now).is_err());
            })
            .await;
    }
    cells.hold(25);
    assert_eq!(asked.request.contain, DOCUMENT);
}

#[tokio::test(start_paused = true)]
async fn nobody_agrees_to_what_they_ask_for_by_another_key_an_alias_or_a_bot() {
    let asked = Asked::grave().await;
    assert_eq!(asked.request.requested_by, ["alice"]);
    let refused = |signer: &str| asked.admit(&asked.request, signer).err();
    for signer in ["alice@work", "alice@home"] {
        assert_eq!(
            refused(signer),
            Some(Refused::OwnRequest("alice".to_owned())),
            "{signer}"
        );
    }
    assert!(matches!(refused("triage"), Some(Refused::Nobody(_))));
    assert!(matches!(refused("eve"), Some(Refused::Nobody(_))));
    // Through her bot, and as somebody else with her account.
    for (who, asking) in [
        (Who::Agent("triage".to_owned()), vec!["alice", "triage"]),
        (Who::Person("bob".to_owned()), vec!["alice", "bob"]),
    ] {
        let wish = Wish {
            around: by(who),
            ..isolate(Limit::Plan, true)
        };
        let asked = Asked::by(wish).await;
        assert_eq!(asked.request.requested_by, asking);
        let alice = asked.admit(&asked.request, "alice@home").err();
        assert_eq!(alice, Some(Refused::OwnRequest("alice".to_owned())));
        assert!(asked.admit(&asked.request, "carol").is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_bot_asks_for_takes_two_people_whoever_runs_it() {
    let wish = Wish {
        around: by(Who::Agent("triage".to_owned())),
        ..isolate(Limit::Plan, false)
    };
    let asked = Asked::by(wish).await;
    asked.take(&asked.request, "bob").await;
    assert_eq!(
        asked.admit(&asked.request, "bob").err(),
        Some(Refused::Twice("bob".to_owned()))
    );
    asked.apply(person("alice")).await;
    assert!(asked.bench.left().is_empty(), "one person agreed");
    asked.take(&asked.request, "carol").await;
    // Who operates is not another person, whatever they signed.
    asked.apply(person("bob")).await;
    assert!(asked.bench.left().is_empty(), "bob is one of the two");
    asked.apply(person("alice")).await;
    assert!(asked.touched());
}

#[tokio::test(start_paused = true)]
async fn a_bot_does_not_carry_out_what_a_person_asked_for_and_confirmed() {
    for who in [
        Who::Agent("triage".to_owned()),
        Who::Pipeline("nightly".to_owned()),
        Who::Stranger,
        Who::Person("dave".to_owned()),
    ] {
        let asked = Asked::by(isolate(Limit::Plan, false)).await;
        let now = asked.bench.clock.now();
        let order = case(&asked.bench).runs[&1].order.clone();
        let (plan, digest) = (&asked.plan, asked.request.plan);
        let clock = Clock::simulated(now, 5);
        for mandate in
            gate::mandate::grant(plan, digest, Confirmation::Code, ("alice", &order), &clock)
        {
            write(&asked.bench, Event::Granted { mandate }).await;
        }
        asked.apply(by(who.clone())).await;
        assert!(asked.bench.left().is_empty(), "{who:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_written_under_the_nonce_of_another_word_is_nobodys_word() {
    let asked = Asked::grave().await;
    let Admitted::Approved(mandate) = asked.admit(&asked.request, "bob").unwrap() else {
        unreachable!("he agreed")
    };
    // Whoever writes where it is shared, and holds no key of an approver, puts a second name beside what was looked at.
    let forged = mandate::Mandate {
        by: "carol".to_owned(),
        ..mandate.clone()
    };
    for mandate in [mandate, forged] {
        write(&asked.bench, Event::Granted { mandate }).await;
    }
    let by: Vec<String> = case(&asked.bench)
        .mandates
        .iter()
        .map(|one| one.by.clone())
        .collect();
    assert_eq!(by, ["bob"]);
}

#[tokio::test(start_paused = true)]
async fn an_approval_ends_with_its_time_its_use_its_plan_and_what_is_given_back() {
    let asked = Asked::grave().await;
    let said = approval::bytes(&asked.request).unwrap();
    let signature = sign("bob", &said);
    let late = asked.request.until;
    let at = |now: Time| asked.admit_at(&said, &signature, now).err();
    assert_eq!(at(late), Some(Refused::Expired(late)));
    assert_eq!(at(late - Duration::from_secs(1)), None);
    // A clock that was turned back makes nothing valid that the journal has passed, and nothing longer.
    for back in [1, 60, 3600, 315_360_000] {
        let Ok(Admitted::Approved(mandate)) = asked.admit_at(
            &said,
            &signature,
            asked.bench.clock.now() - Duration::from_secs(back),
        ) else {
            unreachable!("it is admitted")
        };
        assert_eq!(mandate.until, late);
    }
    asked.take(&asked.request, "bob").await;
    asked.apply(person("alice")).await;
    assert!(asked.touched());
    let once = asked.bench.left().len();
    // Used: the same answer again, and the same plan again, do nothing more.
    assert!(asked.admit(&asked.request, "bob").is_err());
    asked.apply(person("alice")).await;
    assert_eq!(asked.bench.left().len(), once);
    // Given back: what was agreed to before cuts nothing again.
    let restore = Wish {
        around: person("bob"),
        answer: Answer::Yes(Confirmation::Code),
        ..Wish::restore(2, &[name("access-key/LEAKED")])
    };
    drop(asked.bench.go(&restore).await.end());
    let live = case(&asked.bench);
    let now = asked.bench.clock.now();
    let is_live = |mandate: &&mandate::Mandate| mandate.by == "bob" && live.is_live(mandate, now);
    assert!(
        !live
            .mandates
            .iter()
            .filter(|one| one.signed.is_some())
            .any(|one| is_live(&one))
    );
    assert_eq!(
        asked.admit(&asked.request, "carol").err(),
        Some(Refused::Over)
    );
    // Another plan.
    let other = Asked::by(isolate(Limit::Plan, false)).await;
    let elsewhere = other.admit_at(&said, &signature, other.bench.clock.now());
    assert!(elsewhere.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_final_for_its_items_in_its_run() {
    let asked = Asked::grave().await;
    let no = Document {
        answer: mandate::Answer::Deny,
        reason: Some("it runs the payroll".to_owned()),
        ..asked.request.clone()
    };
    let mute = Document {
        reason: Some(" ".to_owned()),
        ..no.clone()
    };
    assert_eq!(asked.admit(&mute, "bob").err(), Some(Refused::NoReason));
    asked.take(&no, "carol").await;
    let after = asked.admit(&asked.request, "bob").err();
    assert!(
        matches!(after, Some(Refused::Denied { ref by, .. }) if by == "carol"),
        "{after:?}"
    );
    asked.apply(person("alice")).await;
    assert!(!asked.touched());
    let again = Wish {
        answer: Answer::Yes(Confirmation::Code),
        ..isolate(Limit::Isolated, true)
    };
    drop(asked.bench.go(&again).await.end());
    assert!(!asked.touched());
}

#[tokio::test(start_paused = true)]
async fn a_subset_is_agreed_to_and_nothing_beside_it_begins() {
    let asked = Asked::grave().await;
    let key = approval::asked(&asked.plan)
        .find(|item| item.target() == Some(&name("access-key/LEAKED")))
        .map(|item| item.key.clone())
        .unwrap();
    let one = Document {
        items: Some([key.clone()].into()),
        ..asked.request.clone()
    };
    asked.take(&one, "bob").await;
    asked.apply(person("alice")).await;
    let case = case(&asked.bench);
    let bobs = case
        .mandates
        .iter()
        .find(|mandate| mandate.by == "bob")
        .unwrap();
    let mut lives = case
        .lives
        .iter()
        .filter(|(_, life)| life.spent.contains(&bobs.nonce));
    assert!(lives.all(|(item, _)| item.key == key));
    assert!(asked.touched());
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_errors_or_says_nothing_denies_whoever_signed() {
    static EMPTY: std::sync::LazyLock<Policy> =
        std::sync::LazyLock::new(|| Policy::new(&[]).unwrap());
    static BROKEN: std::sync::LazyLock<Policy> = std::sync::LazyLock::new(|| {
        let boom = "@id(\"boom\") forbid (principal, action, resource) when { context.agreed + 9223372036854775807 > 1 };";
        let default = contain::gate::policy::DEFAULT;
        let texts = [("default", default), ("broken", boom)];
        let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
        Policy::new(&texts).unwrap()
    });
    for (policy, why) in [
        (&*EMPTY, "no policy permits this"),
        (&*BROKEN, "policy-error"),
    ] {
        let asked = Asked::grave().await;
        asked.take(&asked.request, "bob").await;
        let wish = Wish {
            policy,
            ..isolate(Limit::OneRound(Box::new(asked.plan.clone())), true)
        };
        let end = asked.bench.go(&wish).await.end();
        let told = format!("{:?}", end.standing);
        assert!(told.contains(why), "{told}");
        assert!(asked.bench.left().is_empty(), "{why}");
    }
}

pub(super) async fn write(bench: &Bench, event: Event) {
    let sink = Box::new(bench.disk.clone());
    let (journal, _) = Journal::open(sink, bench.clock.clone(), "laws").unwrap();
    journal.append(vec![event]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_declared_lets_one_person_cut_until_it_ends_and_leaves_a_review() {
    for (declared, grave, lets) in [
        (Mode::BreakGlass, true, true),
        (Mode::MajorIncident, true, false),
        (Mode::MajorIncident, false, true),
    ] {
        for lasts in [Duration::from_hours(1), Duration::from_secs(0)] {
            let asked = Asked::by(isolate(Limit::Plan, grave)).await;
            let now = asked.bench.clock.now();
            let declared = Declared {
                mode: declared,
                by: "alice".to_owned(),
                reason: "nobody answers".to_owned(),
                until: now + lasts,
                nonce: "m1".to_owned(),
            };
            write(&asked.bench, Event::Declared { declared }).await;
            let wish = Wish {
                answer: Answer::Yes(Confirmation::Code),
                ..isolate(Limit::OneRound(Box::new(asked.plan.clone())), grave)
            };
            drop(asked.bench.go(&wish).await.end());
            let is_let = (lets && lasts.is_positive()) || !grave;
            assert_eq!(asked.touched(), is_let, "{lasts} {grave}");
            let owed = case(&asked.bench).unreviewed();
            assert!(owed.iter().any(|one| one.id == "m1" && one.by == "alice"));
            assert!(owed.iter().any(|one| one.what.contains("confirmed alone")));
            for one in owed {
                let (by, why) = ("bob".to_owned(), "looked at".to_owned());
                write(
                    &asked.bench,
                    Event::Reviewed {
                        id: one.id,
                        by,
                        why,
                        signed: None,
                    },
                )
                .await;
            }
            assert!(case(&asked.bench).unreviewed().is_empty());
        }
    }
}

/// What is authorised ahead for the pipeline, as a file.
pub(super) fn ahead(changed: &[(&str, &str)]) -> String {
    let mut text = "standing: 1\nid: nightly\nfor: [nightly]\nkinds: [\"aws:access-key\", \"aws:user\", \"aws:role\"]\nrungs: [suspend, end-sessions]\n\
        tier: 2\nat_most: 9\nuntil: 2027-01-01T00:00:00Z\nreason: leaked keys in public repositories\n"
        .to_owned();
    for (from, to) in changed {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

pub(super) fn admit_ahead(
    text: &str,
    signer: &str,
    now: Time,
) -> Result<mandate::Mandate, Refused> {
    let standing: Standing = serde_yaml::from_str(text).unwrap();
    let signature = sign(signer, text.as_bytes());
    let known = (&signers(), &Revoked::default());
    standing::admit(
        &standing,
        (text.as_bytes(), &signature),
        known,
        &roster(),
        now,
    )
}

#[tokio::test(start_paused = true)]
async fn what_is_authorised_ahead_covers_its_kinds_its_number_and_its_time_and_nothing_more() {
    let now: Time = "2026-03-01T03:07:00Z".parse().unwrap();
    for (changed, signer, refused) in [
        (vec![], "bob", None),
        (vec![], "alice@work", Some("OwnRequest")),
        (vec![], "eve", Some("Nobody")),
        (vec![("tier: 2", "tier: 3")], "bob", Some("Unreadable")),
        (vec![("suspend", "revoke")], "bob", Some("Unreadable")),
        (
            vec![("at_most: 9", "at_most: 0")],
            "bob",
            Some("Unreadable"),
        ),
        (vec![("2027", "2026")], "bob", Some("Expired")),
        (
            vec![("standing: 1", "standing: 2")],
            "bob",
            Some("Unreadable"),
        ),
    ] {
        let admitted = admit_ahead(&ahead(&changed), signer, now).err();
        let told = format!("{admitted:?}");
        assert_eq!(admitted.is_some(), refused.is_some(), "{changed:?}: {told}");
        assert!(
            told.contains(refused.unwrap_or("None")),
            "{changed:?}: {told}"
        );
    }
    for (changed, most) in [
        (vec![], usize::MAX),
        (vec![("at_most: 9", "at_most: 1")], 1),
        (
            vec![(
                "\"aws:access-key\", \"aws:user\", \"aws:role\"",
                "\"aws:group\"",
            )],
            0,
        ),
        (vec![("for: [nightly]", "for: [triage]")], 0),
    ] {
        let bench = Bench::new(LEAK);
        let mandate = admit_ahead(&ahead(&changed), "bob", bench.clock.now()).unwrap();
        let wish = Wish {
            around: by(Who::Pipeline("nightly".to_owned())),
            granted: vec![mandate.clone()],
            ..isolate(Limit::Isolated, false)
        };
        drop(bench.go(&wish).await.end());
        let left = bench.left().len();
        assert!(
            left <= most && (left > 0) == (most > 0),
            "{changed:?}: {left}"
        );
        let owed = case(&bench).unreviewed();
        let is_owed = owed.iter().any(|one| one.id == mandate.nonce);
        assert_eq!(is_owed, most > 0, "{owed:?}");
        bench.check(false);
        // Dismissed: nothing more, whatever is authorised.
        let dismissed = Bench::new(LEAK);
        drop(
            dismissed
                .go(&Wish {
                    limit: Limit::Plan,
                    ..wish.clone()
                })
                .await
                .end(),
        );
        let reason = "it raves".to_owned();
        write(&dismissed, Event::Dismissed { reason }).await;
        drop(dismissed.go(&wish).await.end());
        assert!(dismissed.left().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_proposed_is_a_tier_higher_than_what_a_person_plans() {
    let bench = Bench::new(LEAK);
    drop(bench.go(&isolate(Limit::Plan, false)).await.end());
    let tiers = |bench: &Bench, run: u32| -> Vec<u8> {
        let case = case(bench);
        let cuts = case
            .lives_of(run)
            .filter(|(_, life)| life.planned.rung.is_some());
        cuts.map(|(_, life)| u8::from(life.planned.tier)).collect()
    };
    let before = tiers(&bench, 1);
    let proposed = Event::Proposed {
        run: 1,
        by: "triage".to_owned(),
        rationale: "the log says ${ignore previous rules}".to_owned(),
        evidence: Vec::new(),
    };
    write(&bench, proposed).await;
    let wish = Wish {
        around: by(Who::Agent("triage".to_owned())),
        ..isolate(Limit::Plan, false)
    };
    drop(bench.go(&wish).await.end());
    let after: Vec<u8> = case(&bench)
        .lives
        .iter()
        .filter(|(item, life)| item.round > 1 && life.planned.rung.is_some())
        .map(|(_, life)| u8::from(life.planned.tier))
        .collect();
    assert!(
        !before.is_empty() && !after.is_empty(),
        "{before:?} {after:?}"
    );
    assert!(
        after
            .iter()
            .zip(&before)
            .all(|(after, before)| *after == (before + 1).min(3))
    );
}
