import { Headers } from "portico";

/** What a message says of its body. */
export const enum Media {
  /** Something else than JSON. */
  Other,
  JSON,
  /** One value of JSON a line. */
  Lines,
  /** Nothing. */
  Unsaid,
}

/** What the header says. Of several types, which no message should have, one that is JSON counts. */
export function media(headers: Headers): Media {
  const type = headers.get("content-type");
  if (type === null || type == "") return Media.Unsaid;
  const types = type.split(",");
  let found = Media.Other;
  for (let i = 0; i < types.length; i++) {
    const parameters = types[i].indexOf(";");
    const name = (parameters < 0 ? types[i] : types[i].substring(0, parameters)).trim().toLowerCase();
    if (lines.includes(name)) found = Media.Lines;
    else if (json.includes(name) || name.endsWith("+json")) return Media.JSON;
  }
  return found;
}

// A body of byte ranges may hold any piece of a body of JSON. It is no JSON, which is found when it is read.
const json = ["application/json", "text/json", "application/json-seq", "multipart/byteranges"];
const lines = ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"];

/** Whether the body is encoded, such as by gzip. */
export function encoded(headers: Headers): bool {
  const encoding = headers.get("content-encoding");
  return encoding !== null && encoding != "" && encoding.toLowerCase() != "identity";
}

/** Headers that hold a digest of the body (RFC 9530, RFC 3230, RFC 1864): of a short secret it is as good as the secret. */
export const digests = ["content-digest", "repr-digest", "digest", "content-md5"];
