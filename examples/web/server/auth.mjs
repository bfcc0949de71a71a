// Better Auth in memory: e-mail and password, and tokens for the API. Who signed up is forgotten when it ends; give it a
// database, a secret and mails before anybody else uses it: https://www.better-auth.com/docs
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const port = Number(process.env.AUTH_PORT ?? 3001);
// Where the page is, which passes /api/auth on: it is the issuer and the audience of the tokens.
const origin = process.env.APP_URL ?? "http://localhost:5173";

const auth = betterAuth({
  baseURL: origin,
  secret: process.env.BETTER_AUTH_SECRET ?? randomBytes(32).toString("base64"),
  database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
  emailAndPassword: { enabled: true },
  logger: { level: "error" },
  telemetry: { enabled: false },
  plugins: [jwt({ jwt: { expirationTime: process.env.TOKEN_LIFETIME ?? "15m" } })],
});

createServer(toNodeHandler(auth)).listen(port, "127.0.0.1", () => console.log(`auth: http://127.0.0.1:${port}`));
