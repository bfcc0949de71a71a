// What the tests share: Debian's Chromium (or CHROMIUM), and what a person does on the page.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-proxy-server"];
const WAIT_MS = 30_000;
// Whoever signed up in a run before is still there.
const RUN = Date.now();

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

export class Person {
  constructor(page, name) {
    this.page = page;
    this.name = name;
    page.setDefaultTimeout(WAIT_MS);
  }

  /** In a context of their own: cookies, storage, service worker. */
  static async arrive(browser, origin, name, options = {}) {
    const context = await browser.newContext({ baseURL: origin, ...options });
    const page = await context.newPage();
    page.on("pageerror", (error) => assert.fail(`${name}'s page: ${error.stack}`));
    await page.goto("/");
    return new Person(page, name);
  }

  async signUp() {
    await this.page.getByRole("button", { name: "I am new here" }).click();
    await this.page.getByLabel("Name").fill(this.name);
    await this.#credentials("Sign up");
  }

  async signIn() {
    await this.#credentials("Sign in");
  }

  async #credentials(button) {
    await this.page.getByLabel("E-mail").fill(`${this.name}-${RUN}@example.com`.toLowerCase());
    await this.page.getByLabel("Password").fill(`${this.name} has a long password`);
    await this.page.getByRole("button", { name: button, exact: true }).click();
    await this.page.getByRole("heading", { name: "Tasks" }).waitFor();
  }

  async signOut() {
    await this.front();
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await this.page.getByRole("heading", { name: "Sign in" }).waitFor();
  }

  /** As a tab is that somebody does something in: behind another, Chromium draws once a second, and clicks wait. */
  front() {
    return this.page.bringToFront();
  }

  async add(title, description = "") {
    await this.front();
    const form = this.page.getByRole("form", { name: "New task" });
    await form.getByLabel("Title").fill(title);
    await form.getByLabel("Description").fill(description);
    await form.getByRole("button", { name: "Add" }).click();
    await this.sees(title);
  }

  async edit(title, fields) {
    await this.front();
    await this.page.getByRole("button", { name: `Edit ${title}`, exact: true }).click();
    const form = this.page.getByRole("form", { name: `Edit ${title}` });
    for (const [label, text] of Object.entries(fields)) await form.getByLabel(label).fill(text);
    await form.getByRole("button", { name: "Save" }).click();
    await form.waitFor({ state: "detached" });
    // What is shown is stored, so that `saved` tells of it.
    for (const text of Object.values(fields)) await this.row(text).waitFor();
  }

  async toggle(title) {
    await this.front();
    await this.row(title).getByRole("checkbox").click();
  }

  async delete(title) {
    await this.front();
    await this.page.getByRole("button", { name: `Delete ${title}`, exact: true }).click();
  }

  row(title) {
    return this.page.getByRole("listitem").filter({ hasText: title });
  }

  sees(title) {
    return this.row(title).first().waitFor();
  }

  sealed(title) {
    return this.row(title).waitFor({ state: "detached" });
  }

  titles() {
    return this.page.locator(".tasks .title").allTextContents();
  }

  async show(filter) {
    await this.page.getByRole("button", { name: filter, exact: true }).click();
  }

  /** All that was done is at the server. */
  saved() {
    return this.page.getByRole("status").getByText("All changes are saved.").waitFor();
  }

  says(words) {
    return this.page.getByRole("status").getByText(words).waitFor();
  }

  /** As the browser does when the window comes back: it asks for what has changed. */
  async look() {
    await this.page.evaluate(() => dispatchEvent(new Event("online")));
  }

  async offline(is) {
    await this.page.context().setOffline(is);
  }

  /** Nothing that keeps anybody out, by axe-core. */
  async accessible(where) {
    await this.page.addScriptTag({ path: AXE });
    const violations = await this.page.evaluate(async () => {
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    });
    assert.deepEqual(violations, [], where);
  }
}
