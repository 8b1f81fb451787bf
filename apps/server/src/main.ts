// The entry. Its first lines refuse a Node that the database addon would crash without a word;
// everything else is imported only after that.
import process from "node:process";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  // Not awaited at the top level: the single binary is one CommonJS file, which has none.
  void import("./cli.ts").then(({ runCli }) => runCli());
} else {
  process.stderr.write(
    `Stepwright needs Node 22.18 or newer; this is v${process.versions.node}. Install a newer one from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
}
