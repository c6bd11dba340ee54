//! Brotli and gzip at their best levels, made once at build time instead of at every request.

use std::io::Write;

use anyhow::Result;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// The endings of the two compressed siblings of a file, each with its `Content-Encoding`.
pub(crate) const ENCODINGS: [(&str, Encode); 2] = [("br", brotli), ("gz", gzip)];

/// Compresses the whole of its input.
pub(crate) type Encode = fn(&[u8]) -> Result<Vec<u8>>;

/// Brotli at quality 11 with a window of 4 MiB, the largest that browsers must accept being 16 MiB. It looks at the whole file as one
/// block, which spares half a per cent.
pub(crate) fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        lgblock: 24,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::with_capacity(bytes.len() / 3);
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params)?;
    Ok(compressed)
}

/// Gzip at level 9.
pub(crate) fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn both_come_back_as_they_were_and_smaller() {
        let text = "moderators read the same words again and again. ".repeat(400).into_bytes();
        let (br, gz) = (brotli(&text).unwrap(), gzip(&text).unwrap());
        assert!(br.len() < gz.len() && gz.len() < text.len());

        let mut from_gzip = Vec::new();
        flate2::read::GzDecoder::new(&*gz).read_to_end(&mut from_gzip).unwrap();
        assert_eq!(from_gzip, text);
        let mut from_brotli = Vec::new();
        brotli::BrotliDecompress(&mut &*br, &mut from_brotli).unwrap();
        assert_eq!(from_brotli, text);
    }
}
