//! What a lesson is about: the words of a message, the places that it links to, and who sent it.

use activelayer::CheckRequest;

use crate::{
    features::{Reading, WHOLE},
    form::{Standing, is_free_mailbox, standing},
    hash::spread,
    links::{self, Link, LinkKind},
    model::Model,
};

/// Rarity of features that training never saw, between the common (1) and the rarest (15): most of a new community's words.
const UNSEEN: f32 = 10.0;

/// Length that links and sender have together, beside words of length 1.
const IDENTITY: f32 = 0.6;

/// Links of a message that are looked at.
const MOST_LINKS: usize = 8;

/// Characters of an address with its path that are looked at.
const LONGEST_ADDRESS: usize = 120;

/// Places of links and senders are behind those of words.
const BEHIND_WORDS: u32 = 1 << 24;

/// A message as lessons see it: places in the table of weights, in order and each once, with their values.
pub(super) type Sparse = Vec<(u32, f32)>;

/// Takes a message apart. Its length, layout and other traits of the whole are left out: what is learnt from them is the same
/// for any message of its kind.
pub(super) fn sparse(model: &Model, request: &CheckRequest, reading: &Reading) -> Sparse {
    let value = |index| match model.rarity(index) {
        0 => UNSEEN,
        rarity => f32::from(rarity),
    };
    let words = reading.features.iter().filter(|feature| feature.token != WHOLE);
    let words: Sparse = words.map(|feature| (feature.index, value(feature.index))).collect();
    let mut text = of_length(words, 1.0);
    text.extend(of_length(identity(request, reading), IDENTITY));
    text.sort_unstable_by_key(|(place, _)| *place);
    text
}

/// The cosine of two messages, as far as they share words, links and sender; both sorted by place.
pub(super) fn likeness(one: &Sparse, other: &Sparse) -> f32 {
    let (mut at, mut sum) = (0, 0.0);
    for (place, value) in one {
        while other.get(at).is_some_and(|(other, _)| other < place) {
            at += 1;
        }
        match other.get(at) {
            Some((same, with)) if same == place => sum += value * with,
            Some(_) => {}
            None => break,
        }
    }
    sum
}

fn of_length(mut features: Sparse, length: f32) -> Sparse {
    let now = features.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    features.iter_mut().for_each(|(_, value)| *value *= length / now.max(f32::MIN_POSITIVE));
    features
}

/// The sender's address, the sender's own domain, and where links lead.
fn identity(request: &CheckRequest, reading: &Reading) -> Sparse {
    let mut places = vec![];
    if let Some(address) = request.email.as_deref().map(|email| email.trim().to_lowercase())
        && let Some((_, domain)) = address.rsplit_once('@')
    {
        places.push(place(1, &address));
        if !is_free_mailbox(domain) {
            places.push(place(2, links::registrable(domain)));
        }
    }
    let web = reading.links.iter().filter(|link| link.kind == LinkKind::Web).take(MOST_LINKS);
    places.extend(web.filter_map(|link| where_to(reading, link)).map(|target| place(3, &target)));
    places.sort_unstable();
    places.dedup();
    places.into_iter().map(|place| (place, 1.0)).collect()
}

/// Whose place a link leads to: the domain, or the page where many share a domain. A well-known site's front page is nobody's.
fn where_to(reading: &Reading, link: &Link) -> Option<String> {
    if matches!(standing(&link.host, ""), Standing::Unknown | Standing::Abused | Standing::Numeric) {
        return Some(links::registrable(&link.host).to_owned());
    }
    let (start, end) = (link.start as usize, (link.end as usize).min(reading.clean.chars.len()));
    let address: String = reading.clean.chars.get(start..end)?.iter().take(LONGEST_ADDRESS).collect();
    let address = address.to_lowercase();
    let address = address.split_once("://").map_or(address.as_str(), |(_, rest)| rest);
    let (_, path) = address.split_once('/')?;
    let path = path.trim_end_matches(|c: char| !c.is_alphanumeric());
    (!path.is_empty()).then(|| format!("{}/{path}", link.host))
}

fn place(kind: u64, text: &str) -> u32 {
    let hash = text.bytes().fold(spread(kind), |hash, byte| spread(hash ^ u64::from(byte)));
    BEHIND_WORDS | (hash >> 40) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str, email: &str) -> Sparse {
        let model = Model::embedded();
        let mut reading = Reading::default();
        let email = Some(email.to_owned()).filter(|email| !email.is_empty());
        let request = CheckRequest { email, ..CheckRequest::new(message) };
        reading.read(message, model.bits());
        sparse(model, &request, &reading)
    }

    #[test]
    fn unlike_messages_share_next_to_nothing_and_a_message_is_like_itself() {
        let one = of("Our plumbers fix leaking kitchen taps in Norwich on the same day", "");
        let other = of("Vielen Dank für das Rezept, meine Familie war begeistert!", "");
        assert!((likeness(&one, &one) - 1.0).abs() < 1e-4);
        assert!(likeness(&one, &other) < 0.02, "{}", likeness(&one, &other));
    }

    #[test]
    fn sender_and_target_of_links_are_shared_whatever_the_words() {
        let identity = |one: &Sparse, other: &Sparse| {
            let only =
                |text: &Sparse| text.iter().filter(|(place, _)| *place >= BEHIND_WORDS).copied().collect();
            likeness(&only(one), &only(other))
        };
        let offer = of("Win now at https://wheel-of-luck.example/start", "joe@luck.example");
        assert!(identity(&offer, &of("A photo: http://www.wheel-of-luck.example/cat.jpg", "")) > 0.1);
        assert!(identity(&offer, &of("Good morning all of you", "JOE@luck.example ")) > 0.1);
        let video = of("Look https://www.youtube.com/watch?v=abcdefgh", "ann@gmail.com");
        assert_eq!(
            identity(&video, &of("See https://www.youtube.com/watch?v=12345678", "bob@gmail.com")),
            0.0
        );
        assert_eq!(identity(&video, &of("It is on https://youtube.com", "bob@gmail.com")), 0.0);
        assert!(identity(&video, &of("again https://youtube.com/watch?v=abcdefgh", "")) > 0.1);
    }

    #[test]
    fn nothing_has_no_features() {
        assert!(of("", "").is_empty());
    }
}
