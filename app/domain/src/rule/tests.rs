use chrono::DateTime;

use super::*;

fn rule(id: i64, q: &str, site: Option<&str>, action: RuleAction) -> Rule {
    Rule {
        id: RuleId(id),
        q: q.to_owned(),
        site: site.map(str::to_owned),
        action,
        note: String::new(),
        watched: false,
        expires_at: None,
        created_by: None,
        created_at: DateTime::UNIX_EPOCH,
        hits: 0,
        last_hit_at: None,
    }
}

#[test]
fn the_narrower_rule_stands_above_and_never_spam_wins_a_tie() {
    let mut rules = [
        rule(1, "email:*@mail.test", None, RuleAction::Spam),
        rule(2, "email:*@shop.test", None, RuleAction::Ham),
        rule(3, "email:ana@mail.test", None, RuleAction::Spam),
        rule(4, "email:*@mail.test", Some("blog.example.com"), RuleAction::Spam),
        rule(5, "ip:203.0.113.0/24", None, RuleAction::Spam),
        rule(6, "ip:203.0.113.7", None, RuleAction::Spam),
        rule(7, "casino", None, RuleAction::Spam),
        rule(8, "\"free casino money\"", None, RuleAction::Spam),
        rule(9, "lang:de", None, RuleAction::Review),
        rule(10, "casino lang:de", None, RuleAction::Spam),
        rule(11, "ip:2001:db8::/32", None, RuleAction::Spam),
    ];
    sort(&mut rules);
    assert_eq!(rules.iter().map(|rule| rule.id.0).collect::<Vec<_>>(), [6, 3, 5, 11, 4, 2, 1, 8, 10, 7, 9]);
}

#[test]
fn a_rule_asks_only_for_what_is_known_when_it_decides() {
    let spam = Some(RuleAction::Spam);
    for q in [
        "casino",
        "email:*@x.test -lang:de",
        "ip:10.0.0.0/8",
        "token:shop",
        "\"free money\" from:api",
        "http://win.test",
        "\"name:bobby\"",
    ] {
        assert!(query(q, spam).is_ok(), "{q}");
    }
    for (q, words) in [
        ("", "Say what"),
        ("-casino", "Say what"),
        ("score:>80", "verdict"),
        ("casino is:spam", "verdict"),
        ("is:labelled", "later"),
        ("label:ham", "later"),
        ("by:ana", "later"),
        ("casino age:<7d", "leave the time out"),
        ("score:high", "score"),
        ("name:bobby", "no term “name:”"),
        ("casino foo:bar", "no term “foo:”"),
    ] {
        let problem = query(q, spam).unwrap_err();
        assert!(problem.contains(words), "{q}: {problem}");
    }
    assert!(query("casino score:40..60", Some(RuleAction::Review)).is_ok());
    assert!(query("casino label:ham", Some(RuleAction::Review)).is_err());
}

#[test]
fn a_form_names_every_field_that_is_wrong() {
    let form =
        RuleForm { site: "a b".into(), days: "0".into(), note: "x".repeat(301), ..RuleForm::default() };
    let fields: Vec<_> = form.validate().unwrap_err().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, ["action", "q", "site", "note", "days"]);
    let form = RuleForm {
        q: " casino ".into(),
        site: "https://shop.example.com/".into(),
        action: "spam".into(),
        note: " old \n tricks ".into(),
        days: "30".into(),
        mode: "watched".into(),
        sure: String::new(),
    };
    let read = form.validate().unwrap();
    assert_eq!((read.query.to_string().as_str(), read.site.as_deref()), ("casino", Some("shop.example.com")));
    assert_eq!((read.note.as_str(), read.days, read.watched), ("old tricks", Some(30), true));
}

#[test]
fn the_way_to_the_form_carries_the_search() {
    assert_eq!(
        making("email:a+b@x.test \"c d\"", RuleAction::Ham),
        "/rules?q=email%3Aa%2Bb%40x.test+%22c+d%22&action=ham"
    );
}
