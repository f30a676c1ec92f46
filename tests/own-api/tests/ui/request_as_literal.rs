use own_api::library::{Kind, Search};

fn main() {
    let _ = Search { text: "whales".into(), kinds: Some(vec![Kind::Novel]), ..Search::new("") };
}
