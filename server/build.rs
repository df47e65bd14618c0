//! Compiles the app and lays it out for embedding (`src/assets.rs` includes it).
//!
//! A debug build may save time by the variable `AFTERCHECK_APP`: `none` leaves the app out, for who
//! works on the server alone; `quick` builds it large and unpacked, for who works on its screens.
//! A release always has the app as it is meant to be.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use bundler::{Bundle, Error, Make};

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

    println!("cargo::rerun-if-env-changed=AFTERCHECK_APP");
    let wish = env::var("AFTERCHECK_APP").unwrap_or_default();
    let (bundle, make) = match wish.as_str() {
        "none" if is_debug() => (Bundle::none(&root), Make::Quick),
        "quick" if is_debug() => (
            bundler::bundle(&root, &nested_target(&out), Make::Quick)?,
            Make::Quick,
        ),
        _ => (
            bundler::bundle(&root, &nested_target(&out), Make::Release)?,
            Make::Release,
        ),
    };
    bundle.embed(&out, make)?;

    println!("cargo::rerun-if-changed=build.rs");
    for source in &bundle.sources {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    Ok(())
}

fn is_debug() -> bool {
    env::var_os("PROFILE").is_some_and(|profile| profile == "debug")
}

/// A target directory for the wasm build that all profiles share and that stays between builds:
/// `target/app`, four levels above `target/debug/build/server-…/out`.
fn nested_target(out: &Path) -> PathBuf {
    out.ancestors().nth(4).unwrap_or(out).join("app")
}
