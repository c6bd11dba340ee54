//! Phrases that moderators know from comment, contact-form and sign-up spam. The corpora hold little of it, so their
//! weights are set by hand and bounded: they tip a verdict that is open, and cannot overturn one that is clear.

use std::{collections::HashMap, sync::OnceLock};

use crate::{
    signals::Signal,
    text::{Clean, Kind, Token, Tokens},
};

/// A theme of spam, and the phrases that show it.
struct Theme {
    name: &'static str,
    description: &'static str,
    /// Logit that the theme adds, once a text.
    weight: f64,
    /// Words in lower case; `#` stands for any number, `*` (not at the beginning) for any one or two words.
    phrases: &'static [&'static str],
}

/// The themes. Sources: the guide's samples, and the usual catalogues of comment and contact-form spam (paid traffic,
/// link building, lead lists, investment schemes, prizes, loans, pills, casinos, adult chats, phishing).
const THEMES: &[Theme] = &[
    Theme {
        name: "traffic_for_sale",
        description: "Sells followers, likes, visitors or traffic",
        weight: 2.0,
        phrases: &[
            "buy followers",
            "# followers",
            "k followers",
            "real followers",
            "instagram followers",
            "more traffic",
            "web traffic",
            "website traffic",
            "targeted traffic",
            "organic traffic",
            "# visitors",
            "k visitors",
            "buy likes",
            "# subscribers",
            "buy views",
            "boost your * sales",
            "traffic to your website",
            "traffic to your site",
        ],
    },
    Theme {
        name: "search_ranking",
        description: "Sells search-engine ranking or links",
        weight: 2.0,
        phrases: &[
            "seo service",
            "seo services",
            "seo expert",
            "seo agency",
            "seo company",
            "seo package",
            "backlinks",
            "backlink",
            "link building",
            "guest post",
            "guest posts",
            "guest posting",
            "sponsored post",
            "sponsored article",
            "domain authority",
            "first page of google",
            "page one of google",
            "top of google",
            "rank higher",
            "rank your website",
            "ranking on google",
            "google rankings",
            "search engine rankings",
            "dofollow",
            "do follow link",
            "improve your ranking",
            "your website * ranking",
        ],
    },
    Theme {
        name: "leads_for_sale",
        description: "Sells leads, lists or mass mailing",
        weight: 2.0,
        phrases: &[
            "verified leads",
            "buy leads",
            "buy verified leads",
            "qualified leads",
            "targeted leads",
            "sales leads",
            "business leads",
            "email list",
            "email lists",
            "email database",
            "million emails",
            "bulk email",
            "contact form blast",
            "contact form marketing",
            "messages to contact forms",
            "lead generation",
        ],
    },
    Theme {
        name: "income_promise",
        description: "Promises income or returns",
        weight: 1.6,
        phrases: &[
            "# roi",
            "roi guaranteed",
            "make money online",
            "make money from home",
            "earn money",
            "earn up to",
            "earn # per",
            "earn # a day",
            "earn # a week",
            "passive income",
            "extra income",
            "financial freedom",
            "work from home",
            "work at home",
            "guaranteed income",
            "guaranteed profit",
            "guaranteed returns",
            "double your money",
            "get rich",
            "quick money",
            "easy money",
            "be your own boss",
            "no experience needed",
            "заработок",
            "заработка",
            "пассивный доход",
            "доход от",
            "без вложений",
            "удаленная работа",
            "удаленный заработок",
            "удалённый заработок",
            "dinero desde casa",
            "geld verdienen",
        ],
    },
    Theme {
        name: "crypto_investment",
        description: "Promotes a crypto or trading scheme",
        weight: 1.8,
        phrases: &[
            "crypto scheme",
            "crypto investment",
            "crypto trading",
            "crypto giveaway",
            "bitcoin investment",
            "bitcoin trading",
            "invest in bitcoin",
            "invest in crypto",
            "bitcoin mining",
            "trading signals",
            "forex trading",
            "forex signals",
            "binary options",
            "trading bot",
            "account manager",
            "expert trader",
            "recovery expert",
            "recover your funds",
            "recover your bitcoin",
            "free crypto",
            "free bitcoin",
            "airdrop",
            "token presale",
            "usdt",
            "криптовалют",
            "криптовалюты",
            "арбитраж крипты",
        ],
    },
    Theme {
        name: "gift_card_payment",
        description: "Asks for payment in gift cards or by wire",
        weight: 1.6,
        phrases: &[
            "gift card",
            "gift cards",
            "itunes card",
            "steam card",
            "google play card",
            "western union",
            "moneygram",
            "wire transfer fee",
        ],
    },
    Theme {
        name: "prize",
        description: "Announces a prize, grant or inheritance",
        weight: 1.6,
        phrases: &[
            "you have won",
            "you won",
            "you are the winner",
            "lucky winner",
            "claim your prize",
            "claim your reward",
            "claim your gift",
            "claim now",
            "cash prize",
            "prize draw",
            "lottery winner",
            "selected to receive",
            "been selected",
            "next of kin",
            "unclaimed funds",
            "inheritance fund",
            "free iphone",
        ],
    },
    Theme {
        name: "loan",
        description: "Offers loans or credit",
        weight: 1.4,
        phrases: &[
            "payday loan",
            "payday loans",
            "business loan",
            "business loans",
            "personal loan",
            "loan offer",
            "instant loan",
            "quick loan",
            "low interest",
            "bad credit",
            "credit repair",
            "working capital",
            "business funding",
            "debt relief",
        ],
    },
    Theme {
        name: "pills",
        description: "Sells medicine",
        weight: 1.8,
        phrases: &[
            "viagra",
            "cialis",
            "levitra",
            "tramadol",
            "xanax",
            "phentermine",
            "online pharmacy",
            "canadian pharmacy",
            "without prescription",
            "no prescription",
            "male enhancement",
            "weight loss pills",
            "lose weight fast",
            "cbd oil",
            "erectile dysfunction",
        ],
    },
    Theme {
        name: "gambling",
        description: "Promotes gambling",
        weight: 1.6,
        phrases: &[
            "online casino",
            "casino bonus",
            "free spins",
            "slot online",
            "slot gacor",
            "situs slot",
            "judi online",
            "sports betting",
            "betting site",
            "betting tips",
            "no deposit bonus",
            "poker online",
            "казино",
            "ставки на спорт",
        ],
    },
    Theme {
        name: "adult",
        description: "Offers adult contacts or pictures",
        weight: 1.8,
        phrases: &[
            "hot girls",
            "sexy girls",
            "horny",
            "adult dating",
            "sex chat",
            "sex dating",
            "webcam girls",
            "live sex",
            "nude photos",
            "nude pics",
            "naked pics",
            "escort service",
            "escorts",
            "hookup",
            "onlyfans",
            "milf",
            "porn",
            "xxx video",
            "18 фото",
            "фото 18",
            "видео 18",
            "интим",
            "вирт",
            "без трусиков",
        ],
    },
    Theme {
        name: "phishing",
        description: "Presses to confirm an account or a payment",
        weight: 1.6,
        phrases: &[
            "verify your account",
            "confirm your account",
            "account suspended",
            "account has been suspended",
            "account has been limited",
            "account will be closed",
            "unusual activity",
            "update your payment",
            "update your billing",
            "confirm your identity",
            "reactivate your account",
            "unlock your account",
            "wallet connect",
            "seed phrase",
        ],
    },
    Theme {
        name: "push_to_click",
        description: "Presses to click or act at once",
        weight: 0.9,
        phrases: &[
            "click here",
            "click below",
            "click the link",
            "click this link",
            "click on this link",
            "visit our website",
            "visit our site",
            "visit my website",
            "visit my site",
            "visit my blog",
            "order now",
            "buy now",
            "act now",
            "sign up now",
            "limited time",
            "limited offer",
            "special offer",
            "exclusive offer",
            "don ' t miss",
            "check out my",
            "check my profile",
            "link in bio",
            "link in my bio",
            "subscribe to my",
            "sub to my",
            "subscribe my",
            "sub for sub",
            "sub # sub",
        ],
    },
    Theme {
        name: "off_site_contact",
        description: "Asks to write elsewhere",
        weight: 1.2,
        phrases: &[
            "whatsapp me",
            "on whatsapp",
            "via whatsapp",
            "whatsapp #",
            "whatsapp +",
            "telegram channel",
            "on telegram",
            "via telegram",
            "my telegram",
            "text me on",
            "dm me",
            "contact him on",
            "contact her on",
            "message him on",
            "в личку",
            "в лс",
            "пишите в личные",
            "пиши в личку",
        ],
    },
    Theme {
        name: "cold_offer",
        description: "Offers a service nobody asked for",
        weight: 1.2,
        phrases: &[
            "i came across your website",
            "came across your website",
            "i was on your website",
            "visited your website",
            "looking at your website",
            "your website design",
            "redesign your website",
            "web design services",
            "website design services",
            "web development company",
            "app development company",
            "explainer video",
            "digital marketing services",
            "digital marketing agency",
            "social media marketing",
            "for just # $",
            "for only # $",
            "for just $",
            "deliver # , #",
            "unsubscribe from future",
            "opt out of future",
            "free audit",
            "free quote today",
            "price list",
        ],
    },
    Theme {
        name: "chinese_advertising",
        description: "Advertises invoices, loans, gambling or side jobs, or asks to add a chat account",
        weight: 2.4,
        phrases: &[
            "加 微 信",
            "加 微 信 号",
            "加 我 微 信",
            "加 V 信",
            "薇 信",
            "开 发 票",
            "代 开",
            "贷 款",
            "博 彩",
            "赌 场",
            "彩 票",
            "刷 单",
            "日 赚",
            "日 结",
            "赚 钱",
            "兼 职",
            "色 情",
            "约 炮",
            "裸 聊",
            "办 证",
            "优 惠 活 动",
            "免 费 领 取",
        ],
    },
];

/// The most that all themes together may add to a logit.
const CAP: f64 = 4.0;

/// What a place in a phrase matches.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(Vec<char>),
    Number,
    Gap,
}

struct Phrase {
    theme: usize,
    /// Its parts after the first.
    rest: Vec<Part>,
}

/// Phrases by the letters of their first fixed part; those that start with a number are under `0`.
struct Index {
    phrases: HashMap<Vec<char>, Vec<Phrase>>,
    /// For each first character (its last six bits), a bit for each length (its last five) that a key has: most words
    /// begin no phrase, and need not be hashed.
    lengths: [u32; 64],
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = Index { phrases: HashMap::new(), lengths: [0; 64] };
        for (theme, entry) in THEMES.iter().enumerate() {
            for phrase in entry.phrases {
                let mut parts = phrase.split(' ').map(Part::read);
                let key = match parts.next() {
                    Some(Part::Text(text)) => text,
                    Some(Part::Number) => vec!['0'],
                    Some(Part::Gap) | None => continue,
                };
                let rest = parts.collect();
                let (at, bit) = place(&key);
                index.lengths[at] |= bit;
                index.phrases.entry(key).or_default().push(Phrase { theme, rest });
            }
        }
        index
    })
}

/// Where a word's length is noted, and as what.
fn place(word: &[char]) -> (usize, u32) {
    (word.first().map_or(0, |c| *c as usize % 64), 1 << (word.len() % 32))
}

impl Index {
    /// The phrases that begin with a word.
    fn of(&self, word: &[char]) -> &[Phrase] {
        let (at, bit) = place(word);
        if self.lengths[at] & bit == 0 {
            return &[];
        }
        self.phrases.get(word).map_or(&[], Vec::as_slice)
    }
}

impl Part {
    fn read(text: &str) -> Self {
        match text {
            "#" => Self::Number,
            "*" => Self::Gap,
            _ => Self::Text(text.chars().collect()),
        }
    }
}

/// A theme found in a text, at its first phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its place among the themes.
    pub(crate) theme: usize,
    /// First token of the phrase.
    pub(crate) from: usize,
    /// One past its last token.
    pub(crate) to: usize,
}

/// How many themes there are.
pub(crate) const THEMES_COUNT: usize = THEMES.len();

/// A theme's name and description.
pub(crate) fn theme(place: usize) -> Option<(&'static str, &'static str)> {
    THEMES.get(place).map(|theme| (theme.name, theme.description))
}

/// Finds the themes of a text, each once.
pub(crate) fn find(tokens: &Tokens) -> Vec<Found> {
    let index = index();
    let mut found: Vec<Option<(usize, usize)>> = vec![None; THEMES.len()];
    for at in 0..tokens.list.len() {
        let token = &tokens.list[at];
        // A phrase's first part is its key, and need not be looked at again.
        let (phrases, rest_at) = match token.kind {
            Kind::Sign | Kind::Emoji => continue,
            Kind::Number => (index.of(&['0']), end_of_number(tokens, at)),
            Kind::Word | Kind::Mixed | Kind::Joined | Kind::Cjk => {
                (index.of(tokens.folded(token)), Some(at + 1))
            }
        };
        let Some(rest_at) = rest_at else { continue };
        for phrase in phrases {
            if found[phrase.theme].is_none()
                && let Some(end) = end_of_match(tokens, rest_at, &phrase.rest)
            {
                found[phrase.theme] = Some((at, end));
            }
        }
    }
    let found = found.into_iter().enumerate();
    found.filter_map(|(theme, at)| at.map(|(from, to)| Found { theme, from, to })).collect()
}

/// The themes of a text as evidence with weights set by hand, scaled so that together they stay within the cap.
pub(crate) fn signals(clean: &Clean, tokens: &Tokens) -> Vec<Signal> {
    let found = find(tokens);
    let sum: f64 = found.iter().map(|found| THEMES[found.theme].weight).sum();
    let scale = (CAP / sum).min(1.0);
    let signal = |Found { theme, from, to }: &Found| {
        let (start, end) = (tokens.list[*from].start, tokens.list[*to - 1].end);
        let theme = &THEMES[*theme];
        Signal::at(
            theme.name,
            theme.description,
            theme.weight * scale,
            clean.span(start as usize, end as usize),
        )
    };
    found.iter().map(signal).collect()
}

/// One past the last token of a match that starts at token `at`.
fn end_of_match(tokens: &Tokens, at: usize, parts: &[Part]) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    let token = tokens.list.get(at)?;
    match part {
        Part::Text(text) => {
            (tokens.folded(token) == text.as_slice()).then(|| end_of_match(tokens, at + 1, rest))?
        }
        Part::Number => end_of_match(tokens, end_of_number(tokens, at)?, rest),
        Part::Gap => (1..=2).find_map(|words| end_of_match(tokens, at + words, rest)),
    }
}

/// One past a number with its separators and signs: `1,000`, `10k`, `$5`, `300 %`.
fn end_of_number(tokens: &Tokens, at: usize) -> Option<usize> {
    let is_part = |token: &Token| match token.kind {
        Kind::Number => true,
        Kind::Mixed => token.end - token.start <= 5 && tokens.folded(token).last() == Some(&'k'),
        Kind::Sign => [",", ".", "$", "%", "+"].iter().any(|sign| tokens.is(token, sign)),
        _ => false,
    };
    let len = tokens.list.iter().skip(at).take(8).take_while(|token| is_part(token)).count();
    let has_digits = tokens.list[at..at + len].iter().any(|token| token.kind != Kind::Sign);
    has_digits.then_some(at + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let (mut clean, mut tokens) = (Clean::default(), Tokens::default());
        clean.read(text);
        tokens.read(&clean);
        signals(&clean, &tokens).into_iter().map(|signal| signal.name).collect()
    }

    #[test]
    fn themes_are_found_with_numbers_between() {
        assert!(names("I can deliver 1,000 followers for $5").contains(&"traffic_for_sale".to_owned()));
        assert!(names("get 300% ROI").contains(&"income_promise".to_owned()));
        assert!(names("rent b4cklinks and b a c k l i n k s").contains(&"search_ranking".to_owned()));
        assert!(names("Thanks, see you at the meeting on Friday.").is_empty());
    }

    #[test]
    fn no_phrase_begins_with_a_gap() {
        assert!(THEMES.iter().flat_map(|theme| theme.phrases).all(|phrase| !phrase.starts_with('*')));
    }

    #[test]
    fn all_themes_together_stay_within_the_cap() {
        let text: String =
            THEMES.iter().flat_map(|theme| theme.phrases).fold(String::new(), |t, p| t + p + ". ");
        let (mut clean, mut tokens) = (Clean::default(), Tokens::default());
        clean.read(&text);
        tokens.read(&clean);
        let sum: f64 = signals(&clean, &tokens).iter().map(|signal| signal.weight).sum();
        assert!(sum <= CAP + 1e-9 && sum > CAP - 1e-9, "{sum}");
    }
}
