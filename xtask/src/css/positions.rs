//! Where in Rust tokens a string holds classes. `style/README.md` tells the same to those who write pages.
//!
//! - `class="…"`, `class=move || …`, `class=("…", condition)`, `class:name=…` in a view, `.class("…")` in a builder;
//! - the value of a variable, constant or field that is called `class` or `classes`, or whose name ends in `_class` or `_classes`;
//! - the body of a function so called.
//!
//! (In a file `classes.rs` every string counts; that is the caller's affair.)
//!
//! Within those, strings that are compared, matched against or given to methods like `contains` are no classes.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

use super::literals;

/// A string literal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// Counts from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// The string literals of a file; comments, attributes and test modules left out.
#[derive(Debug, Default)]
pub(crate) struct Literals {
    pub(crate) in_class_position: Vec<Literal>,
    pub(crate) elsewhere: Vec<Literal>,
}

/// Methods and macros whose string arguments are looked for, not shown.
const LOOKED_FOR: &[&str] = &[
    "contains",
    "ends_with",
    "eq",
    "expect",
    "get",
    "matches",
    "ne",
    "panic",
    "split",
    "starts_with",
    "strip_prefix",
    "strip_suffix",
    "unreachable",
];

/// Sorts the string literals of a file.
pub(crate) fn literals(tokens: TokenStream) -> Literals {
    let mut found = Literals::default();
    walk(&trees(tokens), &mut found);
    found
}

fn trees(tokens: TokenStream) -> Vec<TokenTree> {
    tokens.into_iter().collect()
}

fn inner(group: &Group) -> Vec<TokenTree> {
    trees(group.stream())
}

/// Looks through tokens in which classes must be announced by a name.
fn walk(tokens: &[TokenTree], found: &mut Literals) {
    let mut at = 0;
    while at < tokens.len() {
        if let Some(after) = skip_attribute(tokens, at) {
            at = after;
            continue;
        }
        match &tokens[at] {
            TokenTree::Ident(name) if names_classes(&name.to_string()) => {
                at = after_name(tokens, at, found);
                continue;
            }
            TokenTree::Group(group) => walk(&inner(group), found),
            TokenTree::Literal(_) => found.elsewhere.extend(string(&tokens[at])),
            _ => {}
        }
        at += 1;
    }
}

fn names_classes(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["class", "classes"].contains(&name.as_str()) || name.ends_with("_class") || name.ends_with("_classes")
}

/// Handles what follows a name that announces classes; returns where to go on.
fn after_name(tokens: &[TokenTree], at: usize, found: &mut Literals) -> usize {
    let before = at.checked_sub(1).map(|before| tokens[before].to_string()).unwrap_or_default();
    let declared = ["let", "mut", "const", "static"].contains(&before.as_str());
    if before == "fn" {
        let body = tokens[at..].iter().position(|tree| is_group(tree, Delimiter::Brace));
        return body.map_or(at + 1, |body| {
            collect(&tokens[at + body..=at + body], found);
            at + body + 1
        });
    }
    if !declared && let Some((name, after)) = directive(tokens, at) {
        found.in_class_position.push(name);
        return after;
    }
    if is_lone_punct(tokens.get(at + 1), ':') {
        let end = if declared { ";" } else { "," };
        let end = at + 2 + position_of(&tokens[at + 2..], end);
        collect(&tokens[at + 2..end], found);
        return end;
    }
    if is_lone_punct(tokens.get(at + 1), '=') {
        let value = &tokens[at + 2..];
        let length = if declared { position_of(value, ";") } else { attribute_length(value) };
        collect(&value[..length], found);
        return at + 2 + length;
    }
    if before == "." && tokens.get(at + 1).is_some_and(|next| is_group(next, Delimiter::Parenthesis)) {
        collect(&tokens[at + 1..at + 2], found);
        return at + 2;
    }
    at + 1
}

/// `class:font-bold=`: the class in the attribute's own name, and the index of its value.
fn directive(tokens: &[TokenTree], at: usize) -> Option<(Literal, usize)> {
    if tokens[at].to_string() != "class" || !is_lone_punct(tokens.get(at + 1), ':') {
        return None;
    }
    let after = at + 2 + attribute_name_length(&tokens[at + 2..])?;
    let text = tokens[at + 2..after].iter().map(ToString::to_string).collect();
    is_lone_punct(tokens.get(after), '=')
        .then_some((Literal { line: tokens[at].span().start().line, text }, after + 1))
}

/// How many tokens a name like `aria-label` takes; none if there is no name.
fn attribute_name_length(tokens: &[TokenTree]) -> Option<usize> {
    let word = |tree: Option<&TokenTree>| matches!(tree, Some(TokenTree::Ident(_) | TokenTree::Literal(_)));
    if !matches!(tokens.first(), Some(TokenTree::Ident(_))) {
        return None;
    }
    let mut length = 1;
    while is_punct(tokens.get(length), '-') && word(tokens.get(length + 1)) {
        length += 2;
    }
    Some(length)
}

/// How far an attribute's value reaches: to the tag's end, the next attribute, `,` or `;`.
fn attribute_length(tokens: &[TokenTree]) -> usize {
    if matches!(tokens.first(), Some(TokenTree::Literal(_))) {
        return 1;
    }
    let mut at = 0;
    while at < tokens.len() {
        if at > 0 && starts_attribute(&tokens[at..]) {
            break;
        }
        if let TokenTree::Punct(punct) = &tokens[at] {
            let arrow = at > 0 && (is_joint(&tokens[at - 1], '-') || is_joint(&tokens[at - 1], '='));
            match punct.as_char() {
                '>' if !arrow => break,
                '/' if is_punct(tokens.get(at + 1), '>') => break,
                ',' | ';' => break,
                _ => {}
            }
        }
        at += 1;
    }
    at
}

fn starts_attribute(tokens: &[TokenTree]) -> bool {
    let Some(length) = attribute_name_length(tokens) else { return false };
    let directive =
        is_lone_punct(tokens.get(length), ':') && matches!(tokens.get(length + 1), Some(TokenTree::Ident(_)));
    directive || (is_lone_punct(tokens.get(length), '=') && !is_punct(tokens.get(length + 1), '='))
}

/// Takes every string of a value as classes, but for those that are only compared.
fn collect(tokens: &[TokenTree], found: &mut Literals) {
    let mut at = 0;
    while at < tokens.len() {
        if let Some(after) = skip_attribute(tokens, at) {
            at = after;
            continue;
        }
        match &tokens[at] {
            TokenTree::Group(group) if !is_looked_for(tokens, at) => collect(&inner(group), found),
            TokenTree::Literal(_) if !is_compared(tokens, at) => {
                found.in_class_position.extend(string(&tokens[at]));
            }
            _ => {}
        }
        at += 1;
    }
}

/// Whether the literal is an operand of `==` or `!=`, or a pattern.
fn is_compared(tokens: &[TokenTree], at: usize) -> bool {
    let operator_before = at >= 2
        && is_punct(tokens.get(at - 1), '=')
        && (is_joint(&tokens[at - 2], '=') || is_joint(&tokens[at - 2], '!'));
    let after = tokens.get(at + 1);
    let operator_after = after.is_some_and(|tree| is_joint(tree, '=') || is_joint(tree, '!'));
    operator_before || operator_after || is_lone_punct(after, '|')
}

/// Whether the group holds the arguments of one of [`LOOKED_FOR`].
fn is_looked_for(tokens: &[TokenTree], at: usize) -> bool {
    let name = |back: usize| at.checked_sub(back).map(|index| tokens[index].to_string()).unwrap_or_default();
    let caller = if name(1) == "!" { name(2) } else { name(1) };
    LOOKED_FOR.contains(&caller.as_str())
}

/// The index after an attribute (`#[…]`, `#![…]`, doc comments included), and after the item behind `#[cfg(test)]`.
fn skip_attribute(tokens: &[TokenTree], at: usize) -> Option<usize> {
    if !is_punct(tokens.get(at), '#') {
        return None;
    }
    let group = if is_punct(tokens.get(at + 1), '!') { at + 2 } else { at + 1 };
    let attribute = tokens.get(group).filter(|tree| is_group(tree, Delimiter::Bracket))?;
    let text: String = attribute.to_string().split_whitespace().collect();
    let mut after = group + 1;
    if text == "[cfg(test)]" {
        let body = tokens[after..]
            .iter()
            .position(|tree| is_group(tree, Delimiter::Brace) || is_punct(Some(tree), ';'));
        after += body.map_or(tokens.len() - after, |body| body + 1);
    }
    Some(after)
}

fn string(tree: &TokenTree) -> Option<Literal> {
    let text = literals::text(&tree.to_string())?;
    Some(Literal { line: tree.span().start().line, text })
}

fn position_of(tokens: &[TokenTree], punct: &str) -> usize {
    tokens.iter().position(|tree| tree.to_string() == punct).unwrap_or(tokens.len())
}

fn is_group(tree: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == delimiter)
}

fn is_punct(tree: Option<&TokenTree>, wanted: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// A punctuation mark with another right behind it, as the first of `==`.
fn is_joint(tree: &TokenTree, wanted: char) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == wanted && punct.spacing() == Spacing::Joint)
}

/// A punctuation mark that is no part of a longer one.
fn is_lone_punct(tree: Option<&TokenTree>, wanted: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted && punct.spacing() == Spacing::Alone)
}

#[cfg(test)]
mod tests;
