//! winmail.dat, in which Outlook packs a letter once more: its text, and the names of its files.
//! Format: Microsoft's [MS-OXTNEF]; properties by [MS-OXPROPS].

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tnef {
    pub(super) plain: Option<String>,
    /// In the charset that it says itself.
    pub(super) html: Option<Vec<u8>>,
    pub(super) files: Vec<String>,
}

const SIGNATURE: u32 = 0x223e_9f78;
const BODY: u32 = 0x0002_800c;
const PROPERTIES: u32 = 0x0006_9003;
const FILE_TITLE: u32 = 0x0001_8010;

/// Reads as far as it is whole.
pub(super) fn read(bytes: &[u8]) -> Tnef {
    let mut found = Tnef::default();
    let mut reader = Reader(bytes);
    if reader.number() != Some(SIGNATURE) || reader.take(2).is_none() {
        return found;
    }
    while let (Some(_level), Some(id), Some(length)) = (reader.take(1), reader.number(), reader.number()) {
        let Some(data) = reader.take(length as usize) else { break };
        reader.take(2);
        match id {
            BODY => found.plain = text(data),
            FILE_TITLE => found.files.extend(text(data)),
            PROPERTIES => properties(data, &mut found),
            _ => {}
        }
    }
    found
}

fn text(data: &[u8]) -> Option<String> {
    let data = data.split(|&byte| byte == 0).next()?;
    let text = super::charset::decode(data, super::charset::Hint::default());
    (!text.trim().is_empty()).then_some(text)
}

fn properties(data: &[u8], found: &mut Tnef) {
    let mut reader = Reader(data);
    let count = reader.number().unwrap_or_default();
    for _ in 0..count.min(2_000) {
        let Some(tag) = reader.number() else { return };
        let (kind, id) = (tag & 0xffff, tag >> 16);
        // Named properties have a GUID and a name first.
        if id >= 0x8000 {
            reader.take(16);
            match reader.number() {
                Some(0) => drop(reader.take(4)),
                Some(_) => drop(reader.padded()),
                None => return,
            }
        }
        let is_many = kind & 0x1000 != 0;
        let values = if is_many || matches!(kind & 0xfff, 0x1e | 0x1f | 0x102 | 0xd) {
            reader.number()
        } else {
            Some(1)
        };
        for _ in 0..values.unwrap_or_default().min(2_000) {
            let value = match kind & 0xfff {
                0x2 | 0x3 | 0x4 | 0xa | 0xb => reader.take(4),
                0x5 | 0x6 | 0x7 | 0x14 | 0x40 => reader.take(8),
                0x48 => reader.take(16),
                0x1e | 0x1f | 0x102 | 0xd => reader.padded(),
                _ => return,
            };
            let Some(value) = value else { return };
            match (id, kind) {
                (0x1000, 0x1e) => found.plain = text(value).or(found.plain.take()),
                (0x1000, 0x1f) => {
                    let units = value.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
                    found.plain = Some(
                        char::decode_utf16(units).filter_map(Result::ok).filter(|&c| c != '\0').collect(),
                    );
                }
                (0x1013, 0x102) => found.html = Some(value.to_vec()),
                _ => {}
            }
        }
    }
}

struct Reader<'x>(&'x [u8]);

impl<'x> Reader<'x> {
    fn take(&mut self, count: usize) -> Option<&'x [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        let bytes = self.take(4)?;
        Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// Bytes with their length ahead, up to a multiple of four.
    fn padded(&mut self) -> Option<&'x [u8]> {
        let length = self.number()? as usize;
        let bytes = self.take(length)?;
        self.take((4 - length % 4) % 4);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(id: u32, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![1];
        bytes.extend(id.to_le_bytes());
        bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        bytes.extend(data);
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn text_and_names_are_found() {
        let mut properties = 2_u32.to_le_bytes().to_vec();
        properties.extend(0x0e07_0003_u32.to_le_bytes());
        properties.extend(7_u32.to_le_bytes());
        properties.extend(0x1013_0102_u32.to_le_bytes());
        properties.extend(1_u32.to_le_bytes());
        properties.extend(9_u32.to_le_bytes());
        properties.extend(b"<p>Hi</p>\0\0\0");
        let file = [
            SIGNATURE.to_le_bytes().to_vec(),
            vec![1, 0],
            attribute(BODY, b"Hello\0"),
            attribute(FILE_TITLE, b"a.doc\0"),
            attribute(PROPERTIES, &properties),
        ]
        .concat();
        let found = read(&file);
        assert_eq!(found.plain.as_deref(), Some("Hello"));
        assert_eq!(found.html.as_deref(), Some(&b"<p>Hi</p>"[..]));
        assert_eq!(found.files, ["a.doc"]);
        assert_eq!(read(&file[..20]).plain, None);
    }
}
