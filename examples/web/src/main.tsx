import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app";
import { Boundary } from "./boundary";
import { openOffline } from "./offline";
import "./style.css";

// What is shown is on this machine: nothing waits for a connection.
const queryClient = new QueryClient({ defaultOptions: { queries: { networkMode: "always", retry: false } } });

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Boundary>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </Boundary>
  </StrictMode>,
);

void openOffline();
