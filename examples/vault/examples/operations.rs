//! Prints the operations: method, path, and the names of the fields, sorted.

fn main() {
    for operation in vault::operations() {
        let mut fields: Vec<_> = operation.fields.iter().map(|field| field.name).collect();
        fields.sort_unstable();
        println!("{} {} {}", operation.method, operation.path, fields.join(" "));
    }
}
