use super::*;

const SAMPLE: &str = "8f1d3a5c7b9e02d4f6183a5c7e90b2d4f61b3a5c7e9fb2d4061830557c9eb2d4";

#[test]
fn a_key_is_64_hexadecimal_digits_and_nothing_else() {
    assert!(MasterKey::from_hex(SAMPLE).is_ok());
    assert!(MasterKey::from_hex(&SAMPLE.to_uppercase()).is_ok());
    let sequence: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
    let bad = [
        "",
        "changeme",
        "CHANGEME",
        &SAMPLE[..62],
        &format!("{SAMPLE}00"),
        &"0".repeat(64),
        &"f".repeat(64),
        &"ab".repeat(32),
        &"0123456789abcdef".repeat(4),
        &"é".repeat(32),
        &sequence,
    ];
    for text in bad {
        let error = MasterKey::from_hex(text).unwrap_err().to_string();
        assert!(error.contains("openssl rand -hex 32"), "{text}: {error}");
        assert!(text.is_empty() || text.len() < 10 || !error.contains(text), "{error}");
    }
}

#[test]
fn a_key_never_shows_itself() {
    assert_eq!(format!("{:?}", MasterKey::from_hex(SAMPLE).unwrap()), "****");
}

#[test]
fn every_purpose_has_its_own_key() {
    let key = MasterKey::from_hex(SAMPLE).unwrap();
    assert_eq!(key.derive("cookies"), key.derive("cookies"));
    assert_ne!(key.derive("cookies"), key.derive("tokens"));
}

#[test]
fn the_first_start_makes_a_private_key_that_the_second_finds() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("not/yet/there");
    let made = MasterKey::load_or_create(&data).unwrap();
    let found = MasterKey::load_or_create(&data).unwrap();
    assert_eq!(made.derive("x"), found.derive("x"));
    let text = fs::read_to_string(data.join(MasterKey::FILE)).unwrap();
    assert_eq!((text.len(), text.ends_with('\n')), (65, true));
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "no draft is left behind");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&data), mode(&data.join(MasterKey::FILE))), (0o700, 0o600));
    }
}

#[test]
fn starts_that_race_agree_on_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| MasterKey::load_or_create(dir.path()).map(|key| key.derive("x"))))
            .collect();
        starts.into_iter().map(|start| start.join().unwrap().unwrap()).collect()
    });
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_bad_key_file_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(MasterKey::FILE);
    for content in [&b""[..], b"changeme\n", &[b'0'; 64], b"abc", &[0xff; 64]] {
        fs::write(&path, content).unwrap();
        let error = MasterKey::load_or_create(dir.path()).unwrap_err();
        assert!(matches!(error, KeyError::BadFile { .. }), "{error}");
        assert!(error.to_string().contains("secret.key"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(MasterKey::load_or_create(dir.path()).unwrap_err(), KeyError::Io { .. }));
}

#[test]
fn tokens_are_long_url_safe_and_never_the_same() {
    let (one, two) = (random_token(), random_token());
    assert_ne!(one, two);
    assert_eq!(one.len(), 43);
    assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    assert_ne!(hash_token(&one), hash_token(&two));
    assert_eq!(
        to_hex(&hash_token("abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn comparing_tells_equal_from_different() {
    assert!(same(b"abc", b"abc"));
    assert!(!same(b"abc", b"abd"));
    assert!(!same(b"abc", b"abcd"));
}
