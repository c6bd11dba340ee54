//! Code pages of DOS, which the WHATWG's standard of encodings does not name: what old programs and some tills still write.
//! The tables are those of the Unicode Consortium (`MICSFT/PC/CP437.TXT`, `CP850.TXT`, `CP852.TXT`).

/// A code page: ASCII, and 128 characters above it.
#[derive(Debug)]
pub(super) struct DosPage {
    pub(super) name: &'static str,
    /// Other names of it.
    pub(super) labels: [&'static str; 2],
    upper: &'static str,
}

/// The pages that are known, the likelier ones first.
pub(super) static PAGES: [DosPage; 3] = [
    DosPage {
        name: "IBM850",
        labels: ["cp850", "850"],
        upper: "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
    },
    DosPage {
        name: "IBM437",
        labels: ["cp437", "437"],
        upper: "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
    },
    DosPage {
        name: "IBM852",
        labels: ["cp852", "852"],
        upper: "ÇüéâäůćçłëŐőîŹÄĆÉĹĺôöĽľŚśÖÜŤťŁ×čáíóúĄąŽžĘę¬źČş«»░▒▓│┤ÁÂĚŞ╣║╗╝Żż┐└┴┬├─┼Ăă╚╔╩╦╠═╬¤đĐĎËďŇÍÎě┘┌█▄ŢŮ▀ÓßÔŃńňŠšŔÚŕŰýÝţ´\u{ad}˝˛ˇ˘§÷¸°¨˙űŘř■\u{a0}",
    },
];

impl DosPage {
    /// Bytes as text: each is a character.
    pub(super) fn decode(&self, bytes: &[u8]) -> String {
        let upper: Vec<char> = self.upper.chars().collect();
        let char_of = |byte: &u8| match byte.checked_sub(0x80) {
            Some(index) => upper.get(usize::from(index)).copied().unwrap_or('\u{fffd}'),
            None => char::from(*byte),
        };
        bytes.iter().map(char_of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_a_character() {
        for page in &PAGES {
            assert_eq!(page.upper.chars().count(), 128, "{}", page.name);
        }
        assert_eq!(PAGES[0].decode(b"Sch\x94ne Gr\x81\xe1e"), "Schöne Grüße");
        assert_eq!(PAGES[1].decode(b"Sch\x94ne Gr\x81\xe1e \x9b\xa0"), "Schöne Grüße ¢á");
        assert_eq!(PAGES[2].decode(b"P\xfd\xa1li\xe7"), "Příliš");
    }
}
