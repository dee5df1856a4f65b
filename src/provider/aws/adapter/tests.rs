//! Endpoints that are not the vendor's, and what follows from that.

use super::*;

fn aws(endpoint: &str) -> Aws {
    let bounds = Bounds {
        propagation: Duration::from_secs(2),
        audit_lag: Duration::ZERO,
    };
    let settings = Settings {
        endpoints: [(String::new(), endpoint.to_owned())].into(),
        bounds: Some(bounds),
        ..Settings::default()
    };
    Aws::new(settings, Clock::wall())
}

#[test]
fn configured_bounds_count_only_for_an_endpoint_that_is_not_the_vendors() {
    let local = aws("http://127.0.0.1:4566");
    assert!(
        local.actions().iter().all(
            |spec| matches!(spec.bound, Bound::Configured { within } if within.as_secs() == 2)
        )
    );
    assert_eq!(local.endpoints().len(), 1);
    assert!(!local.ignores_bounds());
    let vendor = aws("https://iam.amazonaws.com");
    assert!(vendor.actions().iter().all(|spec| spec.bound.is_assumed()));
    assert!(vendor.audit_lag().is_assumed());
    assert!(vendor.endpoints().is_empty() && vendor.ignores_bounds());
}

#[test]
fn a_bound_counts_for_the_services_whose_endpoint_is_not_the_vendors_and_for_no_other() {
    let bounds = Bounds {
        propagation: Duration::from_secs(2),
        audit_lag: Duration::ZERO,
    };
    let of = |service: &str| {
        let endpoint = (service.to_owned(), "http://127.0.0.1:4566".to_owned());
        let settings = Settings {
            endpoints: [endpoint].into(),
            bounds: Some(bounds),
            ..Settings::default()
        };
        Aws::new(settings, Clock::wall())
    };
    for (endpoint, theirs, lags) in [
        ("iam", "iam:", false),
        ("secrets_manager", "secretsmanager:", false),
        ("bedrock_agent", "bedrock:", false),
        ("bedrock_agentcore_control", "bedrock-agentcore:", false),
        ("organizations", "organizations:", false),
        ("cloudtrail", "none", true),
    ] {
        let aws = of(endpoint);
        for spec in aws.actions() {
            let is_theirs = spec.permissions.iter().all(|one| one.starts_with(theirs));
            let is_configured = matches!(spec.bound, Bound::Configured { .. });
            assert_eq!(is_configured, is_theirs, "{endpoint}: {}", spec.id);
        }
        assert_eq!(aws.audit_lag().is_assumed(), !lags, "{endpoint}");
        assert!(!aws.ignores_bounds(), "{endpoint}");
    }
    assert!(of("sts").ignores_bounds());
    // Every service that an action needs has a key of its own.
    let aws = of("");
    let all = aws.actions().iter();
    let foreign = |spec: &Spec| matches!(spec.bound, Bound::Configured { .. });
    assert!(all.clone().all(foreign));
}

#[test]
fn an_account_is_decoded_only_at_the_vendor() {
    let named: Named = "aws:access-key/ASIAQNZGKIQY56JQ7WML"
        .parse()
        .unwrap_or_else(|_| unreachable!());
    let account = |aws: &Aws| aws.decode(&named).account;
    assert_eq!(
        account(&aws("https://iam.amazonaws.com")).as_deref(),
        Some("029608264753")
    );
    assert_eq!(account(&aws("http://127.0.0.1:4566")), None);
}

#[test]
fn only_aws_is_the_vendor() {
    for (url, own) in [
        ("https://iam.amazonaws.com", true),
        ("https://sts.eu-west-1.amazonaws.com:443/", true),
        ("https://iam.cn-north-1.amazonaws.com.cn", true),
        ("http://iam.amazonaws.com", false),
        ("https://amazonaws.com.evil.example", false),
        ("https://evil.example/.amazonaws.com", false),
        ("https://x@evil.example?.amazonaws.com", false),
        ("http://localhost:4566", false),
        ("https://sts-fips.us-gov-west-1.amazonaws.com", true),
        ("https://secretsmanager.eu-west-1.api.aws", true),
        ("https://vpce-0a-b.sts.eu-west-1.vpce.amazonaws.com", true),
        // These are AWS's machines and a customer's hosts.
        ("https://a1b2.execute-api.eu-west-1.amazonaws.com", false),
        ("https://iam.s3.amazonaws.com", false),
        ("https://sts.s3.eu-west-1.amazonaws.com", false),
        ("https://x-1.eu-west-1.elb.amazonaws.com", false),
        (
            "https://vpce-0a-b.vpce-svc-1.eu-west-1.vpce.amazonaws.com",
            false,
        ),
    ] {
        assert_eq!(is_vendor(url), own, "{url}");
    }
}
