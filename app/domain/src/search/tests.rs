//! The language, term by term, and its laws.

use chrono::{NaiveDate, TimeZone, Utc};
use proptest::prelude::*;

use super::*;

fn one(input: &str) -> TermKind {
    let mut query = SearchQuery::parse(input).unwrap_or_else(|errors| panic!("{input}: {errors:?}"));
    assert_eq!(query.terms.len(), 1, "{input}");
    let term = query.terms.remove(0);
    assert!(!term.negated);
    term.kind
}

/// The part that is underlined, the reason, and what to write instead.
fn wrong(input: &str) -> (&str, String, String) {
    let errors = SearchQuery::parse(input).expect_err(input);
    assert_eq!(errors.len(), 1, "{input}: {errors:?}");
    let corrected = errors[0].corrected(input);
    assert!(SearchQuery::parse(&corrected).is_ok(), "{input}: {corrected} is no correction");
    let SearchError { span, reason, instead, .. } = errors[0].clone();
    assert!(SearchQuery::parse(&instead).is_ok(), "{instead} is offered but not understood");
    (&input[span.0..span.1], reason, instead)
}

#[test]
fn nothing_asks_for_everything() {
    for input in ["", " ", "\t\n\u{3000}", "& ??? $$$ –", "\"!?\" - --> *"] {
        assert!(SearchQuery::parse(input).unwrap().is_empty());
    }
}

#[test]
fn words_and_phrases() {
    assert_eq!(one("Casino"), TermKind::Word("Casino".into()));
    assert_eq!(one("can't"), TermKind::Word("can't".into()));
    assert_eq!(one("hello:"), TermKind::Word("hello:".into()));
    assert_eq!(one("10:30"), TermKind::Word("10:30".into()));
    assert_eq!(one("https://bit.ly/x?a=b"), TermKind::Word("https://bit.ly/x?a=b".into()));
    assert_eq!(one("casi*"), TermKind::Prefix("casi".into()));
    for input in ["\"free  money\"", "“free  money”", "„free  money“", "”free  money\""] {
        assert_eq!(one(input), TermKind::Phrase("free  money".into()), "{input}");
    }
    assert_eq!(one(r#""a \"b\" \\ \c""#), TermKind::Phrase(r#"a "b" \ \c"#.into()));
    assert_eq!(one("\"is:spam\""), TermKind::Phrase("is:spam".into()));
}

#[test]
fn a_minus_turns_a_term_around() {
    let query = SearchQuery::parse("-casino -\"free money\" -is:spam --x").unwrap();
    assert!(query.terms.iter().all(|term| term.negated));
    let kinds: Vec<_> = query.terms.into_iter().map(|term| term.kind).collect();
    let expected = [
        TermKind::Word("casino".into()),
        TermKind::Phrase("free money".into()),
        TermKind::Is(State::Spam),
        TermKind::Word("-x".into()),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn keys_with_fixed_words() {
    for state in State::ALL {
        assert_eq!(one(&format!("is:{state}")), TermKind::Is(*state));
    }
    assert_eq!(one("IS:Spam"), TermKind::Is(State::Spam));
    assert_eq!(one("label:ham"), TermKind::Label(Label::Ham));
    assert_eq!(one("from:import"), TermKind::From(Origin::Import));
    assert_eq!(one("judged:fallback"), TermKind::Judged(JudgedBy::Fallback));
}

#[test]
fn scores() {
    assert_eq!(one("score:>80"), TermKind::Score(ScoreTest::Over(80.0)));
    assert_eq!(one("score:>=80.5"), TermKind::Score(ScoreTest::AtLeast(80.5)));
    assert_eq!(one("score:<20"), TermKind::Score(ScoreTest::Under(20.0)));
    assert_eq!(one("score:<=20"), TermKind::Score(ScoreTest::AtMost(20.0)));
    assert_eq!(one("score:40..60"), TermKind::Score(ScoreTest::Between(40.0, 60.0)));
    assert_eq!(one("score:.5...75"), TermKind::Score(ScoreTest::Between(0.5, 0.75)));
    assert_eq!(one("score:100"), TermKind::Score(ScoreTest::Exactly(100.0)));
}

#[test]
fn addresses_of_senders() {
    let pattern = |text| Pattern::new(text);
    assert_eq!(one("email:Ana@mail.ru"), TermKind::Email(pattern("Ana@mail.ru")));
    assert_eq!(one("email:**@mail.ru"), TermKind::Email(pattern("*@mail.ru")));
    assert_eq!(one("site:*.example.com"), TermKind::Site(pattern("*.example.com")));
    let middle = pattern("ana*@mail*ru");
    assert_eq!((middle.exact(), middle.prefix(), middle.suffix()), (None, "ana", "ru"));
    assert_eq!(pattern("x").exact(), Some("x"));
    let net = |text: &str| TermKind::Ip(text.parse().unwrap());
    assert_eq!(one("ip:203.0.113.42"), net("203.0.113.42/32"));
    assert_eq!(one("ip:::ffff:203.0.113.42"), net("203.0.113.42/32"));
    assert_eq!(one("ip:203.0.113.42/24"), net("203.0.113.0/24"));
    assert_eq!(one("ip:2001:db8::/32"), net("2001:db8::/32"));
}

#[test]
fn times() {
    let day = Moment::Day(NaiveDate::from_ymd_opt(2025, 2, 1).unwrap());
    assert_eq!(one("after:2025-02-01"), TermKind::After(day));
    assert_eq!(day.start(), Utc.with_ymd_and_hms(2025, 2, 1, 0, 0, 0).unwrap());
    let half_past = Moment::Time(Utc.with_ymd_and_hms(2025, 2, 1, 9, 30, 0).unwrap());
    for input in ["2025-02-01T09:30:00Z", "2025-02-01t10:30:00+01:00"] {
        assert_eq!(one(&format!("before:{input}")), TermKind::Before(half_past), "{input}");
    }
    let local = Moment::Local("2025-02-01T09:30:00".parse().unwrap());
    assert_eq!(one("before:2025-02-01T09:30"), TermKind::Before(local));
    assert_eq!(local.start(), half_past.start());
    assert_eq!(one("age:<7d"), TermKind::Age(Age { longer: false, count: 7, unit: Unit::Day }));
    assert_eq!(one("age:7d"), one("age:<7d"), "the last seven days");
    assert_eq!(one("labelled:>2W"), TermKind::Labelled(Age { longer: true, count: 2, unit: Unit::Week }));
    let day = |day| NaiveDate::from_ymd_opt(2025, 2, day).unwrap();
    for (input, from, to) in [("2025-02-01", 1, 1), ("2025-02-01..2025-02-07", 1, 7)] {
        let days = Days::new(day(from), day(to)).unwrap();
        assert_eq!(one(&format!("labelled:{input}")), TermKind::LabelledOn(days));
        assert_eq!(days.to_string(), input);
    }
    let seconds = [("1s", 1), ("1m", 60), ("1h", 3600), ("1d", 86_400), ("1w", 604_800)];
    for (span, seconds) in seconds {
        let TermKind::Age(age) = one(&format!("age:>{span}")) else { panic!("{span}") };
        assert_eq!(age.span().num_seconds(), seconds);
    }
}

#[test]
fn people_imports_and_ids() {
    assert_eq!(one("ip:::ffff:10.2.3.0/120"), one("ip:10.2.3.0/24"));
    assert_eq!(one("token:Shop"), TermKind::Token("Shop".into()));
    for written in ["lang:DE", "language:de", "Language:German"] {
        assert_eq!(one(written), TermKind::Lang("de".into()));
    }
    assert_eq!(one("by:ana"), TermKind::By("ana".into()));
    assert_eq!(one("by:\"Ana Lee\""), TermKind::By("Ana Lee".into()));
    assert_eq!(one("import:12"), TermKind::Import(12));
    let reason = |text: &str| TermKind::Reason(ReasonTest::Named(text.into()));
    assert_eq!((one("reason:scam"), one("reason:\"SEO link\"")), (reason("scam"), reason("SEO link")));
    assert_eq!(one("reason:None"), TermKind::Reason(ReasonTest::None));
    assert_eq!(one("reason:*"), TermKind::Reason(ReasonTest::Any));
    assert_eq!(one("id:0d1f-77"), TermKind::Id("0d1f-77".into()));
}

#[test]
fn what_cannot_be_read_is_named() {
    let cases = [
        ("x \"free money", "\"free money", "closing quote", "\"free money\""),
        ("*asino", "*asino", "end of a word", "\"*asino\""),
        ("c*", "c*", "two letters", "cas*"),
        ("scroe:>80", "scroe", "Unknown filter “scroe:”", "score:>80"),
        ("is:", "is:", "after “is:”", "is:spam"),
        ("by:\" \"", "\" \"", "after “by:”", "by:ana"),
        ("-is:bad", "bad", "none of spam, ham, labelled", "is:spam"),
        ("score:hot", "hot", "from 0 to 100", "score:>80"),
        ("score:>101", ">101", "from 0 to 100", "score:>80"),
        ("score:NaN", "NaN", "from 0 to 100", "score:>80"),
        ("score:60..40", "60..40", "lower score", "score:40..60"),
        ("email:mail.ru", "mail.ru", "has an @", "email:*@mail.ru"),
        ("email:ana", "ana", "has an @", "email:ana@*"),
        ("ip:300.1.1.1", "300.1.1.1", "neither", "ip:203.0.113.0/24"),
        ("ip:203.0.113.0/33", "203.0.113.0/33", "neither", "ip:203.0.113.0/24"),
        ("from:mars", "mars", "none of paste, import, api, recheck", "from:api"),
        ("import:-1", "-1", "no number", "import:12"),
        ("after:tomorrow", "tomorrow", "not a date", "after:2025-02-01"),
        ("after:7d", "7d", "length of time", "age:<7d"),
        ("before:7d", "7d", "length of time", "age:>7d"),
        ("before:2025-02-30", "2025-02-30", "not a date", "before:2025-02-01"),
        ("after:+10000-01-01", "+10000-01-01", "not a date", "after:2025-02-01"),
        ("age:<7y", "<7y", "s, m, h, d or w", "age:<7d"),
        ("age:<", "<", "s, m, h, d or w", "age:<7d"),
        ("age:<é", "<é", "s, m, h, d or w", "age:<7d"),
        ("age:<99999999999w", "<99999999999w", "hundred years", "age:<7d"),
        ("labelled:7d", "7d", "not a date", "labelled:<7d"),
        (
            "labelled:2025-02-07..2025-02-01",
            "2025-02-07..2025-02-01",
            "earlier one",
            "labelled:2025-02-01..2025-02-07",
        ),
        ("lang:klingon", "klingon", "none of the languages", "lang:en"),
        ("age:<5300w", "<5300w", "hundred years", "age:<7d"),
    ];
    for (input, place, reason, instead) in cases {
        let (at, why, better) = wrong(input);
        assert_eq!(at, place, "{input}");
        assert!(why.contains(reason), "{input}: {why}");
        assert_eq!(better, instead, "{input}");
    }
    let all = SearchQuery::parse("is:x fine score:y").unwrap_err();
    assert_eq!(all.iter().map(|error| error.span).collect::<Vec<_>>(), [(3, 4), (16, 17)], "all, in order");
    let printed = all[1].to_string();
    assert_eq!(printed, "“y” is not a score. Scores are numbers from 0 to 100. Example: score:>80");
}

/// Lines as they stand in messages, and how many terms each has; what stands behind is the correction, where it takes one.
const PASTED: [(&str, usize, &str); 25] = [
    ("🔥🔥 50% OFF – click here & win 💋", 7, ""),
    ("free money & prizes", 3, ""),
    ("click here -->", 2, ""),
    ("telegram:@spam_example", 1, ""),
    ("whatsapp: +1 555 0100", 4, ""),
    ("harbour::tide", 1, ""),
    ("std::form::x", 1, ""),
    ("C++", 1, ""),
    ("&", 0, ""),
    ("???", 0, ""),
    ("$$$", 0, ""),
    ("💋", 1, ""),
    ("- first item", 2, ""),
    ("he said \"buy now", 3, "he said \"buy now\""),
    ("don't", 1, ""),
    ("e-mail", 1, ""),
    ("writer1@example.net", 1, ""),
    ("t.me/+AbCdEf", 1, ""),
    ("From: Ana", 2, "\"From:\" Ana"),
    ("**win** now", 2, "\"**win**\" now"),
    ("is:bad -is:worse", 2, "\"is:bad\" -\"is:worse\""),
    ("scroe:>80 x", 2, "score:>80 x"),
    ("by:\"Ana", 1, "by:\"Ana\""),
    ("casino AND", 2, ""),
    ("casino AND NEAR(money)", 3, ""),
];

#[test]
fn a_pasted_line_is_read_or_its_correction_is() {
    for (line, terms, corrected) in PASTED {
        let mut line = line.to_owned();
        let mut steps = 0;
        let query = loop {
            match SearchQuery::parse(&line) {
                Ok(query) => break query,
                Err(errors) => line = errors[0].corrected(&line),
            }
            steps += 1;
            assert!(steps < 4, "{line}");
        };
        assert_eq!(query.terms.len(), terms, "{line}");
        assert_eq!(if steps > 0 { &*line } else { "" }, corrected);
    }
    let paragraph = "word ".repeat(TERMS_MAX + 20);
    let errors = SearchQuery::parse(&paragraph).unwrap_err();
    assert_eq!(SearchQuery::parse(&errors[0].corrected(&paragraph)).unwrap().terms.len(), TERMS_MAX);
    let long = "字".repeat(VALUE_MAX_CHARS + 1);
    let errors = SearchQuery::parse(&long).unwrap_err();
    assert!(SearchQuery::parse(&errors[0].corrected(&long)).is_ok());
}

#[test]
fn days_are_those_of_the_zone_with_the_offset_of_that_day() {
    let zone = crate::zone::tests::berlin();
    let search = "after:2025-03-30 before:2025-03-31 -labelled:2025-10-26 before:2025-07-01T12:00 casino";
    let query = SearchQuery::parse(search).unwrap();
    assert!(query.has_days());
    assert_eq!(query.to_string(), search.replace("12:00", "12:00:00"), "as typed");
    let meant = query.in_zone(&zone, DateTime::UNIX_EPOCH);
    assert_eq!(
        meant.to_string(),
        "after:2025-03-29T23:00:00Z before:2025-03-30T22:00:00Z \
         -labelled:2025-10-25T22:00:00Z..2025-10-26T23:00:00Z before:2025-07-01T10:00:00Z casino"
    );
    assert_eq!(SearchQuery::parse(&meant.to_string()), Ok(meant.clone()));
    assert!(!meant.has_days());
    assert_eq!(meant.in_zone(&Zone::default(), DateTime::UNIX_EPOCH), meant);
}

#[test]
fn today_is_the_day_of_who_asks() {
    let query = SearchQuery::parse("after:yesterday before:Today").unwrap();
    assert!(query.has_days());
    assert_eq!(query.to_string(), "after:yesterday before:today", "as typed");
    // 00:30 in Berlin, where it is the day after.
    let now = "2025-02-14T23:30:00Z".parse().unwrap();
    let meant = |zone: &Zone| query.in_zone(zone, now).to_string();
    assert_eq!(
        meant(&crate::zone::tests::berlin()),
        "after:2025-02-13T23:00:00Z before:2025-02-14T23:00:00Z"
    );
    assert_eq!(meant(&Zone::default()), "after:2025-02-13T00:00:00Z before:2025-02-14T00:00:00Z");
}

#[test]
fn a_search_has_limits() {
    let terms = |count| vec!["x"; count].join(" ");
    assert_eq!(SearchQuery::parse(&terms(TERMS_MAX)).unwrap().terms.len(), TERMS_MAX);
    let more = terms(TERMS_MAX + 2);
    let (place, reason, _) = wrong(&more);
    assert_eq!(place, "x x");
    assert!(reason.contains("at most 200 terms"), "{reason}");
    assert_eq!(tokens(&more).iter().filter(|token| token.kind == TokenKind::Error).count(), 2);

    one(&"é".repeat(VALUE_MAX_CHARS));
    let long = format!("email:{}", "*@".repeat(VALUE_MAX_CHARS));
    assert_eq!(wrong(&long).2, "email:*@mail.ru");
    assert!(wrong("email:*a*b*c*").1.contains("3 stars"));
    assert!(wrong("site:*a*b*c*").1.contains("3 stars"));
}

#[test]
fn every_example_is_understood_and_every_value_fits_its_key() {
    for key in Key::ALL {
        let query = SearchQuery::parse(key.example()).unwrap();
        assert_eq!(query.to_string(), key.example());
        for value in key.values() {
            one(&format!("{key}:{value}"));
        }
    }
}

#[test]
fn printing_quotes_what_would_read_differently() {
    let print = |kind| Term { negated: false, kind }.to_string();
    assert_eq!(print(TermKind::Word("is:spam".into())), "\"is:spam\"");
    assert_eq!(print(TermKind::Word("-x".into())), "\"-x\"");
    assert_eq!(print(TermKind::Word("x*".into())), "\"x*\"");
    assert_eq!(print(TermKind::Word("a b".into())), "\"a b\"");
    assert_eq!(print(TermKind::By("Ana \"A\" Lee".into())), "by:\"Ana \\\"A\\\" Lee\"");
    assert_eq!(print(one("ip:203.0.113.42/32")), "ip:203.0.113.42");
    assert_eq!(print(one("after:2025-02-01T10:30:00+01:00")), "after:2025-02-01T09:30:00Z");
}

#[test]
fn parts_are_told_apart() {
    use TokenKind::{Error, Key, Minus, Passed, Phrase, Value, Word};
    let parts = |input: &'static str| -> Vec<_> {
        tokens(input).iter().map(|token| (&input[token.span.0..token.span.1], token.kind)).collect()
    };
    assert_eq!(
        parts(" casino -\"a b\" -is:spam by:\"x y\" hello:"),
        [
            ("casino", Word),
            ("-", Minus),
            ("\"a b\"", Phrase),
            ("-", Minus),
            ("is:", Key),
            ("spam", Value),
            ("by:", Key),
            ("\"x y\"", Value),
            ("hello:", Word),
        ]
    );
    assert_eq!(
        parts("-score:hot scroe:5 & is: \"x"),
        [
            ("-", Minus),
            ("score:", Key),
            ("hot", Error),
            ("scroe:", Error),
            ("5", Value),
            ("&", Passed),
            ("is:", Error),
            ("\"x", Error),
        ]
    );
}

#[test]
fn completion_offers_keys_then_values() {
    let offers = |input: &str| {
        let completion = complete(input, input.len())?;
        let choices: Vec<_> = completion.choices.into_iter().map(|choice| choice.insert).collect();
        Some((completion.span, completion.key, choices))
    };
    let (span, key, choices) = offers("casino ").unwrap();
    assert_eq!((span, key, choices.len()), ((7, 7), None, Key::ALL.len()));
    assert_eq!(
        offers("-La"),
        Some(((1, 3), None, vec!["label:".into(), "lang:".into(), "labelled:".into()]))
    );
    assert_eq!(offers("is:un"), Some(((3, 5), Some(Key::Is), vec!["unlabelled".into()])));
    assert_eq!(offers("x site:bl"), Some(((7, 9), Some(Key::Site), vec![])), "the page knows the sites");
    assert_eq!(offers("casino"), None);
    assert_eq!(offers("\"is"), None);
    assert_eq!(offers("foo:b"), None);
    assert_eq!(complete("is:spam", 5).unwrap().choices[0].insert, "spam", "in the middle");
    assert_eq!(complete("é", 1), None, "not inside a character");
}

/// Bits of the language, so that random input is not all words.
fn scrap() -> impl Strategy<Value = String> {
    let keys = Key::ALL.iter().map(|key| format!("{key}:"));
    let values = Key::ALL.iter().flat_map(|key| key.values()).map(str::to_owned);
    let marks = [
        "-",
        "\"",
        "“",
        "\\",
        "*",
        " ",
        ":",
        "@",
        "//",
        "x:",
        "12",
        "<7d",
        "2025-02-01",
        "::1",
        "..",
        "\u{3000}",
    ];
    let known: Vec<String> = keys.chain(values).chain(marks.map(str::to_owned)).collect();
    prop_oneof![4 => proptest::sample::select(known), 2 => "[a-z]{1,4}", 1 => "\\PC{0,3}", 1 => any::<String>()]
}

fn input() -> impl Strategy<Value = String> {
    proptest::collection::vec(scrap(), 0..12).prop_map(|scraps| scraps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_printed_query_reads_back_as_itself(input in input()) {
        if let Ok(query) = SearchQuery::parse(&input) {
            let printed = query.to_string();
            prop_assert_eq!(SearchQuery::parse(&printed), Ok(query.clone()), "{}", printed);
            prop_assert_eq!(SearchQuery::parse(&printed).unwrap().to_string(), printed);
        }
    }

    #[test]
    fn a_term_that_is_toggled_twice_leaves_no_trace(input in input(), other in input()) {
        if let (Ok(query), Ok(other)) = (SearchQuery::parse(&input), SearchQuery::parse(&other)) {
            for term in other.terms {
                let toggled = query.toggled(&term);
                prop_assert_eq!(toggled.has(&term), !query.has(&term));
                // The URL holds it: through its text and back.
                if toggled.terms.len() <= TERMS_MAX {
                    prop_assert_eq!(SearchQuery::parse(&toggled.to_string()), Ok(toggled.clone()));
                }
                // Where it stands in for nothing that it contradicts.
                if toggled.terms.len() == query.terms.len() + 1 {
                    prop_assert_eq!(toggled.toggled(&term), query.clone());
                }
            }
        }
    }

    #[test]
    fn every_character_is_in_a_term_and_every_term_is_read_or_reported(input in input()) {
        let tokens = tokens(&input);
        let mut end = 0;
        for token in &tokens {
            prop_assert!(end <= token.span.0 && token.span.0 < token.span.1);
            prop_assert!(input[end..token.span.0].trim().is_empty(), "between parts is only space");
            end = token.span.1;
        }
        prop_assert!(input[end..].trim().is_empty());
        match SearchQuery::parse(&input) {
            Ok(query) => {
                prop_assert!(tokens.iter().all(|token| token.kind != TokenKind::Error));
                let passed = tokens.iter().all(|token| token.kind == TokenKind::Passed);
                prop_assert_eq!(query.is_empty(), passed);
            }
            Err(errors) => {
                for error in errors {
                    let underlined = tokens.iter().any(|token| {
                        token.kind == TokenKind::Error && token.span.0 < error.span.1 && error.span.0 < token.span.1
                    });
                    prop_assert!(underlined, "{:?}", error);
                    prop_assert!(SearchQuery::parse(&error.instead).is_ok(), "{:?}", error);
                    prop_assert!(SearchQuery::parse(&error.replacement).is_ok(), "{:?}", error);
                }
            }
        }
    }

    #[test]
    fn completion_never_fails_and_stays_inside(input in input(), caret in 0_usize..40) {
        if let Some(completion) = complete(&input, caret) {
            prop_assert!(completion.span.0 <= completion.span.1 && completion.span.1 == caret);
            prop_assert!(input.get(completion.span.0..completion.span.1).is_some());
        }
    }
}
