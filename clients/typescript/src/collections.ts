/** The API's collections and what is in them, as far as each can be followed and written in batches. */

import type { paths } from "./schema.js";

type Json<Answer> = Answer extends { content: { "application/json": infer Content } } ? Content : never;
type Answered<Path, Method extends string> = Path extends keyof paths
  ? paths[Path] extends Record<Method, { responses: { 200: infer Answer } }> ? Json<Answer> : never
  : never;
type Posted<Path> = Path extends keyof paths
  ? paths[Path] extends { post: { requestBody: infer Body } } ? Json<Body> : never
  : never;

/** `"tasks"`, and whatever else the API keeps. */
export type Collection = { [Path in keyof paths]: Followed<Path> }[keyof paths];
type Followed<Path> = Path extends `/api/${infer Name}/changes` ? Plain<Name> : never;
/** Not `{user_id}/tasks`: those are the same, of whom the token is of. */
type Plain<Name> = Name extends `${string}/${string}` ? never : Name;

export type ChangesAnswer<C extends Collection> = Answered<`/api/${C}/changes`, "get">;
export type Batch<C extends Collection> = Posted<`/api/${C}/batch`>;
export type BatchAnswer<C extends Collection> = Answered<`/api/${C}/batch`, "post">;

/** A page of its list: `data`, and `meta.next_cursor`, which is null on the last one. */
export type Page<C extends Collection> = Answered<`/api/${C}`, "get">;
/** What a list can be asked for: filters, order, `limit` … */
export type Query<C extends Collection> = `/api/${C}` extends infer Path extends keyof paths
  ? paths[Path] extends { get: { parameters: { query?: infer Asked } } } ? Exclude<Asked, undefined> : never
  : never;

type Entry<List> = List extends readonly (infer One)[] ? One : never;

/** One of the feed: what it is now, under its noun, or that it was deleted. */
export type Change<C extends Collection> = Entry<ChangesAnswer<C>["data"]>;
/** What one of the collection is called: `"task"`. */
export type Noun<C extends Collection> = Exclude<keyof Change<C>, "id" | "deleted"> & string;
export type Item<C extends Collection> = Entry<BatchAnswer<C>["current"]>;
export type Operation<C extends Collection> = Entry<Batch<C>["operations"]>;
