//! PostgreSQL as a provider: what it is told, and the two handles.
//!
//! The account of every locator is the name that the workspace gives the server. Where nothing is configured the handles
//! say so and send nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use serde_json::json;
use tokio_postgres::config::Host;

use super::client::{Reader, Servers};
use super::{NAME, actions, kind, kinds};
use crate::domain::{
    Because, Bound, Call, Clock, Duration, Kind, KindId, Locator, Named, Outcome, Probe, Query,
    ReadKind, Reading, Secret, Seen, Spec, Time, Why,
};
use crate::provider::listed::everywhere;
use crate::provider::login;
use crate::provider::{
    Act, Footing, Guardrail, Native, Need, Observe, Provider, Setting, Settings, Soon, Wants,
    barred,
};

/// The same for a primary and its standbys, which have the same roles.
const CLUSTER: &str = "SELECT 'cluster ' || system_identifier FROM pg_control_system()";
const STARTED: &str =
    "SELECT 'started ' || (date_part('epoch', pg_postmaster_start_time()) * 1000000)::bigint";

/// PostgreSQL, for the list of what is written in Rust.
pub const NATIVE: Native = Native {
    name: NAME,
    settings: &[Setting {
        name: "servers",
        wants: Wants::Secrets,
        about: "the servers by name, each as the connection URL of the role that acts, by reference",
        required: true,
        default: None,
        usual: true,
    }],
    make: |settings, clock| Arc::new(Postgres::new(settings, clock)),
};

/// PostgreSQL.
struct Postgres {
    kinds: Vec<Kind>,
    actions: Vec<Spec>,
    servers: Arc<Servers>,
}

impl Postgres {
    fn new(settings: Option<Settings>, clock: Clock) -> Self {
        Self {
            kinds: kinds(),
            actions: actions(),
            servers: Arc::new(Servers::new(settings, clock)),
        }
    }

    fn handle(&self, acts: Option<&[String]>) -> Handle {
        Handle {
            servers: Arc::clone(&self.servers),
            acts: acts.map(<[String]>::to_vec),
        }
    }
}

impl Provider for Postgres {
    fn name(&self) -> &str {
        NAME
    }

    fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    fn actions(&self) -> &[Spec] {
        &self.actions
    }

    fn endpoints(&self) -> BTreeMap<String, String> {
        let servers = &self.servers;
        let names = servers.listed.names().unwrap_or_default();
        let place = |name: String| {
            let config = servers.config(&name).ok()?;
            let port = config.get_ports().first().copied().unwrap_or(5432);
            let host = match config.get_hosts().first()? {
                Host::Tcp(host) => format!("postgresql://{host}:{port}"),
                Host::Unix(path) => format!("postgresql:{}:{port}", path.display()),
            };
            Some((name, host))
        };
        names.into_iter().filter_map(place).collect()
    }

    fn audit_lag(&self) -> Bound {
        Bound::Published {
            within: Duration::ZERO,
            source: "https://www.postgresql.org/docs/current/monitoring-stats.html".to_owned(),
        }
    }

    fn probe_pause(&self) -> Duration {
        Duration::from_millis(50)
    }

    fn decode(&self, named: &Named) -> Named {
        named.clone()
    }

    fn id_of(&self, kind: &KindId, secret: &Secret) -> Option<String> {
        let login = login::read(secret, None)?;
        (kind.noun() == "role").then_some(login.user)
    }

    fn secret_in(&self, _: &KindId, text: &Secret) -> Option<Secret> {
        Some(login::read(text, None)?.password)
    }

    fn is_of(&self, kind: &KindId, secret: &Secret) -> bool {
        self.id_of(kind, secret).is_some()
    }

    fn commands(&self, call: &Call) -> Vec<String> {
        super::action::of(call).map_or_else(Vec::new, |action| (action.commands)(call))
    }

    fn reads(&self, _: Option<ReadKind>) -> Vec<String> {
        vec!["pg_read_all_stats".to_owned()]
    }

    fn permissions(&self, needs: &[Need<'_>]) -> Option<serde_json::Value> {
        let all: BTreeSet<&String> = needs.iter().flat_map(|need| need.permissions).collect();
        (!all.is_empty()).then(|| json!({ "roles": all }))
    }

    fn guardrail(&self) -> Option<Guardrail> {
        None
    }

    fn is_set_up(&self) -> bool {
        self.servers.listed.is_set_up()
    }

    fn recall(&self, _: &Call, before: &Seen, _: Option<Time>, _: Option<&Secret>) {
        if before.fields().is_some_and(super::role::makes_roles) {
            self.servers.listed.could_make(&before.target);
        }
    }

    fn footing(&self) -> Soon<'_, Vec<Footing>> {
        Box::pin(async move { super::footing::footing(&self.handle(None)).await })
    }

    fn reader(&self, _: Option<&str>) -> Arc<dyn Observe> {
        Arc::new(self.handle(None))
    }

    fn actor(&self, _: Option<&str>, only: &[String]) -> Arc<dyn Act> {
        Arc::new(self.handle(Some(only)))
    }
}

/// A handle: it reads, and acts where it was given permissions.
pub(super) struct Handle {
    servers: Arc<Servers>,
    acts: Option<Vec<String>>,
}

impl Handle {
    pub(super) fn servers(&self) -> &Servers {
        &self.servers
    }

    pub(super) fn clock(&self) -> &Clock {
        self.servers.listed.clock()
    }
}

impl Observe for Handle {
    fn whoami(&self) -> Soon<'_, Result<Vec<Locator>, Why>> {
        Box::pin(whoami(self))
    }

    fn resolve<'a>(&'a self, named: &'a [Named]) -> Soon<'a, Vec<Result<Locator, Why>>> {
        let each = named.iter().map(move |one| super::role::resolve(self, one));
        Box::pin(stream::iter(each).buffered(4).collect())
    }

    fn observe<'a>(&'a self, targets: &'a [Locator]) -> Soon<'a, Vec<Seen>> {
        Box::pin(super::role::observe(self, targets))
    }

    fn read<'a>(&'a self, query: &'a Query) -> Soon<'a, Result<Reading, Why>> {
        Box::pin(async move {
            let mut reading = match query.read {
                ReadKind::Reach | ReadKind::Credentials => super::reach::read(self, query).await?,
                ReadKind::Activity => super::activity::read(self, query).await?,
                ReadKind::Permissions | ReadKind::Grants => {
                    super::permissions::read(self, query).await?
                }
                ReadKind::State => {
                    let text = "PostgreSQL answers no such question";
                    return Err(Why::new(Because::NotImplemented, text));
                }
            };
            let ahead = self
                .servers()
                .listed
                .ahead()
                .unwrap_or_default()
                .as_millis();
            reading.clock_ahead_ms = i64::try_from(ahead).unwrap_or_default();
            Ok(reading)
        })
    }

    fn made<'a>(&'a self, _: &'a Call) -> Soon<'a, Result<Vec<Locator>, Why>> {
        // A password is changed in place: nothing is made beside the role.
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn probe<'a>(&'a self, target: &'a Locator, with: &'a Secret) -> Soon<'a, Probe> {
        Box::pin(super::probe::probe(self, target, with))
    }

    fn clock_ahead(&self) -> Option<Duration> {
        self.servers().listed.ahead()
    }
}

impl Act for Handle {
    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>> {
        let each = calls.iter().map(move |call| perform(self, call));
        Box::pin(stream::iter(each).buffered(4).collect())
    }

    fn deliver<'a>(&'a self, _: &'a Call, _: &'a Secret) -> Soon<'a, Outcome> {
        let text = "PostgreSQL keeps no secrets for others";
        let why = Why::new(Because::NotImplemented, text);
        Box::pin(async move { Outcome::Refused(why) })
    }
}

async fn perform(on: &Handle, call: &Call) -> Outcome {
    let Some(action) = super::action::of(call) else {
        let text = format!("postgres has no action `{}`", call.action);
        return Outcome::Refused(Why::new(Because::NotImplemented, text));
    };
    if let Some(why) = barred(&(action.spec)(), call, on.acts.as_deref()) {
        return Outcome::Refused(why);
    }
    (action.perform)(on, call).await
}

/// Who we are on each server that answers; an error only where none does.
async fn whoami(on: &Handle) -> Result<Vec<Locator>, Why> {
    let names = on.servers().listed.names()?;
    let asked = names.iter().map(|name| async move {
        let reader = on.servers().reader(name).await?;
        let own = Locator::new(&kind("role"), &reader.user, Some(&reader.name));
        Ok((own, marks(&reader).await))
    });
    let asked = join_all(asked).await;
    let mut own = Vec::new();
    let mut failed = None;
    for answer in asked {
        match answer {
            Ok(ours) => own.push(ours),
            Err(why) => failed = Some(why),
        }
    }
    match (own.is_empty(), failed) {
        (true, Some(why)) => Err(why),
        (_, _) => Ok(everywhere(&own)),
    }
}

/// By what a server is told from others: its cluster, where we may see that, and when it was started.
async fn marks(reader: &Reader<'_>) -> Vec<String> {
    let mut marks = Vec::new();
    for question in [CLUSTER, STARTED] {
        let rows = reader.ask(question, &[]).await.unwrap_or_default();
        let mark: Option<String> = rows.first().and_then(|row| row.try_get(0).ok());
        marks.extend(mark);
    }
    marks
}
