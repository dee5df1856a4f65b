//! Before a delete: the state of its target, as observed, is kept, or the delete waits.
//!
//! Never clears anything itself: the gate says whether a snapshot is there.

use super::Ground;
use crate::domain::{Cause, ItemRef, Seen, Spec};
use crate::evidence::{Kept, What, entry};
use crate::{gate, journal};

/// Keeps what a delete would destroy, where that is not kept already; answers why the delete may not leave.
pub(super) async fn preserve(
    ground: &Ground<'_>,
    (spec, named): (&Spec, &ItemRef),
    seen: &Seen,
) -> Result<Option<Cause>, journal::Error> {
    let missing = || {
        ground
            .journal
            .with_case(|case| gate::preserved(case, spec, seen).err())
    };
    if missing().is_some() {
        let kept = Kept {
            what: What::State(seen),
            item: named,
            began: seen.at,
            ended: ground.clock.now(),
            clock_ahead: ground.observer.clock_ahead(seen.target.provider()),
        };
        ground.write(vec![entry(ground.evidence, &kept)]).await?;
    }
    Ok(missing())
}
