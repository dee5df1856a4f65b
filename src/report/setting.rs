//! What the workspace says to providers, for people: each setting, and an example of the file.
//!
//! Made from what providers declare, and nothing else. Never holds a value of anybody's.

use serde::Serialize;

use super::page::Page;
use crate::provider::{Setting, Wants};

/// A setting as people read it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// What is written there.
    pub is: String,
    /// What it is for.
    pub about: String,
    /// Whether the provider does not work without it.
    pub needed: bool,
    /// What it is where it is left out.
    pub default: Option<String>,
}

/// What a provider can be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The provider.
    pub provider: String,
    /// Its settings.
    pub rows: Vec<Row>,
    /// What stands beside its name in an example of the file.
    pub example: String,
}

/// What AWS can be told: name, what is written there, what it is for, what it is where it is left out.
const AWS: [[&str; 4]; 7] = [
    [
        "profile",
        "text",
        "the profile of ~/.aws to act with",
        "the ambient credentials",
    ],
    [
        "role",
        "text",
        "the ARN of a role to enter: for reading one that can only read, for acting one that may do what the plan does",
        "",
    ],
    [
        "regions",
        "list of texts",
        "whose CloudTrail is read, beside the one that logs IAM",
        "the configured one",
    ],
    [
        "accounts",
        "map",
        "other accounts, by id, and the responder's role in each: {\"210987654321\": {role: ARN}}",
        "",
    ],
    [
        "organization",
        "map",
        "the role that may write service control policies: {role: ARN}",
        "",
    ],
    [
        "endpoints",
        "map of addresses",
        "where requests go instead of to AWS, by service; `default` is for all",
        "AWS_ENDPOINT_URL",
    ],
    [
        "bounds",
        "map",
        "only for an endpoint that is not AWS's own: {propagation: 2s, audit_lag: 0s}",
        "",
    ],
];

impl Told {
    /// What AWS can be told.
    #[must_use]
    pub fn aws() -> Self {
        let row = |[name, is, about, default]: [&str; 4]| Row {
            name: name.to_owned(),
            is: is.to_owned(),
            about: about.to_owned(),
            needed: false,
            default: (!default.is_empty()).then(|| default.to_owned()),
        };
        Self {
            provider: "aws".to_owned(),
            rows: AWS.into_iter().map(row).collect(),
            example: "{profile: incident-response}".to_owned(),
        }
    }

    /// What a provider can be told that is told about in the same way as packs; `hosts` are the names of its hosts, where
    /// it is a pack.
    #[must_use]
    pub fn of(provider: &str, settings: &[Setting<'_>], hosts: Option<&[&str]>) -> Self {
        let own = settings.iter().map(|setting| Row {
            name: setting.name.to_owned(),
            is: word(setting.wants).to_owned(),
            about: setting.about.to_owned(),
            needed: setting.required,
            default: setting.default.map(str::to_owned),
        });
        let mut rows: Vec<Row> = own.collect();
        if let Some(hosts) = hosts {
            let about = format!(
                "addresses that stand in for the vendor's, by the host's name: {}",
                hosts.join(", ")
            );
            rows.push(common("hosts", "map of addresses", &about, None));
        }
        let about = "whether a private address, or one in plain text beyond loopback where that can be, is meant";
        rows.push(common("private", "true or false", about, Some("false")));
        if hosts.is_some() {
            let about = "whether the pack of this name in providers/ stands for the one that ships";
            rows.push(common("own", "true or false", about, Some("false")));
        }
        // What is needed stands first.
        rows.sort_by_key(|row| !row.needed);
        Self {
            provider: provider.to_owned(),
            rows,
            example: example(provider, settings),
        }
    }

    /// The same in an example of the file.
    #[must_use]
    pub fn file(&self) -> String {
        format!(
            "# contain.yaml\ncontain: 1\nproviders:\n  {}: {}\n",
            self.provider, self.example
        )
    }

    /// The block of the settings.
    pub(super) fn block(&self, page: &mut Page) {
        page.line(&format!(
            "SETTINGS  under providers.{} in contain.yaml",
            self.provider
        ));
        for row in &self.rows {
            let needed = match (&row.default, row.needed) {
                (Some(default), _) => format!("; {default} unless said"),
                (None, true) => "; needed".to_owned(),
                (None, false) => "; may be left out".to_owned(),
            };
            page.line(&format!("  {:<24} {}{needed}", row.name, row.is));
            page.line(&format!("      {}", row.about));
        }
        page.line(
            "  a reference is env:NAME or file:PATH: a secret itself never stands in the file",
        );
        page.gap();
        for line in self.file().lines() {
            page.line(&format!("      {line}"));
        }
        page.gap();
    }
}

fn common(name: &str, is: &str, about: &str, default: Option<&str>) -> Row {
    Row {
        name: name.to_owned(),
        is: is.to_owned(),
        about: about.to_owned(),
        needed: false,
        default: default.map(str::to_owned),
    }
}

/// What is written for a setting.
fn word(wants: Wants) -> &'static str {
    match wants {
        Wants::Address => "address",
        Wants::Text => "text",
        Wants::Secret => "reference",
        Wants::Secrets => "map of references",
    }
}

/// What most say, in one line of YAML.
fn example(provider: &str, settings: &[Setting<'_>]) -> String {
    let shown = settings.iter();
    let shown = shown.filter(|setting| setting.required || setting.usual);
    let parts = shown.map(|setting| format!("{}: {}", setting.name, value(provider, setting)));
    format!("{{{}}}", parts.collect::<Vec<_>>().join(", "))
}

fn value(provider: &str, setting: &Setting<'_>) -> String {
    let upper = |text: &str| text.to_uppercase().replace('-', "_");
    let (vendor, name) = (upper(provider), upper(setting.name));
    match setting.wants {
        Wants::Address => {
            let stop = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')');
            let mut words = setting.about.split(stop);
            let said = words.rfind(|word| word.starts_with("https://"));
            let usual = format!("https://{provider}.example.com");
            format!("\"{}\"", said.unwrap_or(&usual))
        }
        Wants::Text => name,
        Wants::Secret => format!("env:{vendor}_{name}"),
        Wants::Secrets => format!("{{main: env:{vendor}_MAIN}}"),
    }
}

/// The table of settings in Markdown, one row each, and an example of the file with all of them.
#[must_use]
pub fn document(all: &[Told]) -> String {
    let mut text = "| provider | setting | what is written there | needed | what it is for |\n|---|---|---|---|---|\n".to_owned();
    let everywhere = |row: &Row| matches!(row.name.as_str(), "hosts" | "private" | "own");
    for told in all {
        for row in told.rows.iter().filter(|row| !everywhere(row)) {
            let needed = match (&row.default, row.needed) {
                (Some(default), _) => format!("else {default}"),
                (None, true) => "yes".to_owned(),
                (None, false) => String::new(),
            };
            let about = row.about.replace('|', "\\|");
            text.extend([
                "| ",
                &told.provider,
                " | `",
                &row.name,
                "` | ",
                &row.is,
                " | ",
                &needed,
                " | ",
                &about,
                " |\n",
            ]);
        }
        if told.rows.iter().all(everywhere) {
            text.extend(["| ", &told.provider, " | none | | | |\n"]);
        }
    }
    text.push_str("\n```yaml\n# contain.yaml: what most say; take those that you have\ncontain: 1\nproviders:\n");
    for told in all {
        text.extend(["  ", &told.provider, ": ", &told.example, "\n"]);
    }
    text.push_str("```\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_has_what_is_needed_and_what_is_usual_and_no_secret() {
        let one = |name, wants, about, required, usual| Setting {
            name,
            wants,
            about,
            required,
            default: None,
            usual,
        };
        let settings = [
            one(
                "url",
                Wants::Address,
                "as https://a.example, or so",
                true,
                false,
            ),
            one("tenant", Wants::Text, "its id", true, false),
            one("token", Wants::Secret, "a token", false, true),
            one("audit_token", Wants::Secret, "another", false, false),
            one("servers", Wants::Secrets, "each", true, false),
        ];
        assert_eq!(
            example("big-co", &settings),
            "{url: \"https://a.example\", tenant: TENANT, token: env:BIG_CO_TOKEN, servers: {main: env:BIG_CO_MAIN}}"
        );
    }
}
