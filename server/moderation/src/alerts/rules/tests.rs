//! Each rule opens, holds and clears; what is unknown does neither.

use domain::Outlook;

use super::*;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_794_916_800, 0).unwrap() // 17 Nov 2026, 12:00 UTC
}

fn sample(used: u64, period: Option<(u32, i32)>) -> UsageSample {
    let remaining = 1000_u64.saturating_sub(used);
    UsageSample {
        taken_at: noon(),
        plan: "Free".to_owned(),
        total: Some(1000),
        used: Some(used),
        remaining: Some(remaining),
        percentage: Some(0.0),
        period,
        unread: Vec::new(),
    }
}

/// All is well.
fn calm() -> Snapshot {
    Snapshot {
        now: noon(),
        embedded: false,
        quota: Some(sample(100, Some((11, 2026)))),
        forecast: QuotaForecast::default(),
        reach: Some(Reach::Answers),
        key_valid: Some(true),
        no_plan_at: None,
        plan_seen_at: Some(noon()),
        feedback: FeedbackTrouble::default(),
        spam: Vec::new(),
        budgets: Vec::new(),
        refusals: Vec::new(),
        late: BoundedCount { count: 0, more: false },
        backups: Some(BackupReport { newest: Some(noon()), is_late: Some(false), error: None }),
        callbacks: vec![callback(None)],
        wordpress: vec![wordpress(None)],
    }
}

/// Nothing has been looked at yet, as after a start.
fn unknown() -> Snapshot {
    let backups = Some(BackupReport::default());
    let (callbacks, wordpress) = (vec![callback(Some(noon()))], vec![wordpress(Some(noon()))]);
    let calm = Snapshot { backups, callbacks, wordpress, ..calm() };
    Snapshot { quota: None, reach: None, key_valid: None, plan_seen_at: None, ..calm }
}

/// Lets a snapshot act on what is open; returns what opened and how the rest ended.
fn step(snapshot: &Snapshot, rules: &AlertRules, open: &mut Vec<Alert>) -> (Vec<String>, Vec<String>) {
    let (mut opened, mut over) = (Vec::new(), Vec::new());
    for change in changes(snapshot, rules, open) {
        match change {
            Change::Open(new) => {
                opened.push(format!("{}:{}", new.kind, new.subject));
                assert!(!new.what.is_empty() && !new.advice.is_empty() && new.link.starts_with('/'));
                let id = AlertId(i64::try_from(open.len()).unwrap() + 100);
                open.push(Alert {
                    id,
                    kind: new.kind,
                    subject: new.subject,
                    what: new.what,
                    advice: new.advice,
                    link: new.link,
                    opened_at: new.opened_at,
                    cleared_at: None,
                    over: None,
                });
            }
            Change::Clear(id, how) => {
                open.retain(|alert| alert.id != id);
                over.push(how);
            }
        }
    }
    (opened, over)
}

/// Opens once with `bad`, does nothing more while it lasts or nobody knows, clears once when calm.
fn opens_holds_and_clears(bad: &Snapshot, kind: &str) {
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    let nothing = (Vec::new(), Vec::new());
    assert_eq!(step(&calm(), &rules, &mut open), nothing);
    let (opened, over) = step(bad, &rules, &mut open);
    assert_eq!((opened.len(), over.len()), (1, 0), "{opened:?}");
    assert!(opened[0].starts_with(kind), "{opened:?}");
    assert_eq!(step(bad, &rules, &mut open), nothing, "it is told once");
    if kind != "feedback_failing" {
        assert_eq!(step(&unknown(), &rules, &mut open), nothing, "a restart ends nothing");
    }
    let (opened, over) = step(&calm(), &rules, &mut open);
    assert_eq!((opened.len(), over.len()), (0, 1), "it is over once");
    assert_eq!(step(&calm(), &rules, &mut open), nothing);
}

fn wordpress(failing_since: Option<DateTime<Utc>>) -> WordPressSite {
    WordPressSite {
        id: 1,
        site: "blog.example".to_owned(),
        home: "https://blog.example".to_owned(),
        login: "ana".to_owned(),
        created_at: noon(),
        waiting: 3,
        comments: 40,
        read_at: None,
        failing_since,
        last_error: failing_since.map(|_| "no answer within 10 s".to_owned()),
    }
}

#[test]
fn a_wordpress_that_cannot_be_worked_on_for_a_while() {
    let fails = wordpress(Some(noon() - TimeDelta::minutes(16)));
    opens_holds_and_clears(&Snapshot { wordpress: vec![fails], ..calm() }, "callback_failing");
}

/// A callback that fails since then.
fn callback(failing_since: Option<DateTime<Utc>>) -> Callback {
    Callback {
        id: 1,
        site: "shop.example.com".to_owned(),
        url: "https://shop.example.com/hook".to_owned(),
        created_at: noon(),
        delivered_to: 0,
        delivered_at: None,
        waiting: 3,
        failing_since,
        last_error: failing_since.map(|_| "no answer within 10 s".to_owned()),
        stopped_at: None,
    }
}

#[test]
fn an_app_that_takes_no_decisions_is_told_of_after_a_while() {
    let fails = callback(Some(noon() - TimeDelta::minutes(15)));
    opens_holds_and_clears(&Snapshot { callbacks: vec![fails], ..calm() }, "callback_failing");
}

#[test]
fn a_backup_that_is_overdue_is_told() {
    let error = Some("the disk is full".to_owned());
    let late = BackupReport { newest: None, is_late: Some(true), error };
    opens_holds_and_clears(&Snapshot { backups: Some(late), ..calm() }, "backup_late");
}

#[test]
fn each_trouble_with_the_upstream() {
    let away = Reach::Away { since: noon() - AWAY_FOR, error: "no answer in time".to_owned() };
    opens_holds_and_clears(&Snapshot { reach: Some(away), ..calm() }, "upstream_unreachable");
    opens_holds_and_clears(&Snapshot { key_valid: Some(false), ..calm() }, "key_invalid");
    let no_plan = Snapshot { no_plan_at: Some(noon()), plan_seen_at: Some(noon()), ..calm() };
    opens_holds_and_clears(&no_plan, "no_plan");
    let refused = FeedbackTrouble { stuck: 0, refused: 3 };
    opens_holds_and_clears(&Snapshot { feedback: refused, ..calm() }, "feedback_failing");
    let stuck = FeedbackTrouble { stuck: 1, refused: 0 };
    opens_holds_and_clears(&Snapshot { feedback: stuck, ..calm() }, "feedback_failing");
}

#[test]
fn a_short_outage_and_a_stray_refusal_are_nothing() {
    let short = Reach::Away { since: noon() - AWAY_FOR + TimeDelta::seconds(1), error: String::new() };
    let feedback = FeedbackTrouble { stuck: 0, refused: 2 };
    let snapshot = Snapshot { reach: Some(short), feedback, ..calm() };
    assert_eq!(changes(&snapshot, &AlertRules::default(), &[]), []);
}

#[test]
fn embedded_there_is_no_upstream_to_lose() {
    let snapshot = Snapshot { embedded: true, key_valid: Some(false), ..calm() };
    assert_eq!(changes(&snapshot, &AlertRules::default(), &[]), []);
}

#[test]
fn marks_of_the_quota_open_one_by_one_and_end_with_the_period() {
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    let used = |used| Snapshot { quota: Some(sample(used, Some((11, 2026)))), ..calm() };
    assert_eq!(step(&used(799), &rules, &mut open).0, [""; 0]);
    assert_eq!(step(&used(800), &rules, &mut open).0, ["quota_mark:80 % of 11/2026"]);
    assert!(open[0].what.starts_with("80 % of the quota is used: 800 of 1,000 checks. It renews on 1 Dec"));
    assert_eq!(step(&used(1004), &rules, &mut open).0, ["quota_mark:100 % of 11/2026"]);
    assert_eq!(step(&unknown(), &rules, &mut open).1, [""; 0]);
    let december = Snapshot { quota: Some(sample(2, Some((12, 2026)))), ..calm() };
    assert_eq!(step(&december, &rules, &mut open).1.len(), 2);
    assert!(open.is_empty());
    let again = Snapshot { quota: Some(sample(900, Some((12, 2026)))), ..calm() };
    assert_eq!(step(&again, &rules, &mut open).0, ["quota_mark:80 % of 12/2026"], "each period by itself");
}

#[test]
fn more_marks_can_be_set_and_taken_away() {
    let rules = AlertRules { quota_marks: vec![10, 50], ..AlertRules::default() };
    let mut open = Vec::new();
    assert_eq!(step(&calm(), &rules, &mut open).0, ["quota_mark:10 % of 11/2026"]);
    let none = AlertRules { quota_marks: Vec::new(), ..rules };
    assert_eq!(step(&calm(), &none, &mut open).1, ["A new period began, or the rule was changed."]);
}

fn outlook(outlook: Outlook) -> Snapshot {
    Snapshot { forecast: QuotaForecast { outlook, days_known: 9, ..QuotaForecast::default() }, ..calm() }
}

#[test]
fn a_quota_that_will_not_last_is_told_when_it_is_sure_or_soon() {
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    let day = |day| noon() + TimeDelta::days(day);
    let unsure = outlook(Outlook::RunsOut { at: day(9), earliest: day(5), latest: None });
    assert_eq!(step(&unsure, &rules, &mut open).0, [""; 0]);
    let sure = outlook(Outlook::RunsOut { at: day(9), earliest: day(8), latest: Some(day(10)) });
    assert_eq!(step(&sure, &rules, &mut open).0, ["quota_forecast:11/2026"]);
    assert_eq!(step(&unsure, &rules, &mut open).1, [""; 0], "it does not flutter");
    let nearly = outlook(Outlook::Lasts { until: Some(day(13)), earliest: Some(day(12)) });
    assert_eq!(step(&nearly, &rules, &mut open).1, [""; 0]);
    let lasts = outlook(Outlook::Lasts { until: Some(day(13)), earliest: None });
    assert_eq!(step(&lasts, &rules, &mut open).1, ["At the present pace the quota lasts."]);
    let soon = outlook(Outlook::RunsOut { at: day(3), earliest: day(1), latest: None });
    assert_eq!(step(&soon, &rules, &mut open).0.len(), 1);
}

fn spam(sites: &[(&str, f64, Option<f64>)]) -> Snapshot {
    let site = |(name, last_hour, usual): &(&str, f64, Option<f64>)| SiteSpam {
        site: Some((*name).to_owned()).filter(|name| !name.is_empty()),
        last_hour: *last_hour,
        usual: *usual,
    };
    Snapshot { spam: sites.iter().map(site).collect(), ..calm() }
}

#[test]
fn a_spam_wave_is_far_above_the_usual_and_over_at_half_of_it() {
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    let shop = |last_hour, usual| spam(&[("Shop.example.com", last_hour, Some(usual))]);
    assert_eq!(step(&shop(19.0, 0.1), &rules, &mut open).0, [""; 0], "few messages are no wave");
    assert_eq!(step(&shop(49.0, 10.0), &rules, &mut open).0, [""; 0]);
    assert_eq!(step(&shop(50.0, 10.0), &rules, &mut open).0, ["spam_wave:shop.example.com"]);
    assert_eq!(
        open[0].what,
        "50 spam messages came for Shop.example.com in the last hour; 10.0 are usual there."
    );
    assert_eq!(open[0].link, "/detections?q=is%3Aspam%20age%3A%3C1h%20site%3AShop.example.com");
    assert_eq!(step(&shop(80.0, 10.0), &rules, &mut open).0, [""; 0], "it is told once");
    assert_eq!(step(&shop(30.0, 10.0), &rules, &mut open).1, [""; 0]);
    assert_eq!(step(&shop(24.0, 10.0), &rules, &mut open).1, ["No more spam comes than usual."]);
    assert_eq!(step(&shop(24.0, 10.0), &rules, &mut open).1, [""; 0], "and is over once");
}

#[test]
fn a_site_that_was_silent_has_no_figure_for_what_is_usual() {
    let told = |usual| {
        let mut open = Vec::new();
        step(&spam(&[("", 50.0, Some(usual))]), &AlertRules::default(), &mut open);
        open[0].what.clone()
    };
    for usual in [0.0, 0.049] {
        assert_eq!(
            told(usual),
            "50 spam messages came without a site in the last hour; none is usual there."
        );
    }
    assert_eq!(told(0.05), "50 spam messages came without a site in the last hour; 0.1 are usual there.");
}

#[test]
fn each_site_has_its_own_wave() {
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    // All together 340 for 310 as usual: over all sites it is no wave.
    let large = ("large.example.com", 300.0, Some(300.0));
    let both = spam(&[large, ("small.example.com", 40.0, Some(1.0)), ("", 30.0, Some(0.5))]);
    assert_eq!(
        step(&both, &rules, &mut open).0,
        ["spam_wave:small.example.com", "spam_wave:"],
        "each once, and none for what is usual"
    );
    assert_eq!(step(&both, &rules, &mut open), (Vec::new(), Vec::new()));
    assert!(open[1].what.contains("came without a site") && open[1].link.ends_with("%20-site%3A*"));
    // One of them ends: its site is not even named any more.
    let one = spam(&[large, ("", 30.0, Some(0.5))]);
    assert_eq!(step(&one, &rules, &mut open).1, ["No more spam comes than usual."]);
    assert_eq!(open.len(), 1);
    let none = AlertRules { spam_wave: None, ..rules };
    assert_eq!(step(&one, &none, &mut open).1, ["The rule was changed."]);
}

#[test]
fn where_nobody_knows_what_is_usual_no_wave_begins_or_ends() {
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    let unknown = spam(&[("new.example.com", 500.0, None)]);
    assert_eq!(step(&unknown, &rules, &mut open).0, [""; 0]);
    assert_eq!(step(&spam(&[("new.example.com", 500.0, Some(1.0))]), &rules, &mut open).0.len(), 1);
    assert_eq!(step(&unknown, &rules, &mut open).1, [""; 0]);
}

#[test]
fn times_in_alerts_say_in_which_zone() {
    let day = |day| noon() + TimeDelta::days(day);
    let sure = Outlook::RunsOut { at: day(9), earliest: day(8), latest: Some(day(10)) };
    let line = BudgetLine {
        subject: "1".to_owned(),
        name: "The budget of the site shop.example.com".to_owned(),
        spent: 10,
        limit: 10,
        is_hard: true,
        resets_at: Some(noon()),
    };
    let all = Snapshot {
        quota: Some(sample(900, Some((11, 2026)))),
        reach: Some(Reach::Away { since: noon() - AWAY_FOR, error: "no answer".to_owned() }),
        budgets: vec![line],
        ..outlook(sure)
    };
    let mut open = Vec::new();
    assert_eq!(step(&all, &AlertRules::default(), &mut open).0.len(), 4);
    for alert in &open {
        let times = alert.what.matches(':').count() - alert.what.matches(": ").count();
        assert!(times > 0 && alert.what.matches(" UTC").count() == times, "{}", alert.what);
    }
}

#[test]
fn a_spent_budget_is_told_once_a_window() {
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    let line = |day: u32, spent| BudgetLine {
        subject: format!("1@2026-11-{day}"),
        name: "The budget of the site shop.example.com".to_owned(),
        spent,
        limit: 10,
        is_hard: true,
        resets_at: Some(noon()),
    };
    let with = |line| Snapshot { budgets: vec![line], ..calm() };
    assert_eq!(step(&with(line(17, 9)), &rules, &mut open).0, [""; 0]);
    assert_eq!(step(&with(line(17, 10)), &rules, &mut open).0, ["budget_spent:1@2026-11-17"]);
    assert_eq!(step(&with(line(18, 0)), &rules, &mut open).1, ["The budget started anew or was changed."]);
    assert_eq!(step(&with(line(18, 10)), &rules, &mut open).0, ["budget_spent:1@2026-11-18"]);
}

#[test]
fn refused_requests_are_told_by_token_and_a_revoked_one_at_once() {
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    let refused = |token: Option<&str>, kind, count| RefusalCount {
        token_id: token.map(|_| domain::ApiTokenId(1)),
        token: token.map(str::to_owned),
        kind,
        count,
        first_at: noon(),
        last_at: noon(),
        reason: "The email field must be a valid email address.".to_owned(),
    };
    let with = |refusals: &[RefusalCount]| Snapshot { refusals: refusals.to_vec(), ..calm() };
    let slip = refused(Some("shop"), RefusalKind::Invalid, 2);
    let limited = refused(Some("shop"), RefusalKind::Limited, 900);
    let strangers = refused(None, RefusalKind::UnknownKey, 900);
    assert_eq!(step(&with(&[slip, limited, strangers]), &rules, &mut open).0, [""; 0]);
    let several = [
        refused(Some("shop"), RefusalKind::Invalid, 3),
        refused(Some("shop"), RefusalKind::Unreadable, 3),
        refused(Some("old"), RefusalKind::Revoked, 1),
    ];
    let opened = step(&with(&several), &rules, &mut open).0;
    assert_eq!(opened, ["requests_refused:shop", "revoked_in_use:old"]);
    assert!(open[0].what.contains("valid email address") && open[1].what.contains("1 requests"), "{open:?}");
    assert_eq!(
        step(&calm(), &rules, &mut open).1,
        ["For six hours no request of it was refused.", "Nobody has used it for six hours."]
    );
}

#[test]
fn what_ended_by_itself_is_told_at_once_and_what_is_out_of_bounds_when_there_are_several() {
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    let refused = |token: &str, kind, count| RefusalCount {
        token_id: Some(domain::ApiTokenId(1)),
        token: Some(token.to_owned()),
        kind,
        count,
        first_at: noon(),
        last_at: noon(),
        reason: "The API key may not be used from the address 203.0.113.9.".to_owned(),
    };
    let with = |refusals: &[RefusalCount]| Snapshot { refusals: refusals.to_vec(), ..calm() };
    let few = [refused("shop", RefusalKind::OutOfScope, 2), refused("shop", RefusalKind::OutOfNetwork, 2)];
    assert_eq!(step(&with(&few), &rules, &mut open).0, [""; 0]);
    let several = [
        refused("shop", RefusalKind::OutOfNetwork, 3),
        refused("blog", RefusalKind::Expired, 1),
        refused("forum", RefusalKind::Replaced, 1),
    ];
    let opened = step(&with(&several), &rules, &mut open).0;
    assert_eq!(opened, ["requests_refused:shop", "revoked_in_use:blog", "revoked_in_use:forum"]);
    let words =
        ["from the address 203.0.113.9", "The expired token blog", "The old secret of the token forum"];
    assert!(open.iter().zip(words).all(|(alert, words)| alert.what.contains(words)), "{open:?}");
}

#[test]
fn answers_that_do_not_stand_any_more_are_told_where_that_was_asked_for() {
    let counted = |count, more| Snapshot { late: BoundedCount { count, more }, ..calm() };
    let late = |count| counted(count, false);
    let (mut rules, mut open) = (AlertRules::default(), Vec::new());
    assert_eq!(step(&late(900), &rules, &mut open), (vec![], vec![]), "off by default");
    rules.late = Some(10);
    assert_eq!(step(&late(9), &rules, &mut open), (vec![], vec![]));
    assert_eq!(step(&late(10), &rules, &mut open).0, ["told_otherwise:"]);
    assert_eq!(open[0].link, "/detections?q=is%3Alate%20age%3A%3C7d");
    assert_eq!(step(&counted(9, true), &rules, &mut open), (vec![], vec![]), "not all are counted yet");
    assert_eq!(step(&late(9), &rules, &mut open).1.len(), 1);
}

#[test]
fn two_marks_that_are_passed_together_are_one_alert_and_a_plan_without_a_limit_has_none() {
    let used = |used| Snapshot { quota: Some(sample(used, Some((11, 2026)))), ..calm() };
    let (rules, mut open) = (AlertRules::default(), Vec::new());
    assert_eq!(step(&used(1300), &rules, &mut open).0, ["quota_mark:100 % of 11/2026"]);
    assert!(
        open[0].what.starts_with("130 % of the quota is used: 1,300 of 1,000 checks."),
        "{}",
        open[0].what
    );
    let unlimited = UsageSample { total: None, remaining: None, percentage: None, ..sample(1300, None) };
    let no_limit = Snapshot { quota: Some(unlimited), ..calm() };
    assert_eq!(step(&no_limit, &rules, &mut Vec::new()), (vec![], vec![]));
}
