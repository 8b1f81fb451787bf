// Preloaded into the example application, so that it goes when `npm start` is killed.

import { exitWithParent } from "../../apps/server/bin/exit-with-parent.mjs";

exitWithParent();
