//! Services that no counterparty offers, against the vendor's own description of their APIs: the form of requests and
//! answers is proven here, and nothing of what AWS then does.

use std::sync::Arc;

use contain::domain::{Because, Clock, Fact, Fields, Named, Outcome, Secret};
use contain::provider::Provider as _;
use contain::provider::aws::{Aws, Given, Settings};
use serde_json::{Value, json};

use crate::bench::{Bench, made};
use crate::harness::{Contract, Desk, Server};

#[tokio::test]
async fn by_the_vendors_contract_an_agents_alias_refuses_and_takes_invocations_and_loses_nothing() {
    let contract = Contract::start();
    let bench = Bench::of_contract(&contract);
    let alias = bench.resolve("aws:agent-alias/AGENT12345/ALIAS12345").await;
    let kept = contract.state()["alias"].clone();
    let reject = "aws.reject-agent-invocations";
    let before = bench.done(reject, &alias, &json!({}), &Fields::new()).await;
    assert_eq!(before["invocations"], "ACCEPT_INVOCATIONS");
    assert_eq!(
        contract.state()["alias"]["aliasInvocationState"],
        "REJECT_INVOCATIONS"
    );
    let accept = "aws.accept-agent-invocations";
    bench.done(accept, &alias, &json!({}), &before).await;
    let mut now = contract.state()["alias"].clone();
    let state = now.as_object_mut().unwrap().remove("aliasInvocationState");
    assert_eq!(
        (now, state),
        (kept.clone(), Some(json!("ACCEPT_INVOCATIONS")))
    );
    // The vendor's own program comes to the same.
    bench
        .by_hand(reject, &alias, &json!({}), &Fields::new())
        .await;
    bench.by_hand(accept, &alias, &json!({}), &before).await;
    let mut now = contract.state()["alias"].clone();
    let state = now.as_object_mut().unwrap().remove("aliasInvocationState");
    assert_eq!((now, state), (kept, Some(json!("ACCEPT_INVOCATIONS"))));
    let absent: Named = "aws:agent-alias/AGENT12345/NONE".parse().unwrap();
    let why = bench
        .reader()
        .resolve(&[absent])
        .await
        .remove(0)
        .unwrap_err();
    assert_eq!(
        why.because,
        Because::Invalid,
        "too short for the contract: {why:?}"
    );
}

#[tokio::test]
async fn by_the_vendors_contract_anchors_and_profiles_are_switched_off_and_on() {
    let contract = Contract::start();
    let bench = Bench::of_contract(&contract);
    for (what, id, (disable, enable)) in [
        (
            "anchor",
            "aws:trust-anchor/11111111-2222-4333-8444-555555555555",
            ("aws.disable-trust-anchor", "aws.enable-trust-anchor"),
        ),
        (
            "profile",
            "aws:roles-anywhere-profile/66666666-7777-4888-9999-000000000000",
            (
                "aws.disable-roles-anywhere-profile",
                "aws.enable-roles-anywhere-profile",
            ),
        ),
    ] {
        let target = bench.resolve(id).await;
        let none = json!({});
        let before = bench.done(disable, &target, &none, &Fields::new()).await;
        assert_eq!(contract.state()[what]["enabled"], false);
        bench.done(enable, &target, &none, &before).await;
        assert_eq!(contract.state()[what]["enabled"], true);
        bench.by_hand(disable, &target, &none, &Fields::new()).await;
        assert_eq!(contract.state()[what]["enabled"], false);
        bench.by_hand(enable, &target, &none, &before).await;
        assert_eq!(contract.state()[what]["enabled"], true);
    }
}

#[tokio::test]
async fn by_the_vendors_contract_an_agents_identity_is_deleted_and_its_key_replaced() {
    let contract = Contract::start();
    let bench = Bench::of_contract(&contract);
    let provider = bench.resolve("aws:api-key-provider/crm").await;
    let put = bench.call(
        "aws.put-agent-api-key",
        &provider,
        &Fields::new(),
        &Fields::new(),
    );
    let outcome = bench.deliver(&put, &Secret::new("new".to_owned())).await;
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    assert_eq!(contract.state()["keys"]["crm"], "new");
    let shown = bench.type_in("printf %s typed-in | ", &put);
    assert_eq!(contract.state()["keys"]["crm"], "typed-in");
    assert!(!shown.contains("typed-in"), "{shown}");
    let identity = bench.resolve("aws:workload-identity/shop-agent").await;
    let delete = "aws.delete-workload-identity";
    bench
        .done(delete, &identity, &json!({}), &Fields::new())
        .await;
    assert_eq!(contract.state()["identities"], json!({}));
    assert_eq!(bench.look(&identity).await.fact, Fact::Gone);
    let again = bench.call(delete, &identity, &Fields::new(), &Fields::new());
    assert!(matches!(bench.perform(&again).await, Outcome::AlreadySo));
}

#[tokio::test]
async fn what_is_signed_by_hand_obeys_the_guard_and_a_lost_answer_is_in_doubt() {
    let contract = Contract::start();
    let bench = Bench::of_contract(&contract);
    let anchor = bench
        .resolve("aws:trust-anchor/11111111-2222-4333-8444-555555555555")
        .await;
    let call = bench.call(
        "aws.disable-trust-anchor",
        &anchor,
        &Fields::new(),
        &Fields::new(),
    );
    let other = ["rolesanywhere:EnableTrustAnchor".to_owned()];
    let outcome = bench
        .aws
        .actor(anchor.account(), &other)
        .perform(std::slice::from_ref(&call))
        .await
        .remove(0);
    assert!(
        matches!(&outcome, Outcome::Refused(why) if why.because == Because::Forbidden),
        "{outcome:?}"
    );
    assert_eq!(contract.state()["anchor"]["enabled"], true);

    let elsewhere = |url: &str| {
        let secret = Secret::new("test".to_owned());
        let settings = Settings {
            endpoints: [
                ("sts".to_owned(), contract.endpoint().to_owned()),
                ("rolesanywhere".to_owned(), url.to_owned()),
            ]
            .into(),
            given: Some(Arc::new(Given::new("test", secret))),
            ..Settings::default()
        };
        Aws::new(settings, Clock::wall())
    };
    let declared = ["rolesanywhere:DisableTrustAnchor".to_owned()];
    let sent = async |url: &str| {
        let actor = elsewhere(url).actor(anchor.account(), &declared);
        actor.perform(std::slice::from_ref(&call)).await.remove(0)
    };
    // The endpoint of the one service is honoured: this one takes the request and hangs up.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let hangs_up = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        tokio::io::AsyncReadExt::read(&mut socket, &mut request)
            .await
            .unwrap();
        String::from_utf8_lossy(&request).into_owned()
    });
    let outcome = sent(&url).await;
    assert!(matches!(outcome, Outcome::InDoubt(_)), "{outcome:?}");
    let request = hangs_up.await.unwrap();
    assert!(
        request.starts_with("POST /trustanchor/11111111-2222-4333-8444-555555555555/disable "),
        "{request}"
    );
    // Nobody listens there any more.
    let outcome = sent(&url).await;
    assert!(matches!(outcome, Outcome::Unavailable(_)), "{outcome:?}");
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_read_to_its_end_and_leaves_the_call_in_doubt() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let contract = Contract::start();
    let bench = Bench::of_contract(&contract);
    let anchor = bench
        .resolve("aws:trust-anchor/11111111-2222-4333-8444-555555555555")
        .await;
    let call = bench.call(
        "aws.disable-trust-anchor",
        &anchor,
        &Fields::new(),
        &Fields::new(),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let pours = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        assert!(socket.read(&mut request).await.unwrap() > 0);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"x\": \"";
        socket.write_all(head.as_bytes()).await.unwrap();
        let (chunk, mut poured) = (vec![b'x'; 64 * 1024], 0_usize);
        // Until whoever listens has had enough.
        while poured < 256 * 1024 * 1024 && socket.write_all(&chunk).await.is_ok() {
            poured += chunk.len();
        }
        poured
    });
    let secret = Secret::new("test".to_owned());
    let settings = Settings {
        endpoints: [
            ("sts".to_owned(), contract.endpoint().to_owned()),
            ("rolesanywhere".to_owned(), url),
        ]
        .into(),
        given: Some(Arc::new(Given::new("test", secret))),
        ..Settings::default()
    };
    let declared = ["rolesanywhere:DisableTrustAnchor".to_owned()];
    let actor = Aws::new(settings, Clock::wall()).actor(anchor.account(), &declared);
    let outcome = actor.perform(std::slice::from_ref(&call)).await.remove(0);
    assert!(
        matches!(&outcome, Outcome::InDoubt(why) if why.because == Because::Garbled && why.text.contains("more than")),
        "{outcome:?}"
    );
    let poured = pours.await.unwrap();
    assert!(poured < 64 * 1024 * 1024, "{poured} bytes were taken");
}

#[test]
fn what_an_intruder_left_beyond_iam_is_cut_with_its_key() {
    let (server, contract) = (Server::start("ministack", &[]), Contract::start());
    let world = server.build();
    let function = json!({
        "FunctionName": "hook", "Runtime": "python3.12", "Role": world.0["role_a"]["arn"], "Handler": "a.b",
        "Code": {"ZipFile": "PK\u{5}\u{6}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"},
    });
    made(&server, "lambda", "create_function", &function);
    let account = "000000000000";
    let anchor = "11111111-2222-4333-8444-555555555555";
    let event = |source: &str, name: &str, request: Value, answer: Value| {
        json!({
            "eventVersion": "1.11", "eventSource": format!("{source}.amazonaws.com"), "eventName": name,
            "userIdentity": {
                "type": "IAMUser", "arn": format!("arn:aws:iam::{account}:user/ci-deploy"), "userName": "ci-deploy",
                "accessKeyId": world.id("leaked"),
            },
            "eventTime": contain::domain::Time::now().to_string(), "eventID": name, "awsRegion": "us-east-1",
            "recipientAccountId": account, "requestParameters": request, "responseElements": answer,
        })
    };
    let events = [
        event(
            "rolesanywhere",
            "CreateTrustAnchor",
            json!({"name": "ca"}),
            json!({"trustAnchor": {"trustAnchorId": anchor}}),
        ),
        event(
            "lambda",
            "CreateFunction20150331",
            json!({"functionName": format!("arn:aws:lambda:us-east-1:{account}:function:hook")}),
            json!({"functionName": "hook"}),
        ),
    ];
    let export = json!({ "Records": events }).to_string();
    let desk = Desk::at(server.endpoint(), (account, "test"))
        .with("AWS_ENDPOINT_URL_ROLESANYWHERE", contract.endpoint())
        .bounded()
        .file("export.json", &export);
    let told = desk.run(&[
        "isolate",
        &world.key("leaked"),
        "--since",
        "1h",
        "--activity",
        "export.json",
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(contract.state()["anchor"]["enabled"], false, "{told:?}");
    let name = json!({"FunctionName": "hook"});
    let said = made(&server, "lambda", "get_function_concurrency", &name);
    assert_eq!(said["ReservedConcurrentExecutions"], 0, "{told:?}");
}
