// Loaded into the server's process by `--import`: tells its memory to the parent when it is asked.
import process from "node:process";

const collect = (globalThis as { readonly gc?: () => void }).gc;

process.on("message", (message: unknown) => {
  // What is garbage already says nothing about what is kept.
  if (message === "collected") collect?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  process.send?.({ heapUsed, external, arrayBuffers });
});
process.on("disconnect", () => process.exit(1));
// The server ends when it wants to, and with its parent.
process.channel?.unref();
