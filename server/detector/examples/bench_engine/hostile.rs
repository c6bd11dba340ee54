//! The longest that input made to be slow keeps the detector busy: with lessons, memory, and the guess of the language.

use std::fmt;

use activelayer::CheckRequest;
use chrono::{DateTime, Utc};
use cpu_time::ThreadTime;
use detector::{Lesson, SiteKnowledge, Teacher};

/// Pieces that have a cost of their own: markup begun and not ended, scripts, disguises, letters set apart, hosts without end.
const PIECES: &[&str] = &[
    "a",
    "a ",
    "a b c d e ",
    "free money ",
    "<b>",
    "<a ",
    "<a href=\"http://x.example/",
    "<!--",
    "<!-- -->",
    "<style>",
    "<script></",
    "&amp;",
    "&#x41;",
    "=20",
    "=\n",
    "\u{200b}",
    "e\u{301}\u{302}\u{303}",
    "我",
    "我的 ",
    "а",
    "pаypаl ",
    "ｆｒｅｅ",
    "𝓯𝓻𝓮𝓮 ",
    "http://x.",
    "http://",
    "www.a.b.c.d.e.f.g.h.",
    "a.b.c.d.",
    "@a.b",
    "x@mail.example ",
    "! ? ",
    "!",
    "! ",
    "😀",
    "1,000$ ",
    "buy verified leads ",
    "* * ",
    "\n\n",
    "Subject\n\n",
    "\u{0}",
    "\u{fffd}",
];

/// Characters of a short input, of one as long as is looked at, and of one that a request hardly holds.
const LENGTHS: [usize; 3] = [300, 3_000, 1_000_000];

/// Times that each is judged: the quickest counts, since what other programs do to the machine is not the input's doing.
const TIMES: usize = 5;

/// Labels taught before.
const LESSONS: usize = 1_000;

/// The slowest input.
pub(crate) struct Worst {
    inputs: usize,
    millis: f64,
    what: String,
}

impl fmt::Display for Worst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inputs, millis, what } = self;
        write!(
            f,
            "Worst of {inputs} hostile inputs, with {LESSONS} lessons: {millis:.2} ms ({what}). Target: 5 ms."
        )
    }
}

/// Judges every piece and pair of pieces, repeated to each length, and mixtures of all.
pub(crate) fn worst() -> Worst {
    let site = taught();
    let mut worst = Worst { inputs: 0, millis: 0.0, what: String::new() };
    let mut look = |what: &dyn Fn() -> String, message: String| {
        let request = CheckRequest { message, ..CheckRequest::default() };
        let millis = (0..TIMES).map(|_| millis(&site, &request)).fold(f64::MAX, f64::min);
        worst.inputs += 1;
        if millis > worst.millis {
            (worst.millis, worst.what) = (millis, what());
        }
    };
    for one in PIECES {
        for length in LENGTHS {
            look(&|| format!("{one:?} up to {length} bytes"), repeated(one, length));
        }
        for other in PIECES {
            let pair = format!("{one}{other}");
            look(&|| format!("{pair:?} up to 3000 bytes"), repeated(&pair, 3_000));
        }
    }
    for seed in 0..300 {
        look(&|| format!("mixture {seed}"), mixture(seed));
    }
    worst
}

fn millis(site: &SiteKnowledge, request: &CheckRequest) -> f64 {
    let start = ThreadTime::now();
    let verdict = site.judge(request, noon(), false);
    let language = detector::language_of(&request.message);
    let millis = start.elapsed().as_secs_f64() * 1e3;
    std::hint::black_box((verdict, language));
    millis
}

fn repeated(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes.div_ceil(piece.len()))
}

/// Pieces in an order that depends on nothing but the seed.
fn mixture(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut text = String::new();
    while text.len() < 24_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(PIECES[(state % PIECES.len() as u64) as usize]);
    }
    text
}

/// A site whose five moderators have labelled much, some of it hostile.
fn taught() -> SiteKnowledge {
    let site = SiteKnowledge::default();
    for number in 0..LESSONS {
        let message = if number % 2 == 0 {
            mixture(number as u64).chars().take(600).collect()
        } else {
            format!(
                "Our plumbers fix taps in town {number} on the same day, ring the office for visit {number}"
            )
        };
        let request = CheckRequest { message, ..CheckRequest::default() };
        let teacher = Teacher::Person((number % 5) as i64);
        site.learn(&Lesson {
            detection: number as i64,
            teacher,
            is_spam: number % 3 == 0,
            request: &request,
        });
    }
    site
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_740_744_000, 0).unwrap_or_default()
}
