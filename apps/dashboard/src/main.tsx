// Where the page begins.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { applyLive } from "./api/apply-live.ts";
import { liveFeed } from "./api/live-feed.ts";
import { createQueryClient } from "./api/session.ts";
import { createAppRouter } from "./router.tsx";
import "./styles.css";

const client = createQueryClient();
const router = createAppRouter(client);
applyLive(client, liveFeed);

const element = document.getElementById("root");
if (element === null) throw new Error("index.html has no element #root");
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
