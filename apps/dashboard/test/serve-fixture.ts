// Serves the fixture until it is stopped: `node test/serve-fixture.ts [port] [full|empty|locked]`.
import process from "node:process";
import { startFixture, type FixtureMode } from "./fixture-server.ts";

const [port = "4288", mode = "full"] = process.argv.slice(2);
await startFixture({ port: Number(port), mode: mode as FixtureMode });
process.stdout.write(`The fixture is at http://127.0.0.1:${port} (${mode})\n`);
