//! Where a photo was taken, as the camera wrote it into the picture: the GPS directory of Exif.

use serde::{Deserialize, Serialize};

/// How much of a photo is read for its place, in bytes: Exif stands in the first segments, each of
/// which has at most 64 KiB.
pub const PLACE_HEAD_BYTES: usize = 128 * 1024;

const MICRO: f64 = 1e6;
/// Where in the first directory the one of GPS is, and what is in that (Exif 2.32, 4.6.6).
const GPS_DIRECTORY: u16 = 0x8825;
const LATITUDE_SIDE: u16 = 1;
const LATITUDE: u16 = 2;
const LONGITUDE_SIDE: u16 = 3;
const LONGITUDE: u16 = 4;
const ENTRY_BYTES: usize = 12;

/// A place on earth (WGS 84), in millionths of a degree: about 11 cm.
///
/// ```
/// use shared::attachment::Place;
/// let bureau = Place { latitude_microdegrees: 39_904_700, longitude_microdegrees: 116_407_200 };
/// assert_eq!(shared::words::place(bureau), "北纬\u{a0}39.90470°，东经\u{a0}116.40720°");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// North of the equator; south of it below 0.
    pub latitude_microdegrees: i32,
    /// East of Greenwich; west of it below 0.
    pub longitude_microdegrees: i32,
}

impl Place {
    /// The place that the camera wrote into a JPEG, by its first bytes; none where it wrote none, or
    /// one that is not on earth.
    ///
    /// ```
    /// use shared::attachment::{PLACE_HEAD_BYTES, Place};
    /// let photo = b"\xff\xd8\xff\xe0";
    /// assert_eq!(Place::of_jpeg(&photo[..photo.len().min(PLACE_HEAD_BYTES)]), None);
    /// ```
    pub fn of_jpeg(bytes: &[u8]) -> Option<Self> {
        let tiff = Tiff::of(exif(bytes)?)?;
        let first = tiff.number(4, 4)?;
        let gps = tiff.number(tiff.entry(first, GPS_DIRECTORY)? + 8, 4)?;
        let axis = |side, sides: &[u8; 2], value, limit: f64| {
            let side = *tiff.bytes.get(tiff.entry(gps, side)? + 8)?;
            let sign = match sides.iter().position(|it| *it == side)? {
                0 => 1.0,
                _ => -1.0,
            };
            let at = tiff.number(tiff.entry(gps, value)? + 8, 4)?;
            let degrees = tiff.degrees(at)?;
            #[expect(clippy::cast_possible_truncation, reason = "at most 180 million")]
            (degrees <= limit).then(|| (sign * degrees * MICRO).round() as i32)
        };
        Some(Self {
            latitude_microdegrees: axis(LATITUDE_SIDE, b"NS", LATITUDE, 90.0)?,
            longitude_microdegrees: axis(LONGITUDE_SIDE, b"EW", LONGITUDE, 180.0)?,
        })
    }
}

/// What the Exif segment of a JPEG holds.
fn exif(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, high, low, ..] = *rest else {
            return None;
        };
        // From here on the picture itself.
        if marker == 0xda {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = rest.get(4..2 + length)?;
        match segment.strip_prefix(b"Exif\0\0") {
            Some(tiff) if marker == 0xe1 => return Some(tiff),
            _ => rest = &rest[2 + length..],
        }
    }
}

/// Exif is a TIFF file without a picture: directories of entries, in either order of bytes.
struct Tiff<'b> {
    bytes: &'b [u8],
    is_little: bool,
}

impl<'b> Tiff<'b> {
    fn of(bytes: &'b [u8]) -> Option<Self> {
        let is_little = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, is_little })
    }

    fn number(&self, at: usize, length: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        let add = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
        Some(if self.is_little {
            bytes.iter().rev().fold(0, add)
        } else {
            bytes.iter().fold(0, add)
        })
    }

    /// Where the entry with this tag begins in the directory.
    fn entry(&self, directory: usize, tag: u16) -> Option<usize> {
        let count = self.number(directory, 2)?;
        let entries = (0..count).map(|index| directory + 2 + index * ENTRY_BYTES);
        entries
            .map_while(|at| Some((at, self.number(at, 2)?)))
            .find(|(_, found)| *found == usize::from(tag))
            .map(|(at, _)| at)
    }

    /// Degrees, minutes and seconds, each a fraction.
    fn degrees(&self, at: usize) -> Option<f64> {
        self.bytes.get(at..at.checked_add(3 * 8)?)?;
        let part = |index: usize| {
            let numerator = u32::try_from(self.number(at + index * 8, 4)?).ok()?;
            let denominator = u32::try_from(self.number(at + index * 8 + 4, 4)?).ok()?;
            (denominator > 0).then(|| f64::from(numerator) / f64::from(denominator))
        };
        Some(part(0)? + part(1)? / 60.0 + part(2)? / 3600.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG with such a GPS directory: sides, and degrees, minutes and seconds as fractions.
    fn photo(little: bool, sides: [u8; 2], fractions: [[u32; 6]; 2]) -> Vec<u8> {
        let two = |it: u16| {
            if little {
                it.to_le_bytes()
            } else {
                it.to_be_bytes()
            }
        };
        let four = |it: u32| {
            if little {
                it.to_le_bytes()
            } else {
                it.to_be_bytes()
            }
        };
        let entry = |tag, kind, count, value: [u8; 4]| {
            [&two(tag)[..], &two(kind), &four(count), &value].concat()
        };
        // The header, a directory of two entries, and that of GPS with four; then the fractions.
        let (gps, values) = (8 + 2 + 24 + 4, 8 + 2 + 24 + 4 + 2 + 48 + 4);
        let mut tiff = [if little { *b"II" } else { *b"MM" }, two(42)].concat();
        tiff.extend(four(8));
        tiff.extend(two(2));
        tiff.extend(entry(0x0112, 3, 1, [0; 4]));
        tiff.extend(entry(GPS_DIRECTORY, 4, 1, four(gps)));
        tiff.extend(four(0));
        tiff.extend(two(4));
        tiff.extend(entry(LATITUDE_SIDE, 2, 2, [sides[0], 0, 0, 0]));
        tiff.extend(entry(LATITUDE, 5, 3, four(values)));
        tiff.extend(entry(LONGITUDE_SIDE, 2, 2, [sides[1], 0, 0, 0]));
        tiff.extend(entry(LONGITUDE, 5, 3, four(values + 24)));
        tiff.extend(four(0));
        tiff.extend(fractions.as_flattened().iter().flat_map(|it| four(*it)));
        let length = u16::try_from(tiff.len() + 8).unwrap().to_be_bytes();
        [
            &b"\xff\xd8\xff\xe0\x00\x06JFIF"[..],
            b"\xff\xe1",
            &length,
            b"Exif\0\0",
            &tiff,
            b"\xff\xda\x00\x02",
        ]
        .concat()
    }

    const BEIJING: [[u32; 6]; 2] = [[39, 1, 54, 1, 1692, 100], [116, 1, 24, 1, 2592, 100]];

    #[test]
    fn the_place_is_read_as_the_camera_wrote_it() {
        let check = |little, sides: &[u8; 2], fractions, expected: Option<(i32, i32)>| {
            let place = Place::of_jpeg(&photo(little, *sides, fractions));
            let found = place.map(|it| (it.latitude_microdegrees, it.longitude_microdegrees));
            assert_eq!(found, expected, "{sides:?} {fractions:?}");
        };
        check(true, b"NE", BEIJING, Some((39_904_700, 116_407_200)));
        check(false, b"NE", BEIJING, Some((39_904_700, 116_407_200)));
        check(true, b"SW", BEIJING, Some((-39_904_700, -116_407_200)));
        check(true, b"XE", BEIJING, None);
        let nowhere = [39, 0, 0, 1, 0, 1];
        check(true, b"NE", [nowhere, BEIJING[1]], None);
        check(true, b"NE", [[91, 1, 0, 1, 0, 1], BEIJING[1]], None);
    }

    #[test]
    fn what_is_cut_off_or_damaged_has_no_place() {
        let whole = photo(true, *b"NE", BEIJING);
        for length in 0..whole.len() - 4 {
            assert_eq!(Place::of_jpeg(&whole[..length]), None, "{length}");
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] = !damaged[at];
            // Whatever it says, it says it without a panic.
            let _ = Place::of_jpeg(&damaged);
        }
    }
}
