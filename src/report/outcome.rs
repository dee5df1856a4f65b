//! How a run ended, or stands, in one word, and the exit code that it is.
//!
//! The words and the codes are stable.

use serde::{Deserialize, Serialize};

/// How a run ended, or stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A plan was made; nothing was changed.
    Planned,
    /// Every cut of the set is observed, and probed dead where a probe was asked.
    Isolated,
    /// Isolated, settled, and a fresh round found nothing to do.
    Contained,
    /// Some cuts of the set are observed, some are not.
    PartlyContained,
    /// No cut of the set is observed.
    NotContained,
    /// People are needed before anything changes.
    Waiting,
    /// Policies forbid it.
    Denied,
    /// Something may have happened.
    InDoubt,
    /// What it had to cut is cut, and some of its further steps did not end well or did not start.
    PartlyDone,
    /// All that may come back is back.
    Restored,
    /// Something asked for could not be put back.
    PartlyRestored,
    /// A verb that cuts nothing has ended.
    Done,
    /// It did not get that far; nothing was changed.
    Failed,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Isolated => "isolated",
            Self::Contained => "contained",
            Self::PartlyContained => "partly-contained",
            Self::NotContained => "not-contained",
            Self::Waiting => "waiting",
            Self::Denied => "denied",
            Self::InDoubt => "in-doubt",
            Self::PartlyDone => "partly-done",
            Self::Restored => "restored",
            Self::PartlyRestored => "partly-restored",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The exit code.
    #[must_use]
    pub fn exit(self) -> u8 {
        match self {
            Self::Planned | Self::Isolated | Self::Contained | Self::Restored | Self::Done => 0,
            Self::Failed => 1,
            Self::Waiting => 3,
            Self::Denied => 4,
            Self::PartlyContained | Self::NotContained | Self::PartlyDone => 5,
            Self::InDoubt => 6,
            Self::PartlyRestored => 7,
        }
    }
}
