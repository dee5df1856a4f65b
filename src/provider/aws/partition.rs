//! AWS's partitions: where a region's hosts are, and where IAM and the global STS are logged.
//!
//! Never guesses a partition from anything but the region's name.

/// One partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Partition {
    /// Its name, as ARNs have it.
    pub(super) name: &'static str,
    /// How the names of its regions begin.
    prefix: &'static str,
    /// The region that logs IAM's events.
    pub(super) iam_region: &'static str,
    /// How the names of its hosts end.
    pub(super) suffix: &'static str,
}

const fn partition(
    name: &'static str,
    prefix: &'static str,
    iam_region: &'static str,
    suffix: &'static str,
) -> Partition {
    Partition {
        name,
        prefix,
        iam_region,
        suffix,
    }
}

/// The public one; every region of no other partition is in it.
const PUBLIC: Partition = partition("aws", "", "us-east-1", "amazonaws.com");

/// The others.
const OTHERS: [Partition; 4] = [
    partition("aws-cn", "cn-", "cn-north-1", "amazonaws.com.cn"),
    partition("aws-us-gov", "us-gov-", "us-gov-west-1", "amazonaws.com"),
    partition("aws-iso", "us-iso-", "us-iso-east-1", "c2s.ic.gov"),
    partition("aws-iso-b", "us-isob-", "us-isob-east-1", "sc2s.sgov.gov"),
];

/// The partition of a region.
pub(super) fn of(region: &str) -> Partition {
    let mut others = OTHERS.into_iter();
    others
        .find(|one| region.starts_with(one.prefix))
        .unwrap_or(PUBLIC)
}

/// How the hosts of the services that we ask begin.
const SERVICES: [&str; 10] = [
    "iam",
    "sts",
    "cloudtrail",
    "secretsmanager",
    "ssm",
    "lambda",
    "bedrock-agent",
    "bedrock-agentcore-control",
    "rolesanywhere",
    "organizations",
];

/// Whether a host is AWS's own, of a service that we ask: hosts of customers end in the same way.
pub(super) fn owns(host: &str) -> bool {
    let suffixes = OTHERS.iter().chain([&PUBLIC]).map(|one| one.suffix);
    suffixes.chain(["api.aws"]).any(|suffix| {
        let rest = host.strip_suffix(suffix);
        rest.and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(is_service)
    })
}

/// Whether what stands before the suffix is `SERVICE`, `SERVICE.REGION`, or that behind a VPC endpoint.
fn is_service(labels: &str) -> bool {
    let labels: Vec<&str> = labels.split('.').collect();
    let (service, region) = match labels.as_slice() {
        [endpoint, service, region, "vpce"] if endpoint.starts_with("vpce-") => {
            (service, Some(region))
        }
        [service, region] => (service, Some(region)),
        [service] => (service, None),
        _ => return false,
    };
    let bare = service.strip_suffix("-fips").unwrap_or(service);
    let is_place =
        |region: &&str| super::service::is_region(region) || matches!(*region, "us-gov" | "global");
    SERVICES.contains(&bare) && region.is_none_or(is_place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_tells_its_hosts_and_where_iam_is_logged() {
        for (region, host, iam_region) in [
            ("eu-west-1", "eu-west-1.amazonaws.com", "us-east-1"),
            ("us-east-1", "us-east-1.amazonaws.com", "us-east-1"),
            (
                "cn-northwest-1",
                "cn-northwest-1.amazonaws.com.cn",
                "cn-north-1",
            ),
            (
                "us-gov-east-1",
                "us-gov-east-1.amazonaws.com",
                "us-gov-west-1",
            ),
            ("us-iso-west-1", "us-iso-west-1.c2s.ic.gov", "us-iso-east-1"),
            (
                "us-isob-east-1",
                "us-isob-east-1.sc2s.sgov.gov",
                "us-isob-east-1",
            ),
        ] {
            let suffix = of(region).suffix;
            assert_eq!(format!("{region}.{suffix}"), host);
            assert_eq!(of(region).iam_region, iam_region, "{region}");
        }
        assert!(owns("iam.us-iso-east-1.c2s.ic.gov") && owns("iam.amazonaws.com"));
        assert!(!owns("evilc2s.ic.gov") && !owns("amazonaws.com.example"));
    }
}
