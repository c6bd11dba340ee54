//! The forecast, held against what made-up usages really do.

#![expect(clippy::unwrap_used, reason = "a test ends where its assumptions do")]

mod synthetic;

use chrono::TimeDelta;
use domain::{Outlook, UsageSample, forecast::forecast};
use synthetic::{Usage, november, usages};

fn usage(name: &str) -> Usage {
    usages().into_iter().find(|usage| usage.name == name).unwrap()
}

/// Forecasts within so many hours of the truth, and the truth within the forecast's span.
fn hits(name: &str, hours: i64) {
    let usage = usage(name);
    let truth = usage.runs_out().unwrap();
    let Outlook::RunsOut { at, earliest, latest } = forecast(&usage.samples()).outlook else {
        panic!("{name} runs out at {truth}: {:?}", forecast(&usage.samples()))
    };
    assert!((at - truth).abs() <= TimeDelta::hours(hours), "{name}: {at}, in truth {truth}");
    assert!(
        earliest <= truth && latest.is_none_or(|latest| truth <= latest),
        "{name}: {earliest} to {latest:?}"
    );
    assert!(earliest <= at && latest.is_none_or(|latest| at <= latest));
}

#[test]
fn a_steady_pace_goes_on() {
    hits("steady", 6);
}

#[test]
fn weekends_and_nights_are_expected() {
    hits("weekly rhythm", 12);
    hits("weekly rhythm, a week known", 24);
    hits("new period", 36);
    hits("lifetime plan", 24);
}

#[test]
fn what_few_days_do_not_tell_a_longer_sum_does() {
    // A Sunday and half a Monday of the new period; the quota of the one before ran out.
    hits("new period, two days known", 48);
    // A weekend, but the period's count is that of two weeks.
    hits("only a weekend known", 24);
}

#[test]
fn a_weekend_alone_says_little_of_workdays() {
    let usage = usage("lifetime, only a weekend known");
    let truth = usage.runs_out().unwrap();
    let Outlook::RunsOut { at, earliest, latest } = forecast(&usage.samples()).outlook else {
        panic!("it runs out")
    };
    assert!(
        earliest <= truth && truth <= at && latest.is_none(),
        "{earliest} to {latest:?}, in truth {truth}"
    );
}

#[test]
fn a_spike_is_not_expected_again() {
    let usage = usage("spike");
    let truth = usage.runs_out();
    let forecast = forecast(&usage.samples());
    assert_eq!(truth, None, "the rest of the month is as before");
    let Outlook::Lasts { earliest: Some(earliest), .. } = forecast.outlook else { panic!("{forecast:?}") };
    assert!(earliest < november(17, 0), "but if it went on it would be soon: {earliest}");
    assert!(forecast.trend().starts_with("12,"), "and the trend tells of it: {}", forecast.trend());
}

#[test]
fn a_spike_counts_for_what_it_spent() {
    hits("spike, then out", 6);
}

#[test]
fn two_days_make_a_new_level() {
    hits("step up", 12);
}

#[test]
fn the_first_hours_give_a_wide_forecast() {
    hits("first hours", 48);
    let Outlook::RunsOut { earliest, latest, .. } = forecast(&usage("first hours").samples()).outlook else {
        panic!("it runs out")
    };
    assert!(latest.is_none_or(|latest| latest - earliest > TimeDelta::days(4)));
}

#[test]
fn what_lasts_is_said_to_last() {
    let monthly = forecast(&usage("lasts").samples());
    assert_eq!(
        monthly.outlook,
        Outlook::Lasts { until: Some(november(30, 0) + TimeDelta::days(1)), earliest: None }
    );
    assert_eq!(monthly.sentence(), "At this pace it lasts until it renews on 1 December.");
    let lifetime = forecast(&usage("lifetime, lasts").samples());
    assert!(matches!(lifetime.outlook, Outlook::Lasts { until: None, .. }), "{lifetime:?}");
    assert!(lifetime.sentence().starts_with("At this pace it lasts for more than a year"));
}

#[test]
fn without_samples_nothing_is_claimed() {
    assert_eq!(forecast(&[]).outlook, Outlook::Unknown);
    let one = usage("lifetime plan").samples().remove(0);
    assert_eq!(forecast(&[one]).outlook, Outlook::Unknown, "a lifetime plan seen once has no pace");
    let idle =
        UsageSample { used: Some(0), remaining: Some(30_000), ..usage("steady").samples().pop().unwrap() };
    assert!(matches!(forecast(&[idle]).outlook, Outlook::Lasts { .. }), "nothing was used in half a month");
}

#[test]
fn a_plan_without_a_limit_has_a_pace_and_no_end() {
    let unlimited =
        |sample: UsageSample| UsageSample { total: None, remaining: None, percentage: None, ..sample };
    let samples: Vec<_> = usage("steady").samples().into_iter().map(unlimited).collect();
    let forecast = forecast(&samples);
    assert_eq!((forecast.outlook, forecast.sentence()), (Outlook::Unknown, String::new()));
    assert!(forecast.last_day.is_some_and(|checks| checks > 0.0), "{forecast:?}");
}

#[test]
fn an_empty_quota_is_used_up_and_teaches_nothing() {
    // Used up on the 2nd, at 480 checks a day; idle since. The next period must not believe that nothing is ever spent.
    let mut samples: Vec<_> = (0..14 * 24)
        .map(|hour| {
            let used = (20 * hour + 200).min(1000);
            UsageSample {
                taken_at: november(1, 0) + TimeDelta::hours(hour),
                plan: "Free".to_owned(),
                total: Some(1000),
                used: Some(used.unsigned_abs()),
                remaining: Some(1000 - used.unsigned_abs()),
                percentage: Some(0.0),
                period: Some((11, 2026)),
                unread: Vec::new(),
            }
        })
        .collect();
    assert_eq!(forecast(&samples).outlook, Outlook::UsedUp);
    let granted = UsageSample { total: Some(2000), remaining: Some(1000), ..samples.pop().unwrap() };
    samples.push(granted);
    let Outlook::RunsOut { at, .. } = forecast(&samples).outlook else { panic!("{:?}", forecast(&samples)) };
    assert!(at - november(14, 23) < TimeDelta::days(4), "{at}");
}
