//! `contain policy`: check the workspace's policies, explain what they say of a plan, and hold them to written cases.
//!
//! Never decides anything: the gate asks the same set again before each effect.

use std::path::PathBuf;

use clap::Subcommand;
use serde::Deserialize;

use super::Ended;
use super::failure::{Failure, exit};
use super::people;
use super::session::Session;
use super::workspace::read;
use crate::domain::stake::{Criticality, Dependant, Environment, Owner, Responsible};
use crate::domain::why::plain;
use crate::domain::{ActionId, Item, ItemKey, Locator, Phase, Relation, Stake, Tier, Undo, Work};
use crate::gate::approval::request_of;
use crate::gate::{Authority, Policy, Rule, Ruling, preview};
use crate::report::page::Page;

/// Check the policies, explain what they say of a plan, or hold them to written cases
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Read and validate every policy, and list the rules with what they want
    Check,
    /// Say of each item of a plan what the policies say once its operator says yes, and who else could agree
    Explain {
        /// The plan's digest or the beginning of it; otherwise the latest plan
        #[arg(value_name = "PLAN")]
        plan: Option<String>,
        /// The incident; otherwise the only open one, or the latest
        #[arg(long, value_name = "ID")]
        incident: Option<String>,
    },
    /// Hold the policies to cases in YAML files: a question, and what they have to say; ends 5 where one does not hold
    Test {
        /// The files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
}

pub(super) fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    let policy = session.workspace.policy()?;
    match args.verb {
        Verb::Check => Ok(check(&policy)),
        Verb::Explain { plan, incident } => {
            explain(session, &policy, plan.as_deref(), incident.as_deref())
        }
        Verb::Test { files } => test(session, &policy, &files),
    }
}

fn check(policy: &Policy) -> Ended {
    let rules = policy.rules();
    let mut page = Page::default();
    for (effect, rule) in &rules {
        page.line(&format!(
            "{effect:<7} {}: {}",
            plain(&rule.id),
            plain(&rule.title)
        ));
        if !rule.remedy.is_empty() {
            page.line(&format!("        {}", plain(&rule.remedy)));
        }
    }
    page.gap();
    page.line(&format!(
        "{} rules, digest {}",
        rules.len(),
        policy.digest()
    ));
    let rows: Vec<_> = rules
        .iter()
        .map(|(effect, rule)| {
            serde_json::json!({"effect": effect, "id": rule.id, "title": rule.title, "remedy": rule.remedy})
        })
        .collect();
    let data = serde_json::json!({"rules": rows, "digest": policy.digest()});
    Ended::data(data, page)
}

/// What a ruling comes to, in a word, and the rules behind it.
fn told(ruling: &Ruling) -> (&'static str, Vec<&Rule>) {
    match ruling {
        Ruling::Allow(_) => ("allow", Vec::new()),
        Ruling::NeedsMandate(rules) => ("needs", rules.iter().collect()),
        Ruling::Forbidden(rules) => ("forbidden", rules.iter().collect()),
    }
}

fn explain(
    session: &Session,
    policy: &Policy,
    wanted: Option<&str>,
    incident: Option<&str>,
) -> Result<Ended, Box<Failure>> {
    // How many are protected is asked about too.
    session.estate()?;
    let folder = session.folder(incident)?;
    let case = folder.read()?.case;
    let plans = case.runs.values().flat_map(|run| run.plans.values());
    let fits = |digest: &String| wanted.is_none_or(|wanted| digest.starts_with(wanted));
    let mut digests = plans.map(|(digest, _)| *digest);
    let digest = digests.rfind(|one| fits(&one.to_string()));
    let Some(digest) = digest else {
        let message = format!("incident `{}` has no such plan", folder.id());
        return Err(Box::new(
            Failure::usage(message).hint("contain plan LOCATOR"),
        ));
    };
    let plan = folder.load_plan(&digest)?;
    let around = session.around(folder.id(), folder.is_drill());
    let specs = plan
        .items
        .iter()
        .filter_map(|item| Some((item, session.catalogue.action(item.action()?)?)));
    let now = session.clock.now();
    let open = preview(specs, (policy, &around), (&case, &plan, digest), now);
    let mut page = Page::default();
    let mut rows = Vec::new();
    let acting = plan.items.iter().filter(|item| item.call().is_some());
    for item in acting {
        let ruling = open.iter().find(|(other, _)| other.key == item.key);
        let (word, rules) = ruling.map_or(("allow", Vec::new()), |(_, ruling)| told(ruling));
        page.line(&format!(
            "{word:<9} {}  (tier {})",
            plain(&item.on()),
            u8::from(item.tier)
        ));
        if let Some(stake) = &item.stake {
            page.line(&format!("          whose {}", plain(&stake.whose())));
        }
        for rule in &rules {
            page.line(&format!(
                "          {}: {}",
                plain(&rule.id),
                plain(&rule.title)
            ));
            page.line(&format!("            {}", plain(&rule.remedy)));
        }
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        rows.push(serde_json::json!({"item": item.key, "ruling": word, "rules": ids}));
    }
    let agree = request_of(&case, digest).map(|(_, request)| {
        let names = session.roster.names();
        let free = |name: &&str| {
            let roster = &session.roster;
            let asks = request.requested_by.iter().any(|asking| asking == name);
            let owns = |item: &Item| roster.owns(name, item);
            let is_owner = || roster.is_owner_alone(name) && plan.items.iter().any(owns);
            !asks && (roster.person(name).is_some_and(|one| one.is_of("approver")) || is_owner())
        };
        names.filter(free).map(str::to_owned).collect::<Vec<_>>()
    });
    if let Some(agree) = &agree {
        page.gap();
        page.line(&format!("could agree: {}", plain(&agree.join(", "))));
    }
    let data = serde_json::json!({"plan": digest, "items": rows, "could_agree": agree});
    let mut ended = Ended::data(data, page);
    ended.output.incident = Some(folder.id().to_owned());
    Ok(ended)
}

/// A written case: a question to the policies, and what they have to say.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Written {
    /// What it shows, as a sentence.
    name: String,
    /// Who operates, by name; alone where nothing is said.
    #[serde(default)]
    operator: Option<String>,
    /// The effect: read, cut, open, issue, deliver, tell.
    effect: String,
    action: ActionId,
    target: Locator,
    tier: u8,
    /// Whether it was named by the operator, and not found.
    #[serde(default = "yes")]
    named: bool,
    /// How what was found hangs on the subject; minted where only `named` says that it was found.
    #[serde(default)]
    relation: Option<Relation>,
    #[serde(default = "yes")]
    reversible: bool,
    /// own, protected, shared.
    #[serde(default)]
    marks: Vec<String>,
    /// The highest tier that the operator confirmed; nothing where nobody did.
    #[serde(default)]
    mandate: Option<u8>,
    /// Whether that was for the exact plan.
    #[serde(default)]
    exact: bool,
    /// How many others signed.
    #[serde(default)]
    agreed: usize,
    /// Whether an owner of the target signed.
    #[serde(default)]
    owner_agreed: bool,
    /// What the estate says of the target: `identities`, `owners`, `environment`, `criticality`, `dependants`; no estate is
    /// loaded where nothing is said.
    #[serde(default)]
    stake: Option<Said>,
    /// Whether it was authorised ahead, a major incident is declared, the glass is broken, the operator leads the incident,
    /// agents were dismissed.
    #[serde(default)]
    standing: bool,
    #[serde(default)]
    major: bool,
    #[serde(default)]
    break_glass: bool,
    #[serde(default)]
    leads: bool,
    #[serde(default)]
    dismissed: bool,
    /// Who asks; the operator where nothing is said.
    #[serde(default)]
    requested_by: Vec<String>,
    /// allow, needs or forbidden.
    expect: String,
    /// Rules that have to be among those in the way.
    #[serde(default)]
    rules: Vec<String>,
}

/// What the estate says of a target, as a case has it.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
struct Said {
    #[serde(default)]
    identities: Vec<String>,
    /// Teams, by name.
    #[serde(default)]
    owners: Vec<String>,
    #[serde(default)]
    environment: Option<Environment>,
    #[serde(default)]
    criticality: Option<Criticality>,
    /// By name; not known where nothing is said.
    #[serde(default)]
    dependants: Option<Vec<String>>,
}

impl Said {
    fn stake(&self) -> Stake {
        let owner = |team: &String| Owner {
            who: Responsible::Team(team.clone()),
            contact: None,
        };
        let dependant = |name: &String| Dependant {
            name: name.clone(),
            contact: None,
        };
        let dependants = self.dependants.as_ref();
        Stake {
            identities: self.identities.clone(),
            owners: self.owners.iter().map(owner).collect(),
            environment: self.environment,
            criticality: self.criticality,
            dependants: dependants.map(|all| all.iter().map(dependant).collect()),
            ..Stake::default()
        }
    }
}

fn yes() -> bool {
    true
}

const WORDS: [&str; 3] = ["allow", "needs", "forbidden"];

fn test(session: &Session, policy: &Policy, files: &[PathBuf]) -> Result<Ended, Box<Failure>> {
    let mut page = Page::default();
    let (mut held, mut wrong) = (0_usize, Vec::new());
    for file in files {
        let text = read(file)?;
        let cases: Vec<Written> = serde_yaml::from_str(&text).map_err(|error| {
            let place = error
                .location()
                .map_or_else(String::new, |at| format!(":{}:{}", at.line(), at.column()));
            let why = error.without_snippet().to_string();
            let message = format!("{}{place}: {}", file.display(), plain(&why));
            Box::new(Failure::new(exit::USAGE, "invalid-file", message))
        })?;
        for case in &cases {
            match holds(session, policy, case)? {
                None => held += 1,
                Some(why) => {
                    page.line(&format!("FAILED  {}: {}", plain(&case.name), plain(&why)));
                    wrong.push(serde_json::json!({"case": case.name, "why": why}));
                }
            }
        }
    }
    page.line(&format!("{held} cases hold, {} do not", wrong.len()));
    let code = if wrong.is_empty() {
        0
    } else {
        exit::NOT_CONTAINED
    };
    let data = serde_json::json!({"hold": held, "fail": wrong});
    let mut ended = Ended::data(data, page);
    ended.exit = Some(code);
    Ok(ended)
}

/// Asks the policies a written question; answers what they say instead, where it is not what was expected.
fn holds(
    session: &Session,
    policy: &Policy,
    case: &Written,
) -> Result<Option<String>, Box<Failure>> {
    let invalid = |text: String| {
        let message = format!("case `{}`: {text}", plain(&case.name));
        Box::new(Failure::new(exit::USAGE, "invalid-file", message))
    };
    if !WORDS.contains(&case.expect.as_str()) {
        return Err(invalid(format!("`expect` is one of {}", WORDS.join(", "))));
    }
    let tier = |tier: u8| Tier::try_from(tier).map_err(|why| invalid(why.to_string()));
    let mut around = session.around("policy-test", false);
    if let Some(name) = &case.operator {
        around.who = people::operator(&session.roster, Some(name))?;
    }
    let key = ItemKey {
        phase: Phase::Isolate,
        step: "case".to_owned(),
        each: None,
        subject: None,
    };
    let work = Work::Nothing {
        action: case.action.clone(),
        target: case.target.clone(),
        why: String::new(),
    };
    let item = Item {
        tier: tier(case.tier)?,
        relation: case.relation.or((!case.named).then_some(Relation::Minted)),
        rung: session
            .catalogue
            .action(&case.action)
            .and_then(|spec| Some(spec.cut()?.rung)),
        undo: case.reversible.then(|| Undo::By(case.action.clone())),
        marks: case.marks.clone(),
        stake: case.stake.as_ref().map(|said| Box::new(said.stake())),
        ..Item::new(key, work)
    };
    let asking = match around.who.name() {
        Some(name) if case.requested_by.is_empty() => vec![name.to_owned()],
        Some(_) | None => case.requested_by.clone(),
    };
    let authority = Authority {
        tier: case.mandate.map(tier).transpose()?,
        exact: case.exact,
        agreed: case.agreed,
        owner_agreed: case.owner_agreed,
        standing: case.standing,
        major: case.major,
        break_glass: case.break_glass,
        leads: case.leads,
        dismissed: case.dismissed,
    };
    let ruling = policy.rule(&item, &case.effect, (&around, &asking), authority);
    let (word, rules) = told(&ruling);
    let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    let missing = case.rules.iter().find(|id| !ids.contains(&id.as_str()));
    Ok(if word != case.expect {
        Some(format!("it says {word} ({})", ids.join(", ")))
    } else {
        missing.map(|id| format!("{id} is not in the way, but {}", ids.join(", ")))
    })
}
