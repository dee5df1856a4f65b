//! What a receipt holds decides whether it can be given back: an inverse that makes something else is none.

use contain::domain::{Clock, Fields};
use contain::pack::{Packed, shipped};
use contain::provider::Provider as _;
use serde_json::json;

#[test]
fn what_giving_back_would_make_otherwise_is_known_from_the_receipt() {
    let mut packs = shipped().into_iter();
    let slack = packs.find(|pack| pack.name() == "slack").unwrap();
    let packed = Packed::new(slack, None, Clock::wall());
    let mut specs = packed.actions().iter();
    let restrict = specs
        .find(|spec| spec.id.to_string() == "slack.restrict-app")
        .unwrap();
    let bar = |status: &str| {
        let before = Fields::from([("status".to_owned(), json!(status))]);
        packed.bars_undo(restrict, &before)
    };
    assert_eq!(bar("undecided"), None);
    let why = bar("approved").unwrap();
    assert!(
        why.contains("undecided") && why.contains("approved"),
        "{why}"
    );
    // What was not seen is not known to be the same.
    assert!(packed.bars_undo(restrict, &Fields::new()).is_some());
    // What has no inverse is not barred: it cannot be given back anyway.
    let mut specs = packed.actions().iter();
    let revoke = specs.find(|spec| !spec.is_reversible()).unwrap();
    assert_eq!(packed.bars_undo(revoke, &Fields::new()), None);
}
