// Counts for Prometheus. Capability "metrics" in the plugin's NAME.toml, and a table [metrics.NAME] for each, which
// names the labels.

import * as host from "./abi/metrics";
import { first } from "./argument";
import { Code, codeOf } from "./code";
import { Pairs } from "./pairs";

/** Labels of a series, in any order: `new Labels().set("route", "orders")`. One that is left out is empty. */
@final
export class Labels {
  pairs: Pairs = new Pairs();

  set<N, V>(name: N, value: V): this {
    this.pairs.add(name, value);
    return this;
  }
}

/** Adds to a counter. */
export function add<N>(name: N, value: f64 = 1, labels: Labels | null = null): Code {
  return codeOf(host.counter_add(first.at(name), first.length, at(labels), size(labels), value));
}

/** Sets a gauge. */
export function set<N>(name: N, value: f64, labels: Labels | null = null): Code {
  return codeOf(host.gauge_set(first.at(name), first.length, at(labels), size(labels), value));
}

/** Puts a value into a histogram. */
export function observe<N>(name: N, value: f64, labels: Labels | null = null): Code {
  return codeOf(host.histogram_observe(first.at(name), first.length, at(labels), size(labels), value));
}

function at(l: Labels | null): usize {
  return l === null ? 0 : l.pairs.at;
}

function size(l: Labels | null): usize {
  return l === null ? 0 : l.pairs.length;
}
