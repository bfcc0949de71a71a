import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app";
import { openOffline } from "./offline";
import "./style.css";

// What is shown is on this machine: nothing waits for a connection.
const queryClient = new QueryClient({ defaultOptions: { queries: { networkMode: "always", retry: false } } });

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);

void openOffline();
