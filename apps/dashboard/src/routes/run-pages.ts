// The two pages that show a run. They are loaded together, as they are made of the same parts.
export { OpenPage } from "./open.tsx";
export { RunPage } from "./run.tsx";
