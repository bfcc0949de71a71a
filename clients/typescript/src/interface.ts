/** What a client of the API is: openapi-fetch's interface, with calls that are checked more strictly. */

import type { Client, ClientOptions, FetchOptions, FetchResponse, MaybeOptionalInit } from "openapi-fetch";
import type { FilterKeys, HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";

import type { Repetition } from "./retries.js";
import type { paths } from "./schema.js";
import type { SessionOptions } from "./session.js";

type Strict<Path extends keyof paths, Method extends HttpMethod> = Omit<
  FetchOptions<FilterKeys<paths[Path], Method>>,
  "parseAs" | "fetch"
> &
  Repetition;
type Loose<Options> = Options & { [key: string]: unknown };

/** Nobody has one. So an overload whose `this` it is cannot be called, and still makes the client fit elsewhere. */
declare const nobody: unique symbol;
interface Nobody {
  [nobody]: never;
}

interface Call<Method extends HttpMethod> {
  /** As openapi-fetch has it, for libraries that take its clients; there an unknown field is no error. */
  <Path extends PathsWithMethod<paths, Method>, Options extends MaybeOptionalInit<paths[Path], Method>>(
    this: Nobody,
    path: Path,
    ...init: RequiredKeysOf<Options> extends never ? [Loose<Options>?] : [Loose<Options>]
  ): Promise<FetchResponse<paths[Path][Method] & {}, Options, MediaType>>;
  <Path extends PathsWithMethod<paths, Method>>(
    path: Path,
    ...init: RequiredKeysOf<Strict<Path, Method>> extends never
      ? [init?: Strict<Path, Method>]
      : [init: Strict<Path, Method>]
  ): Promise<FetchResponse<paths[Path][Method] & {}, {}, MediaType>>;
}

export interface TasksClient extends Omit<Client<paths>, "GET" | "POST" | "PUT" | "PATCH" | "DELETE"> {
  GET: Call<"get">;
  POST: Call<"post">;
  PUT: Call<"put">;
  PATCH: Call<"patch">;
  DELETE: Call<"delete">;
  /** The session is over: what is under way fails with SIGNED_OUT, and so does what is called later. */
  close(): void;
}

/** Beside these, what openapi-fetch takes: `headers`, `credentials`, `querySerializer` … */
export type TasksClientOptions = SessionOptions &
  Repetition &
  Omit<ClientOptions, "baseUrl" | "fetch" | "signal"> & {
    /** Where the API is, without `/api`. */
    baseUrl: string;
    /** Instead of the global one. */
    fetch?: ((request: Request) => Promise<Response>) | undefined;
  };
