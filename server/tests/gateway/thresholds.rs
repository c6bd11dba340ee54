//! From which score on the embedded detector calls a message spam: an administrator's choice.

use domain::{OwnThreshold, Role, UserId};
use serde_json::{Value, json};
use store::NewUser;

use crate::house::{House, SITE, until};

const ORDINARY: &str = "Could you send me the minutes of Tuesday's meeting, please?";

async fn judged(house: &House) -> Value {
    house.post("check", &json!({ "message": ORDINARY })).send().await.unwrap().json().await.unwrap()
}

async fn administrator(house: &House) -> UserId {
    let user = NewUser {
        email: "ana@example.com".to_owned(),
        name: "Ana".to_owned(),
        role: Role::Admin,
        password_hash: "$argon2id$".to_owned(),
        created_at: chrono::DateTime::UNIX_EPOCH,
    };
    house.store.create_user(&user).await.unwrap().id
}

#[tokio::test]
async fn a_sites_threshold_outweighs_the_installations() {
    let house = House::with(&[]).await;
    let ana = administrator(&house).await;
    let usual = judged(&house).await;
    assert_eq!((usual["is_spam"].as_bool(), usual["threshold"].as_f64()), (Some(false), Some(50.0)));
    let score = usual["total_score"].as_f64().unwrap();
    assert!((1.0..49.0).contains(&score), "{usual}");

    // Set by another process, as it were: it counts within seconds.
    let set = async |site: Option<&str>, points| {
        let threshold = OwnThreshold { site: site.map(str::to_owned), points };
        house.store.set_own_threshold(&threshold, ana, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    };
    let stands = async |is_spam: bool, threshold: f64| {
        let answer = judged(&house).await;
        let same = answer["is_spam"] == is_spam && answer["threshold"].as_f64() == Some(threshold);
        same.then_some(answer)
    };
    set(None, 1).await;
    let answer = until("the installation's threshold counts", async || stands(true, 1.0).await).await;
    let logged =
        house.store.detection_by_upstream_id(answer["detection_id"].as_str().unwrap()).await.unwrap();
    let judgement = logged.unwrap().judgement;
    assert!(
        judgement.is_spam && (judgement.threshold - 1.0).abs() < 1e-9,
        "the log says what the app was told"
    );
    let raw: Value = serde_json::from_str(&judgement.raw_answer).unwrap();
    assert_eq!((&raw["is_spam"], &raw["signals"]), (&answer["is_spam"], &answer["signals"]));

    set(Some(&SITE.to_uppercase()), 90).await;
    until("the site's own counts", async || stands(false, 90.0).await).await;
    let removed = house.store.remove_own_threshold(Some(SITE), ana, chrono::DateTime::UNIX_EPOCH).await;
    assert!(removed.unwrap());
    until("the installation's counts again", async || stands(true, 1.0).await).await;
}
