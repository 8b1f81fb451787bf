// A server that has enough in hand tells senders to come later; the published SDKs do so by themselves.
import { once } from "node:events";
import { connect } from "node:net";
import { Inngest as InngestV4 } from "inngest";
import { Inngest as InngestV3 } from "inngest-v3";
import { expect, test } from "vitest";
import { useServer } from "../harness/scope.ts";

const server = useServer({ args: ["--requests-limit", "1"] });

type Options = ConstructorParameters<typeof InngestV3>[0] & ConstructorParameters<typeof InngestV4>[0];

test.each([
  ["v3", (options: Options) => new InngestV3(options)],
  ["v4", (options: Options) => new InngestV4(options)],
])("the events of SDK %s arrive once there is room again", async (name, make) => {
  const held = connect(server.port, "127.0.0.1");
  held.write("POST /e/test HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 15\r\n\r\n");
  // The server asks for the body when it has let the request in.
  await once(held, "data");
  const statuses: number[] = [];
  const client = make({
    id: name,
    isDev: true,
    eventKey: "test",
    baseUrl: `http://localhost:${server.port}`,
    fetch: async (...parameters: Parameters<typeof fetch>) => {
      const answer = await fetch(...parameters);
      statuses.push(answer.status);
      if (answer.status === 429) {
        expect(answer.headers.get("retry-after")).toBe("1");
        expect(await answer.clone().json()).toMatchObject({ code: "SERVER_BUSY", ids: [], status: 429 });
        held.write(`{"name":"held"}`);
      }
      return answer;
    },
  });
  const { ids } = await client.send({ name: `busy/${name}`, data: {} });
  expect(ids).toHaveLength(1);
  expect(statuses[0]).toBe(429);
  expect(statuses.at(-1)).toBe(200);
  held.destroy();
});
