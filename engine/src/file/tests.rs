use serde_json::json;

use super::*;
use crate::body::tests::{Scratch, run};

#[test]
fn can_cross_threads() {
    fn check<T: Clone + Send + Sync + 'static>() {}
    check::<File>();
}

#[test]
fn names_and_types_are_guessed_and_settable() {
    let cases = [
        (File::path("a/b/photo.JPEG"), "photo.JPEG", "image/jpeg"),
        (File::path("clip.mp4"), "clip.mp4", "video/mp4"),
        (File::path("archive.tar.xyz"), "archive.tar.xyz", "application/octet-stream"),
        (File::path("png"), "png", "application/octet-stream"),
        (File::path("/"), "file", "application/octet-stream"),
        (File::bytes("x"), "file", "application/octet-stream"),
        (File::bytes("x").name("x.json"), "x.json", "application/json"),
        (File::path("x.png").name("y.wav"), "y.wav", "audio/wav"),
        (File::path("x.png").content_type("text/plain"), "x.png", "text/plain"),
        (Path::new("x.vtt").into(), "x.vtt", "text/vtt"),
        (PathBuf::from("x.ts").into(), "x.ts", "video/mp2t"),
    ];
    for (file, name, media_type) in cases {
        assert_eq!((&*file.file_name(), file.media_type()), (name, media_type));
    }
}

#[test]
fn bodies_know_their_length() {
    let file = Scratch::new("a.txt", b"hello");
    run(async {
        let body = File::path(&file.0).into_body().await.unwrap();
        assert_eq!((body.len(), body.is_replayable()), (Some(5), true));
        assert_eq!(body.bytes(10).await.unwrap(), "hello");
        let body = File::reader_with_len(b"abc".as_slice(), 3).into_body().await.unwrap();
        assert_eq!((body.len(), body.is_replayable()), (Some(3), false));
        let body = File::reader(b"abc".as_slice()).into_body().await.unwrap();
        assert_eq!((body.len(), body.is_replayable()), (None, false));
        let body = File::replayable(|| Ok(b"abc".as_slice()), None).into_body().await.unwrap();
        assert_eq!((body.len(), body.is_replayable()), (None, true));
    });
}

#[test]
fn missing_and_empty_files_are_named() {
    let empty = Scratch::new("empty.png", b"");
    run(async {
        let error = File::path(&empty.0).into_body().await.unwrap_err();
        assert!(format!("{error:#}").ends_with("empty.png: it is empty"), "{error}");
        let error = File::path("/no/such.png").into_body().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(format!("{error:#}").starts_with("file /no/such.png: "), "{error}");
    });
}

#[test]
fn a_reader_goes_to_the_first_clone_that_is_sent() {
    let file = File::reader(b"abc".as_slice());
    run(async {
        let (first, second) = (file.clone().into_body().await.unwrap(), file.into_body().await.unwrap());
        assert_eq!(second.bytes(10).await.unwrap(), "abc");
        let error = first.bytes(10).await.unwrap_err();
        assert!(format!("{error:#}").contains("was sent already"), "{error}");
    });
}

#[test]
fn equality_is_by_value_or_by_reader() {
    assert_eq!(File::path("a"), File::path("a"));
    assert_ne!(File::path("a"), File::path("a").name("b"));
    assert_ne!(File::path("a"), File::bytes("a"));
    assert_eq!(File::bytes("a"), File::bytes(vec![b'a']));
    let reader = File::reader(b"abc".as_slice());
    assert_eq!(reader, reader.clone());
    assert_ne!(reader, File::reader(b"abc".as_slice()));
    let factory = File::replayable(|| Ok(b"abc".as_slice()), None);
    assert_eq!(factory, factory.clone());
    assert_ne!(factory, reader);
}

#[test]
fn debug_never_shows_content() {
    let shown = format!("{:?}", File::bytes("secret").name("x.txt"));
    assert_eq!(shown, r#"File { len: 6, name: "x.txt", content_type: "text/plain" }"#);
    let shown = format!("{:?}", File::reader_with_len(b"secret".as_slice(), 6));
    assert_eq!(shown, r#"File { reader: Some(6), name: "file", content_type: "application/octet-stream" }"#);
}

#[test]
fn paths_and_bytes_are_data_readers_are_not() {
    let cases = [
        (File::path("a/b.png"), json!({"path": "a/b.png"})),
        (
            File::bytes(vec![0xFF, 0]).name("x").content_type("y/z"),
            json!({"bytes": "/wA=", "name": "x", "content_type": "y/z"}),
        ),
    ];
    for (file, data) in cases {
        assert_eq!(serde_json::to_value(&file).unwrap(), data);
        assert_eq!(serde_json::from_value::<File>(data).unwrap(), file);
    }
    let error = serde_json::to_value(File::reader(b"".as_slice())).unwrap_err();
    assert!(format!("{error:#}").contains("made from a reader"), "{error}");
    for wrong in [json!({}), json!({"path": "a", "bytes": ""}), json!({"bytes": "?"}), json!(3)] {
        assert!(serde_json::from_value::<File>(wrong).is_err());
    }
}
