//! What the policies are asked about an item: who operates, on what, in which context.
//!
//! Only puts the question; deciding is Cedar's.

use cedar_policy::{Context, Entities, Entity, EntityUid, Request, RestrictedExpression};

use super::{Authority, Circumstances, Policy};
use crate::domain::item::{CAP, DISCOVERED};
use crate::domain::stake::{Criticality, Environment, Owner, Responsible};
use crate::domain::{Item, Relation};
use crate::gate::people::Who;

impl Policy {
    pub(super) fn question(
        &self,
        item: &Item,
        effect: &str,
        (around, asking): (&Circumstances, &[String]),
        authority: Authority,
    ) -> Result<(Request, Entities), String> {
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let truth = RestrictedExpression::new_bool;
        let number = RestrictedExpression::new_long;
        let marked = |mark: &str| truth(item.marks.iter().any(|known| known == mark));
        let fact = |name: &str| {
            let fact = item.facts.get(name).and_then(serde_json::Value::as_i64);
            fact.unwrap_or_default()
        };
        let target = item
            .target()
            .ok_or("an item without a target is not asked about")?;
        let operator = operator(around)?;
        let principal = operator.uid();
        let resource = uid("Target", &target.to_string())?;
        let action = uid("Action", effect)?;
        let stake = item.stake.as_deref();
        let known = stake.cloned().unwrap_or_default();
        let texts = |all: &mut dyn Iterator<Item = String>| {
            RestrictedExpression::new_set(all.map(RestrictedExpression::new_string))
        };
        let owner = |owner: &Owner| match &owner.who {
            Responsible::Person(name) | Responsible::Team(name) => name.clone(),
        };
        let attributes = [
            ("estate", truth(stake.is_some())),
            (
                "environment",
                text(known.environment.map_or("", Environment::word)),
            ),
            (
                "criticality",
                text(known.criticality.map_or("", Criticality::word)),
            ),
            ("owned", truth(known.is_owned())),
            ("owners", texts(&mut known.owners.iter().map(owner))),
            ("identities", texts(&mut known.identities.iter().cloned())),
            ("dependants_known", truth(known.dependants.is_some())),
            ("is_new", truth(known.is_new)),
            ("provider", text(target.provider())),
            ("kind", text(&target.kind().to_string())),
            ("id", text(target.id())),
            ("account", text(target.account().unwrap_or_default())),
            ("own", marked("own")),
            ("protected", marked("protected")),
            ("shared", marked("shared")),
        ];
        let attributes = attributes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let context = [
            (
                "action",
                text(&item.action().map(ToString::to_string).unwrap_or_default()),
            ),
            ("tier", number(i64::from(u8::from(item.tier)))),
            ("rung", text(item.rung.map_or("", |rung| rung.verb()))),
            (
                "reversible",
                truth(
                    item.undo
                        .as_ref()
                        .is_some_and(|undo| matches!(undo, crate::domain::Undo::By(_))),
                ),
            ),
            ("named", truth(item.relation.is_none())),
            (
                "in_set",
                truth(item.relation.is_none_or(Relation::is_of_set)),
            ),
            (
                "mandate",
                number(authority.tier.map_or(-1, |tier| i64::from(u8::from(tier)))),
            ),
            ("exact", truth(authority.exact)),
            (
                "agreed",
                number(i64::try_from(authority.agreed).unwrap_or(i64::MAX)),
            ),
            ("owner_agreed", truth(authority.owner_agreed)),
            ("standing", truth(authority.standing)),
            ("major", truth(authority.major)),
            ("break_glass", truth(authority.break_glass)),
            ("leads", truth(authority.leads)),
            ("dismissed", truth(authority.dismissed)),
            ("solo", truth(around.who == Who::Solo)),
            ("automation", truth(around.is_automation(asking))),
            ("unattended", truth(around.unattended)),
            ("drill", truth(around.drill)),
            ("incident", text(&around.incident)),
            ("count", number(fact(DISCOVERED))),
            ("cap", number(fact(CAP))),
            ("protected_count", number(i64::from(around.protected))),
        ];
        let context = Context::from_pairs(
            context
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        let context = context.map_err(|error| error.to_string())?;
        let request = Request::new(
            principal,
            action,
            resource.clone(),
            context,
            Some(&self.schema),
        );
        let request = request.map_err(|error| error.to_string())?;
        let entities = [
            operator,
            Entity::new(resource, attributes, Default::default())
                .map_err(|error| error.to_string())?,
        ];
        let entities = Entities::from_entities(entities, Some(&self.schema))
            .map_err(|error| error.to_string())?;
        Ok((request, entities))
    }
}

/// Who operates, with what policies may ask about them.
fn operator(around: &Circumstances) -> Result<Entity, String> {
    let texts = |texts: &mut dyn Iterator<Item = &str>| {
        let texts = texts.map(|text| RestrictedExpression::new_string(text.to_owned()));
        RestrictedExpression::new_set(texts)
    };
    let (kind, attributes) = match &around.who {
        Who::Solo => ("Operator", vec![]),
        Who::Stranger => ("Stranger", vec![]),
        Who::Person(name) => {
            let person = around.roster.person(name).cloned().unwrap_or_default();
            let roles = texts(&mut person.roles.iter().map(|role| role.word()));
            let teams = texts(&mut person.teams.iter().map(String::as_str));
            ("Person", vec![("roles", roles), ("teams", teams)])
        }
        Who::Agent(name) | Who::Pipeline(name) => {
            let owner = around.roster.behind(name).to_owned();
            let owner = RestrictedExpression::new_string(owner);
            let is_agent = matches!(around.who, Who::Agent(_));
            let kind = if is_agent { "Agent" } else { "Pipeline" };
            (kind, vec![("owner", owner)])
        }
    };
    let attributes = attributes.into_iter();
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
    let uid = uid(kind, around.operator())?;
    Entity::new(uid, attributes.collect(), Default::default()).map_err(|error| error.to_string())
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let name = kind.parse().map_err(|error| format!("{error}"))?;
    Ok(EntityUid::from_type_name_and_id(
        name,
        cedar_policy::EntityId::new(id),
    ))
}
