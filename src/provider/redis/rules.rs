//! What `ACL GETUSER` and `CLIENT LIST` answer, in the words of their fields.
//!
//! Never keeps a hash of a password beyond the moment of comparing it.

use redis::Value;

/// A user, as the server tells.
pub(super) struct User {
    pub(super) is_on: bool,
    /// Whether any password is taken.
    pub(super) takes_any: bool,
    /// Hexadecimal SHA-256 of each password.
    hashes: Vec<String>,
    pub(super) commands: String,
    pub(super) keys: String,
    pub(super) channels: String,
    /// Further sets of rules, each in brackets (Redis 7).
    pub(super) selectors: Vec<String>,
}

impl User {
    /// Reads the answer; `None` inside where there is no such user, and outside where it is no answer.
    pub(super) fn read(value: &Value) -> Option<Option<Self>> {
        if matches!(value, Value::Nil) {
            return Some(None);
        }
        let of = |name| member(value, name);
        let flags = texts(of("flags")?)?;
        let mut selectors = Vec::new();
        if let Some(Value::Array(several)) = of("selectors") {
            for one in several {
                let part = |name| text(member(one, name)?);
                let parts = [part("commands")?, part("keys")?, part("channels")?];
                let parts: Vec<String> =
                    parts.into_iter().filter(|part| !part.is_empty()).collect();
                selectors.push(format!("({})", parts.join(" ")));
            }
        }
        Some(Some(Self {
            is_on: flags.iter().any(|flag| flag == "on"),
            takes_any: flags.iter().any(|flag| flag == "nopass"),
            hashes: texts(of("passwords")?)?,
            commands: text(of("commands")?)?,
            keys: joined(of("keys")?)?,
            channels: joined(of("channels")?)?,
            selectors,
        }))
    }

    /// How many passwords it has.
    pub(super) fn passwords(&self) -> usize {
        self.hashes.len()
    }

    /// Whether a password of this hash is one of its own.
    pub(super) fn takes(&self, hash: &str) -> bool {
        self.takes_any || self.hashes.iter().any(|known| known == hash)
    }
}

/// A member of an answer that is a map, or a list of names and values.
fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    if let Value::Map(entries) = value {
        let mut entries = entries.iter();
        return entries.find_map(|(key, value)| (text(key)? == name).then_some(value));
    }
    let Value::Array(items) = value else {
        return None;
    };
    items.chunks_exact(2).find_map(|pair| {
        let [key, value] = pair else { return None };
        (text(key)? == name).then_some(value)
    })
}

/// A text.
pub(super) fn text(value: &Value) -> Option<String> {
    redis::from_redis_value_ref(value).ok()
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let is_list = matches!(value, Value::Array(_) | Value::Set(_));
    is_list.then(|| redis::from_redis_value_ref(value).ok())?
}

/// A text, which Redis 6 answers as a list.
fn joined(value: &Value) -> Option<String> {
    texts(value)
        .map(|all| all.join(" "))
        .or_else(|| text(value))
}

/// A connection, as the server tells.
pub(super) struct Client {
    pub(super) id: u64,
    pub(super) user: String,
    pub(super) address: String,
    pub(super) name: String,
    pub(super) age: i64,
    pub(super) last: String,
}

/// Reads `CLIENT LIST`; `None` where a line cannot be understood.
pub(super) fn clients(value: &Value) -> Option<Vec<Client>> {
    let all = text(value)?;
    let lines = all.lines().filter(|line| !line.trim().is_empty());
    lines.map(client).collect()
}

fn client(line: &str) -> Option<Client> {
    let of = |name: &str| {
        let mut words = line.split(' ');
        words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    };
    Some(Client {
        id: of("id")?.parse().ok()?,
        user: of("user")?.to_owned(),
        address: of("addr").unwrap_or_default().to_owned(),
        name: of("name").unwrap_or_default().to_owned(),
        age: of("age")
            .and_then(|age| age.parse().ok())
            .unwrap_or_default(),
        last: of("cmd").unwrap_or_default().to_owned(),
    })
}

/// A line of `INFO`.
pub(super) fn info(value: &Value, name: &str) -> Option<String> {
    let all = text(value)?;
    let mut lines = all.lines();
    lines.find_map(|line| {
        Some(
            line.strip_prefix(name)?
                .strip_prefix(':')?
                .trim()
                .to_owned(),
        )
    })
}

/// The value that `CONFIG GET` answers for one name.
pub(super) fn config(value: &Value, name: &str) -> Option<String> {
    text(member(value, name)?)
}

/// Rules about commands, each a word of its own; `None` where one is about anything else.
pub(super) fn of_commands(said: &str) -> Option<Vec<&str>> {
    let is_rule = |word: &&str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "@|_.-".contains(c);
        let rest = word.strip_prefix(['+', '-']);
        rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(plain))
    };
    let words: Vec<&str> = said.split_whitespace().collect();
    (!words.is_empty() && words.iter().all(is_rule)).then_some(words)
}

/// Whether rules may permit setting users, read strictly: a category or all of them may hold that.
pub(super) fn may_set_users<'a>(
    commands: &str,
    selectors: impl IntoIterator<Item = &'a str>,
) -> bool {
    let permits = |rules: &str| {
        let mut words = rules.split(|c: char| c.is_whitespace() || "()".contains(c));
        words.any(|word| {
            let given = word.strip_prefix('+');
            word == "allcommands"
                || given.is_some_and(|given| given.starts_with('@') || given.starts_with("acl"))
        })
    };
    permits(commands) || selectors.into_iter().any(permits)
}

/// Whether a text is one further set of rules: in brackets, about commands, keys and channels alone.
pub(super) fn is_selector(said: &str) -> bool {
    let inner = said
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    inner.is_some_and(|inner| {
        let is_rule = |word: &str| {
            of_commands(word).is_some()
                || ["~", "%", "&"].iter().any(|mark| word.starts_with(mark))
                || ["allkeys", "allchannels", "resetkeys", "resetchannels"].contains(&word)
        };
        !inner.contains(['(', ')']) && inner.split_whitespace().all(is_rule)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rules_about_commands_are_given_back() {
        assert_eq!(
            of_commands("-@all +get +config|get"),
            Some(vec!["-@all", "+get", "+config|get"])
        );
        for wrong in [
            "",
            "on",
            ">secret",
            "+get >secret",
            "nopass",
            "+",
            "+a(b)",
            "~*",
        ] {
            assert_eq!(of_commands(wrong), None, "{wrong}");
        }
        assert!(is_selector("(-@all +get ~cache:* &x)"));
        for wrong in ["+get", "(on)", "(>x)", "(+get) nopass (", "((+get))"] {
            assert!(!is_selector(wrong), "{wrong}");
        }
    }

    #[test]
    fn rules_are_read_strictly_where_the_server_does_not_say_who_may_set_users() {
        for (commands, selectors, may) in [
            ("+@all -@dangerous", vec![], true),
            ("-@all +acl", vec![], true),
            ("-@all +acl|setuser", vec![], true),
            ("-@all", vec!["(-@all +acl ~*)"], true),
            ("-@all +get +ping", vec!["(-@all +publish &news)"], false),
            ("-@all", vec![], false),
        ] {
            assert_eq!(may_set_users(commands, selectors), may, "{commands}");
        }
    }

    #[test]
    fn a_user_and_its_connections_are_read_in_both_forms() {
        let bulk = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        let list = |items: &[&str]| Value::Array(items.iter().map(|item| bulk(item)).collect());
        let selector = Value::Array(vec![
            bulk("commands"),
            bulk("-@all +get"),
            bulk("keys"),
            bulk("~a:*"),
            bulk("channels"),
            bulk(""),
        ]);
        let entries = vec![
            (bulk("flags"), list(&["on", "sanitize-payload"])),
            (bulk("passwords"), list(&["ab12"])),
            (bulk("commands"), bulk("+@all")),
            (bulk("keys"), bulk("~*")),
            (bulk("channels"), list(&["*"])),
            (bulk("selectors"), Value::Array(vec![selector])),
        ];
        let flat = entries
            .iter()
            .flat_map(|(key, value)| [key.clone(), value.clone()]);
        for value in [Value::Array(flat.collect()), Value::Map(entries.clone())] {
            let Some(Some(user)) = User::read(&value) else {
                unreachable!("it is a user");
            };
            assert!(user.is_on && !user.takes_any && user.takes("ab12") && !user.takes("x"));
            assert_eq!(user.selectors, ["(-@all +get ~a:*)"]);
            assert_eq!(user.channels, "*");
        }
        assert!(User::read(&Value::Nil).is_some_and(|user| user.is_none()));
        assert!(User::read(&Value::Okay).is_none());
        let lines = "id=3 addr=127.0.0.1:5 laddr=127.0.0.1:6379 fd=8 name= age=5 idle=0 cmd=get user=svc redir=-1\n";
        let Some([one]) = clients(&bulk(lines)).and_then(|all| <[Client; 1]>::try_from(all).ok())
        else {
            unreachable!("it is one");
        };
        assert_eq!((one.id, one.user.as_str(), one.age), (3, "svc", 5));
        assert!(clients(&bulk("garbage")).is_none());
    }
}
