//! Strict YAML: a tree of scalars, lists and maps, each with its place; and what is wrong with a file, told with its place.
//!
//! Scalars keep their spelling. Never accepts what two readers could understand differently: duplicate keys, anchors,
//! aliases, tags, merge keys, directives, a BOM, tabs, several documents; and never more than its limits.

pub mod diagnostic;

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle};

pub use diagnostic::{Problem, Refused, Span};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The deepest nesting.
pub const MAX_DEPTH: usize = 64;
/// The most nodes, keys included.
pub const MAX_NODES: usize = 10_000;

/// How large a file may be; the deepest nesting is the same for all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The largest file, in bytes.
    pub bytes: usize,
    /// The most nodes, keys included.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: MAX_BYTES,
            nodes: MAX_NODES,
        }
    }
}

/// A node of the file.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Where it stands.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) data: Data,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(crate) enum Data {
    /// A scalar, spelt as in the file; escapes of quoted ones are resolved.
    Scalar {
        /// The text.
        text: String,
        /// Whether it was plain, so that `true` or `~` may mean more than text.
        plain: bool,
    },
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file; keys are scalars, each once.
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The word.
    pub(crate) text: String,
    /// Where it stands.
    pub(crate) span: Span,
}

impl Node {
    /// Whether the value is absent: nothing, `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.data, Data::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// What the node is, for a message.
    pub(crate) fn describe(&self) -> &'static str {
        match &self.data {
            Data::Scalar { .. } if self.is_null() => "nothing",
            Data::Scalar { .. } => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        }
    }
}

enum Open {
    List(Span, Vec<Node>),
    Map {
        span: Span,
        entries: Vec<(Key, Node)>,
        seen: BTreeMap<String, Span>,
        key: Option<Key>,
    },
}

struct Builder<'t> {
    text: &'t str,
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
    limits: Limits,
    quoted: Vec<Span>,
    problems: Vec<Problem>,
}

/// Holds a file of another format than the playbook's to the same strictness.
///
/// # Errors
/// Gives everything that is not strict about it.
pub fn check(file: &str, text: &str) -> Result<(), Refused> {
    parse(text)
        .map(drop)
        .map_err(|problems| Refused::new(file, text, problems))
}

/// Reads one document.
///
/// # Errors
/// Says everything that is not strict about it, as far as it can be read.
pub(crate) fn parse(text: &str) -> Result<Node, Vec<Problem>> {
    parse_within(text, Limits::default())
}

/// Reads one document of another size.
///
/// # Errors
/// Says everything that is not strict about it, as far as it can be read.
pub(crate) fn parse_within(text: &str, limits: Limits) -> Result<Node, Vec<Problem>> {
    if text.len() > limits.bytes {
        let message = format!(
            "the file has {} bytes; at most {} ({} MiB) are read",
            text.len(),
            limits.bytes,
            limits.bytes / (1024 * 1024)
        );
        return Err(vec![Problem::new("too-large", Span::default(), message)]);
    }
    let mut builder = Builder {
        text,
        open: Vec::new(),
        root: None,
        nodes: 0,
        limits,
        quoted: Vec::new(),
        problems: Vec::new(),
    };
    let options = granit_parser::options! {
        strict_indentation: true,
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        emit_comments: false,
    };
    let mut broken = None;
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((event, span)) => {
                if let Err(problem) = builder.take(event, &span) {
                    broken = Some(problem);
                    break;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len());
                let message = error.info().to_lowercase();
                let code = if message.contains("directive") {
                    "directive"
                } else {
                    "yaml"
                };
                broken = Some(Problem::new(code, Span::new(at, at + 1), message));
                break;
            }
        }
    }
    let until = broken.as_ref().map_or(text.len(), |problem: &Problem| {
        problem.span.start.saturating_add(1)
    });
    builder.refuse_characters(until);
    builder.problems.extend(broken);
    match builder.root {
        Some(root) if builder.problems.is_empty() => Ok(root),
        None if builder.problems.is_empty() => Err(vec![Problem::new(
            "empty",
            Span::default(),
            "the file holds no document",
        )]),
        _ => Err(builder.problems),
    }
}

fn bytes(span: &granit_parser::Span) -> Span {
    let start = span.start.byte_offset().unwrap_or(0);
    Span::new(start, span.end.byte_offset().unwrap_or(start))
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: &granit_parser::Span) -> Result<(), Problem> {
        let at = bytes(span);
        if let Some(tag) = span
            .tag_span()
            .map(|tag| bytes(&tag))
            .or_else(|| event.tag().map(|_| at))
        {
            let problem = Problem::new("tag", tag, "tags are not accepted")
                .hint("types come from where a value stands; leave the tag out");
            self.problems.push(problem);
        }
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Comment(..) => {
                Ok(())
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                Err(Problem::new("documents", at, "a file holds one document"))
            }
            Event::DocumentStart(..) => Ok(()),
            Event::Anchor(..) => {
                let problem = Problem::new("anchor", at, "anchors are not accepted")
                    .hint("write the value out where it is needed");
                self.problems.push(problem);
                Ok(())
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                let problem = Problem::new("alias", at, "aliases are not accepted")
                    .hint("write the value out where it is needed");
                self.problems.push(problem);
                self.scalar(String::new(), true, at)
            }
            Event::Scalar(text, style, ..) => {
                let plain = match style {
                    ScalarStyle::Plain => true,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                        self.quoted.push(at);
                        false
                    }
                    ScalarStyle::Literal | ScalarStyle::Folded => false,
                };
                let absent = plain && at.start == at.end;
                let text = if absent {
                    String::new()
                } else {
                    text.into_owned()
                };
                self.scalar(text, plain, at)
            }
            Event::SequenceStart(..) => {
                self.enter(at)?;
                self.open.push(Open::List(at, Vec::new()));
                Ok(())
            }
            Event::MappingStart(..) => {
                self.enter(at)?;
                self.open.push(Open::Map {
                    span: at,
                    entries: Vec::new(),
                    seen: BTreeMap::new(),
                    key: None,
                });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(at),
            _ => Err(Problem::new("yaml", at, "this is not understood")),
        }
    }

    fn count(&mut self, at: Span) -> Result<(), Problem> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            let message = format!("the file has more than {} nodes", self.limits.nodes);
            return Err(Problem::new("too-many-nodes", at, message));
        }
        Ok(())
    }

    fn enter(&mut self, at: Span) -> Result<(), Problem> {
        self.count(at)?;
        if self.open.len() >= MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Problem::new("too-deep", at, message));
        }
        if let Some(Open::Map { key: None, .. }) = self.open.last() {
            return Err(Problem::new("complex-key", at, "a key is one plain word"));
        }
        Ok(())
    }

    fn leave(&mut self, at: Span) -> Result<(), Problem> {
        let node = match self.open.pop() {
            Some(Open::List(span, items)) => Node {
                span: Span::new(span.start, at.end),
                data: Data::List(items),
            },
            Some(Open::Map { span, entries, .. }) => Node {
                span: Span::new(span.start, at.end),
                data: Data::Map(entries),
            },
            None => return Err(Problem::new("yaml", at, "something ends that never began")),
        };
        self.place(node);
        Ok(())
    }

    fn scalar(&mut self, text: String, plain: bool, at: Span) -> Result<(), Problem> {
        self.count(at)?;
        if let Some(Open::Map {
            key: key @ None,
            seen,
            ..
        }) = self.open.last_mut()
        {
            if text == "<<" && plain {
                self.problems
                    .push(Problem::new("merge-key", at, "merge keys are not accepted"));
            } else if text.is_empty() {
                self.problems
                    .push(Problem::new("empty-key", at, "a key is missing here"));
            } else if let Some(first) = seen.get(&text) {
                let line = self
                    .text
                    .get(..first.start)
                    .map_or(0, |before| before.matches('\n').count())
                    + 1;
                let message = format!("`{text}` stands twice in this map, first on line {line}");
                self.problems
                    .push(Problem::new("duplicate-key", at, message));
            } else {
                seen.insert(text.clone(), at);
            }
            *key = Some(Key { text, span: at });
            return Ok(());
        }
        self.place(Node {
            span: at,
            data: Data::Scalar { text, plain },
        });
        Ok(())
    }

    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Map { entries, key, .. }) => {
                if let Some(key) = key.take() {
                    entries.push((key, node));
                }
            }
        }
    }

    fn refuse_characters(&mut self, until: usize) {
        let mut quoted = self.quoted.iter().peekable();
        for (at, c) in self.text.char_indices().take_while(|(at, _)| *at < until) {
            while quoted.next_if(|span| span.end <= at).is_some() {}
            let within = quoted.peek().is_some_and(|span| span.start <= at);
            let span = Span::new(at, at + c.len_utf8());
            match c {
                '\t' if !within => self.problems.push(
                    Problem::new("tab", span, "a tab stands outside a quoted text")
                        .hint("indent with spaces"),
                ),
                '\u{feff}' => {
                    let problem = Problem::new("bom", span, "a byte order mark is not accepted");
                    self.problems.push(problem);
                }
                _ => {}
            }
            if self.problems.len() > 100 {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> (&'static str, usize, usize, String) {
        let refused = super::Refused::new("t", text, parse(text).err().unwrap_or_default());
        refused
            .problems
            .first()
            .map_or(("", 0, 0, String::new()), |problem| {
                let (line, column) = refused.place(problem);
                (problem.code, line, column, problem.message.clone())
            })
    }

    #[test]
    fn whatever_is_not_strict_is_refused_at_its_place() {
        let cases = [
            ("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1),
            ("a: 1\n\"a\": 3\n", "duplicate-key", 2, 1),
            ("a: &x 1\n", "anchor", 1, 4),
            ("a: &x {b: 1}\n", "anchor", 1, 4),
            ("a: 1\nb: *x\n", "alias", 2, 4),
            ("a: &x 1\nb: *x\n", "anchor", 1, 4),
            ("a: !!str x\n", "tag", 1, 4),
            ("a: !own x\n", "tag", 1, 4),
            ("a: ! x\n", "tag", 1, 4),
            ("a: !!map {b: 1}\n", "tag", 1, 4),
            ("a:\n  <<: {b: 1}\n", "merge-key", 2, 3),
            ("\u{feff}a: 1\n", "bom", 1, 1),
            ("a:\t1\n", "tab", 1, 3),
            ("a: 1 # x\ty\n", "tab", 1, 9),
            ("a: |\n  x\ty\n", "tab", 2, 4),
            ("%YAML 1.2\n---\na: 1\n", "directive", 1, 1),
            ("%TAG ! x\n---\na: 1\n", "directive", 1, 1),
            ("a: 1\n---\nb: 2\n", "documents", 2, 1),
            ("[a]: 1\n", "complex-key", 1, 1),
            ("? {a: 1}\n: 1\n", "complex-key", 1, 3),
            ("", "empty", 1, 1),
            ("# nothing\n", "empty", 1, 1),
            ("a: [1, 2\n", "yaml", 1, 4),
            ("a: 'x\n", "yaml", 2, 1),
        ];
        for (text, code, line, column) in cases {
            let (found, at, col, message) = first(text);
            assert_eq!(
                (found, at, col),
                (code, line, column),
                "{text:?}: {message}"
            );
        }
    }

    #[test]
    fn a_tab_inside_quotes_and_odd_spellings_are_kept() {
        let text = "a: \"x\ty\"\nid: 012345678901\nbig: 12e4567\nword: on\nempty:\n";
        let Ok(Node {
            data: Data::Map(entries),
            ..
        }) = parse(text)
        else {
            unreachable!("{:?}", parse(text).err());
        };
        let spelt: Vec<(&str, &str)> = entries
            .iter()
            .filter_map(|(key, node)| match &node.data {
                Data::Scalar { text, .. } => Some((key.text.as_str(), text.as_str())),
                Data::List(_) | Data::Map(_) => None,
            })
            .collect();
        let expected = [
            ("a", "x\ty"),
            ("id", "012345678901"),
            ("big", "12e4567"),
            ("word", "on"),
            ("empty", ""),
        ];
        assert_eq!(spelt, expected);
    }

    #[test]
    fn limits_hold_exactly() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(64)).is_ok());
        assert_eq!(first(&nested(65)).0, "too-deep");
        assert!(parse(&"[".repeat(MAX_BYTES)).is_err());
        assert!(parse(&"- ".repeat(MAX_BYTES / 2)).is_err());
        let wide = |nodes: usize| "- x\n".repeat(nodes - 1);
        assert!(parse(&wide(10_000)).is_ok());
        assert_eq!(first(&wide(10_001)).0, "too-many-nodes");
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "measures how long a refusal takes"
    )]
    fn two_mebibytes_are_refused_at_once() {
        let text = format!("a: \"{}\"\n", "x".repeat(2 * MAX_BYTES));
        let began = std::time::Instant::now();
        assert_eq!(first(&text).0, "too-large");
        let refused = super::Refused::new("t", &text, parse(&text).err().unwrap_or_default());
        assert!(
            refused.render(false).len() < 10_000,
            "{}",
            refused.render(false).len()
        );
        assert!(began.elapsed().as_millis() < 500);
    }
}
