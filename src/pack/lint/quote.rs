//! Values in the languages that vendors ask their questions in: each stands between quotes that the template itself writes.
//!
//! Part of lint; whether a value that comes later would end its quotes is for the engine to see, which refuses it.

use super::Lint;
use crate::pack::cel::{Expr, Part, Template};

/// What compares, in OData, SCIM, and what is written like them.
const COMPARES: [&str; 15] = [
    " eq", " ne", " gt", " ge", " lt", " le", " co", " sw", " ew", "=", "<", ">", " like", " in",
    "~",
];
/// After what a value in a longer text stands as a part of its own, in GraphQL and what is written like it.
const OPENS: [char; 13] = [
    '(', ':', '{', ',', '=', '[', '<', '>', '$', '@', '!', '|', '&',
];
/// What a GraphQL document begins with.
const DOCUMENTS: [&str; 4] = ["mutation ", "query ", "subscription ", "fragment "];
/// What no stranger chose: it stands without quotes as well.
const OURS: [&str; 3] = ["since", "since_seconds", "today"];

impl Lint<'_> {
    /// Whether the quotes of a template hold what stands between them.
    pub(super) fn quotes(&mut self, path: &str, template: &Template) {
        let (values, open) = template.quoted();
        if let Some(quote) = open.filter(|_| !values.is_empty()) {
            let message = format!("a {quote} is opened here and not closed");
            self.add("quotes", path, message);
        }
        for (expr, before, quote) in values {
            if joins_quotes(&expr.source) {
                let message = "quotes that an expression writes are not seen to hold a value: write them outside of it, as `name eq '${id}'`";
                self.add("quotes", path, message);
            } else if quote.is_none() && compares(before) && !is_safe(expr) {
                let message = "a value without quotes can be another condition: write `name eq '${id}'`, or `${int(…)}` for a number";
                self.add("quotes", path, message);
            }
        }
    }

    /// Whether a value in a longer text of a body, or of a query, could be more than a value there.
    pub(super) fn embedded(&mut self, path: &str, template: &Template) {
        let outside = outside(template);
        let is_structure = outside.contains(['{', '}', '(', ')'])
            || DOCUMENTS
                .iter()
                .any(|word| outside.trim_start().starts_with(word));
        let is_longer = outside.trim().contains(char::is_whitespace);
        let (values, _) = template.quoted();
        for (expr, before, quote) in values {
            let begins = is_structure || (is_longer && before.trim_end().ends_with(OPENS));
            if quote.is_none() && begins && !is_safe(expr) && !compares(before) {
                let message = "a value without quotes can be another question here: give it as a value of its own, as a variable of GraphQL, `variables: {id: \"${id}\"}`, or write `${int(…)}` for a number";
                self.add("quotes", path, message);
            }
        }
    }
}

/// The fixed text of a template that stands in no quotes.
fn outside(template: &Template) -> String {
    let (mut open, mut text) = (None, String::new());
    for part in &template.parts {
        let Part::Text(fixed) = part else { continue };
        for c in fixed.chars() {
            open = match open {
                Some(quote) if quote == c => None,
                None if matches!(c, '\'' | '"') => Some(c),
                None => {
                    text.push(c);
                    None
                }
                same => same,
            };
        }
    }
    text
}

/// An expression without the spaces that mean nothing.
pub(super) fn squeezed(source: &str) -> String {
    let (mut open, mut is_escaped) = (None, false);
    let keeps = |c: &char| {
        match open {
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if *c == '\\' => is_escaped = true,
            Some(quote) if quote == *c => open = None,
            None if matches!(c, '\'' | '"') => open = Some(*c),
            Some(_) => {}
            None => return !c.is_whitespace(),
        }
        true
    };
    source.chars().filter(keeps).collect()
}

/// Whether an expression holds another one, and not only a name that begins like it.
pub(super) fn holds(source: &str, wanted: &str) -> bool {
    let (source, wanted) = (squeezed(source), squeezed(wanted));
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut rests = source.match_indices(&wanted);
    rests.any(|(at, found)| {
        let before = source.get(..at).unwrap_or_default();
        let behind = source.get(at + found.len()..).unwrap_or_default();
        !before.ends_with(is_word) && !before.ends_with('.') && !behind.starts_with(is_word)
    })
}

/// Whether the text right before a value compares something with it.
fn compares(before: &str) -> bool {
    // A list that begins here is compared as a single value is: `name in (…`.
    let before = before.trim_end_matches([' ', '(']).to_lowercase();
    // A form or a header may hold `name=${…}` and nothing more.
    let is_condition = before.contains([' ', '(']);
    is_condition && COMPARES.iter().any(|word| before.ends_with(word))
}

/// Whether a value can be no more than a value: a number, or a time of ours.
fn is_safe(expr: &Expr) -> bool {
    let source = expr.source.trim();
    let is_number = ["int", "uint", "double"]
        .iter()
        .any(|of| source.strip_prefix(of).is_some_and(is_in_parentheses));
    let is_ours = |name: &String| OURS.contains(&name.as_str());
    is_number || expr.mentions().iter().all(is_ours)
}

/// Whether the parenthesis that a text begins with closes at its end and nowhere before.
fn is_in_parentheses(source: &str) -> bool {
    let (mut depth, mut open, mut is_escaped) = (0_usize, None, false);
    for (at, c) in source.char_indices() {
        match open {
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if c == '\\' => is_escaped = true,
            Some(quote) if c == quote => open = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => open = Some(c),
            None if c == '(' => depth += 1,
            None if c == ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1 == source.len();
                }
            }
            None if depth == 0 => return false,
            None => {}
        }
    }
    false
}

/// Whether an expression joins a text that holds a quote with something else.
fn joins_quotes(source: &str) -> bool {
    let (mut open, mut holds, mut joins, mut is_escaped) = (None, false, false, false);
    for c in source.chars() {
        match open {
            Some(_) if is_escaped => {
                holds |= matches!(c, '\'' | '"');
                is_escaped = false;
            }
            Some(_) if c == '\\' => is_escaped = true,
            Some(quote) if c == quote => open = None,
            Some(_) => holds |= matches!(c, '\'' | '"'),
            None if matches!(c, '\'' | '"') => open = Some(c),
            None => joins |= c == '+',
        }
    }
    holds && joins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_that_writes_quotes_is_told_from_one_that_reads_them() {
        for (source, joins) in [
            (r#""name eq '" + id + "'""#, true),
            (r#"'name eq \'' + id"#, true),
            ("'a' + id", false),
            (r#"item.name.replace('"', '')"#, false),
            ("id", false),
        ] {
            assert_eq!(joins_quotes(source), joins, "{source}");
        }
    }

    #[test]
    fn a_number_is_one_call_and_nothing_beside_it() {
        for (source, is) in [
            ("(id)", true),
            ("(size(id) + 1)", true),
            (r"(')' + 'a\')')", true),
            ("(x) == 1 ? id : ''", false),
            ("(x) + id", false),
            (" (x)", false),
            ("eresting", false),
            ("(x", false),
        ] {
            assert_eq!(is_in_parentheses(source), is, "{source}");
        }
    }

    #[test]
    fn an_expression_holds_another_whatever_its_spaces() {
        assert_eq!(squeezed("a + ' b \\' c ' + d"), "a+' b \\' c '+d");
        assert!(holds("string( body.token )", "body.token"));
        for source in [
            "body.token_id",
            "the.body.token",
            "body.id",
            "anybody.token",
        ] {
            assert!(!holds(source, "body.token"), "{source}");
        }
    }

    #[test]
    fn what_stands_before_a_value_compares_or_does_not() {
        for (before, does) in [
            ("name eq ", true),
            ("a eq 'b' and name=", true),
            ("filter(name = ", true),
            ("name in (", true),
            ("name in ( (", true),
            ("lower(", false),
            ("name=", false),
            ("urn:ietf:", false),
            ("projects/", false),
            ("", false),
        ] {
            assert_eq!(compares(before), does, "{before}");
        }
    }
}
