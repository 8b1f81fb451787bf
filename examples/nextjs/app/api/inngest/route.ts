// The endpoint that the server calls to register and to run the functions.
import { serve } from "inngest/next";
import { functions } from "../../../inngest/index.ts";
import { inngest } from "../../../lib/inngest.ts";

export const { GET, POST, PUT } = serve({ client: inngest, functions });
