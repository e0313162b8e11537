//! A task that panics again and again does not do so in silence for ever.

use std::cell::Cell;

use super::*;

/// Runs a task that panics in each of its runs before the last, each of which takes so long. Gives how
/// often it ran, and whether all is broken.
async fn panicking(runs: u32, each: Duration) -> (u32, bool) {
    let (broken, stop) = (CancellationToken::new(), CancellationToken::new());
    let (clock, ran) = (Clock::manual(jiff::Timestamp::UNIX_EPOCH), Cell::new(0));
    let run = || async {
        ran.set(ran.get() + 1);
        clock.advance(each);
        assert!(ran.get() >= runs, "on purpose");
    };
    let time = async {
        loop {
            tokio::task::yield_now().await;
            clock.advance(AGAIN);
        }
    };
    tokio::select! {
        biased;
        () = again("dispatcher", "phone", &broken, &stop, &clock, run) => {}
        () = time => {}
    }
    (ran.get(), broken.is_cancelled())
}

#[tokio::test]
async fn a_few_panics_begin_anew_and_one_more_within_the_hour_ends_all() {
    assert_eq!(panicking(1, Duration::ZERO).await, (1, false));
    assert_eq!(panicking(5, Duration::ZERO).await, (5, false));
    assert_eq!(panicking(9, Duration::ZERO).await, (5, true), "the fifth is one too many");
    let each = Duration::from_secs(1_000);
    assert_eq!(panicking(40, each).await, (40, false), "four within any hour");
}

#[tokio::test]
async fn a_panic_in_a_part_of_a_round_breaks_the_whole_and_gives_nothing() {
    let broken = CancellationToken::new();
    assert_eq!(part("pages", &broken, async { 7 }).await, 7);
    assert!(!broken.is_cancelled());
    let fails = async { if broken.is_cancelled() { 7 } else { panic!("on purpose") } };
    assert_eq!(part("pages", &broken, fails).await, 0);
    assert!(broken.is_cancelled());
}
