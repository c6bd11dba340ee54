//! How much a site or an app may spend of the quota.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{FieldError, UsageSample, site};

/// Local id of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BudgetId(pub i64);

crate::words! {
    /// Whose spending is limited.
    BudgetScope {
        /// All that is checked for a site.
        Site = "site",
        /// All that is asked for with the token of a name.
        Token = "token",
    }
}

crate::words! {
    /// In which time.
    BudgetSpan {
        /// The upstream's period; without one (a lifetime plan) the calendar month.
        Period = "period",
        /// The calendar month (UTC).
        Month = "month",
        /// The day (UTC).
        Day = "day",
    }
}

/// How much may be spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Local id.
    pub id: BudgetId,
    /// Whose spending.
    pub scope: BudgetScope,
    /// The site, or the token's name.
    pub subject: String,
    /// In which time.
    pub span: BudgetSpan,
    /// Checks allowed in it, at least 1.
    pub checks: u64,
    /// Whether the fallback answers once it is spent; else there is only an alert.
    pub hard: bool,
}

/// A stretch of days that a budget counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetTime {
    /// Its first day (UTC).
    pub first: NaiveDate,
    /// The first day (UTC) of the next.
    pub next: NaiveDate,
}

impl BudgetTime {
    /// When the next one begins.
    pub fn ends_at(self) -> DateTime<Utc> {
        self.next.and_time(chrono::NaiveTime::MIN).and_utc()
    }
}

impl BudgetSpan {
    /// The stretch of days that a moment is in. `quota` tells of the upstream's period.
    pub fn around(self, now: DateTime<Utc>, quota: Option<&UsageSample>) -> BudgetTime {
        let today = now.date_naive();
        let period = quota
            .and_then(|sample| Some((sample.began_at()?.date_naive(), sample.resets_at()?.date_naive())));
        match (self, period) {
            (Self::Day, _) => BudgetTime { first: today, next: today + Days::new(1) },
            // A period that is over by now says nothing of the next; it has begun.
            (Self::Period, Some((first, next))) if (first..next).contains(&today) => {
                BudgetTime { first, next }
            }
            _ => {
                let first = today.with_day(1).unwrap_or(today);
                BudgetTime { first, next: first + chrono::Months::new(1) }
            }
        }
    }
}

/// A budget and what is spent of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetStanding {
    /// The budget.
    pub budget: Budget,
    /// Checks spent.
    pub spent: u64,
    /// In which days.
    pub time: BudgetTime,
}

/// A budget as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetForm {
    /// One of [`BudgetScope`]'s words.
    pub scope: String,
    /// The site, or the token's name.
    pub subject: String,
    /// One of [`BudgetSpan`]'s words.
    pub span: String,
    /// A whole number.
    pub checks: String,
    /// `hard`, or `soft` for an alert only.
    pub kind: String,
}

/// Longest site or name of a token, in characters.
const LONGEST_SUBJECT: usize = 253;

/// Most checks of a budget: more is no limit.
const MOST_CHECKS: u64 = 1_000_000_000;

impl BudgetForm {
    /// Reads the form. The id is 0 until the budget is kept.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn validate(&self) -> Result<Budget, Vec<FieldError>> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, problem: &str| {
            problems.push(FieldError { field: field.to_owned(), problem: problem.to_owned() });
        };
        let scope = self.scope.parse();
        if scope.is_err() {
            wrong("scope", "Choose whether the budget is of a site or of a token.");
        }
        let subject = match scope {
            Ok(BudgetScope::Site) => site::read(&self.subject).map(Option::unwrap_or_default),
            _ => Ok(self.subject.trim().to_owned()),
        };
        let subject = subject.and_then(named);
        if let Err(problem) = &subject {
            wrong("subject", problem);
        }
        let checks = self.checks.trim().replace([',', ' ', '\u{a0}'], "").parse().unwrap_or(0);
        if !(1..=MOST_CHECKS).contains(&checks) {
            wrong("checks", "The budget must be a whole number of checks from 1 to 1000000000.");
        }
        let span = self.span.parse().unwrap_or_else(|_| {
            wrong("span", "Choose the plan's period, the month or the day.");
            BudgetSpan::Period
        });
        let hard = match self.kind.as_str() {
            "hard" => true,
            "soft" => false,
            _ => {
                wrong("kind", "Choose what happens when the budget is spent.");
                false
            }
        };
        match (scope, subject) {
            (Ok(scope), Ok(subject)) if problems.is_empty() => {
                Ok(Budget { id: BudgetId(0), scope, subject, span, checks, hard })
            }
            _ => Err(problems),
        }
    }
}

/// A subject that can be one.
fn named(subject: String) -> Result<String, &'static str> {
    let is_sound = !subject.is_empty()
        && subject.chars().count() <= LONGEST_SUBJECT
        && !subject.chars().any(char::is_control);
    is_sound.then_some(subject).ok_or("Give the site or the name of the token that the budget is for.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn sample(period: Option<(u32, i32)>) -> UsageSample {
        UsageSample {
            taken_at: DateTime::UNIX_EPOCH,
            plan: String::new(),
            total: Some(1),
            used: Some(0),
            remaining: Some(1),
            percentage: Some(0.0),
            period,
            unread: Vec::new(),
        }
    }

    #[test]
    fn a_span_is_of_whole_days() {
        let now: DateTime<Utc> = "2026-11-30T23:59:59Z".parse().unwrap();
        let time = |first, next| BudgetTime { first: day(first), next: day(next) };
        assert_eq!(BudgetSpan::Day.around(now, None), time("2026-11-30", "2026-12-01"));
        assert_eq!(BudgetSpan::Month.around(now, None), time("2026-11-01", "2026-12-01"));
        for quota in
            [None, Some(sample(None)), Some(sample(Some((11, 2026)))), Some(sample(Some((10, 2026))))]
        {
            assert_eq!(BudgetSpan::Period.around(now, quota.as_ref()), time("2026-11-01", "2026-12-01"));
        }
        let december = now + chrono::TimeDelta::seconds(1);
        assert_eq!(BudgetSpan::Month.around(december, None), time("2026-12-01", "2027-01-01"));
        assert_eq!(time("2026-11-01", "2026-12-01").ends_at(), december);
    }

    #[test]
    fn every_wrong_field_is_named() {
        let good = BudgetForm {
            scope: "token".to_owned(),
            subject: " shop ".to_owned(),
            span: "day".to_owned(),
            checks: "1,000".to_owned(),
            kind: "hard".to_owned(),
        };
        let budget = good.validate().unwrap();
        assert_eq!(
            (budget.scope, budget.subject.as_str(), budget.checks, budget.hard),
            (BudgetScope::Token, "shop", 1000, true)
        );
        assert!(!BudgetForm { kind: "soft".to_owned(), ..good.clone() }.validate().unwrap().hard);
        let bad = BudgetForm { subject: " ".to_owned(), checks: "0".to_owned(), ..good.clone() };
        let fields = |form: BudgetForm| {
            form.validate().unwrap_err().into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(bad), ["subject", "checks"]);
        for odd in ["", "x", "HARD", " day"] {
            let odd = || odd.to_owned();
            let form = BudgetForm { scope: odd(), span: odd(), kind: odd(), ..good.clone() };
            assert_eq!(fields(form), ["scope", "span", "kind"], "{}", odd());
        }
    }

    #[test]
    fn a_site_is_read_as_everywhere() {
        let of = |subject: &str| BudgetForm {
            scope: "site".to_owned(),
            subject: subject.to_owned(),
            span: "day".to_owned(),
            checks: "5".to_owned(),
            kind: "hard".to_owned(),
        };
        for written in
            ["blog.example.com", " Blog.Example.com ", "https://blog.example.com/", "blog.example.com:443"]
        {
            assert_eq!(of(written).validate().unwrap().subject, "blog.example.com", "{written}");
        }
        for written in ["", "a b", "ftp://blog.example.com", "\u{7}", &"a".repeat(300)] {
            let errors = of(written).validate().unwrap_err();
            assert_eq!(errors.len(), 1, "{written}: {errors:?}");
            assert_eq!(errors[0].field, "subject", "{written}");
        }
    }
}
