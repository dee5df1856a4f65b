//! The report of an incident in Markdown.
//!
//! Text from outside is escaped, never interpreted.

use super::dossier::Dossier;
use super::layout::{self, Block, Text};
use crate::domain::why::plain;

/// Renders a report.
#[must_use]
pub fn render(dossier: &Dossier) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut is_first = true;
    for block in layout::of(dossier) {
        match block {
            Block::Heading(title) => {
                let mark = if std::mem::take(&mut is_first) {
                    "#"
                } else {
                    "##"
                };
                lines.push(format!("{mark} {}", escape(&title)));
            }
            Block::Paragraph(texts) => lines.push(texts.iter().map(text).collect()),
            Block::List(points) => lines.push(
                points
                    .iter()
                    .map(|point| format!("- {}", point.iter().map(text).collect::<String>()))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
            Block::Table { head, rows } => {
                let mut table = vec![
                    format!("| {} |", head.join(" | ")),
                    format!("|{}", "---|".repeat(head.len())),
                ];
                table.extend(rows.iter().map(|row| {
                    let cells: Vec<String> = row.iter().map(cell).collect();
                    format!("| {} |", cells.join(" | "))
                }));
                lines.push(table.join("\n"));
            }
        }
    }
    lines.join("\n\n") + "\n"
}

fn text(text: &Text) -> String {
    match text {
        Text::Words(words) => escape(words),
        Text::Name(name) => code(name),
    }
}

/// A cell of a table: a bar would end it even in code.
fn cell(of: &Text) -> String {
    match of {
        Text::Words(words) => escape(words),
        Text::Name(name) => code(name).replace('|', "\\|"),
    }
}

fn escape(text: &str) -> String {
    plain(text).chars().fold(String::new(), |mut safe, c| {
        if matches!(
            c,
            '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '\\' | '#' | '!' | '&'
        ) {
            safe.push('\\');
        }
        safe.push(c);
        safe
    })
}

fn code(text: &str) -> String {
    format!("`{}`", plain(text).replace('`', "'"))
}
