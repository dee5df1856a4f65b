//! The providers that a command works with: AWS, those that the workspace tells about, and its channels.
//!
//! Never asks any of them anything.

#[cfg(feature = "aws")]
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::failure::Failure;
use super::notifier;
#[cfg(feature = "aws")]
use super::session::environment;
use super::workspace::Workspace;
use crate::domain::Clock;
use crate::provider::{Catalogue, Provider};

/// The catalogue: the providers of this build, and the channels that the workspace names.
pub(super) fn catalogue(
    choice: (&[String], &[PathBuf]),
    workspace: &Workspace,
    clock: &Clock,
    warnings: &mut Vec<String>,
) -> Result<Catalogue, Box<Failure>> {
    let mut all = providers(choice, workspace, clock, warnings)?;
    all.extend(super::pack::providers(workspace, clock)?);
    let beside = workspace.folder.clone().unwrap_or_default();
    let notifiers = &workspace.config.notifiers;
    all.extend(notifier::provider(notifiers, &beside, clock)?);
    Ok(Catalogue::new(all))
}

#[cfg(feature = "aws")]
fn providers(
    choice: (&[String], &[PathBuf]),
    workspace: &Workspace,
    clock: &Clock,
    warnings: &mut Vec<String>,
) -> Result<Vec<Arc<dyn Provider>>, Box<Failure>> {
    use crate::provider::aws::Aws;
    let aws = Aws::new(aws_settings(choice, workspace)?, clock.clone());
    if aws.ignores_bounds() {
        warnings.push(format!(
            "{}: providers.aws.bounds is ignored: the endpoint is the vendor's own, whose bounds are known",
            workspace.file().display()
        ));
    }
    Ok(vec![Arc::new(aws)])
}

/// How AWS is reached, as workspace, options and environment say.
#[cfg(feature = "aws")]
pub(super) fn aws_settings(
    (acting_as, activity): (&[String], &[PathBuf]),
    workspace: &Workspace,
) -> Result<crate::provider::aws::Settings, Box<Failure>> {
    use crate::provider::aws::{Bounds, Settings};
    let config = &workspace.config.providers.aws;
    let mut settings = Settings {
        profile: config.profile.clone(),
        role: config.role.clone(),
        regions: config.regions.clone(),
        endpoints: aws_endpoints(&config.endpoints)?,
        accounts: config.accounts(&workspace.file())?,
        organization: config.organization.as_ref().map(|one| one.role.clone()),
        activity: activity.to_vec(),
        ..Settings::default()
    };
    for choice in acting_as {
        match choice
            .split_once('=')
            .map(|(provider, who)| (provider, who.split_once(':')))
        {
            Some(("aws", Some(("profile", name)))) => settings.profile = Some(name.to_owned()),
            Some(("aws", Some(("role", arn)))) => settings.role = Some(arn.to_owned()),
            Some(_) | None => {
                let message = format!(
                    "`--as {choice}` is not understood; write aws=profile:NAME or aws=role:ARN"
                );
                return Err(Box::new(Failure::usage(message)));
            }
        }
    }
    if let Some(bounds) = &config.bounds {
        let (propagation, audit_lag) = bounds.read(&workspace.file())?;
        settings.bounds = Some(Bounds {
            propagation,
            audit_lag,
        });
    }
    Ok(settings)
}

#[cfg(not(feature = "aws"))]
fn providers(
    _: (&[String], &[PathBuf]),
    _: &Workspace,
    _: &Clock,
    _: &mut Vec<String>,
) -> Result<Vec<Arc<dyn Provider>>, Box<Failure>> {
    Ok(Vec::new())
}

#[cfg(feature = "aws")]
fn aws_endpoints(
    configured: &super::workspace::Endpoints,
) -> Result<BTreeMap<String, String>, Box<Failure>> {
    let mut endpoints = BTreeMap::new();
    for key in super::workspace::ENDPOINTS {
        let (service, variable) = match key {
            "default" => ("", "AWS_ENDPOINT_URL".to_owned()),
            service => (
                service,
                format!("AWS_ENDPOINT_URL_{}", service.to_uppercase()),
            ),
        };
        let configured = configured.get(key).cloned().flatten();
        let url = environment(&variable);
        if let Some(url) = &url {
            super::workspace::endpoint(url)
                .map_err(|why| Failure::usage(format!("{variable} is no endpoint: {why}")))?;
        }
        if let Some(url) = url.or(configured) {
            endpoints.insert(service.to_owned(), url);
        }
    }
    Ok(endpoints)
}
