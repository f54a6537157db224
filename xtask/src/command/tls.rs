//! `cargo x tls`: what `testssl.sh` thinks of how Quarry speaks TLS.

use super::{binary, target_directory, test};
use crate::failure::Failure;
use crate::{install, step};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Findings that say something of the certificate of the test, which nobody signs and nobody revokes, or of this machine.
const OF_THE_TEST: &[&str] =
    &["engine_problem", "cert_revocation", "cert_trust", "cert_chain_of_trust", "DNS_CAArecord"];

/// What does not speak of anything that would have to be mended.
const GOOD: &[&str] = &["OK", "INFO", "DEBUG"];

pub(super) fn command(arguments: &[String]) -> Result<(), Failure> {
    let quarry = match arguments {
        [] => {
            step::run(&test::build_release())?;
            binary("quarry")
        }
        [quarry] => quarry.clone(),
        _ => return Err(Failure::broken("takes a quarry, or builds one")),
    };
    install::all()?;
    let folder = target_directory().join("testssl");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("site")).map_err(broken("make a folder"))?;
    certify(&folder)?;
    let server = Server::start(&quarry, &folder)?;
    let report = folder.join("report.json");
    println!("testssl asks {}, for some minutes", server.address);
    // Not what each cipher and each old client would get: that says the same once more, for a quarter of an hour.
    let asked =
        ["--protocols", "--std", "--server-defaults", "--server-preference", "--fs", "--headers", "--vulnerable"];
    let mut testssl = Command::new("testssl");
    testssl.args(["--quiet", "--color", "0", "--warnings", "off", "--jsonfile"]).arg(&report).args(asked);
    let output = testssl.arg(&server.address).stdin(Stdio::null()).output().map_err(broken("start testssl"))?;
    let text = std::fs::read_to_string(&report).map_err(|error| {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        Failure::broken(format!("testssl has not ended well: {error}\n{}", said.trim_end()))
    })?;
    let findings = findings(&text)?;
    findings.iter().for_each(|finding| println!("{finding}"));
    match findings.len() {
        0 => Ok(()),
        count => Err(Failure::no(format!("{count} findings above INFO"))),
    }
}

/// Those that would have to be mended.
fn findings(report: &str) -> Result<Vec<String>, Failure> {
    let not_understood = || Failure::broken("the report of testssl is not understood");
    let report: Value = serde_json::from_str(report).map_err(|_| not_understood())?;
    let all = report.as_array().filter(|all| all.len() > 30).ok_or_else(not_understood)?;
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let counts = all.iter().filter(|finding| {
        let (severity, id) = (text(finding, "severity"), text(finding, "id"));
        !GOOD.contains(&&severity[..]) && !OF_THE_TEST.iter().any(|known| id.starts_with(known))
    });
    Ok(counts.map(|it| format!("{:<8} {}: {}", text(it, "severity"), text(it, "id"), text(it, "finding"))).collect())
}

/// ECDSA on P-256, which signs itself.
fn certify(folder: &Path) -> Result<(), Failure> {
    let kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90"];
    let names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    let use_ = ["-addext", "extendedKeyUsage=serverAuth", "-keyout", "key.pem", "-out", "chain.pem"];
    let output = Command::new("openssl").current_dir(folder).args(kind).args(names).args(use_).output();
    let output = output.map_err(broken("start openssl"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::broken(format!("openssl: {}", String::from_utf8_lossy(&output.stderr).trim_end())))
}

/// A server at work; ended when it is dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(quarry: &str, folder: &Path) -> Result<Server, Failure> {
        let quarry = std::path::absolute(quarry).map_err(broken("find quarry"))?;
        let mut command = Command::new(quarry);
        command.current_dir(folder).args(["site", "--listen", "127.0.0.1:0", "--no-lookup", "--hsts"]);
        command.args(["--tls-cert", "chain.pem", "--tls-key", "key.pem"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(broken("start quarry"))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(broken("hear quarry"))?;
        }
        let address = line.trim().trim_start_matches("https://").trim_end_matches('/').to_owned();
        let server = Server { child, address };
        if server.address.is_empty() { Err(Failure::broken("quarry has not started")) } else { Ok(server) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn broken(act: &str) -> impl Fn(std::io::Error) -> Failure + '_ {
    move |error| Failure::broken(format!("cannot {act}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_have_to_be_mended_is_found() {
        let finding = |id: &str, severity: &str| format!(r#"{{"id":"{id}","severity":"{severity}","finding":"so"}}"#);
        let mut all = vec![finding("TLS1_3", "OK"); 30];
        let report = |all: &[String]| format!("[{}]", all.join(","));
        assert!(findings(&report(&all)).is_err(), "too few to be a report");
        all.extend([finding("cipher_order", "HIGH"), finding("cert_revocation", "HIGH"), finding("FS", "LOW")]);
        assert_eq!(
            findings(&report(&all)).ok(),
            Some(vec!["HIGH     cipher_order: so".into(), "LOW      FS: so".into()])
        );
        assert!(findings("").is_err());
    }
}
