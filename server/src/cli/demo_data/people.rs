//! Who writes and who moderates. Addresses, names and networks are of those set aside for examples (RFC 2606, RFC 2544,
//! RFC 3849): none of them is anybody's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, Utc};
use domain::{ApiTokenId, Fallback, Role, UserId};
use fastrand::Rng;
use store::{NewApiToken, NewUser, Store};

use crate::Failure;

const FIRST: &[&str] = &[
    "Ana", "Boris", "Chidi", "Daria", "Emre", "Fatima", "Goran", "Hana", "Ivan", "Jana", "Kofi", "Lena",
    "Mateo", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Sven", "Tomás", "Uma", "Viktor", "Wen", "Ximena",
    "Yusuf", "Zoë",
];
const LAST: &[&str] = &[
    "Almeida",
    "Bakker",
    "Costa",
    "Dvořák",
    "Eze",
    "Fischer",
    "García",
    "Haddad",
    "Ito",
    "Jensen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Okafor",
    "Petrov",
    "Quiroga",
    "Rossi",
    "Silva",
    "Tanaka",
    "Ueda",
    "Varga",
    "Weber",
    "Xu",
    "Yılmaz",
    "Zhang",
];
const MAIL: &[&str] = &[
    "mail.example",
    "post.example",
    "inbox.example",
    "example.com",
    "example.org",
    "example.net",
    "uni.example",
    "firma.example",
    "office.test",
    "home.test",
];
const SPAM_MAIL: &[&str] =
    &["win.test", "promo.test", "bonus.test", "mail.test", "freebie.example", "deals.example"];

/// The sites that ask, the busiest first.
pub(super) const SITES: &[&str] = &[
    "blog.example.com",
    "shop.example.com",
    "forum.example.org",
    "news.example.net",
    "docs.example.com",
    "support.example.com",
    "recipes.example.org",
    "jobs.example.net",
];

/// Somebody who writes.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) ip: IpAddr,
}

impl Sender {
    /// Somebody who is there to say something.
    pub(super) fn person(rng: &mut Rng) -> Self {
        let (first, last) = (pick(FIRST, rng), pick(LAST, rng));
        let address = format!("{first}.{last}{}", rng.u16(1..2_000));
        let local: String = address.to_lowercase().chars().filter(char::is_ascii).collect();
        let ip = if rng.u8(0..12) == 0 {
            Ipv6Addr::from((0x2001_0db8_u128 << 96) | u128::from(rng.u64(..)) | u128::from(rng.u16(..)) << 72)
                .into()
        } else {
            home(rng)
        };
        Self { name: format!("{first} {last}"), email: format!("{local}@{}", pick(MAIL, rng)), ip }
    }

    /// One of the names that a campaign gives itself, from its network.
    pub(super) fn spammer(network: Ipv4Addr, rng: &mut Rng) -> Self {
        let (first, last) = (pick(FIRST, rng), pick(LAST, rng));
        let local: String = first.to_lowercase().chars().filter(char::is_ascii).collect();
        let [a, b, c, _] = network.octets();
        Self {
            name: format!("{first} {last}"),
            email: format!("{local}{}@{}", rng.u32(10..100_000), pick(SPAM_MAIL, rng)),
            ip: Ipv4Addr::new(a, b, c, rng.u8(1..255)).into(),
        }
    }
}

/// An address of 198.18.0.0/15.
pub(super) fn home(rng: &mut Rng) -> IpAddr {
    Ipv4Addr::new(198, rng.u8(18..20), rng.u8(..), rng.u8(1..255)).into()
}

/// Any of a list that is not empty.
pub(super) fn pick<'a>(list: &[&'a str], rng: &mut Rng) -> &'a str {
    list.get(rng.usize(..list.len().max(1))).copied().unwrap_or_default()
}

/// The moderators whose decisions the past holds; they are created where they are missing, and nobody can log in as them.
pub(super) async fn team(store: &dyn Store, now: DateTime<Utc>) -> Result<Vec<UserId>, Failure> {
    let mut team = Vec::new();
    for name in ["Ana Demo", "Ben Demo", "Chidi Demo"] {
        let first = name.split(' ').next().unwrap_or(name);
        let email = format!("{}@demo.example", first.to_lowercase());
        let user = match store.user_by_email(&email).await? {
            Some((user, _)) => user,
            None => {
                // No password has this hash.
                let password_hash = "!".to_owned();
                let name = name.to_owned();
                let user = NewUser { email, name, role: Role::Moderator, password_hash, created_at: now };
                store.create_user(&user).await?
            }
        };
        team.push(user.id);
    }
    Ok(team)
}

/// The tokens that apps ask by.
pub(super) struct Tokens(Vec<(String, ApiTokenId)>);

impl Tokens {
    /// One of the tokens of a site.
    pub(super) fn of(&self, site: &str, rng: &mut Rng) -> Option<ApiTokenId> {
        let of_site: Vec<_> = self.0.iter().filter(|(of, _)| of == site).collect();
        of_site.get(rng.usize(..of_site.len().max(1))).map(|(_, id)| *id)
    }
}

/// Tokens of all sites; they are created where they are missing, and nobody has their secrets.
pub(super) async fn tokens(store: &dyn Store, now: DateTime<Utc>) -> Result<Tokens, Failure> {
    let known = store.api_tokens().await?;
    let mut tokens = Vec::new();
    let contact = SITES.first().map(|site| (*site, "contact-form".to_owned()));
    let of_sites = SITES.iter().map(|site| (*site, site.split('.').next().unwrap_or(site).to_owned()));
    for (site, name) in of_sites.chain(contact) {
        let name = format!("{name}-demo");
        let found = known.iter().find(|token| token.name == name && token.revoked_at.is_none());
        let id = match found {
            Some(token) => token.id,
            None => {
                // No secret has this hash that anybody could find.
                let hash = std::array::from_fn(|_| fastrand::u8(..));
                let new = NewApiToken {
                    name,
                    hash,
                    prefix: "gvl_demo".to_owned(),
                    site: site.to_owned(),
                    per_minute: None,
                    fallback: Fallback::Engine,
                    bounds: domain::TokenBounds::default(),
                    created_by: None,
                    created_at: now,
                };
                store.create_api_token(&new).await?.id
            }
        };
        tokens.push((site.to_owned(), id));
    }
    Ok(Tokens(tokens))
}
