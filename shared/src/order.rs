//! Sorting and gathering without a copy of the machinery for each type.
//!
//! The standard library compiles its sort anew for every type and comparison, also wherever an
//! ordered set or map is collected. In what a tablet downloads first those copies weighed more
//! than the rules do.

use std::cmp::Ordering;

/// Sorts by a comparison. What compares as equal stays as it stood.
///
/// # Example
/// ```
/// let mut due = vec![(5, "rectify"), (3, "serve"), (5, "report")];
/// shared::order::sort_by(&mut due, |a, b| a.0.cmp(&b.0));
/// assert_eq!(due, [(3, "serve"), (5, "rectify"), (5, "report")]);
/// ```
pub fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let order = places(items.len(), &|a, b| compare(&items[a], &items[b]));
    let mut waiting: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|place| waiting[place].take()));
}

/// Sorts by a key. What has the same key stays as it stood.
///
/// ```
/// let mut due = vec![(5, "rectify"), (3, "serve"), (5, "report")];
/// shared::order::sort_by_key(&mut due, |(working_days, _)| *working_days);
/// assert_eq!(due, [(3, "serve"), (5, "rectify"), (5, "report")]);
/// ```
pub fn sort_by_key<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts.
///
/// ```
/// let mut rounds = vec![2, 0, 1];
/// shared::order::sort(&mut rounds);
/// assert_eq!(rounds, [0, 1, 2]);
/// ```
pub fn sort<T: Ord>(items: &mut Vec<T>) {
    sort_by(items, T::cmp);
}

/// The one sort: the places of a list in the order of what stands there.
fn places(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Gathers into a collection, one after the other.
///
/// # Example
/// ```
/// use std::collections::BTreeSet;
/// let rounds: BTreeSet<u32> = shared::order::gathered([2, 0, 2]);
/// assert_eq!(rounds.into_iter().collect::<Vec<_>>(), [0, 2]);
/// ```
pub fn gathered<C: Default + Extend<T>, T>(items: impl IntoIterator<Item = T>) -> C {
    let mut gathered = C::default();
    gathered.extend(items);
    gathered
}
