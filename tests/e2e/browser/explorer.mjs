// What a person does on the page at /docs: node tests/e2e/browser/explorer.mjs http://127.0.0.1:3000 [picture.png]
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../../examples/web/package.json", import.meta.url))("playwright-core");
const [origin, picture] = process.argv.slice(2);
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-proxy-server"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(30_000);
  const outside = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:") && !url.startsWith("blob:")) outside.push(url);
  });
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.stack));
  page.on("console", (message) => message.text().includes("TypeError") && errors.push(message.text()));

  await page.goto(`${origin}/`);
  await page.getByText("Requests are sent with a token of alice.").waitFor();
  await be(page, "grace");

  const created = await call(page, "POST /api/tasks", { body: { title: "Buy milk" } });
  assert.equal(created.status, 201);
  const task = JSON.parse(created.body).data;
  assert.equal(task.user_id, "grace");
  const completed = await call(page, "PATCH /api/tasks/{task_id}/complete", {
    parameters: { task_id: task.id },
    body: { completed: true },
  });
  assert.equal(completed.status, 200);
  const listed = await call(page, "GET /api/tasks");
  assert.equal(listed.status, 200);
  const [newest] = JSON.parse(listed.body).data;
  assert.deepEqual([newest.id, newest.title, newest.completed], [task.id, "Buy milk", true]);
  if (picture) await page.screenshot({ path: picture });

  await be(page, "heidi");
  const hers = await call(page, "GET /api/tasks", { again: true });
  assert.deepEqual(JSON.parse(hers.body).data, []);

  // As where tokens are an issuer's: there is nobody one could be.
  const message = "press Authorize, and paste a token of it";
  await page.route("**/docs/token?*", (route) => route.fulfill({ status: 404, json: { message } }));
  await page.reload();
  await page.getByText(message).waitFor();
  assert.equal(await page.getByRole("button", { name: "Be this user" }).count(), 0);
  // And before the document is there, that is said.
  await page.route("**/openapi.json", () => {});
  await page.goto(`${origin}/docs`, { waitUntil: "commit" });
  await page.getByText("Reading the code …").waitFor();
  assert.deepEqual(outside, []);
  assert.deepEqual(errors, []);
  console.log("done");
} finally {
  await browser.close();
}

async function be(page, user) {
  await page.getByLabel("You are").fill(user);
  await page.getByRole("button", { name: "Be this user" }).click();
  await page.getByText(`Requests are sent with a token of ${user}.`).waitFor();
}

/** Open an operation, fill it in, execute it; what was answered. */
async function call(page, operation, { parameters = {}, body, again = false } = {}) {
  const [method, path] = operation.split(" ");
  const block = page
    .locator(`.opblock-${method.toLowerCase()}`)
    .filter({ has: page.locator(`.opblock-summary-path[data-path="${path}"]`) });
  if (!again) await block.locator(".opblock-summary-control").click();
  for (const [name, value] of Object.entries(parameters)) {
    await block.locator(`tr[data-param-name="${name}"] input`).fill(value);
  }
  if (body) await block.locator("textarea.body-param__text").fill(JSON.stringify(body));
  const answered = page.waitForResponse((response) => response.request().method() === method && response.url().includes("/api/"));
  await block.getByRole("button", { name: "Execute" }).click();
  const response = await answered;
  await block.locator(".live-responses-table").waitFor();
  return { status: response.status(), body: await response.text() };
}
