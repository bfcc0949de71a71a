// Better Auth on loopback, as a Next.js front end would run it: one for each line of standard input, which says how, and
// each with an address, rows and keys of its own. Four routes under /test stand for what happens around it: a mail that
// arrives, time that passes, a key that is withdrawn, an endpoint that is down.
// Prints the address of each when it serves; ends when its standard input does.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const CURVES = { EdDSA: { crv: "Ed25519" }, ES256: {}, RS256: { modulusLength: 2048 } };

// Better Auth keeps the session in a second cookie for some minutes. The `cache` "jwt-plugin" signs it with the keys of
// the tokens.
async function serve({ algorithm: alg, cookieCache: cache, secret }) {
  const rows = { user: [], session: [], account: [], verification: [], jwks: [] };
  const mails = new Map();
  let keysAreDown = false;
  let keyRequests = 0;

  const server = createServer(handle);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}`;

  const auth = betterAuth({
    baseURL: address,
    secret,
    database: memoryAdapter(rows),
    logger: { level: "error" },
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true },
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: async ({ user, token }) => void mails.set(user.email, token),
    },
    session: { cookieCache: { enabled: true, maxAge: 300, strategy: cache === "jwt-plugin" ? "jwt" : cache } },
    rateLimit: { enabled: false },
    plugins: [
      jwt({
        jwks: { keyPairConfig: { alg, ...CURVES[alg] }, rotationInterval: 30 * 24 * 3600 },
        sessionCookieCache: cache === "jwt-plugin",
      }),
    ],
  });
  const betterAuthHandler = toNodeHandler(auth);

  const TEST_ROUTES = {
    "/test/mail": (query) => ({ token: mails.get(query.get("to")) }),
    "/test/key-requests": () => ({ count: keyRequests }),
    // The rotation interval has passed: the plugin makes a new key for the next token, and goes on publishing the old one.
    "/test/expire-keys": () => {
      for (const key of rows.jwks) key.expiresAt = new Date(Date.now() - 1000);
      return {};
    },
    "/test/withdraw-keys": () => (rows.jwks.splice(0), {}),
    "/test/keys-down": () => ((keysAreDown = true), {}),
    "/test/keys-up": () => ((keysAreDown = false), {}),
  };

  function handle(request, response) {
    const url = new URL(request.url, address);
    if (url.pathname in TEST_ROUTES) {
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify(TEST_ROUTES[url.pathname](url.searchParams)));
    }
    if (url.pathname === "/api/auth/jwks") {
      keyRequests += 1;
      if (keysAreDown) return response.destroy();
    }
    return betterAuthHandler(request, response);
  }

  return address;
}

createInterface({ input: process.stdin })
  .on("line", async (line) => console.log(await serve(JSON.parse(line))))
  .on("close", () => process.exit(0));
