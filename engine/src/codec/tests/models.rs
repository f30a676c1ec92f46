//! Models that the other tests use.
#![allow(dead_code, unreachable_pub, reason = "models are declared as users do")]

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use url::Url;
use uuid::Uuid;

use crate::{Api, Case, id, model, open_enum, union};

/// An API.
pub enum Library {}

impl Api for Library {
    const NAME: &'static str = "Library";
    const SERVERS: &'static [&'static str] = &["https://library.example"];
    const CASE: Case = Case::Camel;
    type Error = crate::Unmapped;
}

id! {
    /// Id of a book.
    pub struct BookId;
}

open_enum! {
    /// State of a book.
    pub enum BookState {
        /// On the shelf.
        Shelved = "shelved",
        /// Lent out.
        Lent = "lent-out",
    }
}

model! {
    /// A book.
    pub struct Book: Library, input {
        /// Id.
        id: BookId,
        /// Title.
        title: String,
        /// State.
        state?: BookState,
        /// Number of pages.
        page_count?: u32,
        /// Price.
        price?: f64,
        /// The chapters.
        chapters?: Vec<Chapter>,
        /// The next volume.
        next?: Box<Book>,
        /// Notes, by page.
        notes?: BTreeMap<u16, String>,
        /// Who borrowed it last; `null`: nobody.
        borrower?: Nullable<String>,
        /// Anything.
        any?: Map<String, Value>,
        /// The index.
        index as "idx"?: HashMap<String, Vec<u32>>,
        /// Where it stands.
        place?: (u8, i16, String),
        /// A shade.
        color?: [f32; 3],
        /// Whether it is bound.
        r#type?: bool,
        /// Number.
        isbn?: String [sample = "978-0-14-243724-7"],
    }

    /// A chapter.
    pub struct Chapter: Library {
        /// Its title.
        title: String,
        /// Where it begins.
        page: u32,
    }

    /// Types of other crates.
    pub struct Foreign: Library {
        /// A moment.
        at via serde: DateTime<Utc>,
        /// A day.
        day via serde?: NaiveDate [sample = "2024-02-29"],
        /// An id.
        id via serde?: Uuid,
        /// A web site.
        site via serde?: Url [sample = "https://example.com/"],
        /// A price.
        price via serde?: Decimal [sample = "1.5"],
        /// Moments.
        times via serde?: Vec<DateTime<Utc>>,
        /// An address.
        ip via serde?: std::net::IpAddr [sample = "192.0.2.1"],
        /// By id.
        by_id?: BTreeMap<Uuid, u8>,
    }

    /// A page of a list.
    pub struct Page<T>: Library {
        /// The items.
        items: Vec<T>,
        /// One more.
        last?: T,
    }

    /// Fields with names that an expansion may use itself.
    pub struct Names: Library, input {
        /// Field.
        value?: u32,
        /// Field.
        reader?: Nullable<String>,
        /// Field.
        index?: bool,
        /// Field.
        writer?: String,
        /// Field.
        sampler?: Vec<u32>,
        /// Field.
        model?: String,
        /// Field.
        name: String,
    }

    /// Where a book is.
    pub struct Place: Library, one_of {
        /// On a shelf.
        shelf?: u32,
        /// With a reader.
        reader?: Page<bool>,
    }

    /// An object of more fields than a word has bits.
    pub struct Large: Library {
        /// Field.
        f0: bool,
        /// Field.
        f1?: u32,
        /// Field.
        f2: bool,
        /// Field.
        f3?: u32,
        /// Field.
        f4: bool,
        /// Field.
        f5?: u32,
        /// Field.
        f6: bool,
        /// Field.
        f7?: u32,
        /// Field.
        f8: bool,
        /// Field.
        f9?: u32,
        /// Field.
        f10: bool,
        /// Field.
        f11?: u32,
        /// Field.
        f12: bool,
        /// Field.
        f13?: u32,
        /// Field.
        f14: bool,
        /// Field.
        f15?: u32,
        /// Field.
        f16: bool,
        /// Field.
        f17?: u32,
        /// Field.
        f18: bool,
        /// Field.
        f19?: u32,
        /// Field.
        f20: bool,
        /// Field.
        f21?: u32,
        /// Field.
        f22: bool,
        /// Field.
        f23?: u32,
        /// Field.
        f24: bool,
        /// Field.
        f25?: u32,
        /// Field.
        f26: bool,
        /// Field.
        f27?: u32,
        /// Field.
        f28: bool,
        /// Field.
        f29?: u32,
        /// Field.
        f30: bool,
        /// Field.
        f31?: u32,
        /// Field.
        f32: bool,
        /// Field.
        f33?: u32,
        /// Field.
        f34: bool,
        /// Field.
        f35?: u32,
        /// Field.
        f36: bool,
        /// Field.
        f37?: u32,
        /// Field.
        f38: bool,
        /// Field.
        f39?: u32,
        /// Field.
        f40: bool,
        /// Field.
        f41?: u32,
        /// Field.
        f42: bool,
        /// Field.
        f43?: u32,
        /// Field.
        f44: bool,
        /// Field.
        f45?: u32,
        /// Field.
        f46: bool,
        /// Field.
        f47?: u32,
        /// Field.
        f48: bool,
        /// Field.
        f49?: u32,
        /// Field.
        f50: bool,
        /// Field.
        f51?: u32,
        /// Field.
        f52: bool,
        /// Field.
        f53?: u32,
        /// Field.
        f54: bool,
        /// Field.
        f55?: u32,
        /// Field.
        f56: bool,
        /// Field.
        f57?: u32,
        /// Field.
        f58: bool,
        /// Field.
        f59?: u32,
        /// Field.
        f60: bool,
        /// Field.
        f61?: u32,
        /// Field.
        f62: bool,
        /// Field.
        f63?: u32,
        /// Field.
        f64: bool,
        /// Field.
        f65?: u32,
        /// Field.
        f66: bool,
        /// Field.
        f67?: u32,
        /// Field.
        f68: bool,
        /// Field.
        f69?: u32,
    }
}

/// A book as a server sends it.
pub const BOOK: &str = r#"{"id":"1","title":"Moby-Dick","state":"lent-out","pageCount":635,"price":12.5,"chapters":[{"title":"Loomings","page":1}],"next":{"id":"2","title":"n"},"notes":{"7":"x"},"borrower":null,"any":{"a":[1,"\u00e9",null]},"idx":{"whale":[1,2]},"place":[1,-2,"x"],"color":[0.1,1,0],"shelf":7,"new":{"a":[{}]}}"#;

union! {
    /// What can be lent.
    pub enum Medium {
        text => Title(String),
        list => Several(Vec<Medium>),
        object["kind" = "place"] => Place(Place),
        object["page"] => Chapter(Box<Chapter>),
        object => Counts(BTreeMap<String, u32>),
    }
}
