//! The command line.

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use tokio::net::TcpListener;

use shared::{Day, Role, account::Invitation};

use crate::{
    announcement,
    api::{self, State, now_milliseconds},
    assess,
    db::{self, Database},
    demo, http,
};

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
    Assess {
        /// 截至哪一天，如 2013-03-01
        #[arg(long, value_name = "DAY")]
        as_of: Day,
        /// 逐日说明每个期限是怎样数出来的
        #[arg(long)]
        explain: bool,
        /// 案件文件；全部文件合为一个台账
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// 公告草案的数字：一个季度监督抽查的批次、家次、产品种类和附表，以 JSON 输出
    Announcement(announcement::Arguments),
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
    /// 监听地址；端口 0 表示任选一个空闲端口
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// 演示：用样例台账和演示账号，停止后一切作废
    #[arg(long)]
    demo: bool,
}

/// Why the program stopped.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("数据目录 {} 不能使用：{source}", path.display())]
    Data { path: PathBuf, source: io::Error },
    #[error("不能在 {address} 上监听：{source}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error("数据库不能使用：{0}")]
    Database(#[from] db::Error),
    #[error("演示数据不能准备：{0}")]
    Demo(#[from] demo::Error),
    #[error("服务中断：{0}")]
    Serve(#[from] io::Error),
}

/// Reads the arguments, does what they say, and says what went wrong.
pub fn main() -> ExitCode {
    let Arguments { command, options } = Arguments::parse();
    match command {
        Some(Command::Assess {
            as_of,
            explain,
            files,
        }) => return assess::run(&files, as_of, explain),
        Some(Command::Announcement(arguments)) => return announcement::run(&arguments),
        None => {}
    }
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell if standard error is gone too.
            let _ = writeln!(io::stderr(), "错误：{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Error> {
    // Kept until the end: dropping it removes what the demo wrote.
    let throwaway = options.demo.then(tempfile::tempdir).transpose()?;
    let data = throwaway
        .as_ref()
        .map_or(options.data.as_path(), |folder| folder.path());
    std::fs::create_dir_all(data).map_err(|source| Error::Data {
        path: data.to_owned(),
        source,
    })?;

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

    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind(options.listen)
            .await
            .map_err(|source| Error::Listen {
                address: options.listen,
                source,
            })?;
        writeln!(
            io::stdout(),
            "抽查后处理已启动：http://{}",
            listener.local_addr()?
        )?;
        if let Some(token) = first_token {
            let address = listener.local_addr()?;
            writeln!(
                io::stdout(),
                "还没有账号。请在浏览器打开此一次性链接，建立管理员账号：\nhttp://{address}/welcome#{token}"
            )?;
        }
        Ok(http::serve(listener, http::router(api::router(state)), stop_signal()).await?)
    })
}

/// The one-time link for the first account; a server that has none prints a new one at each start.
fn first_administrator(database: &Database) -> Result<String, db::Error> {
    let invitation = Invitation {
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
