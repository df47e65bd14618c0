//! Case files and archives, whole and harmed: whatever the bytes are, they are read or refused.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Write as _};

use proptest::{collection, option, prelude::*, sample::Index};
use shared::{
    CaseHead,
    change::{Body, Change, Subject},
    id::CaseId,
    travel::{file_name, pack},
};
use sheets::{Content, open};
use zip::{ZipWriter, write::SimpleFileOptions};

const GOLDEN: &[&[u8]] = &[
    include_bytes!("../../tests/golden/02-happy-path-to-reinspection-pass.json"),
    include_bytes!("../../tests/golden/15-reinspection-objected-and-overturned.json"),
];
const SCAN: &[u8] = b"%PDF-1.4\n% a scan\n";

/// A case as a ledger hands it out.
fn handed_out() -> (String, Vec<u8>) {
    let id = CaseId::from_random([7; 16]);
    let head = CaseHead {
        number: "京2013-001".into(),
        serious: true,
        ..CaseHead::default()
    };
    let open = Change {
        id: "m4xw/1".parse().unwrap(),
        subject: Subject::case(&id),
        clock: "1363046400000-00000".parse().unwrap(),
        author: "municipal".into(),
        schema: 1,
        body: Body::Open {
            head: Box::new(head),
        }
        .to_raw(),
    };
    let file = pack(&id, &[open]);
    (
        file_name(&id, &file),
        serde_json::to_vec_pretty(&file).unwrap(),
    )
}

/// An archive as an officer takes it along: cases, and what they attach.
fn archive() -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let (name, text) = handed_out();
    let mut put = |name: &str, bytes: &[u8]| {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    };
    put(&name, &text);
    for (at, golden) in GOLDEN.iter().enumerate() {
        put(&format!("例 {at}.json"), golden);
    }
    put("attachments/扫描.pdf", SCAN);
    put("结果.csv", "企业名称,产品名称\n某厂,电线\n".as_bytes());
    put("__MACOSX/._x", b"litter");
    archive.finish().unwrap().into_inner()
}

/// How many cases, attachments and sheets come out, and how many parts cannot be read.
fn counts(name: &str, bytes: &[u8]) -> [usize; 4] {
    let mut counts = [0; 4];
    for part in open(name, bytes, &mut |_| {}) {
        match part.content {
            Ok(Content::Cases(cases)) => counts[0] += cases.iter().filter(|it| it.is_ok()).count(),
            Ok(Content::Attachment(_)) => counts[1] += 1,
            Ok(Content::Sheets(sheets)) => counts[2] += sheets.len(),
            Err(_) => counts[3] += 1,
        }
    }
    counts
}

#[test]
fn an_archive_gives_cases_attachments_and_sheets() {
    let [cases, attachments, sheets, unreadable] = counts("案件.zip", &archive());
    assert!(cases >= 3, "{cases}");
    assert_eq!([attachments, sheets, unreadable], [1, 1, 0]);
    let (name, text) = handed_out();
    assert_eq!(counts(&name, &text), [1, 0, 0, 0]);
    assert_eq!(counts("扫描.pdf", SCAN), [0, 1, 0, 0]);
}

/// Bytes changed one by one, and perhaps cut off.
fn harmed(mut bytes: Vec<u8>, changes: &[(Index, u8)], cut: Option<Index>) -> Vec<u8> {
    for (at, byte) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_harmed_archive_does_no_harm(
        changes in collection::vec((any::<Index>(), any::<u8>()), 0..24),
        cut in option::of(any::<Index>()),
    ) {
        // Read to its end: what could not be read is told, not thrown.
        let found = counts("案件.zip", &harmed(archive(), &changes, cut));
        prop_assert!(found.iter().sum::<usize>() <= 64);
    }

    #[test]
    fn a_harmed_case_file_does_no_harm(
        which in 0..=GOLDEN.len(),
        changes in collection::vec((any::<Index>(), any::<u8>()), 0..12),
        cut in option::of(any::<Index>()),
    ) {
        let whole = GOLDEN.get(which).map_or_else(|| handed_out().1, |golden| golden.to_vec());
        let bytes = harmed(whole, &changes, cut);
        for part in open("案件.json", &bytes, &mut |_| {}) {
            if let Ok(Content::Cases(cases)) = part.content {
                for case in cases.into_iter().flatten() {
                    // What still reads as a case can be taken apart.
                    let unpacked = shared::travel::unpack(case);
                    shared::travel::additions(&[], unpacked.carried, &unpacked.told);
                }
            }
        }
    }

    /// Names and contents that no ledger writes.
    #[test]
    fn an_archive_of_anything_is_opened(
        files in collection::vec(("\\PC{0,12}", collection::vec(any::<u8>(), 0..80)), 0..6),
    ) {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let mut written = 0;
        for (name, bytes) in files {
            if archive.start_file(name.as_str(), SimpleFileOptions::default()).is_ok() {
                archive.write_all(&bytes).unwrap();
                written += 1;
            }
        }
        let bytes = archive.finish().unwrap().into_inner();
        let parts = open("什么.zip", &bytes, &mut |_| {}).len();
        prop_assert!(parts <= written.max(1));
    }
}
