//! Two at once.

use std::sync::Arc;

use domain::{Label, Role};
use store::{LabelOutcome, NewDecision, NewUser, Store};

use crate::fresh::Fresh;
use crate::samples::{decision, detection, moderator, noon};

pub(crate) async fn tell(fresh: &impl Fresh) {
    let store = fresh.store().await;
    one_of_many_decides(&store).await;
    inserts_get_ids_of_their_own(&store).await;
}

/// Of many who decide on the version that all of them saw, exactly one does; all the others learn who.
async fn one_of_many_decides(store: &Arc<dyn Store>) {
    let ana = moderator(&**store, "Ana").await;
    for round in 0..10 {
        let id = store.insert_detection(&detection(&format!("round {round}"))).await.unwrap();
        let tasks: Vec<_> = (0..8)
            .map(|number| {
                let (store, ana) = (Arc::clone(store), ana.clone());
                let label = if number % 2 == 0 { Label::Spam } else { Label::Ham };
                let new = NewDecision { seen_version: Some(0), ..decision(id, label, &ana) };
                tokio::spawn(async move { store.decide(&new).await.unwrap() })
            })
            .collect();
        let mut decided = Vec::new();
        let mut standing = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                LabelOutcome::Decided(decision) => decided.push(decision),
                LabelOutcome::Stale(Some(decision)) => standing.push(decision),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((decided.len(), standing.len()), (1, 7));
        assert!(standing.iter().all(|decision| *decision == decided[0]));
        assert_eq!(store.decisions(id).await.unwrap(), decided);
    }
}

/// Many inserts at once, and a reader that sees each as soon as it returned.
async fn inserts_get_ids_of_their_own(store: &Arc<dyn Store>) {
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let new = detection(&format!("parallel {number}"));
                let id = store.insert_detection(&new).await.unwrap();
                let row = store.detection(id).await.unwrap().expect("visible at once");
                assert_eq!(row.content.message, new.content.message);
                id
            })
        })
        .collect();
    let mut ids = std::collections::HashSet::new();
    for task in tasks {
        ids.insert(task.await.unwrap());
    }
    assert_eq!(ids.len(), 50);
    let first = NewUser {
        email: "x@example.com".to_owned(),
        name: "X".to_owned(),
        role: Role::Admin,
        password_hash: String::new(),
        created_at: noon(),
    };
    assert_eq!(store.create_first_user(&first).await.unwrap(), None);
}
