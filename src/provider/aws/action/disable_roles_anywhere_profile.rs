//! `aws.disable-roles-anywhere-profile`: switches a profile of IAM Roles Anywhere off.
//!
//! Never touches sessions that were handed out already: the cut of the role does.

use serde_json::json;

#[cfg(feature = "aws")]
use super::super::service::anywhere::{What, switch};
#[cfg(feature = "aws")]
use super::Handle;
use super::{Action, action, kind, placed, setting_bound, text, words};
#[cfg(feature = "aws")]
use crate::domain::Outcome;
use crate::domain::{
    Access, Becomes, Call, Cut, Effect, Fate, Repeat, Rung, Spec, Tier, Touch, Undo,
};

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
        id: action("disable-roles-anywhere-profile"),
        title: "switch the profile of IAM Roles Anywhere off".to_owned(),
        on: kind("roles-anywhere-profile"),
        effect: Effect::Cut(Cut {
            rung: Rung::Suspend,
            target: Fate::Pauses,
            issued: Fate::Lives,
            of: Vec::new(),
            before_call: false,
            stops_issue: true,
            allows: Access::Nothing,
        }),
        hurts: "Every workload that comes in by this profile of IAM Roles Anywhere, healthy ones too; sessions that they hold go on.".to_owned(),
        touches: vec![Touch {
            field: "enabled".to_owned(),
            becomes: Becomes::Is(json!(false)),
        }],
        params: Vec::new(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(action("enable-roles-anywhere-profile")),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["rolesanywhere:DisableProfile", "rolesanywhere:GetProfile"]),
        bound: setting_bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: Vec::new(),
        docs: "https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_DisableProfile.html".to_owned(),
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
        "aws rolesanywhere {verb}-profile --region {region} --profile-id {name}"
    )]
}

#[cfg(feature = "aws")]
async fn perform(on: &Handle, call: &Call) -> Outcome {
    switch(on, call, What::Profile).await
}
