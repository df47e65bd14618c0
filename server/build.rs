//! Compiles the app and lays it out for embedding (`src/assets.rs` includes it).
//!
//! Who works on the server alone may set `AFTERCHECK_WITHOUT_APP` and save the time; a release
//! always has the app.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use bundler::{Bundle, Error};

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("cargo::error={error}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Error> {
    let variable =
        |name| PathBuf::from(env::var_os(name).expect("cargo sets it for build scripts"));
    let root = variable("CARGO_MANIFEST_DIR").join("..");
    let out = variable("OUT_DIR");

    println!("cargo::rerun-if-env-changed=AFTERCHECK_WITHOUT_APP");
    let without_app = env::var_os("AFTERCHECK_WITHOUT_APP").is_some();
    let bundle = if without_app && variable("PROFILE") == Path::new("debug") {
        Bundle {
            assets: Vec::new(),
            sources: vec![root.join("Cargo.lock")],
        }
    } else {
        bundler::bundle(&root, &nested_target(&out))?
    };
    bundle.embed(&out)?;

    println!("cargo::rerun-if-changed=build.rs");
    for source in &bundle.sources {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    Ok(())
}

/// A target directory for the wasm build that all profiles share and that stays between builds:
/// `target/app`, four levels above `target/debug/build/server-…/out`.
fn nested_target(out: &Path) -> PathBuf {
    out.ancestors().nth(4).unwrap_or(out).join("app")
}
