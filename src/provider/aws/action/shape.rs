//! What the specs of AWS have in common: a cut from how it cuts, and an inverse from its cut.
//!
//! Each file says the rest itself. Never decides an effect.

use super::{Action, action, kind};
use crate::domain::{
    Access, Becomes, Bound, Cut, Effect, Fate, Repeat, Rung, Spec, Tier, Touch, Undo,
};

/// A cut that stops the target until it is given back, and leaves what came from it.
pub(super) fn suspends() -> Cut {
    Cut {
        rung: Rung::Suspend,
        target: Fate::Pauses,
        issued: Fate::Lives,
        of: Vec::new(),
        before_call: false,
        stops_issue: true,
        allows: Access::Nothing,
    }
}

/// A cut of one field, given back by an action of its own, that may be sent again.
pub(super) fn cut(verb: &str, on: &str, undo: &str, cut: Cut, touch: (&str, Becomes)) -> Spec {
    let (field, becomes) = touch;
    Spec {
        id: action(verb),
        title: String::new(),
        on: kind(on),
        effect: Effect::Cut(cut),
        hurts: String::new(),
        touches: vec![Touch {
            field: field.to_owned(),
            becomes,
        }],
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action(undo)),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: Vec::new(),
        bound: super::policy_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: Vec::new(),
        docs: String::new(),
    }
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
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::By(of.id),
        unconfirmed: Vec::new(),
        ..of
    }
}

/// What a delivery shows: something in this field that was not there before; what it is, nothing tells ahead.
pub(super) fn shows_anew(field: &str) -> Vec<Touch> {
    vec![Touch {
        field: field.to_owned(),
        becomes: Becomes::Anew,
    }]
}

/// How long a credential's status may take to reach everywhere.
pub(super) fn status_bound() -> Bound {
    Bound::Assumed {
        within: crate::domain::Duration::from_mins(15),
        because: "not published; IAM says only that changes are eventually consistent".to_owned(),
    }
}

/// A cut that ends the sessions issued before the call, and nothing else.
pub(super) fn ends_sessions() -> Cut {
    Cut {
        rung: Rung::EndSessions,
        target: Fate::Lives,
        issued: Fate::Pauses,
        of: vec![kind("session")],
        before_call: true,
        stops_issue: false,
        allows: Access::Nothing,
    }
}
