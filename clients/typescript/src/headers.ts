/** What a request says in its headers: that it is done once, and only to a version that is known. */

import type { paths } from "./schema.js";

const KEY = "Idempotency-Key";

type Posts<Path extends keyof paths> = paths[Path] extends { post: { parameters: { header?: infer Header } } }
  ? Exclude<Header, undefined>
  : never;
type Keyed = {
  [Path in keyof paths]: [Posts<Path>] extends [never] ? never : typeof KEY extends keyof Posts<Path> ? Path : never;
}[keyof paths];
type PostTo<Path> = Path extends keyof paths ? (paths[Path] extends { post: object } ? Path : never) : never;
type Plain<Path extends string, Before extends string> = Path extends `${Before}${infer Name}`
  ? Name extends `${string}/${string}` ? never : PostTo<Path>
  : never;
type ToCollections = Plain<keyof paths, "/api/" | "/api/{user_id}/">;
type Holds<Rule extends true> = Rule;
/** If the compiler objects, the API reads a key elsewhere than `takesKey` says. */
export type KeysRule = Holds<[Keyed, ToCollections] extends [ToCollections, Keyed] ? true : false>;

/** The API reads a key where something is made in a collection: there it makes it once. */
export function takesKey(method: string, schemaPath: string): boolean {
  return method === "POST" && /^\/api\/(\{user_id\}\/)?[^/{}]+$/.test(schemaPath);
}

export function setKey(headers: Headers, key: string): void {
  if (!headers.has(KEY)) headers.set(KEY, key);
}

/** Done twice, it is as if it had been done once. A PUT or DELETE that comes late may undo what another has done. */
export function isRepeatable({ method, url, headers }: Request): boolean {
  if (method === "GET" || method === "HEAD") return true;
  return method === "POST" && (headers.has(KEY) || new URL(url).pathname.endsWith("/batch"));
}

/** For `params.header`: done if it is still the version that one has, else answered 412 with what is there. */
export function ifMatch({ version }: { version: number }): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}
