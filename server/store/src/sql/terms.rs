//! Each term as a condition on a row `d` of the log.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use domain::reason::folded;
use domain::search::{Age, AppSaid, Pattern, ReasonTest, ScoreTest, State, Term, TermKind};
use ipnet::IpNet;
use sqlx::QueryBuilder;

use super::columns::to_ms;
use super::rows::ip_to_bytes;
use super::search::{push_like, push_upstream_id};
use super::{Db, text};

/// Writes a term's condition. Words have none: the full-text index knows them.
pub(super) fn push(sql: &mut QueryBuilder<Db>, term: &Term, now: DateTime<Utc>) {
    if term.kind.is_text() {
        return;
    }
    sql.push(" AND ");
    if term.negated {
        // An absent value does not match, so its negation does: NULL must not swallow it.
        sql.push("(");
        condition(sql, &term.kind, now);
        sql.push(") IS NOT TRUE");
    } else {
        condition(sql, &term.kind, now);
    }
}

fn condition(sql: &mut QueryBuilder<Db>, kind: &TermKind, now: DateTime<Utc>) {
    match kind {
        TermKind::Word(_) | TermKind::Prefix(_) | TermKind::Phrase(_) | TermKind::Link(_) => sql.push("TRUE"),
        TermKind::Is(state) => sql.push(is(*state)),
        TermKind::Label(label) => sql.push("d.label = ").push_bind(label.as_str()),
        TermKind::App(AppSaid::None) => sql.push("d.app_word IS NULL"),
        // The first half is what the index of apps' words asks for.
        TermKind::App(said) => sql.push("d.app_word IS NOT NULL AND d.app_word = ").push_bind(said.as_str()),
        TermKind::Score(test) => score(sql, *test),
        TermKind::Email(wanted) => pattern(sql, "d.email", wanted),
        TermKind::Site(wanted) => pattern(sql, "d.site", wanted),
        TermKind::Ip(net) => ip(sql, *net),
        TermKind::From(origin) => sql.push("d.origin = ").push_bind(origin.as_str()),
        TermKind::Judged(by) => sql.push("d.judged_by = ").push_bind(by.as_str()),
        TermKind::Token(name) if name == "*" => sql.push("d.token_id IS NOT NULL"),
        TermKind::Token(name) => sql
            .push("d.token_id IN (SELECT id FROM api_tokens WHERE name = ")
            .push_bind(name.clone())
            .push(" COLLATE NOCASE)"),
        TermKind::Lang(tag) => sql.push("d.language = ").push_bind(tag.clone()),
        TermKind::Import(number) => sql.push("d.import_id = ").push_bind(*number),
        TermKind::Rule(None) => sql.push("d.rule_id IS NOT NULL"),
        TermKind::Rule(Some(number)) => sql.push("d.rule_id = ").push_bind(*number),
        TermKind::Reason(test) => reason(sql, test),
        TermKind::By(name) => by(sql, name),
        TermKind::After(moment) => sql.push("d.created_at >= ").push_bind(to_ms(moment.start())),
        TermKind::Before(moment) => sql.push("d.created_at < ").push_bind(to_ms(moment.start())),
        TermKind::Age(span) => age(sql, "d.created_at", *span, now),
        // The first half is what the index of labelled rows asks for.
        TermKind::Labelled(span) => age(sql, "d.label IS NOT NULL AND d.labelled_at", *span, now),
        TermKind::LabelledOn(days) => labelled_between(sql, days.start(), days.end()),
        TermKind::LabelledBetween(from, to) => labelled_between(sql, *from, *to),
        TermKind::Id(id) => push_upstream_id(sql, id, id.parse().ok()),
    };
}

fn labelled_between(
    sql: &mut QueryBuilder<Db>,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> &mut QueryBuilder<Db> {
    sql.push("d.label IS NOT NULL AND d.labelled_at >= ")
        .push_bind(to_ms(from))
        .push(" AND d.labelled_at < ")
        .push_bind(to_ms(to))
}

fn is(state: State) -> &'static str {
    match state {
        State::Spam => concat!("d.is_spam = ", truth!()),
        // The score of what was refused is below all others: the index of verdicts and scores tells.
        State::Ham => concat!("d.is_spam = ", untruth!(), " AND d.score > -1e6"),
        State::Labelled => "d.label IS NOT NULL",
        State::Unlabelled => "d.label IS NULL",
        State::Waiting => "d.label IS NULL AND d.app_word IS NULL",
        State::Disputed => concat!("d.disputed = ", truth!(), " AND d.judged_by <> 'refused'"),
        State::Contested => concat!("d.contested = ", truth!()),
        State::Late => concat!("d.late = ", truth!()),
        State::Pending => "d.feedback = 'pending'",
        State::Failed => "d.feedback = 'failed'",
        State::Refused => "d.judged_by = 'refused'",
        State::Held => concat!("d.held = ", truth!(), " AND d.label IS NULL AND d.app_word IS NULL"),
    }
}

fn score(sql: &mut QueryBuilder<Db>, test: ScoreTest) -> &mut QueryBuilder<Db> {
    let (comparison, score) = match test {
        ScoreTest::Over(score) => (" > ", score),
        ScoreTest::AtLeast(score) => (" >= ", score),
        ScoreTest::Under(score) => (" > -1e6 AND d.score < ", score),
        ScoreTest::AtMost(score) => (" > -1e6 AND d.score <= ", score),
        ScoreTest::Exactly(score) => (" = ", score),
        ScoreTest::Between(low, high) => {
            return sql.push("d.score BETWEEN ").push_bind(low).push(" AND ").push_bind(high);
        }
    };
    sql.push("d.score").push(comparison).push_bind(score)
}

/// A value with or without stars.
fn pattern<'a>(
    sql: &'a mut QueryBuilder<Db>,
    column: &'static str,
    pattern: &Pattern,
) -> &'a mut QueryBuilder<Db> {
    match pattern.exact() {
        Some(exact) => sql.push(column).push(" = ").push_bind(text::kept(exact).into_owned()),
        None if pattern.as_str() == "*" => sql.push(column).push(" IS NOT NULL"),
        None => push_like(sql, column, like(&text::kept(pattern.as_str()))),
    }
}

/// A text for LIKE in which nothing stands for anything else.
fn literally(text: &str) -> String {
    let mut like = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        if matches!(char, '%' | '_' | '\\') {
            like.push('\\');
        }
        like.push(char);
    }
    like
}

/// A pattern for LIKE, whose case folding is that of the columns: ASCII only.
fn like(pattern: &str) -> String {
    let mut like = String::with_capacity(pattern.len() + 8);
    for char in pattern.chars() {
        match char {
            '*' => like.push('%'),
            '%' | '_' | '\\' => like.extend(['\\', char]),
            char => like.push(char),
        }
    }
    like
}

fn ip(sql: &mut QueryBuilder<Db>, net: IpNet) -> &mut QueryBuilder<Db> {
    // `::/0` would hold the mapped IPv4 addresses too; someone who asks for IPv6 does not mean them.
    let bytes = |ip: IpAddr| ip_to_bytes(ip).to_vec();
    sql.push("(d.ip BETWEEN ")
        .push_bind(bytes(net.network()))
        .push(" AND ")
        .push_bind(bytes(net.broadcast()));
    if let IpNet::V6(_) = net {
        let mapped: IpNet = IpNet::V4(ipnet::Ipv4Net::default());
        sql.push(" AND d.ip NOT BETWEEN ").push_bind(bytes(mapped.network()));
        sql.push(" AND ").push_bind(bytes(mapped.broadcast()));
    }
    sql.push(")")
}

/// The first part is what the index of labelled rows asks for.
fn reason<'a>(sql: &'a mut QueryBuilder<Db>, test: &ReasonTest) -> &'a mut QueryBuilder<Db> {
    const GIVEN: &str = "EXISTS (SELECT 1 FROM standing_reasons s WHERE s.detection_id = d.id";
    match test {
        ReasonTest::None => sql.push(format_args!("d.label IS NOT NULL AND NOT {GIVEN})")),
        ReasonTest::Any => sql.push(format_args!("d.label IS NOT NULL AND {GIVEN})")),
        ReasonTest::Named(name) => sql
            .push(format_args!("d.label IS NOT NULL AND {GIVEN} AND s.reason_id = (SELECT id FROM reasons WHERE name_folded = "))
            .push_bind(folded(name))
            .push("))"),
    }
}

fn by<'a>(sql: &'a mut QueryBuilder<Db>, name: &str) -> &'a mut QueryBuilder<Db> {
    let folded = name.to_lowercase();
    sql.push("d.labelled_by IN (SELECT id FROM users WHERE name = ")
        .push_bind(name.to_owned())
        .push(" COLLATE NOCASE OR email_folded = ")
        .push_bind(folded.clone())
        .push(" OR email_folded LIKE ")
        .push_bind(format!("{}@%", literally(&folded)))
        .push(" ESCAPE '\\')")
}

fn age<'a>(
    sql: &'a mut QueryBuilder<Db>,
    column: &'static str,
    age: Age,
    now: DateTime<Utc>,
) -> &'a mut QueryBuilder<Db> {
    let comparison = if age.longer { " < " } else { " >= " };
    sql.push(column).push(comparison).push_bind(to_ms(now - age.span()))
}
