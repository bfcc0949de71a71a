import react from "@vitejs/plugin-react";
import { defineConfig, type ProxyOptions } from "vite";

// One origin for the browser: what begins with /api/auth is Better Auth's, the rest of /api is the API's. So there are
// no CORS to think of, and the session's cookie belongs to the page. The README says how to do without.
const to = (target: string): ProxyOptions => ({ target, changeOrigin: true });
const auth = process.env["AUTH_URL"] ?? "http://127.0.0.1:3001";
const api = process.env["API_URL"] ?? "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react()],
  server: {
    host: "localhost",
    port: Number(process.env["PORT"] ?? 5173),
    strictPort: true,
    proxy: { "/api/auth": to(auth), "/api": to(api) },
  },
  // Built anew by `make types`, and read from the clone.
  optimizeDeps: { exclude: ["@tasks-api/client"] },
});
