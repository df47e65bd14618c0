//! Files as they come from the camera or the disk, made fit to be attached.

use js_sys::{Array, Promise, Uint8Array};
use shared::attachment::{
    Attachment, MAXIMUM_CONTENT_BYTES, MediaType, PLACE_HEAD_BYTES, Place, Purpose, Unfit,
};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, File, HtmlCanvasElement, HtmlInputElement,
    ImageBitmap, Url,
};

/// The longer side of a photo as it is kept, in pixels: a type plate is still readable.
const MAXIMUM_SIDE_PIXELS: f64 = 2048.0;
/// How good a photo is as it is kept, of 1.
const QUALITY: f64 = 0.85;

/// Why a file cannot be attached.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// The browser cannot read it.
    #[error("读不出这个文件")]
    Unreadable,
    /// Its bytes are none of the types that are taken.
    #[error("只能附照片（JPEG、PNG、WebP）和 PDF，这个文件的内容不是")]
    OtherType,
    /// It is larger than 20 MB.
    #[error("文件超过 20 MB")]
    TooLarge,
    /// There is nothing in it.
    #[error("文件是空的")]
    Empty,
    /// Its name is too long.
    #[error("文件名太长")]
    Name,
}

impl From<Unfit> for FileError {
    fn from(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Empty => Self::Empty,
            Unfit::TooLarge => Self::TooLarge,
            Unfit::OtherType => Self::OtherType,
            Unfit::Name => Self::Name,
        }
    }
}

impl From<JsValue> for FileError {
    fn from(_: JsValue) -> Self {
        Self::Unreadable
    }
}

/// The files chosen in a field, which is then empty again, so that the same file can be chosen twice.
pub(crate) fn chosen(input: &HtmlInputElement) -> Vec<File> {
    let files = input
        .files()
        .map(|files| (0..files.length()).filter_map(|at| files.get(at)).collect())
        .unwrap_or_default();
    input.set_value("");
    files
}

/// A picture drawn anew at most 2048 pixels long, or a PDF as it is. Drawn anew, it holds nothing
/// of what the camera wrote into it: neither the place nor the device.
pub(crate) async fn prepared(
    file: &File,
    name: &str,
    purpose: Purpose,
) -> Result<(Attachment, Vec<u8>), FileError> {
    let head = bytes_of(&file.slice_with_i32_and_i32(0, 16)?).await?;
    let bytes = match MediaType::of_content(&head) {
        Some(MediaType::Pdf) => {
            #[expect(clippy::cast_precision_loss, reason = "20 MB are far below 2^53")]
            if file.size() > MAXIMUM_CONTENT_BYTES as f64 {
                return Err(FileError::TooLarge);
            }
            bytes_of(file).await?
        }
        Some(_) => drawn_anew(file).await?,
        // A camera may have a type of its own that the browser can draw all the same.
        None if file.type_().starts_with("image/") && file.type_() != "image/svg+xml" => {
            drawn_anew(file).await.map_err(|_| FileError::OtherType)?
        }
        None if head.is_empty() => return Err(FileError::Empty),
        None => return Err(FileError::OtherType),
    };
    let mut attachment = Attachment::of(&bytes, name, purpose)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds since 1970 are whole and far below 2^53"
    )]
    let taken_at = file.last_modified().max(0.0) as u64;
    attachment.taken_at = Some(taken_at);
    Ok((attachment, bytes))
}

/// Where the camera says that a photo was taken, if it does.
pub(crate) async fn place_of(file: &File) -> Option<Place> {
    let end = i32::try_from(PLACE_HEAD_BYTES).ok()?;
    let head = file.slice_with_i32_and_i32(0, end).ok()?;
    Place::of_jpeg(&bytes_of(&head).await.ok()?)
}

async fn drawn_anew(file: &Blob) -> Result<Vec<u8>, FileError> {
    let window = web_sys::window().ok_or(FileError::Unreadable)?;
    // The browser turns it the right way up by itself.
    let bitmap: ImageBitmap = JsFuture::from(window.create_image_bitmap_with_blob(file)?)
        .await?
        .unchecked_into();
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (MAXIMUM_SIDE_PIXELS / width.max(height)).min(1.0);
    let canvas = canvas((width * scale).round(), (height * scale).round())?;
    let context = context(&canvas)?;
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    // What is clear in a PNG would turn black.
    context.set_fill_style_str("#fff");
    context.fill_rect(0.0, 0.0, width, height);
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width, height)?;
    bitmap.close();
    encoded(&canvas, MediaType::Jpeg).await
}

/// A canvas of so many pixels.
pub(crate) fn canvas(width: f64, height: f64) -> Result<HtmlCanvasElement, JsValue> {
    let document = web_sys::window()
        .and_then(|window| window.document())
        .ok_or(JsValue::NULL)?;
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.unchecked_into();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few thousand pixels"
    )]
    let pixels = |length: f64| length.max(1.0) as u32;
    canvas.set_width(pixels(width));
    canvas.set_height(pixels(height));
    Ok(canvas)
}

/// What is drawn with on a canvas.
pub(crate) fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, JsValue> {
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    Ok(context.unchecked_into())
}

/// The bytes of what is on a canvas.
pub(crate) async fn encoded(
    canvas: &HtmlCanvasElement,
    media_type: MediaType,
) -> Result<Vec<u8>, FileError> {
    let drawn = Promise::new(&mut |resolve, reject| {
        let asked = canvas.to_blob_with_type_and_encoder_options(
            &resolve,
            media_type.name(),
            &QUALITY.into(),
        );
        if asked.is_err() {
            // Nobody can do more than say so.
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    let blob: Blob = JsFuture::from(drawn)
        .await?
        .dyn_into()
        .map_err(|_| FileError::Unreadable)?;
    bytes_of(&blob).await
}

async fn bytes_of(blob: &Blob) -> Result<Vec<u8>, FileError> {
    let buffer = JsFuture::from(blob.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// An address under which this page can show these bytes, until it is revoked.
pub(crate) fn object_url(bytes: &[u8], media_type: MediaType) -> Option<String> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(media_type.name());
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}
