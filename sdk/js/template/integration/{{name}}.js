/// <reference path="portico.d.ts" />

/**
 * Answers requests in place of a Lambda function.
 * @param {LambdaEvent} event
 * @returns {Promise<LambdaResponse>}
 */
export async function handler(event) {
  const name = event.queryStringParameters?.name;
  if (!name) return { statusCode: 400, body: "give a name\n" };
  return { statusCode: 200, headers: { "content-type": "text/plain" }, body: `hello ${name}\n` };
}
