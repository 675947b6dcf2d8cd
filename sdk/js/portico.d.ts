// What plugins of Portico in JavaScript find beside the language, and what they
// export. docs/javascript.md has the words to it.

/** A string is encoded as UTF-8. */
type Bytes = string | ArrayBuffer | ArrayBufferView;

/** The event of a Lambda function or authorizer; see the API Gateway Developer Guide. */
type LambdaEvent = any;

interface LambdaContext {
  readonly awsRequestId: string;
  /** The plugin's name. */
  readonly functionName: string;
  readonly functionVersion: "$LATEST";
  getRemainingTimeInMillis(): number;
}

/** A decision: a policy for REST APIs, isAuthorized for HTTP APIs, or a boolean for both. */
type Decision =
  | boolean
  | { isAuthorized: boolean; context?: Record<string, unknown> }
  | { principalId: string; policyDocument: object; context?: Record<string, string | number | boolean>; usageIdentifierKey?: string };

/** A response as a Lambda function gives it. A mapper takes an object as body, too. */
interface LambdaResponse {
  statusCode: number;
  headers?: Record<string, string | string[] | null>;
  multiValueHeaders?: Record<string, string[]>;
  cookies?: string[];
  body?: unknown;
  isBase64Encoded?: boolean;
}

/** The headers of a message: reading asks the host, writing changes what is sent. */
interface MessageHeaders extends Iterable<[string, string]> {
  /** All values joined by ", ", null without one. */
  get(name: string): string | null;
  getAll(name: string): string[];
  getSetCookie(): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
  delete(name: string): void;
  entries(): IterableIterator<[string, string]>;
  keys(): IterableIterator<string>;
  values(): IterableIterator<string>;
  forEach(callback: (value: string, name: string) => void): void;
}

interface Message {
  readonly headers: MessageHeaders;
  /** The body as text. Reading it keeps it in memory, up to 10 MiB. */
  body: string;
  bytes(): Uint8Array;
  json(): any;
}

/** What mapRequest gets. */
interface RequestEvent extends Message {
  method: string;
  /** Below the stage, percent-encoded. */
  path: string;
  /** Raw, without "?". */
  query: string;
  readonly rawPath: string;
  readonly scheme: string;
  readonly host: string;
  readonly protocol: string;
  readonly sourceIp: string;
  readonly userAgent: string | null;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly api: string;
  readonly stage: string;
  readonly route: string | null;
  readonly resource: string | null;
  readonly methodArn: string | null;
  readonly principalId: string | null;
  readonly accountId: string | null;
  readonly region: string | null;
  readonly domainName: string | null;
  readonly queryStringParameters: Record<string, string>;
  readonly pathParameters: Record<string, string>;
  readonly stageVariables: Record<string, string>;
  readonly authorizer: Record<string, string>;
}

/** What mapResponse gets. */
interface ResponseEvent extends Message {
  statusCode: number;
  readonly request: Readonly<RequestEvent>;
}

type Changes<Names extends string> = Partial<Record<Names, string | number>> & {
  /** null removes a header. */
  headers?: Record<string, string | string[] | null>;
  body?: Bytes;
};

/** What a plugin may export. (Plugin alone is a type of browsers.) */
interface PorticoPlugin {
  authorize?(event: LambdaEvent, context: LambdaContext): Decision | Promise<Decision>;
  mapRequest?(request: RequestEvent, context: LambdaContext):
    void | Changes<"method" | "path" | "query"> | LambdaResponse | Response | Promise<void | Changes<"method" | "path" | "query"> | LambdaResponse | Response>;
  mapResponse?(response: ResponseEvent, context: LambdaContext): void | Changes<"statusCode"> | Response | Promise<void | Changes<"statusCode"> | Response>;
  handler?(event: LambdaEvent, context: LambdaContext, callback: (error?: unknown, value?: unknown) => void): unknown;
  configure?(config: Record<string, any>): void | Promise<void>;
}

interface Expiry {
  /** Milliseconds; 0, or none, is for ever. */
  ttlMs?: number;
}

interface Store {
  get(key: Bytes): string | null;
  getBytes(key: Bytes): Uint8Array | null;
  put(key: Bytes, value: Bytes, options?: Expiry): void;
  /** Whether there was a value. */
  delete(key: Bytes): boolean;
}

interface KV extends Store {
  /** The sum; a bigint where a number cannot hold it. */
  increment(key: Bytes, delta?: number | bigint): number | bigint;
  /** Whether the value was old, null for none, and is next now. */
  compareAndSet(key: Bytes, old: Bytes | null, next: Bytes, options?: Expiry): boolean;
  list(options?: { prefix?: Bytes; after?: Bytes; limit?: number }): string[];
}

type Labels = Record<string, string | number | boolean>;

/** An error of the host; code is one of hostabi/ABI.md, such as "EPERM". */
declare class PorticoError extends Error {
  readonly code: string;
  /** Of jwt.verify: malformed, algorithm, key, signature, expired, not_yet, issuer, audience or claims. */
  readonly reason?: string;
}

declare const portico: {
  readonly engine: string;
  readonly config: Record<string, any>;
  readonly kv: KV;
  readonly cache: Store;
  readonly throttle: {
    /** 0 when n tokens were taken, else the time in ms until they will be there. */
    take(bucket: string, key: Bytes, n?: number): number;
  };
  readonly secrets: {
    read(name: string): string;
    hmac(name: string, hash: "SHA-1" | "SHA-256" | "SHA-512", data: Bytes): Uint8Array;
  };
  readonly metrics: {
    add(name: string, value: number, labels?: Labels): void;
    set(name: string, value: number, labels?: Labels): void;
    observe(name: string, value: number, labels?: Labels): void;
  };
  readonly jwt: { verify(issuer: string, token: string): Record<string, any> };
  readonly scratch: { get(): string; getBytes(): Uint8Array; set(value: Bytes): void };
  digest(algorithm: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512", data: Bytes): Uint8Array;
  hmac(algorithm: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512", key: Bytes, data: Bytes): Uint8Array;
  /** Milliseconds until this call is stopped. */
  deadlineMs(): number;
  readonly PorticoError: typeof PorticoError;
  /** The functions of the native ABI by module ("core", "kv", …) and name. Bytes that are filled are given as an array. */
  readonly abi: Record<string, Record<string, (...args: any[]) => number | bigint>>;
};

type BufferEncoding = "utf8" | "utf-8" | "base64" | "base64url" | "hex" | "latin1" | "binary" | "ascii";

/** The part of Node's Buffer that converts. */
interface Buffer extends Uint8Array {
  toString(encoding?: BufferEncoding, start?: number, end?: number): string;
  equals(other: Uint8Array): boolean;
}

declare const Buffer: {
  from(value: string, encoding?: BufferEncoding): Buffer;
  from(value: ArrayBufferLike, offset?: number, length?: number): Buffer;
  from(value: ArrayLike<number>): Buffer;
  alloc(size: number, fill?: number): Buffer;
  isBuffer(value: unknown): value is Buffer;
  byteLength(value: Bytes, encoding?: BufferEncoding): number;
  concat(list: readonly Uint8Array[], length?: number): Buffer;
};

/** The values of [config] in NAME.toml that are no tables. */
declare const process: { readonly env: Record<string, string | undefined> };

interface RequestInit {
  /** Bounds the time to the answer's head; 0 is the operator's. */
  timeoutMs?: number;
}
