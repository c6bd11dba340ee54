//! How long the searches of a moderator take, through HTTP, beside the same question put as plain SQL to the same file.
//!
//! ```sh
//! make bench-search                 # 100 thousand and 1 million rows
//! make bench-search ROWS=10000000   # 10 million as well
//! ```
//!
//! For each size it fills a database under target/ by `gavel demo-data`, starts `gavel serve` on it, logs in, and asks what the
//! page asks for a search: one page of matches, and then, at the same time, how many match and what they are made of. Times
//! are from the request to the last byte of the later answer. The plain SQL is what one would write who does not know of the
//! planner: for the page, and for the count, which has to be the same. The database is deleted afterwards.
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
    condition: String,
    offset: u64,
}

impl Search {
    fn plain_page(&self) -> String {
        format!(
            "SELECT d.*, coalesce(c.excerpt, c.message) FROM detections d
             JOIN detection_contents c ON c.detection_id = d.id
             WHERE {} ORDER BY d.id DESC LIMIT 51 OFFSET {}",
            self.condition, self.offset
        )
    }

    fn plain_count(&self) -> String {
        format!("SELECT count(*) FROM detections d WHERE {}", self.condition)
    }
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

    async fn count(&self, q: &str) -> Result<(u64, bool), Failure> {
        let count = self.ask("count", &[("q", q)]).await?;
        let found = count["count"].as_u64().ok_or("no count")?;
        Ok((found, count["more"] == true))
    }

    /// Times of one page, in milliseconds.
    async fn page_times(&self, search: &Search) -> Result<Vec<f64>, Failure> {
        let mut times = Vec::with_capacity(RUNS);
        // Some to warm up: a page that was never read is the disk's time.
        for run in 0..RUNS + 5 {
            let begun = Instant::now();
            self.search(&search.q, &search.from).await?;
            if run >= 5 {
                times.push(milliseconds(begun));
            }
        }
        Ok(times)
    }

    /// Times of count and facets together, and how many match.
    async fn count_times(&self, search: &Search) -> Result<(Vec<f64>, (u64, bool)), Failure> {
        let mut times = Vec::with_capacity(RUNS);
        let mut matches = (0, false);
        for run in 0..RUNS + 5 {
            let begun = Instant::now();
            let (count, facets) = tokio::join!(self.count(&search.q), self.facets(&search.q));
            let facets = facets?;
            matches = count?;
            if !matches.1 && facets["counted"] != matches.0 {
                return Err(
                    format!("{}: {matches:?} and facets of {}", search.name, facets["counted"]).into()
                );
            }
            if run >= 5 {
                times.push(milliseconds(begun));
            }
        }
        Ok((times, matches))
    }
}

fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

async fn plain_times(sql: &str, pool: &SqlitePool) -> Result<Vec<f64>, Failure> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.is_empty() || (times.len() < PLAIN_RUNS && begun.elapsed() < PLAIN_LIMIT) {
        let one = Instant::now();
        sqlx::query(AssertSqlSafe(sql)).fetch_all(pool).await?;
        times.push(milliseconds(one));
    }
    Ok(times)
}

/// The count has to be that of plain SQL; where it stopped, no more than that.
async fn compare(search: &Search, (count, more): (u64, bool), pool: &SqlitePool) -> Result<(), Failure> {
    let plain: i64 = sqlx::query_scalar(AssertSqlSafe(search.plain_count())).fetch_one(pool).await?;
    let plain = plain.unsigned_abs();
    if count == plain || (more && count < plain) {
        Ok(())
    } else {
        Err(format!("{}: {count} counted, {plain} by plain SQL", search.name).into())
    }
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
        let (count, _) = gavel.count(word).await?;
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
    let having = |expression: String| {
        format!("d.id IN (SELECT rowid FROM detections_fts WHERE detections_fts MATCH '{expression}')")
    };
    let search =
        |name, q: String, condition: String| Search { name, q, from: String::new(), condition, offset: 0 };
    let month_ago = "(unixepoch() - 30 * 86400) * 1000";
    let (low, high) = ("x'00000000000000000000ffffc6120700'", "x'00000000000000000000ffffc61207ff'");
    vec![
        search("first page", String::new(), "TRUE".to_owned()),
        Search {
            name: "deep page",
            q: String::new(),
            from: format!("after:0~{}", rows / 2),
            condition: "TRUE".to_owned(),
            offset: rows / 2,
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
        search(
            "verdict and score",
            "is:spam score:>80".to_owned(),
            "d.is_spam = 1 AND d.score > 80".to_owned(),
        ),
        search(
            "all but a site",
            "-site:blog.example.com is:ham".to_owned(),
            "(d.site = 'blog.example.com') IS NOT TRUE AND d.is_spam = 0".to_owned(),
        ),
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
        "| search | matches | page, median | p99 | count and facets, median | p99 | plain page, median | p99 \
         | plain count, median | p99 |\n|---|---|---|---|---|---|---|---|---|---|"
    );
    for search in searches(&words(&running, &pool, rows).await?, rows) {
        let pages = running.page_times(&search).await?;
        let (counts, (count, more)) = running.count_times(&search).await?;
        compare(&search, (count, more), &pool).await?;
        let plain_pages = plain_times(&search.plain_page(), &pool).await?;
        let plain_counts = plain_times(&search.plain_count(), &pool).await?;
        let (name, q, more) = (search.name, &search.q, if more { "+" } else { "" });
        let times = [pages, counts, plain_pages, plain_counts].map(quantiles).join(" | ");
        println!("| {name} `{q}` | {count}{more} | {times} |");
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
