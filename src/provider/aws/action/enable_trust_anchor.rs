//! `aws.enable-trust-anchor`: switches a trust anchor on again.
//!
//! Never touches another one.

#[cfg(feature = "aws")]
use super::super::service::anywhere::{What, switch};
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, placed, setting_bound, text, words};
#[cfg(feature = "aws")]
use crate::domain::Outcome;
use crate::domain::{Becomes, Call, Effect, Repeat, Spec, Tier, Touch, Undo};

pub(super) const ACTION: Action = Action {
    spec,
    commands,
    #[cfg(feature = "aws")]
    perform: |on, call| Box::pin(perform(on, call)),
    #[cfg(feature = "aws")]
    deliver: None,
};

fn spec() -> Spec {
    Spec {
        id: action("enable-trust-anchor"),
        title: "switch the trust anchor on".to_owned(),
        on: kind("trust-anchor"),
        effect: Effect::Open,
        hurts: "Nobody, unless others still hold a certificate that it takes.".to_owned(),
        touches: vec![Touch {
            field: "enabled".to_owned(),
            becomes: Becomes::Before,
        }],
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::By(action("disable-trust-anchor")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["rolesanywhere:EnableTrustAnchor", "rolesanywhere:DisableTrustAnchor", "rolesanywhere:GetTrustAnchor"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: Vec::new(),
        docs: "https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_EnableTrustAnchor.html".to_owned(),
    }
}

fn commands(call: &Call) -> Vec<String> {
    let (region, name) = placed(call);
    let verb = if text(call, "enabled") == "true" {
        "enable"
    } else {
        "disable"
    };
    vec![format!(
        "aws rolesanywhere {verb}-trust-anchor --region {region} --trust-anchor-id {name}"
    )]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    switch(on, call, What::Anchor).await
}
