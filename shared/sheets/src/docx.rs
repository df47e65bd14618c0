//! A statutory document as a .docx, laid out by GB/T 9704: A4, the text 156 mm by 225 mm in 22 lines
//! of 28 letters, 仿宋 of size 三号, page numbers between dashes on the outer side.

use docx_rs::{
    AlignmentType, DocGrid, DocGridType, Docx, Footer, HeightRule, LineSpacing, LineSpacingType,
    PageMargin, PageNum, Paragraph, ParagraphBorder, ParagraphBorderPosition, ParagraphBorders,
    Pic, Run, RunFonts, SpecialIndentType, Table, TableCell, TableCellMargins, TableLayoutType,
    TableRow, VAlignType, WidthType, XMLDocx,
};
use shared::document::{Block, Document, Line, Part};
use zip::result::ZipError;

use crate::archive::zip;

/// A4, in twentieths of a point.
const PAPER: (u32, u32) = (11_906, 16_838);
/// 37 mm, 35 mm, 28 mm, 26 mm; the page number 7 mm below the text.
const MARGINS: PageMargin = PageMargin {
    top: 2_098,
    bottom: 1_984,
    left: 1_588,
    right: 1_474,
    header: 851,
    footer: 1_304,
    gutter: 0,
};
/// The text's width, in twentieths of a point.
const WIDTH: usize = 8_844;
/// 22 lines a page.
const LINE_PITCH: usize = 579;
/// 28 letters a line: so much less than a letter's own width. A grid of letters would say the same,
/// but not all programs read it alike.
const LETTER_SPACE: i32 = -4;
/// Half points: 三号, 二号, 四号.
const BODY: usize = 32;
const TITLE: usize = 44;
const PAGE_NUMBER: usize = 28;
/// The head is as large as the width lets it be, up to this.
const HEAD_AT_MOST: usize = 52;
/// The width of the text in half points.
const WIDTH_HALF_POINTS: usize = 884;
/// The names' column of a table.
const NAMES: usize = 3_000;
/// Half points: 四号, in tables.
const TABLE: usize = 28;
const RED: &str = "C00000";
/// A signature's room in its field: 45 mm by 11 mm, in the format's units of 1/36,000 mm.
const SIGNATURE: (u32, u32) = (45 * 36_000, 11 * 36_000);

/// The document as the bytes of a .docx. Signatures, each a name and a .png, stand in the fields
/// that their names begin with.
///
/// # Errors
/// Where the archive cannot be written, which only memory could be the reason of.
pub fn docx(document: &Document, signatures: &[(&str, &[u8])]) -> Result<Vec<u8>, ZipError> {
    let mut docx = Docx::new()
        .page_size(PAPER.0, PAPER.1)
        .page_margin(MARGINS)
        .default_fonts(song("仿宋"))
        .default_size(BODY)
        .default_spacing(LETTER_SPACE)
        .footer(page_number(AlignmentType::Right))
        .even_footer(page_number(AlignmentType::Left));
    docx.document = docx.document.doc_grid(
        DocGrid::new()
            .grid_type(DocGridType::Lines)
            .line_pitch(LINE_PITCH),
    );
    docx = head(docx, document);
    for block in &document.blocks {
        docx = match block {
            Block::Addressee(line) => {
                let with_colon = run(Part::Text("：".to_owned()));
                docx.add_paragraph(runs(Paragraph::new(), line).add_run(with_colon))
            }
            Block::Paragraph(line) => docx.add_paragraph(indented(line)),
            Block::Limits(lines) => lines
                .iter()
                .fold(docx, |docx, line| docx.add_paragraph(indented(line))),
            Block::Facts(facts) => docx.add_table(table(
                facts.iter().map(|(name, line)| row(name, in_table(line))),
            )),
            Block::Fields(fields) => {
                let field = |name: &String| {
                    row(name, signed_by(name, signatures))
                        .row_height(700.0)
                        .height_rule(HeightRule::AtLeast)
                };
                docx.add_table(table(fields.iter().map(field)))
            }
            Block::Signature { office, on } => docx
                .add_paragraph(Paragraph::new())
                .add_paragraph(signed(office))
                .add_paragraph(signed(on)),
        };
    }
    // A table cannot be the last thing of a document.
    if let Some(Block::Facts(_) | Block::Fields(_)) = document.blocks.last() {
        docx = docx.add_paragraph(Paragraph::new());
    }
    package(&docx.build())
}

/// The parts in their archive: those that these documents have.
fn package(parts: &XMLDocx) -> Result<Vec<u8>, ZipError> {
    let mut files: Vec<(String, &[u8])> = [
        ("[Content_Types].xml", &parts.content_type),
        ("_rels/.rels", &parts.rels),
        ("docProps/app.xml", &parts.doc_props.app),
        ("docProps/core.xml", &parts.doc_props.core),
        ("docProps/custom.xml", &parts.doc_props.custom),
        ("word/_rels/document.xml.rels", &parts.document_rels),
        ("word/document.xml", &parts.document),
        ("word/styles.xml", &parts.styles),
        ("word/settings.xml", &parts.settings),
        ("word/fontTable.xml", &parts.font_table),
        ("word/comments.xml", &parts.comments),
        ("word/numbering.xml", &parts.numberings),
        ("word/commentsExtended.xml", &parts.comments_extended),
        ("word/footnotes.xml", &parts.footnotes),
    ]
    .map(|(name, bytes)| (name.to_owned(), &bytes[..]))
    .into();
    for (at, footer) in (1..).zip(&parts.footers) {
        files.push((format!("word/footer{at}.xml"), footer));
    }
    for (at, rels) in (1..).zip(&parts.footer_rels) {
        files.push((format!("word/_rels/footer{at}.xml.rels"), rels));
    }
    for (id, picture) in &parts.media {
        files.push((format!("word/media/{id}.png"), picture));
    }
    zip(files.iter().map(|(name, bytes)| (&**name, *bytes)))
}

/// A document to others has the office in red over a red line; a record has its title alone.
fn head(docx: Docx, document: &Document) -> Docx {
    let centred = || Paragraph::new().align(AlignmentType::Center);
    let number = || Run::new().add_text(&document.number);
    let title = Run::new()
        .add_text(&document.title)
        .fonts(song("方正小标宋简体"))
        .size(TITLE);
    let goes_out = document
        .blocks
        .iter()
        .any(|block| matches!(block, Block::Addressee(_)));
    if !goes_out {
        return docx.add_paragraph(centred().add_run(title)).add_paragraph(
            Paragraph::new()
                .align(AlignmentType::Right)
                .add_run(number()),
        );
    }
    let letters = document.office.chars().count().max(1);
    let office = Run::new()
        .add_text(&document.office)
        .fonts(song("方正小标宋简体"))
        .size((WIDTH_HALF_POINTS / letters).min(HEAD_AT_MOST))
        .color(RED);
    let line = ParagraphBorder::new(ParagraphBorderPosition::Bottom)
        .color(RED)
        .size(12)
        .space(4);
    let mut numbered = centred().add_run(number());
    numbered.property = numbered
        .property
        .set_borders(ParagraphBorders::with_empty().set(line));
    docx.add_paragraph(centred().add_run(office))
        .add_paragraph(Paragraph::new())
        .add_paragraph(numbered)
        .add_paragraph(Paragraph::new())
        .add_paragraph(centred().add_run(title))
        .add_paragraph(Paragraph::new())
}

fn song(name: &str) -> RunFonts {
    RunFonts::new()
        .east_asia(name)
        .ascii("Times New Roman")
        .hi_ansi("Times New Roman")
}

fn page_number(side: AlignmentType) -> Footer {
    let dash = || {
        Run::new()
            .add_text("—")
            .size(PAGE_NUMBER)
            .fonts(song("宋体"))
    };
    let number = Paragraph::new()
        .align(side)
        .size(PAGE_NUMBER)
        .indent(Some(320), None, Some(320), None)
        .add_run(dash().add_text(" "))
        .add_page_num(PageNum::new())
        .add_run(Run::new().add_text(" ").size(PAGE_NUMBER))
        .add_run(dash());
    Footer::new().add_paragraph(number)
}

fn run(part: Part) -> Run {
    match part {
        Part::Text(text) | Part::Value(text) => Run::new().add_text(text),
        // Named, and to be written over by hand.
        Part::Blank(name) => Run::new()
            .add_text(format!("　{name}　"))
            .underline("single")
            .color("808080"),
    }
}

fn runs(paragraph: Paragraph, line: &Line) -> Paragraph {
    line.iter().fold(paragraph, |paragraph, part| {
        paragraph.add_run(run(part.clone()))
    })
}

fn in_table(line: &Line) -> Paragraph {
    line.iter()
        .fold(tight(Paragraph::new()), |paragraph, part| {
            paragraph.add_run(run(part.clone()).size(TABLE))
        })
}

fn tight(paragraph: Paragraph) -> Paragraph {
    paragraph
        .snap_to_grid(false)
        .line_spacing(LineSpacing::new().line(280))
}

fn indented(line: &Line) -> Paragraph {
    let first = Some(SpecialIndentType::FirstLine(640));
    let paragraph = Paragraph::new()
        .indent(None, first, None, None)
        .first_line_chars(200)
        .align(AlignmentType::Both);
    runs(paragraph, line)
}

/// The field's signatures, in its paragraph, whose lines are as high as they are.
fn signed_by(field: &str, signatures: &[(&str, &[u8])]) -> Paragraph {
    let at_least = LineSpacing::new().line_rule(LineSpacingType::AtLeast);
    let whole = Paragraph::new()
        .snap_to_grid(false)
        .line_spacing(at_least.line(280));
    signatures
        .iter()
        .filter(|(name, _)| name.starts_with(field))
        .filter_map(|(_, png)| Some((png, size_of_png(png)?)))
        .fold(whole, |paragraph, (png, (width, height))| {
            let picture = Pic::new_with_dimensions(png.to_vec(), width, height);
            let (width, height) = fitted((width, height), SIGNATURE);
            paragraph.add_run(Run::new().add_image(picture.size(width, height)))
        })
}

/// Width and height in pixels, out of the first chunk; `None` for what is no .png, or empty.
fn size_of_png(bytes: &[u8]) -> Option<(u32, u32)> {
    let (signature, rest) = bytes.split_first_chunk::<16>()?;
    let (width, rest) = rest.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    let size = (u32::from_be_bytes(*width), u32::from_be_bytes(*height));
    (signature.starts_with(b"\x89PNG\r\n\x1a\n") && size.0 > 0 && size.1 > 0).then_some(size)
}

/// As large as the room lets it be, in its own proportion.
fn fitted((width, height): (u32, u32), room: (u32, u32)) -> (u32, u32) {
    let scaled = |side: u32, by: u32, of: u32| {
        u32::try_from(u64::from(side) * u64::from(by) / u64::from(of)).unwrap_or(by)
    };
    if u64::from(width) * u64::from(room.1) > u64::from(height) * u64::from(room.0) {
        (room.0, scaled(height, room.0, width).max(1))
    } else {
        (scaled(width, room.1, height).max(1), room.1)
    }
}

/// Four letters from the right edge.
fn signed(line: &Line) -> Paragraph {
    let paragraph = Paragraph::new()
        .align(AlignmentType::Right)
        .indent(None, None, Some(1_280), None)
        .keep_next(true);
    runs(paragraph, line)
}

fn table(rows: impl Iterator<Item = TableRow>) -> Table {
    Table::new(rows.collect())
        .set_grid(vec![NAMES, WIDTH - NAMES])
        .layout(TableLayoutType::Fixed)
        .width(WIDTH, WidthType::Dxa)
        .margins(TableCellMargins::new().margin(80, 100, 80, 100))
}

fn row(name: &str, value: Paragraph) -> TableRow {
    let name = tight(Paragraph::new()).add_run(Run::new().add_text(name).size(TABLE));
    let cell = |paragraph: Paragraph, width: usize| {
        TableCell::new()
            .add_paragraph(paragraph)
            .width(width, WidthType::Dxa)
            .vertical_align(VAlignType::Center)
    };
    TableRow::new(vec![cell(name, NAMES), cell(value, WIDTH - NAMES)]).cant_split()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    fn document(blocks: Vec<Block>) -> Document {
        Document {
            kind: "rectification_order".into(),
            office: "北京市朝阳区质量技术监督局".into(),
            title: "工业产品质量监督抽查责令整改通知书".into(),
            number: "京朝质监责改〔2013〕7号".into(),
            blocks,
        }
    }

    fn parts(document: &Document) -> Vec<(String, String)> {
        let bytes = docx(document, &[]).unwrap();
        parts_of(bytes)
    }

    fn parts_of(bytes: Vec<u8>) -> Vec<(String, String)> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        (0..archive.len())
            .map(|at| {
                let mut part = archive.by_index(at).unwrap();
                let mut bytes = Vec::new();
                part.read_to_end(&mut bytes).unwrap();
                let text = String::from_utf8_lossy(&bytes).into_owned();
                (part.name().unwrap().into_owned(), text)
            })
            .collect()
    }

    #[test]
    fn the_page_is_laid_out_by_the_convention() {
        let text = |text: &str| vec![Part::Text(text.into())];
        let parts = parts(&document(vec![
            Block::Addressee(vec![Part::Value("北京示例<家具>有限公司".into())]),
            Block::Paragraph(text("现责令整改。")),
            Block::Facts(vec![("产品名称".into(), text("板式家具"))]),
            Block::Limits(vec![vec![Part::Blank("整改期满".into())]]),
            Block::Signature {
                office: text("北京市朝阳区质量技术监督局"),
                on: text("2013年3月4日"),
            },
            Block::Fields(vec!["受送达人签名".into()]),
        ]));
        let part = |name: &str| &parts.iter().find(|(of, _)| of == name).unwrap().1;
        let body = part("word/document.xml");
        for expected in [
            r#"<w:pgSz w:w="11906" w:h="16838""#,
            r#"w:top="2098""#,
            r#"w:left="1588""#,
            r#"w:type="lines" w:linePitch="579""#,
            "京朝质监责改〔2013〕7号",
            "北京示例&lt;家具&gt;有限公司",
            "整改期满",
            "受送达人签名",
            "<w:tbl>",
        ] {
            assert!(body.contains(expected), "{expected}\n{body}");
        }
        assert_eq!(
            body.matches("C00000").count(),
            2,
            "a red head over a red line"
        );
        assert!(parts.iter().any(|(_, text)| text.contains("PAGE")));
        assert!(parts.iter().any(|(name, _)| name == "[Content_Types].xml"));
    }

    #[test]
    fn a_record_has_no_red_head() {
        let parts = parts(&document(vec![Block::Fields(vec!["核查人员签名".into()])]));
        let body = parts.iter().find(|(name, _)| name == "word/document.xml");
        assert!(!body.unwrap().1.contains("C00000"));
    }

    #[test]
    fn signatures_stand_in_their_fields() {
        let fields = ["受送达人签名", "送达人签名"].map(str::to_owned);
        let document = document(vec![Block::Fields(fields.into())]);
        // 600 by 70 pixels: as wide as the room lets it be.
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend([0, 0, 2, 88, 0, 0, 0, 70, 8, 6, 0, 0, 0]);
        let signatures: [(&str, &[u8]); 3] = [
            ("送达人签名　甲", &png),
            ("见证人签名　乙", &png),
            ("受送达人签名　丙", b"no picture"),
        ];
        let parts = parts_of(docx(&document, &signatures).unwrap());
        let pictures = parts
            .iter()
            .filter(|(name, _)| name.starts_with("word/media/"));
        assert_eq!(
            pictures.count(),
            1,
            "of the one who has a field and a picture"
        );
        let body = &parts
            .iter()
            .find(|(of, _)| of == "word/document.xml")
            .unwrap()
            .1;
        let row = body
            .split("<w:tr>")
            .find(|row| row.contains(">送达人签名<"))
            .unwrap();
        assert!(row.contains(r#"cx="1620000" cy="189000""#), "{row}");
        let relations = parts
            .iter()
            .find(|(of, _)| of == "word/_rels/document.xml.rels");
        assert!(relations.unwrap().1.contains("media/"), "{relations:?}");
    }
}
