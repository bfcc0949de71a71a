// The whole path of two users, in two contexts of a browser: node tests/path.mjs http://localhost:5173 [pictures]
import assert from "node:assert/strict";

import { launch, Person } from "./browser.mjs";

const [origin, pictures] = process.argv.slice(2);
const PHONE = { viewport: { width: 375, height: 740 } };
const browser = await launch();
const step = (name) => console.log(`- ${name}`);
const picture = (person, name) => pictures && person.page.screenshot({ path: `${pictures}/example-${name}.png` });

try {
  const dora = await Person.arrive(browser, origin, "Dora");
  const eve = await Person.arrive(browser, origin, "Eve", { ...PHONE, colorScheme: "dark" });

  step("sign up");
  await dora.accessible("the sign-in page");
  await picture(dora, "sign-in");
  await dora.signUp();
  await eve.signUp();

  step("create, complete, edit, filter, search");
  await dora.add("Buy milk", "two litres");
  await dora.add("Write to Eve");
  await eve.add("Eve's own");
  await dora.toggle("Buy milk");
  await dora.edit("Write to Eve", { Title: "Write to Eve today" });
  await dora.saved();
  await dora.show("Done");
  assert.deepEqual(await dora.titles(), ["Buy milk"]);
  await dora.show("All");
  await dora.page.getByLabel("Search").fill("LITRES");
  assert.deepEqual(await dora.titles(), ["Buy milk"]);
  await dora.page.getByLabel("Search").fill("");
  await dora.accessible("the list");
  await picture(dora, "list");

  step("nobody sees another's tasks, in another tab of the same user neither");
  const tab = new Person(await dora.page.context().newPage(), "Dora");
  await tab.page.goto("/");
  await tab.sees("Write to Eve today");
  assert.deepEqual(await tab.titles(), await dora.titles());
  assert.deepEqual(await eve.titles(), ["Eve's own"]);
  await tab.add("From the other tab");
  await dora.sees("From the other tab");

  step("undo");
  await dora.delete("From the other tab");
  await dora.sealed("From the other tab");
  await dora.page.getByRole("button", { name: "Undo" }).click();
  await dora.sees("From the other tab");
  await dora.saved();
  await tab.look();
  await tab.sees("From the other tab");

  step("offline: what is done stays, also over a reload");
  await eve.offline(true);
  await eve.says("You are offline");
  await eve.add("Done offline");
  await eve.toggle("Eve's own");
  await eve.page.reload();
  await eve.sees("Done offline");
  assert.equal(await eve.row("Eve's own").getByRole("checkbox").isChecked(), true);
  await eve.row("Done offline").getByText("not sent yet").waitFor();
  await eve.accessible("offline, dark, on a phone");
  await picture(eve, "offline");
  await eve.offline(false);
  await eve.look();
  await eve.saved();
  await eve.row("Done offline").getByText("not sent yet").waitFor({ state: "detached" });

  step("edits of different fields are merged");
  const laptop = await Person.arrive(browser, origin, "Dora");
  await laptop.signIn();
  await laptop.sees("Buy milk");
  await laptop.offline(true);
  await laptop.edit("Buy milk", { Description: "three litres" });
  await dora.edit("Buy milk", { Title: "Buy oat milk" });
  await dora.saved();
  await laptop.offline(false);
  await laptop.look();
  await laptop.sees("Buy oat milk");
  await laptop.row("Buy oat milk").getByText("three litres").waitFor();
  await laptop.saved();

  step("a conflict shows both versions, and is resolved");
  await laptop.offline(true);
  await laptop.edit("Buy oat milk", { Title: "Buy soy milk" });
  await dora.look();
  await dora.row("Buy oat milk").getByText("three litres").waitFor();
  await dora.edit("Buy oat milk", { Title: "Buy rice milk" });
  await dora.saved();
  await laptop.offline(false);
  await laptop.look();
  const dialog = laptop.page.getByRole("dialog");
  await dialog.waitFor();
  await dialog.getByRole("region", { name: "Yours" }).getByText("Buy soy milk").waitFor();
  await dialog.getByRole("region", { name: "Theirs" }).getByText("Buy rice milk").waitFor();
  await laptop.accessible("a conflict");
  await picture(laptop, "conflict");
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await laptop.sees("Buy soy milk");
  await laptop.saved();
  await dora.look();
  await dora.sees("Buy soy milk");

  step("a session that is over says so, and what waits is sent after the next one");
  await laptop.offline(true);
  await laptop.add("Done without a session");
  await laptop.page.goto("about:blank"); // with its token
  await laptop.page.context().clearCookies();
  await laptop.offline(false);
  await laptop.page.goto("/");
  const over = laptop.page.getByRole("status").getByText(/The session of dora-\d+@example.com is over/);
  await over.getByText("1 task has changes that wait.").waitFor();
  await laptop.accessible("a session that is over");
  await laptop.page.reload();
  await over.waitFor();
  await laptop.signIn();
  await laptop.saved();
  await dora.look();
  await dora.sees("Done without a session");

  step("an error of the page's own is not an empty page");
  const broken = new Person(await dora.page.context().newPage(), "Dora");
  await broken.page.addInitScript(() => {
    Storage.prototype.getItem = () => "{";
  });
  await broken.page.goto("/");
  await broken.page.getByRole("heading", { name: "This page could not be shown" }).waitFor();
  await broken.page.getByRole("button", { name: "Load it again" }).waitFor();
  await broken.page.close();

  step("by keyboard alone");
  await keyboard(dora);

  step("more than a page");
  const before = (await dora.titles()).length;
  for (let number = before; number <= 20; number += 1) await dora.add(`Number ${number}`);
  assert.equal((await dora.titles()).length, 20);
  await dora.page.getByRole("button", { name: /^Show more/ }).click();
  assert.ok((await dora.titles()).length > 20);
  await dora.saved();

  step("another user signs in, in the same browser: nothing is left of the one before");
  await dora.signOut();
  assert.equal(await dora.page.getByRole("status").count(), 0);
  await tab.page.close();
  dora.name = "Fay";
  await dora.signUp();
  await dora.saved();
  assert.deepEqual(await dora.titles(), []);
  const databases = await dora.page.evaluate(async () => (await indexedDB.databases()).length);
  assert.equal(databases, 1);

  console.log("done");
} catch (error) {
  for (const context of browser.contexts()) {
    for (const page of context.pages()) console.error(await page.locator("body").innerText());
  }
  throw error;
} finally {
  await browser.close();
}

async function keyboard(person) {
  const { keyboard } = person.page;
  const focused = () => person.page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);
  await person.page.getByRole("form", { name: "New task" }).getByLabel("Title").focus();
  await keyboard.type("By keys");
  await keyboard.press("Enter");
  await person.sees("By keys");
  for (let presses = 0; (await focused()) !== "Edit By keys"; presses += 1) {
    assert.ok(presses < 30, `Tab never reached the task, but ${await focused()}`);
    await keyboard.press("Tab");
  }
  await keyboard.press("Enter");
  await keyboard.type(" alone");
  await keyboard.press("Enter");
  await person.sees("By keys alone");
}
