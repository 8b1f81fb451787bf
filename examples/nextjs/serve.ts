// Serves the same functions without Next: `node serve.ts` listens on $PORT (default 3000; 0 takes a free port)
// and prints one line with its address. Made for tests that start and kill the application many times.
import { join } from "node:path";
import { createServer } from "inngest/node";
import { functions } from "./inngest/index.ts";
import { inngest } from "./lib/inngest.ts";

// The default is the database that the Next application uses, wherever this file was started from.
process.env.EXAMPLE_DB ||= join(import.meta.dirname, ".data/example.db");

const server = createServer({ client: inngest, functions });
server.listen(Number(process.env.PORT ?? 3000), () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : address;
  console.log(`serving http://localhost:${port}/api/inngest`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    // Idle keep-alive connections would hold the process open.
    server.closeIdleConnections();
  });
}
