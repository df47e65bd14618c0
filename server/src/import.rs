//! `aftercheck import`: sheets and case files into the ledger of a data directory.
//!
//! Files are read, matched and checked by the same code as in the app, and go through the same
//! module of the database as what devices send.

use std::{collections::BTreeSet, fs, io, path::PathBuf};

use serde::Serialize;
use shared::{
    CaseFile, Day,
    attachment::ContentHash,
    case_file::CaseFileError,
    change::Subject,
    import::{Answers, Field, Mapping, NoTableError, Period, Problem, Sheet, propose},
    sync::{Scope, wire::RefusalReason},
    travel::{Received, Unpacked, unpack},
};
use sheets::{Content, Part};

use crate::{
    console::reason,
    contents::{self, Contents},
    db::{self, Arriving, Database, NamedContent, Taken},
};

/// Cases taken in one transaction.
const CASES_AT_A_TIME: usize = 500;

/// What the files leave open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open {
    /// The day on which the inspection body submitted the reports.
    pub submitted_on: Option<Day>,
    /// The spot check's year and quarter.
    pub period: Option<Period>,
    /// Today.
    pub today: Option<Day>,
}

/// What came of an import.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Batches and cases that the files hold, whatever came of them.
    pub rows: usize,
    /// New cases.
    pub imported: usize,
    /// Cases that the ledger had, and that have something new now.
    pub updated: usize,
    /// Cases of which the ledger had everything.
    pub skipped: usize,
    /// Photos, scans and signatures whose bytes are here now and were not before.
    pub attachments: usize,
    /// What was not taken, one by one.
    pub rejected: Vec<Rejected>,
    /// Rows of sheets that are no batch: sums, notes, repeated headings.
    pub passed_over: Vec<PassedOver>,
    /// Files of which nothing could be read.
    #[serde(skip)]
    pub unreadable: usize,
}

/// Something that was not taken: a cell of a row, or a case of a file.
#[derive(Debug, Serialize)]
pub struct Rejected {
    /// The file, as it was named.
    pub file: String,
    /// The sheet, where the file has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row as the sheet counts it, or the case's place in the file, from 1; none where it is
    /// the whole file.
    pub row: Option<usize>,
    /// The column's heading, or the field of the case file; none where it is the whole row.
    pub column: Option<String>,
    /// Where the cell is, such as `C5`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// What is wrong with it, and what to do.
    pub reason: String,
}

/// A row that is no batch.
#[derive(Debug, Serialize)]
pub struct PassedOver {
    /// The file, as it was named.
    pub file: String,
    /// The row as the sheet counts it, from 1.
    pub row: usize,
    /// What it says.
    pub text: String,
}

/// Takes these files into the ledger.
///
/// # Errors
/// Where the database fails. Files that cannot be read are told in the report.
pub fn run(
    database: &Database,
    files: &[PathBuf],
    open: Open,
    now_milliseconds: u64,
) -> Result<Report, db::Error> {
    let answers = Answers {
        submitted_on: open.submitted_on,
        period: open.period,
        today: open.today,
        ..Answers::default()
    };
    let mut import = Import::new(database, answers, now_milliseconds);
    for path in files {
        let name = path.display().to_string();
        match fs::read(path) {
            Ok(bytes) => {
                for part in sheets::open(&name, &bytes, &mut |_| {}) {
                    import.part(part)?;
                }
            }
            Err(error) => import.unreadable(&name, cannot_read(&error)),
        }
    }
    import.flush()?;
    import.keep_attachments()?;
    Ok(import.report)
}

/// Takes case files that a user hands in; says what came of them, and who has something new to see.
///
/// # Errors
/// Where the database fails.
pub fn take_files(
    database: &Database,
    cases: Vec<CaseFile>,
    now_milliseconds: u64,
) -> Result<(Received, BTreeSet<Scope>), db::Error> {
    let mut import = Import::new(database, Answers::default(), now_milliseconds);
    import.cases("", cases.into_iter().map(Ok).collect())?;
    import.flush()?;
    let Report {
        imported,
        updated,
        skipped,
        rejected,
        ..
    } = import.report;
    let rejected = rejected
        .into_iter()
        .map(|it| (it.row.unwrap_or(1).saturating_sub(1), it.reason))
        .collect();
    let received = Received {
        imported,
        updated,
        skipped,
        rejected,
    };
    Ok((received, import.touched))
}

fn cannot_read(error: &io::Error) -> String {
    format!("不能读取（{}）", reason(error))
}

/// An import under way.
struct Import<'a> {
    database: &'a Database,
    answers: Answers,
    now_milliseconds: u64,
    report: Report,
    waiting: Vec<(Place, Arriving)>,
    /// What cases attach, by the file that it came in: kept once the cases are in.
    attachments: Vec<(String, Vec<u8>)>,
    touched: BTreeSet<Scope>,
}

/// Where a case stands in what was handed in.
#[derive(Clone)]
struct Place {
    file: String,
    sheet: Option<String>,
    row: Option<usize>,
}

impl<'a> Import<'a> {
    fn new(database: &'a Database, answers: Answers, now_milliseconds: u64) -> Self {
        Self {
            database,
            answers,
            now_milliseconds,
            report: Report::default(),
            waiting: Vec::new(),
            attachments: Vec::new(),
            touched: BTreeSet::new(),
        }
    }

    fn part(&mut self, part: Part) -> Result<(), db::Error> {
        match part.content {
            Ok(Content::Sheets(sheets)) => self.sheets(&part.name, &sheets),
            Ok(Content::Cases(cases)) => self.cases(&part.name, cases),
            Ok(Content::Attachment(bytes)) => {
                self.attachments.push((part.name, bytes));
                Ok(())
            }
            Err(error) => {
                self.unreadable(&part.name, error.to_string());
                Ok(())
            }
        }
    }

    fn unreadable(&mut self, file: &str, reason: String) {
        self.report.unreadable += 1;
        let place = Place {
            file: file.to_owned(),
            sheet: None,
            row: None,
        };
        self.reject(&place, None, None, reason);
    }

    fn reject(
        &mut self,
        place: &Place,
        column: Option<String>,
        cell: Option<String>,
        reason: String,
    ) {
        self.report.rejected.push(Rejected {
            file: place.file.clone(),
            sheet: place.sheet.clone(),
            row: place.row,
            column,
            cell,
            reason,
        });
    }

    /// Takes every sheet that lists batches; where none surely does, the first that has a table.
    fn sheets(&mut self, file: &str, sheets: &[Sheet]) -> Result<(), db::Error> {
        let tables: Vec<(&Sheet, Mapping)> = sheets
            .iter()
            .filter_map(|sheet| Some((sheet, Mapping::of(sheet).ok()?)))
            .collect();
        let lists_batches = |mapping: &Mapping| {
            [Field::Enterprise, Field::Product]
                .iter()
                .all(|&field| mapping.column_of(field).is_some())
        };
        let some_do = tables.iter().any(|(_, mapping)| lists_batches(mapping));
        let chosen: Vec<_> = tables
            .iter()
            .filter(|(_, mapping)| !some_do || lists_batches(mapping))
            .take(if some_do { usize::MAX } else { 1 })
            .collect();
        if chosen.is_empty() {
            self.unreadable(file, NoTableError.to_string());
        }
        for (sheet, mapping) in &chosen {
            let name = (chosen.len() > 1).then(|| sheet.name.clone());
            self.sheet(file, name.as_deref(), sheet, mapping)?;
        }
        Ok(())
    }

    fn sheet(
        &mut self,
        file: &str,
        name: Option<&str>,
        sheet: &Sheet,
        mapping: &Mapping,
    ) -> Result<(), db::Error> {
        let proposal = propose(sheet, mapping, &self.answers);
        self.report
            .passed_over
            .extend(proposal.asides.into_iter().map(|(row, text)| PassedOver {
                file: file.to_owned(),
                row: row + 1,
                text,
            }));
        for row in proposal.rows {
            self.report.rows += 1;
            let place = Place {
                file: file.to_owned(),
                sheet: name.map(str::to_owned),
                row: Some(row.row + 1),
            };
            let is_good = row.is_good();
            let Some(id) = row.id.filter(|_| is_good) else {
                for problem in row
                    .problems
                    .iter()
                    .filter(|problem| problem.fault.is_error())
                {
                    let (column, cell) = named(problem, mapping, row.row);
                    self.reject(&place, column, cell, problem.fault.to_string());
                }
                continue;
            };
            let mut told = CaseFile::new(row.case);
            told.events = row.events;
            self.take(
                place,
                Arriving {
                    subject: Subject::case(&id),
                    carried: Vec::new(),
                    told,
                    from_sheet: true,
                },
            )?;
        }
        Ok(())
    }

    fn cases(
        &mut self,
        file: &str,
        cases: Vec<Result<CaseFile, CaseFileError>>,
    ) -> Result<(), db::Error> {
        let is_one = cases.len() == 1;
        for (position, case) in cases.into_iter().enumerate() {
            let place = Place {
                file: file.to_owned(),
                sheet: None,
                row: Some(position + 1),
            };
            match case {
                Err(error) if is_one => self.unreadable(file, error.to_string()),
                Err(error) => {
                    self.report.rows += 1;
                    self.reject(&place, field_of(&error), None, error.to_string());
                }
                Ok(case) => {
                    self.report.rows += 1;
                    let Unpacked { id, carried, told } = unpack(case);
                    self.take(
                        place,
                        Arriving {
                            subject: Subject::case(&id),
                            carried,
                            told,
                            from_sheet: false,
                        },
                    )?;
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, place: Place, arriving: Arriving) -> Result<(), db::Error> {
        self.waiting.push((place, arriving));
        if self.waiting.len() >= CASES_AT_A_TIME {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what waits, in one transaction.
    fn flush(&mut self) -> Result<(), db::Error> {
        let (places, arriving): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().unzip();
        let taken = self.database.take_in(arriving, self.now_milliseconds)?;
        self.touched.extend(taken.touched);
        for (place, (taken, left_out)) in places.iter().zip(taken.cases) {
            match taken {
                Taken::Imported => self.report.imported += 1,
                Taken::Updated => self.report.updated += 1,
                Taken::Unchanged => self.report.skipped += 1,
                Taken::Refused(change, reason) => {
                    let reason = format!("记录 {change} 不能收：{}，整件未收", in_words(reason));
                    self.reject(place, None, None, reason);
                    continue;
                }
            }
            for event in left_out {
                let reason = "编号与台账里另一条记录相同，内容却不同，此条未收；更正请先撤销原记录";
                self.reject(
                    place,
                    Some(format!("events[{event}]")),
                    None,
                    reason.to_owned(),
                );
            }
        }
        Ok(())
    }
}

impl Import<'_> {
    /// Puts the bytes that a case names beside the database; tells of those that none names.
    fn keep_attachments(&mut self) -> Result<(), db::Error> {
        let contents = Contents::beside(self.database.directory());
        for (file, bytes) in std::mem::take(&mut self.attachments) {
            let hash = ContentHash::of(&bytes);
            match self.database.content(&Scope::All, &hash)? {
                Some(named) if named.complete => {}
                Some(named) => match keep(&contents, &hash, named, &bytes) {
                    Ok(()) => {
                        self.database.content_completed(
                            &hash,
                            named.media_type,
                            named.byte_size,
                            self.now_milliseconds,
                        )?;
                        self.report.attachments += 1;
                    }
                    Err(error) => self.unreadable(&file, format!("没有存下（{error}）")),
                },
                None => self.unreadable(&file, "没有案件附有它".to_owned()),
            }
        }
        Ok(())
    }
}

/// What has come of it before, a device sent; the rest is here.
fn keep(
    contents: &Contents,
    hash: &ContentHash,
    named: NamedContent,
    bytes: &[u8],
) -> Result<(), contents::Error> {
    let here = contents.offset(hash)?;
    let rest = usize::try_from(here).unwrap_or(usize::MAX);
    let rest = bytes.get(rest..).unwrap_or_default();
    contents
        .append(hash, named.media_type, named.byte_size, here, rest)
        .map(drop)
}

/// The column's heading and the cell's name; the field's own name where the sheet lacks its column.
fn named(problem: &Problem, mapping: &Mapping, row: usize) -> (Option<String>, Option<String>) {
    let column = problem
        .column
        .and_then(|column| Some((column, mapping.columns.get(column)?)));
    match (column, problem.field) {
        (Some((index, column)), field) => {
            let cell = format!("{}{}", letters(index), row + 1);
            let heading = match (column.heading.is_empty(), field) {
                (true, Some(field)) => field.title().to_owned(),
                _ => column.heading.clone(),
            };
            (Some(heading), Some(cell))
        }
        (None, Some(field)) => (Some(field.title().to_owned()), None),
        (None, None) => (None, None),
    }
}

/// The letters of a column, counted from 0: A … Z, AA …
fn letters(mut column: usize) -> String {
    let mut letters = String::new();
    loop {
        let letter = u8::try_from(column % 26).unwrap_or_default();
        letters.insert(0, char::from(b'A' + letter));
        if column < 26 {
            return letters;
        }
        column = column / 26 - 1;
    }
}

fn field_of(error: &CaseFileError) -> Option<String> {
    match error {
        CaseFileError::Unfit { field, .. } => Some(field.clone()),
        CaseFileError::OtherFormat { .. } => Some("format".to_owned()),
        _ => None,
    }
}

fn in_words(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::IdReused => "台账里同一编号的记录是另一份内容",
        RefusalReason::LaterVersion => "由更新的版本写成，请先升级",
        RefusalReason::Unreadable => "内容读不出来",
        RefusalReason::TooLarge => "太大",
        RefusalReason::NotPermitted
        | RefusalReason::OutOfScope
        | RefusalReason::OtherAuthor
        | RefusalReason::OutOfOrder => "不能由文件带入",
        RefusalReason::UnknownCase => "案件没有立",
        RefusalReason::Other => "记录的时间晚于本机时钟",
    }
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn columns_are_lettered_as_in_sheets() {
        for (column, name) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (52, "BA"),
            (199, "GR"),
        ] {
            assert_eq!(letters(column), name);
        }
    }
}
