//! The real binary, started, stopped and killed as a machine room does it.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use ::server::{
    api::now_milliseconds,
    db::Database,
    demo,
    import::{self, Open},
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long it may take to say something that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server with its data, running or not.
#[derive(Debug)]
pub struct Server {
    data: Option<PathBuf>,
    /// Whether it serves HTTPS, by its own authority.
    secure: bool,
    address: String,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    process: Child,
    lines: Receiver<String>,
}

impl Server {
    /// Starts on a data folder, at a free port.
    pub fn start(data: &Path) -> Self {
        Self::with(Some(data.to_owned()), false)
    }

    /// Starts with the sample ledger and the demo accounts. Stopped, it forgets everything.
    pub fn demo() -> Self {
        Self::with(None, false)
    }

    /// The same under HTTPS, with an authority of its own.
    pub fn secure_demo() -> Self {
        Self::with(None, true)
    }

    /// Makes a data folder with the demo's accounts and ledger and with these case files, and starts
    /// on it.
    pub fn with_cases(data: &Path, cases: &[Value]) -> Self {
        fs::create_dir(data).expect("the data folder is made");
        let database = Database::open(data).expect("the database opens");
        demo::prepare(&database).expect("the demo is prepared");
        let file = data.join("cases.json");
        fs::write(&file, Value::from(cases).to_string()).expect("the case files are written");
        let report = import::run(&database, &[file], Open::default(), now_milliseconds())
            .expect("the case files are read");
        assert_eq!(report.imported, cases.len(), "{report:?}");
        drop(database);
        Self::start(data)
    }

    fn with(data: Option<PathBuf>, secure: bool) -> Self {
        let mut server = Self {
            data,
            secure,
            address: "127.0.0.1:0".to_owned(),
            running: None,
        };
        server.start_again();
        server
    }

    /// Where it serves, such as `http://127.0.0.1:40001`; the same after each restart.
    pub fn url(&self) -> String {
        format!("{}{}", self.scheme(), self.address)
    }

    const fn scheme(&self) -> &'static str {
        if self.secure { "https://" } else { "http://" }
    }

    /// The address of a page.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url())
    }

    /// Starts after [`Server::stop`] or [`Server::kill`], at the same address with the same data.
    pub fn start_again(&mut self) {
        assert!(self.running.is_none(), "it runs already");
        let mut command = Command::new(binary());
        command
            .args(["--listen", &self.address])
            .stdout(Stdio::piped());
        match &self.data {
            Some(data) => command.arg("--data").arg(data),
            None => command.arg("--demo"),
        };
        if self.secure {
            command.arg("--tls");
        }
        let mut process = command.spawn().expect("the binary was built");
        let said = BufReader::new(process.stdout.take().expect("it is piped"));
        let (tell, lines) = channel();
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                // A test that has ended listens no more; the pipe is still emptied.
                let _ = tell.send(line);
            }
        });
        self.running = Some(Running { process, lines });
        let line = self.said(self.scheme());
        let (_, address) = line
            .split_once(self.scheme())
            .expect("the line was found by it");
        address.trim().clone_into(&mut self.address);
    }

    /// Waits for a line on the console with these words in it.
    pub fn said(&self, words: &str) -> String {
        let running = self.running.as_ref().expect("it runs");
        loop {
            match running.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(words) => return line,
                Ok(_) => {}
                Err(error) => panic!("the server did not say “{words}”: {error}"),
            }
        }
    }

    /// The most memory that it has taken so far, in bytes, as Linux tells it.
    pub fn memory_peak_bytes(&self) -> f64 {
        let running = self.running.as_ref().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{}/status", running.process.id()))
            .expect("Linux tells how a process is");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let words = line.and_then(|line| line.split_whitespace().next());
        let kibibytes: f64 = words
            .and_then(|words| words.parse().ok())
            .expect("a number of kB");
        kibibytes * 1024.0
    }

    /// Tells it to stop, and waits until it has.
    pub fn stop(&mut self) {
        let mut running = self.running.take().expect("it runs");
        kill_process(Pid::from_child(&running.process), Signal::TERM).expect("SIGTERM is sent");
        let status = running.process.wait().expect("it ends");
        assert!(status.success(), "it stopped with {status}");
    }

    /// Cuts its power: SIGKILL.
    pub fn kill(&mut self) {
        let mut running = self.running.take().expect("it runs");
        running.process.kill().expect("SIGKILL is sent");
        running.process.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            // The test is over, one way or the other.
            let _ = running.process.kill();
            let _ = running.process.wait();
        }
    }
}

/// The binary `aftercheck`: the one that `AFTERCHECK_BINARY` names, or else built now in the
/// profile of the tests.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| env::var_os("AFTERCHECK_BINARY").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    // target/debug/deps/journey-…: two levels below the binary.
    let test = env::current_exe().expect("a test has a file");
    let folder = test
        .ancestors()
        .nth(2)
        .expect("cargo puts tests into target");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--package", "server", "--target-dir"])
        .arg(folder.parent().expect("above it is target"));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(
        cargo.status().expect("cargo runs").success(),
        "the server does not build"
    );
    folder
        .join("aftercheck")
        .with_extension(env::consts::EXE_EXTENSION)
}
