use own_api::library::Search;

fn main() {
    let size: Option<u32> = None;
    let _ = Search::new("whales").page_size(size);
}
