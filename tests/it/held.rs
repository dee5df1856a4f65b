//! Providers as the library holds them, asked without the program.

use std::sync::Arc;

use contain::domain::{Clock, Duration, Locator, Query, ReadKind, Secret, Time};
use contain::provider::{Given, Native, Provider, Settings};

/// A provider of databases, for several servers by name.
pub(crate) fn of_servers(
    native: &Native,
    named: &[(&str, &str)],
    deadline: Duration,
) -> Arc<dyn Provider> {
    let given = |url: &str| -> Given {
        let url = url.to_owned();
        Arc::new(move || Ok(Secret::new(url.clone())))
    };
    let servers = named
        .iter()
        .map(|(name, url)| ((*name).to_owned(), given(url)));
    let settings = Settings {
        several: [("servers".to_owned(), servers.collect())].into(),
        deadline: Some(deadline),
        ..Settings::default()
    };
    (native.make)(Some(settings), Clock::wall())
}

/// What a provider could not see of what hangs on a target, and that withholds.
pub(crate) async fn unseen(provider: &dyn Provider, target: &Locator) -> Vec<String> {
    let query = Query {
        read: ReadKind::Reach,
        target: target.clone(),
        since: Time::UNIX_EPOCH,
        relations: Vec::new(),
        pages: 1,
        budget_ms: 10_000,
    };
    let reading = provider.reader(None).read(&query).await.unwrap();
    let withheld = reading.not_seen.into_iter().filter(|one| one.withholds);
    withheld.map(|one| one.what).collect()
}
