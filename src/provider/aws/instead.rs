//! What lapses by itself and can be used instead of a new access key, and how people move to it.
//!
//! Never decides which fits: that depends on where the workload runs, which AWS does not tell.

use crate::domain::ShortLived;

/// What whoever uses a user's keys can use instead, the simplest first.
pub(super) fn of_a_user() -> Vec<ShortLived> {
    let one = |title: &str, steps: &str, docs: &str| ShortLived {
        title: title.to_owned(),
        steps: steps.to_owned(),
        docs: docs.to_owned(),
    };
    vec![
        one(
            "a role of the workload itself, where it runs in AWS",
            "aws iam create-role with the service (ec2, ecs-tasks, lambda, pods.eks) as its principal; give it what the user was granted and uses, which contain validate tells; name it in the instance profile, the task definition, the function or the pod identity association; take the key out of the workload's settings",
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        ),
        one(
            "a role that trusts the tokens of the pipeline (OIDC), where it runs in CI",
            "aws iam create-open-id-connect-provider --url https://ISSUER --client-id-list sts.amazonaws.com, once in an account; aws iam create-role with a trust policy that allows sts:AssumeRoleWithWebIdentity to that provider, where StringEquals holds for ISSUER:aud and for ISSUER:sub, so that one repository's one branch or environment gets in and no other; give it what the user was granted and uses, which contain validate tells; let the pipeline enter it with its own token; take the key out of the pipeline's settings",
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html",
        ),
        one(
            "a role entered with a certificate of your own CA (IAM Roles Anywhere), where it runs outside of AWS",
            "aws rolesanywhere create-trust-anchor with the CA; aws rolesanywhere create-profile with the role and a short --duration-seconds; let the role trust rolesanywhere.amazonaws.com where aws:PrincipalTag/x509Subject/CN is the workload's; let the workload fetch its credentials with aws_signing_helper; take the key out of its settings",
            "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/introduction.html",
        ),
    ]
}
