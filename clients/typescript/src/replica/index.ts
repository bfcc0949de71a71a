export { indexedDbStore } from "./indexeddb.js";
export { memoryStore } from "./memory.js";
export { Replica, type Conflict, type ReplicaOptions, type Shown } from "./replica.js";
export type { Store, Table, Tables } from "./store.js";
