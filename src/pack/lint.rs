//! Whether the parts of a pack fit together: names, expressions, effects, undos, answers.
//!
//! Each problem stands at its place. Never asks a vendor: what only a vendor knows is what recorded tests are for.

mod access;
mod action;
mod aim;
mod answers;
mod quote;
mod request;
mod secret;

use super::cel::{Expr, Template};
use super::model::{Ends, File, KindPart, Look, Reach, Request, covers};
use super::read::Places;
use crate::playbook::{Problem, Span};
use request::{Role, check};

/// What every expression may mention.
const ALWAYS: [&str; 1] = ["config"];
/// What expressions about a target may mention beside.
const TARGET: [&str; 5] = ["id", "part", "account", "was_alive", "was_seen"];
/// What expressions after an answer may mention beside.
const ANSWER: [&str; 3] = ["status", "body", "header"];

/// What is wrong, and the places that problems are told at.
pub(super) struct Lint<'a> {
    file: &'a File,
    places: &'a Places,
    problems: Vec<Problem>,
}

/// Asks of all parts whether they fit.
pub(super) fn lint(file: &File, places: &Places) -> Vec<Problem> {
    let mut lint = Lint {
        file,
        places,
        problems: Vec::new(),
    };
    access::settings(&mut lint);
    access::access(&mut lint);
    for (noun, kind) in &file.kinds {
        lint.kind(noun, kind);
    }
    for name in file.actions.keys() {
        action::check(&mut lint, name);
    }
    lint.rows();
    lint.tests();
    lint.problems
}

impl Lint<'_> {
    fn at(&self, path: &str) -> Span {
        self.places.of(path)
    }

    fn add(&mut self, code: &'static str, path: &str, message: impl AsRef<str>) {
        self.problems
            .push(Problem::new(code, self.at(path), message));
    }

    /// A word that has to be one of these names.
    fn named<'n>(
        &mut self,
        code: &'static str,
        path: &str,
        word: &str,
        sort: &str,
        names: impl IntoIterator<Item = &'n String, IntoIter: Clone>,
    ) -> bool {
        let names = names.into_iter();
        if names.clone().any(|name| name == word) {
            return true;
        }
        let message = format!("the pack has no {sort} `{word}`");
        let names: Vec<&str> = names.map(String::as_str).collect();
        let problem = Problem::new(code, self.at(path), message).meant(word, names);
        self.problems.push(problem);
        false
    }

    /// A kind of this pack; one of another is written whole.
    fn kind_named(&mut self, path: &str, noun: &str) {
        if !noun.contains(':') {
            let file = self.file;
            self.named("unknown-kind", path, noun, "kind", file.kinds.keys());
        }
    }

    /// An expression that may mention these names.
    fn expr(&mut self, path: &str, expr: &Expr, names: &[&str]) {
        let checked = expr.check();
        self.mentions(path, checked, names);
    }

    fn template(&mut self, path: &str, template: &Template, names: &[&str]) {
        let checked = template.check();
        self.mentions(path, checked, names);
    }

    fn mentions(&mut self, path: &str, checked: Result<Vec<String>, String>, names: &[&str]) {
        match checked {
            Err(why) => self.add("expression", path, why),
            Ok(mentions) => {
                let known = |name: &String| names.contains(&name.as_str());
                let mut unknown: Vec<String> = mentions.into_iter().collect();
                unknown.retain(|name| !known(name));
                unknown.sort();
                unknown.dedup();
                for name in unknown {
                    let message = format!("nothing here is called `{name}`");
                    let problem = Problem::new("unknown-name", self.at(path), message);
                    self.problems
                        .push(problem.meant(&name, names.iter().copied()));
                }
            }
        }
    }

    /// Requests in order, each of which sees what those before it named.
    fn all(&mut self, path: &str, requests: &[Request], names: &[&str]) -> request::After {
        let mut after = request::After::new(names);
        for (at, one) in requests.iter().enumerate() {
            let names = after.clone();
            after = check(
                self,
                &format!("{path}/{at}"),
                one,
                Role::Ask,
                &names.names(),
            );
        }
        after
    }

    /// One kind, and what its id is.
    fn found(&mut self, path: &str, said: &super::model::Named<Template>, names: &[&str]) {
        if said.len() != 1 {
            self.add(
                "value",
                path,
                "this is one kind and its id: {kind: \"${…}\"}",
            );
        }
        for (noun, id) in said {
            self.kind_named(&format!("{path}/{noun}#"), noun);
            self.template(&format!("{path}/{noun}"), id, names);
        }
    }

    fn kind(&mut self, noun: &str, kind: &KindPart) {
        let path = format!("/kinds/{noun}");
        if format!("{}:{noun}", self.file.provider)
            .parse::<crate::domain::KindId>()
            .is_err()
        {
            self.add(
                "name",
                &format!("{path}#"),
                format!("`{noun}` is no noun: lowercase letters, digits and hyphens"),
            );
        }
        if let Some(names) = kind.id.as_ref().filter(|names| !is_parts(names)) {
            let message = format!(
                "`{names}` is no list of parts: names joined by /, one of which may end with *"
            );
            self.add("value", &format!("{path}/id"), message);
        }
        for (key, nouns) in [("governs", &kind.governs), ("mints", &kind.mints)] {
            for (at, noun) in nouns.iter().enumerate() {
                self.kind_named(&format!("{path}/{key}/{at}"), noun);
            }
        }
        self.secrets(&path, kind);
        let names: Vec<&str> = ALWAYS.into_iter().chain(TARGET).collect();
        self.look(noun, kind, &names);
        aim::look(self, noun, kind);
        if let Some(resolve) = &kind.resolve {
            let after = self.all(&format!("{path}/resolve/ask"), &resolve.ask, &names);
            self.expr(&format!("{path}/resolve/id"), &resolve.id, &after.names());
        }
        for (key, rows) in [
            ("reach", &kind.reach),
            ("credentials", &kind.credentials),
            ("permissions", &kind.permissions),
        ] {
            for (at, row) in rows.iter().enumerate() {
                self.reach(&format!("{path}/{key}/{at}"), row, kind, key == "reach");
            }
        }
        self.questions(noun, kind, &names);
    }

    /// How it is looked at; what nothing looks at says so.
    fn look(&mut self, noun: &str, kind: &KindPart, names: &[&str]) {
        let path = format!("/kinds/{noun}");
        if let Some(look) = &kind.look {
            let after = self.all(&format!("{path}/look/ask"), &look.ask, names);
            for (field, expr) in &look.present {
                self.expr(
                    &format!("{path}/look/present/{field}"),
                    expr,
                    &after.names(),
                );
            }
            if !look.itself.is_empty() {
                self.itself(&format!("{path}/look"), look, names);
            }
            if !look.principal.is_empty() {
                self.found(
                    &format!("{path}/look/principal"),
                    &look.principal,
                    &after.names(),
                );
            }
            let file = self.file;
            let secret = look.ask.iter().any(|ask| ask.carries_secret(file));
            let by_secret = kind.readable == Some(crate::domain::Readable::BySecret);
            if secret != by_secret {
                let message =
                    "a kind is readable by secret exactly where looking at it carries the secret";
                self.add("readable", &format!("{path}/look"), message);
            }
            for (at, request) in look.ask.iter().enumerate() {
                if request.carries_secret(self.file) {
                    self.mistyped(&format!("{path}/look/ask/{at}"), request, Ends::Gone);
                }
            }
        } else if kind.readable.unwrap_or(crate::domain::Readable::ById)
            != crate::domain::Readable::Never
        {
            let message =
                format!("nothing looks at a {noun}: give it `look`, or say `readable: never`");
            self.add("missing-key", &format!("{path}#"), message);
        }
    }

    /// What is asked with the secret instead: of it the same fields are told.
    fn itself(&mut self, path: &str, look: &Look, names: &[&str]) {
        let at = format!("{path}/itself");
        let after = self.all(&at, &look.itself, names);
        for (field, expr) in &look.present {
            self.expr(&format!("{path}/present/{field}"), expr, &after.names());
        }
        for (nth, request) in look.itself.iter().enumerate() {
            self.mistyped(&format!("{at}/{nth}"), request, Ends::Gone);
            if !request.carries_secret(self.file) {
                let message = "it is asked with the credential itself: say `with: secret`";
                self.add("probe", &format!("{at}/{nth}"), message);
            }
        }
    }

    fn questions(&mut self, noun: &str, kind: &KindPart, names: &[&str]) {
        let path = format!("/kinds/{noun}");
        if let Some(activity) = &kind.activity {
            let path = format!("{path}/activity");
            let mut names = names.to_vec();
            names.extend(["since", "since_seconds"]);
            let after = check(
                self,
                &format!("{path}/ask"),
                &activity.ask,
                Role::Each,
                &names,
            );
            let exprs = [
                ("at", Some(&activity.at)),
                ("event", Some(&activity.event)),
                ("source_ip", activity.source_ip.as_ref()),
                ("user_agent", activity.user_agent.as_ref()),
                ("accepted", activity.accepted.as_ref()),
            ];
            for (key, expr) in exprs {
                if let Some(expr) = expr {
                    self.expr(&format!("{path}/{key}"), expr, &after.names());
                }
            }
        }
        if let Some(probe) = &kind.probe {
            let path = format!("{path}/probe");
            check(self, &path, probe, Role::Probe, names);
            if !probe.carries_secret(self.file) {
                let message = "a probe tries the credential itself: say `with: secret`";
                self.add("probe", &path, message);
            }
            let dead = probe.answers.iter().any(|row| row.is == Ends::Dead);
            let alive = probe.answers.iter().any(|row| row.is == Ends::Alive);
            if !dead || !alive {
                let message =
                    "a probe says by which answers a credential is dead, and by which alive";
                self.add("probe", &path, message);
            }
            self.mistyped(&path, probe, Ends::Dead);
            self.denied(&path, probe);
        }
        let cuts = |part: &super::model::ActionPart| part.on == noun && part.cut.is_some();
        if kind.credential
            && !self.file.actions.values().any(cuts)
            && kind.by_hand.is_none()
            && !self.is_governed(noun)
        {
            let message = format!(
                "nothing cuts a {noun}, neither it nor what governs it: give it an action, or `by_hand`"
            );
            self.add("no-cut", &format!("{path}#"), message);
        }
    }

    /// What is said of a credential that ended must not be said of a value that never was one.
    fn mistyped(&mut self, path: &str, request: &Request, ends: Ends) {
        // What is said of a token that was revoked is said of every one, so it has to name this one.
        let tells = |when: &Expr| {
            let mentions = when.mentions();
            let says = |name: &str| mentions.iter().any(|one| one == name);
            says("was_alive") || ((says("id") || says("part")) && answers::is_within(when))
        };
        let rows = request.answers.iter().enumerate();
        for (at, _) in
            rows.filter(|(_, row)| row.is == ends && !row.when.as_ref().is_some_and(tells))
        {
            let message = "a value that was mistyped is refused as well, and so is another one that ended: say `when: was_alive`, or which id in the body is its own";
            self.add("mistyped", &format!("{path}/answers/{at}"), message);
        }
    }

    /// Whoever is denied something may be known all the same: a 403 is said of an address that is not let in, and by gateways.
    fn denied(&mut self, path: &str, probe: &Request) {
        let tells = |when: &Expr| when.mentions().iter().any(|name| name == "body");
        let rows = probe.answers.iter().enumerate();
        let dead = rows.filter(|(_, row)| row.is == Ends::Dead && covers(row, 403));
        for (at, _) in dead.filter(|(_, row)| !row.when.as_ref().is_some_and(tells)) {
            let message = "403 is said as well to whoever is known and may not: say `when`, which of the vendor's codes in the body means that it is dead";
            self.add("denied", &format!("{path}/answers/{at}"), message);
        }
    }

    fn is_governed(&self, noun: &str) -> bool {
        let governs = |(other, kind): (&String, &KindPart)| {
            let cuts = |part: &super::model::ActionPart| part.on == *other && part.cut.is_some();
            kind.governs.iter().any(|one| one == noun) && self.file.actions.values().any(cuts)
        };
        self.file.kinds.iter().any(governs)
    }

    fn reach(&mut self, path: &str, row: &Reach, kind: &KindPart, relates: bool) {
        let mut names: Vec<&str> = ALWAYS.into_iter().chain(TARGET).collect();
        names.extend(["since", "since_seconds"]);
        if kind.look.is_some() {
            names.push("seen");
        }
        if let Some(when) = &row.when {
            self.expr(&format!("{path}/when"), when, &names);
        }
        if let Some(through) = &row.through {
            check(
                self,
                &format!("{path}/through"),
                through,
                Role::Each,
                &names,
            );
            names.push("outer");
        }
        let after = check(self, &format!("{path}/ask"), &row.ask, Role::Each, &names);
        self.found(&format!("{path}/found"), &row.found, &after.names());
        if let Some(at) = &row.at {
            self.expr(&format!("{path}/at"), at, &after.names());
        }
        for (field, expr) in &row.fields {
            self.expr(&format!("{path}/fields/{field}"), expr, &after.names());
        }
        if relates && row.relation.is_none() {
            self.add("missing-key", path, "what is reached has a `relation`");
        }
        if row.inside.is_some() && row.at.is_none() {
            self.add(
                "missing-key",
                path,
                "`inside` needs `at`: when it came to be",
            );
        }
    }

    /// The rows that count for all requests.
    fn rows(&mut self) {
        let file = self.file;
        answers::rows(self, "/answers", &file.answers, &[], None);
        let is_over = |ends: Ends| matches!(ends, Ends::AlreadySo | Ends::Gone | Ends::Dead);
        for (at, row) in file.answers.iter().enumerate() {
            if is_over(row.is) {
                let message = format!(
                    "an answer to every question is about nothing in particular: say that something is `{}` where it is asked about",
                    row.is.word()
                );
                self.add("value", &format!("/answers/{at}/is"), message);
            }
        }
    }

    fn tests(&mut self) {
        let file = self.file;
        for (at, test) in file.tests.iter().enumerate() {
            let path = format!("/tests/{at}");
            if let Some(action) = &test.action {
                self.named(
                    "unknown-action",
                    &format!("{path}/do"),
                    action,
                    "action",
                    file.actions.keys(),
                );
            }
            match test.target.as_deref().map(|target| target.split_once('/')) {
                Some(Some((noun, id))) => {
                    let known = file.kinds.get(noun);
                    self.kind_named(&format!("{path}/target"), noun);
                    let fits = |kind: &KindPart| {
                        regex::Regex::new(&kind.form).is_ok_and(|form| form.is_match(id))
                    };
                    if known.is_some_and(|kind| !fits(kind)) {
                        self.add(
                            "value",
                            &format!("{path}/target"),
                            format!("`{id}` has not the form of a {noun}"),
                        );
                    }
                }
                Some(None) => self.add(
                    "value",
                    &format!("{path}/target"),
                    "a target is written kind/id",
                ),
                None if !test.whoami => self.add("missing-key", &path, "a test has a target"),
                None => {}
            }
        }
    }
}

/// Whether a text names the parts of an id.
fn is_parts(names: &str) -> bool {
    let is_name = |name: &str| {
        let name = name.strip_suffix('*').unwrap_or(name);
        let fits = |c: char| c.is_ascii_lowercase() || c == '_';
        !name.is_empty() && name.chars().all(fits)
    };
    names.split('/').all(is_name) && names.matches('*').count() <= 1
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_ships_has_no_problems() {
        for (name, text) in crate::pack::SHIPPED {
            let file = format!("src/pack/packs/{name}.yaml");
            let told = crate::pack::load(&file, text).map_err(|refused| refused.render(false));
            assert!(told.is_ok(), "{}", told.err().unwrap_or_default());
        }
        assert_eq!(crate::pack::shipped().len(), crate::pack::SHIPPED.len());
    }
}
