// The samples in docs/openapi, to be compiled. Written by `UPDATE=1 cargo test --test openapi`.

use livepeer::daydream::Daydream;
use livepeer::network::AppApi;
use livepeer::network::operations::clearinghouse::Clearinghouse;
use livepeer::network::operations::gateway::Gateway;
use livepeer::network::operations::orchestrator::Orchestrator;
use livepeer::network::operations::signer::Signer;
use livepeer::network::operations::trickle::Trickle;
use livepeer::network::operations::*;
use livepeer::*;

pub async fn studio_access_control_public_key(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(access_control::PublicKey::new()).await?
    };
    Ok(())
}

pub async fn studio_getsigningkeys(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(access_control::List::new()).items().collect().await?
    };
    Ok(())
}

pub async fn studio_createsigningkey(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(access_control::Create::new()).await?
    };
    Ok(())
}

pub async fn studio_deletesigningkey(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(access_control::Delete::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getsigningkey(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(access_control::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_updatesigningkey(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(access_control::Update::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getassets(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(asset::List::new()).items().collect().await?
    };
    Ok(())
}

pub async fn studio_requestupload(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(asset::RequestUpload::new("name")).await?
    };
    Ok(())
}

pub async fn studio_uploadasset(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: asset::UploadUrl = serde_json::from_str(r#"{"name":"name","url":"https://example.com/url"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_deleteasset(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(asset::Delete::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getasset(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(asset::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_updateasset(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(asset::Update::new("id")).await?
    };
    Ok(())
}

pub async fn studio_asset_get_clips(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(asset::GetClips::new("id")).items().collect().await?
    };
    Ok(())
}

pub async fn studio_asset_export(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: asset::Export = serde_json::from_str(r#"{"id":"asset-id","params":{"custom":{"url":"https://example.com/secret-url"}}}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_asset_restore(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(asset::Restore::new("id")).await?
    };
    Ok(())
}

pub async fn studio_asset_retry(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(asset::Retry::new("id")).await?
    };
    Ok(())
}

pub async fn studio_createclip(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: stream::CreateClip = serde_json::from_str(r#"{"playback_id":"playback-id","start_time":1714566600250}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_clip_list(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(clip::List::new("id")).items().collect().await?
    };
    Ok(())
}

pub async fn studio_getusagemetrics(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(metrics::GetUsage::new()).await?
    };
    Ok(())
}

pub async fn studio_getrealtimeviewershipnow(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(metrics::GetRealtimeViewership::new()).await?
    };
    Ok(())
}

pub async fn studio_getviewershipmetrics(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(metrics::GetViewership::new()).await?
    };
    Ok(())
}

pub async fn studio_getcreatorviewershipmetrics(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(metrics::GetCreatorViewership::new()).await?
    };
    Ok(())
}

pub async fn studio_getpublicviewershipmetrics(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(metrics::GetPublicViewership::new("playback_id")).await?
    };
    Ok(())
}

pub async fn studio_genaudiototext(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::AudioToText::new(File::path("audio"))).await?
    };
    Ok(())
}

pub async fn studio_genimagetoimage(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::ImageToImage::new("prompt", File::path("image"))).await?
    };
    Ok(())
}

pub async fn studio_genimagetovideo(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::ImageToVideo::new(File::path("image"))).await?
    };
    Ok(())
}

pub async fn studio_genllm(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::StudioLlm::new("prompt")).await?
    };
    Ok(())
}

pub async fn studio_gensegmentanything2(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::SegmentAnything2::new(File::path("image"))).await?
    };
    Ok(())
}

pub async fn studio_gentexttoimage(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::TextToImage::new("prompt")).await?
    };
    Ok(())
}

pub async fn studio_genupscale(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::Upscale::new("prompt", File::path("image"))).await?
    };
    Ok(())
}

pub async fn studio_ingest_list(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(ingest::List::new()).await?
    };
    Ok(())
}

pub async fn studio_getmultistreamtargets(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(multistream::List::new()).items().collect().await?
    };
    Ok(())
}

pub async fn studio_createmultistreamtarget(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(multistream::Create::new("rtmp://there.example/live/secret-key")).await?
    };
    Ok(())
}

pub async fn studio_deletemultistreamtarget(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(multistream::Delete::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getmultistreamtarget(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(multistream::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_updatemultistreamtarget(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(multistream::Update::new("id")).await?
    };
    Ok(())
}

pub async fn studio_object_store_list(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(object_store::List::new()).items().collect().await?
    };
    Ok(())
}

pub async fn studio_object_store_create(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: object_store::Create = serde_json::from_str(r#"{"url":"secret-url"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_object_store_delete(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(object_store::Delete::new("id")).await?
    };
    Ok(())
}

pub async fn studio_object_store_get(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(object_store::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_object_store_update(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: object_store::Update = serde_json::from_str(r#"{"id":"object-store-id","url":"secret-url"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_getplaybackinfo(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(playback::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_project_list(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(project::List::new()).items().collect().await?
    };
    Ok(())
}

pub async fn studio_project_create(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(project::Create::new("name")).await?
    };
    Ok(())
}

pub async fn studio_project_delete(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(project::Delete::new("id")).await?
    };
    Ok(())
}

pub async fn studio_project_get(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(project::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_project_update(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(project::Update::new("id")).await?
    };
    Ok(())
}

pub async fn studio_createroom(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(room::Create::new()).await?
    };
    Ok(())
}

pub async fn studio_deleteroom(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(room::Delete::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getroom(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(room::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_stoproomegress(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(room::StopEgress::new("id")).await?
    };
    Ok(())
}

pub async fn studio_startroomegress(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(room::StartEgress::new("id", "stream_id")).await?
    };
    Ok(())
}

pub async fn studio_createroomuser(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(room::CreateUser::new("id", "name")).await?
    };
    Ok(())
}

pub async fn studio_deleteroomuser(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(room::DeleteUser::new("id", "user_id")).await?
    };
    Ok(())
}

pub async fn studio_getroomuser(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(room::GetUser::new("id", "user_id")).await?
    };
    Ok(())
}

pub async fn studio_updateroomuser(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(room::UpdateUser::new("id", "user_id", true)).await?
    };
    Ok(())
}

pub async fn studio_getsessions(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(session::List::new()).items().collect().await?
    };
    Ok(())
}

pub async fn studio_getsession(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(session::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getsessionclips(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(session::GetClips::new("id")).items().collect().await?
    };
    Ok(())
}

pub async fn studio_stream_delete_many(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: stream::DeleteMany = serde_json::from_str(r#"{"ids":[]}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_getstreams(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(stream::List::new()).items().collect().await?
    };
    Ok(())
}

pub async fn studio_createstream(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::Create::new("name")).await?
    };
    Ok(())
}

pub async fn studio_stream_get_by_key(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: stream::GetByKey = serde_json::from_str(r#"{"key":"secret-key"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_stream_get_by_playback_id(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::GetByPlaybackId::new("id")).await?
    };
    Ok(())
}

pub async fn studio_stream_upsert_pull(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: stream::UpsertPull = serde_json::from_str(r#"{"name":"name","pull":{"source":"https://example.com/source"}}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_stream_get_sessions(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(stream::GetSessions::new("parent_id")).items().collect().await?
    };
    Ok(())
}

pub async fn studio_deletestream(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::Delete::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getstream(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_updatestream(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::Update::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getclips(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(stream::GetClips::new("id")).items().collect().await?
    };
    Ok(())
}

pub async fn studio_addmultistreamtarget(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: stream::AddMultistreamTarget = serde_json::from_str(r#"{"id":"stream-id","target":{"profile":"profile"}}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_stream_info(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::Info::new("id")).await?
    };
    Ok(())
}

pub async fn studio_removemultistreamtarget(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::RemoveMultistreamTarget::new("id", "target_id")).await?
    };
    Ok(())
}

pub async fn studio_stream_set_record(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::SetRecord::new("id", true)).await?
    };
    Ok(())
}

pub async fn studio_startpullstream(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::StartPull::new("id")).await?
    };
    Ok(())
}

pub async fn studio_stream_set_suspended(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::SetSuspended::new("id", true)).await?
    };
    Ok(())
}

pub async fn studio_terminatestream(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(stream::Terminate::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getrecordedsessions(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(session::GetRecorded::new("parent_id")).items().collect().await?
    };
    Ok(())
}

pub async fn studio_gettasks(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(task::List::new()).items().collect().await?
    };
    Ok(())
}

pub async fn studio_gettask(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(task::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_task_retry(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(task::Retry::new("id")).await?
    };
    Ok(())
}

pub async fn studio_transcodevideo(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: transcode::Create = serde_json::from_str(r#"{"input":{},"outputs":{},"storage":{"credentials":{},"type":"s3"}}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_user_me(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(user::Me::new()).await?
    };
    Ok(())
}

pub async fn studio_user_usage(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: user::Usage = serde_json::from_str(r#"{"from_time":1714566600250,"to_time":1714566600250}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_webhook_delete_many(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: webhook::DeleteMany = serde_json::from_str(r#"{"ids":[]}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_getwebhooks(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(webhook::List::new()).items().collect().await?
    };
    Ok(())
}

pub async fn studio_createwebhook(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: webhook::Create = serde_json::from_str(r#"{"name":"name","url":"https://example.com/url"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_webhook_subscribed(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: webhook::Subscribed = serde_json::from_str(r#"{"event":"stream.started"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_deletewebhook(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(webhook::Delete::new("id")).await?
    };
    Ok(())
}

pub async fn studio_getwebhook(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(webhook::Get::new("id")).await?
    };
    Ok(())
}

pub async fn studio_webhook_patch(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(webhook::Patch::new("id")).await?
    };
    Ok(())
}

pub async fn studio_updatewebhook(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: webhook::Update = serde_json::from_str(r#"{"id":"webhook-id","name":"name","url":"https://example.com/url"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn studio_getwebhooklogs(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.pages(webhook::GetLogs::new("id")).items().collect().await?
    };
    Ok(())
}

pub async fn studio_getwebhooklog(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(webhook::GetLog::new("id", "log_id")).await?
    };
    Ok(())
}

pub async fn studio_resendwebhook(client: Client<Studio>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(webhook::ResendLog::new("id", "log_id")).await?
    };
    Ok(())
}

pub async fn ai_genaudiototext(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::AudioToText::new(File::path("audio"))).await?
    };
    Ok(())
}

pub async fn ai_generate_health(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::Health::new()).await?
    };
    Ok(())
}

pub async fn ai_genimagetoimage(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::ImageToImage::new("prompt", File::path("image"))).await?
    };
    Ok(())
}

pub async fn ai_genimagetotext(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::ImageToText::new(File::path("image"))).await?
    };
    Ok(())
}

pub async fn ai_genimagetovideo(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::ImageToVideo::new(File::path("image"))).await?
    };
    Ok(())
}

pub async fn ai_genlivevideotovideo(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: generate::LiveVideoToVideo = serde_json::from_str(r#"{"publish_url":"https://example.com/publish_url","subscribe_url":"https://example.com/subscribe_url"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn ai_genllm(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: generate::Llm = serde_json::from_str(r#"{"max_tokens":256,"messages":[],"model":"model-id","streamed":false}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn ai_genllm_2(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: generate::LlmStream = serde_json::from_str(r#"{"max_tokens":256,"messages":[],"model":"model-id","streamed":true}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn ai_gensegmentanything2(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::SegmentAnything2::new(File::path("image"))).await?
    };
    Ok(())
}

pub async fn ai_gentexttoimage(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::TextToImage::new("prompt")).await?
    };
    Ok(())
}

pub async fn ai_gentexttospeech(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::TextToSpeech::new("text")).await?
    };
    Ok(())
}

pub async fn ai_genupscale(client: Client<Ai>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(generate::Upscale::new("prompt", File::path("image"))).await?
    };
    Ok(())
}

pub async fn daydream_daydream_delete(client: Client<Daydream>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(daydream::Delete::new("id")).await?
    };
    Ok(())
}

pub async fn daydream_daydream_list(client: Client<Daydream>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(daydream::List::new()).await?
    };
    Ok(())
}

pub async fn daydream_daydream_create(client: Client<Daydream>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: daydream::Create = serde_json::from_str(r#"{"params":{"model_id":"stabilityai/sd-turbo"},"pipeline":"streamdiffusion"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn daydream_daydream_get(client: Client<Daydream>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(daydream::Get::new("id")).await?
    };
    Ok(())
}

pub async fn daydream_daydream_update(client: Client<Daydream>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: daydream::Update = serde_json::from_str(r#"{"id":"id","params":{"model_id":"stabilityai/sd-turbo"},"pipeline":"streamdiffusion"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_orchestrator_reserve(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(orchestrator::Reserve::new("route")).await?
    };
    Ok(())
}

pub async fn orchestrator_orchestrator_pay(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: orchestrator::Pay = serde_json::from_str(r#"{"payment":"secret-livepeer-payment","route":"route","segment":"secret-livepeer-segment","session_id":"secret-session_id"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_orchestrator_stop(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: orchestrator::Stop = serde_json::from_str(r#"{"route":"route","session_id":"secret-session_id"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_byoc_register(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: byoc::Register = serde_json::from_str(r#"{"authorization":"secret-authorization","name":"name","url":"https://example.com/url"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_byoc_unregister(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: byoc::Unregister = serde_json::from_str(r#"{"authorization":"secret-authorization","name":"<name>"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_orchestrator_discover(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(orchestrator::Discover::new()).await?
    };
    Ok(())
}

pub async fn orchestrator_byoc_get_token(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: byoc::GetToken = serde_json::from_str(r#"{"address":"secret-livepeer-eth-address","capability":"livepeer-capability"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_orchestrator_refresh(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: orchestrator::Refresh = serde_json::from_str(r#"{"manifest_id":"secret-manifest_id","sender":"sender"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_runner_delete_channels(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: runner::DeleteChannels = serde_json::from_str(r#"{"channels":[],"route":"route","session_id":"secret-session_id","token":"secret-livepeer-session-token"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_runner_create_channels(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: runner::CreateChannels = serde_json::from_str(r#"{"channels":[],"route":"route","session_id":"secret-session_id","token":"secret-livepeer-session-token"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_runner_create_proxy(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: runner::CreateProxy = serde_json::from_str(r#"{"route":"route","session_id":"secret-session_id","token":"secret-livepeer-session-token"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_runner_stop_session(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: runner::StopSession = serde_json::from_str(r#"{"route":"route","session_id":"secret-session_id","token":"secret-livepeer-session-token"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_runner_heartbeat(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: runner::Heartbeat = serde_json::from_str(r#"{"app":"app","authorization":"secret-authorization","runner_url":"https://example.com/runner_url"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn orchestrator_runner_unregister(client: Client<Orchestrator>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: runner::Unregister = serde_json::from_str(r#"{"authorization":"secret-authorization","runner_id":"runner_id"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn signer_signer_discover_orchestrators(client: Client<Signer>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(signer::DiscoverOrchestrators::new()).await?
    };
    Ok(())
}

pub async fn signer_signer_generate_live_payment(client: Client<Signer>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(signer::GenerateLivePayment::new("orchestrator")).await?
    };
    Ok(())
}

pub async fn signer_signer_sign_orchestrator_info(client: Client<Signer>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(signer::SignOrchestratorInfo::new()).await?
    };
    Ok(())
}

pub async fn trickle_trickle_delete(client: Client<Trickle>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: trickle::Delete = serde_json::from_str(r#"{"channel":"secret-channel"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn trickle_trickle_create(client: Client<Trickle>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: trickle::Create = serde_json::from_str(r#"{"channel":"secret-channel"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn trickle_trickle_next(client: Client<Trickle>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: trickle::Next = serde_json::from_str(r#"{"channel":"secret-channel"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn trickle_trickle_delete_segment(client: Client<Trickle>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: trickle::DeleteSegment = serde_json::from_str(r#"{"channel":"secret-channel","seq":1}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn trickle_trickle_subscribe(client: Client<Trickle>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: trickle::Subscribe = serde_json::from_str(r#"{"channel":"secret-channel","seq":1}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn trickle_trickle_publish(client: Client<Trickle>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: trickle::Publish = serde_json::from_str(r#"{"channel":"secret-channel","content":{"bytes":"PGNvbnRlbnQ+"},"seq":1}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn appapi_app_delete(client: Client<AppApi>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(app::Delete::new("path")).await?
    };
    Ok(())
}

pub async fn appapi_app_get(client: Client<AppApi>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(app::Get::new("path")).await?
    };
    Ok(())
}

pub async fn appapi_app_get_2(client: Client<AppApi>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(app::Fetch::new("path")).await?
    };
    Ok(())
}

pub async fn appapi_app_post(client: Client<AppApi>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: app::Post = serde_json::from_str(r#"{"body":"body","path":"path"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn appapi_app_post_2(client: Client<AppApi>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(app::Send::new("path", File::path("content"))).await?
    };
    Ok(())
}

pub async fn appapi_app_put(client: Client<AppApi>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: app::Put = serde_json::from_str(r#"{"body":"body","path":"path"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn clearinghouse_clearinghouse_exchange_token(client: Client<Clearinghouse>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: clearinghouse::ExchangeToken = serde_json::from_str(r#"{"subject_token":"secret-subject_token","subject_token_type":"urn:ietf:params:oauth:token-type:access_token"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn clearinghouse_clearinghouse_get_usage(client: Client<Clearinghouse>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(clearinghouse::GetUsage::new()).await?
    };
    Ok(())
}

pub async fn clearinghouse_clearinghouse_get_balance(client: Client<Clearinghouse>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(clearinghouse::GetBalance::new()).await?
    };
    Ok(())
}

pub async fn gateway_gateway_live_whep(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(gateway::LiveWhep::new("path", "offer")).await?
    };
    Ok(())
}

pub async fn gateway_gateway_live_status(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(gateway::LiveStatus::new("stream_id")).await?
    };
    Ok(())
}

pub async fn gateway_gateway_start_live(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(gateway::StartLive::new("stream", "source_id", "rtmpConn")).await?
    };
    Ok(())
}

pub async fn gateway_gateway_update_live(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: gateway::UpdateLive = serde_json::from_str(r#"{"params":{},"stream":"stream"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn gateway_gateway_live_whip(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(gateway::LiveWhip::new("stream", "offer")).await?
    };
    Ok(())
}

pub async fn gateway_byoc_process(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: byoc::Process = serde_json::from_str(r#"{"body":"body","job":"eyJ0aW1lb3V0X3NlY29uZHMiOjF9","path":"path"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn gateway_byoc_start_stream(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: byoc::StartStream = serde_json::from_str(r#"{"job":"eyJ0aW1lb3V0X3NlY29uZHMiOjF9"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn gateway_byoc_stream_data(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(byoc::StreamData::new("stream_id")).await?
    };
    Ok(())
}

pub async fn gateway_byoc_stream_rtmp(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(byoc::StreamRtmp::new("stream_id", "source_id", "rtmpConn")).await?
    };
    Ok(())
}

pub async fn gateway_byoc_stream_status(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(byoc::StreamStatus::new("stream_id")).await?
    };
    Ok(())
}

pub async fn gateway_byoc_stop_stream(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(byoc::StopStream::new("stream_id")).await?
    };
    Ok(())
}

pub async fn gateway_byoc_update_stream(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    let request: byoc::UpdateStream = serde_json::from_str(r#"{"job":"eyJ0aW1lb3V0X3NlY29uZHMiOjF9","params":"params","stream_id":"stream_id"}"#)?;
    client.call(request).await?
    };
    Ok(())
}

pub async fn gateway_byoc_stream_whip(client: Client<Gateway>) -> Result<(), Box<dyn std::error::Error>> {
    let _ = {
    client.call(byoc::StreamWhip::new("stream_id", "offer")).await?
    };
    Ok(())
}
