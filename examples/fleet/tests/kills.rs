//! 1,000 files, three workers, 20 kills: every file becomes exactly one asset.

mod support;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use livepeer::asset::{self, Phase};
use livepeer::mock::StudioFake;
use sqlx::PgPool;
use support::postgres::Postgres;
use support::studio::{self, Fate, Kind, Plan};
use support::workers::Workers;

const FILES: usize = 1000;
/// Every so many-th file is sent in three parts.
const LARGE: usize = 125;
const PART: usize = 8 * 1024 * 1024;
/// So many workers are killed at requests of each kind: half of them before the request is handled, half of them after.
const KILLS: [(Kind, usize, usize); 3] =
    [(Kind::Create, 8, FILES), (Kind::File, 6, FILES - FILES / LARGE), (Kind::Part, 6, FILES / LARGE * 3)];
/// And so many are paused when they have created an asset.
const PAUSES: usize = 3;

fn content(number: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(number as u64);
    let len = if number.is_multiple_of(LARGE) { 2 * PART + number + 1 } else { 500 + random.usize(..5000) };
    let mut content = vec![0; len];
    random.fill(&mut content);
    content
}

fn name(number: usize) -> String {
    format!("film-{number}.mp4")
}

/// What happens to workers at which requests.
fn plan(random: &mut fastrand::Rng) -> Plan {
    let mut plan = Plan::new();
    for (kind, kills, requests) in KILLS {
        let pauses = if kind == Kind::Create { PAUSES } else { 0 };
        for (index, number) in random.choose_multiple(1..=requests, kills + pauses).into_iter().enumerate() {
            let fate = match index {
                index if index >= kills => Fate::Paused,
                index if index % 2 == 0 => Fate::KilledAfter,
                _ => Fate::KilledBefore,
            };
            plan.insert((kind, number), fate);
        }
    }
    plan
}

/// That there is exactly one asset for each file, with its content.
async fn check(studio: &StudioFake) -> Result<(), String> {
    let mut numbers: HashSet<String> = (0..FILES).map(name).collect();
    let mut assets = studio.client().pages(asset::List::new().limit(1000)).items();
    while let Some(asset) = assets.next().await {
        let asset = asset.map_err(|error| format!("{error:#}"))?;
        if !numbers.remove(&asset.name) {
            return Err(format!("{} is there twice", asset.name));
        }
        let number = asset.name.trim_start_matches("film-").trim_end_matches(".mp4").parse().unwrap();
        if studio.uploaded(&asset.id).as_deref() != Some(&content(number)) {
            return Err(format!("{} has another content", asset.name));
        }
        if asset.status.is_none_or(|status| matches!(status.phase, Phase::Uploading | Phase::Failed)) {
            return Err(format!("{} waits for its file", asset.name));
        }
    }
    if numbers.is_empty() { Ok(()) } else { Err(format!("{numbers:?} are not there")) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_file_becomes_exactly_one_asset_though_workers_are_killed() {
    let seed = std::env::var("FLEET_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("FLEET_SEED={seed}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("films");
    std::fs::create_dir_all(&folder).unwrap();
    for number in 0..FILES {
        std::fs::write(folder.join(name(number)), content(number)).unwrap();
    }

    let postgres = Postgres::start();
    let workers = Arc::new(OnceLock::new());
    let studio = studio::start(plan(&mut fastrand::Rng::with_seed(seed)), workers.clone()).await;
    let environment = vec![
        ("DATABASE_URL", postgres.url()),
        ("LIVEPEER_BASE_URL", studio.server.url()),
        ("LIVEPEER_API_KEY", "any".to_owned()),
        ("HEARTBEAT_SECONDS", "1".to_owned()),
    ];
    let workers = workers.get_or_init(|| Workers::new(environment));
    let add = || {
        let output = workers.command(&["add", folder.to_str().unwrap()]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!((add().as_str(), add().as_str()), ("1000 files added\n", "0 files added\n"));

    workers.start(3);
    let pool = PgPool::connect(&postgres.url()).await.unwrap();
    let all = async {
        let left = "SELECT count(*) FROM imports WHERE asset IS NULL";
        while sqlx::query_scalar::<_, i64>(left).fetch_one(&pool).await.unwrap() > 0 {
            workers.check();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(600), all).await.expect("some files are never imported");

    check(&studio.fake).await.unwrap();
    {
        let seen = studio.seen.lock().unwrap();
        println!("{} kills, {} uploads resumed, {} assets deleted", seen.kills, seen.resumed, seen.deleted);
        assert_eq!((seen.kills, seen.pauses), (KILLS.iter().map(|(_, kills, _)| kills).sum(), PAUSES));
        // Those whose workers were killed when the asset was created, or a part stored, at least.
        assert!(seen.resumed >= 3 && seen.deleted >= 4);
    }
    let output = workers.command(&["check"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(told, "1000 files, 1000 imported, 1000 of them found, 0 surplus assets deleted\n", "{output:?}");

    // This test sees an asset too many, and so does the program.
    let client = studio.fake.client();
    let one = client.call(asset::List::new().limit(1)).await.unwrap().remove(0);
    let twice = asset::RequestUpload::new(&one.name).creator_id(one.creator_id.unwrap());
    client.call(twice).await.unwrap();
    assert!(check(&studio.fake).await.is_err());
    let output = workers.command(&["check"]).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains(" 1 surplus assets deleted"), "{output:?}");
    check(&studio.fake).await.unwrap();
}
