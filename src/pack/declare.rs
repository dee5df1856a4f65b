//! What a pack declares, as the core knows it: kinds and specs.
//!
//! Takes a pack that passed lint; of one that did not, what does not fit is left out.

use super::model::{ActionPart, BoundPart, CutPart, File, KindPart};
use crate::domain::action::Param;
use crate::domain::clock::read_duration;
use crate::domain::{
    Access, ActionId, Becomes, Bound, Cut, Duration, Effect, Fate, Kind, KindId, Pattern, Quota,
    ReadKind, Readable, Spec, Tier, Touch, Undo,
};

/// A length that the reader has read already.
pub(super) fn length(text: &str) -> Duration {
    read_duration(text).unwrap_or_default()
}

pub(super) fn bound(part: &BoundPart) -> Bound {
    let within = length(&part.within);
    match (&part.source, &part.assumed) {
        (Some(source), _) => Bound::Published {
            within,
            source: source.clone(),
        },
        (None, because) => Bound::Assumed {
            within,
            because: because.clone().unwrap_or_default(),
        },
    }
}

/// The id of a kind of this pack, or of another provider where it is written whole.
pub(super) fn kind_id(file: &File, noun: &str) -> Option<KindId> {
    let whole = if noun.contains(':') {
        noun.to_owned()
    } else {
        format!("{}:{noun}", file.provider)
    };
    whole.parse().ok()
}

/// The id of an action of this pack.
pub(super) fn action_id(file: &File, name: &str) -> Option<ActionId> {
    format!("{}.{name}", file.provider).parse().ok()
}

fn kind_ids(file: &File, nouns: &[String]) -> Vec<KindId> {
    nouns
        .iter()
        .filter_map(|noun| kind_id(file, noun))
        .collect()
}

/// All kinds.
pub(super) fn kinds(file: &File) -> Vec<Kind> {
    let kinds = file.kinds.iter();
    kinds
        .filter_map(|(noun, part)| kind(file, noun, part))
        .collect()
}

fn kind(file: &File, noun: &str, part: &KindPart) -> Option<Kind> {
    let id = part.bare.then(|| Pattern {
        is: part.form.clone(),
        secret: false,
    });
    let secrets = part.secrets.iter().map(|is| Pattern {
        is: is.clone(),
        secret: true,
    });
    let mut reads = Vec::new();
    if part.look.is_some() {
        // Where nothing is said to hang on a thing, that is the answer.
        reads.extend([ReadKind::State, ReadKind::Reach]);
    }
    for (kind, there) in [
        (ReadKind::Credentials, !part.credentials.is_empty()),
        (ReadKind::Permissions, !part.permissions.is_empty()),
        (ReadKind::Activity, part.activity.is_some()),
    ] {
        if there {
            reads.push(kind);
        }
    }
    Some(Kind {
        id: kind_id(file, noun)?,
        title: part.title.clone(),
        credential: part.credential,
        recognise: id.into_iter().chain(secrets).collect(),
        governs: kind_ids(file, &part.governs),
        mints: kind_ids(file, &part.mints),
        reads,
        readable: part.readable.unwrap_or(Readable::ById),
        probe: part.probe.is_some(),
        lifetime: part.lifetime.as_deref().map(length),
        at_most: part.at_most,
        short_lived: part.short_lived.clone(),
        by_hand: part.by_hand.as_ref().map(|by_hand| {
            let steps: Vec<String> = by_hand
                .steps
                .iter()
                .enumerate()
                .map(|(at, step)| format!("{}. {step}", at + 1))
                .collect();
            let link = by_hand.link.as_ref().map(|link| format!(" ({link})"));
            let steps = steps.join(" ");
            format!(
                "{steps}{} Evidence wanted: {}",
                link.unwrap_or_default(),
                by_hand.evidence
            )
        }),
    })
}

/// All actions.
pub(super) fn actions(file: &File) -> Vec<Spec> {
    let actions = file.actions.iter();
    actions
        .filter_map(|(name, part)| action(file, name, part))
        .collect()
}

fn action(file: &File, name: &str, part: &ActionPart) -> Option<Spec> {
    let undo = match (&part.undo.by, &part.undo.none) {
        (Some(by), _) => Undo::By(action_id(file, by)?),
        (None, why) => Undo::None(why.clone().unwrap_or_default()),
    };
    let params = part.params.iter().map(|(name, param)| Param {
        name: name.clone(),
        about: param.about.clone(),
        takes: param.takes.clone(),
        default: param.default.clone(),
    });
    Some(Spec {
        id: action_id(file, name)?,
        title: part.title.clone(),
        on: kind_id(file, &part.on)?,
        effect: effect(file, part)?,
        hurts: part.hurts.clone(),
        touches: touches(file, part),
        params: params.collect(),
        floor: Tier::try_from(part.floor).ok()?,
        undo,
        repeat: part.repeat,
        batch: part.batch.unwrap_or(1),
        permissions: part.permissions.clone(),
        bound: bound(&part.bound),
        quota: part.quota.as_ref().map(|quota| Quota {
            calls: quota.calls,
            per: length(&quota.per),
        }),
        tells: part.tells.clone(),
        unconfirmed: part.unconfirmed.clone(),
        standards: part.standards.clone(),
        docs: part.docs.clone(),
    })
}

fn effect(file: &File, part: &ActionPart) -> Option<Effect> {
    if let Some(cut) = &part.cut {
        return Some(Effect::Cut(Cut {
            rung: cut.rung,
            target: cut.target,
            issued: cut.issued,
            of: kind_ids(file, &cut.of),
            before_call: cut.before_call,
            stops_issue: cut.stops_issue,
            allows: allows(cut),
        }));
    }
    match &part.issues {
        Some(noun) => Some(Effect::Issue(kind_id(file, noun)?)),
        None => Some(Effect::Open),
    }
}

/// What access a cut leaves. One that stops neither its target nor anything issued from it takes none away, unless it says so.
fn allows(cut: &CutPart) -> Access {
    let stops = |fate: Fate| fate != Fate::Lives;
    cut.allows
        .clone()
        .unwrap_or(match stops(cut.target) || stops(cut.issued) {
            true => Access::Nothing,
            false => Access::AsBefore,
        })
}

/// What an action overwrites; what gives back touches what its inverse does.
fn touches(file: &File, part: &ActionPart) -> Vec<Touch> {
    if let Some(inverse) = &part.opens {
        let taken = file.actions.get(inverse).map(|taken| &taken.touches);
        let fields = taken.into_iter().flat_map(|taken| taken.keys());
        let before = |field: &String| Touch {
            field: field.clone(),
            becomes: Becomes::Before,
        };
        return fields.map(before).collect();
    }
    let touch = |(field, value): (&String, &serde_json::Value)| Touch {
        field: field.clone(),
        becomes: becomes(value),
    };
    part.touches.iter().map(touch).collect()
}

/// `{param: NAME}` means what the parameter says; everything else is the value itself.
pub(super) fn becomes(value: &serde_json::Value) -> Becomes {
    let param = value.as_object().filter(|map| map.len() == 1);
    match param.and_then(|map| map.get("param")?.as_str()) {
        Some(name) => Becomes::Param(name.to_owned()),
        None => Becomes::Is(value.clone()),
    }
}

/// `{before: true}` means what the field held before.
pub(super) fn is_before(value: &serde_json::Value) -> bool {
    let map = value.as_object().filter(|map| map.len() == 1);
    map.and_then(|map| map.get("before")) == Some(&serde_json::Value::Bool(true))
}
