/** Where spans are sent. Its errors have the shape of a `google.rpc.Status`, as exporters expect. */
export const tracesPath = "/v1/traces/userland";
