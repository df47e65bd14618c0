//! Files as programs write them, and files that are none.

use std::io::Write as _;

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError};
use shared::import::{Answers, Mapping, propose};
use sheets::{CellKind, MAXIMUM_BYTES, MAXIMUM_COLUMNS, MAXIMUM_ROWS, ReadError, Sheet, read};

const XLS: &[u8] = include_bytes!("files/results.xls");
const XLSX: &[u8] = include_bytes!("../../../tests/samples/failing-list.xlsx");

fn texts(sheet: &Sheet) -> Vec<Vec<&str>> {
    sheet
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.text.as_str()).collect())
        .collect()
}

fn only(name: &str, bytes: &[u8]) -> Sheet {
    let mut sheets = read(name, bytes).expect("the file is readable");
    assert_eq!(sheets.len(), 1, "{name}");
    sheets.remove(0)
}

/// A workbook of one sheet.
fn xlsx(fill: impl FnOnce(&mut Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet()).expect("the sheet can be filled");
    workbook
        .save_to_buffer()
        .expect("the workbook can be written")
}

#[test]
fn a_formula_that_nobody_computed_is_not_an_empty_cell() {
    let bytes = raw_xlsx(
        concat!(
            r#"<x:row r="1"><x:c r="A1"><x:f>1+1</x:f></x:c><x:c r="B1" t="str"><x:f>T(C1)</x:f><x:v></x:v></x:c>"#,
            r#"<x:c r="C1"><x:f>3</x:f><x:v>3</x:v></x:c></x:row>"#
        ),
        "",
    );
    let sheet = only("表.xlsx", &bytes);
    assert_eq!(texts(&sheet), [["=1+1", "", "3"]]);
    assert_eq!(sheet.cell(0, 0).kind, CellKind::Error);
}

/// An .xlsx around the XML of one sheet, for what no library writes.
fn raw_xlsx(sheet: &str, properties: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    for (path, text) in [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<x:workbook xmlns:x="{main}" xmlns:r="{relations}">{properties}<x:sheets><x:sheet name="表" sheetId="1" r:id="rId1"/></x:sheets></x:workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"<x:styleSheet xmlns:x="{main}"><x:cellXfs count="2"><x:xf numFmtId="0"/><x:xf numFmtId="31"/></x:cellXfs></x:styleSheet>"#
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(
                r#"<x:worksheet xmlns:x="{main}"><x:sheetData>{sheet}</x:sheetData></x:worksheet>"#
            ),
        ),
    ] {
        archive
            .start_file(path, zip::write::SimpleFileOptions::default())
            .and_then(|()| Ok(archive.write_all(text.as_bytes())?))
            .expect("memory takes it");
    }
    archive.finish().expect("memory takes it").into_inner()
}

#[test]
fn text_is_read_in_every_encoding_and_with_every_delimiter() {
    let text = "企业名称,产品名称\r\n某厂,“电线”\r\n";
    let expected = [["企业名称", "产品名称"], ["某厂", "“电线”"]];
    let utf16 = |order: fn(u16) -> [u8; 2], text: &str| -> Vec<u8> {
        std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(order)
            .collect()
    };
    for (name, bytes) in [
        ("UTF-8", text.as_bytes().to_vec()),
        ("BOM", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("GB18030", encoding_rs::GB18030.encode(text).0.into_owned()),
        (
            "UTF-16LE",
            utf16(u16::to_le_bytes, &text.replace(',', "\t")),
        ),
        ("UTF-16BE", utf16(u16::to_be_bytes, text)),
        ("semicolons", text.replace(',', ";").into_bytes()),
        ("tabs", text.replace(',', "\t").into_bytes()),
    ] {
        assert_eq!(texts(&only(name, &bytes)), expected, "{name}");
    }
}

#[test]
fn rows_are_counted_as_people_count_them() {
    let sheet = only(
        "x.csv",
        "标题\n\n\n甲,\"一\n二\"\n\n乙,=\"0123\"\n\n\n".as_bytes(),
    );
    let expected: [&[&str]; 6] = [&["标题"], &[], &[], &["甲", "一\n二"], &[], &["乙", "0123"]];
    assert_eq!(texts(&sheet), expected);
}

#[test]
fn a_workbook_gives_dates_values_and_merges() {
    let bytes = xlsx(|sheet| {
        let day = ExcelDateTime::from_ymd(2013, 2, 15)?;
        let moment = ExcelDateTime::from_ymd(2013, 2, 15)?.and_hms(9, 30, 0)?;
        sheet.merge_range(0, 0, 0, 5, "标题", &Format::new())?;
        for (column, format) in [
            "yyyy-mm-dd",
            "yyyy\"年\"m\"月\"d\"日\"",
            "m/d/yyyy",
            "[$-804]yyyy/m/d dddd",
        ]
        .iter()
        .enumerate()
        {
            sheet.write_with_format(
                1,
                u16::try_from(column).unwrap_or(0),
                &day,
                &Format::new().set_num_format(*format),
            )?;
        }
        sheet.write_with_format(
            1,
            4,
            &moment,
            &Format::new().set_num_format("yyyy-mm-dd hh:mm"),
        )?;
        sheet.write_with_format(1, 5, &day, &Format::new().set_num_format_index(14))?;
        sheet.write(2, 0, 41_320)?;
        sheet.write(2, 1, 20_130_215.0)?;
        sheet.write(2, 2, 0.1)?;
        sheet.write(2, 3, true)?;
        sheet.write(2, 4, Formula::new("=1+1").set_result("2"))?;
        sheet.write(2, 5, Formula::new("=A1&\"!\"").set_result("标题!"))?;
        sheet.write(2, 6, Formula::new("=1/0").set_result("#DIV/0!"))?;
        sheet.merge_range(3, 0, 4, 0, "两行", &Format::new())?;
        sheet.write(4, 1, "乙")?;
        // Formatted and empty, far away: it takes no room.
        sheet.write_blank(900_000, 3, &Format::new().set_bold())?;
        sheet.write_blank(3, 9_000, &Format::new().set_bold())?;
        sheet.write(6, 0, "  ")?;
        Ok(())
    });
    let sheet = only("x.xlsx", &bytes);
    let expected: [&[&str]; 5] = [
        &["标题"],
        &[
            "2013-02-15",
            "2013-02-15",
            "2013-02-15",
            "2013-02-15",
            "2013-02-15 09:30:00",
            "2013-02-15",
        ],
        &["41320", "20130215", "0.1", "是", "2", "标题!", "#DIV/0!"],
        &["两行"],
        &["两行", "乙"],
    ];
    assert_eq!(texts(&sheet), expected);
    assert!(sheet.rows[1].iter().all(|cell| cell.kind == CellKind::Day));
    assert_eq!(sheet.rows[2][0].kind, CellKind::Number);
    assert_eq!(sheet.rows[2][6].kind, CellKind::Error);
    assert_eq!((sheet.merges[0].from, sheet.merges[0].to), ((0, 0), (0, 5)));
}

#[test]
fn hidden_and_empty_sheets_are_left_out() {
    let mut workbook = Workbook::new();
    let mut add = |name: &str, hidden: bool, text: Option<&str>| {
        let sheet = workbook.add_worksheet();
        sheet
            .set_name(name)
            .expect("the name is fine")
            .set_hidden(hidden);
        if let Some(text) = text {
            sheet.write(0, 0, text).expect("the cell is there");
        }
    };
    add("封面", false, Some("甲"));
    add("草稿", true, Some("乙"));
    add("空", false, None);
    add("数据", false, Some("丙"));
    let bytes = workbook
        .save_to_buffer()
        .expect("the workbook can be written");
    let sheets = read("x.xlsx", &bytes).expect("the file is readable");
    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["封面", "数据"]);
}

/// Prefixed names, cells without addresses, a built-in Chinese date format, the epoch of 1904.
#[test]
fn a_workbook_of_another_program_is_read() {
    let sheet = r#"<x:row><x:c t="inlineStr"><x:is><x:r><x:t>企业</x:t></x:r><x:r><x:t>名称</x:t></x:r></x:is></x:c><x:c t="inlineStr"><x:is><x:t>抽样日期</x:t></x:is></x:c></x:row><x:row><x:c t="str"><x:v>某厂</x:v></x:c><x:c s="1"><x:v>41320</x:v></x:c><x:c t="d"><x:v>2013-02-15T00:00:00</x:v></x:c></x:row>"#;
    let expected = [
        vec!["企业名称", "抽样日期"],
        vec!["某厂", "2013-02-15", "2013-02-15T00:00:00"],
    ];
    assert_eq!(texts(&only("x.xlsx", &raw_xlsx(sheet, ""))), expected);
    let late = only(
        "x.xlsx",
        &raw_xlsx(sheet, r#"<x:workbookPr date1904="1"/>"#),
    );
    assert_eq!(late.rows[1][1].text, "2017-02-16");
}

#[test]
fn an_old_workbook_is_read() {
    let sheet = only("results.xls", XLS);
    assert_eq!(sheet.name, "结果");
    let expected: [&[&str]; 4] = [
        &["2013年电线产品质量监督抽查结果汇总表"],
        &[
            "企业名称",
            "产品名称",
            "抽样日期",
            "综合判定",
            "报告编号",
            "检验项数",
        ],
        &["北京某某电线厂", "电线", "2013-02-15", "0", "WT-1", "13"],
        &["北京某某电线厂", "电缆", "2013-02-16", "1", "20130002"],
    ];
    assert_eq!(texts(&sheet)[..3], expected[..3]);
    assert_eq!(texts(&sheet)[3][..5], *expected[3]);
    let mapping = Mapping::of(&sheet).expect("it has a heading");
    let counts = propose(&sheet, &mapping, &Answers::default()).counts();
    assert_eq!(
        (counts.rows, counts.nonconforming, counts.faulty),
        (2, 1, 0)
    );
}

#[test]
fn what_is_no_sheet_is_said() {
    let wide = vec!["甲"; MAXIMUM_COLUMNS + 1].join(",");
    let long = "甲\n".repeat(MAXIMUM_ROWS + 1);
    let far = xlsx(|sheet| sheet.write(1_048_575, 0, "甲").map(|_| ()));
    let mut broken = XLSX.to_vec();
    broken.truncate(4_000);
    let container = |stream: &str| {
        let empty = std::io::Cursor::new(vec![]);
        let mut container = cfb::CompoundFile::create(empty).expect("memory takes it");
        container.create_stream(stream).expect("memory takes it");
        container.into_inner().into_inner()
    };
    let (locked, letter) = (container("EncryptedPackage"), container("WordDocument"));
    for (name, bytes, error) in [
        ("空.csv", &b""[..], ReadError::Empty),
        ("空.csv", b" \n,,\n", ReadError::Empty),
        (
            "表.xls",
            b"<html><table><tr><td>1</td></tr></table></html>",
            ReadError::WebPage,
        ),
        (
            "表.xls",
            b"\xef\xbb\xbf<?xml version=\"1.0\"?><Workbook/>",
            ReadError::WebPage,
        ),
        (
            "图.png",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01",
            ReadError::UnknownFormat,
        ),
        (
            "文.csv",
            b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\0",
            ReadError::UnknownFormat,
        ),
        (
            "表.csv",
            wide.as_bytes(),
            ReadError::TooManyColumns("表".to_owned()),
        ),
        (
            "表.csv",
            long.as_bytes(),
            ReadError::TooManyRows("表".to_owned()),
        ),
        ("表.xlsx", &far, ReadError::TooManyRows("Sheet1".to_owned())),
        ("表.xlsx", &broken, ReadError::Damaged),
        ("表.xlsx", b"PK\x03\x04", ReadError::Damaged),
        ("表.xls", &XLS[..3_000], ReadError::Damaged),
        ("表.xlsx", &locked, ReadError::Locked),
        ("信.doc", &letter, ReadError::UnknownFormat),
        (
            "大.csv",
            &vec![b'a'; MAXIMUM_BYTES + 1],
            ReadError::TooLarge,
        ),
    ] {
        assert_eq!(read(name, bytes), Err(error), "{name}");
    }
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    archive
        .start_file(
            "word/document.xml",
            zip::write::SimpleFileOptions::default(),
        )
        .expect("memory takes it");
    let document = archive.finish().expect("memory takes it").into_inner();
    assert_eq!(read("文.docx", &document), Err(ReadError::UnknownFormat));
}

#[test]
fn progress_is_told() {
    let mut told = vec![];
    let text = "甲\n".repeat(2_000);
    sheets::read_reporting("x.csv", text.as_bytes(), &mut |rows| told.push(rows))
        .expect("it is readable");
    assert_eq!(told, [500, 1_000, 1_500]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_are_too_odd(name in "\\PC{0,8}", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&name, &bytes);
    }

    #[test]
    fn no_damage_is_too_odd(
        old in any::<bool>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = if old { XLS } else { XLSX }.to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        for sheet in read("x", &bytes).unwrap_or_default() {
            if let Ok(mapping) = Mapping::of(&sheet) {
                let _ = propose(&sheet, &mapping, &Answers::default());
            }
        }
    }
}
