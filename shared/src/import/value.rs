//! What a cell's text says: days, verdicts, codes, items. Nothing is guessed: text that can be
//! read in two ways is not read.

use crate::{Day, event::Verdict, id::normalised};

/// Why a text is not a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DayError {
    /// Year and month only, or the year in two digits.
    #[error("日期不完整，要有四位数的年、月和日")]
    Incomplete,
    /// Day and month in an order that cannot be known.
    #[error("日期的年月日次序不明，请写成 2013-03-04 的样子")]
    Ambiguous,
    /// No such day, such as 30 February.
    #[error("没有这一天")]
    Impossible,
    /// Not a date at all.
    #[error("认不出是哪一天，请写成 2013-03-04 的样子")]
    Unreadable,
}

/// Excel's day 25569 is 1970-01-01.
const UNIX_EPOCH_IN_EXCEL_DAYS: i32 = 25_569;
/// Serial days are taken only between 1990-01-01 and 2100-01-01: other bare numbers are no dates.
const EXCEL_DAYS: std::ops::Range<i32> = 32_874..73_051;

/// The text of a cell without what means "empty" (`/`, `----`, `无`): trimmed, otherwise as written.
///
/// ```
/// use shared::import::value::content;
/// assert_eq!(content(" 图形 "), "图形");
/// for empty in ["", "/", "----", "—", "无", "－－", "N/A"] {
///     assert_eq!(content(empty), "");
/// }
/// ```
pub fn content(text: &str) -> &str {
    let is_blank = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200d}' | '\u{feff}')
    };
    // Hyphens, dashes, strokes and lines of all widths.
    let is_stroke = |letter: char| {
        matches!(
            letter,
            '-' | '/' | '\\' | '_' | '*' | '－' | '／' | '＼' | '＿' | '＊'
        ) || matches!(
            letter,
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{2501}'
        )
    };
    let trimmed = text.trim_matches(is_blank);
    let is_word = ["无", "空", "N/A", "NULL"]
        .iter()
        .any(|word| trimmed.eq_ignore_ascii_case(word));
    if is_word
        || trimmed
            .chars()
            .all(|letter| is_stroke(letter) || is_blank(letter))
    {
        return "";
    }
    trimmed
}

/// The day that a text names, in any of the forms in use: 2013-03-04, 2013/3/4, 2013.3.4,
/// 2013年3月4日, 20130304, or an Excel serial day; full-width digits too, and with a time after it.
///
/// # Errors
/// Says why it is no day; a form with two readings is refused, not guessed.
///
/// ```
/// use shared::import::value::{DayError, day};
/// for text in ["2013-03-04", "2013/3/4", "2013.3.4", "2013年3月4日", "20130304", "41337", "２０１３年３月４日", "2013/3/4 0:00:00"] {
///     assert_eq!(day(text).map(|day| day.to_string()).as_deref(), Ok("2013-03-04"));
/// }
/// assert_eq!(day("3/4/2013"), Err(DayError::Ambiguous));
/// assert_eq!(day("2013-02-30"), Err(DayError::Impossible));
/// assert_eq!(day("2013年3月"), Err(DayError::Incomplete));
/// ```
pub fn day(text: &str) -> Result<Day, DayError> {
    let date = without_time(text);
    let numbers: Vec<&str> = date
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    let rest: String = date
        .chars()
        .filter(|letter| !letter.is_ascii_digit())
        .collect();
    match (numbers.as_slice(), rest.as_str()) {
        ([digits], "") if digits.len() == 8 => {
            from_parts(&digits[..4], &digits[4..6], &digits[6..])
        }
        ([digits], "") | ([digits, _], ".") if digits.len() == 5 => serial(digits),
        ([year, month, day], "--" | "//" | ".." | "年月日" | "年月" | "年月号") => {
            if year.len() == 4 {
                from_parts(year, month, day)
            } else if day.len() == 4 && rest.len() == 2 {
                Err(DayError::Ambiguous)
            } else {
                Err(DayError::Incomplete)
            }
        }
        ([year, month], "-" | "/" | "." | "年月") if year.len() == 4 && month.len() <= 2 => {
            Err(DayError::Incomplete)
        }
        ([digits], "" | "年") if matches!(digits.len(), 4 | 6) => Err(DayError::Incomplete),
        _ => Err(DayError::Unreadable),
    }
}

fn serial(digits: &str) -> Result<Day, DayError> {
    let days: i32 = digits.parse().map_err(|_| DayError::Unreadable)?;
    if EXCEL_DAYS.contains(&days) {
        Ok(Day::from_unix_days(days - UNIX_EPOCH_IN_EXCEL_DAYS))
    } else {
        Err(DayError::Unreadable)
    }
}

fn from_parts(year: &str, month: &str, day: &str) -> Result<Day, DayError> {
    let number = |text: &str| text.parse::<u32>().map_err(|_| DayError::Unreadable);
    if month.len() > 2 || day.len() > 2 {
        return Err(DayError::Unreadable);
    }
    let year = i32::try_from(number(year)?).map_err(|_| DayError::Unreadable)?;
    Day::from_ymd(year, number(month)?, number(day)?).ok_or(DayError::Impossible)
}

/// The folded text without spaces and without the time of day that exports put behind dates.
fn without_time(text: &str) -> String {
    let text = text.trim();
    let date = match text.find(':').or_else(|| text.find('：')) {
        // The hour is the digits before the first colon, parted from the date by a space or a T.
        Some(colon) => {
            let before = text[..colon].trim_end_matches(|letter: char| letter.is_numeric());
            before.trim_end_matches(['T', 't'])
        }
        None => text,
    };
    normalised(date)
}

/// The finding that a text states; `None` where it states none.
///
/// ```
/// use shared::{event::Verdict, import::value::verdict};
/// assert_eq!(verdict("1"), Some(Verdict::Conforming));
/// assert_eq!(verdict("不合格"), Some(Verdict::Nonconforming));
/// assert_eq!(verdict("未发现不合格"), None);
/// ```
pub fn verdict(text: &str) -> Option<Verdict> {
    let folded = normalised(text);
    let bare = folded
        .trim_start_matches("综合")
        .trim_start_matches("判定")
        .trim_start_matches('为')
        .trim_end_matches(['。', '品']);
    match bare {
        "1" | "合格" | "符合" | "符合要求" | "通过" | "所检项目合格" | "是" | "√" | "✓" => {
            Some(Verdict::Conforming)
        }
        "0"
        | "不合格"
        | "不符合"
        | "不符合要求"
        | "不通过"
        | "未通过"
        | "所检项目不合格"
        | "否"
        | "×"
        | "✗"
        | "X" => Some(Verdict::Nonconforming),
        _ => None,
    }
}

/// Yes or no; `None` where the text is neither.
///
/// ```
/// use shared::import::value::flag;
/// assert_eq!(flag("１"), Some(true));
/// assert_eq!(flag("否"), Some(false));
/// assert_eq!(flag("待定"), None);
/// ```
pub fn flag(text: &str) -> Option<bool> {
    match normalised(text).as_str() {
        "1" | "是" | "有" | "已" | "Y" | "YES" | "TRUE" | "T" | "√" | "✓" | "严重" => {
            Some(true)
        }
        "0" | "否" | "没有" | "未" | "N" | "NO" | "FALSE" | "F" | "×" | "✗" | "X" | "一般" => {
            Some(false)
        }
        _ => None,
    }
}

/// Year and quarter as a plan's number, a plan's name or a title tells them.
///
/// The quarter is `None` where only the year is told; nothing is told where two years are named.
///
/// ```
/// use shared::import::value::period;
/// assert_eq!(period("BJ2013Q1"), Some((2013, Some(1))));
/// assert_eq!(period("2014年第三季度产品质量监督抽查"), Some((2014, Some(3))));
/// assert_eq!(period("2013年家具类产品质量监督抽查"), Some((2013, None)));
/// assert_eq!(period("京抽2012-2013"), None);
/// ```
pub fn period(text: &str) -> Option<(i32, Option<u8>)> {
    let folded = normalised(text);
    let mut years = folded
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|digits| {
            digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
        })
        .filter_map(|digits| digits.parse().ok());
    let year = years.next()?;
    if years.any(|other: i32| other != year) {
        return None;
    }
    Some((year, quarter(&folded)))
}

/// The quarter, 1 to 4, that a text names: Q1, 第一季度, 1季度, 一季度.
///
/// ```
/// use shared::import::value::quarter;
/// assert_eq!(quarter("BJ2013Q1"), Some(1));
/// assert_eq!(quarter("2014年第三季度产品质量监督抽查"), Some(3));
/// assert_eq!(quarter("第五季度"), None);
/// ```
pub fn quarter(text: &str) -> Option<u8> {
    let folded = normalised(text);
    let number = |letter: Option<char>| match letter? {
        '1' | '一' => Some(1),
        '2' | '二' => Some(2),
        '3' | '三' => Some(3),
        '4' | '四' => Some(4),
        _ => None,
    };
    let whole = |rest: &str| !rest.starts_with(|letter: char| letter.is_ascii_digit());
    if let Some((before, _)) = folded.split_once('季') {
        let mut back = before.chars().rev();
        let found = number(back.next());
        return found.filter(|_| !back.next().is_some_and(|letter| letter.is_ascii_digit()));
    }
    let (_, after) = folded.rsplit_once('Q')?;
    number(after.chars().next()).filter(|_| whole(after.get(1..).unwrap_or_default()))
}

/// The items that failed, one by one: a list may be parted by `;`, `、`, `，` or line breaks.
/// What stands in brackets is not parted, nor a comma within a number.
///
/// ```
/// use shared::import::value::items;
/// assert_eq!(items("结构；热效率"), ["结构", "热效率"]);
/// assert_eq!(items("1,3-丁二烯、甲醛（游离、可释放）"), ["1,3-丁二烯", "甲醛（游离、可释放）"]);
/// assert!(items("/").is_empty());
/// ```
pub fn items(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = vec![String::new()];
    let mut depth = 0_usize;
    for (index, &letter) in letters.iter().enumerate() {
        match letter {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let in_number = letter == ','
            && index > 0
            && letters[index - 1].is_ascii_digit()
            && letters.get(index + 1).is_some_and(char::is_ascii_digit);
        let parts = matches!(letter, ';' | '；' | '、' | ',' | '，' | '\n' | '\r') && !in_number;
        match found.last_mut() {
            Some(item) if !(parts && depth == 0) => item.push(letter),
            _ => found.push(String::new()),
        }
    }
    let mut items: Vec<String> = Vec::new();
    for item in found.iter().map(|item| content(item)) {
        if !item.is_empty() && !items.iter().any(|known| known == item) {
            items.push(item.to_owned());
        }
    }
    items
}

/// What is wrong with an organisation's code.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CodeError {
    /// A letter that the standard does not use, often typed for a digit.
    #[error("代码里不会有“{0}”，请核对")]
    Letter(char),
    /// The last character does not fit the others.
    #[error("代码的校验位不对：照前面各位应为“{0}”，请核对")]
    Check(char),
}

/// The 31 characters of GB 32100, in the order of their values.
const CREDIT_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_CODE_LENGTH: usize = 18;
const ORGANISATION_CODE_LENGTH: usize = 9;
const ORGANISATION_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A credit code (GB 32100, 18 characters) or organisation code (GB 11714, 9 characters) without
/// spaces and hyphens, in capitals, its check character verified.
///
/// Codes of other lengths are given back as they are, for the caller to wonder at.
///
/// # Errors
/// A foreign letter or a wrong check character.
///
/// ```
/// use shared::import::value::{CodeError, code};
/// assert_eq!(code("911100 00600037341l").as_deref(), Ok("91110000600037341L"));
/// assert_eq!(code("71323863-3").as_deref(), Ok("713238633"));
/// assert_eq!(code("91110000600037341M"), Err(CodeError::Check('L')));
/// ```
pub fn code(text: &str) -> Result<String, CodeError> {
    let code: String = normalised(content(text))
        .chars()
        .filter(|letter| !matches!(letter, '-' | '.' | '\'' | '_'))
        .collect();
    let expected = match code.chars().count() {
        CREDIT_CODE_LENGTH => credit_check(&code)?,
        ORGANISATION_CODE_LENGTH => organisation_check(&code)?,
        _ => return Ok(code),
    };
    if code.ends_with(expected) {
        Ok(code)
    } else {
        Err(CodeError::Check(expected))
    }
}

/// Whether a code has one of the two lengths that the standards know.
///
/// ```
/// use shared::import::value::is_standard_length;
/// assert!(is_standard_length("91110000600037341L") && is_standard_length("713238633"));
/// assert!(!is_standard_length("110105012345678"), "a licence's number of 15 digits");
/// ```
pub fn is_standard_length(code: &str) -> bool {
    matches!(
        code.chars().count(),
        CREDIT_CODE_LENGTH | ORGANISATION_CODE_LENGTH
    )
}

/// GB 32100: weights 3^i mod 31, check (31 − Σ mod 31) mod 31.
fn credit_check(code: &str) -> Result<char, CodeError> {
    let mut sum = 0;
    let mut weight = 1;
    for (index, letter) in code.chars().enumerate() {
        let value = CREDIT_ALPHABET
            .find(letter)
            .ok_or(CodeError::Letter(letter))?;
        if index < CREDIT_CODE_LENGTH - 1 {
            sum += value * weight;
            weight = weight * 3 % 31;
        }
    }
    let expected = (31 - sum % 31) % 31;
    Ok(char::from(CREDIT_ALPHABET.as_bytes()[expected]))
}

/// GB 11714: weights 3 7 9 10 5 8 4 2 with A = 10 … Z = 35, check 11 − Σ mod 11 (10 → X, 11 → 0).
fn organisation_check(code: &str) -> Result<char, CodeError> {
    let mut sum = 0;
    for (index, letter) in code.chars().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            return Err(CodeError::Letter(letter));
        }
        let value = letter.to_digit(36).ok_or(CodeError::Letter(letter))?;
        sum += ORGANISATION_WEIGHTS
            .get(index)
            .map_or(0, |weight| value * weight);
    }
    Ok(match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    })
}
