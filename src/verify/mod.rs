//! Proof: reading back what a call wrote, and trying the old credential.
//!
//! Holds the read handle only. Never decides what follows from what it finds.

use crate::domain::bug::{self, Bug};
use crate::domain::event::Further;
use crate::domain::verdict::{Probing, REFUSALS, SHARE, Settles, pace};
use crate::domain::{
    Because, Bound, Call, Clock, Duration, Fields, Locator, Probe, Proof, Rung, Secret, Seen, Spec,
    Time, Verdict,
};
use crate::provider::Observer;

/// How long reading back may take where neither playbook nor provider says.
pub const READ_BACK_WITHIN: Duration = Duration::from_mins(2);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How many probes in a row may say nothing before probing is given up.
const UNCLEAR_IN_A_ROW: u32 = 30;

/// Reads a target back until it shows what the call wrote, or `within` has passed; `true` where it does.
pub async fn read_back(
    observer: &Observer,
    clock: &Clock,
    spec: &Spec,
    call: &Call,
    within: Duration,
) -> (Seen, bool) {
    let deadline = clock.now().saturating_add(within).unwrap_or(Time::MAX);
    let mut pause = FIRST_PAUSE;
    loop {
        let seen = observer.look(&call.target).await;
        if spec.shows(call, &seen) || bug::is_planted(Bug::BelievesAnswers) {
            return (seen, true);
        }
        if clock.now() >= deadline {
            return (seen, false);
        }
        clock.sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// The verdict that reading back supports.
#[must_use]
pub fn observed(acted: Time, spec: &Spec, shown: bool) -> Verdict {
    let proof = if shown {
        Proof::Observed
    } else {
        Proof::Acknowledged
    };
    Verdict {
        proof,
        alive_at: None,
        settles: if bug::is_planted(Bug::SettlesAtOnce) {
            let within = Duration::ZERO;
            Settles::after(acted, &Bound::Configured { within })
        } else {
            Settles::after(acted, &spec.bound)
        },
        probing: None,
    }
}

/// What a series of probes found.
#[derive(Clone, PartialEq, Debug)]
pub enum Tried {
    /// Refused so many times in a row, the last time after the bound.
    Dead(Probing, u32),
    /// Accepted after the bound.
    Alive(Probing, Time),
    /// The probes say nothing.
    Unclear(Probing),
}

/// Tries a credential until it was refused often enough with the last refusal after the bound, or was accepted after it.
///
/// An acceptance before the bound only means that the cut has not reached everywhere: the count starts anew.
pub async fn probe(
    (observer, clock): (&Observer, &Clock),
    (target, secret): (&Locator, &Secret),
    settles: Time,
    bound: Duration,
    least: Duration,
) -> Tried {
    let between = pace(bound, least);
    let mut probing = Probing {
        from: clock.now(),
        until: clock.now(),
        sent: 0,
        refused: 0,
        accepted: 0,
        unclear: 0,
        unclear_because: None,
    };
    let (mut in_a_row, mut unclear_in_a_row) = (0, 0);
    loop {
        let answer = observer.probe(target, secret).await;
        probing.until = clock.now();
        probing.sent += 1;
        match answer {
            Probe::Refused => {
                probing.refused += 1;
                in_a_row += 1;
                unclear_in_a_row = 0;
                if in_a_row >= REFUSALS && probing.until > settles {
                    return Tried::Dead(probing, in_a_row);
                }
            }
            Probe::Accepted | Probe::Forbidden => {
                probing.accepted += 1;
                in_a_row = 0;
                unclear_in_a_row = 0;
                if probing.until > settles {
                    let at = probing.until;
                    return Tried::Alive(probing, at);
                }
            }
            Probe::Unclear(why) => {
                probing.unclear += 1;
                unclear_in_a_row += 1;
                if why.because == Because::Invalid || unclear_in_a_row >= UNCLEAR_IN_A_ROW {
                    probing.unclear_because = Some(why);
                    return Tried::Unclear(probing);
                }
            }
        }
        clock.sleep(between).await;
    }
}

/// Reads back until what was made is there and nothing stops it, and each place shows what it did not show before.
pub async fn issued(
    (observer, clock): (&Observer, &Clock),
    (made, cuts): (&Locator, &[&Spec]),
    places: &[(&Spec, &Further)],
    within: Duration,
) -> (Seen, bool) {
    let deadline = clock.now().saturating_add(within).unwrap_or(Time::MAX);
    let names: Vec<Locator> = std::iter::once(made)
        .chain(places.iter().map(|(_, further)| &further.call.target))
        .cloned()
        .collect();
    let mut pause = FIRST_PAUSE;
    loop {
        let mut looks = observer.observe(&names).await.into_iter();
        let Some(seen) = looks.next() else {
            return (observer.look(made).await, false);
        };
        let is_active = |fields: &Fields| {
            let stops = |spec: &&&Spec| spec.cut().is_some_and(|cut| cut.rung >= Rung::Suspend);
            let mut stops = cuts.iter().filter(stops);
            !stops.any(|spec| spec.is_done(fields, &Fields::new(), Time::MAX))
        };
        let shown = seen.fields().is_some_and(is_active)
            && places
                .iter()
                .zip(looks)
                .all(|((spec, further), seen)| shows_new(spec, further, &seen));
        if shown || clock.now() >= deadline {
            return (seen, shown);
        }
        clock.sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether a place shows something else than before a delivery, in each field that the delivery writes.
fn shows_new(spec: &Spec, further: &Further, seen: &Seen) -> bool {
    let (Some(fields), Some(before)) = (seen.fields(), further.before.fields()) else {
        return false;
    };
    spec.touches.iter().all(|touch| {
        let present = fields.get(&touch.field);
        present.is_some() && present != before.get(&touch.field)
    })
}

/// The verdict after probing: never better than what was tried supports.
#[must_use]
pub fn probed(before: &Verdict, tried: Tried) -> Verdict {
    match tried {
        Tried::Dead(probing, n) => Verdict {
            proof: Proof::ProbedDead { n, p: SHARE },
            alive_at: None,
            probing: Some(probing),
            ..before.clone()
        },
        Tried::Alive(probing, at) => Verdict {
            alive_at: Some(at),
            probing: Some(probing),
            ..before.clone()
        },
        Tried::Unclear(probing) => Verdict {
            probing: Some(probing),
            ..before.clone()
        },
    }
}
