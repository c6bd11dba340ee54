//! What moderators teach, and what repeats.

use activelayer::CheckRequest;
use chrono::{DateTime, TimeDelta, Utc};
use detector::{
    APP_CAP, Lesson, MEMORY_CAP, MOST_OF_AN_APP, PERSON_CAP, SiteKnowledge, Teacher, Verdict, judge,
};

const PLUMBING: &str =
    "Our plumbers fix leaking kitchen taps in Norwich on the same day, ring the office for a visit";

fn message(text: &str) -> CheckRequest {
    CheckRequest { message: text.into(), ..CheckRequest::default() }
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_740_744_000, 0).unwrap_or_default()
}

fn judged(site: &SiteKnowledge, text: &str) -> Verdict {
    site.judge(&message(text), noon(), false)
}

fn teach(site: &SiteKnowledge, detection: i64, person: i64, text: &str, is_spam: bool) {
    teach_as(site, detection, Teacher::Person(person), text, is_spam);
}

fn teach_as(site: &SiteKnowledge, detection: i64, teacher: Teacher, text: &str, is_spam: bool) {
    site.learn(&Lesson { detection, teacher, is_spam, request: &message(text) });
}

fn weight(verdict: &Verdict, name: &str) -> Option<f64> {
    verdict.signals.iter().find(|signal| signal.name == name).map(|signal| signal.weight)
}

#[test]
fn who_knows_nothing_more_judges_as_the_model_does() {
    let site = SiteKnowledge::default();
    for text in [PLUMBING, "Buy verified leads now", "", "Lunch at noon?"] {
        assert_eq!(judged(&site, text), judge(&message(text)));
    }
}

#[test]
fn a_label_decides_near_copies_at_once() {
    let site = SiteKnowledge::default();
    assert!(!judged(&site, PLUMBING).is_spam);
    teach(&site, 1, 1, PLUMBING, true);
    let copy = PLUMBING.replace("Norwich", "Ipswich");
    let verdict = judged(&site, &copy);
    assert!(verdict.is_spam, "{verdict:?}");
    assert!(weight(&verdict, "near_copy").is_some_and(|weight| weight > 0.0));
    let other = judged(&site, "Could you send me the minutes of Tuesday's meeting, please?");
    assert!(!other.is_spam && weight(&other, "near_copy").is_none(), "{other:?}");
}

#[test]
fn what_is_taken_back_is_forgotten() {
    let site = SiteKnowledge::default();
    let before = judged(&site, PLUMBING);
    teach(&site, 1, 1, PLUMBING, true);
    site.unlearn(1);
    assert_eq!(judged(&site, PLUMBING), before);
    teach(&site, 1, 1, PLUMBING, true);
    teach(&site, 2, 2, "Half price on taps and sinks", true);
    site.reset();
    assert_eq!(site.lessons(), 0);
    assert_eq!(judged(&site, PLUMBING), before);
}

#[test]
fn a_changed_label_replaces_the_one_before() {
    let site = SiteKnowledge::default();
    teach(&site, 1, 1, PLUMBING, true);
    teach(&site, 1, 1, PLUMBING, false);
    assert_eq!(site.lessons(), 1);
    let verdict = judged(&site, PLUMBING);
    assert!(!verdict.is_spam);
    assert!(weight(&verdict, "near_copy").is_some_and(|weight| weight < 0.0));
}

/// Wanted messages of many kinds; a hostile labeller calls them all spam.
fn wanted(number: usize) -> String {
    const WHO: [&str; 5] = ["Anna", "the team", "our teacher", "Mr Lee", "grandma"];
    const WHAT: [&str; 7] = [
        "the report",
        "your lovely garden",
        "the train times",
        "that recipe",
        "chapter two",
        "the rent",
        "the match",
    ];
    const WHEN: [&str; 4] = ["on Friday", "after lunch", "tomorrow morning", "next week"];
    format!(
        "Hi, {} wanted to talk about {} {}, could you ring back {} minutes before?",
        WHO[number % 5],
        WHAT[number % 7],
        WHEN[number % 4],
        number
    )
}

#[test]
fn one_hostile_labeller_cannot_outweigh_another_person() {
    let site = SiteKnowledge::default();
    for number in 0..300 {
        teach(&site, number as i64, 666, &wanted(number), true);
    }
    for number in 300..340 {
        teach(&site, number as i64, 1, &wanted(number), false);
    }
    for number in 400..440 {
        let message = wanted(number);
        let (taught, untaught) = (judged(&site, &message), judged(&SiteKnowledge::default(), &message));
        // What the model itself takes for spam is not the labeller's doing.
        assert!(!taught.is_spam || untaught.is_spam, "{taught:?}");
        assert!(taught.score <= untaught.score, "{} before, {taught:?}", untaught.score);
    }
    site.reset();
    for number in 0..300 {
        teach(&site, number as i64, 666, &wanted(number), true);
    }
    let verdict = judged(&site, &wanted(1_000));
    let taught = weight(&verdict, "taught").or(weight(&verdict, "near_copy")).expect("a signal");
    assert!(taught > 0.0 && taught <= f64::from(PERSON_CAP), "{taught}");
}

#[test]
fn apps_teach_too_but_any_person_outweighs_them() {
    let site = SiteKnowledge::default();
    teach_as(&site, 1, Teacher::App(1), PLUMBING, true);
    let copy = PLUMBING.replace("Norwich", "Ipswich");
    let verdict = judged(&site, &copy);
    let near = verdict.signals.iter().find(|signal| signal.name == "near_copy").expect("a signal");
    assert_eq!(near.description, "An app reported a near copy of this as spam");
    assert!(near.weight > 0.0 && near.weight <= f64::from(APP_CAP), "{near:?}");
    teach(&site, 2, 1, &PLUMBING.replace("Norwich", "Bury"), false);
    assert!(weight(&judged(&site, &copy), "near_copy").is_some_and(|weight| weight < 0.0));
    assert_eq!(site.teachers(), [(Teacher::Person(1), 1), (Teacher::App(1), 1)]);
}

#[test]
fn people_of_an_app_teach_as_moderators_do() {
    let site = SiteKnowledge::default();
    teach_as(&site, 1, Teacher::PeopleOf(1), PLUMBING, true);
    let copy = PLUMBING.replace("Norwich", "Ipswich");
    let by_people = weight(&judged(&site, &copy), "near_copy").expect("a signal");
    assert!(by_people > f64::from(APP_CAP) && by_people <= f64::from(PERSON_CAP), "{by_people}");
}

#[test]
fn labels_of_one_kind_say_next_to_nothing_of_what_is_unlike_them() {
    let texts = [
        "Thanks for the recipe, my whole family loved it.",
        "Könnten Sie mir bitte die Rechnung vom März noch einmal schicken?",
        "The download link on page three is broken for me.",
    ];
    for is_spam in [true, false] {
        let site = SiteKnowledge::default();
        for number in 0..120 {
            teach(&site, number, 1, &wanted(number as usize), is_spam);
        }
        for text in texts {
            let (before, after) = (judge(&message(text)), judged(&site, text));
            assert_eq!(before.is_spam, after.is_spam, "{after:?}");
            let taught = weight(&after, "taught").unwrap_or_default();
            assert!(taught.abs() < 0.25, "{taught}: {text}");
        }
    }
}

#[test]
fn a_sender_and_a_site_are_known_again() {
    let request = |text: &str, email: &str| CheckRequest { email: Some(email.into()), ..message(text) };
    let site = SiteKnowledge::default();
    let offer =
        request("Have a look, it changed my week: https://wheel-of-gifts.example", "joe@gifts.example");
    site.learn(&Lesson { detection: 7, teacher: Teacher::Person(1), is_spam: true, request: &offer });
    let taught = |text: &str, email: &str| {
        let verdict = site.judge(&request(text, email), noon(), false);
        let told = verdict.signals.into_iter().find(|signal| signal.name == "taught");
        told.map(|signal| (signal.weight > 0.0, signal.like))
    };
    let spam = Some((true, vec![7]));
    assert_eq!(taught("Good morning everybody", "joe@gifts.example"), spam, "the sender");
    assert_eq!(
        taught("Where do I park? See https://www.wheel-of-gifts.example/map", "ann@web.de"),
        spam,
        "the link"
    );
    assert_eq!(taught("Good morning everybody", "ann@web.de"), None);
}

#[test]
fn evidence_names_the_messages_that_are_meant() {
    let site = SiteKnowledge::default();
    teach(&site, 3, 1, &wanted(3), false);
    teach(&site, 5, 1, PLUMBING, true);
    let copy = judged(&site, &PLUMBING.replace("Norwich", "Ipswich"));
    let near = copy.signals.iter().find(|signal| signal.name == "near_copy").expect("a signal");
    assert_eq!(near.like, [5]);
    let alike =
        judged(&site, "Plumbers who fix leaking kitchen taps in Norwich wanted for a visit at our office");
    let taught = alike.signals.iter().find(|signal| signal.name == "taught").expect("a signal");
    assert_eq!(taught.like, [5]);
    assert_eq!(taught.description, "Words, links or sender of messages that moderators here marked as spam");
}

#[test]
fn many_apps_weigh_no_more_than_a_person() {
    let site = SiteKnowledge::default();
    for app in 0..10 {
        teach_as(&site, app, Teacher::App(app), PLUMBING, true);
    }
    let near = weight(&judged(&site, PLUMBING), "near_copy").expect("a signal");
    assert!(near <= f64::from(PERSON_CAP) + 0.005, "{near}");
}

#[test]
fn an_app_drives_out_only_its_own_lessons() {
    let site = SiteKnowledge::default();
    teach(&site, 0, 1, PLUMBING, true);
    for number in 1..=MOST_OF_AN_APP as i64 + 20 {
        teach_as(&site, number, Teacher::App(1), &format!("note {number}"), false);
    }
    assert_eq!(site.teachers(), [(Teacher::Person(1), 1), (Teacher::App(1), MOST_OF_AN_APP)]);
}

#[test]
fn repetition_is_counted_within_the_hour_and_the_day() {
    let site = SiteKnowledge::default();
    let text = message(PLUMBING);
    let at = |minutes: i64| noon() + TimeDelta::minutes(minutes);
    for minute in 0..14 {
        site.judge(&text, at(minute), true);
    }
    let verdict = site.judge(&text, at(14), false);
    let told = verdict.signals.iter().find(|signal| signal.name == "repeated_text").expect("a signal");
    assert_eq!(told.description, "Same text seen 14 times this hour");
    // Sixty minutes after the first, thirteen are left of the hour.
    let later = site.judge(&text, at(60), false);
    assert!(later.signals.iter().any(|signal| signal.description == "Same text seen 13 times this hour"));
    let evening = site.judge(&text, at(600), false);
    assert!(evening.signals.iter().any(|signal| signal.description == "Same text seen 14 times today"));
    let tomorrow = site.judge(&text, at(24 * 60 + 14), false);
    assert_eq!(tomorrow, judge(&text));
}

#[test]
fn memory_is_bounded_in_what_it_says() {
    let site = SiteKnowledge::default();
    let mut text = message(&format!("{PLUMBING} http://taps.example.org/visit"));
    text.email = Some("taps@example.org".into());
    text.ip = Some("203.0.113.7".into());
    for _ in 0..500 {
        site.judge(&text, noon(), true);
    }
    let verdict = site.judge(&text, noon(), false);
    let names = ["repeated_text", "busy_sender", "busy_address", "repeated_link"];
    let added: f64 = names.iter().filter_map(|name| weight(&verdict, name)).sum();
    assert!(added > 2.9 && added <= MEMORY_CAP + 0.05, "{added}");
}

#[test]
fn pleasantries_may_repeat() {
    let site = SiteKnowledge::default();
    for _ in 0..100 {
        site.judge(&message("Thanks, great article!"), noon(), true);
    }
    assert_eq!(judged(&site, "Thanks, great article!"), judge(&message("Thanks, great article!")));
}
