import * as cache from "portico/cache";
import * as kv from "portico/kv";
import * as metrics from "portico/metrics";
import * as secrets from "portico/secrets";
import * as throttle from "portico/throttle";
import { report, say } from "./report";

export function state(): string {
  say("cache absent", cache.get("a").code.toString());
  say("cache put", cache.put("a", "1", 1000).toString() + cache.put("b", String.UTF8.encode("2")).toString());
  say("cache get", cache.get("a").text + cache.get("b").text);
  say("cache remove", cache.remove("a").toString() + cache.remove("a").toString());
  say("cache empty key", cache.get("").code.toString());

  say("kv absent", kv.get("a").code.toString());
  say("kv put", kv.put("a", "1").toString() + kv.get("a").text);
  say("kv create", kv.create("a", "2").toString() + "|" + kv.create("c", "3").toString());
  say("kv replace", kv.replace("a", "1", "4").toString() + "|" + kv.replace("a", "1", "5").toString() + "|" + kv.get("a").text);
  say("kv increment", kv.increment("n", 5).value.toString() + "|" + kv.increment("n").value.toString());
  say("kv list", kv.list("", "").keys.join(",") + "|" + kv.list("", "a", 1).keys.join(","));
  say("kv limit", kv.list("", "", 0).code.toString());
  say("kv remove", kv.remove("a").toString() + kv.remove("a").toString());
  const large = new Uint8Array(100_000).fill(7);
  kv.put("large", large);
  const back = Uint8Array.wrap(kv.get("large").bytes);
  say("kv large", back.length.toString() + "|" + back[99_999].toString());

  say("throttle", throttle.take("tck", "key").toString());
  say("throttle none", throttle.take("none", "key").toString());
  say("secret", secrets.read("readable").text);
  say("secret none", secrets.read("none").code.toString());
  say("hmac", secrets.hmac("readable", secrets.Hash.SHA256, "data").bytes.byteLength.toString());

  const labels = new metrics.Labels().set("case", "a");
  say("metrics", [metrics.add("tck_total"), metrics.add("tck_total", 2, labels), metrics.set("tck_level", -1), metrics.observe("tck_seconds", 0.5)].join("|"));
  say("metrics wrong", metrics.add("tck_total", -1).toString());
  return report();
}
