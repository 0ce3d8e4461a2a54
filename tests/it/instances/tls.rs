//! A Redis that speaks TLS only, and wants to see a certificate.

use std::{path::Path, process::Command};

use freshet::{app::Nature, platform::bus::Reach};

use super::pair::health;
use crate::support::{Database, Redis, TestApp};

fn openssl(folder: &Path, line: &str) {
    let made = Command::new("openssl").args(line.split_whitespace()).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{line}: {}", String::from_utf8_lossy(&made.stderr));
}

/// An authority, and a certificate for the server and for us.
fn certificates(folder: &Path) {
    openssl(
        folder,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem",
    );
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").unwrap();
    for name in ["server", "client"] {
        openssl(
            folder,
            &format!(
                "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"
            ),
        );
        openssl(
            folder,
            &format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out {name}.pem"
            ),
        );
    }
}

#[tokio::test]
async fn a_redis_behind_tls_is_reached_with_our_certificate_and_not_without() {
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let redis = Redis::start_tls(folder.path());
    let url = redis.url();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (ca, certificate, key) = (file("ca.pem"), file("client.pem"), file("client.key"));
    let known = [("REDIS_URL", url.as_str()), ("REDIS_CA_FILE", ca.as_str())];
    let shown = [("REDIS_CERT_FILE", certificate.as_str()), ("REDIS_KEY_FILE", key.as_str())];
    let database = Database::new().await;
    let app = TestApp::start_on(database.clone(), &[known, shown].concat(), Nature::default()).await;
    let begun = std::time::Instant::now();
    while app.app.bus.reach() == Reach::Away {
        assert!(begun.elapsed().as_secs() < 30, "no connection");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(health(&app).await.1["checks"]["redis"], "ok");
    let stranger = TestApp::start_on(database, &known, Nature::default()).await;
    assert_eq!(health(&stranger).await.1["checks"]["redis"], "degraded");
}
