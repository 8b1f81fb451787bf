// Serves the functions like the application's own `serve.ts`: on $PORT, with one line that tells the address.
import { createServer } from "inngest/node";
import { inngest } from "./client.ts";
import { functions } from "./functions.ts";

const server = createServer({ client: inngest, functions });
server.listen(Number(process.env["PORT"] ?? 0), () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : address;
  process.stdout.write(`serving http://localhost:${port}/api/inngest\n`);
});
process.once("SIGTERM", () => {
  server.close();
  server.closeIdleConnections();
});
