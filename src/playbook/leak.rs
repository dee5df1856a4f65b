//! Secrets that were written into a file: found by their form, told by their place, never repeated.
//!
//! Knows forms that nothing else has. Never keeps what it found.

use std::sync::LazyLock;

use regex::Regex;

use super::diagnostic::{Problem, Span};

/// What a secret is called, and its form.
static FORMS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let forms = [
        (
            "a private key",
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
        ),
        ("an AWS secret access key", r"[A-Za-z0-9/+=]{40,}"),
        ("an Amazon Bedrock key", r"\bABSK[A-Za-z0-9+/]{60,}={0,2}"),
        (
            "a GitHub token",
            r"\b(?:gh[oprsu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,})",
        ),
        ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
        ("a Slack token", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
        ("an npm token", r"\bnpm_[A-Za-z0-9]{36}"),
        ("a Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
        ("an API key", r"\bsk-[A-Za-z0-9_-]{20,}"),
        (
            "a signed token",
            r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+",
        ),
        ("a password", r"://[^\s/:@'\x22]+:[^\s/@'\x22$]+@"),
    ];
    let compiled = forms
        .into_iter()
        .filter_map(|(name, form)| Some((name, Regex::new(form).ok()?)));
    compiled.collect()
});

/// An AWS secret access key has exactly forty characters; a digest of as many has no capitals.
fn is_aws_secret(text: &str) -> bool {
    let has = |is: fn(&char) -> bool| text.chars().any(|c| is(&c));
    text.len() == 40
        && !text.contains('=')
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit)
}

/// The secrets in a text, each as a problem at its place.
pub(super) fn find(text: &str) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    for (name, form) in FORMS.iter() {
        for hit in form.find_iter(text) {
            let fits = *name != "an AWS secret access key" || is_aws_secret(hit.as_str());
            let is_new = !found.iter().any(|known| known.span.start == hit.start());
            if fits && is_new {
                let problem = Problem::new(
                    "secret",
                    Span::new(hit.start(), hit.end()),
                    format!("{name} stands here; a playbook holds no secrets"),
                );
                let problem = problem
                    .concealed()
                    .hint("take it by reference, through an input of type secret_ref; and treat this one as leaked");
                found.push(problem);
            }
        }
    }
    found
}

/// Leaves out the problems that would repeat a secret, and adds those that tell where one stands.
pub(super) fn conceal(text: &str, problems: Vec<Problem>) -> Vec<Problem> {
    let leaks = find(text);
    if leaks.is_empty() {
        return problems;
    }
    let secrets: Vec<&str> = leaks
        .iter()
        .filter_map(|leak| text.get(leak.span.start..leak.span.end))
        .collect();
    let repeats = |problem: &Problem| {
        let said = [
            Some(&problem.message),
            problem.hint.as_ref(),
            problem.nearest.as_ref(),
        ];
        said.into_iter()
            .flatten()
            .any(|said| secrets.iter().any(|secret| said.contains(secret)))
    };
    let inside = |problem: &Problem| {
        leaks
            .iter()
            .any(|leak| problem.span.start < leak.span.end && leak.span.start < problem.span.end)
    };
    let rest = problems
        .into_iter()
        .filter(|problem| !repeats(problem) && !inside(problem));
    rest.chain(leaks.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_form_and_harmless_texts_are_none() {
        let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let secrets = [
            format!("x: {key}\n"),
            format!("x: \"{key}\" # why\n"),
            format!("# {key}\n"),
            format!("x: ghp_{}\n", "a1".repeat(18)),
            format!("x: glpat-{}\n", "a1".repeat(10)),
            format!("x: xoxb-{}\n", "1".repeat(12)),
            format!("x: eyJ{0}.eyJ{0}.{0}\n", "a1".repeat(8)),
            "x: postgres://u:hunter2@db.example/x\n".to_owned(),
            "x: |\n  -----BEGIN RSA PRIVATE KEY-----\n  abc\n".to_owned(),
        ];
        for text in &secrets {
            assert_eq!(find(text).len(), 1, "{text}");
        }
        for text in [
            "digest: da39a3ee5e6b4b0d3255bfef95601890afd80709\n",
            "key: AKIAIOSFODNN7EXAMPLE\n",
            "url: https://x.example/a:b@c\n",
            "target: \"aws:user/${subject.id}@123456789012\"\n",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }
}
