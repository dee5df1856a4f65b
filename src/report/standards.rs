//! What of an incident is called elsewhere: framework, version and id, as data in one place.
//!
//! Mapped by effect, never by verb. Ids of lists that nobody confirmed are left out.

use std::collections::BTreeMap;

use serde::Serialize;

/// NIST's community profile for incident response, whose ids are those of the Cybersecurity Framework.
const CSF: (&str, &str) = ("NIST CSF", "2.0");
/// MITRE's list of countermeasures.
const D3FEND: (&str, &str) = ("MITRE D3FEND", "1.2.0");
/// The Open Cybersecurity Schema Framework: Remediation Activity, class 7001.
const OCSF: (&str, &str) = ("OCSF", "1.8.0");

/// What happened in an incident that has a name elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Happened {
    /// A run began.
    Began,
    /// Something was planned.
    Planned,
    /// Authority was given.
    Authorised,
    /// What hangs on the subjects was read.
    Read,
    /// A check was decided.
    Checked,
    /// Evidence was kept.
    Kept,
    /// Something was cut.
    Cut,
    /// Something was deleted or revoked for good.
    Evicted,
    /// A new credential was made.
    Issued,
    /// Something was given back.
    GaveBack,
    /// The incident was closed.
    Closed,
    /// Always: the record itself, and this report.
    Recorded,
}

type Row = (
    Happened,
    (&'static str, &'static str),
    &'static str,
    &'static str,
);

/// The table, in the order in which a report tells it.
const TABLE: [Row; 19] = [
    (
        Happened::Began,
        CSF,
        "RS.MA-01",
        "The incident response plan is executed once an incident is declared",
    ),
    (
        Happened::Checked,
        CSF,
        "RS.MA-02",
        "Incident reports are triaged and validated",
    ),
    (
        Happened::Planned,
        CSF,
        "RS.MA-03",
        "Incidents are categorized and prioritized",
    ),
    (
        Happened::Authorised,
        CSF,
        "RS.MA-04",
        "Incidents are escalated or elevated as needed",
    ),
    (
        Happened::Read,
        CSF,
        "RS.AN-03",
        "Analysis establishes what has taken place during an incident and its root cause",
    ),
    (
        Happened::Recorded,
        CSF,
        "RS.AN-06",
        "Actions performed during an investigation are recorded, and the records' integrity and provenance are preserved",
    ),
    (
        Happened::Kept,
        CSF,
        "RS.AN-07",
        "Incident data and metadata are collected, and their integrity and provenance are preserved",
    ),
    (
        Happened::Read,
        CSF,
        "RS.AN-08",
        "An incident's magnitude is estimated and validated",
    ),
    (
        Happened::Recorded,
        CSF,
        "RS.CO-03",
        "Information is shared with designated internal and external stakeholders",
    ),
    (Happened::Cut, CSF, "RS.MI-01", "Incidents are contained"),
    (
        Happened::Evicted,
        CSF,
        "RS.MI-02",
        "Incidents are eradicated",
    ),
    (
        Happened::Issued,
        CSF,
        "RC.RP-02",
        "Recovery actions are selected, scoped, prioritized, and performed",
    ),
    (
        Happened::GaveBack,
        CSF,
        "RC.RP-05",
        "The integrity of restored assets is verified, systems and services are restored",
    ),
    (
        Happened::Closed,
        CSF,
        "RC.RP-06",
        "The end of incident recovery is declared based on criteria, and incident-related documentation is completed",
    ),
    (
        Happened::Read,
        D3FEND,
        "D3-CCSA",
        "Credential Compromise Scope Analysis",
    ),
    (
        Happened::Cut,
        OCSF,
        "7001/1",
        "Remediation Activity: Isolate",
    ),
    (
        Happened::Evicted,
        OCSF,
        "7001/2",
        "Remediation Activity: Evict",
    ),
    (
        Happened::GaveBack,
        OCSF,
        "7001/3",
        "Remediation Activity: Restore",
    ),
    (
        Happened::Issued,
        OCSF,
        "7001/4",
        "Remediation Activity: Harden",
    ),
];

/// The names of what actions say of themselves.
const NAMES: [(&str, &str); 20] = [
    ("D3-CE", "Credential Eviction"),
    ("D3-CR", "Credential Revocation"),
    ("D3-AL", "Account Locking"),
    ("D3-ANCI", "Authentication Cache Invalidation"),
    ("D3-ST", "Session Termination"),
    ("D3-AI", "Asset Inventory"),
    ("D3-AM", "Access Modeling"),
    ("D3-CRO", "Credential Rotation"),
    ("D3-PR", "Password Rotation"),
    ("D3-CERO", "Certificate Rotation"),
    ("D3-RIC", "Reissue Credential"),
    ("D3-RA", "Restore Access"),
    ("D3-ULA", "Unlock Account"),
    ("D3-RUAA", "Restore User Account Access"),
    ("D3-RNA", "Restore Network Access"),
    ("D3-UAP", "User Account Permissions"),
    ("D3-NI", "Network Isolation"),
    ("D3-OTF", "Outbound Traffic Filtering"),
    ("D3-CS", "Credential Scrubbing"),
    ("D3-TB", "Token Binding"),
];

/// One thing that has a name elsewhere.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Mapped {
    /// The framework.
    pub framework: String,
    /// Its version.
    pub version: String,
    /// The id there.
    pub id: String,
    /// What it is called there; empty where the id alone is known.
    pub name: String,
}

/// The mapping of what happened, and of what the actions that were performed say of themselves.
#[must_use]
pub fn of<'a>(happened: &[Happened], actions: impl Iterator<Item = &'a String>) -> Vec<Mapped> {
    let rows = TABLE.iter().filter(|(when, ..)| happened.contains(when));
    let mut all: Vec<Mapped> = rows
        .map(|(_, (framework, version), id, name)| Mapped {
            framework: (*framework).to_owned(),
            version: (*version).to_owned(),
            id: (*id).to_owned(),
            name: (*name).to_owned(),
        })
        .collect();
    let names: BTreeMap<&str, &str> = NAMES.into();
    let said = actions.filter_map(|said| read(said));
    all.extend(said.map(|(framework, version, id)| Mapped {
        framework: framework.to_owned(),
        version: version.to_owned(),
        id: id.to_owned(),
        name: names.get(id).copied().unwrap_or_default().to_owned(),
    }));
    all.sort();
    all.dedup();
    all
}

/// Framework, version and id of what an action says of itself.
fn read(said: &str) -> Option<(&str, &str, &str)> {
    let (rest, id) = said.rsplit_once(' ')?;
    let (framework, version) = rest.rsplit_once(' ')?;
    Some((framework, version, id))
}

#[cfg(all(test, feature = "aws"))]
mod tests {
    use super::*;
    use crate::domain::{Clock, Time};
    use crate::provider::Provider as _;
    use crate::provider::aws::{Aws, Settings};

    #[test]
    fn what_actions_say_of_themselves_has_a_framework_a_version_and_a_known_id() {
        let aws = Aws::new(Settings::default(), Clock::simulated(Time::UNIX_EPOCH, 1));
        for spec in aws.actions() {
            for said in &spec.standards {
                let mapped = of(&[], std::iter::once(said));
                let known = mapped.first().is_some_and(|mapped| {
                    (mapped.framework.as_str(), mapped.version.as_str()) == D3FEND
                        && !mapped.name.is_empty()
                });
                assert!(known, "{}: {said}", spec.id);
            }
        }
        assert!(
            TABLE
                .iter()
                .all(|(_, (_, version), id, name)| !version.is_empty()
                    && !id.is_empty()
                    && !name.is_empty())
        );
    }
}
