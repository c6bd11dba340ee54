//! Whose turn it is among the classes that wait.

use super::Class;

/// Smooth weighted round robin: every waiting class gets its share, spread evenly, and nobody else's waiting can
/// take it away. Classes that do not wait cede theirs. (The algorithm is nginx's for weighted upstreams.)
#[derive(Debug, Default)]
pub(super) struct Turns {
    credit: [i64; Class::ALL.len()],
}

impl Turns {
    /// The next class among those for which `waits` holds.
    pub(super) fn next(&mut self, waits: impl Fn(Class) -> bool) -> Option<Class> {
        let mut sum = 0;
        for class in Class::ALL {
            let credit = &mut self.credit[class as usize];
            if waits(class) {
                *credit += class.weight();
                sum += class.weight();
            } else {
                // Credit is for waiting; nobody saves it up by staying away.
                *credit = 0;
            }
        }
        let next = Class::ALL.into_iter().filter(|class| waits(*class)).max_by_key(|class| {
            // Of equals, the first: those who wait at a page before apps before imports.
            (self.credit[*class as usize], std::cmp::Reverse(*class as usize))
        })?;
        self.credit[next as usize] -= sum;
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(classes: &[Class], turns: usize) -> Vec<Class> {
        let mut queue = Turns::default();
        (0..turns).map(|_| queue.next(|class| classes.contains(&class)).unwrap()).collect()
    }

    #[test]
    fn every_class_gets_its_share_evenly() {
        let order = order(&Class::ALL, 20);
        for class in Class::ALL {
            let share = order.iter().filter(|turn| **turn == class).count();
            assert_eq!(i64::try_from(share).unwrap(), class.weight() * 2, "{class:?}");
        }
        // Background's two turns are half a round apart, not both at the end.
        let background: Vec<_> =
            order.iter().enumerate().filter(|(_, class)| **class == Class::Background).collect();
        assert_eq!(background[1].0 - background[0].0, 10);
    }

    #[test]
    fn who_waits_alone_gets_everything() {
        assert_eq!(order(&[Class::Background], 3), [Class::Background; 3]);
        assert_eq!(Turns::default().next(|_| false), None);
    }

    #[test]
    fn staying_away_saves_nothing_up() {
        let mut turns = Turns::default();
        for _ in 0..100 {
            turns.next(|class| class == Class::Gateway);
        }
        let both = |class| matches!(class, Class::Gateway | Class::Interactive);
        let interactive = (0..9).filter(|_| turns.next(both) == Some(Class::Interactive)).count();
        assert_eq!(interactive, 4);
    }
}
