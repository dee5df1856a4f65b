//! URLs of databases, as programs are given them: the user and the password in them.
//!
//! Never shows one, and opens none.

#[cfg(any(feature = "postgres", feature = "redis"))]
use crate::domain::{Secret, locator::unescape};

/// What stands in such a URL after its scheme, as a regular expression: a user and a password (RFC 3986, section 3.2.1),
/// and the server.
pub(super) const LOGIN: &str = "://[^\\s:/?#@\"'<>`]*:[^\\s/?#@\"'<>`]+@[^\\s@\"'<>`,;()]+";

/// Who logs in by a URL, and with what.
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: Secret,
}

/// Reads one; where it names no user, `or` is meant. None where it has no password, or where one of the two is put in only
/// later, as `${NAME}`.
#[cfg(any(feature = "postgres", feature = "redis"))]
pub(super) fn read(url: &Secret, or: Option<&str>) -> Option<Login> {
    let (_, rest) = url.expose().split_once("://")?;
    let (login, _) = rest.split(['/', '?', '#']).next()?.rsplit_once('@')?;
    let (user, password) = login.split_once(':')?;
    let is_later = |part: &str| part.starts_with(['$', '{', '<']);
    if password.is_empty() || is_later(user) || is_later(password) {
        return None;
    }
    let user = match user {
        "" => or?.to_owned(),
        user => unescape(user)?,
    };
    let password = Secret::new(unescape(password)?);
    Some(Login { user, password })
}

#[cfg(all(test, any(feature = "postgres", feature = "redis")))]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_read_as_it_is_meant_and_none_where_it_is_put_in_later() {
        let told = |url: &str, or: Option<&str>| {
            let login = read(&Secret::new(url.to_owned()), or)?;
            Some(format!("{} {}", login.user, login.password.expose()))
        };
        for (url, or, wanted) in [
            ("postgres://billing:pw@db/orders", None, Some("billing pw")),
            ("x://a%40b:p%2Fw%3A%25@db:5432", None, Some("a@b p/w:%")),
            ("redis://:pw@cache", Some("default"), Some("default pw")),
            ("postgres://:pw@db", None, None),
            ("postgres://billing:@db", None, None),
            ("postgres://billing@db", None, None),
            ("postgres://db/orders?q=a:b@c", None, None),
            ("postgres://billing:${PW}@db", None, None),
            ("postgres://$USER:pw@db", None, None),
            ("postgres://billing:%(pw)s@db", None, None),
            ("a password that is no URL", None, None),
        ] {
            assert_eq!(told(url, or).as_deref(), wanted, "{url}");
        }
    }
}
