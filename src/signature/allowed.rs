//! Reading the file `allowed_signers` of OpenSSH: who may sign with which key, for what, and when.
//!
//! Refuses what it does not understand. Never guesses a time zone.

use ssh_key::PublicKey;

use super::pattern::matches_list;
use crate::domain::Time;

/// Who may sign.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct AllowedSigners {
    lines: Vec<Line>,
}

/// One line of the file.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// The principals, as they stand there: names or patterns, with commas between them.
    pub principals: String,
    key: PublicKey,
    limits: Limits,
}

/// For what and when a line counts.
#[derive(Clone, PartialEq, Debug, Default)]
struct Limits {
    namespaces: Option<String>,
    after: Option<Time>,
    before: Option<Time>,
}

/// Why the file cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}, column {column}: {text}")]
pub struct Invalid {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub text: String,
}

/// The options that OpenSSH knows.
const OPTIONS: [&str; 4] = [
    "namespaces",
    "valid-after",
    "valid-before",
    "cert-authority",
];

impl AllowedSigners {
    /// Reads the file.
    ///
    /// # Errors
    /// Says which line is not understood, and why.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let content = line.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let read = Line::parse(line).map_err(|(offset, text)| Invalid {
                line: number,
                column: line.get(..offset).unwrap_or(line).chars().count() + 1,
                text,
            })?;
            lines.push(read);
        }
        Ok(Self { lines })
    }

    /// The lines that allow a key.
    pub fn lines_of<'a>(&'a self, key: &'a PublicKey) -> impl Iterator<Item = &'a Line> {
        let is_its = |line: &&Line| line.key.key_data() == key.key_data();
        self.lines.iter().filter(is_its)
    }

    /// Whom each line is for, as it stands there.
    pub fn principals(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.principals.as_str())
    }

    /// How many lines allow a key.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether nobody may sign.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

impl Line {
    fn parse(line: &str) -> Result<Self, (usize, String)> {
        let mut rest = Rest { line, at: 0 };
        rest.skip_blanks();
        let principals = rest.field()?;
        rest.skip_blanks();
        let limits = if rest.is_key() {
            Limits::default()
        } else {
            Limits::parse(&mut rest)?
        };
        rest.skip_blanks();
        let key = PublicKey::from_openssh(rest.rest()).map_err(|error| {
            let text = format!("no public key stands here: {error}; write PRINCIPALS [OPTIONS] KEY-TYPE KEY, e.g. alice@example.com ssh-ed25519 AAAA…");
            (rest.at, text)
        })?;
        Ok(Self {
            principals,
            key,
            limits,
        })
    }

    /// Whether it counts for a namespace at a time.
    ///
    /// # Errors
    /// Says why not.
    pub fn counts(&self, namespace: &str, at: Time) -> Result<(), String> {
        let Limits {
            namespaces,
            after,
            before,
        } = &self.limits;
        if let Some(list) = namespaces
            .as_ref()
            .filter(|list| !matches_list(list, namespace))
        {
            return Err(format!("it is allowed for {list} only"));
        }
        if let Some(after) = after.filter(|after| at < *after) {
            return Err(format!("it is valid from {after}"));
        }
        if let Some(before) = before.filter(|before| at > *before) {
            return Err(format!("it was valid until {before}"));
        }
        Ok(())
    }
}

impl Limits {
    fn parse(rest: &mut Rest<'_>) -> Result<Self, (usize, String)> {
        let mut limits = Self::default();
        loop {
            let at = rest.at;
            let (name, value) = rest.option()?;
            let needs = || (at, format!("`{name}` needs a value: {name}=\"…\""));
            match name.to_ascii_lowercase().as_str() {
                "namespaces" => limits.namespaces = Some(value.ok_or_else(needs)?),
                "valid-after" => limits.after = Some(time(at, &value.ok_or_else(needs)?)?),
                "valid-before" => limits.before = Some(time(at, &value.ok_or_else(needs)?)?),
                "cert-authority" => {
                    let text = "certificates are not read; name the keys themselves";
                    return Err((at, text.to_owned()));
                }
                _ => {
                    let known = OPTIONS.join(", ");
                    let text =
                        format!("`{name}` is no option that is understood; there are {known}");
                    return Err((at, text));
                }
            }
            if !rest.take(',') {
                return Ok(limits);
            }
        }
    }
}

/// What of a line is not read yet.
struct Rest<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Rest<'a> {
    fn rest(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or_default().trim_end()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        if is_there {
            self.at += wanted.len_utf8();
        }
        is_there
    }

    fn skip_blanks(&mut self) {
        while self.take(' ') || self.take('\t') {}
    }

    /// Whether a key begins here: its type is a word of its own, and no option is.
    fn is_key(&self) -> bool {
        let word = self.rest().split([' ', '\t']).next().unwrap_or_default();
        let is_type = ["ssh-", "ecdsa-", "sk-"];
        is_type.iter().any(|kind| word.starts_with(kind)) && !word.contains(['=', '"', ','])
    }

    /// A word, or a text in quotes.
    fn field(&mut self) -> Result<String, (usize, String)> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        let word = self.rest().split([' ', '\t']).next().unwrap_or_default();
        self.at += word.len();
        Ok(word.to_owned())
    }

    fn quoted(&mut self) -> Result<String, (usize, String)> {
        let began = self.at;
        self.at += 1;
        let (mut text, mut is_escaped) = (String::new(), false);
        for letter in self.rest().chars() {
            self.at += letter.len_utf8();
            match letter {
                '\\' if !is_escaped => is_escaped = true,
                '"' if !is_escaped => return Ok(text),
                other => {
                    // OpenSSH knows the escaped quote alone.
                    if is_escaped && other != '"' {
                        text.push('\\');
                    }
                    text.push(other);
                    is_escaped = false;
                }
            }
        }
        Err((began, "the quote that begins here does not end".to_owned()))
    }

    fn option(&mut self) -> Result<(String, Option<String>), (usize, String)> {
        let end = |letter: char| !(letter.is_ascii_alphanumeric() || letter == '-');
        let name = self.rest().split(end).next().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err((self.at, "an option or a key is expected here".to_owned()));
        }
        self.at += name.len();
        if !self.take('=') {
            return Ok((name, None));
        }
        if self.peek() != Some('"') {
            return Err((
                self.at,
                format!("the value of `{name}` stands in quotes: {name}=\"…\""),
            ));
        }
        Ok((name, Some(self.quoted()?)))
    }
}

/// A time as OpenSSH writes it: `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, and a `Z`, without which every machine reads
/// another time.
fn time(at: usize, text: &str) -> Result<Time, (usize, String)> {
    let refuse = |why: &str| (at, format!("`{text}` {why}"));
    let Some(digits) = text.strip_suffix(['Z', 'z']) else {
        return Err(refuse(
            "is a time without a zone, which every machine reads differently; write it in UTC, with a Z at its end",
        ));
    };
    let is_whole =
        matches!(digits.len(), 8 | 12 | 14) && digits.bytes().all(|b| b.is_ascii_digit());
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("00");
    let written = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(8, 10),
        part(10, 12),
        part(12, 14)
    );
    let read = written.parse::<Time>().ok().filter(|_| is_whole);
    read.ok_or_else(|| refuse("is no time; write YYYYMMDDZ, YYYYMMDDHHMMZ or YYYYMMDDHHMMSSZ"))
}
