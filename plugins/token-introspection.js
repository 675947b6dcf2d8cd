// An authorizer for opaque tokens: asks the authorization server whether a bearer
// token is active (RFC 7662), and remembers the answer for a while.

/** @type {ReturnType<typeof read>} */
let settings;

export function configure(config) {
  settings = read(config);
}

// authorize answers 401 where there is no good token and 403 where a good one is
// for less (RFC 6750, section 3.1). What throws is a failure: 500, never allowed.
export async function authorize(event) {
  const token = bearer(event);
  if (token === null) throw unauthorized("no bearer token");
  const claims = recalled(token) || (await asked(token));
  if (claims === busy) return false;
  const why = invalid(claims);
  if (why) throw unauthorized(why);
  const missing = settings.scopes.filter((s) => !words(claims.scope).includes(s));
  if (missing.length) {
    console.info(`refused: the token has not the scope ${missing.join(" ")}`);
    return false;
  }
  tell(claims);
  return true;
}

// busy stands for the claims of a client that asks for too many unknown tokens.
const busy = {};

function unauthorized(why) {
  console.info("refused: " + why);
  return new Error("Unauthorized");
}

const MAX_TOKEN = 4096;

// bearer is the token of the header Authorization (RFC 6750, section 2.1), null
// if there is none or anything else. Two headers are no token.
function bearer(event) {
  let value = event.authorizationToken;
  if (value === undefined) {
    const all = Object.entries(event.multiValueHeaders || event.headers || {}).filter(([n]) => n.toLowerCase() === "authorization");
    value = all.map(([, v]) => v).flat().join(", ");
  }
  const m = /^bearer +([A-Za-z0-9._~+\/-]+=*)$/i.exec(value);
  return m && m[1].length <= MAX_TOKEN ? m[1] : null;
}

// key is a hash, so that the cache holds no token. The endpoint is part of it:
// another server's answers do not count.
function key(token) {
  return portico.digest("SHA-256", settings.endpoint + "\n" + token);
}

// recalled are the claims as they were remembered, null if they are not.
function recalled(token) {
  const text = portico.cache.get(key(token));
  return text === null ? null : JSON.parse(text);
}

// asked asks the server. Only an answer is remembered, an inactive token for a
// shorter time, and none for longer than it is good.
async function asked(token) {
  const wait = portico.throttle.take("per_source", source());
  if (wait > 0) {
    console.info("refused: too many unknown tokens from this source");
    return busy;
  }
  const response = await fetch(settings.endpoint, {
    method: "POST",
    headers: { authorization: settings.authorization, accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    body: "token_type_hint=access_token&token=" + encodeURIComponent(token),
    redirect: "manual", // the credentials are for this endpoint
    timeoutMs: settings.timeout,
  });
  if (response.status !== 200) throw new Error(`the endpoint answered ${response.status}`);
  const claims = kept(await response.json());
  const ttl = invalid(claims) ? settings.negativeTtl : Math.min(settings.ttl, claims.exp ? claims.exp * 1000 - Date.now() : Infinity);
  if (ttl >= 1) remember(token, claims, Math.floor(ttl));
  return claims;
}

// remember may fail for a cache that has no room: then the next request asks.
function remember(token, claims, ttlMs) {
  try {
    portico.cache.put(key(token), JSON.stringify(claims), { ttlMs });
  } catch (e) {
    console.warn(`not remembered: ${e.message}`);
  }
}

const TEXTS = ["sub", "username", "client_id", "scope", "iss", "token_type"];

// kept is what counts of an answer; one that is not of RFC 7662, section 2.2, is a
// failure of the server.
function kept(answer) {
  if (answer === null || typeof answer !== "object" || typeof answer.active !== "boolean") throw new Error('the endpoint\'s answer has no "active"');
  if (!answer.active) return { active: false };
  const claims = { active: true };
  for (const name of TEXTS) {
    const value = answer[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== "string") throw new Error(`the endpoint's answer has a ${name} that is no text`);
    claims[name] = value;
  }
  for (const name of ["exp", "nbf"]) {
    const value = answer[name];
    if (value === undefined || value === null) continue;
    if (!Number.isFinite(value)) throw new Error(`the endpoint's answer has an ${name} that is no number`);
    claims[name] = value;
  }
  claims.aud = [].concat(answer.aud === undefined || answer.aud === null ? [] : answer.aud);
  return claims;
}

// invalid says why a token is not good here, "" if it is. It is asked again of
// what was remembered: time goes on, and the operator's demands may change.
function invalid(claims) {
  const now = Date.now() / 1000;
  if (!claims.active) return "the token is not active";
  if (claims.exp !== undefined && claims.exp <= now) return "the token has expired";
  if (claims.nbf !== undefined && claims.nbf > now) return "the token is not good yet";
  if (settings.issuer && claims.iss !== settings.issuer) return "the token is of another issuer";
  if (settings.audience.length && !settings.audience.some((a) => claims.aud.includes(a))) return "the token is for another audience";
  return "";
}

const words = (s) => (s === undefined ? [] : s.split(" "));

const { set_principal, set_auth_context, get_field } = portico.abi.core;

// tell gives what stands behind the authorizer the principal and the context. The
// functions of the ABI do it for REST and HTTP APIs alike.
function tell(claims) {
  const principal = claims.sub !== undefined ? claims.sub : claims.username;
  if (principal !== undefined) must("the principal", set_principal(principal));
  for (const name of TEXTS) {
    if (claims[name] !== undefined) must(name, set_auth_context(name, 0, claims[name]));
  }
  if (claims.exp !== undefined) must("exp", set_auth_context("exp", 1, String(claims.exp)));
}

function must(name, code) {
  if (code < 0) throw new Error(`${name} of the endpoint's answer cannot be used: code ${code}`);
}

const SOURCE_IP = 8;

// source is an address of IPv4, or the /64 of one of IPv6.
function source() {
  const bytes = new Uint8Array(64);
  const address = String.fromCharCode(...bytes.subarray(0, Math.max(0, Math.min(64, get_field(SOURCE_IP, bytes)))));
  if (!address.includes(":") || address.includes(".")) return address;
  const [head, tail] = address.split("%")[0].split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const rest = tail === "" ? [] : tail.split(":");
    while (groups.length + rest.length < 8) groups.push("0");
    groups.push(...rest);
  }
  return groups.slice(0, 4).join(":");
}

// read checks the configuration.
function read(config) {
  const left = { ...config };
  const take = (name, good, want, otherwise) => {
    const value = left[name];
    delete left[name];
    if (value === undefined && otherwise !== undefined) return otherwise;
    if (!good(value)) throw new Error(`config.${name}: must be ${want}`);
    return value;
  };
  const text = (v) => typeof v === "string" && v !== "";
  const texts = (v) => Array.isArray(v) && v.every(text);
  const scope = (v) => Array.isArray(v) && v.every((s) => typeof s === "string" && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(s));
  const duration = (name, otherwise, least, most) => milliseconds(take(name, (v) => within(v, least, most), `a time such as "5s", "${least}" to "${most}"`, otherwise));
  const read = {
    endpoint: take("endpoint", (v) => text(v) && /^https?:\/\/[^\/?#@]+(\/[^#]*)?$/.test(v), "the URL of the server's introspection endpoint"),
    authorization: take("authorization", (v) => text(v) && /\{secret:[^}]+\}/.test(v), 'how the plugin authenticates itself, with a secret in it, such as "Basic {secret:introspection}"'),
    scopes: take("scopes", scope, "a list of scopes", []),
    audience: take("audience", texts, "a list of texts", []),
    issuer: take("issuer", text, "a text", ""),
    ttl: duration("ttl", "1m", "0s", "1h"),
    negativeTtl: duration("negative_ttl", "10s", "0s", "5m"),
    timeout: duration("timeout", "2s", "10ms", "30s"),
  };
  for (const name of Object.keys(left)) throw new Error(`config.${name}: unknown key; the plugin has endpoint, authorization, scopes, audience, issuer, ttl, negative_ttl, timeout`);
  return read;
}

function milliseconds(text) {
  const m = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  return m ? m[1] * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[m[2]] : NaN;
}

function within(text, least, most) {
  const ms = milliseconds(text);
  return ms >= milliseconds(least) && ms <= milliseconds(most);
}
