//! What is submitted: comments of 40 to 600 characters, each different, the same in every run.

/// Sentences as comments have them, spam and ham.
const SENTENCES: [&str; 12] = [
    "Great article, thank you for writing it down so clearly.",
    "I tried the second recipe with rye flour and it came out a little dry.",
    "Exclusive offer! Buy verified leads now and get 300% ROI.",
    "Could you say which version of the library you used for this?",
    "Click here: http://cheap-leads.biz/offer before midnight.",
    "My mother grew up two streets from there, so the photos brought back a lot.",
    "Work from home and earn $5,000 a week, no experience needed!!!",
    "The link in the third paragraph is dead; an archived copy still works.",
    "Hey team, attached is the weekly report. Let me know if you need any follow-up data.",
    "We deliver 1,000 real followers for just $5, safe and fast.",
    "I disagree with the conclusion, but the argument is fair.",
    "Does the shop in the old town still open on Sundays?",
];

/// The JSON body number `number`. The texts hold nothing that JSON would escape.
pub(super) fn submission(number: u64) -> String {
    // Knuth's multiplicative hash: neighbours get different sentences.
    let mut seed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut draw = |bound: u64| {
        seed = seed.rotate_left(23).wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(1);
        (seed >> 33) % bound
    };
    let mut message = format!("No. {number}:");
    for _ in 0..=draw(7) {
        message.push(' ');
        let index = usize::try_from(draw(SENTENCES.len() as u64)).unwrap_or_default();
        message.push_str(SENTENCES[index]);
    }
    let person = draw(5000);
    format!(
        "{{\"message\":\"{message}\",\"email\":\"reader{person}@example.com\",\"name\":\"Reader {person}\",\
         \"ip\":\"203.0.113.{}\",\"website_url\":\"https://blog.example.com/posts/{}\"}}",
        draw(254) + 1,
        draw(300)
    )
}
