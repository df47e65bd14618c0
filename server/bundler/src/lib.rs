//! Turns `app` and `style` into the files that the server embeds.
//!
//! [`bundle`] compiles the wasm modules, binds them, names everything that may be kept for ever
//! by its content, and writes the page, the manifest and the service worker that know those
//! names. [`Bundle::embed`] lays the result out as a Rust table for `include!`.

mod asset;
mod page;
mod slim;
mod wasm;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use asset::Asset;
pub use wasm::Module;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The compiler has no wasm target, and it could not be added.
    #[error(
        "the wasm target is missing and could not be added; run: {}",
        wasm::ADD_TARGET
    )]
    TargetMissing,
    /// The nested cargo did not finish; what it said stands on standard error.
    #[error("compiling the app for wasm failed (see above)")]
    Compile,
    /// A compiled module could not be bound to its script.
    #[error("wasm-bindgen could not bind {module}: {reason}")]
    Bind {
        /// The module's name in the bundle.
        module: &'static str,
        /// What wasm-bindgen said.
        reason: String,
    },
    /// A compiled module could not be split into its parts.
    #[error("{module} could not be split into its pages: {reason}")]
    Split {
        /// The module's name in the bundle.
        module: &'static str,
        /// What the splitter said.
        reason: String,
    },
    /// A template asks for a file that the bundle does not hold.
    #[error("{template} asks for {{{{{name}}}}}, which the bundle does not hold")]
    UnknownName {
        /// The template's file name.
        template: &'static str,
        /// The name between the braces.
        name: String,
    },
    /// A style sheet that belongs to no layer, and would silently be left out.
    #[error("{} belongs to no style layer ({})", .0.display(), page::LAYERS.join(", "))]
    StrayStyle(PathBuf),
    /// A kind of file that nobody said how to serve.
    #[error("no content type is known for {0}")]
    ContentType(String),
    /// A file could not be read or written, or a program not started.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or program.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::Io { path, source }
    }
}

/// How a bundle is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Make {
    /// Small and packed, as it is served.
    Release,
    /// In a hurry: large and unpacked, for who changes it every minute.
    Quick,
}

/// All files of the app, and what they were made of.
#[derive(Debug)]
pub struct Bundle {
    /// The files, sorted by path.
    pub assets: Vec<Asset>,
    /// Every file and folder whose change makes this bundle stale.
    pub sources: Vec<PathBuf>,
}

/// Builds the bundle of the workspace at `root`; the nested cargo keeps its work in `target`.
///
/// # Errors
/// See [`Error`]; each says what to do where something can be done.
pub fn bundle(root: &Path, target: &Path, make: Make) -> Result<Bundle, Error> {
    let compiled = wasm::compile(root, target, make, &wasm::MODULES)?;
    let mut assets = Vec::new();
    for module in &wasm::MODULES {
        assets.extend(wasm::bind(root, module, &compiled)?);
    }
    let mut sources = compiled.sources;
    sources.extend(page::FOLDERS.map(|folder| root.join(folder)));
    page::add(root, &mut assets)?;
    assets.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Bundle { assets, sources })
}

/// One module that is no part of the app, compiled and bound as the app's are: what is measured of
/// it holds of the app.
///
/// # Errors
/// As [`bundle`].
pub fn module(
    root: &Path,
    target: &Path,
    make: Make,
    module: &Module,
) -> Result<Vec<Asset>, Error> {
    let compiled = wasm::compile(root, target, make, std::slice::from_ref(module))?;
    wasm::bind(root, module, &compiled)
}

impl Bundle {
    /// A bundle without an app.
    pub fn none(root: &Path) -> Self {
        Self {
            assets: Vec::new(),
            sources: vec![root.join("Cargo.lock")],
        }
    }

    /// Writes each file with its compressed forms into `out`, and `out/bundle.rs`: the expression
    /// of an array of `Asset`. What already lies there from an earlier run is used again.
    ///
    /// # Errors
    /// [`Error::Io`] where `out` cannot be written.
    pub fn embed(&self, out: &Path, make: Make) -> Result<(), Error> {
        let mut kept = vec![out.join("bundle.rs")];
        let mut table = String::from("[\n");
        for asset in &self.assets {
            table.push_str(&asset.embed(out, make, &mut kept)?);
        }
        table.push(']');
        fs::write(&kept[0], table).map_err(Error::io(&kept[0]))?;
        for entry in fs::read_dir(out).map_err(Error::io(out))? {
            let path = entry.map_err(Error::io(out))?.path();
            if !kept.contains(&path) {
                fs::remove_file(&path).map_err(Error::io(&path))?;
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::io(path))
}

fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io(path))
}

/// The files of a folder, sorted by name so that the same sources make the same bundle.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<Vec<_>>>()
        })
        .map_err(Error::io(folder))?;
    paths.sort();
    Ok(paths)
}
