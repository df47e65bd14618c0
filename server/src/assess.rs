//! `aftercheck assess`: case files in, the computed ledger out, with no database and no network.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use shared::{
    CaseFile, Day,
    calendar::{CalendarError, WorkCalendar},
    case_file::{self, CaseFileError},
    report::report,
};

use crate::console::{is_enough, reason};

/// What to compute, and by which working days.
#[derive(Args, Debug)]
#[expect(
    clippy::option_option,
    reason = "left out, given, and given with a value are three things to clap"
)]
pub struct Arguments {
    /// 截至哪一天，如 2013-03-01
    #[arg(long, value_name = "DAY")]
    as_of: Day,
    /// 逐日说明每个期限是怎样数出来的
    #[arg(long)]
    explain: bool,
    /// 另行载入的放假安排（CSV），可以写多次；不写即按随本程序发布的
    #[arg(long, value_name = "CSV")]
    notices: Vec<PathBuf>,
    /// 计入在京机关调休：随本程序发布的，写 --overlay=CSV 时连同这一份
    #[arg(long, value_name = "CSV", num_args = 0..=1, require_equals = true)]
    overlay: Option<Option<PathBuf>>,
    /// 案件文件；全部文件合为一个台账
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Computes these case files as one ledger on this day and prints the document; with `--explain`
/// every row says why its day is that day.
///
/// Every file that cannot be used is named on standard error, with line and field; then nothing
/// is printed, and the exit code is not zero. Whoever reads no further, as `head` does, has what
/// they wanted.
pub fn run(arguments: &Arguments) -> ExitCode {
    match print(arguments, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(errors) if matches!(&errors[..], [Error::Output(error)] if is_enough(error)) => {
            ExitCode::SUCCESS
        }
        Err(errors) => {
            let mut stderr = io::stderr().lock();
            for error in errors {
                // Nobody is left to tell if standard error is gone too.
                let _ = writeln!(stderr, "错误：{error}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Why the ledger could not be computed.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{}：不能读取（{}）", path.display(), reason(source))]
    File { path: PathBuf, source: io::Error },
    #[error("{}：{source}", path.display())]
    Case {
        path: PathBuf,
        source: CaseFileError,
    },
    #[error("{}：{source}", path.display())]
    Calendar {
        path: PathBuf,
        source: CalendarError,
    },
    #[error("结果不能写出（{}）", reason(.0))]
    Output(#[from] io::Error),
}

fn print(arguments: &Arguments, output: &mut impl Write) -> Result<(), Vec<Error>> {
    let Arguments {
        as_of,
        explain,
        files,
        ..
    } = arguments;
    let calendar = calendar(arguments).map_err(|error| vec![error])?;
    let (mut ledger, mut errors) = (Vec::with_capacity(files.len()), Vec::new());
    for path in files {
        match read(path) {
            Ok(case) => ledger.push(case),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let report = report(&ledger, &calendar, *as_of, *explain);
    let mut buffered = io::BufWriter::new(output);
    serde_json::to_writer_pretty(&mut buffered, &report)
        .map_err(io::Error::from)
        .and_then(|()| writeln!(buffered))
        .and_then(|()| buffered.flush())
        .map_err(|error| vec![Error::Output(error)])
}

/// The working days that come with this version, and what is loaded beside them.
fn calendar(arguments: &Arguments) -> Result<WorkCalendar, Error> {
    let official = WorkCalendar::official().clone();
    let with_notices = arguments
        .notices
        .iter()
        .try_fold(official, |calendar, path| {
            loaded(path, |csv| calendar.with_notice(csv))
        })?;
    let Some(overlay) = &arguments.overlay else {
        return Ok(with_notices);
    };
    let overlaid = with_notices.with_overlay_of_beijing();
    match overlay {
        Some(path) => loaded(path, |csv| overlaid.with_bureau_overlay(csv)),
        None => Ok(overlaid),
    }
}

fn loaded(
    path: &Path,
    load: impl FnOnce(&str) -> Result<WorkCalendar, CalendarError>,
) -> Result<WorkCalendar, Error> {
    let csv = fs::read_to_string(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })?;
    load(&csv).map_err(|source| Error::Calendar {
        path: path.to_owned(),
        source,
    })
}

fn read(path: &Path) -> Result<CaseFile, Error> {
    let bytes = fs::read(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })?;
    case_file::read(&bytes).map_err(|source| Error::Case {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{ "format": "aftercheck-case/1",
        "case": { "number": "京2013-001", "regulation": "beijing-2013" },
        "events": [{ "id": "e1", "type": "materials_received", "on": "2013-02-07" }] }"#;

    fn arguments(files: Vec<PathBuf>) -> Arguments {
        Arguments {
            as_of: "2013-02-20".parse().unwrap(),
            explain: true,
            notices: Vec::new(),
            overlay: None,
            files,
        }
    }

    fn check(texts: &[&str], expected: Result<&str, &[&str]>) {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> = (0..texts.len())
            .map(|at| folder.path().join(format!("{at}.json")))
            .collect();
        for (path, text) in files.iter().zip(texts) {
            fs::write(path, text).unwrap();
        }
        let mut output = Vec::new();
        match (print(&arguments(files), &mut output), expected) {
            (Ok(()), Ok(part)) => {
                let output = String::from_utf8(output).unwrap();
                assert!(output.contains(part), "{output}");
            }
            (Err(errors), Err(parts)) => {
                assert!(output.is_empty());
                assert_eq!(errors.len(), parts.len(), "{errors:?}");
                for (error, part) in errors.iter().zip(parts) {
                    assert!(error.to_string().contains(part), "{error}");
                }
            }
            (found, _) => panic!("{found:?}"),
        }
    }

    #[test]
    fn prints_the_ledger_or_says_what_is_wrong() {
        check(&[GOOD], Ok(r#""due": "2013-02-19""#));
        check(&[GOOD], Ok("2 月 16 日、17 日虽是周末"));
        let day = GOOD.replace("2013-02-07", "2013-02-31");
        check(&[GOOD, &day], Err(&["1.json：第 3 行第"]));
        check(&[&day], Err(&["字段 events[0].on：“2013-02-31”不是日期"]));
        check(
            &["{", "{}"],
            Err(&["不是 JSON", "应为 aftercheck-case/1，实为 （无）"]),
        );
        check(&["", GOOD], Err(&["不是 JSON"]));
    }

    #[test]
    fn a_missing_file_is_named() {
        let files = [PathBuf::from("nowhere.json"), PathBuf::from("src")];
        let errors = print(&arguments(files.to_vec()), &mut Vec::new()).unwrap_err();
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                "nowhere.json：不能读取（找不到）",
                "src：不能读取（是目录，不是文件）"
            ]
        );
    }
}
