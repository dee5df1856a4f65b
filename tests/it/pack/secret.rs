//! What secrets look like: every pattern has a sample, and no pack takes another vendor's secret for one of its own.

use contain::domain::Kind;
use contain::pack::shipped;
use regex::Regex;

/// A secret of each sort, made up: the kind that it is of, and what it looks like.
fn samples() -> Vec<(&'static str, String)> {
    let word = |count: usize| "aB3dE6gH9jK2".repeat(count / 12 + 1)[..count].to_owned();
    let hex = |count: usize| "0a1b2c3d4e5f".repeat(count / 12 + 1)[..count].to_owned();
    vec![
        (
            "anthropic:api-key",
            format!("sk-ant-api03-{}-{}AA", word(40), word(40)),
        ),
        (
            "anthropic:api-key",
            format!("sk-ant-admin01-{}-{}AA", word(40), word(40)),
        ),
        (
            "cloudflare:account-token",
            format!("cfat_{}{}", word(40), hex(8)),
        ),
        (
            "cloudflare:user-token",
            format!("cfut_{}{}", word(40), hex(8)),
        ),
        (
            "cloudflare:global-api-key",
            format!("cfk_{}{}", word(40), hex(8)),
        ),
        ("entra:client-secret", format!("{}8Q~{}", word(3), word(34))),
        ("gcp:access-token", format!("ya29.a0{}", word(120))),
        ("gcp:api-key", format!("AIza{}", word(35))),
        (
            "gitlab:personal-access-token",
            format!("glpat-{}", word(20)),
        ),
        (
            "gitlab:personal-access-token",
            format!("glpat-{}.{}", word(27), "01a2b3c4d"),
        ),
        (
            "gitlab:personal-access-token",
            format!("glpat-{}.01.{}", word(40), "01a2b3c4d"),
        ),
        ("gitlab:project-deploy-token", format!("gldt-{}", word(20))),
        ("gitlab:trigger-token", format!("glptt-{}", hex(40))),
        ("gitlab:agent-token", format!("glagent-{}", word(50))),
        ("gitlab:runner", format!("glrt-{}", word(20))),
        ("gitlab:ci-job-token", format!("glcbt-64_{}", word(20))),
        (
            "hugging-face:token",
            format!("hf_{}", "aBcDeFgHiJ".repeat(4)),
        ),
        ("hugging-face:oauth-token", format!("hf_oauth_{}", word(90))),
        ("openai:project-key", format!("sk-proj-{}", word(150))),
        ("openai:project-key", format!("sk-svcacct-{}", word(150))),
        (
            "openai:project-key",
            format!("sk-{}T3BlbkFJ{}", word(20), word(20)),
        ),
        ("openai:admin-key", format!("sk-admin-{}", word(150))),
        (
            "slack:token",
            "xoxb-111111111111-222222222222-aB3dE6gH9jK2aB3dE6gH9jK2".to_owned(),
        ),
        (
            "slack:token",
            format!("xapp-1-A0B1C2D3E4F-1111111111111-{}", hex(64)),
        ),
        ("slack:token", format!("xoxe.xoxp-1-{}", word(140))),
    ]
}

fn kinds() -> Vec<Kind> {
    let packs = shipped();
    packs
        .iter()
        .flat_map(|pack| pack.kinds().to_vec())
        .collect()
}

/// The patterns for secrets of a kind.
fn patterns(kind: &Kind) -> impl Iterator<Item = Regex> {
    let secret = kind.recognise.iter().filter(|pattern| pattern.secret);
    secret.map(|pattern| Regex::new(&pattern.is).unwrap())
}

#[test]
fn a_secret_is_taken_for_one_of_its_own_kind_and_of_no_other() {
    let kinds = kinds();
    for (of, sample) in samples() {
        let takes: Vec<String> = kinds
            .iter()
            .filter(|kind| patterns(kind).any(|pattern| pattern.is_match(&sample)))
            .map(|kind| kind.id.to_string())
            .collect();
        assert_eq!(takes, [of], "{sample}");
    }
}

#[test]
fn every_pattern_for_a_secret_has_a_sample() {
    let samples = samples();
    for kind in kinds() {
        for pattern in patterns(&kind) {
            let mut own = samples.iter().filter(|(of, _)| *of == kind.id.to_string());
            let takes = own.any(|(_, sample)| pattern.is_match(sample));
            assert!(takes, "{}: {pattern}", kind.id);
        }
    }
}

#[test]
fn a_secret_is_no_id_of_anything() {
    // What is an id may be shown; so nothing that is a secret may be taken for one where ids are recognised alone.
    let kinds = kinds();
    for (of, sample) in samples() {
        let shown = kinds.iter().find(|kind| {
            let mut ids = kind.recognise.iter().filter(|pattern| !pattern.secret);
            ids.any(|pattern| Regex::new(&pattern.is).unwrap().is_match(&sample))
        });
        assert!(shown.is_none(), "{of}: {sample}");
    }
}
