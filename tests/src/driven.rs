//! Browsers other than Chromium, driven by WebDriver: what each of them has for it, and one tab.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder, Locator, elements::Element, error::CmdError, wd::Capabilities,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long anything may take before it counts as missing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which browser.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// `firefox-esr` through geckodriver.
    Firefox,
    /// WebKitGTK's `MiniBrowser` through `WebKitWebDriver`, on a screen that is not there.
    WebKit,
}

/// A browser with a fresh profile and one tab.
#[derive(Debug)]
pub struct Driven {
    client: Client,
    _processes: Vec<Ending>,
}

/// Ends its process when it is dropped.
#[derive(Debug)]
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Driven {
    /// Starts it at this size.
    pub async fn launch(engine: Engine, (width, height): (u32, u32)) -> Self {
        let port = free_port();
        let mut processes = Vec::new();
        let (mut driver, wishes) = match engine {
            Engine::Firefox => {
                let mut driver = Command::new(geckodriver());
                driver.args(["--port", &port.to_string()]);
                let wishes = json!({ "moz:firefoxOptions": { "args": ["-headless"] } });
                (driver, wishes)
            }
            Engine::WebKit => {
                let (screen, display) = screen();
                processes.push(screen);
                let mut driver = Command::new("WebKitWebDriver");
                driver
                    .arg(format!("--port={port}"))
                    .env("DISPLAY", display)
                    // Where there is no user beside root, a sandbox cannot be made.
                    .env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
                (driver, json!({}))
            }
        };
        let driver = driver
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{engine:?}: its driver does not start: {error}"));
        processes.push(Ending(driver));

        let Value::Object(wishes) = wishes else {
            unreachable!("written as an object above")
        };
        let address = format!("http://127.0.0.1:{port}");
        let client = until(&format!("{engine:?} starts"), async || {
            ClientBuilder::new(HttpConnector::new())
                .capabilities(Capabilities::from_iter(wishes.clone()))
                .connect(&address)
                .await
                .map_err(|error| error.to_string())
        })
        .await;
        let driven = Self {
            client,
            _processes: processes,
        };
        let sized = driven.client.set_window_size(width, height).await;
        sized.expect("a window has a size");
        driven
    }

    /// Goes to an address.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the browser goes there");
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("the page loads again");
    }

    /// What a script gives back.
    pub async fn evaluate(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        let value = self.client.execute(&script, Vec::new()).await;
        value.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until an expression is true.
    pub async fn holds(&self, expression: &str) {
        let script = format!("return !!({expression})");
        until(expression, async || {
            match self.client.execute(&script, Vec::new()).await {
                Ok(Value::Bool(true)) => Ok(()),
                Ok(_) => Err(self.text().await),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    /// Waits until the page shows these words.
    pub async fn see(&self, words: &str) {
        self.holds(&format!(
            "document.body.innerText.includes({})",
            Value::from(words)
        ))
        .await;
    }

    /// Clicks what an XPath finds first.
    pub async fn click(&self, xpath: &str) {
        until(&format!("a click on {xpath}"), async || {
            let found = self.client.find(Locator::XPath(xpath)).await;
            click(found).await.map_err(|error| error.to_string())
        })
        .await;
    }

    /// Types into a field.
    pub async fn fill(&self, css: &str, text: &str) {
        until(&format!("{css} is filled"), async || {
            let field = self.client.find(Locator::Css(css)).await;
            let field = field.map_err(|error| error.to_string())?;
            field
                .send_keys(text)
                .await
                .map_err(|error| error.to_string())
        })
        .await;
    }

    /// What the page shows, as text.
    pub async fn text(&self) -> String {
        let text = self
            .client
            .execute("return document.body.innerText", Vec::new());
        text.await.map_or_else(
            |error| error.to_string(),
            |text| text.as_str().unwrap_or_default().to_owned(),
        )
    }

    /// A picture of it, in `tests/out`.
    pub async fn screenshot(&self, name: &str) {
        let picture = self.client.screenshot().await.expect("a picture is taken");
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("out");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("it can be written");
    }

    /// Ends it.
    pub async fn close(self) {
        self.client.close().await.expect("the browser ends");
    }
}

async fn click(found: Result<Element, CmdError>) -> Result<(), CmdError> {
    found?.click().await
}

/// Tries until it succeeds.
///
/// # Panics
/// When patience ends, with the last reason.
async fn until<T>(what: &str, attempt: impl AsyncFn() -> Result<T, String>) -> T {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(why) if tokio::time::Instant::now() > end => panic!("not so: {what}\n{why}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

/// Where `tests/run` puts it, or where the system has it.
fn geckodriver() -> PathBuf {
    let program = std::env::current_exe().expect("a program has a file");
    // target/debug/deps/the-test
    let target = program.ancestors().nth(3).expect("cargo puts it there");
    let own = target.join("geckodriver/bin/geckodriver");
    if own.exists() {
        own
    } else {
        "geckodriver".into()
    }
}

/// A screen that is not there, and its name.
fn screen() -> (Ending, String) {
    let mut screen = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1600x1200x24"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Xvfb is installed");
    let mut number = String::new();
    let said = screen.stdout.take().expect("its output is read here");
    let read = BufReader::new(said).read_line(&mut number);
    read.expect("Xvfb says which screen it is");
    (Ending(screen), format!(":{}", number.trim()))
}
