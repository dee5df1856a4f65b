//! What a kind says about its secrets: the checksum in their form, and how one tells which thing it is of.
//!
//! Part of lint; sends nothing.

use super::request::{self, Role, check};
use super::{ALWAYS, Lint};
use crate::domain::{checksum, recognise};
use crate::pack::grammar::INSIDE;
use crate::pack::itself::Identify;
use crate::pack::model::KindPart;

/// How many characters of a secret stay hidden at least where a part of it is the id.
const HIDDEN: usize = 16;

/// What a form demands beside the group that is the id, where it has one.
fn outside_of_id(form: &str) -> Option<String> {
    let (before, rest) = form.split_once(&format!("(?P<{}>", recognise::ID))?;
    let (mut depth, mut is_class, mut is_escaped) = (1_usize, false, false);
    for (at, c) in rest.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ']' => is_class = false,
            _ if is_class => {}
            '[' => is_class = true,
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(format!("{before}{}", rest.get(at + 1..)?));
        }
    }
    Some(before.to_owned())
}

/// How many characters counted repetitions demand at least. Literal text is the same in every secret, and hides nothing.
fn least(outside: &str) -> usize {
    let counted = outside.split('{').skip(1).filter_map(|rest| {
        let digits = rest.split([',', '}']).next()?;
        digits.parse::<usize>().ok()
    });
    counted.sum()
}

impl Lint<'_> {
    /// What a kind says about its secrets.
    pub(super) fn secrets(&mut self, path: &str, kind: &KindPart) {
        for (at, form) in kind.secrets.iter().enumerate() {
            if outside_of_id(form).is_some_and(|outside| least(&outside) < HIDDEN) {
                let message = format!(
                    "the id is shown, and so is no secret: the form has to demand {HIDDEN} characters or more outside of it, as in `(?P<id>[A-Z]{{8}})-[a-z]{{32}}`"
                );
                self.add("shown-secret", &format!("{path}/secrets/{at}"), message);
            }
            let form = regex::Regex::new(form).ok();
            let groups = form.iter().flat_map(regex::Regex::capture_names).flatten();
            let is_known = |group: &str| checksum::is_known(group) || group == recognise::ID;
            if let Some(group) = groups.into_iter().find(|group| !is_known(group)) {
                let message = format!(
                    "no group here is called `{group}`: `checked`, and `crc32_base62` or `crc32_base36` tell a checksum, `id` the id"
                );
                self.add("unknown-name", &format!("{path}/secrets/{at}"), message);
            }
        }
        if let Some(tells) = &kind.tells {
            self.expr(&format!("{path}/tells"), tells, &[INSIDE]);
        }
        self.traced(path, kind);
        if let Some(identify) = &kind.identify {
            self.identify(&format!("{path}/identify"), identify);
        }
    }

    /// A secret that nobody can say anything about is one whose thing nobody can name.
    fn traced(&mut self, path: &str, kind: &KindPart) {
        let names = |form: &String| form.contains(&format!("?P<{}>", recognise::ID));
        let is_told =
            kind.identify.is_some() || kind.tells.is_some() || kind.secrets.iter().any(names);
        if !kind.secrets.is_empty() && !is_told && kind.trace.is_none() {
            let message = "nothing tells which one a pasted secret is: say `identify`, `tells`, or under `trace` what a person does to find out";
            self.add("untraced", &format!("{path}/secrets"), message);
        }
        let useless = kind.secrets.is_empty() || is_told;
        if kind.trace.is_some() && useless {
            let message = "`trace` is for secrets of which neither they nor the vendor tell which one they are";
            self.add("misplaced-key", &format!("{path}/trace"), message);
        }
    }

    /// How a secret tells whose it is: by itself, or by what a list shows of it.
    fn identify(&mut self, path: &str, identify: &Identify) {
        let names: Vec<&str> = ALWAYS.into_iter().chain(["account"]).collect();
        let after = match &identify.hint {
            None => self.all(&format!("{path}/ask"), &identify.ask, &names),
            Some(_) => {
                let mut after = request::After::new(&names);
                for (at, request) in identify.ask.iter().enumerate() {
                    after = check(
                        self,
                        &format!("{path}/ask/{at}"),
                        request,
                        Role::Each,
                        &names,
                    );
                }
                after
            }
        };
        self.expr(&format!("{path}/id"), &identify.id, &after.names());
        if let Some(hint) = &identify.hint {
            self.expr(&format!("{path}/hint"), hint, &after.names());
        }
        let carries = identify
            .ask
            .iter()
            .filter(|one| one.carries_secret(self.file));
        let right = match identify.hint {
            Some(_) => identify.ask.len() == 1 && carries.count() == 0,
            None => carries.count() > 0,
        };
        if !right {
            let message = "a secret is asked about with itself, `with: secret`, or by one list that has a `hint`";
            self.add("probe", path, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_of_a_secret_is_what_stands_outside_of_its_id() {
        let hidden = |form: &str| outside_of_id(form).map(|outside| least(&outside));
        assert_eq!(hidden("^ab_[a-z]{40}$"), None);
        assert_eq!(hidden("^ab_(?P<id>[a-z]{40})$"), Some(0));
        assert_eq!(
            hidden("^ab_(?P<id>[a-z()]{8}(?:-[0-9]{2})?)_x{16,40}$"),
            Some(16)
        );
        assert_eq!(hidden(r"^[a-f]{2}(?P<id>\([a-z]{8}\))[a-f]{10}$"), Some(12));
    }
}
