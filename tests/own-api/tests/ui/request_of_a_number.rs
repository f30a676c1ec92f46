use own_api::library::*;

fn main() {
    let _ = Get::new(7);
}
