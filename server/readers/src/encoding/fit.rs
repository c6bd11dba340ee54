//! How well a text makes sense: whether its letters are those of one language, and its signs stand where they belong. Tells
//! encodings apart where few bytes are beyond ASCII, of which frequencies tell nothing.

/// The letters of languages in Latin script beside a to z, in lower case; loanwords' accents are among them.
/// (CLDR's main and auxiliary exemplar characters, shortened to what texts have.)
const ALPHABETS: [&str; 24] = [
    "éèêçïñöâà",
    "äöüßéàè",
    "àâæçèéêëîïôœùûüÿ",
    "áéíñóúüç",
    "áâãàçéêíóôõúü",
    "àáèéìíîòóùú",
    "àçèéíïòóúü",
    "éëïèöüáóêç",
    "åäöéüà",
    "æøåéòóôä",
    "áðéíóúýþæö",
    "äöüõšž",
    "áàéèíìóòúù",
    "âêîôûŵŷáéïö",
    "ąćęłńóśźżéü",
    "áčďéěíňóřšťúůýžöü",
    "áäčďéíĺľňóôŕšťúýž",
    "áéíóöőúüűä",
    "ăâîşţșțé",
    "čćđšžäöü",
    "çğıİöşüâîû",
    "ąčęėįšųūž",
    "āčēģīķļņšūž",
    "çëâîêşû",
];

/// Vietnamese has marks of its own upon each vowel.
const VIETNAMESE: &str = "ăâđêôơưàáãèéìíòóõùúýĩũ\u{300}\u{301}\u{303}\u{309}\u{323}";

/// How well a text makes sense, from −1 (impossible) to 1; 1 when it is all ASCII.
pub(super) fn fit(text: &str) -> f64 {
    let chars: Vec<char> = text.chars().collect();
    let alphabet = alphabet(&chars);
    let (mut sum, mut count) = (0.0, 0.0);
    for (at, &char) in chars.iter().enumerate().filter(|(_, char)| !char.is_ascii()) {
        let before = at.checked_sub(1).map_or(' ', |at| chars[at]);
        let before_it = at.checked_sub(2).map_or(' ', |at| chars[at]);
        let after = chars.get(at + 1).copied().unwrap_or(' ');
        let after_it = chars.get(at + 2).copied().unwrap_or(' ');
        sum += value(char, [before_it, before], [after, after_it], alphabet);
        count += 1.0;
    }
    if count == 0.0 { 1.0 } else { sum / count }
}

/// The language whose alphabet has most of the letters.
fn alphabet(chars: &[char]) -> &'static str {
    let letters: Vec<char> = chars.iter().filter(|char| is_latin(**char)).map(lower).collect();
    let covered = |alphabet: &str| letters.iter().filter(|letter| alphabet.contains(**letter)).count();
    let has_marks = letters.iter().any(|letter| matches!(letter, 'ơ' | 'ư' | '\u{300}'..='\u{36f}'));
    // Of those with equally many, the first.
    let all = ALPHABETS.iter().copied().chain(has_marks.then_some(VIETNAMESE)).rev();
    all.max_by_key(|alphabet| covered(alphabet)).unwrap_or_default()
}

fn lower(char: &char) -> char {
    // The only letter here whose lower case is two characters.
    if *char == 'İ' { 'i' } else { char.to_lowercase().next().unwrap_or(*char) }
}

fn is_latin(char: char) -> bool {
    matches!(char, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{300}'..='\u{36f}')
        && !matches!(char, '×' | '÷' | 'ƒ')
}

fn is_word(char: char) -> bool {
    char.is_alphabetic()
}

/// What one character says, by those about it.
fn value(char: char, [before_it, before]: [char; 2], [after, after_it]: [char; 2], alphabet: &str) -> f64 {
    let is_between = is_word(before) && is_word(after);
    let touches = is_word(before) || is_word(after);
    let is_number = before.is_ascii_digit()
        || after.is_ascii_digit()
        || (before == ' ' && before_it.is_ascii_digit())
        || (matches!(after, ' ' | '\u{a0}') && after_it.is_ascii_digit());
    match char {
        '\u{80}'..='\u{9f}' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}' => -1.0,
        _ if is_latin(char) => letter(char, [before_it, before], after, alphabet),
        '£' | '€' | '¥' | '¢' | '₧' => {
            if is_number {
                1.0
            } else if is_between {
                0.0
            } else {
                0.6
            }
        }
        '¤' => 0.1,
        '’' | '，' | '。' | '、' => 1.0,
        '‘' | '“' | '”' | '„' | '‚' | '«' | '»' | '‹' | '›' => {
            if is_between {
                0.2
            } else {
                1.0
            }
        }
        '–' | '—' | '…' | '•' | '·' | '™' | '®' | '©' | '\u{a0}' | '§' => {
            if is_between && !matches!(char, '—' | '–' | '\u{a0}' | '·' | '…') { 0.3 } else { 1.0 }
        }
        '¼' | '½' | '¾' => {
            if touches {
                0.0
            } else {
                1.0
            }
        }
        '²' | '³' | '°' | 'º' | 'ª' | '¹' => {
            if is_between || is_word(after) && !before.is_ascii_digit() { 0.0 } else { 1.0 }
        }
        '¿' | '¡' => {
            if is_word(before) {
                0.0
            } else {
                1.0
            }
        }
        '\u{ad}' => 0.7,
        '\u{2500}'..='\u{259f}' | '\u{2200}'..='\u{22ff}' => {
            if touches {
                0.0
            } else {
                0.3
            }
        }
        '\u{fb00}'..='\u{fb06}' => 0.2,
        _ if is_word(char) => other_letter(before, after, char),
        _ => {
            if touches {
                0.1
            } else {
                0.6
            }
        }
    }
}

/// A letter of a Latin alphabet.
fn letter(char: char, [before_it, before]: [char; 2], after: char, alphabet: &str) -> f64 {
    let is_upper = char.is_uppercase();
    let is_known = alphabet.contains(lower(&char)) || char == 'İ' && alphabet.contains('İ');
    let has_word = is_word(before) || is_word(after);
    // A capital after a small letter, a small one among capitals, or a letter ahead of a number.
    let is_misplaced = is_upper && before.is_lowercase()
        || char.is_lowercase()
            && char != 'ß'
            && before.is_uppercase()
            && (after.is_uppercase() || before_it.is_uppercase())
        || !is_word(before) && after.is_ascii_digit();
    if is_misplaced {
        0.0
    } else if !is_known {
        0.3
    } else if has_word
        || !is_upper && matches!(char, 'à' | 'é' | 'è' | 'ó' | 'í' | 'ö' | 'å' | 'æ' | 'ú' | 'ô' | 'ø')
    {
        1.0
    } else {
        0.2
    }
}

/// A letter of another script: its words have no letters of ASCII in them, but where a script knows no blanks.
fn other_letter(before: char, after: char, char: char) -> f64 {
    let is_strange = |other: char| other.is_ascii_alphabetic() || is_latin(other);
    let has_cases = char.is_uppercase() || char.is_lowercase();
    if matches!(char, '\u{ff61}'..='\u{ff9f}') {
        return 0.4;
    }
    if has_cases
        && (char.is_uppercase() && before.is_lowercase() || after.is_ascii_digit() && !is_word(before))
    {
        return 0.0;
    }
    if is_strange(before) || is_strange(after) { 0.1 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_one_language_and_signs_in_their_places_make_sense() {
        for text in [
            "Only £5 a week",
            "It costs 5 €",
            "It’s “fine” – really",
            "Schöne Grüße aus Köln",
            "Góðan daginn þetta er fínt",
            "Olcsó hitel őszintén gyűjtő",
            "Příliš žluťoučký kůň",
            "Œuvre à 20 €",
            "Здравствуйте, я из Москвы",
            "你好，请加 iPhone 手机",
        ] {
            assert!(fit(text) > 0.95, "{text}: {}", fit(text));
        }
        for text in [
            "Only Ł5 a week",
            "Góđan daginn ţetta er fínt",
            "Olcsó hitel õszintén gyûjtõ",
            "¼uvre",
            "Schˆne Gr¸ﬂe",
            "Sch\u{94}ne Gr\u{81}áe",
            "SchÓn",
            "Schцne GrьЯe",
        ] {
            assert!(fit(text) < 0.9, "{text}: {}", fit(text));
        }
    }
}
