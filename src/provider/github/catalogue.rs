//! The kinds that GitHub knows.
//!
//! Pure data. A kind that nobody can cut by a call says what people do.

use super::{kind, token};
use crate::domain::{Duration, Kind, ReadKind, Readable, ShortLived};

/// The kinds that GitHub knows.
#[must_use]
pub fn kinds() -> Vec<Kind> {
    let mut all = credentials();
    all.extend(apps());
    all.extend(keys());
    all.extend(things());
    all
}

/// Something found by its id.
fn thing(noun: &str, title: &str) -> Kind {
    Kind {
        id: kind(noun),
        title: title.to_owned(),
        credential: false,
        recognise: Vec::new(),
        governs: Vec::new(),
        mints: Vec::new(),
        reads: vec![ReadKind::State],
        readable: Readable::ById,
        probe: false,
        lifetime: None,
        at_most: None,
        short_lived: Vec::new(),
        by_hand: None,
    }
}

/// A credential found by its id.
fn credential(noun: &str, title: &str) -> Kind {
    Kind {
        credential: true,
        ..thing(noun, title)
    }
}

fn credentials() -> Vec<Kind> {
    let by_secret = |noun: &str, title: &str| Kind {
        recognise: token::patterns(noun),
        readable: Readable::BySecret,
        probe: true,
        ..credential(noun, title)
    };
    vec![
        Kind {
            // Whoever holds a token with the scopes for it leaves these behind.
            mints: ["deploy-key", "repository-webhook", "organization-webhook", "ssh-key", "workflow-run"]
                .map(kind)
                .to_vec(),
            reads: vec![ReadKind::State, ReadKind::Reach, ReadKind::Activity],
            short_lived: vec![
                ShortLived {
                    title: "an installation token of a GitHub App instead of a personal access token".to_owned(),
                    steps: "Register a GitHub App with exactly the permissions that the program needs, install it on exactly its repositories, and let the program ask for an installation token; each lasts an hour.".to_owned(),
                    docs: "https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app".to_owned(),
                },
                ShortLived {
                    title: "the GITHUB_TOKEN of the job instead of a stored token".to_owned(),
                    steps: "In the workflow use secrets.GITHUB_TOKEN with `permissions:` that name what the job needs; it ends with the job.".to_owned(),
                    docs: "https://docs.github.com/en/actions/security-for-github-actions/security-guides/automatic-token-authentication".to_owned(),
                },
            ],
            ..by_secret("token", "access token of a user, known by the digest of its text")
        },
        Kind {
            mints: ["deploy-key", "repository-webhook", "organization-webhook", "workflow-run"].map(kind).to_vec(),
            reads: vec![ReadKind::State, ReadKind::Reach, ReadKind::Activity],
            lifetime: Some(Duration::from_hours(1)),
            ..by_secret("installation-token", "installation token of an app, known by the digest of its text")
        },
        Kind {
            recognise: Vec::new(),
            ..by_secret("oauth-token", "token of an OAuth app of ours, by the app's client id and the digest of the token")
        },
        Kind {
            reads: vec![ReadKind::State, ReadKind::Activity],
            by_hand: Some("As an owner of the organisation open People, find the user and remove them from the organisation, or in an enterprise with managed users suspend them at the identity provider; their tokens and keys live on for all else they may reach. It is shown by the user being gone from the list of members.".to_owned()),
            ..thing("user", "user or bot")
        },
    ]
}

fn apps() -> Vec<Kind> {
    vec![
        Kind {
            governs: vec![kind("app-installation"), kind("installation-token")],
            mints: vec![kind("installation-token")],
            reads: vec![ReadKind::State, ReadKind::Reach],
            by_hand: Some("In the app's settings, under Private keys, generate a new key, give it to the program, and delete the key that leaked; under Client secrets do the same. GitHub has no call for either. It is shown by the list of keys, which tells when each was added, and by a request signed with the old key answering 401.".to_owned()),
            ..thing("app", "GitHub App with its private keys")
        },
        Kind {
            governs: vec![kind("installation-token")],
            mints: vec![kind("installation-token")],
            by_hand: Some("The owner of the account opens Settings, Third-party Access, GitHub Apps, Configure, and suspends or uninstalls the app. It is shown by the installation reading as suspended.".to_owned()),
            ..thing("app-installation", "installation of an app, by the app's id and its own")
        },
        Kind {
            by_hand: Some("The owner of the organisation opens Settings, Personal access tokens, Active tokens, finds the token by its owner and name, and revokes its access. It is shown by the token being gone from the list.".to_owned()),
            ..credential("token-grant", "access of a fine-grained token to an organisation")
        },
        credential(
            "credential-authorization",
            "authorisation of a credential for an organisation's single sign-on",
        ),
    ]
}

fn keys() -> Vec<Kind> {
    vec![
        Kind {
            short_lived: vec![ShortLived {
                title: "an installation token instead of a deploy key".to_owned(),
                steps: "Install a GitHub App with read access to contents on this one repository, and clone over https with an installation token of it.".to_owned(),
                docs: "https://docs.github.com/en/authentication/connecting-to-github-with-ssh/managing-deploy-keys".to_owned(),
            }],
            ..credential("deploy-key", "deploy key of a repository")
        },
        Kind {
            by_hand: Some("The user opens Settings, SSH and GPG keys, finds the key by its fingerprint, and deletes it; an organisation with single sign-on can take its authorisation away meanwhile. It is shown by `ssh -T git@github.com` with the key answering Permission denied (publickey).".to_owned()),
            ..credential("ssh-key", "SSH key of a user")
        },
        thing("repository-webhook", "webhook of a repository"),
        thing("organization-webhook", "webhook of an organisation"),
    ]
}

fn things() -> Vec<Kind> {
    let secret = |noun: &str, title: &str| thing(noun, title);
    let container = |noun: &str, title: &str, governs: &[&str]| {
        Kind {
        governs: governs.iter().map(|noun| kind(noun)).collect(),
        reads: vec![ReadKind::State, ReadKind::Reach, ReadKind::Activity],
        by_hand: Some("Nothing is switched off as a whole: list what hangs on it with `contain inventory`, and cut each thing by itself.".to_owned()),
        ..thing(noun, title)
    }
    };
    vec![
        thing("repository-runner", "self-hosted runner of a repository"),
        thing(
            "organization-runner",
            "self-hosted runner of an organisation",
        ),
        thing("workflow-run", "run of a workflow"),
        thing("workflow", "workflow of a repository"),
        Kind {
            governs: vec![kind("workflow"), kind("workflow-run")],
            ..thing(
                "repository-actions",
                "permission of a repository to run workflows",
            )
        },
        Kind {
            governs: vec![
                kind("workflow"),
                kind("workflow-run"),
                kind("repository-actions"),
            ],
            ..thing(
                "organization-actions",
                "permission of an organisation's repositories to run workflows",
            )
        },
        secret("repository-secret", "Actions secret of a repository"),
        secret(
            "environment-secret",
            "Actions secret of an environment of a repository",
        ),
        secret("organization-secret", "Actions secret of an organisation"),
        thing(
            "outside-collaborator",
            "outside collaborator of an organisation",
        ),
        container(
            "repository",
            "repository",
            &["deploy-key", "repository-webhook"],
        ),
        container(
            "organization",
            "organisation",
            &["token-grant", "organization-webhook"],
        ),
    ]
}
