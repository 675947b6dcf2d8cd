// The host's functions of the capability "metrics", as hostabi/ABI.md has them.

@external("portico_metrics_v1", "counter_add")
export declare function counter_add(
  name: usize, nameLength: usize, labels: usize, labelsLength: usize, value: f64,
): i32;

@external("portico_metrics_v1", "gauge_set")
export declare function gauge_set(name: usize, nameLength: usize, labels: usize, labelsLength: usize, value: f64): i32;

@external("portico_metrics_v1", "histogram_observe")
export declare function histogram_observe(
  name: usize, nameLength: usize, labels: usize, labelsLength: usize, value: f64,
): i32;
