//! Backups by the clock, and what the log does not have yet.

use std::{path::Path, sync::Arc};

use activelayer::SpamApi;
use chrono::TimeDelta;
use domain::JudgedBy;

use super::*;
use crate::{
    Clock, ManualClock, Moderation, Options, aside::Aside, bulk::tests::Silent, log_writer::tests::row,
};

fn plan(folder: &Path) -> BackupPlan {
    BackupPlan {
        database: format!("sqlite://{}/gavel.db", folder.display()),
        aside: Some(folder.join("gavel.db-aside-")),
        folder: folder.join("backups"),
        keep: 2,
    }
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_794_916_800, 0).unwrap()
}

#[tokio::test]
async fn what_apps_were_told_is_in_a_backup_also_while_the_log_is_late() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(folder.path());
    let store = store::open(&plan.database).await.unwrap();
    let aside = Aside::new(plan.aside.clone());
    let _told = aside.note(&row("told, and not in the log")).unwrap();
    let made = back_up(&plan, noon()).await.unwrap();
    assert_eq!((made.tally.detections, made.at), (1, noon()));
    // Once its row is in the log, it is there once.
    store.insert_detection(&row("told, and not in the log")).await.unwrap();
    let made = back_up(&plan, noon()).await.unwrap();
    assert_eq!((made.tally.detections, made.at), (1, noon() + TimeDelta::seconds(1)), "a name of its own");
}

#[tokio::test]
async fn backups_are_made_by_the_clock_and_missed_when_they_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, clock) = (plan(folder.path()), ManualClock::at(noon()));
    let store = store::open(&plan.database).await.unwrap();
    let every = Duration::from_secs(3600);
    let wanted = Some(Schedule { plan: plan.clone(), every });
    let options = Options { backups: wanted, ..Options::new(JudgedBy::Detector) };
    let api: Arc<dyn SpamApi> = Arc::new(Silent);
    let gavel = Moderation::new(store, api, Arc::new(clock.clone()), options);
    let made = async || gavel.back_up_if_due().await.unwrap().is_some();
    assert_eq!((made().await, made().await), (true, false));
    clock.advance(TimeDelta::minutes(61));
    assert!(made().await);
    clock.advance(TimeDelta::minutes(61));
    assert!(made().await);
    assert_eq!(backups(&plan.folder, clock.now()).unwrap().len(), 2, "older ones go");
    let report = gavel.backups().unwrap();
    assert_eq!((report.newest, report.is_late, report.error), (Some(clock.now()), Some(false), None));

    // A folder that is none.
    clock.advance(TimeDelta::hours(3));
    std::fs::remove_dir_all(&plan.folder).unwrap();
    std::fs::write(&plan.folder, "in the way").unwrap();
    gavel.back_up_if_due().await.unwrap_err();
    assert!(!made().await, "not tried again at once");
    assert!(gavel.backups().unwrap().error.unwrap().contains("cannot write backups to"));
    clock.advance(TimeDelta::minutes(6));
    std::fs::remove_file(&plan.folder).unwrap();
    assert!(made().await);
    assert_eq!(gavel.backups().unwrap().error, None);
    clock.advance(TimeDelta::hours(3));
    assert_eq!(gavel.backups().unwrap().is_late, Some(true));
}

#[tokio::test]
async fn two_runs_do_not_meet_and_leftovers_go() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(folder.path());
    store::open(&plan.database).await.unwrap();
    std::fs::create_dir(&plan.folder).unwrap();
    let leftover = plan.folder.join(".gavel-20200101T000000Z.db.part");
    let others = ["gavel.db", "gavel-20200101T000000Z.db.gz", ".hidden"].map(|name| plan.folder.join(name));
    for path in others.iter().chain([&leftover]) {
        std::fs::write(path, "").unwrap();
    }
    let at_work = Folder::open(&plan.folder).unwrap();
    assert!(matches!(back_up(&plan, noon()).await, Err(BackupError::Busy(_))));
    drop(at_work);
    for second in 0..4 {
        back_up(&plan, noon() + TimeDelta::seconds(second)).await.unwrap();
    }
    assert!(!leftover.exists() && others.iter().all(|path| path.exists()));
    assert_eq!(backups(&plan.folder, DateTime::<Utc>::MAX_UTC).unwrap().len(), 2);
}
