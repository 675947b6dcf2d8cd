// The conformance guest in JavaScript: it makes the host calls that its program
// names and reports what they answered. The protocol is in hostabi/tck/doc.go.

// The functions in the order of hostabi.Functions. Letters name the arguments: n
// the number, m the mask, d the mask as a double's bits, 1 and 2 the inputs, b the
// buffer.
const functions = [
  ["core.log", "n1"], ["core.config_read", "b"], ["core.config_error", "1"], ["core.clock_unix_ns", ""],
  ["core.clock_monotonic_ns", ""], ["core.deadline_ms", ""], ["core.random", "b"], ["core.get_field", "nb"],
  ["core.set_field", "n1"], ["core.get_param", "n1b"], ["core.param_values", "n1b"], ["core.get_header", "n1b"],
  ["core.header_values", "n1b"], ["core.headers", "nb"], ["core.set_header", "n12"], ["core.add_header", "n12"],
  ["core.remove_header", "n1"], ["core.get_status", ""], ["core.set_status", "n"], ["core.set_principal", "1"],
  ["core.set_auth_context", "1n2"], ["core.context_read", "mb"], ["core.event_read", "b"], ["core.result_write", "1"],
  ["core.scratch_read", "b"], ["core.scratch_write", "1"], ["core.stream_read", "nb"], ["core.stream_write", "n1"],
  ["core.stream_flush", "n"], ["core.stream_close", "n"],
  ["cache.get", "1b"], ["cache.put", "12m"], ["cache.delete", "1"], ["throttle.take", "12n"], ["secrets.read", "1b"],
  ["secrets.hmac", "1n2b"], ["metrics.counter_add", "12d"], ["metrics.gauge_set", "12d"], ["metrics.histogram_observe", "12d"],
  ["kv.get", "1b"], ["kv.put", "12m"], ["kv.delete", "1"], ["kv.increment", "1mb"], ["kv.compare_and_set", "12bmn"],
  ["kv.list", "12nb"],
  ["http.request", "12mn"], ["http.start", "12mn"], ["http.wait", "1m"], ["http.status", "n"], ["http.headers", "nb"],
  ["http.get_header", "n1b"], ["http.trailers", "nb"], ["http.set_trailer", "n12"], ["http.close", "n"],
  ["jwt.verify", "12b"], ["jwt.reason", "b"],
].map(([name, args]) => {
  const [module, f] = name.split(".");
  return { call: (portico.abi[module] || {})[f], args };
});

const { scratch_read, scratch_write, stream_write, config_read, config_error } = portico.abi.core;
const buffer = new Uint8Array(1052672);

// reader reads a program.
function reader(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const step = (n) => { at += n; return at - n; };
  return {
    u8: () => view.getUint8(step(1)),
    u32: () => view.getUint32(step(4), true),
    i32: () => view.getInt32(step(4), true),
    u64: () => view.getBigInt64(step(8), true),
    bytes: () => { const n = view.getUint32(step(4), true); return bytes.subarray(step(n), at); },
  };
}

function double(bits) { return new Float64Array(BigInt64Array.of(bits).buffer)[0]; }

// perform makes one call and gives its part of the report.
function perform(r) {
  const f = functions[r.u8()], bits = r.u8(), n = r.u32(), m = r.u64();
  r.u32(); // a bad pointer, which JavaScript cannot pass
  const cap = r.u32(), keep = r.u32(), b = buffer.subarray(0, cap).fill(0xa5);
  const one = r.bytes(), two = r.bytes();
  const inputs = { n, m, d: double(m), 1: bits & 8 ? b : one, 2: bits & 16 ? b : two, b };
  const value = f.call(...Array.from(f.args, (a) => inputs[a]));
  const report = new Uint8Array(12 + keep), view = new DataView(report.buffer);
  view.setBigInt64(0, BigInt(value), true);
  view.setUint32(8, keep, true);
  report.set(buffer.subarray(0, keep), 12);
  return report;
}

function run(bytes) {
  const r = reader(bytes), answer = r.i32(), parts = [];
  for (let left = r.u32(); left > 0; left--) parts.push(perform(r));
  return [answer, Buffer.concat(parts)];
}

function kind() {
  const n = scratch_read(buffer);
  const [answer, report] = run(buffer.slice(0, n));
  if (scratch_write(report) < 0) stream_write(1, report);
  return answer;
}

export {
  kind as portico_authorize, kind as portico_map_request, kind as portico_map_response, kind as portico_integrate,
};

export function portico_configure() {
  const text = Buffer.from(buffer.slice(0, config_read(buffer))).toString();
  if (!text.startsWith('{"tck":"')) return 0;
  const [answer, report] = run(Buffer.from(text.slice(8, -2), "hex"));
  config_error("tck:" + report.toString("hex"));
  return answer;
}
