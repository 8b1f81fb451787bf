// Has to be imported before the first schema is made: zod finds out then whether it may compile its checks, by an `eval` that
// the content policy forbids, and the browser reports.
import { config } from "zod";

config({ jitless: true });
