// Better Auth in memory, with a file behind it: e-mail and password, and tokens for the API. Give it a database, a secret
// and mails before anybody else uses it: https://www.better-auth.com/docs
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

import { openAccounts } from "./accounts.mjs";

const port = Number(process.env.AUTH_PORT ?? 3001);
// Where the page is, which passes /api/auth on: it is the issuer and the audience of the tokens.
const origin = process.env.APP_URL ?? "http://localhost:5173";

const accounts = openAccounts(process.env.ACCOUNTS_FILE ?? ".local/accounts.json");

const auth = betterAuth({
  baseURL: origin,
  secret: process.env.BETTER_AUTH_SECRET ?? accounts.secret,
  database: memoryAdapter(accounts.tables),
  emailAndPassword: { enabled: true },
  logger: { level: "error" },
  telemetry: { enabled: false },
  plugins: [jwt({ jwt: { expirationTime: process.env.TOKEN_LIFETIME ?? "15m" } })],
});

/** Whoever has an answer finds it kept. */
async function answer(request) {
  const response = await auth.handler(request);
  accounts.save();
  return response;
}

createServer(toNodeHandler(answer)).listen(port, "127.0.0.1", () => console.log(`auth: http://127.0.0.1:${port}`));
