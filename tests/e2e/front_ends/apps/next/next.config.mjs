import { dirname } from "node:path";

/** The modules are those of the directory that the apps are in. */
export default { turbopack: { root: dirname(import.meta.dirname) } };
