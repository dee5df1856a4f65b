//! Every key of a pack in tables: where it stands, what it takes, what it means.
//!
//! Reader and schema are made from these, so that they cannot differ. Never reads a file.

mod access;

use access::SCHEME;

/// A map of the file: what it is called, and the keys that it may have.
#[derive(Debug)]
pub(super) struct Place {
    /// What messages call it.
    pub(super) name: &'static str,
    /// What it is.
    pub(super) about: &'static str,
    /// Its keys.
    pub(super) keys: &'static [Key],
    /// Keys of which exactly one must stand there.
    pub(super) one_of: &'static [&'static str],
}

/// A key of a map.
#[derive(Debug)]
pub(super) struct Key {
    /// The word.
    pub(super) name: &'static str,
    /// What its value is.
    pub(super) takes: Takes,
    /// Whether it must stand there.
    pub(super) must: bool,
    /// What it means.
    pub(super) about: &'static str,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes {
    /// `1`.
    Version,
    /// A text.
    Text,
    /// A name: lowercase letters, digits and hyphens.
    Name,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Truth,
    /// A whole number from here to there.
    Number(u32, u32),
    /// A length of time.
    Length,
    /// An expression.
    Expr,
    /// A text in which `${…}` stands for a value.
    Template,
    /// A regular expression for the whole of a text.
    Pattern,
    /// A status, as `404` or `2xx`.
    Status,
    /// Any data; texts in it are templates.
    Data,
    /// A map with these keys.
    Map(&'static Place),
    /// A map whose keys the author chooses.
    MapOf(&'static Self),
    /// A list.
    List(&'static Self),
    /// One, or a list.
    OneOrMore(&'static Self),
}

use Takes as T;

const fn must(name: &'static str, takes: Takes, about: &'static str) -> Key {
    Key {
        name,
        takes,
        must: true,
        about,
    }
}

const fn may(name: &'static str, takes: Takes, about: &'static str) -> Key {
    Key {
        name,
        takes,
        must: false,
        about,
    }
}

const fn place(
    name: &'static str,
    about: &'static str,
    one_of: &'static [&'static str],
    keys: &'static [Key],
) -> Place {
    Place {
        name,
        about,
        keys,
        one_of,
    }
}

/// What expressions call that which a secret holds.
pub(super) const INSIDE: &str = "inside";
/// How an answer to an action may be read.
pub(super) const ENDS: [&str; 7] = [
    "done",
    "acknowledged",
    "already-so",
    "refused",
    "throttled",
    "unavailable",
    "in-doubt",
];
/// How an answer to a question may be read.
pub(super) const TELLS: [&str; 4] = ["found", "gone", "unreadable", "throttled"];
/// How an answer to a probe may be read.
pub(super) const PROBES: [&str; 4] = ["alive", "dead", "forbidden", "unclear"];
const ALL_ENDS: [&str; 14] = [
    "done",
    "acknowledged",
    "already-so",
    "refused",
    "throttled",
    "unavailable",
    "in-doubt",
    "found",
    "gone",
    "unreadable",
    "alive",
    "dead",
    "forbidden",
    "unclear",
];
const BECAUSE: [&str; 13] = [
    "missing",
    "ambiguous",
    "foreign",
    "invalid",
    "unauthenticated",
    "denied",
    "throttled",
    "unavailable",
    "timeout",
    "garbled",
    "not-implemented",
    "forbidden",
    "conflict",
];
const RELATIONS: [&str; 7] = [
    "held",
    "minted",
    "entered",
    "exposed",
    "could-enter",
    "could-read",
    "shared",
];
const FATES: [&str; 3] = ["lives", "pauses", "dies"];
const RUNGS: [&str; 5] = ["narrow", "end-sessions", "suspend", "revoke", "delete"];

#[rustfmt::skip]
const SETTING: Place = place("setting", "Something that the workspace says, under `providers` and the pack's name.", &[], &[
    must("is", T::Word(&["url", "text", "secret", "certificate"]), "What it is: an address, a text, a secret, or certificates as PEM; the last two are always named by reference."),
    must("about", T::Text, "What it is for, for people."),
    may("default", T::Text, "What counts where the workspace is silent; never for secrets."),
    may("optional", T::Truth, "Whether the pack works without it."),
]);
#[rustfmt::skip]
const ROW: Place = place("answer", "How one sort of answer is read; the first row that fits counts, then the pack's own rows, then what every status means.", &[], &[
    may("status", T::OneOrMore(&T::Status), "The statuses: `204`, `[200, 202]`, `4xx`; any where it is left out."),
    may("when", T::Expr, "What must hold of `status`, `body`, `header`; what cannot be told does not hold."),
    must("is", T::Word(&ALL_ENDS), "What it means: for actions done, acknowledged (accepted, not yet in force), already-so, refused, throttled, unavailable, in-doubt; for questions found, gone, unreadable, throttled; for probes alive, dead, forbidden, unclear."),
    may("because", T::Word(&BECAUSE), "Why it was refused or cannot be read."),
    may("says", T::Expr, "The vendor's code for it; shown, never decided by."),
]);
#[rustfmt::skip]
const PAGES: Place = place("pages", "How the next page is found.", &[], &[
    must("by", T::Word(&["link", "parameter", "url"]), "By the `Link` header, by a parameter, or by an address in the answer; only on the same host."),
    may("next", T::Expr, "The parameter's next value, or the address; no more pages where it is null or empty. Where it cannot be told, the list counts as cut short: write `has(…) ? … : ''`."),
    may("parameter", T::Text, "The parameter's name, in the query, or in the form or JSON body where the request has one."),
    may("at_most", T::Number(1, 10_000), "The most pages; 100 where nothing is said."),
]);
#[rustfmt::skip]
const REQUEST: Place = place("request", "One request: a method with a path, and what it carries.", &["get", "post", "put", "patch", "delete"], &[
    may("get", T::Template, "GET this path. Values in a path are escaped."),
    may("post", T::Template, "POST to this path."),
    may("put", T::Template, "PUT to this path."),
    may("patch", T::Template, "PATCH this path."),
    may("delete", T::Template, "DELETE this path."),
    may("host", T::Text, "One of `hosts`; the first where none is named."),
    may("with", T::Text, "One of `authentication`; `secret` for the credential itself as a bearer token; `nobody`."),
    may("reads", T::Truth, "Whether a POST only reads."),
    may("query", T::MapOf(&T::Template), "Parameters of the query; one without a value is left out, one that is a list is said for each element."),
    may("json", T::Data, "A JSON body. `${secret}` alone stands for the credential itself. Where a member has no value, nothing is sent."),
    may("form", T::MapOf(&T::Template), "A form body. Where a field has no value, nothing is sent."),
    may("optional", T::List(&T::Text), "Members of the JSON or form body that are left out where they have no value: `expires_on`; inside another one `policy.version`."),
    may("signs", T::Text, "One of `authentication` that is a service account's: what it signs stands in a form or JSON body where `${assertion}` does."),
    may("only_if", T::Expr, "With `signs`: what must hold of the key that signs, `signer` with `id`, `key_id` and `project`; otherwise nothing is sent."),
    may("headers", T::MapOf(&T::Template), "Further headers."),
    may("answers", T::List(&T::Map(&ROW)), "How its answers are read."),
    may("pages", T::Map(&PAGES), "How its further pages are found."),
    may("each", T::Expr, "The list in the answer whose elements are wanted; each is called `item`."),
    may("pick", T::Expr, "Which `item` is the one that is looked for; without it the thing is gone. Several that differ are ambiguous."),
    may("gone_if", T::Expr, "What must hold so that one that is not in the list is gone; it cannot be told else. `was_seen` says that it was there before, in this run."),
    may("only", T::Expr, "Which of the elements count."),
    may("as", T::Name, "The name under which later expressions find the answer: the item that was picked, else the list, else the body."),
]);
#[rustfmt::skip]
const REPLY: Place = place("reply", "One recorded exchange.", &[], &[
    must("to", T::Text, "The request that must come: `GET /api/v1/users/00u1?limit=200`."),
    may("sends", T::Data, "The body that must come, form fields as a map."),
    must("status", T::Number(100, 599), "The status of the reply."),
    may("headers", T::MapOf(&T::Text), "Its headers; `${base}` stands for the address that was asked."),
    may("json", T::Data, "Its body, as JSON."),
    may("text", T::Text, "Its body, as it is."),
]);
#[rustfmt::skip]
const ACCOUNT: Place = place("account", "Which tenant the credentials belong to; it stands in every locator.", &["host", "ask"], &[
    may("host", T::Text, "The name of this host is the account."),
    may("ask", T::Map(&REQUEST), "The vendor is asked."),
    may("id", T::Expr, "What of the answer is the account's id."),
    may("recorded", T::Map(&REPLY), "The exchange that every test begins with, where the vendor is asked."),
]);
#[rustfmt::skip]
const WHO: Place = place("who", "One thing that we are at the vendor; credentials first.", &[], &[
    may("when", T::Expr, "Whether it is asked at all."),
    may("ask", T::OneOrMore(&T::Map(&REQUEST)), "What is asked."),
    must("is", T::MapOf(&T::Template), "The kind, and what its id is; none where it has no value. `signer` holds `id`, `key_id` and `project` of the key that signs for us, and is null where none does."),
]);
#[rustfmt::skip]
const BOUND: Place = place("bound", "How long something may take to be true everywhere.", &["source", "assumed"], &[
    must("within", T::Length, "The longest time."),
    may("source", T::Text, "The vendor's page that says so."),
    may("assumed", T::Text, "What our assumption rests on, where no page says so."),
]);
#[rustfmt::skip]
const LOOK: Place = place("look", "How the present state of a thing is read.", &[], &[
    must("ask", T::OneOrMore(&T::Map(&REQUEST)), "What is asked, in order; the last answer is `body`."),
    may("itself", T::OneOrMore(&T::Map(&REQUEST)), "What is asked instead, with the secret itself, where that is held and `ask` is not shown to us; the fields stand at the same places."),
    must("present", T::MapOf(&T::Expr), "The fields of what is there, from the answers; never a secret."),
    may("principal", T::MapOf(&T::Template), "The kind and id of the principal whose it is."),
]);
#[rustfmt::skip]
const RESOLVE: Place = place("resolve", "How what people type becomes an id; without it the thing is looked at under the id that was typed.", &[], &[
    may("typed", T::Pattern, "How what is typed looks; like an id where nothing is said. Nothing is asked about another."),
    must("ask", T::OneOrMore(&T::Map(&REQUEST)), "What is asked; `id` is what was typed."),
    must("id", T::Expr, "The id."),
]);
#[rustfmt::skip]
const IDENTIFY: Place = place("identify", "How a secret tells which of its kind it is.", &[], &[
    must("ask", T::OneOrMore(&T::Map(&REQUEST)), "What is asked with the secret itself; or, where there is a `hint`, one list."),
    must("id", T::Expr, "The id."),
    may("hint", T::Expr, "How a list shows the secret of each element, `item`: with dots or stars for what is left out."),
]);
#[rustfmt::skip]
const REACH: Place = place("reach", "Where things are found that hang on the subject.", &[], &[
    may("when", T::Expr, "Whether it is asked at all."),
    may("through", T::Map(&REQUEST), "A list whose every element, called `outer`, is asked about."),
    must("ask", T::Map(&REQUEST), "What is asked; `seen` holds the fields of the subject."),
    must("found", T::MapOf(&T::Template), "The kind and id of what is found."),
    may("relation", T::Word(&RELATIONS), "How it hangs on the subject."),
    may("inside", T::Word(&RELATIONS), "How it hangs there where it came to be inside the incident's window."),
    must("evidence", T::Text, "Why we believe it."),
    may("at", T::Expr, "When it came to be: RFC 3339, or seconds since 1970."),
    may("fields", T::MapOf(&T::Expr), "Harmless facts: `created`, `last_used`, `status`."),
    may("withholds", T::Truth, "Whether *contained* is withheld where this cannot be read; true where nothing is said."),
]);
#[rustfmt::skip]
const ACTIVITY: Place = place("activity", "Where the log tells what the subject did, newest first.", &[], &[
    must("ask", T::Map(&REQUEST), "What is asked; `since` is the start of the window."),
    must("at", T::Expr, "When it happened."),
    must("event", T::Expr, "What it was."),
    may("source_ip", T::Expr, "From where."),
    may("user_agent", T::Expr, "With what."),
    may("accepted", T::Expr, "Whether it was allowed."),
    may("withholds", T::Truth, "Whether *contained* is withheld where this cannot be read; true where nothing is said."),
]);
#[rustfmt::skip]
const BY_HAND: Place = place("by-hand", "What people do where the vendor has no API for it; it becomes an obligation.", &[], &[
    must("steps", T::List(&T::Text), "Exactly what to do, one step each."),
    may("link", T::Text, "The page where it is done."),
    must("evidence", T::Text, "What shows afterwards that it was done."),
]);
#[rustfmt::skip]
const SHORT_LIVED: Place = place("short-lived", "What can be used instead of a long-lived credential.", &[], &[
    must("title", T::Text, "What it is, as a clause."),
    must("steps", T::Text, "What a person does to use it."),
    must("docs", T::Text, "The vendor's page that says so."),
]);
#[rustfmt::skip]
const KIND: Place = place("kind", "One sort of thing that the vendor knows.", &[], &[
    must("title", T::Text, "What a person calls it."),
    must("credential", T::Truth, "Whether it proves an identity; otherwise it is a principal or a container."),
    must("form", T::Pattern, "How its ids look; nothing is asked about another."),
    may("id", T::Text, "The names of an id's parts, joined by `/`: `app/secret` gives `part.app` and `part.secret`. One part may hold `/` itself: `project*/token`."),
    may("bare", T::Truth, "Whether an id alone is recognised as of this kind; false where nothing is said."),
    may("secrets", T::List(&T::Pattern), "How its secrets look, for finding pasted ones; the groups `checked` and `crc32_base62` or `crc32_base36` tell a checksum, and `id` the id where it is a part of the secret."),
    may("governs", T::List(&T::Name), "The kinds that stop while a cut is in force on one of these."),
    may("mints", T::List(&T::Name), "The kinds that a holder can make with it."),
    may("lifetime", T::Length, "The longest it can live by itself."),
    may("at_most", T::Number(1, 1_000_000), "How many one owner may have."),
    may("readable", T::Word(&["by-id", "by-secret", "never"]), "How it can be looked at; by id where nothing is said."),
    may("look", T::Map(&LOOK), "How it is looked at."),
    may("resolve", T::Map(&RESOLVE), "How it is found under another name."),
    may("identify", T::Map(&IDENTIFY), "How it is found by a pasted secret."),
    may("tells", T::Expr, "The id, where the secret itself tells it to nobody but us: `inside` holds the claims of a JWT, or the members of a JSON object. A text of which it tells none is no secret of this kind."),
    may("trace", T::Text, "What a person does to find out which of its kind a secret is, where neither the secret nor the vendor tells."),
    may("reach", T::List(&T::Map(&REACH)), "What hangs on it."),
    may("credentials", T::List(&T::Map(&REACH)), "The credentials that it holds, where `reach` says more."),
    may("permissions", T::List(&T::Map(&REACH)), "What it may do."),
    may("activity", T::Map(&ACTIVITY), "What it did."),
    may("probe", T::Map(&REQUEST), "How the credential itself is tried: with a call that needs no permission and changes nothing."),
    may("by_hand", T::Map(&BY_HAND), "How people cut it where no action can."),
    may("short_lived", T::List(&T::Map(&SHORT_LIVED)), "What its holder can use instead."),
]);
#[rustfmt::skip]
const CUT: Place = place("cut", "How a cut cuts.", &[], &[
    must("rung", T::Word(&RUNGS), "How hard."),
    must("target", T::Word(&FATES), "What becomes of the target."),
    must("issued", T::Word(&FATES), "What becomes of what was issued from it."),
    may("of", T::List(&T::Name), "The kinds of issued things that it reaches."),
    may("before_call", T::Truth, "Whether it reaches only what was issued before the call."),
    must("stops_issue", T::Truth, "Whether nothing new can be issued while it is in force."),
    may("allows", T::Word(&["nothing", "read-only", "as-before"]), "What access remains. Where nothing is said: as before if the target and what was issued from it both live, else none."),
]);
#[rustfmt::skip]
const UNDO: Place = place("undo", "How it is given back.", &["by", "none"], &[
    may("by", T::Name, "By this action of the pack."),
    may("none", T::Text, "Not at all, and why."),
]);
#[rustfmt::skip]
const QUOTA: Place = place("quota", "A published limit.", &[], &[
    must("calls", T::Number(1, 1_000_000), "How many calls."),
    must("per", T::Length, "In which time."),
]);
#[rustfmt::skip]
const PARAM: Place = place("parameter", "What a playbook's `with` may say to it.", &[], &[
    must("about", T::Text, "What it says, as a clause."),
    must("takes", T::Word(&["text", "whole", "truth", "duration"]), "What values it takes."),
    may("default", T::Data, "What counts where the playbook is silent; without one it must be said."),
]);
#[rustfmt::skip]
const MADE: Place = place("made", "What an issuing action makes.", &[], &[
    must("is", T::MapOf(&T::Template), "The kind, and where in the answer its id stands."),
    must("secret", T::Expr, "Where in the answer the new secret stands; it goes to a store and nowhere else."),
    may("find", T::Map(&REQUEST), "How what a call made is found again by `tag`."),
]);
#[rustfmt::skip]
const ITSELF: Place = place("itself", "How a credential ends itself.", &[], &[
    may("look_up", T::OneOrMore(&T::Map(&REQUEST)), "What is asked before the call, for what it needs to say."),
    may("only_if", T::Expr, "What must hold after looking up; otherwise it is refused: conflict."),
    must("request", T::Map(&REQUEST), "The call, with the secret itself."),
]);
#[rustfmt::skip]
const ACTION: Place = place("action", "One thing that can be done.", &["cut", "opens", "issues"], &[
    must("title", T::Text, "What it does, as a clause without a subject."),
    must("on", T::Name, "The kind that it works on."),
    may("cut", T::Map(&CUT), "It takes access away."),
    may("opens", T::Name, "It gives back what this action took, and touches the same fields."),
    may("issues", T::Name, "It makes a new credential of this kind."),
    may("made", T::Map(&MADE), "What it makes, where it issues."),
    must("hurts", T::Text, "Whom it hurts, as a sentence."),
    may("touches", T::MapOf(&T::Data), "The fields of `look` that it overwrites, and what they become."),
    may("gives", T::MapOf(&T::Data), "What an opening action makes of the fields; where they held something else before, it is refused. `{before: true}` where it makes of them what they held before, as `before.NAME` says."),
    may("params", T::MapOf(&T::Map(&PARAM)), "What a playbook may say to it; `with.NAME` in expressions."),
    must("floor", T::Number(0, 3), "The lowest tier."),
    must("undo", T::Map(&UNDO), "How it is given back."),
    must("repeat", T::Word(&["set-like", "tagged", "once"]), "What a second send would do: nothing more; something new that its tag finds; something new that nothing finds."),
    may("batch", T::Number(1, 10_000), "How many targets one request carries, as `ids` and `${secrets}`."),
    must("permissions", T::List(&T::Text), "What the responder needs, reads included."),
    must("bound", T::Map(&BOUND), "How long the effect may take to reach everywhere."),
    may("quota", T::Map(&QUOTA), "A published limit on calls."),
    may("tells", T::Text, "Whom the vendor notifies."),
    may("unconfirmed", T::List(&T::Text), "What the vendor's documents leave open; said and never relied on."),
    may("standards", T::List(&T::Text), "What it is called elsewhere."),
    must("docs", T::Text, "The vendor's page."),
    may("look_up", T::OneOrMore(&T::Map(&REQUEST)), "What is asked before the call, for what it needs to say."),
    may("only_if", T::Expr, "What must hold after looking up; otherwise it is refused: conflict."),
    must("request", T::Map(&REQUEST), "The call."),
    may("itself", T::Map(&ITSELF), "What is sent instead where the credential is held and was seen to work; it needs no permission of ours."),
]);
#[rustfmt::skip]
const TEST: Place = place("test", "A recorded conversation, and how it must end.", &["do", "look", "resolve", "identify", "reach", "activity", "probe", "whoami"], &[
    must("name", T::Text, "What it shows, as a sentence."),
    may("do", T::Name, "The action."),
    may("look", T::Truth, "The target is looked at."),
    may("resolve", T::Truth, "The target's id is resolved."),
    may("identify", T::Truth, "A secret of the target's kind is asked about."),
    may("reach", T::Truth, "What hangs on the target is asked."),
    may("activity", T::Truth, "What the target did is asked."),
    may("probe", T::Truth, "The credential is tried."),
    may("whoami", T::Truth, "Who we are is asked."),
    may("target", T::Text, "The kind and id, as `user/00u1`."),
    may("held", T::Truth, "Whether the credential itself is held where it is looked at; it always is where it is tried, or where an action is done."),
    may("was_alive", T::Truth, "Whether the credential itself was seen to work before."),
    may("was_seen", T::Truth, "Whether the target was seen to be there before."),
    may("before", T::MapOf(&T::Data), "What the fields held before, for what gives back."),
    may("with", T::MapOf(&T::Data), "What the playbook says."),
    must("ends", T::Word(&ALL_ENDS), "How it must end."),
    may("because", T::Word(&BECAUSE), "Why."),
    may("shows", T::MapOf(&T::Data), "The fields that must be seen."),
    may("found", T::List(&T::Text), "All that must be found, as `relation kind/id`, or events."),
    must("replies", T::List(&T::Map(&REPLY)), "The exchanges, in order."),
]);
#[rustfmt::skip]
const WAIT: Place = place("wait", "How the vendor says when to come again, beside `Retry-After`.", &[], &[
    must("reset", T::Text, "The header that holds a time, in seconds since 1970."),
]);
/// The file itself.
#[rustfmt::skip]
pub(super) const PACK: Place = place("pack", "A provider in one file.", &[], &[
    must("pack", T::Version, "The version of this language: `1`."),
    must("provider", T::Name, "The provider's name."),
    must("title", T::Text, "What people call it."),
    must("docs", T::Text, "Where its API is described."),
    must("configuration", T::MapOf(&T::Map(&SETTING)), "What the workspace says."),
    must("hosts", T::MapOf(&T::Template), "The hosts: fixed ones, or `${setting}`; the first in the alphabet is the one where none is named. Fixed for the run."),
    must("authentication", T::MapOf(&T::Map(&SCHEME)), "How requests prove who we are. Where a request names none it is the first in the alphabet of those whose settings the workspace says."),
    may("trust", T::MapOf(&T::Text), "By host, the setting with the certificates that it is checked by, instead of the machine's own; the machine's own where the workspace does not say it."),
    may("headers", T::MapOf(&T::Template), "Headers of every request, where it does not say them itself; `config` holds the settings."),
    must("account", T::Map(&ACCOUNT), "Which tenant the credentials belong to."),
    may("whoami", T::List(&T::Map(&WHO)), "Who we are there, so that we do not cut ourselves off."),
    may("answers", T::List(&T::Map(&ROW)), "How answers are read that no request reads itself."),
    may("wait", T::Map(&WAIT), "When to come again after too many requests."),
    must("audit_lag", T::Map(&BOUND), "How long the audit log may lag behind."),
    may("probe_pause", T::Length, "The shortest time between two probes; 2 s where nothing is said."),
    may("permissions", T::List(&T::Text), "What whoever reads needs."),
    must("kinds", T::MapOf(&T::Map(&KIND)), "The kinds, by noun."),
    may("actions", T::MapOf(&T::Map(&ACTION)), "The actions, by verb and noun."),
    may("tests", T::List(&T::Map(&TEST)), "Recorded conversations."),
]);
