//! By whose authority a request is made: nobody's, our token's, our app's as it is installed, another app's own.
//!
//! Never falls back on more than was asked for. An installation token of ours is held in memory only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::action::{Request, Who};
use super::adapter::{Handle, Link};
use super::client::{Authority, Failed};
use super::exchange::{self, Carried};
use super::id::Id;
use super::remit;
use crate::domain::{Because, Secret, Time, Why};

/// A token with less left than this is used no more, in seconds.
const STILL: i64 = 60;

/// The installation tokens that are ours, and where our app is installed.
#[derive(Default)]
pub(super) struct Sessions {
    slots: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<Option<Taken>>>>>,
    installed: Mutex<BTreeMap<String, Arc<OnceCell<Installed>>>>,
}

/// An installation token of ours.
pub(super) struct Taken {
    pub(super) token: Secret,
    pub(super) until: Time,
    pub(super) permissions: Value,
}

/// Where our app is installed.
#[derive(Clone, Debug)]
pub(super) struct Installed {
    pub(super) id: u64,
    pub(super) permissions: BTreeMap<String, String>,
}

impl Sessions {
    pub(super) fn slot(&self, policy: &str) -> Arc<tokio::sync::Mutex<Option<Taken>>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(policy.to_owned()).or_default())
    }

    /// All that were ever asked for.
    pub(super) fn all(&self) -> Vec<Arc<tokio::sync::Mutex<Option<Taken>>>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.values().map(Arc::clone).collect()
    }

    fn installed(&self, owner: &str) -> Arc<OnceCell<Installed>> {
        let mut all = self
            .installed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(owner.to_owned()).or_default())
    }
}

impl Link {
    fn secret(&self, name: &str) -> Result<Option<Secret>, Why> {
        match self.settings()?.secrets.get(name) {
            Some(given) => given().map(Some),
            None => Ok(None),
        }
    }

    fn one_of(&self, name: &str, id: &str) -> Result<Option<Secret>, Why> {
        let several = self.settings()?.several.get(name);
        match several.and_then(|several| several.get(id)) {
            Some(given) => given().map(Some),
            None => Ok(None),
        }
    }

    /// The OAuth apps of ours, by their client ids.
    pub(super) fn clients(&self) -> impl Iterator<Item = &str> {
        let said = self.settings.as_ref();
        let apps = said.and_then(|settings| settings.several.get("oauth_apps"));
        apps.into_iter()
            .flat_map(|apps| apps.keys().map(String::as_str))
    }

    /// The id of our app, where there is one.
    pub(super) fn app_id(&self) -> Option<&str> {
        let settings = self.settings.as_ref()?;
        let id = settings.texts.get("app_id")?;
        settings.secrets.get("private_key").map(|_| id.as_str())
    }

    /// Our token.
    pub(super) fn token(&self) -> Result<Option<Secret>, Why> {
        self.secret("token")
    }

    /// An app, by its own key: ours, or another that we were given the key of.
    pub(super) fn app(&self, id: &str) -> Result<Authority, Why> {
        let key = match self.app_id() == Some(id) {
            true => self.secret("private_key")?,
            false => self.one_of("app_keys", id)?,
        };
        let number = id.parse().ok();
        let (Some(number), Some(key)) = (number, key) else {
            let text = format!(
                "only the app's own key can do this: contain.yaml says no providers.github.app_keys.{id}"
            );
            return Err(Why::new(Because::Unauthenticated, text));
        };
        Ok(Authority::App(number, key))
    }
}

impl Handle {
    /// By what a request is made.
    pub(super) async fn authority(
        &self,
        who: Who,
        id: Option<&Id>,
        itself: Option<&Secret>,
    ) -> Result<Authority, Why> {
        let first = id.map_or("", |id| id.at(0));
        match who {
            Who::Nobody => Ok(Authority::Nobody),
            Who::Itself => {
                let text =
                    "the credential itself is needed for this: give --secret REF or --from FILE";
                let why = || Why::new(Because::Unauthenticated, text);
                let itself = itself.ok_or_else(why)?;
                Ok(Authority::Bearer(Secret::new(itself.expose().to_owned())))
            }
            Who::Owner => self.our_token(),
            Who::App => self.link.app(first),
            Who::Client => {
                let secret = self.link.one_of("oauth_apps", first)?;
                let secret = secret.ok_or_else(|| {
                    let text = format!("contain.yaml says no providers.github.oauth_apps.{first}");
                    Why::new(Because::Unauthenticated, text)
                })?;
                Ok(Authority::Client(first.to_owned(), secret))
            }
            Who::Ours => self.ours(id.and_then(Id::owner)).await,
        }
    }

    fn our_token(&self) -> Result<Authority, Why> {
        let token = self.link.token()?.ok_or_else(|| {
            let text = "this takes a token of ours: contain.yaml says no providers.github.token";
            Why::new(Because::Unauthenticated, text)
        })?;
        Ok(Authority::Bearer(token))
    }

    /// The session of the remit that this handle acts under; else our app as it is installed, to read; else our token.
    async fn ours(&self, owner: Option<&str>) -> Result<Authority, Why> {
        if let Some(policy) = &self.remit {
            let slot = self.link.sessions.slot(policy);
            let held = slot.lock().await;
            // Where our app may not do this, entering left it to our token.
            return match held.as_ref() {
                Some(taken) => Ok(Authority::Bearer(Secret::new(
                    taken.token.expose().to_owned(),
                ))),
                None => self.our_token(),
            };
        }
        let (Some(_), Some(owner), false) = (self.link.app_id(), owner, self.may_act()) else {
            return self.our_token();
        };
        match self.installed(owner).await {
            Ok(installed) => self.to_read(owner, &installed).await,
            Err(why) if why.because == Because::Missing => self.our_token().map_err(|_| why),
            Err(why) => Err(why),
        }
    }

    /// Where our app is installed on an owner, asked once.
    pub(super) async fn installed(&self, owner: &str) -> Result<Installed, Why> {
        let cell = self.link.sessions.installed(owner);
        let found = cell.get_or_try_init(|| self.ask_installed(owner)).await?;
        Ok(found.clone())
    }

    async fn ask_installed(&self, owner: &str) -> Result<Installed, Why> {
        let app = self.link.app(self.link.app_id().unwrap_or_default())?;
        for whose in ["orgs", "users"] {
            let request = Request::get(&[whose, owner, "installation"]);
            let answered = exchange::under(self, &app, &request, Carried::default())
                .await
                .map_err(Failed::why)?;
            let id = answered.body.get("id").and_then(Value::as_u64);
            let permissions = answered
                .body
                .get("permissions")
                .cloned()
                .unwrap_or_default();
            match (answered.status, id) {
                (200, Some(id)) => {
                    return Ok(Installed {
                        id,
                        permissions: serde_json::from_value(permissions).unwrap_or_default(),
                    });
                }
                (404, _) => {}
                _ => return Err(answered.unread(self.clock().now())),
            }
        }
        let text = format!("our app is not installed on {owner}");
        Err(Why::new(Because::Missing, text))
    }

    /// A session that reads, as far as the app may read there.
    async fn to_read(&self, owner: &str, installed: &Installed) -> Result<Authority, Why> {
        let policy = format!("read {owner}");
        let slot = self.link.sessions.slot(&policy);
        let mut held = slot.lock().await;
        let now = self.clock().now();
        if !held.as_ref().is_some_and(|taken| taken.is_usable(now)) {
            let given = installed.permissions.keys();
            let given = given.filter(|name| remit::READS.contains(&name.as_str()));
            let reads: BTreeMap<&String, &str> = given.map(|name| (name, "read")).collect();
            *held = Some(
                self.take(installed.id, &json!({ "permissions": reads }))
                    .await?,
            );
        }
        let token = held.as_ref().map(|taken| taken.token.expose().to_owned());
        Ok(Authority::Bearer(Secret::new(token.unwrap_or_default())))
    }

    /// Asks for an installation token that permits no more than this.
    pub(super) async fn take(&self, installation: u64, what: &Value) -> Result<Taken, Why> {
        let app = self.link.app(self.link.app_id().unwrap_or_default())?;
        let id = installation.to_string();
        let request =
            Request::post(&["app", "installations", &id, "access_tokens"]).json(what.clone());
        let answered = exchange::under(self, &app, &request, Carried::default())
            .await
            .map_err(Failed::why)?;
        let said = |name: &str| answered.raw.0.get(name).and_then(Value::as_str);
        let until = said("expires_at").and_then(|until| until.parse().ok());
        let (201, Some(token), Some(until)) = (answered.status, said("token"), until) else {
            return Err(answered.unread(self.clock().now()));
        };
        let token = Secret::new(token.to_owned());
        self.know(std::iter::once(&token));
        Ok(Taken {
            token,
            until,
            permissions: answered
                .body
                .get("permissions")
                .cloned()
                .unwrap_or_default(),
        })
    }
}

impl Taken {
    pub(super) fn is_usable(&self, now: Time) -> bool {
        self.until.duration_since(now).as_secs() > STILL
    }
}
