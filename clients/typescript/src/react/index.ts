"use client";

/** The client of whoever is signed in, for the components below. */

import { createContext, createElement, useContext, useEffect, useMemo, useRef } from "react";
import type { ReactElement, ReactNode } from "react";

import type { TasksClient } from "../interface.js";

const Client = createContext<TasksClient | undefined>(undefined);

export interface TasksProviderProps {
  /** Who is signed in. When it is another, they get a client of their own, and the former one's is closed. */
  user: string;
  /** `createTasksClient` with this user. */
  create: (user: string) => TasksClient;
  children?: ReactNode;
}

export function TasksProvider({ user, create, children }: TasksProviderProps): ReactElement {
  const client = useMemo(() => create(user), [user]);
  const former = useRef(client);
  useEffect(() => {
    if (former.current !== client) former.current.close();
    former.current = client;
  }, [client]);
  return createElement(Client.Provider, { value: client }, children);
}

export function useTasksClient(): TasksClient {
  const client = useContext(Client);
  if (!client) throw new Error("useTasksClient is for components inside a TasksProvider.");
  return client;
}
