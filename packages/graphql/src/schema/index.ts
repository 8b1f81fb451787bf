// The schema as a whole. Its names are those of the protocol; ours would be others.
import { appsText } from "./apps.ts";
import { connectionsText } from "./connections.ts";
import { eventsText } from "./events.ts";
import { inputsText } from "./inputs.ts";
import { rootsText } from "./roots.ts";
import { runsText } from "./runs.ts";
import { tracesText } from "./traces.ts";

/** The schema as SDL. */
export const schemaText = [rootsText, inputsText, appsText, eventsText, runsText, tracesText, connectionsText].join("");
