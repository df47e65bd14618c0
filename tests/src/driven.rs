//! Browsers other than Chromium, driven by WebDriver: what each of them has for it, and one tab.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use data_encoding::BASE64;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// How long anything may take before it counts as missing.
const PATIENCE: Duration = Duration::from_secs(60);

/// The key of an element's id, by the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

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
    /// Where its driver listens for this session.
    session: String,
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

        let client = Client::new();
        let address = format!("http://127.0.0.1:{port}/session");
        let wishes = json!({ "capabilities": { "alwaysMatch": wishes } });
        let session = until(&format!("{engine:?} starts"), async || {
            ask(&client, Method::POST, &address, &wishes).await
        })
        .await;
        let id = session["sessionId"].as_str().expect("a session has an id");
        let driven = Self {
            client,
            session: format!("{address}/{id}"),
            _processes: processes,
        };
        let size = json!({ "width": width, "height": height });
        driven.must(Method::POST, "window/rect", size).await;
        driven
    }

    /// Goes to an address.
    pub async fn open(&self, url: &str) {
        self.must(Method::POST, "url", json!({ "url": url })).await;
    }

    /// What an expression is.
    pub async fn evaluate(&self, expression: &str) -> Value {
        self.must(Method::POST, "execute/sync", script(expression))
            .await
    }

    /// Waits until an expression is true.
    pub async fn holds(&self, expression: &str) {
        let asked = script(&format!("!!({expression})"));
        until(expression, async || {
            match self.ask(Method::POST, "execute/sync", &asked).await? {
                Value::Bool(true) => Ok(()),
                _ => Err(self.text().await),
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
            let element = self.find("xpath", xpath).await?;
            let path = format!("element/{element}/click");
            match self.ask(Method::POST, &path, &json!({})).await {
                // WebKit's driver now and then does not know where an element is that shows.
                Err(why) if why.contains("unknown error") => {
                    let by_script = json!({
                        "script": "arguments[0].click()",
                        "args": [{ ELEMENT: element }],
                    });
                    let done = self.ask(Method::POST, "execute/sync", &by_script).await;
                    done.map(drop)
                }
                done => done.map(drop),
            }
        })
        .await;
    }

    /// Types into a field.
    pub async fn fill(&self, css: &str, text: &str) {
        until(&format!("{css} is filled"), async || {
            let element = self.find("css selector", css).await?;
            let path = format!("element/{element}/value");
            let typed = json!({ "text": text });
            self.ask(Method::POST, &path, &typed).await.map(drop)
        })
        .await;
    }

    /// What the page shows, as text.
    pub async fn text(&self) -> String {
        let asked = script("document.body.innerText");
        match self.ask(Method::POST, "execute/sync", &asked).await {
            Ok(text) => text.as_str().unwrap_or_default().to_owned(),
            Err(why) => why,
        }
    }

    /// A picture of it, in `tests/out`.
    pub async fn screenshot(&self, name: &str) {
        let picture = self.must(Method::GET, "screenshot", json!({})).await;
        let picture = picture.as_str().expect("a picture is text").as_bytes();
        let picture = BASE64.decode(picture).expect("the driver encodes it");
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("out");
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("it can be written");
    }

    /// Ends it.
    pub async fn close(self) {
        self.must(Method::DELETE, "", json!({})).await;
    }

    /// The first element that is found.
    async fn find(&self, using: &str, value: &str) -> Result<String, String> {
        let asked = json!({ "using": using, "value": value });
        let found = self.ask(Method::POST, "element", &asked).await?;
        let id = found[ELEMENT].as_str().map(str::to_owned);
        id.ok_or_else(|| format!("no element: {found}"))
    }

    async fn must(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.ask(method, path, &body).await;
        answer.unwrap_or_else(|why| panic!("{path} {body}: {why}"))
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let address = format!("{}/{path}", self.session);
        ask(&self.client, method, address.trim_end_matches('/'), body).await
    }
}

fn script(expression: &str) -> Value {
    json!({ "script": format!("return {expression}"), "args": [] })
}

/// Asks a driver by W3C WebDriver; what it gives back, or what it says is wrong.
async fn ask(client: &Client, method: Method, url: &str, body: &Value) -> Result<Value, String> {
    let mut request = client.request(method.clone(), url);
    if method == Method::POST {
        let json = "application/json; charset=utf-8";
        request = request.header("content-type", json).body(body.to_string());
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let is_good = answer.status().is_success();
    let text = answer.text().await.map_err(|error| error.to_string())?;
    let mut told: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if is_good {
        Ok(told["value"].take())
    } else {
        Err(text)
    }
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
