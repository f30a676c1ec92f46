//! GitHub, at emulate, which imitates it: as the user `ada`, who has the repository `engine`.

use apis::github::*;
use typed_endpoint::{File, endpoint, model};

use super::{call, client};

endpoint! {
    /// Makes a release.
    Release: GitHub = POST "/repos/{owner}/{repo}/releases" (owner: String, repo: String) json {
        tag_name: String,
    } -> Released, status(201)
}

model! {
    /// A release.
    struct Released: GitHub { id: u64 }
}

#[tokio::test]
#[ignore = "needs a server: examples/apis/servers"]
async fn issues_files_and_releases() {
    let client = client::<GitHub>("GITHUB_URL").key("t");
    for number in 0..5 {
        let open = OpenIssue::new("ada", "engine", format!("number {number}")).labels(["x".to_owned()]);
        let opened = client.call(open).with_response().await.unwrap();
        assert!(opened.skipped.is_empty() && opened.value.value.number > 0, "{opened:?}");
    }
    let list = || ListIssues::new("ada", "engine").state(IssueState::All).labels(["x".to_owned()]).per_page(2u32);
    assert_eq!(call(&client, list()).await.len(), 2);
    let all = client.pages(list()).items().collect().await.unwrap();
    assert_eq!(all.len(), 5);
    let found = client.pages(SearchIssues::new("number repo:ada/engine")).items().collect().await.unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(call(&client, SearchIssues::new("repo:ada/engine 3")).await.total_count, 1);
    let users = client.pages(ListUsers::new().per_page(1u32)).items().collect().await.unwrap();
    assert!(users.iter().any(|user| user.login == "ada"), "{users:?}");
    let error = client.call(OpenIssue::new("ada", "engine", "")).await.unwrap_err();
    assert!(matches!(error.body(), Some(OpenIssueError::Invalid(_))), "{error:#}");
    let error = client.call(OpenIssue::new("nobody", "nothing", "t")).await.unwrap_err();
    assert!(error.is_not_found() && matches!(error.body(), Some(OpenIssueError::Other(_))), "{error:#}");

    let write = |content: &str| WriteFile::new("ada", "engine", "docs/a b/ü+&.md", "m", content);
    let written = client.call(write("aGk=")).await.unwrap();
    let WriteFileOutcome::Created(commit) = written else { panic!("{written:?}") };
    let sha = commit.content.unwrap().sha;
    let read = client.call(ReadFile::new("ada", "engine", "docs/a b/ü+&.md")).await.unwrap();
    assert!(matches!(&read.value, ReadFileOutcome::Content(content) if content == "hi"), "{read:?}");
    let replaced = client.call(write("aG8=").sha(sha).committer(Committer::new("ada", "a@x.example"))).await.unwrap();
    assert!(matches!(replaced, WriteFileOutcome::Replaced(_)), "{replaced:?}");
    let error = client.call(write("aG8=").sha("0".repeat(40))).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 409, "{error:#}");

    let release = client.call(Release::new("ada", "engine", "v1")).await.unwrap().id;
    let upload = UploadAsset::new("ada", "engine", release, "a.txt", File::bytes("hello"));
    assert_eq!(client.call(upload).await.unwrap().size, Some(5));
}
