//! How long the searches of a moderator take, through HTTP, beside the same question put as plain SQL to the same file.
//!
//! ```sh
//! make bench-search                 # 100 thousand and 1 million rows
//! make bench-search ROWS=10000000   # 10 million as well
//! ```
//!
//! For each size it fills a database under target/ by `gavel demo-data`, starts `gavel serve` on it, logs in, and asks what the
//! page asks for a search: one page of matches with their count, and their facets beside it, at the same time. Times are
//! from the request to the last byte of the later answer. The plain SQL is what one would write who does not know of the
//! planner: the page alone, without count and facets. The database is deleted afterwards.
#![expect(clippy::print_stdout, reason = "it prints a table")]

mod running;

use std::{
    collections::HashMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use running::{Database, Failure, Gavel, fill, quantiles, start};
use sqlx::{AssertSqlSafe, SqlitePool, sqlite::SqliteConnectOptions};

/// How often each search is asked through HTTP; enough for a 99th percentile.
const RUNS: usize = 200;

/// How often as plain SQL, and when it is enough in any case.
const PLAIN_RUNS: usize = 30;
const PLAIN_LIMIT: Duration = Duration::from_secs(5);

/// A search, as typed, and as plain SQL (a condition on `d`, and what follows it).
struct Search {
    name: &'static str,
    q: String,
    from: String,
    plain: String,
}

impl Gavel {
    async fn ask(&self, function: &str, query: &[(&str, &str)]) -> Result<serde_json::Value, Failure> {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let answer = self.client.get(format!("{}/fn/detections/{function}?{query}", self.url)).send().await?;
        if !answer.status().is_success() {
            return Err(format!("{function} {query}: {}", answer.status()).into());
        }
        Ok(answer.json().await?)
    }

    async fn search(&self, q: &str, from: &str) -> Result<serde_json::Value, Failure> {
        self.ask("search", &[("q", q), ("order", "newest"), ("from", from)]).await
    }

    async fn facets(&self, q: &str) -> Result<serde_json::Value, Failure> {
        self.ask("facets", &[("q", q)]).await
    }

    /// Times of one search as the page asks it, in milliseconds, and how many match.
    async fn times(&self, search: &Search) -> Result<(Vec<f64>, String), Failure> {
        let mut times = Vec::with_capacity(RUNS);
        let mut matches = String::new();
        // Some to warm up: a page that was never read is the disk's time.
        for run in 0..RUNS + 5 {
            let begun = Instant::now();
            if search.name == "facets" {
                let facets = self.facets(&search.q).await?;
                matches =
                    format!("{}{}", facets["counted"], if facets["complete"] == true { "" } else { "+" });
            } else {
                let (found, facets) =
                    tokio::join!(self.search(&search.q, &search.from), self.facets(&search.q));
                facets?;
                let count = &found?["count"];
                matches = format!("{}{}", count["count"], if count["more"] == true { "+" } else { "" });
            }
            if run >= 5 {
                times.push(begun.elapsed().as_secs_f64() * 1000.0);
            }
        }
        Ok((times, matches))
    }
}

async fn plain_times(search: &Search, pool: &SqlitePool) -> Result<Vec<f64>, Failure> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.is_empty() || (times.len() < PLAIN_RUNS && begun.elapsed() < PLAIN_LIMIT) {
        let one = Instant::now();
        sqlx::query(AssertSqlSafe(search.plain.as_str())).fetch_all(pool).await?;
        times.push(one.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}

/// Words of this log: often, rather often, next to each other, hardly ever.
struct Words {
    common: String,
    second: String,
    phrase: String,
    rare: String,
}

async fn words(gavel: &Gavel, pool: &SqlitePool, rows: u64) -> Result<Words, Failure> {
    let texts: Vec<String> =
        sqlx::query_scalar("SELECT message FROM detection_contents WHERE detection_id > ? LIMIT 2000")
            .bind(i64::try_from(rows / 2)?)
            .fetch_all(pool)
            .await?;
    let (mut singles, mut pairs) = (HashMap::<String, u32>::new(), HashMap::<String, u32>::new());
    for text in &texts {
        let words: Vec<String> = text.split(' ').map(str::to_lowercase).collect();
        let plain = |word: &String| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        words
            .iter()
            .filter(|word| plain(word))
            .for_each(|word| *singles.entry(word.clone()).or_default() += 1);
        for pair in words.windows(2).filter(|pair| pair.iter().all(plain)) {
            *pairs.entry(pair.join(" ")).or_default() += 1;
        }
    }
    let mut by_count: Vec<_> = singles.into_iter().collect();
    by_count.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let phrase = pairs.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
    // Of the words that the sample has once, the first that the whole log has few times.
    let mut rare = by_count.last().cloned().unwrap_or_default().0;
    for (word, _) in by_count.iter().rev().take(400) {
        let count = gavel.search(word, "").await?["count"]["count"].as_u64().unwrap_or_default();
        if (1..100).contains(&count) {
            rare.clone_from(word);
            break;
        }
    }
    let nth = |n: usize| by_count.get(n).map(|(word, _)| word.clone()).unwrap_or_default();
    Ok(Words { common: nth(0), second: nth(12), phrase: phrase.unwrap_or_default().0, rare })
}

fn searches(words: &Words, rows: u64) -> Vec<Search> {
    let Words { common, second, phrase, rare } = words;
    let select = "SELECT d.*, coalesce(c.excerpt, c.message) FROM detections d
                  JOIN detection_contents c ON c.detection_id = d.id";
    let plain = |condition: String, rest: &str| {
        format!("{select} WHERE {condition} ORDER BY d.id DESC LIMIT 51{rest}")
    };
    let having = |expression: String| {
        format!("d.id IN (SELECT rowid FROM detections_fts WHERE detections_fts MATCH '{expression}')")
    };
    let search = |name, q: String, condition: String| Search {
        name,
        q,
        from: String::new(),
        plain: plain(condition, ""),
    };
    let month_ago = "(unixepoch() - 30 * 86400) * 1000";
    let (low, high) = ("x'00000000000000000000ffffc6120700'", "x'00000000000000000000ffffc61207ff'");
    vec![
        search("first page", String::new(), "TRUE".to_owned()),
        Search {
            name: "deep page",
            q: String::new(),
            from: format!("after:0~{}", rows / 2),
            plain: plain("TRUE".to_owned(), &format!(" OFFSET {}", rows / 2)),
        },
        search("rare word", rare.clone(), having(rare.clone())),
        search("common word", common.clone(), having(common.clone())),
        search("two words", format!("{common} {second}"), having(format!("{common} AND {second}"))),
        search("phrase", format!("\"{phrase}\""), having(format!("\"{phrase}\""))),
        search(
            "word + filters",
            format!("{second} is:spam from:api score:>80"),
            format!("{} AND d.is_spam = 1 AND d.origin = 'api' AND d.score > 80", having(second.clone())),
        ),
        search("score range", "score:45..55".to_owned(), "d.score BETWEEN 45 AND 55".to_owned()),
        search("sender wildcard", "email:*@win.test".to_owned(), "d.email LIKE '%@win.test'".to_owned()),
        search("IP range", "ip:198.18.7.0/24".to_owned(), format!("d.ip BETWEEN {low} AND {high}")),
        search(
            "label + age",
            "label:ham age:<30d".to_owned(),
            format!("d.label = 'ham' AND d.created_at >= {month_ago}"),
        ),
        search("facets", common.clone(), having(common.clone())),
    ]
}

async fn measure(gavel: &str, rows: u64) -> Result<(), Failure> {
    let folder = PathBuf::from("target/bench-search");
    std::fs::create_dir_all(&folder)?;
    let database = Database { file: folder.join(format!("{rows}.db")) };
    fill(gavel, &database, rows)?;
    let megabytes = std::fs::metadata(&database.file)?.len() / 1_000_000;
    let running = start(gavel, &database).await?;
    let options = SqliteConnectOptions::new().filename(&database.file).read_only(true);
    let pool = SqlitePool::connect_with(options).await?;
    println!("\n{rows} rows, {megabytes} MB\n");
    println!(
        "| search | matches | HTTP, median | p99 | plain SQL, median | p99 |\n|---|---|---|---|---|---|"
    );
    for search in searches(&words(&running, &pool, rows).await?, rows) {
        let (times, matches) = running.times(&search).await?;
        let plain = plain_times(&search, &pool).await?;
        let (name, q) = (search.name, search.q);
        println!("| {name} `{q}` | {matches} | {} | {} |", quantiles(times), quantiles(plain));
    }
    pool.close().await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let gavel = arguments.next().unwrap_or_else(|| "target/release/gavel".to_owned());
    for rows in arguments {
        measure(&gavel, rows.parse()?).await?;
    }
    Ok(())
}
