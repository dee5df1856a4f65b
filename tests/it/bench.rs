//! The adapter itself on a bench: one call at a time, as a plan would make it, and what the vendor's own program does
//! instead.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use contain::domain::{
    Arg, Because, Call, Clock, Fields, Locator, Named, Outcome, Secret, Seen, Tag,
};
use contain::provider::aws::{Aws, Given, Settings};
use contain::provider::{Act, Need, Observe, Provider as _, Remit, Want};
use serde_json::{Value, json};

use crate::harness::{Contract, Server, World};

/// Runs lines with the vendor's program as the holder of a key, with nothing else of ours around them; answers all that
/// was shown.
pub(crate) fn typed(
    endpoint: &str,
    (id, secret): (&str, &str),
    lines: &str,
    more: &[(&str, &str)],
) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    let root = std::env::var_os("CARGO_TARGET_DIR").map_or(root, PathBuf::from);
    let program = root.join("counterparties/awscli/bin");
    assert!(
        program.join("aws").exists(),
        "run tests/counterparties/install awscli, or tests/run"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lines.sh");
    std::fs::write(&file, lines).unwrap();
    let ended = Command::new("bash")
        .args(["-eu", "-o", "pipefail"])
        .arg(&file)
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
        .env("HOME", folder.path())
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", id)
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_PAGER", "")
        .envs(more.iter().copied())
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    assert!(ended.status.success(), "{shown}\n{lines}");
    shown
}

/// The role that a stopped account leaves free where its lines are typed in.
pub(crate) const RESPONDER: &str = "arn:aws:iam::000000000000:role/policies";

/// The adapter, as somebody of a world.
pub(crate) struct Bench {
    pub(crate) aws: Aws,
    pub(crate) account: String,
    endpoint: String,
    is_contract: bool,
}

impl Bench {
    pub(crate) fn of(server: &Server, world: &World) -> Self {
        Self::as_key(server, world, "responder", Settings::default())
    }

    pub(crate) fn as_key(server: &Server, world: &World, who: &str, settings: Settings) -> Self {
        Self::at(server.endpoint(), world, who, settings)
    }

    pub(crate) fn at(endpoint: &str, world: &World, who: &str, settings: Settings) -> Self {
        let secret = Secret::new(world.secret(who).to_owned());
        let settings = Settings {
            endpoints: [(String::new(), endpoint.to_owned())].into(),
            given: Some(Arc::new(Given::new(world.id(who), secret))),
            ..settings
        };
        Self {
            aws: Aws::new(settings, Clock::wall()),
            account: world.0["account"].as_str().unwrap().to_owned(),
            endpoint: endpoint.to_owned(),
            is_contract: false,
        }
    }

    /// Against the fixture of ours, which knows one account and one key.
    pub(crate) fn of_contract(contract: &Contract) -> Self {
        let secret = Secret::new("test".to_owned());
        let settings = Settings {
            endpoints: [(String::new(), contract.endpoint().to_owned())].into(),
            given: Some(Arc::new(Given::new("test", secret))),
            ..Settings::default()
        };
        Self {
            aws: Aws::new(settings, Clock::wall()),
            account: "000000000000".to_owned(),
            endpoint: contract.endpoint().to_owned(),
            is_contract: true,
        }
    }

    pub(crate) fn reader(&self) -> Arc<dyn Observe> {
        self.aws.reader(None)
    }

    pub(crate) async fn resolve(&self, text: &str) -> Locator {
        let named: Named = text.parse().unwrap();
        let mut answers = self.reader().resolve(&[named]).await;
        answers.remove(0).unwrap()
    }

    pub(crate) async fn look(&self, target: &Locator) -> Seen {
        let mut seen = self.reader().observe(std::slice::from_ref(target)).await;
        seen.remove(0)
    }

    pub(crate) async fn field(&self, target: &Locator, field: &str) -> Value {
        let seen = self.look(target).await;
        let fields = seen.fields().unwrap_or_else(|| panic!("{seen:?}"));
        fields.get(field).cloned().unwrap_or_default()
    }

    /// The call of an action, as a plan would make it; `before` is what the receipt kept.
    pub(crate) fn call(
        &self,
        action: &str,
        target: &Locator,
        with: &Fields,
        before: &Fields,
    ) -> Call {
        let spec = self
            .aws
            .actions()
            .iter()
            .find(|spec| spec.id.to_string() == action);
        let spec = spec.unwrap_or_else(|| panic!("{action}"));
        let resolved = |(name, arg)| match arg {
            Arg::Before(field) => (
                name,
                Arg::Is(before.get(&field).cloned().unwrap_or_default()),
            ),
            other => (name, other),
        };
        Call {
            action: spec.id.clone(),
            target: target.clone(),
            with: spec.arguments(with).into_iter().map(resolved).collect(),
            secret: None,
            tag: Tag(format!("contain-test-{action}")),
        }
    }

    /// Performs a call with exactly the permissions that its action declares.
    pub(crate) async fn perform(&self, call: &Call) -> Outcome {
        self.perform_all(std::slice::from_ref(call)).await.remove(0)
    }

    /// The same for calls that share an action. As the loop does: what is refused under exact sessions is tried again
    /// under such as permit the same actions on everything.
    pub(crate) async fn perform_all(&self, calls: &[Call]) -> Vec<Outcome> {
        let sent = Clock::wall().now();
        let outcomes = self.actor(calls).await.perform(calls).await;
        let is_denied = |outcome: &Outcome| matches!(outcome, Outcome::Refused(why) if why.because == Because::Denied);
        match self.remit(calls).filter(|_| outcomes.iter().all(is_denied)) {
            Some(remit) if self.aws.widen(&remit, sent).await => {
                self.actor(calls).await.perform(calls).await
            }
            Some(_) | None => outcomes,
        }
    }

    pub(crate) async fn deliver(&self, call: &Call, what: &Secret) -> Outcome {
        let actor = self.actor(std::slice::from_ref(call)).await;
        actor.deliver(call, what).await
    }

    /// The mutate handle for calls that share an action, under the sessions of a plan that makes them, where there are
    /// roles to be entered.
    pub(crate) async fn actor(&self, calls: &[Call]) -> Arc<dyn Act> {
        let (account, only) = (calls[0].target.account(), self.permissions(&calls[0]));
        match self.remit(calls) {
            Some(remit) => {
                self.aws.enter(&remit, "bench").await.unwrap();
                self.aws.actor_under(&remit, account, &only)
            }
            None => self.aws.actor(account, &only),
        }
    }

    /// What one session is to permit for these calls.
    pub(crate) fn remit(&self, calls: &[Call]) -> Option<Remit> {
        let permissions: Vec<_> = calls.iter().map(|call| self.permissions(call)).collect();
        let want = |(call, permissions)| {
            let call: &Call = call;
            let need = Need {
                permissions,
                target: Some(&call.target),
                seen: None,
            };
            Want {
                account: call.target.account(),
                named: true,
                needs: vec![need],
            }
        };
        let wants: Vec<Want<'_>> = calls
            .iter()
            .zip(permissions.iter().map(Vec::as_slice))
            .map(want)
            .collect();
        let remits = self.aws.remits(&wants);
        assert!(remits.iter().all(|remit| *remit == remits[0]));
        remits[0].as_deref().cloned()
    }

    pub(crate) fn permissions(&self, call: &Call) -> Vec<String> {
        let spec = self
            .aws
            .actions()
            .iter()
            .find(|spec| spec.id == call.action);
        spec.unwrap().permissions.clone()
    }

    /// The same by the vendor's program, run by an administrator.
    pub(crate) async fn by_hand(
        &self,
        action: &str,
        target: &Locator,
        with: &Value,
        before: &Fields,
    ) -> Fields {
        let with: Fields = serde_json::from_value(with.clone()).unwrap();
        let receipt = self.look(target).await.fields().cloned().unwrap();
        let call = self.call(action, target, &with, before);
        self.type_in("", &call);
        let seen = self.look(target).await;
        let all = self.aws.actions().iter();
        let spec = all.clone().find(|spec| spec.id == call.action).unwrap();
        assert!(spec.shows(&call, &seen), "{action}: {seen:?}");
        receipt
    }

    /// Types in the lines of a call, after something.
    pub(crate) fn type_in(&self, before: &str, call: &Call) -> String {
        let lines = self.aws.commands(call);
        assert!(!lines.is_empty(), "{}", call.action);
        let key = match self.account.as_str() {
            // The fixture knows this one; on MiniStack the root of an account is named by the account.
            _ if self.is_contract => "test",
            account => account,
        };
        let role = [("RESPONDER_ROLE_ARN", RESPONDER)];
        typed(
            &self.endpoint,
            (key, "test"),
            &format!("{before}{}", lines.join("\n")),
            &role,
        )
    }

    /// Does it, and holds what is then seen against what the action says it would become; answers the receipt.
    pub(crate) async fn done(
        &self,
        action: &str,
        target: &Locator,
        with: &Value,
        before: &Fields,
    ) -> Fields {
        let with: Fields = serde_json::from_value(with.clone()).unwrap();
        let receipt = self.look(target).await.fields().cloned().unwrap();
        let call = self.call(action, target, &with, before);
        let outcome = self.perform(&call).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{action}: {outcome:?}");
        let seen = self.look(target).await;
        let spec = self
            .aws
            .actions()
            .iter()
            .find(|spec| spec.id == call.action)
            .unwrap();
        assert!(spec.shows(&call, &seen), "{action}: {seen:?}");
        receipt
    }
}

pub(crate) fn made(server: &Server, service: &str, operation: &str, parameters: &Value) -> Value {
    server.world(
        &["call", service, operation],
        &json!({"parameters": parameters}),
    )
}
