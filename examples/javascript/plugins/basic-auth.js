// A Lambda authorizer (REQUEST) for Basic authentication (RFC 7617), as it would
// run on AWS.

exports.handler = async (event) => {
  const header = event.headers.Authorization || event.headers.authorization || "";
  const [user, password] = Buffer.from(header.replace(/^Basic /i, ""), "base64").toString().split(":");
  if (password !== process.env.PASSWORD) throw new Error("Unauthorized");
  // The decision is remembered and serves the caller's other requests, too.
  const [stage] = event.methodArn.match(/^[^/]+\/[^/]+/);
  return {
    principalId: user,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: stage + "/*" }],
    },
    context: { customer: user },
  };
};
