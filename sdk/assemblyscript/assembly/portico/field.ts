/** What a request has one of; see hostabi/ABI.md, "Fields". */
export const enum Field {
  /** As the client sent it. */
  Method = 1,
  /** Below the stage or base path, percent-encoded as sent. */
  Path = 2,
  RawPath = 3,
  /** Raw, without "?". */
  Query = 4,
  Scheme = 5,
  /** With its port. */
  Host = 6,
  Protocol = 7,
  /** Of the client, behind trusted proxies. */
  SourceIP = 8,
  UserAgent = 9,
  RequestID = 10,
  /** Milliseconds since 1970, in decimal; see Request.time. */
  Time = 11,
  API = 12,
  Stage = 13,
  /** HTTP APIs: "GET /orders/{id}". */
  Route = 14,
  /** REST APIs: "/orders/{id}". */
  Resource = 15,
  MethodARN = 16,
  /** Of the authorizer's decision. */
  Principal = 17,
  Account = 18,
  Region = 19,
  DomainName = 20,
  /** The first identity source's value; authorizers only. */
  Token = 21,
  // Lists, which Fields alone reads.
  Headers = 32,
  QueryParams = 33,
  PathParams = 34,
  StageVariables = 35,
  AuthContext = 36,
  /** Authorizers only. */
  Identity = 37,
  /** Response mappers and integrations only, as Status. */
  ResponseHeaders = 38,
  Status = 39,
}
