//! A pack as it was read: the file's own words, typed.
//!
//! Never decides what they mean: `declare` turns them into kinds and specs, the engine sends and reads.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::cel::{Expr, Template};
use super::itself::{Identify, Itself};
use super::recording::{Reply, Test};
use super::scheme::Scheme;
use crate::domain::{Because, Fate, Relation, Rung};

/// Texts by name.
pub(super) type Named<T> = BTreeMap<String, T>;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(rename = "pack")]
    _version: u8,
    pub(super) provider: String,
    pub(super) title: String,
    pub(super) docs: String,
    pub(super) configuration: Named<Setting>,
    pub(super) hosts: Named<Template>,
    pub(super) authentication: Named<Scheme>,
    #[serde(default)]
    pub(super) trust: Named<String>,
    #[serde(default)]
    pub(super) headers: Named<Template>,
    pub(super) account: Account,
    #[serde(default)]
    pub(super) whoami: Vec<Who>,
    #[serde(default)]
    pub(super) answers: Vec<Row>,
    pub(super) wait: Option<Wait>,
    pub(super) audit_lag: BoundPart,
    pub(super) probe_pause: Option<String>,
    #[serde(default)]
    pub(super) permissions: Vec<String>,
    pub(super) kinds: Named<KindPart>,
    #[serde(default)]
    pub(super) actions: Named<ActionPart>,
    #[serde(default)]
    pub(super) tests: Vec<Test>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Is {
    Url,
    Text,
    Secret,
    Certificate,
}

impl Is {
    /// Whether it is named by reference alone, and read at the moment of its use.
    pub(super) fn is_by_reference(self) -> bool {
        matches!(self, Self::Secret | Self::Certificate)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Setting {
    pub(super) is: Is,
    pub(super) about: String,
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) optional: bool,
}

/// What an answer means.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Ends {
    Done,
    Acknowledged,
    AlreadySo,
    Refused,
    Throttled,
    Unavailable,
    InDoubt,
    Found,
    Gone,
    Unreadable,
    Alive,
    Dead,
    Forbidden,
    Unclear,
}

impl Ends {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Acknowledged => "acknowledged",
            Self::AlreadySo => "already-so",
            Self::Refused => "refused",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::InDoubt => "in-doubt",
            Self::Found => "found",
            Self::Gone => "gone",
            Self::Unreadable => "unreadable",
            Self::Alive => "alive",
            Self::Dead => "dead",
            Self::Forbidden => "forbidden",
            Self::Unclear => "unclear",
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    #[serde(default)]
    pub(super) status: Vec<String>,
    pub(super) when: Option<Expr>,
    pub(super) is: Ends,
    pub(super) because: Option<Because>,
    pub(super) says: Option<Expr>,
}

/// Whether a row speaks of this status.
pub(super) fn covers(row: &Row, status: u16) -> bool {
    let one = |said: &String| match said.as_bytes() {
        [hundreds, b'x', b'x'] => u16::from(hundreds.saturating_sub(b'0')) == status / 100,
        _ => said.parse() == Ok(status),
    };
    row.status.is_empty() || row.status.iter().any(one)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum By {
    Link,
    Parameter,
    Url,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pages {
    pub(super) by: By,
    pub(super) next: Option<Expr>,
    pub(super) parameter: Option<String>,
    pub(super) at_most: Option<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) get: Option<Template>,
    pub(super) post: Option<Template>,
    pub(super) put: Option<Template>,
    pub(super) patch: Option<Template>,
    pub(super) delete: Option<Template>,
    pub(super) host: Option<String>,
    pub(super) with: Option<String>,
    #[serde(default)]
    pub(super) reads: bool,
    #[serde(default)]
    pub(super) query: Named<Template>,
    pub(super) json: Option<Value>,
    pub(super) form: Option<Named<Template>>,
    #[serde(default)]
    pub(super) optional: Vec<String>,
    pub(super) signs: Option<String>,
    pub(super) only_if: Option<Expr>,
    #[serde(default)]
    pub(super) headers: Named<Template>,
    #[serde(default)]
    pub(super) answers: Vec<Row>,
    pub(super) pages: Option<Pages>,
    pub(super) each: Option<Expr>,
    pub(super) pick: Option<Expr>,
    pub(super) gone_if: Option<Expr>,
    pub(super) only: Option<Expr>,
    #[serde(rename = "as")]
    pub(super) name: Option<String>,
}

/// The word that means the credential itself.
pub(super) const SECRET: &str = "secret";
/// The word that means no authentication.
pub(super) const NOBODY: &str = "nobody";
/// What stands for the credential itself in a body.
pub(super) const HELD: &str = "${secret}";
/// What stands for the credentials of a batch.
pub(super) const ALL_HELD: &str = "${secrets}";
/// What stands for what a scheme signs.
pub(super) const SIGNED: &str = "${assertion}";

/// Whether a text stands for something that is filled in at the moment of sending, and for no expression.
pub(super) fn is_held(text: &str) -> bool {
    matches!(text, HELD | ALL_HELD | SIGNED)
}

impl Request {
    /// The method and the path.
    pub(super) fn line(&self) -> Option<(&'static str, &Template)> {
        let said = [
            ("GET", &self.get),
            ("POST", &self.post),
            ("PUT", &self.put),
            ("PATCH", &self.patch),
            ("DELETE", &self.delete),
        ];
        said.into_iter()
            .find_map(|(method, path)| Some((method, path.as_ref()?)))
    }

    /// Whether it is declared as one that only reads.
    pub(super) fn is_read(&self) -> bool {
        self.get.is_some() || (self.reads && self.post.is_some())
    }

    /// Whether anything in it mentions a name.
    pub(super) fn mentions(&self, name: &str) -> bool {
        self.any(&|expr| expr.mentions().iter().any(|one| one == name))
    }

    /// Whether anything in it says what a field held before.
    pub(super) fn says_before(&self, field: &str) -> bool {
        self.any(&|expr| {
            let said = expr.source.split("before.").skip(1);
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let mut names = said.map(|rest| rest.split(|c| !is_word(c)).next());
            names.any(|name| name == Some(field))
        })
    }

    /// Whether any expression in it is of this sort.
    fn any(&self, is: &dyn Fn(&Expr) -> bool) -> bool {
        fn within(value: &Value, is: &dyn Fn(&Expr) -> bool) -> bool {
            match value {
                Value::String(text) => Template::new(text).exprs().any(is),
                Value::Array(items) => items.iter().any(|item| within(item, is)),
                Value::Object(fields) => fields.values().any(|item| within(item, is)),
                Value::Null | Value::Bool(_) | Value::Number(_) => false,
            }
        }
        let form = self.form.iter().flat_map(Named::values);
        let templates = self.query.values().chain(self.headers.values()).chain(form);
        let mut templates = templates.chain(self.line().map(|(_, path)| path));
        let exprs = [&self.each, &self.pick, &self.gone_if, &self.only];
        templates.any(|template| template.exprs().any(is))
            || exprs.into_iter().flatten().any(is)
            || self.json.as_ref().is_some_and(|json| within(json, is))
    }

    /// Whether it carries the credential itself, or what that signed.
    pub(super) fn carries_secret(&self, file: &File) -> bool {
        let of_secret = |name: &String| {
            let scheme = file.authentication.get(name);
            scheme.is_some_and(Scheme::is_of_secret)
        };
        self.with.as_deref() == Some(SECRET)
            || self.with.as_ref().is_some_and(of_secret)
            || self.holds(HELD)
            || self.holds(ALL_HELD)
            || (self.holds(SIGNED) && self.signs.as_ref().is_some_and(of_secret))
    }

    /// Whether its body has this text in some place.
    pub(super) fn holds(&self, wanted: &str) -> bool {
        fn within(value: &Value, wanted: &str) -> bool {
            match value {
                Value::String(text) => text == wanted,
                Value::Array(items) => items.iter().any(|item| within(item, wanted)),
                Value::Object(fields) => fields.values().any(|item| within(item, wanted)),
                Value::Null | Value::Bool(_) | Value::Number(_) => false,
            }
        }
        let mut form = self.form.iter().flat_map(Named::values);
        form.any(|value| value.source == wanted)
            || self.json.as_ref().is_some_and(|json| within(json, wanted))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) host: Option<String>,
    pub(super) ask: Option<Request>,
    pub(super) id: Option<Expr>,
    pub(super) recorded: Option<Reply>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Who {
    pub(super) when: Option<Expr>,
    #[serde(default)]
    pub(super) ask: Vec<Request>,
    pub(super) is: Named<Template>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wait {
    pub(super) reset: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BoundPart {
    pub(super) within: String,
    pub(super) source: Option<String>,
    pub(super) assumed: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    pub(super) ask: Vec<Request>,
    #[serde(default)]
    pub(super) itself: Vec<Request>,
    pub(super) present: Named<Expr>,
    #[serde(default)]
    pub(super) principal: Named<Template>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolve {
    pub(super) typed: Option<String>,
    pub(super) ask: Vec<Request>,
    pub(super) id: Expr,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reach {
    pub(super) when: Option<Expr>,
    pub(super) through: Option<Request>,
    pub(super) ask: Request,
    pub(super) found: Named<Template>,
    pub(super) relation: Option<Relation>,
    pub(super) inside: Option<Relation>,
    pub(super) evidence: String,
    pub(super) at: Option<Expr>,
    #[serde(default)]
    pub(super) fields: Named<Expr>,
    pub(super) withholds: Option<bool>,
}

impl Reach {
    /// Whether it cannot be asked without the fields of the subject.
    pub(super) fn needs_seen(&self) -> bool {
        let mut when = self.when.iter().flat_map(|when| when.mentions());
        let mut requests = self.through.iter().chain([&self.ask]);
        when.any(|name| name == "seen") || requests.any(|request| request.mentions("seen"))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Activity {
    pub(super) ask: Request,
    pub(super) at: Expr,
    pub(super) event: Expr,
    pub(super) source_ip: Option<Expr>,
    pub(super) user_agent: Option<Expr>,
    pub(super) accepted: Option<Expr>,
    pub(super) withholds: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByHand {
    pub(super) steps: Vec<String>,
    pub(super) link: Option<String>,
    pub(super) evidence: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindPart {
    pub(super) title: String,
    pub(super) credential: bool,
    pub(super) form: String,
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) bare: bool,
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    #[serde(default)]
    pub(super) governs: Vec<String>,
    #[serde(default)]
    pub(super) mints: Vec<String>,
    pub(super) lifetime: Option<String>,
    pub(super) at_most: Option<u32>,
    pub(super) readable: Option<crate::domain::Readable>,
    pub(super) look: Option<Look>,
    pub(super) resolve: Option<Resolve>,
    pub(super) identify: Option<Identify>,
    pub(super) tells: Option<Expr>,
    pub(super) trace: Option<String>,
    #[serde(default)]
    pub(super) reach: Vec<Reach>,
    #[serde(default)]
    pub(super) credentials: Vec<Reach>,
    #[serde(default)]
    pub(super) permissions: Vec<Reach>,
    pub(super) activity: Option<Activity>,
    pub(super) probe: Option<Request>,
    pub(super) by_hand: Option<ByHand>,
    #[serde(default)]
    pub(super) short_lived: Vec<crate::domain::kind::ShortLived>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CutPart {
    pub(super) rung: Rung,
    pub(super) target: Fate,
    pub(super) issued: Fate,
    #[serde(default)]
    pub(super) of: Vec<String>,
    #[serde(default)]
    pub(super) before_call: bool,
    pub(super) stops_issue: bool,
    pub(super) allows: Option<crate::domain::Access>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UndoPart {
    pub(super) by: Option<String>,
    pub(super) none: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaPart {
    pub(super) calls: u32,
    pub(super) per: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParamPart {
    pub(super) about: String,
    pub(super) takes: crate::domain::action::Takes,
    pub(super) default: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Made {
    pub(super) is: Named<Template>,
    pub(super) secret: Expr,
    pub(super) find: Option<Request>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActionPart {
    pub(super) title: String,
    pub(super) on: String,
    pub(super) cut: Option<CutPart>,
    pub(super) opens: Option<String>,
    pub(super) issues: Option<String>,
    pub(super) made: Option<Made>,
    pub(super) hurts: String,
    #[serde(default)]
    pub(super) touches: Named<Value>,
    #[serde(default)]
    pub(super) gives: Named<Value>,
    #[serde(default)]
    pub(super) params: Named<ParamPart>,
    pub(super) floor: u8,
    pub(super) undo: UndoPart,
    pub(super) repeat: crate::domain::Repeat,
    pub(super) batch: Option<u32>,
    pub(super) permissions: Vec<String>,
    pub(super) bound: BoundPart,
    pub(super) quota: Option<QuotaPart>,
    pub(super) tells: Option<String>,
    #[serde(default)]
    pub(super) unconfirmed: Vec<String>,
    #[serde(default)]
    pub(super) standards: Vec<String>,
    pub(super) docs: String,
    #[serde(default)]
    pub(super) look_up: Vec<Request>,
    pub(super) only_if: Option<Expr>,
    pub(super) request: Request,
    pub(super) itself: Option<Itself>,
}
