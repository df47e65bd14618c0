//! The page, its style, and the files that must know the others' names.

use std::path::{Path, PathBuf};

use crate::{Asset, Error, asset, files, read, read_text};

/// The layers of `style` that come with the page, in the order in which they win.
pub(crate) const LAYERS: [&str; 5] = ["tokens", "base", "layout", "components", "print"];

/// The sheets of `style` that come when the first page is opened whose code is a part of its own.
const PAGES: &str = "pages";

/// Where everything that is not a module comes from.
pub(crate) const FOLDERS: [&str; 2] = [STATIC, STYLE];
const STATIC: &str = "app/static";
const STYLE: &str = "style";

/// Adds everything that is not a module: style, icons, manifest, page and service worker.
pub(crate) fn add(root: &Path, assets: &mut Vec<Asset>) -> Result<(), Error> {
    let folder = root.join(STATIC);
    let (first, pages) = style(&root.join(STYLE))?;
    assets.push(Asset::hashed("style.css", first.into_bytes())?);
    assets.push(Asset::hashed("pages.css", pages.into_bytes())?);
    for path in files(&folder.join("icons"))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        assets.push(Asset::hashed(&name, read(&path)?)?);
    }
    for (template, path) in [
        ("manifest.webmanifest", "/manifest.webmanifest"),
        ("index.html", "/"),
    ] {
        let text = fill(template, &read_text(&folder.join(template))?, |name| {
            address(assets, name)
        })?;
        assets.push(Asset::fixed(path, text.into_bytes())?);
    }

    let kept = serde_json::to_string_pretty(&kept_offline(assets)).unwrap_or_default();
    let version = asset::hash([kept.as_bytes()]);
    let text = fill(
        "sw.js",
        &lean(&read_text(&folder.join("sw.js"))?),
        |name| match name {
            "version" => Some(version.clone()),
            "files" => Some(kept.clone()),
            _ => None,
        },
    )?;
    assets.push(Asset::fixed("/sw.js", text.into_bytes())?);
    Ok(())
}

/// Address and integrity of what the service worker keeps: the page and everything that it can
/// ask for. The bitmaps are for installing the app, which is done online.
fn kept_offline(assets: &[Asset]) -> serde_json::Map<String, serde_json::Value> {
    assets
        .iter()
        .filter(|asset| asset.content_type != "image/png")
        .map(|asset| (asset.path.clone(), asset.integrity().into()))
        .collect()
}

fn address(assets: &[Asset], name: &str) -> Option<String> {
    assets
        .iter()
        .find(|asset| asset.name == name)
        .map(|asset| asset.path.clone())
}

/// The sheets of all layers as one, each layer being `layer.css`, a folder `layer/`, or both; and
/// those of the pages.
fn style(folder: &Path) -> Result<(String, String), Error> {
    let mut sheets = Vec::new();
    let mut pages = String::new();
    for path in files(folder)? {
        if path.ends_with(PAGES) {
            pages = joined(&files(&path)?)?;
            continue;
        }
        let layer = LAYERS
            .iter()
            .position(|layer| path.file_stem().is_some_and(|stem| stem == *layer));
        let layer = layer.ok_or_else(|| Error::StrayStyle(path.clone()))?;
        let inside = if path.is_dir() {
            files(&path)?
        } else {
            vec![path]
        };
        sheets.extend(inside.into_iter().map(|sheet| (layer, sheet)));
    }
    sheets.sort();
    let sheets: Vec<_> = sheets.into_iter().map(|(_, sheet)| sheet).collect();
    Ok((joined(&sheets)?, pages))
}

fn joined(sheets: &[PathBuf]) -> Result<String, Error> {
    let text = |sheet: &PathBuf| Ok(without_comments(&read_text(sheet)?));
    sheets.iter().map(text).collect()
}

/// Comments are for us; the officer's tablet need not fetch them.
fn without_comments(css: &str) -> String {
    let mut parts = css.split("/*");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push_str(part.split_once("*/").map_or("", |(_, after)| after));
    }
    kept
}

/// The same for a script: lines that are comments alone go, and what lines are indented by. None of
/// ours, nor of the generated ones, has a text of several lines.
pub(crate) fn lean(script: &str) -> String {
    script
        .split_inclusive('\n')
        .map(str::trim_start)
        .filter(|line| !line.is_empty())
        .filter(|line| {
            !["//", "/**", "* ", "*\n", "*/"]
                .iter()
                .any(|begin| line.starts_with(begin))
        })
        .collect()
}

/// Puts a value for each `{{name}}`.
fn fill(
    template: &'static str,
    text: &str,
    value: impl Fn(&str) -> Option<String>,
) -> Result<String, Error> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        filled.push_str(before);
        filled.push_str(&value(name).ok_or_else(|| Error::UnknownName {
            template,
            name: name.to_owned(),
        })?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_or_refused() {
        let check = |text: &str, filled: Option<&str>| {
            let value = |name: &str| (name == "a").then(|| "1".to_owned());
            assert_eq!(fill("page", text, value).ok().as_deref(), filled, "{text}");
        };
        check("", Some(""));
        check("plain { } text", Some("plain { } text"));
        check("{{a}}", Some("1"));
        check("x{{a}}y{{a}}z", Some("x1y1z"));
        check("{{b}}", None);
        check("{{a}} {{never closed", None);
    }

    #[test]
    fn comments_go() {
        let check = |css: &str, kept: &str| assert_eq!(without_comments(css), kept);
        check("a { b: c }", "a { b: c }");
        check("/* x */a/**/ {/*\n*/}", "a {}");
        check("a {} /* never closed", "a {} ");
        assert_eq!(
            lean("// a\nb(); // c\n\n  // d\n/**\n * d\n *\n * @e\n */\n  fetch(\"//f\");"),
            "b(); // c\nfetch(\"//f\");"
        );
    }

    #[test]
    fn sheets_stand_in_the_order_of_their_layers() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, css: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, css).unwrap();
        };
        write("print.css", "5");
        write("components/b.css", "4");
        write("components/a.css", "3");
        write("base.css", "2");
        write("tokens.css", "1");
        write("pages/b.css", "7");
        write("pages/a.css", "6");
        let (first, pages) = style(folder.path()).unwrap();
        assert_eq!((first.as_str(), pages.as_str()), ("12345", "67"));

        write("colours.css", "0");
        assert!(
            matches!(style(folder.path()), Err(Error::StrayStyle(path)) if path.ends_with("colours.css"))
        );
    }
}
