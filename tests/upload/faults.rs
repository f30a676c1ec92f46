//! What goes wrong with each step of an upload.

use livepeer::tus::Aborted;

use super::*;

#[tokio::test]
async fn a_single_fault_is_recovered() {
    let faults = [
        UploadFault::Cut(0),
        UploadFault::Cut(3 * MIB as u64),
        UploadFault::NoResponse,
        UploadFault::Refuse(500),
        UploadFault::Refuse(503),
        UploadFault::Lose,
        UploadFault::Forget,
        UploadFault::Lie(5),
        UploadFault::Lie(u64::MAX),
    ];
    for len in [MIB, 9 * MIB] {
        let content = content(len);
        for fault in &faults {
            let (running, client) = running().await;
            running.studio().inject_upload_fault(UploadStep::Send, fault.clone());
            let uploaded = client.upload(Upload::new(File::bytes(content.clone()))).await;
            let uploaded = uploaded.unwrap_or_else(|error| panic!("{fault:?} of {len}: {error}"));
            assert_eq!(running.studio().uploaded(&uploaded.asset).unwrap(), content, "{fault:?} of {len}");
            requests(running.studio());
        }
    }
}

#[tokio::test]
async fn a_response_that_is_lost_makes_no_second_file() {
    // The server has the file; asked again, it says that it has.
    let (running, client) = running().await;
    running.studio().inject_upload_fault(UploadStep::Send, UploadFault::NoResponse);
    client.upload(Upload::new(File::bytes(content(1000)))).await.unwrap();
    assert_eq!(count(running.studio(), "PUT"), 2);
    assert_eq!(count(running.studio(), "POST /asset/request-upload"), 1);
}

#[tokio::test]
async fn an_error_response_without_a_body_is_no_arrival() {
    for len in [1000, 9 * MIB] {
        let (running, client) = running().await;
        running.studio().inject_upload_fault(UploadStep::Send, UploadFault::Refuse(422));
        let error = client.upload(Upload::new(File::bytes(content(len)))).await.unwrap_err();
        let UploadError::Call(error) = error else { panic!("{len}: {error}") };
        assert_eq!(error.status().unwrap(), 422, "{len}");
    }
}

/// Uploads 9 MiB while this goes wrong, and gives how often each step was made: `POST`, `HEAD`, `PATCH`.
async fn with_faults(faults: &[(UploadStep, UploadFault)]) -> [usize; 3] {
    let (running, client) = running().await;
    let content = content(9 * MIB);
    for (step, fault) in faults {
        running.studio().inject_upload_fault(*step, fault.clone());
    }
    let uploaded = client.upload(Upload::new(File::bytes(content.clone()))).await;
    let uploaded = uploaded.unwrap_or_else(|error| panic!("{faults:?}: {error}"));
    assert!(running.studio().uploaded(&uploaded.asset).unwrap() == content, "{faults:?}");
    ["POST /api/asset/upload", "HEAD", "PATCH"].map(|step| count(running.studio(), step))
}

#[tokio::test]
async fn a_fault_during_creation_is_recovered() {
    for fault in [UploadFault::Cut(0), UploadFault::NoResponse, UploadFault::Refuse(500), UploadFault::Refuse(503)] {
        assert_eq!(with_faults(&[(UploadStep::Create, fault.clone())]).await, [2, 0, 2], "{fault:?}");
    }
    // Created, and not there when the first part comes.
    for fault in [UploadFault::Lose, UploadFault::Forget] {
        assert_eq!(with_faults(&[(UploadStep::Create, fault.clone())]).await, [2, 1, 3], "{fault:?}");
    }
}

#[tokio::test]
async fn a_fault_in_asking_for_the_offset_is_recovered() {
    // What makes the client ask.
    let cut = (UploadStep::Send, UploadFault::Cut(3 * MIB as u64));
    for fault in [UploadFault::Cut(0), UploadFault::NoResponse, UploadFault::Refuse(500), UploadFault::Refuse(503)] {
        assert_eq!(with_faults(&[cut.clone(), (UploadStep::Ask, fault.clone())]).await, [1, 2, 3], "{fault:?}");
    }
    assert_eq!(with_faults(&[cut.clone(), (UploadStep::Ask, UploadFault::Forget)]).await, [2, 1, 3]);
    // It is believed, until the next part shows that it was not true.
    assert_eq!(with_faults(&[cut, (UploadStep::Ask, UploadFault::Lie(5))]).await, [1, 2, 4]);
    // The first part has arrived, unlike what is said.
    let no_response = (UploadStep::Send, UploadFault::NoResponse);
    assert_eq!(with_faults(&[no_response, (UploadStep::Ask, UploadFault::Lie(0))]).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_server_that_claims_more_than_there_is_is_not_believed() {
    let (running, client) = running().await;
    running.studio().inject_upload_fault(UploadStep::Send, UploadFault::Cut(0));
    running.studio().inject_upload_fault(UploadStep::Ask, UploadFault::Lie(9 * MIB as u64 + 1));
    let error = client.upload(Upload::new(File::bytes(content(9 * MIB)))).await.unwrap_err();
    assert!(matches!(error, UploadError::Protocol(_)), "{error:#}");
    assert!(format!("{error:#}").contains("9437185 bytes, more than there are"), "{error:#}");
}

#[tokio::test]
async fn a_server_that_has_the_file_says_so_at_any_step() {
    // The last part has arrived, and its response is lost: the next response says so, except to `HEAD`, which has no body.
    let first = (UploadStep::Send, UploadFault::Lie(8 * MIB as u64));
    let last = (UploadStep::Send, UploadFault::NoResponse);
    let arrived = |step| (step, UploadFault::Arrived);
    assert_eq!(with_faults(&[first, last, arrived(UploadStep::Ask)]).await, [1, 1, 2]);

    // In memory, `HEAD` has words; it has arrived as well.
    for step in [UploadStep::Create, UploadStep::Ask, UploadStep::Send] {
        let studio = mock::studio();
        if step == UploadStep::Ask {
            studio.inject_upload_fault(UploadStep::Send, UploadFault::Cut(0));
        }
        studio.inject_upload_fault(step, UploadFault::Arrived);
        let client = studio.client().retry(quick());
        let told = Arc::new(Mutex::new(None));
        let own = told.clone();
        let upload = client.upload(Upload::new(File::bytes(content(9 * MIB))));
        let mut upload = upload.on_progress(move |progress| *own.lock().unwrap() = Some(progress)).into_future();
        (&mut upload).await.unwrap_or_else(|error| panic!("{step:?}: {error}"));
        assert_eq!(upload.state().unwrap().offset(), 9 * MIB as u64, "{step:?}");
        assert_eq!(told.lock().unwrap().unwrap().left, Some(Duration::ZERO), "{step:?}");
        assert_eq!(count(&studio, "PATCH"), usize::from(step != UploadStep::Create), "{step:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_a_cut() {
    // In memory, so that the time-outs take no time.
    for (len, step) in [
        (MIB, UploadStep::Send),
        (9 * MIB, UploadStep::Create),
        (9 * MIB, UploadStep::Send),
        (9 * MIB, UploadStep::Ask),
    ] {
        let studio = mock::studio();
        let content = content(len);
        if step == UploadStep::Ask {
            studio.inject_upload_fault(UploadStep::Send, UploadFault::Cut(0));
        }
        studio.inject_upload_fault(step, UploadFault::Stall);
        let began = tokio::time::Instant::now();
        let idle = Duration::from_secs(7);
        let uploaded = studio.client().upload(Upload::new(File::bytes(content.clone()))).timeout(idle).await.unwrap();
        assert!(studio.uploaded(&uploaded.asset).unwrap() == content, "{step:?} of {len}");
        // What was handed over of a file may still be on its way: it gets time to leave, five idle times in all.
        let most = if step == UploadStep::Send { 6 * idle } else { 2 * idle };
        assert!((idle..most).contains(&began.elapsed()), "{step:?} of {len}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_stalled_connection_is_a_cut() {
    for len in [MIB, 9 * MIB] {
        let (running, client) = running().await;
        let content = content(len);
        running.studio().inject_upload_fault(UploadStep::Send, UploadFault::Stall);
        let upload = client.upload(Upload::new(File::bytes(content.clone()))).timeout(Duration::from_millis(500));
        let uploaded = upload.await.unwrap();
        assert_eq!(running.studio().uploaded(&uploaded.asset).unwrap(), content);
    }
}

#[tokio::test]
async fn an_abort_gets_through() {
    let content = bytes::Bytes::from(content(33 * MIB));
    let file = || File::bytes(content.clone());
    for (fault, deletes) in [
        (None, 1),
        (Some(UploadFault::Cut(0)), 2),
        // The second time, the server does not know it any more.
        (Some(UploadFault::NoResponse), 2),
        (Some(UploadFault::Refuse(503)), 2),
        (Some(UploadFault::Forget), 1),
    ] {
        let (running, client) = running().await;
        let state = interrupted(&client, file()).await;
        if let Some(fault) = &fault {
            running.studio().inject_upload_fault(UploadStep::Abort, fault.clone());
        }
        let aborted = client.upload(Upload::new(file())).resume(state).abort().await;
        assert_eq!(aborted.unwrap(), Aborted::Deleted, "{fault:?}");
        assert_eq!(count(running.studio(), "DELETE"), deletes, "{fault:?}");
    }
}

#[tokio::test]
async fn an_abort_says_what_it_did() {
    let (running, client) = running().await;
    let file = || File::bytes(content(33 * MIB));
    let state = interrupted(&client, file()).await;
    running.studio().inject_upload_fault(UploadStep::Abort, UploadFault::Refuse(403));
    let error = client.upload(Upload::new(file())).resume(state).abort().await.unwrap_err();
    assert!(matches!(&error, UploadError::Call(error) if error.is_forbidden()), "{error:#}");

    // Of a file that is put there is nothing that could be forgotten.
    running.studio().inject_upload_fault(UploadStep::Send, UploadFault::Refuse(400));
    let mut upload = client.upload(Upload::new(File::bytes(content(1000)))).into_future();
    (&mut upload).await.unwrap_err();
    assert!(upload.state().is_some());
    assert_eq!(upload.abort().await.unwrap(), Aborted::NothingToDelete);
    assert_eq!(client.upload(Upload::new(File::bytes(content(1000)))).abort().await.unwrap(), Aborted::NothingToDelete);
    assert_eq!(count(running.studio(), "DELETE"), 1);
}
