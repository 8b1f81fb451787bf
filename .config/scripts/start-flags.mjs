// Reads the command line of `npm start`.

import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { root } from "./workspace.mjs";

const help = `npm start [-- FLAGS] [-- SERVER FLAGS]

Starts the server and the example application; installs and builds first what is needed.

  --server-only       start the server alone
  -p, --port N        port of the server (8288)
  --app-port N        port of the example application (3000)
  --data-dir DIR      folder of the server's database (.stepwright)
  -h, --help          show this

What follows a second -- goes to the server as it is: npm start -- --server-only -- --retry-interval 1
`;

/**
 * Reads the flags. Prints the help, or what is wrong, and ends the process where there is
 * nothing to start.
 */
export function readStartFlags(argv) {
  const separator = argv.indexOf("--");
  const own = separator === -1 ? argv : argv.slice(0, separator);
  const values = parse(own);
  if (values.help) {
    process.stdout.write(help);
    process.exit(0);
  }
  const flags = {
    serverOnly: values["server-only"],
    port: readPort("--port", values.port),
    appPort: readPort("--app-port", values["app-port"]),
    // npm changes into the checkout before it runs us; a relative folder is meant from where the person stands.
    dataDirectory:
      values["data-dir"] === undefined
        ? join(root, ".stepwright")
        : resolve(process.env["INIT_CWD"] ?? process.cwd(), values["data-dir"]),
    serverArgs: separator === -1 ? [] : argv.slice(separator + 1),
  };
  if (flags.port === flags.appPort && !flags.serverOnly) {
    refuse(`The server and the example application cannot both have port ${flags.port}.`);
  }
  return flags;
}

function parse(argv) {
  try {
    return parseArgs({
      args: argv,
      options: {
        "server-only": { type: "boolean", default: false },
        port: { type: "string", short: "p", default: "8288" },
        "app-port": { type: "string", default: "3000" },
        "data-dir": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

function readPort(name, text) {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  return refuse(`${name} must be a number from 1 to 65535, not "${text}".`);
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n\n${help}`);
  process.exit(1);
}
