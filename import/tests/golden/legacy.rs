//! The Legacy REST API, declared.

use typed_endpoint::{Api, Case, Unmapped};

pub mod general {
    //! General.

    use std::collections::BTreeMap;

    use serde_json::Value;
    use typed_endpoint::{open_enum, operations};

    use super::Legacy;

    operations! {
        endpoint! {
            /// `GET /v1/{type}/{ref}`.
            pub Get: Legacy = GET "/v1/{type_}/{ref_}" (type_: GeneralType, ref_: String) query {
                r#type?: String,
            } -> BTreeMap<String, Value>
        }
    }

    open_enum! {
        /// General type.
        pub enum GeneralType {
            A = "a",
            B = "b",
        }
    }
}

pub mod users {
    //! Users.

    use serde_json::Value;
    use typed_endpoint::{model, open_enum, operations};

    use super::Legacy;

    operations! {
        endpoint! {
            // guessed: `paged(Number), cursor(page)`
            /// `GET /v1/users`.
            pub List: Legacy = GET "/v1/users" query {
                page?: i64,
                per_page?: i64 [range = ..=99],
            } -> Vec<User>, id("GetUsers"), paged(Number), cursor(page)
        }
        endpoint! {
            /// `POST /v1/users`.
            pub Create: Legacy = POST "/v1/users" form {
                user_name: String [length = ..=4],
                address?: UserAddress [objects = Brackets],
                tags?: Vec<String> [lists = Index],
            } -> User, id("PostUsers")
        }
        endpoint! {
            /// `POST /v1/users/{user}/lock`.
            pub Lock: Legacy = POST "/v1/users/{user}/lock" (user: String) -> (), id("PostUsersUserLock"), status(200)
        }
    }

    model! {
        /// User.
        pub struct User: Legacy {
            id: i64,
            self_ as "self"?: String,
            new_ as "new"?: bool,
            created_at?: String,
            plus_1 as "+1"?: i64,
            value?: String,
            // any JSON: the description has no one type for it
            boss?: Box<User>,
            kind?: UserKind,
            // any JSON: the description has no one type for it
            broken?: Value,
        }
    }

    open_enum! {
        /// User kind.
        pub enum UserKind {
            Plus1 = "+1",
            Minus1 = "-1",
            N1 = "1",
            Itself = "self",
            Empty = "",
        }
    }

    model! {
        /// User address.
        pub struct UserAddress: Legacy, input {
            city?: String,
        }
    }
}

/// The Legacy REST API.
#[derive(Clone, Copy, Debug)]
pub enum Legacy {}

impl Api for Legacy {
    const NAME: &'static str = "The Legacy REST API";
    const VERSION: &'static str = "1";
    const SERVERS: &'static [&'static str] = &["https://api.example"];
    const CASE: Case = Case::Snake;
    // guessed: the parameter that says how many items a page has.
    const LIMIT: &'static str = "per_page";
    type Error = Unmapped;
}
