//! Bugs that are planted on purpose, to see that the bench finds them.
//!
//! Only where the feature `bench` is on, and only while one is planted; never in what ships.

/// A bug, by where it is planted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Bug {
    /// journal: entries are acknowledged before they are synced.
    AcknowledgesUnsynced = 1,
    /// journal: a torn tail is written after as if it were whole.
    LeavesTheTornTail,
    /// journal: what another process appended is not taken in before writing.
    ForgetsTheOthers,
    /// gate: authority never ends.
    AuthorityNeverEnds,
    /// gate: how often a mandate was spent is not counted.
    CountsNothing,
    /// gate: an exact mandate covers the same items of any plan.
    CoversAnyPlan,
    /// execute: what is in doubt is sent again unseen.
    SendsAgainUnseen,
    /// execute: an answer that was lost is taken for a failure.
    LostIsFailed,
    /// execute: a session cut is written with the cut-off of a while ago.
    OldCutOff,
    /// verify: an effect is believed without a look.
    BelievesAnswers,
    /// verify: a cut is taken to have reached everywhere at once.
    SettlesAtOnce,
    /// verify: the lag of audit logs is not waited for.
    IgnoresTheLag,
    /// plan: what a credential minted is not in its set.
    ForgetsMinted,
    /// plan: what was entered is not in the set.
    ForgetsEntered,
    /// plan: a session cut is never written again.
    WritesOnce,
    /// plan: what holds us up beside our credential and its principal is not looked at.
    SeesNoBranch,
    /// journal: who was taken over on a shared incident goes on as if nothing had been.
    IgnoresWhoTookOver,
    /// execute: a call leaves however long ago its intent was written.
    SendsHoweverLate,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::AcknowledgesUnsynced,
        Self::LeavesTheTornTail,
        Self::ForgetsTheOthers,
        Self::AuthorityNeverEnds,
        Self::CountsNothing,
        Self::CoversAnyPlan,
        Self::SendsAgainUnseen,
        Self::LostIsFailed,
        Self::OldCutOff,
        Self::BelievesAnswers,
        Self::SettlesAtOnce,
        Self::IgnoresTheLag,
        Self::ForgetsMinted,
        Self::ForgetsEntered,
        Self::WritesOnce,
        Self::SeesNoBranch,
        Self::IgnoresWhoTookOver,
        Self::SendsHoweverLate,
    ];
}

#[cfg(feature = "bench")]
static PLANTED: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);

/// Plants a bug in this process, or takes the planted one out.
#[cfg(feature = "bench")]
pub fn plant(bug: Option<Bug>) {
    let planted = bug.map_or(0, |bug| bug as u8);
    PLANTED.store(planted, std::sync::atomic::Ordering::SeqCst);
}

/// Whether this bug is planted.
#[cfg(feature = "bench")]
#[must_use]
pub fn is_planted(bug: Bug) -> bool {
    PLANTED.load(std::sync::atomic::Ordering::Relaxed) == bug as u8
}

/// Whether this bug is planted: without the bench, none ever is.
#[cfg(not(feature = "bench"))]
#[must_use]
pub const fn is_planted(_: Bug) -> bool {
    false
}
