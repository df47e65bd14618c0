//! The parser's reasons in Chinese: what is read by officers is in one language.

/// What is wrong with the text as JSON, as the parser says it and as we do.
const SYNTAX: [(&str, &str); 21] = [
    ("EOF while parsing a list", "列表没有写完"),
    ("EOF while parsing an object", "对象没有写完"),
    ("EOF while parsing a string", "字符串没有写完"),
    ("EOF while parsing a value", "内容没有写完"),
    ("expected `:`", "此处应为冒号"),
    ("expected `,` or `]`", "此处应为逗号或 ]"),
    ("expected `,` or `}`", "此处应为逗号或 }"),
    ("expected ident", "此处不是 JSON 的词"),
    ("expected value", "此处应有值"),
    ("expected `\"`", "此处应为双引号"),
    ("invalid escape", "转义写法不对"),
    ("invalid number", "数字写法不对"),
    ("number out of range", "数字太大"),
    ("invalid unicode code point", "不是 Unicode 字符"),
    (
        "control character (\\u0000-\\u001F) found while parsing a string",
        "字符串里有控制字符",
    ),
    ("key must be a string", "字段名应加双引号"),
    ("lone leading surrogate in hex escape", "转义的字符不完整"),
    ("unexpected end of hex escape", "转义的字符不完整"),
    ("trailing comma", "末尾多了逗号"),
    ("trailing characters", "结尾之后还有内容"),
    ("recursion limit exceeded", "嵌套太深"),
];

/// What is found where something else should be.
const FOUND: [(&str, &str); 5] = [
    ("null", "空值"),
    ("map", "对象"),
    ("sequence", "列表"),
    ("newtype struct", "对象"),
    ("enum", "选项"),
];

/// What should be there.
const EXPECTED: [(&str, &str); 12] = [
    ("a string", "文字"),
    ("string", "文字"),
    ("a borrowed string", "文字"),
    ("a boolean", " true 或 false"),
    ("a sequence", "列表"),
    ("a map", "对象"),
    ("an event", "对象"),
    ("u8", " 0 到 255 的整数"),
    ("u32", "非负整数"),
    ("u64", "非负整数"),
    ("i32", "整数"),
    ("variant identifier", "选项的名称"),
];

fn word(words: &[(&'static str, &'static str)], text: &str) -> Option<&'static str> {
    let found = words.iter().find(|(parsers, _)| *parsers == text);
    found.map(|(_, ours)| *ours)
}

/// The reason of serde and its parser for JSON, in Chinese; what is in Chinese already stays.
pub(super) fn in_chinese(reason: &str) -> String {
    if let Some(ours) = word(&SYNTAX, reason) {
        return ours.to_owned();
    }
    let quoted = |text: &str| text.trim_matches('`').to_owned();
    if let Some(name) = reason.strip_prefix("missing field ") {
        return format!("缺少 {}", quoted(name));
    }
    if let Some(name) = reason.strip_prefix("duplicate field ") {
        return format!("{} 写了两次", quoted(name));
    }
    if let Some((found, choices)) = reason
        .strip_prefix("unknown variant `")
        .and_then(|rest| rest.rsplit_once("`, expected "))
    {
        let choices = choices.strip_prefix("one of ").unwrap_or(choices);
        let choices = choices.replace("` or `", "`, `");
        let choices: Vec<String> = choices.split(", ").map(quoted).collect();
        return format!(
            "“{}”不在可选的值之内，应为 {}",
            clipped(found),
            choices.join("、")
        );
    }
    for (prefix, what) in [
        ("invalid type: ", "种类不对"),
        ("invalid value: ", "值不对"),
        ("invalid length ", "长度不对"),
    ] {
        if let Some((found, expected)) = reason
            .strip_prefix(prefix)
            .and_then(|rest| rest.rsplit_once(", expected "))
        {
            let expected = word(&EXPECTED, expected).unwrap_or("对象");
            return format!("{what}：是{}，应为{expected}", what_is_found(found));
        }
    }
    reason.to_owned()
}

/// Such as a string with its text, an integer, a map.
fn what_is_found(found: &str) -> String {
    for (kind, ours) in [
        ("string ", "文字"),
        ("integer ", "整数 "),
        ("floating point ", "小数 "),
        ("boolean ", " "),
        ("character ", "文字"),
        ("number ", "数字 "),
    ] {
        if let Some(value) = found.strip_prefix(kind) {
            let value = value.trim_matches('`');
            return match value.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
                Some(text) => format!("{ours}“{}”", clipped(text)),
                None => format!("{ours}{}", clipped(value)),
            };
        }
    }
    match word(&FOUND, found) {
        Some(ours) => ours.to_owned(),
        None => format!("“{}”", clipped(found)),
    }
}

/// What a file says may be long.
fn clipped(text: &str) -> String {
    const MOST_CHARACTERS: usize = 40;
    let mut clipped: String = text.chars().take(MOST_CHARACTERS).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_in_one_language() {
        for (reason, expected) in [
            ("trailing comma", "末尾多了逗号"),
            ("missing field `on`", "缺少 on"),
            ("duplicate field `on`", "on 写了两次"),
            (
                "unknown variant `rotten`, expected `conforming` or `nonconforming`",
                "“rotten”不在可选的值之内，应为 conforming、nonconforming",
            ),
            (
                "unknown variant `x`, expected one of `ready`, `ceased`, `switched`",
                "“x”不在可选的值之内，应为 ready、ceased、switched",
            ),
            (
                "invalid type: string \"2013\", expected i32",
                "种类不对：是文字“2013”，应为整数",
            ),
            (
                "invalid type: map, expected a string",
                "种类不对：是对象，应为文字",
            ),
            (
                "invalid type: boolean `true`, expected u8",
                "种类不对：是 true，应为 0 到 255 的整数",
            ),
            (
                "invalid value: integer `-1`, expected u8",
                "值不对：是整数 -1，应为 0 到 255 的整数",
            ),
            (
                "invalid type: null, expected struct CaseHead",
                "种类不对：是空值，应为对象",
            ),
            ("“soon”不是日期", "“soon”不是日期"),
        ] {
            assert_eq!(in_chinese(reason), expected);
        }
        let long = format!(
            "invalid type: string \"{}\", expected i32",
            "长".repeat(100)
        );
        assert_eq!(in_chinese(&long).matches('长').count(), 40);
    }
}
