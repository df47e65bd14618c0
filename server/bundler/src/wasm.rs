//! From Rust to a wasm module and the script that loads it.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use wasm_bindgen_cli_support::Bindgen;

use crate::{Asset, Error, Make, asset, files, page::lean, read, read_text, slim::slimmed};

const TARGET: &str = "wasm32-unknown-unknown";

/// The one command that a machine without the target needs.
pub(crate) const ADD_TARGET: &str = "rustup target add wasm32-unknown-unknown";

/// A wasm module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Module {
    /// The folder in the bundle, and the stem of its files.
    pub name: &'static str,
    /// The package, and the stem of what cargo makes of it.
    pub package: &'static str,
    /// Scripts that are served beside it and may import it by its plain name.
    pub scripts: Option<&'static str>,
    /// Whether its pages are parts of their own, fetched when they are first opened.
    pub split: bool,
}

/// The modules of the app: the page's, and the one that a Worker loads to read sheets.
pub(crate) const MODULES: [Module; 2] = [
    Module {
        name: "app",
        package: "app",
        scripts: Some("app/static/app"),
        split: true,
    },
    Module {
        name: "sheets",
        package: "sheets-worker",
        scripts: Some("app/sheets/static"),
        split: false,
    },
];

/// What the nested cargo left.
pub(crate) struct Compiled {
    folder: PathBuf,
    pub(crate) sources: Vec<PathBuf>,
}

/// Compiles every module with a cargo of its own: the outer one holds the lock of its target
/// directory and has set variables that are not meant for this build.
pub(crate) fn compile(
    root: &Path,
    target: &Path,
    make: Make,
    modules: &[Module],
) -> Result<Compiled, Error> {
    ensure_target()?;
    let mut cargo = clean(
        env::var_os("CARGO")
            .unwrap_or_else(|| "cargo".into())
            .as_ref(),
    );
    cargo
        .current_dir(root)
        .args([
            "build",
            "--locked",
            "--profile",
            profile(make),
            "--target",
            TARGET,
            "--target-dir",
        ])
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(root))
        .stdout(Stdio::null());
    for module in modules {
        cargo.args(["--package", module.package]);
    }
    let done = cargo.status().map_err(Error::io("cargo"))?;
    if !done.success() {
        return Err(Error::Compile);
    }

    let folder = target.join(TARGET).join(profile(make));
    let mut sources = vec![root.join("Cargo.toml"), root.join("Cargo.lock")];
    for module in modules {
        sources.extend(module.scripts.map(|scripts| root.join(scripts)));
        sources.extend(dep_info(&folder.join(module.stem()).with_extension("d"))?);
    }
    Ok(Compiled { folder, sources })
}

fn profile(make: Make) -> &'static str {
    match make {
        Make::Release => "wasm",
        Make::Quick => "wasm-quick",
    }
}

impl Module {
    fn stem(&self) -> String {
        self.package.replace('-', "_")
    }
}

/// Binds a compiled module: its script, its wasm, and the scripts that stand beside it.
pub(crate) fn bind(root: &Path, module: &Module, compiled: &Compiled) -> Result<Vec<Asset>, Error> {
    let failed = |error: anyhow::Error| Error::Bind {
        module: module.name,
        reason: format!("{error:#}"),
    };
    let linked = read(&compiled.folder.join(module.stem()).with_extension("wasm"))?;
    let (main, mut parts) = if module.split {
        split(module, &linked)?
    } else {
        (linked, Vec::new())
    };
    let mut output = Bindgen::new()
        .input_bytes(module.name, main)
        .out_name(module.name)
        .web(true)
        .map_err(failed)?
        .typescript(false)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The parts share the table of functions.
        .keep_lld_exports(module.split)
        .generate_output()
        .map_err(failed)?;

    parts.extend([
        (
            format!("{}.js", module.name),
            lean(output.js()).into_bytes(),
        ),
        (
            format!("{}_bg.wasm", module.name),
            slimmed(&output.wasm_mut().emit_wasm()).map_err(|error| failed(error.into()))?,
        ),
    ]);
    for (krate, scripts) in output.snippets() {
        for (index, script) in scripts.iter().enumerate() {
            parts.push((
                format!("snippets/{krate}/inline{index}.js"),
                script.clone().into_bytes(),
            ));
        }
    }
    for (path, script) in output.local_modules() {
        parts.push((format!("snippets/{path}"), script.clone().into_bytes()));
    }
    let scripts = module.scripts.map(|scripts| files(&root.join(scripts)));
    for path in scripts.transpose()?.unwrap_or_default() {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        parts.push((name, lean(&read_text(&path)?).into_bytes()));
    }
    parts.sort();

    let hash = asset::hash(
        parts
            .iter()
            .flat_map(|(name, bytes)| [name.as_bytes(), bytes]),
    );
    parts
        .into_iter()
        .map(|(name, bytes)| Asset::in_folder(module.name, &hash, &name, bytes))
        .collect()
}

/// The script that fetches a module's parts.
const PARTS_SCRIPT: &str = "./parts.js";

type Files = Vec<(String, Vec<u8>)>;

/// Splits a linked module at its lazy functions (`app/src/lazy.rs`): what the page starts with,
/// and the parts with the script that fetches them.
fn split(module: &Module, linked: &[u8]) -> Result<(Vec<u8>, Files), Error> {
    let failed = |reason: String| Error::Split {
        module: module.name,
        reason,
    };
    let folder = tempfile::tempdir().map_err(Error::io("a temporary folder"))?;
    let main = folder.path().join("main.wasm");
    let main_module = format!("./{}.js", module.name);
    let mut options = wasm_split_cli_support::Options::new(linked);
    options.output_dir = folder.path();
    options.main_out_path = &main;
    options.main_module = &main_module;
    options.link_name = PARTS_SCRIPT;
    wasm_split_cli_support::transform(options).map_err(|error| failed(format!("{error:#}")))?;
    let mut parts = Vec::new();
    for path in files(folder.path())?
        .into_iter()
        .filter(|path| *path != main)
    {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let bytes = read(&path)?;
        let bytes = if name.ends_with(".wasm") {
            slimmed(&bytes).map_err(|error| failed(error.to_string()))?
        } else {
            lean(&String::from_utf8_lossy(&bytes)).into_bytes()
        };
        parts.push((name.into_owned(), bytes));
    }
    Ok((read(&main)?, parts))
}

/// Takes the machine's own paths out of the panic messages: the same sources make the same bytes
/// everywhere.
fn rustflags(root: &Path) -> String {
    let mut flags = vec![
        // Views of one type each, not of a type for each: less code, and no slower to use.
        "--cfg=erase_components".to_owned(),
        // Attachments are hashed once; a loop, not its sixty-four rounds written out.
        "--cfg=sha2_backend_soft=\"compact\"".to_owned(),
        format!("--remap-path-prefix={}=.", root.display()),
    ];
    if let Some(home) = cargo_home() {
        flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
    }
    flags.join("\u{1f}")
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))
}

/// The target comes with rustup, but nobody has to know.
fn ensure_target() -> Result<(), Error> {
    if has_target() {
        return Ok(());
    }
    let mut words = ADD_TARGET.split(' ');
    let rustup = clean(words.next().unwrap_or_default().as_ref())
        .args(words)
        .status();
    if rustup.is_ok_and(|status| status.success()) && has_target() {
        Ok(())
    } else {
        Err(Error::TargetMissing)
    }
}

fn has_target() -> bool {
    clean("rustc".as_ref())
        .args(["--print", "target-libdir", "--target", TARGET])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// A program without what the outer cargo says of its own build. What a person has set about
/// registries and the network stays.
fn clean(program: &Path) -> Command {
    const STAYS: [&str; 6] = [
        "CARGO_HOME",
        "CARGO_HTTP_",
        "CARGO_NET_",
        "CARGO_REGISTRIES_",
        "CARGO_REGISTRY_",
        "CARGO_SOURCE_",
    ];
    const GOES: [&str; 5] = ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CLIPPY_ARGS"];

    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if GOES.iter().any(|goes| name.starts_with(goes))
            && !STAYS.iter().any(|stays| name.starts_with(stays))
        {
            command.env_remove(&*name);
        }
    }
    command
}

/// The sources in a make rule as rustc writes it: `made: a b\ c d`.
fn dep_info(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let rule = read_text(path)?;
    let sources = rule
        .split_once(": ")
        .map_or("", |(_, sources)| sources)
        .trim_end();
    Ok(sources
        .replace("\\ ", "\0")
        .split(' ')
        .map(|source| source.replace('\0', " ").into())
        .collect())
}
