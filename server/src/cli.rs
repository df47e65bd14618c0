//! The command line.

use std::{
    io::{self, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use tokio::net::TcpListener;

use shared::{Day, Role, account::Invitation, import::Period};

use crate::{
    announcement,
    api::{self, State, now_milliseconds},
    assess,
    console::{reason, refused},
    db::{self, Database},
    demo, export, http, import,
    tls::{self, Tls},
};

/// Where it listens if nothing is said: for this machine alone; under HTTPS, for tablets too.
/// How many requests wait for the database, the disk or the other ones at the same time.
const BLOCKING_THREADS: usize = 4;
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const LISTEN_SECURELY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8443);

/// 抽查后处理：一个程序，一个数据目录。
#[derive(Parser, Debug)]
#[command(name = "aftercheck", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

/// Everything but serving.
#[derive(Subcommand, Debug)]
enum Command {
    /// 计算案件文件：期限、公告情形、限制和提示，以 JSON 输出；不用网络，不用数据库
    Assess(assess::Arguments),
    /// 导入检验结果表和案件文件；最后一行以 JSON 说明导入、更新、跳过和未收的各有哪些
    Import {
        /// 数据目录；没有就新建
        #[arg(long, value_name = "DIR", default_value = "data")]
        data: PathBuf,
        /// 检验报告的报送日期，表里没有时用；不说就留待补日期
        #[arg(long, value_name = "DAY")]
        submitted: Option<Day>,
        /// 抽查的年份和季度，如 2013/1，表里没有时用
        #[arg(long, value_name = "YEAR/QUARTER", value_parser = spot_check)]
        spot_check: Option<Period>,
        /// .xlsx、.xls、.csv，案件文件 .json，或装有它们的 .zip
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// 把台账逐件写成案件文件，连同每条记录的作者和时间；再导入不丢、不重
    Export {
        /// 数据目录
        #[arg(long, value_name = "DIR", default_value = "data")]
        data: PathBuf,
        /// 写到哪个目录；没有就新建
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// 公告草案的数字：一个季度监督抽查的批次、家次、产品种类和附表，以 JSON 输出
    Announcement(announcement::Arguments),
}

/// A spot check's year and quarter: `2013/1`.
fn spot_check(text: &str) -> Result<Period, &'static str> {
    let wrong = "应为年份/季度，如 2013/1";
    let (year, quarter) = text.split_once('/').ok_or(wrong)?;
    let year = year.parse().map_err(|_| wrong)?;
    let quarter = quarter.parse().map_err(|_| wrong)?;
    if !(1990..2100).contains(&year) || !(1..=4).contains(&quarter) {
        return Err(wrong);
    }
    Ok(Period {
        year,
        quarter,
        number: 1,
    })
}

#[derive(Args, Debug)]
struct Options {
    /// 数据目录；没有就新建
    #[arg(
        long,
        value_name = "DIR",
        default_value = "data",
        conflicts_with = "demo"
    )]
    data: PathBuf,
    /// 监听地址，默认 127.0.0.1:8080，用 HTTPS 时为 0.0.0.0:8443；端口 0 表示任选一个空闲端口
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    tls: tls::Options,
    /// 演示：用样例台账和演示账号，停止后一切作废
    #[arg(long)]
    demo: bool,
}

/// Why the program stopped.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("数据目录 {} 不能使用：{}", path.display(), reason(source))]
    Data { path: PathBuf, source: io::Error },
    #[error("不能在 {address} 上监听：{}", reason(source))]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("HTTPS 不能启用：{0}")]
    Tls(#[from] tls::Error),
    #[error("数据库不能使用：{0}")]
    Database(#[from] db::Error),
    #[error("演示数据不能准备：{0}")]
    Demo(#[from] demo::Error),
    #[error("服务中断：{0}")]
    Serve(#[from] io::Error),
    #[error("{} 里没有台账", .0.display())]
    NoLedger(PathBuf),
    #[error("没有导出完：{0}")]
    Export(#[from] export::Error),
    #[error("结果不能写出（{0}）")]
    Output(serde_json::Error),
}

/// The exit code where the arguments are wrong.
const MISUSED: u8 = 2;

/// Reads the arguments, does what they say, and says what went wrong.
pub fn main() -> ExitCode {
    let Arguments { command, options } = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => match refused(&error) {
            Some(why) => {
                let _ = writeln!(io::stderr(), "错误：{why}。用法见 aftercheck --help");
                return ExitCode::from(MISUSED);
            }
            None => error.exit(),
        },
    };
    let done = match command {
        Some(Command::Assess(arguments)) => return assess::run(&arguments),
        Some(Command::Announcement(arguments)) => return announcement::run(&arguments),
        Some(Command::Import {
            data,
            submitted,
            spot_check,
            files,
        }) => import(&data, submitted, spot_check, &files),
        Some(Command::Export { data, out }) => export(&data, &out),
        None => run(&options).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        // Nobody is left to tell if standard error is gone too.
        let _ = writeln!(io::stderr(), "错误：{error}");
        ExitCode::FAILURE
    })
}

/// Imports, and prints what came of it; fails where a file could not be read at all.
fn import(
    data: &Path,
    submitted_on: Option<Day>,
    period: Option<Period>,
    files: &[PathBuf],
) -> Result<ExitCode, Error> {
    create(data)?;
    let now = now_milliseconds();
    let open = import::Open {
        submitted_on,
        period,
        today: Some(Day::at_unix_milliseconds(
            i64::try_from(now).unwrap_or(i64::MAX),
        )),
    };
    let report = import::run(&Database::open(data)?, files, open, now)?;
    print_line(&report)?;
    Ok(match report.unreadable {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn export(data: &Path, out: &Path) -> Result<ExitCode, Error> {
    if !data.join(db::FILE_NAME).is_file() {
        return Err(Error::NoLedger(data.to_owned()));
    }
    let cases = export::run(&Database::open(data)?, out)?;
    print_line(&serde_json::json!({ "cases": cases }))?;
    Ok(ExitCode::SUCCESS)
}

fn print_line(value: &impl Serialize) -> Result<(), Error> {
    let line = serde_json::to_string(value).map_err(Error::Output)?;
    writeln!(io::stdout(), "{line}")?;
    Ok(())
}

/// Makes the data directory where there is none.
fn create(data: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(data).map_err(|source| Error::Data {
        path: data.to_owned(),
        source,
    })
}

fn run(options: &Options) -> Result<(), Error> {
    // Kept until the end: dropping it removes what the demo wrote.
    let throwaway = options.demo.then(tempfile::tempdir).transpose()?;
    let data = throwaway
        .as_ref()
        .map_or(options.data.as_path(), |folder| folder.path());
    create(data)?;

    let database = Database::open(data)?;
    if options.demo {
        demo::prepare(&database)?;
    }
    let first_token = if database.has_accounts()? {
        None
    } else {
        Some(first_administrator(&database)?)
    };
    let state = State::new(database, options.demo);
    let tls = Tls::of(&options.tls, data)?;
    let listen = options.listen.unwrap_or(match tls {
        Some(_) => LISTEN_SECURELY,
        None => LISTEN,
    });

    // Work that blocks has one writer or the disk to wait for: more threads would only take memory.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen)
            .await
            .map_err(|source| Error::Listen {
                address: listen,
                source,
            })?;
        let bound = listener.local_addr()?;
        let address = match &tls {
            None => format!("http://{bound}"),
            Some(_) if bound.ip().is_unspecified() => format!("https://localhost:{}", bound.port()),
            Some(_) => format!("https://{bound}"),
        };
        writeln!(io::stdout(), "抽查后处理已启动：{address}")?;
        if let Some(token) = first_token {
            writeln!(
                io::stdout(),
                "还没有账号。请在浏览器打开此一次性链接，建立管理员账号：\n{address}/welcome#{token}"
            )?;
        }
        let router = http::router(api::router(state));
        let Some(tls) = tls else {
            return Ok(http::serve(http::prompt(listener), router, stop_signal()).await?);
        };
        writeln!(io::stdout(), "{}", tls.greeting(bound))?;
        let (secure, plain) = tls.listen(listener)?;
        let (router, plain_router) = (tls.router(router), tls.plain_router());
        tokio::spawn(tls.renew());
        tokio::spawn(http::serve(plain, plain_router, std::future::pending()));
        Ok(http::serve(secure, router, stop_signal()).await?)
    })
}

/// The one-time link for the first account; a server that has none prints a new one at each start.
fn first_administrator(database: &Database) -> Result<String, db::Error> {
    let invitation = Invitation {
        user: None,
        role: Role::Administrator,
        office: String::new(),
        display: String::new(),
    };
    database.invite(&invitation, now_milliseconds())
}

/// Ctrl-C, or the signal by which a service manager stops its services.
async fn stop_signal() {
    let interrupt = async {
        // Without the handler the signal ends the process at once, which is right as well.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<Option<()>>();
    tokio::select! {
        () = interrupt => {}
        _ = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_arguments_are_told_in_one_language() {
        let check = |words: &str, expected: Option<&str>| {
            let words = ["aftercheck"].into_iter().chain(words.split_whitespace());
            let error = Arguments::try_parse_from(words).expect_err("it is wrong");
            assert_eq!(refused(&error).as_deref(), expected, "{error}");
        };
        check("--help", None);
        check("assess --help", None);
        check("--version", None);
        check(
            "assess --as-of 2013-02-31 x.json",
            Some("--as-of <DAY> 的值不对：“2013-02-31”不是日期，应写作 2013-03-04"),
        );
        check("assess x.json", Some("缺少 --as-of <DAY>"));
        check("assess", Some("缺少 --as-of <DAY>、<FILE>..."));
        check("assess --as-of", Some("--as-of <DAY> 没有写值"));
        check(
            "import --spot-check 2013 x",
            Some("--spot-check <YEAR/QUARTER> 的值不对：应为年份/季度，如 2013/1"),
        );
        check(
            "announcement --year 2013 --quarter 5",
            Some("--quarter <1-4> 的值“5”不对"),
        );
        check(
            "--listen nowhere",
            Some("--listen <ADDR> 的值“nowhere”不对"),
        );
        check("--dema", Some("不认识参数 --dema"));
        check("--demo --data x", Some("--demo 不能与 --data <DIR> 同用"));
    }
}
