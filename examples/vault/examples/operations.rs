//! Prints the operations: method, path, and the names of the fields, sorted.

use typed_endpoint::Operation;

fn main() {
    use vault::*;
    let all: [&[&Operation]; 20] = [
        auth::approle::OPERATIONS,
        auth::aws::OPERATIONS,
        auth::cert::OPERATIONS,
        auth::kubernetes::OPERATIONS,
        auth::oidc::OPERATIONS,
        auth::userpass::OPERATIONS,
        aws::OPERATIONS,
        cubbyhole::OPERATIONS,
        database::OPERATIONS,
        identity::entity::OPERATIONS,
        identity::entity_alias::OPERATIONS,
        identity::group::OPERATIONS,
        identity::group_alias::OPERATIONS,
        kv1::OPERATIONS,
        kv2::OPERATIONS,
        pki::OPERATIONS,
        ssh::OPERATIONS,
        sys::OPERATIONS,
        token::OPERATIONS,
        transit::OPERATIONS,
    ];
    for operation in all.into_iter().flatten() {
        let mut fields: Vec<_> = operation.fields.iter().map(|field| field.name).collect();
        fields.sort_unstable();
        println!("{} {} {}", operation.method, operation.path, fields.join(" "));
    }
}
