//! The report of an incident as one HTML file that needs nothing else: no script, no font, no picture, no link.
//!
//! Everything from outside is text: five characters are replaced, and what repaints is spelled out.

use super::dossier::Dossier;
use super::layout::{self, Block, Text};
use super::page::Page;
use crate::domain::why::plain;

/// How it looks; the policy below names the digest of exactly these bytes.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}\
div{overflow-x:auto}\
table{border-collapse:collapse;width:100%;font-size:.85rem}\
th,td{border:1px solid #8886;padding:.3rem .5rem;text-align:left;vertical-align:top;min-width:3rem}\
th{background:#8882}\
code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}\
td code{display:inline-block;min-width:13rem}\
@media print{body{margin:0;max-width:none}}";

/// The digest of [`STYLE`], as content security policies write it.
const STYLE_HASH: &str = "eyB0K4QsO7P3EWQHN6pyfBp6T+pFIcnfsxCsAFu/Qgo=";

/// Renders a report.
#[must_use]
pub fn render(dossier: &Dossier) -> String {
    let mut html = Page::default();
    let title = format!("Incident {}", dossier.incident);
    html.add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.add(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'\">\n"
    ));
    html.add("<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
    html.add(&format!("<title>{}</title>\n", escape(&title)));
    html.add(&format!("<style>{STYLE}</style>\n</head>\n<body>\n"));
    let mut is_first = true;
    for block in layout::of(dossier) {
        match block {
            Block::Heading(title) => {
                let tag = if std::mem::take(&mut is_first) {
                    "h1"
                } else {
                    "h2"
                };
                html.add(&format!("<{tag}>{}</{tag}>\n", escape(&title)));
            }
            Block::Paragraph(texts) => html.add(&format!("<p>{}</p>\n", line(&texts))),
            Block::List(points) => {
                html.add("<ul>\n");
                for point in &points {
                    html.add(&format!("<li>{}</li>\n", line(point)));
                }
                html.add("</ul>\n");
            }
            Block::Table { head, rows } => {
                html.add("<div><table>\n<thead><tr>");
                for title in head {
                    html.add(&format!("<th>{}</th>", escape(title)));
                }
                html.add("</tr></thead>\n<tbody>\n");
                for row in &rows {
                    html.add("<tr>");
                    for cell in row {
                        html.add(&format!("<td>{}</td>", text(cell)));
                    }
                    html.add("</tr>\n");
                }
                html.add("</tbody></table></div>\n");
            }
        }
    }
    html.add("</body>\n</html>\n");
    html.text()
}

fn line(texts: &[Text]) -> String {
    texts.iter().map(text).collect()
}

fn text(text: &Text) -> String {
    match text {
        Text::Words(words) => escape(words),
        Text::Name(name) => format!("<code>{}</code>", escape(name)),
    }
}

fn escape(text: &str) -> String {
    plain(text).chars().fold(String::new(), |mut safe, c| {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Digest;

    /// Digests as content security policies write them.
    fn base64(hex: &str) -> String {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let nibble = |c: char| c.to_digit(16).unwrap_or_default();
        let bits: Vec<u32> = hex
            .chars()
            .flat_map(|c| [8, 4, 2, 1].map(|bit| u32::from(nibble(c) & bit > 0)))
            .collect();
        let letters = bits.chunks(6).map(|six| {
            let value = (0..6).fold(0, |sum, nth| sum * 2 + six.get(nth).copied().unwrap_or(0));
            let letter = LETTERS.get(usize::try_from(value).unwrap_or_default());
            char::from(letter.copied().unwrap_or(b'?'))
        });
        let text: String = letters.collect();
        let padding = (4 - text.len() % 4) % 4;
        text + &"=".repeat(padding)
    }

    #[test]
    fn the_policy_names_the_digest_of_the_style() {
        let digest = Digest::of(STYLE.as_bytes()).to_string();
        assert_eq!(base64(&digest), STYLE_HASH);
    }

    #[test]
    fn whatever_a_name_holds_it_is_text() {
        for hostile in [
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "' onmouseover='alert(1)",
            "</td></table><h1>CLOSED</h1>",
            "&lt;b&gt;",
            "\u{1b}[2J\u{202e}gnp\u{2028}",
            "<!--",
            "]]>",
            "javascript:alert(1)",
            "</style><style>",
        ] {
            let safe = escape(hostile);
            assert!(!safe.contains(['<', '>', '"', '\'']), "{safe}");
            assert!(
                !safe
                    .chars()
                    .any(|c| c.is_control() || crate::domain::why::repaints(c))
            );
            let back = safe
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"");
            let back = back.replace("&#39;", "'").replace("&amp;", "&");
            assert_eq!(back, plain(hostile), "nothing is lost");
        }
    }
}
