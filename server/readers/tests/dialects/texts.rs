//! Three hundred messages as people write them, with everything that files trip over. The same ones every time.

/// A message and who wrote it.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) author: String,
    pub(crate) email: String,
    pub(crate) date: String,
    pub(crate) message: String,
}

/// Sentences in ten scripts.
const SENTENCES: [&str; 30] = [
    "Thank you for the article about spring tides, it helped us a lot",
    "Cheap watches, best price, only today: click here",
    "I lost my key at the harbour; has anybody found it?",
    "She said \"low water\" at six, and left",
    "Win a $900 gift card now!!! No strings attached",
    "Earn money from home | no experience needed | start today",
    "The ferry is late again, isn't it?",
    "Schöne Grüße aus Köln, die Fähre war pünktlich",
    "Günstige Uhren – nur heute für 49,90 €",
    "Je vous écris à propos de la réservation d'été",
    "Gagnez de l'argent à la maison, c'est gratuit",
    "¿Cuándo sale el próximo barco? Gracias por la información",
    "Ganhe dinheiro sem sair de casa, é só clicar",
    "Perché il traghetto è così caro?",
    "Zażółć gęślą jaźń, czyli dziękuję za artykuł",
    "Здравствуйте! Купите наши часы по скидке, доставка бесплатно",
    "Спасибо за статью, очень помогло",
    "Ευχαριστώ για το άρθρο, ήταν πολύ χρήσιμο",
    "こんにちは、記事をありがとうございます。とても役に立ちました",
    "今すぐクリック!無料で当たります",
    "谢谢你的文章,对我们很有帮助",
    "免费赢取手机,点击这里",
    "온라인 카지노 지금 시작하세요",
    "기사 감사합니다. 많은 도움이 되었어요",
    "شكرا على المقال، لقد ساعدنا كثيرا",
    "اربح المال من المنزل الآن",
    "लेख के लिए धन्यवाद, बहुत मदद मिली",
    "תודה על המאמר, הוא עזר לנו מאוד",
    "ขอบคุณสำหรับบทความ มีประโยชน์มาก",
    "Low water was at 6.12 m; see the table below",
];

/// Messages that are strange in one way each.
const STRANGE: [&str; 40] = [
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "+49 170 0000000 call me about the offer",
    "-50 % on all watches, this week only",
    "@channel please look at this offer",
    "\tA tab stands ahead of this message",
    "line one\nline two\nline three, with a comma",
    "line one\r\nline two\r\n\r\nafter a blank line",
    "\"Buy now\" it says, and everybody laughs",
    "\"quoted as a whole\"",
    "it's 'single' and it''s doubled",
    "a backslash \\ alone, and C:\\new\\table in a path",
    "ends with a backslash\\",
    "ends with a quote\"",
    "one \" quote that closes nothing",
    "two \"\" quotes beside each other",
    "tab\there; pipe | there, caret ^ too",
    "{\"json\": [1, 2, \"three\"], \"text\": \"inside of a message\"}",
    "[not json] but a note, {really}",
    "<b>Bold</b> offers at <a href=\"http://deals.example/?a=1&b=2\">deals</a>",
    "&lt;escaped&gt; &amp; &quot;kept&quot; as it is",
    "http://spam.example/only/a/link",
    "https://a.example/ and https://b.example/?q=%20x#frag, both of them",
    "🔥🔥 50% OFF – click here & win 🎁",
    "👨‍👩‍👧‍👦 family emoji and flags 🇩🇪🇯🇵 in one text",
    "e\u{301}t\u{e9} twice: composed and not",
    "zero\u{200b}width and no\u{a0}break blanks in one line",
    "right \u{202e}to left\u{202c} marks inside",
    "NULL",
    "null and NaN are words here",
    "N/A",
    "true story, yes or no?",
    "1,234.56 is a number; 3/4/2025 is a date",
    "2025-03-01 was the day, we met at 10:01",
    "From here on it gets better, he wrote",
    ">From the start this was quoted",
    "sep=; is how Excel begins",
    "# a heading, as comments of programs begin",
    "-- a line of SQL; DROP TABLE comments; --",
    "semicolons; only; semicolons; here",
    "𝗙𝗥𝗘𝗘 𝗠𝗢𝗡𝗘𝗬 and ＦＲＥＥ ＭＯＮＥＹ for everyone",
];

/// The messages. None of them is blank, begins or ends with a blank, or comes twice.
pub(crate) fn texts() -> Vec<Text> {
    let mut messages: Vec<String> = STRANGE.iter().map(|&text| text.to_owned()).collect();
    messages.push("A very long message. ".repeat(1_900).trim_end().to_owned());
    messages.push("長いメッセージです。".repeat(400));
    messages.push(format!("word{}", " and another, \"longer\" word".repeat(300)));
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    while messages.len() < 300 {
        // Knuth's MMIX generator: the same messages every time.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pick = |shift: u32, count: usize| (seed >> shift) as usize % count;
        let number = messages.len();
        let mut text = format!("{} ({number})", SENTENCES[pick(20, SENTENCES.len())]);
        if pick(30, 10) < 6 {
            text.push_str(&format!(" http://s{number}.example/{}", pick(33, 1000)));
        }
        match pick(40, 8) {
            0 => text.push_str(&format!("\n{}", SENTENCES[pick(45, SENTENCES.len())])),
            1 => text.push_str(&format!(". \"{}\"", SENTENCES[pick(45, 10)])),
            2 => text.push_str(" 🙂"),
            3 => text.push_str(&format!("; {}", SENTENCES[pick(45, SENTENCES.len())])),
            _ => {}
        }
        messages.push(text);
    }
    let described = |(index, message): (usize, String)| Text {
        author: format!("Writer {index}"),
        email: format!("writer{index}@example.net"),
        date: format!("2025-03-{:02} {:02}:{:02}:00", 1 + index % 28, index % 24, index % 60),
        message: message.trim_matches([' ', '\n']).to_owned(),
    };
    messages.into_iter().enumerate().map(described).collect()
}
