//! Lists and streams of events.

use super::Place;
use super::api::{BrokenList, CutEvents, Events, List};

pub async fn a_list_is_followed_to_its_end(at: Place) {
    let (mut items, mut numbers) = (at.client().pages(List::new()).items(), Vec::new());
    while let Some(item) = items.next().await {
        numbers.push(item.unwrap().number);
    }
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
}

pub async fn a_list_ends_with_its_error(at: Place) {
    let mut items = at.client().pages(BrokenList::new()).items();
    for number in 0..2 {
        assert_eq!(items.next().await.unwrap().unwrap().number, number);
    }
    assert!(items.next().await.unwrap().unwrap_err().is_not_found());
    assert!(items.next().await.is_none());
}

pub async fn events_come_one_by_one(at: Place) {
    let mut events = at.client().call(Events::new()).await.unwrap();
    for number in 1..=3 {
        assert_eq!(events.next().await.unwrap().unwrap().number, number);
    }
    assert!(events.next().await.is_none());
}

pub async fn events_that_are_cut_end_with_an_error(at: Place) {
    let mut events = at.client().call(CutEvents::new()).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().number, 1);
    events.next().await.unwrap().unwrap_err();
    assert!(events.next().await.is_none());
}
