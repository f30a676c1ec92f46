//! Every list, in pages, to its true end.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use livepeer::mock::StudioFake;
use livepeer::{
    Client, Filters, HostedBy, Operation, Order, Page, Paginated, Retry, Studio, access_control, asset, multistream,
    object_store, project, session, stream, task, webhook,
};

use super::{Result, running, studio};

/// Asks for the pages of a list of each length around a full page, and counts what it takes.
async fn check<E: Paginated + HostedBy<Studio>>(make: impl AsyncFn(&Client, &StudioFake, usize) -> Result<E>) -> Result
where
    <E::Response as Page>::Item: std::fmt::Debug,
{
    // One for all, as making one takes long.
    let client = studio().listen().await.unwrap().client().retry(Retry::never());
    for (count, requests) in [(0, 1), (1, 1), (3, 2), (4, 2), (6, 3)] {
        let server = running(&studio()).await;
        let client = client.clone().server(server.url());
        let list = make(&client, server.studio(), count).await?;
        for link_host in [server.url(), "http://wrong.invalid:1".to_owned()] {
            let _ = server.studio().clone().link_host(link_host);
            let before = server.studio().mock().seen().len();
            let mut pages = client.pages(list.clone());
            let mut items = 0;
            while let Some(page) = pages.next().await {
                let page = page?;
                assert!(page.len() <= 3, "{page:?}");
                items += page.len();
            }
            let name = E::OPERATION.qualified_name();
            assert_eq!(items, count, "{name}");
            assert_eq!(server.studio().mock().seen().len() - before, requests, "{name}: requests for {count} items");
        }
    }
    CHECKED.lock().unwrap().insert(E::OPERATION.qualified_name());
    Ok(())
}

static CHECKED: LazyLock<Mutex<BTreeSet<String>>> = LazyLock::new(Mutex::default);

async fn recorded(client: &Client, studio: &StudioFake, sessions: usize) -> Result<stream::Stream> {
    let stream = client.call(stream::Create::new("recorded").record(true)).await?;
    for _ in 0..sessions {
        studio.go_live(&stream.id);
        studio.go_idle(&stream.id);
    }
    Ok(stream)
}

async fn clips(client: &Client, studio: &StudioFake, count: usize) -> Result<(stream::Stream, session::Session)> {
    let stream = recorded(client, studio, 1).await?;
    for _ in 0..count {
        client.call(stream::CreateClip::new(stream.playback_id.clone().unwrap(), studio.now())).await?;
    }
    let session = client.call(session::List::new()).await?.remove(0);
    Ok((stream, session))
}

#[tokio::test]
async fn every_list_ends_where_it_ends() -> Result {
    check(async |client, _, count| {
        for _ in 0..count {
            client.call(stream::Create::new("x")).await?;
        }
        Ok(stream::List::new().limit(3))
    })
    .await?;
    check(async |client, studio, count| Ok(stream::GetClips::new(clips(client, studio, count).await?.0.id).limit(3)))
        .await?;
    check(async |client, studio, count| Ok(session::GetClips::new(clips(client, studio, count).await?.1.id).limit(3)))
        .await?;
    check(async |client, studio, count| {
        Ok(session::List::new().parent_id(recorded(client, studio, count).await?.id).limit(3))
    })
    .await?;
    check(async |client, studio, count| {
        Ok(session::GetRecorded::new(recorded(client, studio, count).await?.id).limit(3))
    })
    .await?;
    check(async |client, _, count| {
        for _ in 0..count {
            client.call(multistream::Create::new("rtmp://a.example/b")).await?;
        }
        Ok(multistream::List::new().limit(3))
    })
    .await?;
    check(async |client, _, count| {
        for _ in 0..count {
            client.call(webhook::Create::new("x", "http://127.0.0.1:1").events([])).await?;
        }
        Ok(webhook::List::new().limit(3))
    })
    .await?;
    check(async |client, studio, count| {
        let _ = studio.clone().deliver_through(livepeer::mock::Mock::new());
        let events = [webhook::EventKind::StreamStarted];
        let hook = client.call(webhook::Create::new("x", "http://hook.example").events(events)).await?;
        recorded(client, studio, count).await?;
        studio.delivered().await;
        Ok(webhook::GetLogs::new(hook.id.unwrap()).limit(3))
    })
    .await?;
    check(async |client, _, count| {
        for _ in 0..count {
            client.call(asset::RequestUpload::new("x")).await?;
        }
        Ok(asset::List::new().limit(3))
    })
    .await?;
    check(async |client, _, count| {
        for _ in 0..count {
            client.call(asset::RequestUpload::new("x")).await?;
        }
        Ok(task::List::new().limit(3))
    })
    .await?;
    check(async |client, _, count| {
        for _ in 0..count {
            client.call(access_control::Create::new()).await?;
        }
        Ok(access_control::List::new().limit(3))
    })
    .await?;
    check(async |client, _, count| {
        for _ in 0..count {
            client.call(project::Create::new("x")).await?;
        }
        // One is always there.
        Ok(project::List::new().filters(Filters::new().eq("name", "x")).limit(3))
    })
    .await?;

    check(async |client, studio, count| {
        Ok(livepeer::clip::List::new(clips(client, studio, count).await?.0.id.as_str()).limit(3))
    })
    .await?;
    check(async |client, studio, count| {
        Ok(stream::GetSessions::new(recorded(client, studio, count).await?.id).limit(3))
    })
    .await?;
    check(async |client, _, count| {
        for _ in 0..count {
            client.call(object_store::Create::new("s3://a:b@c/d")).await?;
        }
        Ok(object_store::List::new().limit(3))
    })
    .await?;

    let lists = livepeer::catalog().filter(|operation| operation.paged.is_some() && operation.api == "Livepeer Studio");
    let lists: Vec<_> = lists.map(Operation::qualified_name).collect();
    let checked = CHECKED.lock().unwrap();
    // Nothing is clipped but streams, so an asset has no clips.
    let unchecked: Vec<_> = lists.iter().filter(|list| !checked.contains(*list)).collect();
    assert_eq!(unchecked, ["asset::GetClips"]);
    Ok(())
}

#[tokio::test]
async fn no_page_is_asked_for_before_it_is_wanted() -> Result {
    let studio = studio();
    let client = studio.client();
    for number in 0..5 {
        client.call(stream::Create::new(number.to_string())).await?;
    }
    let mut items = client.pages(stream::List::new().limit(2)).items();
    assert_eq!(studio.mock().seen().len(), 5);
    assert_eq!(items.next().await.unwrap()?.name, "4");
    assert_eq!(items.next().await.unwrap()?.name, "3");
    assert_eq!(studio.mock().seen().len(), 6);
    assert_eq!(items.next().await.unwrap()?.name, "2");
    assert_eq!(studio.mock().seen().len(), 7);
    Ok(())
}

#[tokio::test]
async fn the_last_page_of_some_lists_says_undefined() -> Result {
    let studio = studio();
    let client = studio.client();
    let link = |response: &http::HeaderMap| response.get("link").map(|link| link.to_str().unwrap().to_owned());
    client.call(asset::RequestUpload::new("x")).await?;
    let tasks = client.call(task::List::new()).with_response().await?;
    assert!(link(&tasks.headers).unwrap().contains("cursor=undefined"), "{:?}", tasks.headers);
    let assets = client.call(asset::List::new()).with_response().await?;
    assert_eq!(link(&assets.headers), None);
    let full = client.call(asset::List::new().limit(1)).with_response().await?;
    assert_eq!(link(&full.headers).as_deref(), Some("<http://localhost/asset?cursor=skip1&limit=1>; rel=\"next\""));
    Ok(())
}

#[tokio::test]
async fn a_page_holds_20_unless_told_and_1000_at_most() -> Result {
    let studio = studio();
    let client = studio.client();
    for _ in 0..1001 {
        client.call(stream::Create::new("x")).await?;
    }
    assert_eq!(client.call(stream::List::new()).await?.len(), 20);
    assert_eq!(client.call(stream::List::new().limit(5000)).await?.len(), 1000);
    assert_eq!(client.pages(stream::List::new().limit(100)).items().collect().await?.len(), 1001);
    Ok(())
}

#[tokio::test]
async fn filters_order_and_count() -> Result {
    let studio = studio();
    let client = studio.client();
    for name in ["Ahab", "Starbuck", "Ishmael", "Pip"] {
        client.call(stream::Create::new(name).record(name.len() > 4).creator_id(name)).await?;
        studio.advance(Duration::from_secs(100));
    }
    let names = async |list: stream::List| -> Result<Vec<String>> {
        Ok(client.call(list).await?.into_iter().map(|stream| stream.name).collect())
    };
    let all = stream::List::new;
    assert_eq!(names(all()).await?, ["Pip", "Ishmael", "Starbuck", "Ahab"]);
    assert_eq!(names(all().order(Order::by("name"))).await?, ["Ahab", "Ishmael", "Pip", "Starbuck"]);
    let by_record = Order::by("record").descending().then("name").descending();
    assert_eq!(names(all().order(by_record)).await?, ["Starbuck", "Ishmael", "Pip", "Ahab"]);
    assert_eq!(names(all().filters(Filters::new().eq("record", true))).await?, ["Ishmael", "Starbuck"]);
    assert_eq!(names(all().filters(Filters::new().eq("name", "ISH"))).await?, ["Ishmael"]);
    assert_eq!(names(all().filters(Filters::new().eq("creatorId", "Pip"))).await?, ["Pip"]);
    let recent = Filters::new().gt("createdAt", studio.now() - Duration::from_secs(250));
    assert_eq!(names(all().filters(recent)).await?, ["Pip", "Ishmael"]);

    let mut pages = client.pages(all().limit(3).count(true));
    pages.next().await.unwrap()?;
    assert_eq!(pages.total(), Some(4));
    Ok(())
}
