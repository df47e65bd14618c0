//! Sheets and case files into a ledger, and out again.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use proptest::prelude::*;
use serde_json::Value;
use server::{
    api::now_milliseconds,
    db::{Arriving, Database, Taken},
    export,
    import::{self, Open, Report},
};
use shared::{
    CaseFile, CaseHead, Day, Event, EventKind,
    calendar::WorkCalendar,
    change::{Body, Change, Subject},
    id::CaseId,
    import::Period,
    report::report,
};

use crate::browser::{Server, head, open, subject};

/// A data directory and files to take in.
struct Ledger {
    folder: tempfile::TempDir,
    database: Database,
}

impl Ledger {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).unwrap();
        Self { folder, database }
    }

    fn import(&self, files: &[PathBuf], open: Open) -> Report {
        import::run(&self.database, files, open, now_milliseconds()).unwrap()
    }

    fn import_text(&self, name: &str, text: &[u8], open: Open) -> Report {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        self.import(&[path], open)
    }

    fn export(&self) -> BTreeMap<String, String> {
        let out = tempfile::tempdir().unwrap();
        export::run(&self.database, out.path()).unwrap();
        files_in(out.path())
            .into_iter()
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect()
    }

    /// Takes in what another ledger has written out, as one archive.
    fn import_export(&self, files: &BTreeMap<String, String>) -> Report {
        use std::io::Write;
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in files {
            archive
                .start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            archive.write_all(text.as_bytes()).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        self.import_text("案件.zip", &bytes, Open::default())
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn counts(report: &Report) -> [usize; 5] {
    [
        report.rows,
        report.imported,
        report.updated,
        report.skipped,
        report.rejected.len(),
    ]
}

fn answered() -> Open {
    Open {
        submitted_on: "2013-03-01".parse().ok(),
        period: Some(Period {
            year: 2013,
            quarter: 1,
            number: 1,
        }),
        today: None,
    }
}

const SHEET: &str = "2013年家具抽查结果,,,,,,,\n\
    单位全称,所属区(县),机构代码证,品名,检测报告书编号,检验结论,不合格项,抽样时间\n\
    甲厂,朝阳区,７１３２３８６３－３,木床,JD-1,合格,/,41320\n\
    乙厂,海淀区,,木椅,JD-2,不合格,结构,2013/2/15\n\
    丙厂,昌平区,91110000600037341M,木柜,JD-3,合格,,2013-02-30\n\
    合计,,,,3,,,\n";

#[test]
fn a_mixed_sheet_goes_in_for_its_good_rows() {
    let ledger = Ledger::new();
    let report = ledger.import_text("结果.csv", SHEET.as_bytes(), Open::default());
    assert_eq!(counts(&report), [3, 2, 0, 0, 2]);
    let faults: Vec<_> = report
        .rejected
        .iter()
        .map(|fault| (fault.row, fault.column.as_deref(), fault.cell.as_deref()))
        .collect();
    assert_eq!(
        faults,
        [
            (Some(5), Some("机构代码证"), Some("C5")),
            (Some(5), Some("抽样时间"), Some("H5")),
        ]
    );
    assert!(report.rejected[0].reason.contains("应为“L”"));
    assert!(report.rejected[1].reason.contains("没有这一天"));
    assert_eq!(report.passed_over[0].row, 6);

    // What the sheet leaves open stays without a date.
    let undated = |ledger: &Ledger| -> Vec<usize> {
        let files = ledger.export();
        let cases = files
            .values()
            .map(|text| serde_json::from_str::<CaseFile>(text).unwrap());
        cases
            .map(|case| shared::import::undated(&case).len())
            .collect()
    };
    assert_eq!(undated(&ledger), [1, 1]);

    // The same again is known; the answers are news, and stay when they are not repeated.
    let again = ledger.import_text("结果.csv", SHEET.as_bytes(), Open::default());
    assert_eq!(counts(&again)[1..4], [0, 0, 2]);
    let told = ledger.import_text("结果.csv", SHEET.as_bytes(), answered());
    assert_eq!(counts(&told)[1..4], [0, 2, 0]);
    assert_eq!(undated(&ledger), [0, 0]);
    for open in [Open::default(), answered()] {
        let again = ledger.import_text("结果.csv", SHEET.as_bytes(), open);
        assert_eq!(counts(&again)[1..4], [0, 0, 2]);
    }
    for text in ledger.export().values() {
        let case: CaseFile = serde_json::from_str(text).unwrap();
        assert_eq!((case.case.spot_check.year, case.events.len()), (2013, 1));
    }
    assert!(ledger.database.verify_chain().unwrap().is_ok());
}

#[test]
fn a_mended_sheet_brings_cases_up_to_date() {
    let ledger = Ledger::new();
    ledger.import_text("结果.csv", SHEET.as_bytes(), answered());
    let mended = SHEET
        .replace("结构", "结构、甲醛")
        .replace("91110000600037341M", "91110000600037341L");
    let mended = mended.replace("2013-02-30", "2013-02-28");
    let report = ledger.import_text("结果.csv", mended.as_bytes(), answered());
    assert_eq!(counts(&report), [3, 1, 1, 1, 0], "{:?}", report.rejected);
    let files = ledger.export();
    let second = files.values().find(|text| text.contains("JD-2")).unwrap();
    let case: CaseFile = serde_json::from_str(second).unwrap();
    assert_eq!(case.case.failed_items, ["结构", "甲醛"]);
}

/// One sheet as three programs write it: a title, a heading of two merged rows, serial days, full-width
/// digits, numbers as text, formulas, formatted blank rows below.
#[test]
fn sheets_of_other_programs_give_the_same_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/sheets/tests/files");
    let check = |name: &str, imported: usize, rejected: &[&str]| {
        let ledger = Ledger::new();
        let report = ledger.import(&[folder.join(name)], answered());
        assert_eq!(
            (report.rows, report.imported),
            (5, imported),
            "{name}: {report:?}"
        );
        let cells: Vec<_> = report
            .rejected
            .iter()
            .map(|fault| fault.cell.as_deref().unwrap_or_default())
            .collect();
        assert_eq!(cells, rejected, "{name}: {report:?}");
        let mut cases: Vec<CaseFile> = ledger
            .export()
            .values()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        cases.sort_by_key(|case| case.case.report_number.clone());
        let [first, second, ..] = &cases[..] else {
            panic!("{name}");
        };
        assert_eq!(first.case.report_number, "0117", "{name}");
        assert_eq!(first.case.enterprise.credit_code, "713238633", "{name}");
        assert_eq!(second.case.failed_items, ["甲醛释放量", "结构"], "{name}");
        for case in [first, second] {
            assert_eq!(
                case.case.product.other["sampled_on"], "2013-02-15",
                "{name}"
            );
            assert_eq!(
                case.case.spot_check.name, "2013年第一季度家具产品质量监督抽查",
                "{name}"
            );
        }
    };
    check("grouped-uncomputed.xlsx", 2, &["D7", "L8", "H9", "I9"]);
    check("grouped-libreoffice.xlsx", 3, &["D7", "L8"]);
    check("grouped-libreoffice.xls", 3, &["D7", "L8"]);
    check("grouped-libreoffice.csv", 3, &["D7", "L8"]);
}

fn golden_files() -> Vec<PathBuf> {
    files_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/golden"))
}

#[test]
fn the_worked_examples_travel_and_compute_the_same() {
    let as_of = "2013-09-30".parse().unwrap();
    let computed = |files: &[CaseFile]| {
        let report = report(files, WorkCalendar::official(), as_of, false);
        let mut cases = serde_json::to_value(&report).unwrap()["cases"]
            .as_array()
            .unwrap()
            .clone();
        for case in &mut cases {
            // Which events a row rests on is told by their ids; who recorded them is not asked.
            case.as_object_mut().unwrap().remove("unknown");
        }
        cases.sort_by_key(|case| case["number"].to_string());
        cases
    };
    let ledger = Ledger::new();
    let report = ledger.import(&golden_files(), Open::default());
    assert_eq!(report.rejected.len(), 0, "{:?}", report.rejected);
    let written: Vec<CaseFile> = golden_files()
        .iter()
        .flat_map(|path| shared::travel::read_all(&fs::read(path).unwrap()))
        .map(Result::unwrap)
        .collect();
    assert_eq!(counts(&report), [written.len(), written.len(), 0, 0, 0]);

    let exported = ledger.export();
    let back: Vec<CaseFile> = exported
        .values()
        .map(|text| shared::case_file::read(text.as_bytes()).unwrap())
        .collect();
    assert_eq!(computed(&back), computed(&written));
    for file in &back {
        assert!(file.events.iter().all(|event| {
            ["change", "author", "recorded_at"]
                .iter()
                .all(|name| event.details.contains_key(*name))
        }));
        assert_eq!(shared::case_file::unknown(file).len(), 0);
    }

    let again = ledger.import(&golden_files(), Open::default());
    assert_eq!(counts(&again), [written.len(), 0, 0, written.len(), 0]);
    assert_eq!(ledger.export(), exported);
    let other = Ledger::new();
    assert_eq!(counts(&other.import_export(&exported))[1], written.len());
    assert_eq!(other.export(), exported);
    assert_eq!(counts(&other.import_export(&exported))[3], written.len());
    // Numbers go on after those that came.
    let fresh = other.import_text("结果.csv", SHEET.as_bytes(), answered());
    assert_eq!(counts(&fresh)[1], 2);
    assert!(
        other
            .export()
            .keys()
            .any(|name| name.starts_with("京2013-029_")),
        "{:?}",
        other.export().keys()
    );
}

#[test]
fn what_cannot_be_read_is_told_and_stops_nothing() {
    let ledger = Ledger::new();
    let good = r#"{ "format": "aftercheck-case/1", "case": { "number": "1" }, "weight": 3,
        "events": [{ "id": "e1", "type": "beamed_up", "on": "2013-03-04", "mood": "好" }] }"#;
    let bad = good.replace("2013-03-04", "2013-02-30");
    let bundle = format!("[{good}, {bad}, {{}}]");
    let report = ledger.import_text("三件.json", bundle.as_bytes(), Open::default());
    assert_eq!(counts(&report), [3, 1, 0, 0, 2]);
    assert_eq!(report.rejected[0].column.as_deref(), Some("events[0].on"));
    assert_eq!((report.rejected[1].row, report.unreadable), (Some(3), 0));
    // What this version does not know is kept.
    let exported = ledger.export();
    let case: Value = serde_json::from_str(exported.values().next().unwrap()).unwrap();
    assert_eq!(
        (&case["weight"], &case["events"][0]["mood"]),
        (&3.into(), &"好".into())
    );

    for (name, bytes) in [
        ("坏.xlsx", &b"PK\x03\x04"[..]),
        ("空.csv", b""),
        ("坏.json", b"{"),
        ("图.png", b"\x89PNG\r\n\x1a\n\0\0\0"),
    ] {
        let report = ledger.import_text(name, bytes, Open::default());
        assert_eq!(
            (counts(&report), report.unreadable),
            ([0, 0, 0, 0, 1], 1),
            "{name}"
        );
    }
    let other = good.replace("beamed_up", "closed");
    let report = ledger.import_text("一件.json", other.as_bytes(), Open::default());
    assert_eq!(report.rejected[0].column.as_deref(), Some("events[0]"));
}

/// A change that a file brought and its own device sends afterwards is acknowledged, not refused.
#[tokio::test]
async fn a_device_sends_what_a_file_has_brought() {
    let server = Server::new();
    let mut device = server.device("municipal").await;
    let case = subject("JD-1");
    let opening = device.compose(&case, open(head("JD-1", "110105")));
    let id = case.case_id().unwrap();
    let file = shared::travel::unpack(shared::travel::pack(&id, std::slice::from_ref(&opening)));
    let arriving = Arriving {
        subject: case,
        carried: file.carried,
        told: file.told,
        from_sheet: false,
    };
    let taken = server
        .state
        .database()
        .take_in(vec![arriving], now_milliseconds())
        .unwrap();
    assert_eq!(taken.cases, [(Taken::Imported, vec![])]);
    let response = device.exchange(vec![opening]).await;
    assert!(response.verdicts[0].receipt.is_some(), "{response:?}");
    assert_eq!(server.state.database().verify_chain().unwrap(), Ok(2));
}

/// Ledgers as devices make them: several cases, several devices, edits, retractions, one fact twice.
fn any_ledger() -> impl Strategy<Value = Vec<Change>> {
    let step = (0..3_u8, 0..3_usize, 0..6_u8, 0..4_i32, "[a-c]{0,2}");
    prop::collection::vec(step, 1..24).prop_map(|steps| {
        let mut sequences = [0_u64; 3];
        let mut changes = Vec::new();
        for (number, (case, device, what, day, text)) in steps.into_iter().enumerate() {
            let id = CaseId::from_random([case; 16]);
            let on = Day::from_unix_days(15_800 + day);
            let event = |event| Body::Event {
                event: Box::new(event),
            };
            let body = match what {
                0 | 1 => Body::Open {
                    head: Box::new(CaseHead {
                        report_number: text,
                        handling_bureau: "110105".into(),
                        ..CaseHead::default()
                    }),
                },
                2 => Body::Head {
                    field: "enterprise.name".into(),
                    value: text.into(),
                    replaces: vec![],
                },
                3 => event(Event {
                    retracts: Some(format!("e{day}")),
                    ..Event::new(format!("r{number}"), EventKind::Retracted, on)
                }),
                _ => event(Event::new(format!("e{day}"), EventKind::ResultServed, on)),
            };
            sequences[device] += 1;
            changes.push(Change {
                id: format!("d{device}/{}", sequences[device]).parse().unwrap(),
                subject: Subject::case(&id),
                clock: shared::clock::HybridTime {
                    milliseconds: 1_363_046_400_000 + number as u64 / 2,
                    counter: u32::from(case),
                },
                author: ["municipal", "chaoyang", "lab"][device].into(),
                schema: 1,
                body: body.to_raw(),
            });
        }
        changes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn export_import_export_is_the_same_bytes(changes in any_ledger()) {
        let first = Ledger::new();
        let mut by_case: BTreeMap<&Subject, Vec<Change>> = BTreeMap::new();
        for change in &changes {
            by_case.entry(&change.subject).or_default().push(change.clone());
        }
        let arriving = by_case
            .into_iter()
            .map(|(subject, carried)| Arriving {
                subject: subject.clone(),
                told: shared::fold::fold(&carried).file,
                carried,
                from_sheet: false,
            })
            .collect();
        first.database.take_in(arriving, now_milliseconds()).unwrap();
        let exported = first.export();
        let before = first.database.verify_chain().unwrap();

        let same = first.import_export(&exported);
        prop_assert_eq!(counts(&same), [exported.len(), 0, 0, exported.len(), 0]);
        prop_assert_eq!(first.database.verify_chain().unwrap(), before);

        let second = Ledger::new();
        let moved = second.import_export(&exported);
        prop_assert_eq!(counts(&moved), [exported.len(), exported.len(), 0, 0, 0]);
        prop_assert_eq!(second.export(), exported);
    }
}

#[test]
fn the_command_line_ends_with_one_line_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("结果.csv"), SHEET).unwrap();
    fs::write(at("坏.json"), "{").unwrap();
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_aftercheck"))
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let line = said.lines().last().unwrap_or_default().to_owned();
        let told: Value = serde_json::from_str(&line).unwrap_or_default();
        (output.status.code(), told)
    };
    let (data, out) = (at("data"), at("out"));
    let import = ["import", "--data", &data, "--submitted", "2013-03-01"];
    let with = |more: &[&str]| run(&[&import[..], more].concat());

    let (code, told) = with(&["--spot-check", "2013/1", &at("结果.csv")]);
    assert_eq!(
        (code, &told["rows"], &told["imported"]),
        (Some(0), &3.into(), &2.into())
    );
    assert_eq!(told["rejected"][0]["row"], 5);
    let (code, told) = with(&[&at("坏.json"), &at("结果.csv")]);
    assert_eq!((code, &told["skipped"]), (Some(1), &2.into()));
    assert_eq!(told["rejected"][0]["row"], Value::Null);
    assert_eq!(
        with(&["--spot-check", "2013/5", &at("结果.csv")]),
        (Some(2), Value::Null)
    );

    assert_eq!(
        run(&["export", "--data", &data, "--out", &out]).1["cases"],
        2
    );
    assert_eq!(files_in(Path::new(&out)).len(), 2);
    // Looking for a ledger makes none.
    let nowhere = at("nowhere");
    assert_eq!(
        run(&["export", "--data", &nowhere, "--out", &out]).0,
        Some(1)
    );
    assert!(!Path::new(&nowhere).exists());
}
