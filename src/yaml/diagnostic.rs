//! What is wrong with a file, where, and what was probably meant.
//!
//! Renders problems as compilers do: file, line, column, the line shown, a caret. Never decides what is wrong.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::domain::why::plain;

/// The code of every problem that a playbook can have, and what it says.
#[rustfmt::skip]
pub const CODES: [(&str, &str); 63] = [
    ("alias", "An alias stands here; write the value out."),
    ("anchor", "An anchor stands here; write the value out."),
    ("bom", "A byte order mark stands here."),
    ("called", "A playbook that is called is refused; its own problems follow."),
    ("changed", "A playbook that is called is no longer what the plan has pinned."),
    ("complex-key", "A key is no plain word."),
    ("cycle", "Steps wait for each other."),
    ("directive", "A directive stands here."),
    ("documents", "A file holds one document."),
    ("duplicate-key", "A key stands twice in one map."),
    ("duplicate-step", "Two steps have one id."),
    ("dynamic-index", "A name is looked up by a value, so it cannot be checked."),
    ("earlier-phase", "A called playbook has steps of a phase before the call's."),
    ("effect", "The effect is not allowed here, or there is none of the wanted sort."),
    ("empty", "The file holds no document."),
    ("empty-key", "A key is missing."),
    ("expression", "An expression stands where none may, or is none."),
    ("incomplete", "A name leads on to others and is no value."),
    ("input", "An input contradicts itself."),
    ("internal", "The reader gave up."),
    ("key", "The key of a `for_each` is the same for every element."),
    ("kind", "The kind of target does not fit."),
    ("later-phase", "A step waits for one of a later phase."),
    ("left-to-people", "No mistake: no action fits the kind, so people are asked to do it."),
    ("merge-key", "A merge key stands here."),
    ("misplaced-key", "The key is known, and has no meaning here."),
    ("missing-argument", "An argument or an input that must be given is not."),
    ("missing-key", "A key that must stand here does not."),
    ("mode", "`read-only` is meant for what the attacker holds, or may hold."),
    ("name", "This cannot be a name."),
    ("never-known", "An expression mentions what cannot be known when it is needed."),
    ("not-needed", "A step is mentioned and not waited for."),
    ("phase-order", "Phases stand in another order than theirs."),
    ("recursion", "Playbooks call each other."),
    ("reserved", "A word of a later version."),
    ("secret", "A secret stands in the file."),
    ("tab", "A tab stands outside of a quoted text."),
    ("tag", "A tag stands here."),
    ("tier", "A tier is lower than the action's."),
    ("too-deep", "The file is nested too deeply."),
    ("too-large", "The file is too large."),
    ("too-many-nodes", "The file has too many nodes."),
    ("too-many-steps", "The playbook, with what it calls, has too many steps."),
    ("two-kinds", "A step does two things."),
    ("type", "A value is of another type than what is wanted."),
    ("unknown-action", "There is no such action."),
    ("unknown-argument", "There is no such argument."),
    ("unknown-function", "There is no such function, or it is written differently."),
    ("unknown-input", "There is no such input."),
    ("unknown-key", "There is no such key."),
    ("unknown-kind", "There is no such kind."),
    ("unknown-name", "There is no such name in expressions."),
    ("unknown-path", "There is no such field or output."),
    ("unknown-playbook", "There is no such playbook."),
    ("unknown-read", "There is no such read."),
    ("unknown-step", "There is no such step."),
    ("unknown-suffix", "A step cannot end like this."),
    ("unknown-type", "There is no such type of input."),
    ("unknown-verb", "There is no such verb."),
    ("unknown-word", "The word is none of those that are possible."),
    ("value", "The value cannot be read, or is out of its range."),
    ("version", "The version of the language is not known."),
    ("yaml", "This is no YAML."),
];

/// How many problems are rendered.
const MOST_SHOWN: usize = 100;

/// A stretch of a file, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A stretch from its ends.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The same stretch, of whole characters of a text and not beyond its end: a parser may count in another way.
    fn within(self, text: &str) -> Self {
        Self::new(
            text.floor_char_boundary(self.start),
            text.ceil_char_boundary(self.end),
        )
    }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// What sort of problem, stable over versions, e.g. `unknown-key`.
    pub code: &'static str,
    /// What is wrong, as a lowercase fragment; safe to print.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it.
    pub hint: Option<String>,
    /// The nearest valid name.
    pub nearest: Option<String>,
    /// Whether what stands there may be a secret, so that it must never be shown.
    pub secret: bool,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn new(code: &'static str, span: Span, message: impl AsRef<str>) -> Self {
        Self {
            code,
            message: plain(message.as_ref()),
            span,
            hint: None,
            nearest: None,
            secret: false,
        }
    }

    /// Keeps what stands there from being shown.
    #[must_use]
    pub fn concealed(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl AsRef<str>) -> Self {
        self.hint = Some(plain(hint.as_ref()));
        self
    }

    /// Adds the valid name nearest to `word`, if one is near; else lists them where they are few.
    #[must_use]
    pub fn meant<'a>(
        mut self,
        word: &str,
        among: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
    ) -> Self {
        let among = among.into_iter();
        self.nearest = crate::domain::nearest(word, among.clone()).map(plain);
        let names: Vec<&str> = among.take(17).collect();
        if self.nearest.is_none() && self.hint.is_none() && (1..=16).contains(&names.len()) {
            self.hint = Some(plain(&format!("valid here: {}", names.join(", "))));
        }
        self
    }
}

/// A file that was refused, and everything that is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The file's name.
    pub file: String,
    /// What the file holds; what may be a secret is starred out.
    pub text: String,
    /// What is wrong, in the order of the file; never empty.
    pub problems: Vec<Problem>,
    /// Files that this one calls and that are refused themselves.
    pub called: Vec<Self>,
}

impl Refused {
    /// Puts the problems in the order of the file, each once.
    #[must_use]
    pub fn new(file: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        for problem in &mut problems {
            problem.span = problem.span.within(text);
        }
        problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
        problems.dedup();
        let mut text = text.to_owned();
        for span in problems
            .iter()
            .filter(|problem| problem.secret)
            .map(|problem| problem.span)
        {
            if text.get(span.start..span.end).is_some() {
                let hidden = text.get(span.start..span.end).unwrap_or_default();
                // Line breaks stay, so that places after it stay right.
                let stars = hidden.bytes().map(|b| if b == b'\n' { '\n' } else { '*' });
                let stars: String = stars.collect();
                text.replace_range(span.start..span.end, &stars);
            }
        }
        Self {
            file: plain(file),
            text,
            problems,
            called: Vec::new(),
        }
    }

    /// The line and column of a problem, both from 1; columns count characters.
    #[must_use]
    pub fn place(&self, problem: &Problem) -> (usize, usize) {
        place(&self.text, problem.span.start)
    }

    /// Renders the problems with the lines they stand on, the first hundred; `colour` uses terminal escapes.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut rendered: Vec<String> = self
            .problems
            .iter()
            .take(MOST_SHOWN)
            .map(|problem| self.render_one(&renderer, problem))
            .collect();
        let more = self.problems.len().saturating_sub(MOST_SHOWN);
        if more > 0 {
            rendered.push(format!("and {more} more problems"));
        }
        rendered.extend(self.called.iter().map(|called| called.render(colour)));
        rendered.join("\n\n")
    }

    fn render_one(&self, renderer: &Renderer, problem: &Problem) -> String {
        let (number, _) = self.place(problem);
        let (from, line) = line_at(&self.text, problem.span.start);
        let start = problem.span.start.saturating_sub(from).min(line.len());
        let end = problem
            .span
            .end
            .saturating_sub(from)
            .clamp(start, line.len());
        let line = line
            .get(..line.floor_char_boundary(end.min(start + 200) + 200))
            .unwrap_or(line);
        let end = end.min(line.len());
        let shown = Snippet::source(line)
            .line_start(number)
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(start..end));
        let mut group = Level::ERROR
            .primary_title(problem.message.as_str())
            .id(problem.code)
            .element(shown);
        if let Some(nearest) = &problem.nearest {
            group = group.element(Level::HELP.message(format!("did you mean `{nearest}`?")));
        }
        if let Some(hint) = &problem.hint {
            group = group.element(Level::HELP.message(hint.as_str()));
        }
        renderer.render(&[group])
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.problems.first() else {
            return write!(f, "read {}", self.file);
        };
        let (line, column) = self.place(first);
        write!(f, "{}:{line}:{column}: {}", self.file, first.message)?;
        match self.problems.len() {
            0 | 1 => Ok(()),
            2 => f.write_str(" (and one more problem)"),
            many => write!(f, " (and {} more problems)", many - 1),
        }
    }
}

impl std::error::Error for Refused {}

fn line_at(text: &str, at: usize) -> (usize, &str) {
    let at = text.floor_char_boundary(at);
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let from = before.rfind('\n').map_or(0, |newline| newline + 1);
    let to = at + after.find('\n').unwrap_or(after.len());
    let line = text.get(from..to).unwrap_or_default();
    (from, line.strip_suffix('\r').unwrap_or(line))
}

fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..text.floor_char_boundary(at)).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |part| part.chars().count())
        + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_shown_with_its_line_and_what_was_meant() {
        let text = "contain: 1\nplaybok: é x\n";
        let span = Span::new(11, 18);
        let problem = Problem::new("unknown-key", span, "`playbok` is no key\u{1b}[2J here")
            .meant("playbok", ["playbook"]);
        let refused = Refused::new("a.yaml", text, vec![problem.clone(), problem]);
        assert_eq!(refused.problems.len(), 1);
        let shown = refused.render(false);
        for part in [
            "a.yaml:2:1",
            "playbok: é x",
            "^^^^^^^",
            "did you mean `playbook`?",
            "unknown-key",
        ] {
            assert!(shown.contains(part), "{part} in\n{shown}");
        }
        assert!(!shown.contains('\u{1b}'));
        assert_eq!(
            refused.to_string(),
            "a.yaml:2:1: `playbok` is no key\\u{1b}[2J here"
        );
        assert_eq!(place("aé\nüx", 6), (2, 2));
    }

    #[test]
    fn what_the_file_holds_never_moves_the_cursor() {
        let text = "a: \u{202e}x\u{1b}[2J\u{7}\n";
        let problem = Problem::new("yaml", Span::new(0, 1), "bad");
        let shown = Refused::new("a\u{1b}.yaml", text, vec![problem]).render(false);
        assert!(
            !shown.contains(['\u{1b}', '\u{202e}', '\u{7}']),
            "{shown:?}"
        );
    }

    #[test]
    fn a_place_beyond_the_end_or_within_a_character_is_mended_and_hidden_where_it_may_be_a_secret()
    {
        let text = "a: é";
        for (span, mended, hidden) in [
            (Span::new(3, 9), Span::new(3, 5), "a: **"),
            (Span::new(3, 4), Span::new(3, 5), "a: **"),
            (Span::new(4, 5), Span::new(3, 5), "a: **"),
            (Span::new(7, 9), Span::new(5, 5), "a: é"),
        ] {
            let problem = Problem::new("secret", span, "a secret").concealed();
            let refused = Refused::new("a.yaml", text, vec![problem]);
            let found: Vec<Span> = refused.problems.iter().map(|found| found.span).collect();
            assert_eq!((found, refused.text.as_str()), (vec![mended], hidden));
            assert!(refused.render(false).contains("a.yaml:1:"));
        }
    }
}
