//! Documents as a program for documents sees them.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Has LibreOffice open it and print it, where LibreOffice's Writer is: it makes nothing of a file that
/// it cannot read. A plain text tells whether Writer is there.
pub fn printed_by_libreoffice(docx: &[u8], name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document.docx");
    fs::write(&file, docx).unwrap();
    let plain = folder.path().join("plain.txt");
    fs::write(&plain, "一行").unwrap();
    let profile = folder.path().join("profile");
    let run = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.display()
        ))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .arg(folder.path())
        .args([&file, &plain])
        .stdin(Stdio::null())
        .output();
    let has_writer = run.is_ok() && folder.path().join("plain.pdf").is_file();
    let Some(run) = run.ok().filter(|_| has_writer) else {
        println!(
            "left out: LibreOffice is not installed (apt-get install libreoffice-writer-nogui)"
        );
        return;
    };
    let pdf = fs::read(folder.path().join("document.pdf"));
    let pdf = pdf.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&run.stderr)));
    assert!(pdf.starts_with(b"%PDF-"));
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("out");
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join(format!("{name}-libreoffice.pdf")), pdf).unwrap();
}
