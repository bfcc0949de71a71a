// What Better Auth's memory adapter holds, kept in a file: who signed up is still there when the server starts anew.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const EMPTY = { user: [], session: [], account: [], verification: [], jwks: [] };

/** `secret` signs sessions and encrypts the keys in `tables`, so it has to be the same the next time. */
export function openAccounts(file) {
  let written = read(file);
  const { secret, tables } = written
    ? JSON.parse(written, (name, value) => (name.endsWith("At") && value ? new Date(value) : value))
    : { secret: randomBytes(32).toString("base64"), tables: structuredClone(EMPTY) };

  function save() {
    const text = JSON.stringify({ secret, tables });
    if (text === written) return;
    mkdirSync(dirname(file), { recursive: true });
    // Renamed over the old one: whenever the process ends, the file is whole.
    writeFileSync(`${file}.${process.pid}`, text, { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
    written = text;
  }

  return { secret, tables, save };
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}
