//! `aftercheck announcement`: the figures of a quarter's announcement, from the data directory.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use shared::{
    CaseFile, Day,
    announcement::{Figures, Quarter, figures},
    calendar::WorkCalendar,
    history::History,
};

use crate::{
    api::now_milliseconds,
    console::{is_enough, reason},
    db::{self, Database, FILE_NAME},
};

/// Which quarter, of which ledger, on which day.
#[derive(Args, Debug)]
pub struct Arguments {
    /// 数据目录
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// 监督抽查的年度
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1..=9999))]
    year: i32,
    /// 监督抽查的季度
    #[arg(long, value_name = "1-4", value_parser = clap::value_parser!(u8).range(1..=4))]
    quarter: u8,
    /// 截至哪一天，如 2013-06-30；不写即为今天（北京时间）
    #[arg(long, value_name = "DAY")]
    as_of: Option<Day>,
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{} 不是数据目录：没有 {FILE_NAME}", .0.display())]
    NoData(PathBuf),
    #[error("数据库不能使用：{0}")]
    Database(#[from] db::Error),
    #[error("结果不能写出（{}）", reason(.0))]
    Output(#[from] io::Error),
}

/// Prints the figures of the draft as the screen shows them.
pub fn run(arguments: &Arguments) -> ExitCode {
    match print(arguments, &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Output(error)) if is_enough(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if standard error is gone too.
            let _ = writeln!(io::stderr(), "错误：{error}");
            ExitCode::FAILURE
        }
    }
}

fn print(arguments: &Arguments, output: &mut impl Write) -> Result<(), Error> {
    let today = || Day::at_unix_milliseconds(now_milliseconds().cast_signed());
    let quarter = Quarter {
        year: arguments.year,
        quarter: arguments.quarter,
    };
    let found = of_directory(
        &arguments.data,
        quarter,
        arguments.as_of.unwrap_or_else(today),
    )?;
    serde_json::to_writer_pretty(&mut *output, &found).map_err(io::Error::from)?;
    Ok(writeln!(output)?)
}

fn of_directory(data: &Path, quarter: Quarter, as_of: Day) -> Result<Figures, Error> {
    // Looking does not make a data file.
    if !data.join(FILE_NAME).is_file() {
        return Err(Error::NoData(data.to_owned()));
    }
    let ledger: Vec<CaseFile> = Database::open(data)?
        .ledger()?
        .into_iter()
        .map(|(_, case)| case.file)
        .collect();
    let history = History::of_ledger(&ledger, as_of);
    Ok(figures(
        &ledger,
        &history,
        WorkCalendar::official(),
        quarter,
        as_of,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_from_the_data_directory_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let quarter = Quarter {
            year: 2013,
            quarter: 1,
        };
        let as_of = "2013-03-04".parse().unwrap();
        let error = of_directory(folder.path(), quarter, as_of).unwrap_err();
        assert!(error.to_string().ends_with("没有 aftercheck.sqlite3"));
        assert!(!folder.path().join(FILE_NAME).exists());

        let database = Database::open(folder.path()).unwrap();
        // 2013-03-04 at noon in Beijing.
        crate::sample::load(&database, "municipal", 1_362_369_600_000).unwrap();
        let ledger = database.ledger().unwrap();
        let found = of_directory(folder.path(), quarter, as_of).unwrap();
        let of_quarter = |case: &CaseFile| Quarter::of(&case.case.spot_check) == Some(quarter);
        let counted = ledger
            .iter()
            .filter(|(_, case)| of_quarter(&case.file))
            .filter(|(_, case)| case.file.case.product.excluded_class.is_none())
            .count();
        assert!(counted > 0);
        assert!(found.batches <= counted && found.batches > 0);
        let kinds: usize = found.kinds.iter().map(|kind| kind.batches).sum();
        assert_eq!(kinds, found.batches);
    }
}
