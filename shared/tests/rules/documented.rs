//! Every public item of the crate is shown by an example that is compiled, run and checks something.
//!
//! A function is called in one of its own file. A type, trait, constant or static is named in one
//! of its own file, in what a reader sees of it: an import, a hidden line or a remark names nothing,
//! and an associated constant is named by its type (`Track::ALL`).

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What the documentation of one file shows and what it has to show.
#[derive(Default)]
struct Documented<'a> {
    examples: Vec<Example<'a>>,
    functions: Vec<Function<'a>>,
    things: Vec<Thing<'a>>,
}

/// An example as a reader sees it: without hidden lines, imports and remarks.
struct Example<'a> {
    /// The type that it stands on, or on a function of which it stands.
    of: Option<&'a str>,
    code: String,
}

/// A public function.
struct Function<'a> {
    line: usize,
    name: &'a str,
    of: Option<&'a str>,
    takes_self: bool,
}

/// A public type, trait, constant or static.
struct Thing<'a> {
    line: usize,
    name: &'a str,
    /// The type that it is a constant of.
    of: Option<&'a str>,
}

/// Letters, digits and `_` at the beginning of a text.
fn word(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    &text[..end.unwrap_or(text.len())]
}

/// The name after one of these words; visibility and `const` are passed over.
fn named<'a>(line: &'a str, words: &[&str]) -> Option<&'a str> {
    let item = line.strip_prefix("pub ")?;
    let item = ["const ", "async "]
        .into_iter()
        .fold(item, |item, it| item.strip_prefix(it).unwrap_or(item));
    words
        .iter()
        .find_map(|it| item.strip_prefix(it))
        .map(word)
        .filter(|name| !name.is_empty())
}

/// The name of a public type, trait, constant or static.
fn thing(line: &str) -> Option<&str> {
    let words = [
        "struct ",
        "enum ",
        "union ",
        "trait ",
        "type ",
        "static ",
        "static mut ",
    ];
    let constant = line.strip_prefix("pub const ").map(word);
    named(line, &words).or(constant.filter(|name| !["fn", "async", "unsafe"].contains(name)))
}

/// The type of `impl Type {` or `impl<'a> Type<'a> {`.
fn implemented(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("impl")?;
    if line.contains(" for ") {
        return None;
    }
    let rest = match rest.strip_prefix('<') {
        Some(generics) => generics.split_once("> ")?.1,
        None => rest.strip_prefix(' ')?,
    };
    Some(word(rest)).filter(|name| !name.is_empty())
}

/// The code of the examples in a comment that are compiled, run and check something.
fn examples(comment: &[&str]) -> Vec<String> {
    let (mut found, mut fence) = (Vec::new(), None);
    let mut imports = false;
    for line in comment {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match (line.strip_prefix("```"), &mut fence) {
            (Some(language), None) => {
                let is_run = matches!(language, "" | "rust");
                fence = Some((is_run, String::new()));
            }
            (Some(_), Some((is_run, code))) => {
                if *is_run && code.contains("assert") {
                    found.push(std::mem::take(code));
                }
                fence = None;
            }
            (None, Some((_, code))) => {
                let hidden = line == "#" || line.starts_with("# ");
                let line = line.split("//").next().unwrap_or_default().trim();
                imports |= !hidden && line.starts_with("use ");
                if !hidden && !imports {
                    code.push_str(line);
                    code.push('\n');
                }
                imports &= hidden || !line.ends_with(';');
            }
            (None, None) => {}
        }
    }
    found
}

impl<'a> Documented<'a> {
    /// Reads a file up to its own tests.
    fn read(text: &'a str) -> Self {
        let mut read = Self::default();
        let (mut module, mut comment) = (Vec::new(), Vec::new());
        let mut within: Option<(&str, String)> = None;
        let mut begins = 0;
        for (at, whole) in text.split('\n').enumerate() {
            if whole == "#[cfg(test)]" {
                break;
            }
            let line = whole.trim_start();
            let indent = whole.len() - line.len();
            if let Some(told) = line.strip_prefix("//!") {
                module.push(told);
            } else if let Some(told) = line.strip_prefix("///") {
                comment.push(told);
            } else if !line.starts_with("#[") {
                let of = within.as_ref().map(|(of, _)| *of);
                if let Some(name) = named(line, &["fn "]) {
                    let parameters = text[begins..].split(')').next().unwrap_or_default();
                    let takes_self = parameters.split(['(', '\n', ' ', '&', ',', ':']);
                    read.functions.push(Function {
                        line: at + 1,
                        name,
                        of,
                        takes_self: takes_self.into_iter().any(|word| word == "self"),
                    });
                    read.shows(&comment, of);
                } else if let Some(name) = named(line, &["struct ", "enum "]) {
                    read.shows(&comment, Some(name));
                } else {
                    read.shows(&comment, of);
                }
                if let Some(name) = thing(line) {
                    read.things.push(Thing {
                        line: at + 1,
                        name,
                        of,
                    });
                }
                comment.clear();
                if let Some(name) = implemented(line) {
                    within = Some((name, format!("{}}}", " ".repeat(indent))));
                } else if within.as_ref().is_some_and(|(_, end)| end == whole) {
                    within = None;
                }
            }
            begins += whole.len() + 1;
        }
        read.shows(&module, None);
        read
    }

    fn shows(&mut self, comment: &[&str], of: Option<&'a str>) {
        let examples = examples(comment).into_iter();
        self.examples
            .extend(examples.map(|code| Example { of, code }));
    }

    /// The functions that no example uses and the things that none names, by line and name.
    fn without_example(&self) -> Vec<String> {
        let lacks = |shows: &dyn Fn(&Example<'a>) -> bool| !self.examples.iter().any(shows);
        let functions = self.functions.iter();
        let functions = functions.filter(|it| lacks(&|example| example.uses(it)));
        let things = self.things.iter();
        let things = things.filter(|it| lacks(&|example| example.names(it)));
        let functions = functions.map(|it| (it.line, it.name));
        let mut lacking: Vec<_> = functions
            .chain(things.map(|it| (it.line, it.name)))
            .collect();
        lacking.sort_unstable();
        lacking
            .into_iter()
            .map(|(line, name)| format!("{line}: {name}"))
            .collect()
    }
}

impl Example<'_> {
    /// Whether the function is called, or handed on by its path. A method of this name may be
    /// another type's: a call counts where the example stands on the type or on a free function.
    fn uses(&self, function: &Function<'_>) -> bool {
        let is_near = self.of.is_none() || self.of == function.of;
        let path = function.of.map(|of| format!("{of}::"));
        let mut places = self.code.match_indices(function.name);
        places.any(|(at, name)| {
            let (before, after) = (&self.code[..at], &self.code[at + name.len()..]);
            let is_called = after.starts_with('(') || after.starts_with("::<");
            match &path {
                None => is_called && !before.ends_with(is_of_name) && !before.ends_with('.'),
                Some(path) if before.ends_with(path) => !after.starts_with(is_of_name),
                Some(_) => is_called && is_near && function.takes_self && before.ends_with('.'),
            }
        })
    }
}

impl Example<'_> {
    /// Whether the thing is named, an associated constant by its type.
    fn names(&self, thing: &Thing<'_>) -> bool {
        let path = thing.of.map(|of| format!("{of}::{}", thing.name));
        let path = path.as_deref().unwrap_or(thing.name);
        let mut places = self.code.match_indices(path);
        places.any(|(at, _)| {
            let (before, after) = (&self.code[..at], &self.code[at + path.len()..]);
            !before.ends_with(is_of_name) && !after.starts_with(is_of_name)
        })
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Every file of source under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| sources(folder));
    let own = files
        .into_iter()
        .filter(|path| path.extension() == Some("rs".as_ref()));
    own.chain(below).collect()
}

#[test]
fn every_public_item_has_an_example() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut functions, mut things, mut lacking) = (0, 0, Vec::new());
    for path in sources(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        let read = Documented::read(&text);
        functions += read.functions.len();
        things += read.things.len();
        let path = path.strip_prefix(&folder).unwrap().display().to_string();
        let without = read.without_example().into_iter();
        lacking.extend(without.map(|item| format!("{path}:{item}")));
    }
    assert!(functions > 250, "only {functions} functions were found");
    assert!(things > 240, "only {things} types and constants were found");
    assert!(
        lacking.is_empty(),
        "{} lack one: {lacking:#?}",
        lacking.len()
    );
}

/// What lacks an example in this file, by name.
fn check(text: &str, expected: &[&str]) {
    let lacking = Documented::read(text).without_example();
    let names: Vec<&str> = lacking
        .iter()
        .filter_map(|it| Some(it.split_once(": ")?.1))
        .collect();
    assert_eq!(names, expected, "{text}");
}

/// A function under this comment, the lines parted by `|`.
fn one_under(comment: &str) -> String {
    let lines = comment.split('|').map(|line| format!("/// {line}\n"));
    lines.collect::<String>() + "pub fn one() {}\n"
}

#[test]
fn only_what_is_run_shown_and_checked_is_an_example() {
    check(&one_under("```|assert!(one());|```"), &[]);
    check(
        &one_under("```|# Ok(())|let two = 1 + one();|assert_eq!(two, 2);|```"),
        &[],
    );
    for lacking in [
        "Says.",
        "`one()` is `assert`ed.",
        "```|```",
        // Another function, or a part of a longer name.
        "```|assert!(two());|```",
        "```|assert!(one_more() && more.one() && lone());|```",
        // Not called, or not where a reader sees it.
        "```|use shared::one;|assert!(true);|```",
        "```|# one();|assert!(true);|```",
        "```|assert!(true); // one()|```",
        // Not run, or nothing comes of it.
        "```text|assert!(one());|```",
        "```ignore|assert!(one());|```",
        "```no_run|assert!(one());|```",
        "```|one();|```",
    ] {
        check(&one_under(lacking), &["one"]);
    }
}

#[test]
fn a_type_shows_its_functions_and_no_others() {
    let file = |example: &str| {
        format!(
            "/// ```\n/// {example}\n/// assert!(A);\n/// ```\n#[derive(Debug)]\npub struct A;\n\n\
             impl A {{\n    pub const fn of(text: &str) -> Self {{\n    }}\n\
             \n    pub fn len(\n        &self,\n    ) -> usize {{\n    }}\n}}\n\n\
             impl<'a> B<'a> {{\n    pub fn len(&self) -> usize {{\n    }}\n}}\n\n\
             pub(crate) fn inner() {{}}\n\n#[cfg(test)]\nmod tests {{\n    pub fn helper() {{}}\n}}\n"
        )
    };
    check(&file("a"), &["of", "len", "len"]);
    check(&file("assert_eq!(A::of(b).len(), 1);"), &["len"]);
    check(&file("assert_eq!(b.len(), a.of());"), &["of", "len"]);
    check(&file("assert_eq!(c.map(B::len), d.map(A::of));"), &["len"]);
    check(&file("assert_eq!(a.len, 1);"), &["of", "len", "len"]);
}

#[test]
fn a_type_is_named_where_a_reader_sees_it() {
    let file = |example: &str| {
        let example = example.replace('|', "\n/// ");
        format!(
            "/// ```\n/// {example}\n/// ```\npub fn one() {{}}\n\n\
             pub enum Kind {{}}\n\nimpl Kind {{\n    pub const ALL: [Self; 0] = [];\n}}\n\n\
             pub trait Word {{}}\n\npub type Line = Word;\n\npub const LIMIT: u8 = 1;\n\n\
             pub static TABLE: u8 = 1;\n\npub(crate) struct Inner;\n\npub const fn two() {{}}\n"
        )
    };
    let all = ["Kind", "ALL", "Word", "Line", "LIMIT", "TABLE"];
    check(&file("assert!(one() + two());"), &all);
    let named = "assert!(one(Kind::ALL) < two(LIMIT));|let line: Line = Word::of(&TABLE);";
    check(&file(named), &[]);
    // Another type's constant, and parts of longer names.
    let near = "assert!(one(Other::ALL) < two(LIMITS));|let a: SubKind = of(Words, line, TABLE_2);";
    check(&file(near), &all);
    for hidden in [
        "use shared::{|    Kind, Word, Line, LIMIT, TABLE,|};",
        "# let all: (Kind, Word, Line) = (Kind::ALL, LIMIT, TABLE);",
        "// Kind::ALL, Word, Line, LIMIT, TABLE",
    ] {
        check(&file(&format!("{hidden}|assert!(one() + two());")), &all);
    }
}
