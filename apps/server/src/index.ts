// The server as a library: for tests that start it in their own process.
export { startServer, type RunningServer } from "./start-server.ts";
export type { Config } from "./config.ts";
export { readConfig, type ConfigSources } from "./read-config.ts";
