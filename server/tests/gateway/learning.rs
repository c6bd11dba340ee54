//! What moderators label and apps say, the embedded detector knows for the next check.

use domain::Label;
use moderation::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::house::{House, until};

const ADVERTISEMENT: &str =
    "Our plumbers fix leaking kitchen taps in Norwich on the same day, ring the office for a visit";

async fn judged(house: &House, message: &str) -> Value {
    house.post("check", &json!({ "message": message })).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_label_teaches_and_its_undo_is_forgotten() {
    let house = House::with(&[]).await;
    let ana = house.moderator().await;
    let first = judged(&house, ADVERTISEMENT).await;
    assert_eq!(first["is_spam"], false);

    let upstream_id = first["detection_id"].as_str().unwrap();
    let first = house.store.detection_by_upstream_id(upstream_id).await.unwrap().unwrap();
    let decision = house.label(ana, first.id, Label::Spam).await;
    let copy = ADVERTISEMENT.replace("Norwich", "Ipswich");
    // Asking again and again is remembered too, and becomes evidence of its own; what counts is the signal.
    until("a near copy is known", async || {
        let answer = judged(&house, &copy).await;
        let told = answer["signals"].as_array().unwrap();
        let near = told.iter().find(|signal| signal["name"] == "near_copy")?;
        (answer["is_spam"] == true && near["weight"].as_f64()? > 0.0).then_some(())
    })
    .await;

    house.store.undo(decision, ana, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    let other = ADVERTISEMENT.replace("Norwich", "Bury");
    until("nothing is known of it", async || {
        let answer = judged(&house, &other).await;
        answer["signals"].as_array().unwrap().iter().all(|signal| signal["name"] != "near_copy").then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_apps_feedback_teaches_until_its_next_word_or_a_reset() {
    let house = House::with(&[]).await;
    let first = judged(&house, ADVERTISEMENT).await;
    let say = async |is_spam: bool| {
        let body = json!({ "detection_id": first["detection_id"], "is_spam": is_spam });
        assert_eq!(house.post("feedback", &body).send().await.unwrap().status(), 200);
    };
    let near = async |town: &str| {
        let answer = judged(&house, &ADVERTISEMENT.replace("Norwich", town)).await;
        answer["signals"].as_array().unwrap().iter().find(|signal| signal["name"] == "near_copy").cloned()
    };
    say(true).await;
    until("the app's word counts", async || {
        let near = near("Ipswich").await?;
        assert_eq!(near["description"], "An app reported a near copy of this as spam");
        let weight = near["weight"].as_f64()?;
        (weight > 0.0 && weight <= f64::from(detector::APP_CAP)).then_some(())
    })
    .await;
    say(false).await;
    until("its next word counts", async || (near("Bury").await?["weight"].as_f64()? < 0.0).then_some(()))
        .await;

    // Where people decide, their word weighs as much as a moderator's; what was learnt before is read anew.
    let name = house.store.api_tokens().await.unwrap()[0].name.clone();
    house.store.mark_api_token(&name, true, None, SystemClock.now()).await.unwrap();
    until("people's word counts in full", async || {
        (near("Ipswich").await?["weight"].as_f64()? < -f64::from(detector::APP_CAP) - 0.5).then_some(())
    })
    .await;

    // From another door, as the command line does.
    house.store.forget_lessons(None, SystemClock.now()).await.unwrap();
    until("it is forgotten", async || near("Ely").await.is_none().then_some(())).await;
}
