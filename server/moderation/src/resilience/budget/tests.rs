//! The clock is tokio's, paused: it moves only when everybody waits, so every moment below is exact.

use std::{future::Future, pin::pin};

use tokio::{
    task::JoinSet,
    time::{advance, timeout_at},
};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Steady turns come every 1.5 s. Counts end this much before one, not at the very moment.
const BEFORE_A_TURN: Duration = Duration::from_millis(500);

fn budget() -> Budget {
    Budget::new(BudgetLimits::default())
}

async fn acquire(budget: &Budget, class: Class, patience: Duration) -> Result<Slot, BudgetError> {
    budget.acquire(class, Instant::now() + patience).await
}

/// Uses the burst up.
async fn drain(budget: &Budget) {
    for _ in 0..10 {
        acquire(budget, Class::Gateway, SECOND).await.unwrap();
    }
}

/// Callers of `class` that ask as often as they get, until `end`; the moments when they got their turns.
async fn hammer(budget: Budget, class: Class, callers: usize, end: Instant) -> Vec<Instant> {
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let budget = budget.clone();
        tasks.spawn(async move {
            let mut turns = Vec::new();
            while let Ok(Ok(_slot)) = timeout_at(end, budget.acquire(class, end + MINUTE)).await {
                turns.push(Instant::now());
            }
            turns
        });
    }
    let mut turns = tasks.join_all().await.concat();
    turns.sort();
    turns
}

#[tokio::test(start_paused = true)]
async fn no_minute_sees_more_than_the_limit_and_the_first_sees_all_of_it() {
    let budget = budget();
    let start = Instant::now();
    let turns = hammer(budget, Class::Gateway, 20, start + 5 * MINUTE - BEFORE_A_TURN).await;
    let first_minute = turns.iter().filter(|turn| **turn < start + MINUTE).count();
    assert_eq!(first_minute, 49); // the 50th comes at 60 s sharp
    for (index, turn) in turns.iter().enumerate() {
        let in_a_minute = turns[index..].iter().take_while(|other| **other < *turn + MINUTE).count();
        assert!(in_a_minute <= 50, "{in_a_minute}");
    }
    assert_eq!(turns.len(), 10 + 40 * 5 - 1);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_time_saves_up_a_burst_and_no_more() {
    let budget = budget();
    advance(60 * MINUTE).await;
    let start = Instant::now();
    for _ in 0..10 {
        acquire(&budget, Class::Interactive, SECOND).await.unwrap();
    }
    assert_eq!(Instant::now(), start);
    acquire(&budget, Class::Interactive, 2 * SECOND).await.unwrap();
    assert_eq!((Instant::now() - start).as_millis(), 1500);
}

#[tokio::test(start_paused = true)]
async fn who_cannot_have_a_turn_in_time_is_told_at_once() {
    let budget = budget();
    drain(&budget).await;
    let start = Instant::now();
    let BudgetError::Busy { retry_in } = acquire(&budget, Class::Gateway, SECOND).await.unwrap_err();
    assert_eq!(Instant::now(), start);
    assert_eq!(retry_in.as_millis(), 1499); // rounding forgives a microtoken
    // The second in line is told that it comes after the first.
    let mut first = pin!(acquire(&budget, Class::Gateway, MINUTE));
    assert!(futures_pending(first.as_mut()).await);
    let BudgetError::Busy { retry_in } = acquire(&budget, Class::Gateway, 2 * SECOND).await.unwrap_err();
    assert_eq!(retry_in.as_millis(), 2999);
}

#[tokio::test(start_paused = true)]
async fn no_class_starves_another() {
    let budget = budget();
    drain(&budget).await;
    let end = Instant::now() + 15 * MINUTE - BEFORE_A_TURN;
    let (interactive, gateway, background) = tokio::join!(
        hammer(budget.clone(), Class::Interactive, 5, end),
        hammer(budget.clone(), Class::Gateway, 50, end),
        hammer(budget.clone(), Class::Background, 5, end),
    );
    let total = interactive.len() + gateway.len() + background.len();
    assert_eq!(total, 40 * 15 - 1);
    for (turns, weight) in [(interactive, 4), (gateway, 5), (background, 1)] {
        let share = total * weight / 10;
        assert!(turns.len().abs_diff(share) <= 1, "{} of {total}, not {share}", turns.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_moderator_waits_for_one_turn_however_long_the_other_lines_are() {
    let budget = budget();
    drain(&budget).await;
    let end = Instant::now() + MINUTE;
    let flood = tokio::spawn(hammer(budget.clone(), Class::Gateway, 200, end));
    let import = tokio::spawn(hammer(budget.clone(), Class::Background, 200, end));
    tokio::time::sleep(10 * SECOND).await;
    let start = Instant::now();
    acquire(&budget, Class::Interactive, 5 * SECOND).await.unwrap();
    assert!(Instant::now() - start <= 3 * SECOND, "{:?}", Instant::now() - start);
    flood.await.unwrap();
    import.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_import_alone_leaves_half_the_burst_to_others_at_no_loss_of_rate() {
    let budget = budget();
    let start = Instant::now();
    let turns = hammer(budget.clone(), Class::Background, 3, start + 10 * MINUTE - BEFORE_A_TURN).await;
    assert_eq!(turns.iter().filter(|turn| **turn == start).count(), 5);
    assert_eq!(turns.len(), 5 + 40 * 10 - 1);
    let now = Instant::now();
    for _ in 0..5 {
        acquire(&budget, Class::Interactive, SECOND).await.unwrap();
    }
    assert_eq!(Instant::now(), now);
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_for_as_long_as_the_upstream_asks() {
    let budget = budget();
    let slot = acquire(&budget, Class::Gateway, SECOND).await.unwrap();
    let start = Instant::now();
    slot.rate_limited(Some(17 * SECOND));
    assert_eq!(budget.state().paused_for, 17 * SECOND);
    acquire(&budget, Class::Gateway, 16 * SECOND).await.unwrap_err();
    assert_eq!(Instant::now(), start);
    acquire(&budget, Class::Gateway, 18 * SECOND).await.unwrap();
    assert_eq!(Instant::now() - start, 17 * SECOND);
    // One call tries whether the limit is over; the next keeps the new rate of 20 a minute.
    acquire(&budget, Class::Gateway, 5 * SECOND).await.unwrap();
    assert_eq!(Instant::now() - start, 20 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn callers_in_line_learn_of_a_pause_at_once() {
    let budget = budget();
    let slot = acquire(&budget, Class::Gateway, SECOND).await.unwrap();
    drain_rest(&budget).await;
    let start = Instant::now();
    let waiting = budget.clone();
    let waiting = tokio::spawn(async move { acquire(&waiting, Class::Gateway, 5 * SECOND).await.map(drop) });
    tokio::task::yield_now().await;
    slot.rate_limited(Some(30 * SECOND));
    assert_eq!(waiting.await.unwrap(), Err(BudgetError::Busy { retry_in: 30 * SECOND }));
    assert_eq!(Instant::now(), start);
}

#[tokio::test(start_paused = true)]
async fn the_rate_halves_once_for_calls_that_left_together_and_comes_back() {
    let budget = budget();
    let together = [
        acquire(&budget, Class::Gateway, SECOND).await.unwrap(),
        acquire(&budget, Class::Gateway, SECOND).await.unwrap(),
    ];
    let rate = || budget.state().per_minute.round();
    assert_eq!(rate(), 40.0);
    advance(SECOND).await;
    for slot in together {
        slot.rate_limited(None);
    }
    assert_eq!(rate(), 20.0);
    assert_eq!(budget.state().paused_for, 5 * SECOND);
    // A later call that is refused tells that half was still too much.
    let later = acquire(&budget, Class::Gateway, 6 * SECOND).await.unwrap();
    later.rate_limited(None);
    assert_eq!((rate(), budget.state().paused_for), (10.0, 10 * SECOND));
    advance(30 * SECOND).await;
    assert_eq!(rate(), 14.0);
    advance(5 * MINUTE).await;
    assert_eq!(rate(), 40.0);
}

#[tokio::test(start_paused = true)]
async fn something_is_left_after_any_number_of_429s_and_absurd_waits_are_cut() {
    let budget = budget();
    for _ in 0..20 {
        let slot = acquire(&budget, Class::Gateway, 10 * MINUTE).await.unwrap();
        slot.rate_limited(Some(365 * 24 * 60 * MINUTE));
        assert_eq!(budget.state().paused_for, 5 * MINUTE);
    }
    assert!(budget.state().per_minute >= 4.0);
}

#[tokio::test(start_paused = true)]
async fn an_unused_turn_goes_to_the_next_in_line() {
    let budget = budget();
    let slot = acquire(&budget, Class::Gateway, SECOND).await.unwrap();
    drain_rest(&budget).await;
    let start = Instant::now();
    let waiting = budget.clone();
    let waiting = tokio::spawn(async move { acquire(&waiting, Class::Gateway, 5 * SECOND).await.map(drop) });
    tokio::task::yield_now().await;
    slot.unused();
    waiting.await.unwrap().unwrap();
    assert_eq!(Instant::now(), start);
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_leaves_the_place_to_those_behind() {
    let budget = budget();
    drain(&budget).await;
    let start = Instant::now();
    let mut first = Box::pin(acquire(&budget, Class::Gateway, MINUTE));
    assert!(futures_pending(first.as_mut()).await);
    let mut second = Box::pin(acquire(&budget, Class::Gateway, MINUTE));
    assert!(futures_pending(second.as_mut()).await);
    assert_eq!(budget.state().waiting, [0, 2, 0]);
    drop(first);
    second.await.unwrap();
    assert_eq!((Instant::now() - start).as_millis(), 1500);
    assert_eq!(budget.state().waiting, [0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_turn_given_to_somebody_who_went_away_is_not_lost() {
    let budget = budget();
    let slot = acquire(&budget, Class::Gateway, SECOND).await.unwrap();
    drain_rest(&budget).await;
    let mut gone = Box::pin(acquire(&budget, Class::Gateway, MINUTE));
    assert!(futures_pending(gone.as_mut()).await);
    slot.unused(); // goes to `gone`, which never looks
    let start = Instant::now();
    drop(gone);
    acquire(&budget, Class::Gateway, MINUTE).await.unwrap();
    assert_eq!(Instant::now(), start);
}

#[tokio::test(start_paused = true)]
async fn the_smallest_limits_work() {
    for limits in [BudgetLimits { per_minute: 1, burst: 1 }, BudgetLimits { per_minute: 0, burst: 0 }] {
        let budget = Budget::new(limits);
        for class in [Class::Background, Class::Interactive, Class::Background] {
            acquire(&budget, class, 5 * MINUTE).await.unwrap();
        }
    }
}

/// Uses up what one call has left of the burst.
async fn drain_rest(budget: &Budget) {
    for _ in 0..9 {
        acquire(budget, Class::Gateway, SECOND).await.unwrap();
    }
}

/// Looks at a future once: is it still waiting?
async fn futures_pending(mut future: std::pin::Pin<&mut impl Future>) -> bool {
    std::future::poll_fn(|context| std::task::Poll::Ready(future.as_mut().poll(context).is_pending())).await
}
