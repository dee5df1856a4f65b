//! What the specs of GitHub have in common: a cut from how it cuts, an inverse from its cut, a delivery.
//!
//! Each file says the rest itself. Never decides an effect.

use serde_json::Value;

use super::{Action, action, bound, kind};
use crate::domain::{
    Access, Because, Becomes, Call, Cut, Effect, Fate, Repeat, Rung, Spec, Tier, Touch, Undo, Why,
};

/// A cut of one field that is given back by an action of its own.
pub(super) fn suspends(verb: &str, on: &str, undo: &str, touch: (&str, Value)) -> Spec {
    let (field, value) = touch;
    Spec {
        effect: suspending(&[]),
        touches: vec![Touch {
            field: field.to_owned(),
            becomes: Becomes::Is(value),
        }],
        undo: Undo::By(action(undo)),
        ..plain(verb, on)
    }
}

/// A cut that stops the target until it is given back, and what came from it of these kinds.
pub(super) fn suspending(issued: &[&str]) -> Effect {
    Effect::Cut(Cut {
        rung: Rung::Suspend,
        target: Fate::Pauses,
        issued: match issued {
            [] => Fate::Lives,
            [..] => Fate::Pauses,
        },
        of: issued.iter().map(|noun| kind(noun)).collect(),
        before_call: false,
        stops_issue: true,
        allows: Access::Nothing,
    })
}

/// A cut that ends its target for good.
pub(super) fn ends(verb: &str, on: &str, rung: Rung) -> Spec {
    Spec {
        effect: ending(rung, &[], true),
        touches: vec![Touch {
            field: "status".to_owned(),
            becomes: Becomes::Is("gone".into()),
        }],
        floor: Tier::GRAVE,
        ..plain(verb, on)
    }
}

/// The same as an effect, with what came from the target of these kinds, and whether nothing new can come of it.
pub(super) fn ending(rung: Rung, issued: &[&str], stops_issue: bool) -> Effect {
    Effect::Cut(Cut {
        rung,
        target: Fate::Dies,
        issued: match issued {
            [] => Fate::Lives,
            [..] => Fate::Dies,
        },
        of: issued.iter().map(|noun| kind(noun)).collect(),
        before_call: false,
        stops_issue,
        allows: Access::Nothing,
    })
}

/// The inverse of a cut: the same fields of the same kind, as the receipt kept them.
pub(super) fn inverse(of: &Action, verb: &str) -> Spec {
    let of = (of.spec)();
    let touches = of.touches.into_iter().map(|touch| Touch {
        becomes: Becomes::Before,
        ..touch
    });
    Spec {
        id: action(verb),
        effect: Effect::Open,
        touches: touches.collect(),
        floor: Tier::LOW,
        undo: Undo::By(of.id),
        unconfirmed: Vec::new(),
        standards: Vec::new(),
        ..of
    }
}

/// A delivery into a secret of GitHub's, which shows when it was last written.
pub(super) fn delivers(verb: &str, on: &str) -> Spec {
    Spec {
        effect: Effect::Deliver,
        touches: vec![Touch {
            field: "updated".to_owned(),
            becomes: Becomes::Anew,
        }],
        floor: Tier::LOW,
        undo: Undo::None("GitHub tells no former value that could be put back".to_owned()),
        unconfirmed: super::words(&[
            "the time tells whole seconds: a second delivery in the same second does not show",
        ]),
        standards: super::words(&["MITRE D3FEND 1.2.0 D3-CRO"]),
        ..plain(verb, on)
    }
}

fn plain(verb: &str, on: &str) -> Spec {
    Spec {
        id: action(verb),
        title: String::new(),
        on: kind(on),
        effect: Effect::Open,
        hurts: String::new(),
        touches: Vec::new(),
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::None(String::new()),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: Vec::new(),
        bound: bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: Vec::new(),
        docs: String::new(),
    }
}

/// The same, where its cut may have GitHub forget a further field: that one is written again as well.
pub(super) fn inverse_with(of: &Action, verb: &str, forgotten: &str) -> Spec {
    let inverse = inverse(of, verb);
    let forgotten = Touch {
        field: forgotten.to_owned(),
        becomes: Becomes::Before,
    };
    let touches = inverse.touches.iter().cloned().chain([forgotten]);
    Spec {
        touches: touches.collect(),
        ..inverse
    }
}

/// What the receipt says that a field held before, for a body that has it only where the receipt does.
pub(super) fn with_before(body: &mut Value, call: &Call, field: &str) {
    let held = before(call, field).ok();
    if let (Some(held), Some(body)) = (held, body.as_object_mut()) {
        body.insert(field.to_owned(), held);
    }
}

/// What the receipt says a field held before.
pub(super) fn before(call: &Call, field: &str) -> Result<Value, Why> {
    let held = call.value(field).filter(|value| !value.is_null());
    held.cloned().ok_or_else(|| {
        let text = format!("the receipt does not say what `{field}` was before");
        Why::new(Because::Invalid, text)
    })
}

/// Whether the one thing that GitHub can give back is what was there before.
pub(super) fn only_if(call: &Call, field: &str, wanted: &Value) -> Result<(), Why> {
    let held = before(call, field)?;
    if held == *wanted {
        return Ok(());
    }
    let text = format!("GitHub can only make `{field}` {wanted}, and it was {held}");
    Err(Why::new(Because::Conflict, text))
}
