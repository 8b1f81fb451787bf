import { createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { choosePort, portsOfApps } from "./ports.ts";

const open: Server[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

function occupy(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    open.push(server);
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

it("takes the next free port when it may move", async () => {
  const taken = await occupy();
  const port = await choosePort({ wanted: taken, hosts: ["127.0.0.1"], mayMove: true });
  expect(port).toBeGreaterThan(taken);
});

it("refuses a taken port when it may not", async () => {
  const taken = await occupy();
  await expect(choosePort({ wanted: taken, hosts: ["127.0.0.1"], mayMove: false })).rejects.toMatchObject({
    code: "PORT_IN_USE",
  });
});

it("takes any port for 0", async () => {
  expect(await choosePort({ wanted: 0, hosts: ["127.0.0.1"], mayMove: false })).toBeGreaterThan(0);
});

it.each([
  ["3123", [3123]],
  ["", []],
  [undefined, []],
  ["0", []],
  ["65536", []],
  ["/run/app.sock", []],
])("looks for an app on PORT=%s as well: %j", (variable, ports) => {
  expect(portsOfApps(variable)).toEqual(ports);
});
