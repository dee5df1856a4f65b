//! Ids of GitHub's things: parts between slashes, and what each part is.
//!
//! Looks at texts only. What is not in the form of its kind is no id of that kind.

use super::token;

/// What one part of an id is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// An organisation, or a user that owns repositories.
    Owner,
    /// A repository.
    Repository,
    /// A user.
    Login,
    /// A number.
    Number,
    /// The name of a secret.
    Secret,
    /// The name of an environment.
    Environment,
    /// The client id of an app.
    Client,
    /// The digest of a token: the rest of the id, slashes included.
    Digest,
}

/// The parts of each kind's ids.
const FORMS: &[(&str, &[Part])] = &[
    ("token", &[Part::Digest]),
    ("installation-token", &[Part::Digest]),
    ("oauth-token", &[Part::Client, Part::Digest]),
    ("user", &[Part::Login]),
    ("app", &[Part::Number]),
    ("app-installation", &[Part::Number, Part::Number]),
    ("token-grant", &[Part::Owner, Part::Number]),
    ("credential-authorization", &[Part::Owner, Part::Number]),
    ("ssh-key", &[Part::Login, Part::Number]),
    ("deploy-key", &[Part::Owner, Part::Repository, Part::Number]),
    (
        "repository-webhook",
        &[Part::Owner, Part::Repository, Part::Number],
    ),
    ("organization-webhook", &[Part::Owner, Part::Number]),
    (
        "repository-runner",
        &[Part::Owner, Part::Repository, Part::Number],
    ),
    ("organization-runner", &[Part::Owner, Part::Number]),
    (
        "workflow-run",
        &[Part::Owner, Part::Repository, Part::Number],
    ),
    ("workflow", &[Part::Owner, Part::Repository, Part::Number]),
    ("repository-actions", &[Part::Owner, Part::Repository]),
    ("organization-actions", &[Part::Owner]),
    (
        "repository-secret",
        &[Part::Owner, Part::Repository, Part::Secret],
    ),
    (
        "environment-secret",
        &[
            Part::Owner,
            Part::Repository,
            Part::Environment,
            Part::Secret,
        ],
    ),
    ("organization-secret", &[Part::Owner, Part::Secret]),
    ("outside-collaborator", &[Part::Owner, Part::Login]),
    ("repository", &[Part::Owner, Part::Repository]),
    ("organization", &[Part::Owner]),
];

/// The parts of an id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Id {
    parts: Vec<String>,
    form: &'static [Part],
}

impl Id {
    /// Reads the id of a kind, names in the one spelling that GitHub takes them to be the same in; nothing where it is not
    /// in that kind's form.
    pub(super) fn read(noun: &str, text: &str) -> Option<Self> {
        let (_, form) = FORMS.iter().find(|(known, _)| *known == noun)?;
        let mut texts = text.splitn(form.len(), '/');
        let mut parts = Vec::with_capacity(form.len());
        for part in *form {
            parts.push(part.read(texts.next()?)?);
        }
        Some(Self { parts, form })
    }

    /// The id as one text.
    pub(super) fn text(&self) -> String {
        self.parts.join("/")
    }

    /// A part by its place, from 0.
    pub(super) fn at(&self, place: usize) -> &str {
        self.parts.get(place).map_or("", String::as_str)
    }

    /// The organisation or user that owns it, where it is owned by one.
    pub(super) fn owner(&self) -> Option<&str> {
        (self.form.first() == Some(&Part::Owner)).then(|| self.at(0))
    }

    /// The digest of the credential that it is, where it is one.
    pub(super) fn digest(&self) -> Option<&str> {
        let last = self.form.len().checked_sub(1)?;
        (self.form.get(last) == Some(&Part::Digest)).then(|| self.at(last))
    }

    /// The repository that it is of, where it is of one.
    pub(super) fn repository(&self) -> Option<&str> {
        (self.form.get(1) == Some(&Part::Repository)).then(|| self.at(1))
    }
}

impl Part {
    fn read(self, text: &str) -> Option<String> {
        let word = |of: fn(u8) -> bool, most: usize| {
            let fits = !text.is_empty() && text.len() <= most && text.bytes().all(of);
            fits.then(|| text.to_owned())
        };
        let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        match self {
            Self::Owner | Self::Login => {
                // Logins of managed users end in `_shortcode`, those of apps in `[bot]`.
                let bare = text.strip_suffix("[bot]").unwrap_or(text);
                let fits = !bare.is_empty() && bare.len() <= 100 && bare.bytes().all(name);
                (fits && !bare.starts_with('.')).then(|| text.to_ascii_lowercase())
            }
            Self::Repository => {
                let text = word(name, 100).filter(|text| !matches!(text.as_str(), "." | ".."))?;
                Some(text.to_ascii_lowercase())
            }
            Self::Number => word(|b| b.is_ascii_digit(), 19),
            Self::Client => word(name, 60),
            Self::Secret => {
                let text = word(|b| b.is_ascii_alphanumeric() || b == b'_', 255)?;
                Some(text.to_ascii_uppercase())
            }
            Self::Environment => {
                let is_fit = |c: char| !c.is_control() && !matches!(c, '/' | '\\');
                let fits = !text.is_empty() && text.len() <= 255 && text.chars().all(is_fit);
                (fits && !matches!(text, "." | "..")).then(|| text.to_owned())
            }
            Self::Digest => token::digest(text),
        }
    }
}

/// A text as one part of a path.
pub(super) fn segment(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            other => escaped.extend([format!("%{other:02X}")]),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_the_parts_of_its_kind_in_one_spelling_and_nothing_else() {
        let read = |noun: &str, text: &str| Id::read(noun, text).map(|id| id.text());
        let digest = "EH4L8o6PfCqipALbL+BT62lyqUtnI7ql0SPbkaQnjv8=";
        for (noun, text, wanted) in [
            ("deploy-key", "Acme/App/17", Some("acme/app/17")),
            ("deploy-key", "acme/app", None),
            ("deploy-key", "acme/app/17/1", None),
            ("deploy-key", "acme/../17", None),
            ("deploy-key", "acme/app/-1", None),
            ("repository", "acme/.github", Some("acme/.github")),
            ("repository", ".acme/x", None),
            ("user", "dependabot[bot]", Some("dependabot[bot]")),
            ("user", "a/b", None),
            ("token", digest, Some(digest)),
            ("token", "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", None),
            ("oauth-token", "Iv1.8a61f9b3a7aba766/x", None),
            (
                "organization-secret",
                "acme/npm_token",
                Some("acme/NPM_TOKEN"),
            ),
            (
                "environment-secret",
                "acme/app/prod eu/KEY",
                Some("acme/app/prod eu/KEY"),
            ),
            ("environment-secret", "acme/app/../KEY", None),
            ("app", "1e3", None),
            ("nothing", "x", None),
        ] {
            assert_eq!(read(noun, text).as_deref(), wanted, "{noun} {text}");
        }
        let digest = "/++/8o6PfCqipALbL/BT62lyqUtnI7ql0SPbkaQnjv8=";
        let id = Id::read("oauth-token", &format!("Iv1.8a61f9b3a7aba766/{digest}"));
        assert_eq!(id.map(|id| id.at(1).to_owned()).as_deref(), Some(digest));
    }

    #[test]
    fn a_part_stays_one_part() {
        assert_eq!(segment("prod eu/../x?y#z"), "prod%20eu%2F..%2Fx%3Fy%23z");
    }
}
