//! What a signer pays for, and for what reasons it does not: as the real one was read, by its operations.

use std::time::Duration;

use livepeer::mock::{self, FakeRunner, NetworkFake};
use livepeer::network::operations::orchestrator::{Challenge, OrchestratorError, PriceUnit, Reserve};
use livepeer::network::operations::signer::{
    DiscoverOrchestrators, GenerateLivePayment, LivePayment, MaxPrice, Signer, SignerError, SignerState,
};
use livepeer::network::{Error, Price, RejectionKind, Wei};
use livepeer::{Retry, endpoint};
use tokio::time::sleep;

use crate::app::Say;

const PAYER: &str = "0x2222222222222222222222222222222222222222";
const PRICE: u128 = 400_000_000_000;

/// A network with a runner that has a price, and the challenge for a session of it.
async fn challenged(fake: &NetworkFake) -> Challenge {
    fake.runner(FakeRunner::new("x/a").id("p").capacity(9).price(Price::per_second(PRICE)));
    let unpaid = fake.orchestrator_client().call(Reserve::new("p").payer_address(PAYER)).retry(Retry::never());
    match unpaid.await.unwrap_err().body() {
        Some(OrchestratorError::Payment(challenge)) => challenge.clone(),
        other => panic!("{other:?}"),
    }
}

fn first(challenge: &Challenge) -> GenerateLivePayment {
    GenerateLivePayment::new(&challenge.payment_params).kind("live").app("x/a")
}

async fn mint(fake: &NetworkFake, request: GenerateLivePayment) -> Result<LivePayment, (u16, String)> {
    let minted = fake.signer_client().call(request).retry(Retry::never()).await;
    minted.map_err(|error| (error.status().unwrap().as_u16(), error.message().unwrap_or_default()))
}

fn at_most(price: u128, unit: PriceUnit) -> MaxPrice {
    MaxPrice::new(Wei(price), "wei", unit)
}

#[tokio::test(start_paused = true)]
async fn a_first_payment_is_checked() {
    let fake = mock::network();
    let challenge = challenged(&fake).await;
    for (request, refused) in [
        (GenerateLivePayment::new("no").kind("live"), (400, "invalid orchestrator info")),
        (first(&challenge).kind("other"), (400, "invalid job type")),
        (first(&challenge).max_price(at_most(PRICE, PriceUnit::Fixed)), (400, "invalid maxPrice unit")),
        (first(&challenge).max_price(at_most(PRICE - 1, PriceUnit::Seconds)), (481, "price exceeds the limit")),
    ] {
        let (status, message) = mint(&fake, request).await.unwrap_err();
        assert_eq!((status, message.as_str()), refused);
    }
    mint(&fake, first(&challenge).max_price(at_most(PRICE, PriceUnit::Seconds))).await.unwrap();
    // Ten seconds are 200 tickets.
    let fake = mock::network().ticket(Duration::from_millis(50));
    let challenge = challenged(&fake).await;
    let refused = mint(&fake, first(&challenge)).await.unwrap_err();
    assert_eq!(refused, (400, "numTickets 200 exceeds maximum of 100".into()));
}

#[tokio::test(start_paused = true)]
async fn further_payments_are_a_chain_of_one_session() {
    let fake = mock::network();
    let challenge = challenged(&fake).await;
    let paid = mint(&fake, first(&challenge)).await.unwrap();
    let next = |state: &SignerState| first(&challenge).manifest_id(challenge.manifest_id.clone()).state(state.clone());
    sleep(Duration::from_secs(3)).await;
    let mut forged = paid.state.clone();
    forged.sig = "forged".into();
    for (request, refused) in [
        (next(&forged), "invalid sig"),
        (first(&challenge).state(paid.state.clone()), "missing manifestID"),
        (next(&paid.state).manifest_id("other"), "manifestID mismatch"),
        (next(&paid.state).app("x/other"), "app mismatch"),
        (next(&paid.state).kind("lv2v"), "job type mismatch"),
    ] {
        assert_eq!(mint(&fake, request).await.unwrap_err(), (400, refused.into()));
    }
    // The state of a response that was lost is of use again; a price does not rise within a session.
    mint(&fake, next(&paid.state)).await.unwrap();
    let paid = mint(&fake, next(&paid.state)).await.unwrap();
    let (status, message) = mint(&fake, next(&paid.state)).await.unwrap_err();
    assert_eq!((status, message.as_str()), (482, "no tickets needed"), "nothing is due yet");
    sleep(Duration::from_secs(3)).await;
    mint(&fake, next(&paid.state)).await.unwrap();

    fake.advance(Duration::from_secs(27 * 60));
    let error = fake.signer_client().call(next(&paid.state)).retry(Retry::never()).await.unwrap_err();
    let Some(SignerError::Refresh(needed)) = error.body() else { panic!("{error:?}") };
    assert_eq!(needed.orchestrator.as_ref().unwrap().as_str(), "http://localhost");
}

#[tokio::test(start_paused = true)]
async fn a_signer_lists_what_has_a_price_by_any_of_several_apps() {
    let fake = mock::network();
    for app in ["x/a", "x/b", "x/c"] {
        fake.runner(FakeRunner::new(app).price(Price::per_second(PRICE)));
    }
    fake.runner(FakeRunner::new("x/free"));
    let listed = async |caps: &[&str]| {
        let list = fake.signer_client().call(DiscoverOrchestrators::new().caps(caps)).await.unwrap();
        let runners = list.into_iter().flat_map(|one| one.runners.unwrap_or_default());
        let mut apps: Vec<_> = runners.map(|runner| runner.app).collect();
        apps.sort();
        apps.join(" ")
    };
    assert_eq!(listed(&["x/a", "x/c", "x/free"]).await, "x/a x/c");
    assert_eq!(listed(&[]).await, "x/a x/b x/c");
    assert_eq!(listed(&["x"]).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_fixed_price_that_moves_while_the_payment_is_made_is_not_accepted() {
    let fake = mock::network();
    let id = fake.runner(FakeRunner::new("x/shot").single_shot().price(Price::fixed(PRICE)));
    let moved = fake.clone();
    let _ = fake.clone().faults_by(move |_, request| {
        if request.uri().path() == "/generate-live-payment" {
            moved.set_price(&id, Price::fixed(PRICE + 1));
        }
        Box::pin(async { None })
    });
    let client = fake.client().patience(Duration::ZERO).rest(Duration::ZERO);
    let error = client.run("x/shot", Say::new("hello")).await.unwrap_err();
    let Error::NoRunner { rejections, .. } = &error else { panic!("{error:?}") };
    assert_eq!(rejections[0].kind, RejectionKind::Payment);
    assert!(rejections[0].to_string().ends_with("payment price does not match live runner price"), "{error:#}");
    assert_eq!((fake.ledger().accepted, fake.ledger().calls), (0, 0));
    client.run("x/shot", Say::new("hello")).await.unwrap();
    assert_eq!((fake.ledger().accepted, fake.ledger().calls), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_credit_ends_is_an_error_that_says_what_was_paid() {
    let fake = mock::network();
    let slow = mock::Mock::new().fallback(async |_| {
        sleep(Duration::from_secs(30)).await;
        mock::Reply::json(200, &serde_json::json!({ "body": "late" }))
    });
    fake.runner(FakeRunner::new("x/slow").single_shot().price(Price::per_second(PRICE)).serves(slow));
    let client = fake.client();
    let call = tokio::spawn(async move { client.run("x/slow", Say::new("hello")).await });
    sleep(Duration::from_secs(1)).await;
    fake.signer_is_down(true);
    let error = call.await.unwrap().unwrap_err();
    assert!(error.may_have_run(), "{error:#}");
    assert_eq!((error.paid().unwrap().payments, fake.ledger().out_of_credit, fake.sessions()), (1, 1, 0));
}

endpoint! {
    /// The wrong method.
    Fetch: Signer = GET "/sign-orchestrator-info" -> text
}

endpoint! {
    /// A payment, as any JSON.
    Pay: Signer = POST "/generate-live-payment" json(body: serde_json::Value) -> serde_json::Value
}

#[tokio::test(start_paused = true)]
async fn a_signer_takes_its_methods_alone_and_names_in_any_case() {
    let fake = mock::network();
    let challenge = challenged(&fake).await;
    let client = fake.signer_client();
    let error = client.call(Fetch::new()).retry(Retry::never()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 405);
    let params = &challenge.payment_params;
    let request = serde_json::json!({ "ORCHESTRATOR": params, "Type": "live", "aPP": "x/a" });
    let paid = client.call(Pay::new(request)).await.unwrap();
    assert!(paid["payment"].is_string(), "{paid}");
}
