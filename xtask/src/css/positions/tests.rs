use super::*;

/// All words in class position, in order.
fn classes(source: &str) -> Vec<String> {
    let found = literals(source.parse().unwrap());
    found
        .in_class_position
        .iter()
        .flat_map(|literal| literal.text.split_whitespace())
        .map(str::to_owned)
        .collect()
}

fn elsewhere(source: &str) -> Vec<String> {
    literals(source.parse().unwrap()).elsewhere.into_iter().map(|literal| literal.text).collect()
}

#[test]
fn attributes_of_a_view() {
    assert_eq!(classes(r#"view! { <p class="flex p-2" id="x">"text"</p> }"#), ["flex", "p-2"]);
    assert_eq!(classes(r#"view! { <Card class="w-4" title="x"/> }"#), ["w-4"]);
    assert_eq!(elsewhere(r#"view! { <p class="flex p-2" id="x">"text"</p> }"#), ["x", "text"]);
}

#[test]
fn closures_end_at_the_next_attribute_or_the_tag() {
    let view = r#"view! { <p class=move || if on.get() { "a" } else { "b" } aria-label="not" on:click=move |_| go("no")>"text"</p> }"#;
    assert_eq!(classes(view), ["a", "b"]);
    assert_eq!(classes(r#"view! { <p class=move || tone.get().unwrap_or("a")/> <b title="no"/> }"#), ["a"]);
    assert_eq!(classes(r#"view! { <p class=move || -> &str { "a" } id="no"/> }"#), ["a"]);
    assert_eq!(classes(r#"view! { <p class={format!("a {}", "b")} hidden>"no"</p> }"#), ["a", "{}", "b"]);
}

#[test]
fn directives_and_tuples() {
    assert_eq!(
        classes("view! { <p class:font-bold=move || on.get() class:mt-2=true/> }"),
        ["font-bold", "mt-2"]
    );
    assert_eq!(classes(r#"view! { <p class=("a b", move || kind.get() == "no")/> }"#), ["a", "b"]);
}

#[test]
fn named_values_and_functions() {
    assert_eq!(classes(r#"const ROW_CLASS: &str = "a b"; const X: &str = "no";"#), ["a", "b"]);
    assert_eq!(classes(r#"let classes = if on { "a" } else { "b" }; let x = "no";"#), ["a", "b"]);
    assert_eq!(classes(r#"let class: String = "a".into(); f("no")"#), ["a"]);
    assert_eq!(
        classes(r#"fn tone_class(v: Verdict) -> &'static str { match v { A => "a", B => "b" } } f("no")"#),
        ["a", "b"]
    );
    assert_eq!(classes(r#"Tab { class: "a b", name: "no" }"#), ["a", "b"]);
    assert_eq!(classes(r#"div().class("a b").id("no")"#), ["a", "b"]);
    assert_eq!(classes(r#"badge_class("no")"#), Vec::<String>::new());
}

#[test]
fn what_is_only_compared_is_no_class() {
    assert_eq!(classes(r#"let class = if x == "no" || "no" != y { "a" } else { "b" };"#), ["a", "b"]);
    assert_eq!(classes(r#"fn x_class(k: &str) { match k { "no" | "nor" => "a", _ => "b" } }"#), ["a", "b"]);
    assert_eq!(classes(r#"let class = path.starts_with("no").then_some("a");"#), ["a"]);
}

#[test]
fn comments_attributes_and_tests_are_left_out() {
    let source = r#"
        //! "flex p-2"
        /// class="no"
        #[doc = "no"] fn f() {}
        #[cfg(test)] mod tests { const ROW_CLASS: &str = "no"; }
        const ROW_CLASS: &str = "a";
    "#;
    assert_eq!(classes(source), ["a"]);
    assert_eq!(elsewhere(source), Vec::<String>::new());
}

#[test]
fn lines_count_from_one() {
    let found = literals("\n\nview! { <p\n class=\"a\"/> }".parse().unwrap());
    assert_eq!(found.in_class_position[0].line, 4);
}
