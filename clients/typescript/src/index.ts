export * from "./batch.js";
export * from "./changes.js";
export * from "./client.js";
export type { Batch, Change, Collection, Item, Noun, Operation } from "./collections.js";
export { RefusedError } from "./refused.js";
export { uuid7 } from "./uuid7.js";
