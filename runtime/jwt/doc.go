// Package jwt verifies signed tokens: compact JWS (RFC 7515) whose payload is a
// set of claims (RFC 7519), with the keys of a JWKS document (RFC 7517) or with a
// secret. Signatures are checked by golang-jwt, and so are times, issuer and
// audience; reading tokens and keys is this package's own, since it is stricter
// and gives the claims as the token has them.
//
// # What a token must be
//
//   - Three segments of base64url without padding, whitespace or unused bits,
//     16 KiB at most. The header is a JSON object that names nothing twice and has
//     an algorithm; "crit" is refused, since no extension is understood here.
//   - Signed with RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or
//     EdDSA (Ed25519) by a key of the set, or with HS256, HS384 or HS512 by the
//     secret. Which of the two is the Verifier's, never the token's, so a public
//     key cannot pass for a secret. "none" is no algorithm.
//   - By exactly one key: the one that "kid" names, or, without it, the only one
//     that fits. It must be made for the algorithm by its type and curve, and by
//     "alg", "use" and "key_ops" where it has them. RSA has 2048 to 8192 bits; a
//     secret is at least as long as the hash (RFC 7518, section 3.2).
//   - Claims are one JSON object in UTF-8 that names nothing twice. "exp" is
//     there and later than now; "nbf" and "iat", if there, are not later than now;
//     the leeway is allowed on each. "iss" is the issuer's; one of the audiences is
//     in "aud" or, where a token has no "aud", is its "client_id", as with API
//     Gateway's JWT authorizers.
//
// # Where keys come from
//
// A [Registry] has one [Keys] for each URL, shared by all who verify with it and
// kept over reloads. A document is fetched when a token first needs it, by one
// request for all who wait. After five minutes it is fetched again behind the
// requests, after ten before one more is answered. While the source fails, what it
// said last holds for two hours. A "kid" that is not in the set has it fetched
// again, at most every five seconds.
package jwt
