package tck

import (
	"slices"

	"github.com/portico-gateway/portico/hostabi"
)

func secretsCases() []testCase {
	read := func(name string) Command { return Command{Func: hostabi.FuncSecretsRead, In: [2]string{name}} }
	hmac := func(name string, h uint32, data string) Command {
		return Command{Func: hostabi.FuncSecretsHMAC, Number: h, In: [2]string{name, data}}
	}
	bad := func(c Command, want hostabi.Code) step { return step{Command: c, want: int64(want)} }
	bulk := func(n uint32, want int64) step {
		c := hmac(SecretUse, 2, "")
		// The output goes where the data was, which has been read by then.
		c.Cap, c.Fault = n, 16
		return step{Command: c, want: want}
	}
	// RFC 2202 and RFC 4231, test case 2.
	const data = "what do ya want for nothing?"
	const sha1 = "\xef\xfc\xdf\x6a\xe5\xeb\x2f\xa2\xd2\x74\x16\xd5\xf1\x84\xdf\x9c\x25\x9a\x7c\x79"
	const sha256 = "\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95\x75\xc7\x5a\x00\x3f\x08\x9d\x27\x39\x83\x9d\xec\x58\xb9\x64\xec\x38\x43"
	const sha512 = "\x16\x4b\x7a\x7b\xfc\xf8\x19\xe2\xe3\x95\xfb\xe7\x3b\x56\xe0\xa3\x87\xbd\x64\x22\x2e\x83\x1f\xd6\x10\x27\x0c\xd7\xea\x25\x05\x54" +
		"\x97\x58\xbf\x75\xc0\x5a\x99\x4a\x6d\x03\x4f\x65\xf8\xf0\xe6\xfd\xca\xea\xb1\xa3\x4d\x4a\x6b\x4b\x63\x6e\x07\x0a\x38\xbc\xe7\x37"
	return []testCase{
		{name: "secrets are read whole or not at all", kind: hostabi.Authorize, setup: example(), steps: sized(read(SecretRead), SecretReadValue)},
		{name: "secrets are read by whom they are granted to", kind: hostabi.MapRequest, setup: example(), steps: []step{
			bad(read(SecretUse), hostabi.EPERM), bad(read("none"), hostabi.ENOENT), bad(read(""), hostabi.ENOENT),
			bad(hmac("none", 2, data), hostabi.ENOENT), bad(hmac("", 2, data), hostabi.ENOENT)}},
		{name: "secrets sign without being seen", kind: hostabi.MapResponse, setup: example(), steps: slices.Concat(
			sized(hmac(SecretUse, 1, data), sha1), sized(hmac(SecretUse, 2, data), sha256), sized(hmac(SecretUse, 3, data), sha512))},
		{name: "secrets know their hashes", kind: hostabi.Integrate, setup: example(), steps: []step{
			bad(hmac(SecretUse, 0, data), hostabi.EINVAL), bad(hmac(SecretUse, 4, data), hostabi.EINVAL),
			bad(hmac(SecretUse, 256+2, data), hostabi.EINVAL), {Command: hmac(SecretRead, 2, ""), want: 32}}},
		{name: "secrets bound what is signed", kind: hostabi.Integrate, setup: example(), steps: []step{
			bulk(hostabi.MaxValue-1, 32), bulk(hostabi.MaxValue, 32), bulk(hostabi.MaxValue+1, int64(hostabi.E2BIG))}},
	}
}
