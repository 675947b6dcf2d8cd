// A Lambda function behind an API Gateway REST API, as it would run on AWS.

const orders = {
  17: { item: "tea", quantity: 2, card: "4111111111111111" },
};

exports.handler = (event, context, callback) => {
  const order = orders[event.pathParameters.id];
  if (!order) {
    callback(null, { statusCode: 404, body: JSON.stringify({ error: "no such order" }) });
    return;
  }
  console.log("order", event.pathParameters.id, "for", event.requestContext.authorizer.customer);
  callback(null, {
    statusCode: 200,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ id: event.pathParameters.id, customer: event.requestContext.authorizer.customer, ...order }),
  });
};
