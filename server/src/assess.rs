//! `aftercheck assess`: case files in, the computed ledger out, with no database and no network.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use shared::{
    CaseFile, Day,
    calendar::WorkCalendar,
    case_file::{self, CaseFileError},
    report::report,
};

use crate::console::{is_enough, reason};

/// Computes these case files as one ledger on this day and prints the document; with `explain`
/// every row says why its day is that day.
///
/// Every file that cannot be used is named on standard error, with line and field; then nothing
/// is printed, and the exit code is not zero. Whoever reads no further, as `head` does, has what
/// they wanted.
pub fn run(files: &[PathBuf], as_of: Day, explain: bool) -> ExitCode {
    match print(files, as_of, explain, &mut io::stdout().lock()) {
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
    #[error("结果不能写出（{}）", reason(.0))]
    Output(#[from] io::Error),
}

fn print(
    files: &[PathBuf],
    as_of: Day,
    explain: bool,
    output: &mut impl Write,
) -> Result<(), Vec<Error>> {
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
    let report = report(&ledger, WorkCalendar::official(), as_of, explain);
    let mut buffered = io::BufWriter::new(output);
    serde_json::to_writer_pretty(&mut buffered, &report)
        .map_err(io::Error::from)
        .and_then(|()| writeln!(buffered))
        .and_then(|()| buffered.flush())
        .map_err(|error| vec![Error::Output(error)])
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

    fn check(texts: &[&str], expected: Result<&str, &[&str]>) {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> = (0..texts.len())
            .map(|at| folder.path().join(format!("{at}.json")))
            .collect();
        for (path, text) in files.iter().zip(texts) {
            fs::write(path, text).unwrap();
        }
        let mut output = Vec::new();
        let as_of = "2013-02-20".parse().unwrap();
        match (print(&files, as_of, true, &mut output), expected) {
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
        let as_of = "2013-02-20".parse().unwrap();
        let errors = print(&files, as_of, false, &mut Vec::new()).unwrap_err();
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
