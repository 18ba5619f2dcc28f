/**
 * The debugger's events as they arrive. The list is read once the stream is open, and again after each break, so
 * that nothing falls between the two; bursts are shown together a few times a second.
 */

import { useCallback, useEffect, useReducer, useRef } from "react";
import { queryClient } from "../../api/cache";
import { eventStreamAddress, recentEvents, streamedEvent } from "../../api/calls";
import { workspaceQuery } from "../../api/queries";
import type { DebugEvent } from "../../api/types";
import { merge } from "./eventList";

const FLUSH_MS = 200;
const RECONNECT_MS = 3_000;
const UNSEEN_MS = 30_000;
const RECENT = 100;

export type LiveState = {
  events: DebugEvent[];
  /** Arrived while paused, newest first. */
  held: DebugEvent[];
  isPaused: boolean;
  connection: "connecting" | "live" | "lost";
  /** The recent events have been read at least once, or could not be. */
  isRead: boolean;
  problem: Error | null;
  /** How many were heard that the list did not have; `newest` is the last of them. */
  arrivals: number;
  newest: DebugEvent | null;
};

type Action =
  | { kind: "opened" }
  | { kind: "lost" }
  | { kind: "read"; events: DebugEvent[] }
  | { kind: "failed"; error: Error }
  | { kind: "heard"; events: DebugEvent[] }
  | { kind: "paused"; isPaused: boolean };

export const START: LiveState = {
  events: [],
  held: [],
  isPaused: false,
  connection: "connecting",
  isRead: false,
  problem: null,
  arrivals: 0,
  newest: null,
};

export function reduce(state: LiveState, action: Action): LiveState {
  switch (action.kind) {
    case "opened":
      return { ...state, connection: "live" };
    case "lost":
      return { ...state, connection: "lost" };
    case "failed":
      return { ...state, problem: action.error, isRead: true };
    case "read":
      return { ...take(state, fresh(state, action.events)), isRead: true, problem: null };
    case "heard": {
      const events = fresh(state, action.events);
      if (events.length === 0) return state;
      return { ...take(state, events), arrivals: state.arrivals + events.length, newest: events.at(-1) ?? null };
    }
    case "paused":
      if (action.isPaused) return { ...state, isPaused: true };
      return { ...state, isPaused: false, events: merge(state.events, state.held), held: [] };
  }
}

/** What is newer than all that is known: an event's `seq` only grows. */
function fresh(state: LiveState, events: DebugEvent[]): DebugEvent[] {
  const known = Math.max(0, ...[...state.events, ...state.held].map(({ seq }) => seq));
  return events.filter(({ seq }) => seq > known);
}

function take(state: LiveState, events: DebugEvent[]): LiveState {
  if (state.isPaused) return { ...state, held: merge(state.held, events) };
  return { ...state, events: merge(state.events, events) };
}

export function useLiveEvents(sourceId: string) {
  const [state, dispatch] = useReducer(reduce, START);
  const waiting = useRef<DebugEvent[]>([]);
  const { isRead } = state;

  const read = useCallback(async () => {
    try {
      dispatch({ kind: "read", events: (await recentEvents(sourceId, RECENT)).data });
    } catch (error) {
      dispatch({ kind: "failed", error: error as Error });
    }
  }, [sourceId]);

  useEffect(() => {
    const close = listen(sourceId, {
      onOpen: () => {
        dispatch({ kind: "opened" });
        void read();
      },
      onLost: () => {
        dispatch({ kind: "lost" });
        // The session may have ended: this question finds out.
        void queryClient.invalidateQueries(workspaceQuery);
      },
      onEvent: (event) => waiting.current.push(event),
    });
    return () => {
      close();
      waiting.current = [];
    };
  }, [sourceId, read]);

  useEffect(() => {
    if (!isRead) return;
    const flush = setInterval(() => {
      if (waiting.current.length === 0) return;
      dispatch({ kind: "heard", events: waiting.current });
      waiting.current = [];
    }, FLUSH_MS);
    return () => clearInterval(flush);
  }, [isRead]);

  return { ...state, read, setPaused: (isPaused: boolean) => dispatch({ kind: "paused", isPaused }) };
}

type Ears = { onOpen: () => void; onLost: () => void; onEvent: (event: DebugEvent) => void };

/**
 * Listens until the returned function is called. A browser gives up after an error answer; this does not. A page
 * that nobody looks at hangs up after a while, since a browser has few connections to one host.
 */
function listen(sourceId: string, { onOpen, onLost, onEvent }: Ears): () => void {
  let stream: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open() {
    stream = new EventSource(eventStreamAddress(sourceId));
    stream.onopen = onOpen;
    stream.onmessage = (message: MessageEvent<string>) => onEvent(streamedEvent(message.data));
    stream.onerror = () => {
      onLost();
      if (stream?.readyState === EventSource.CLOSED) timer = setTimeout(open, RECONNECT_MS);
    };
  }
  function close() {
    clearTimeout(timer);
    stream?.close();
  }
  function look() {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(close, UNSEEN_MS);
    else if (stream?.readyState === EventSource.CLOSED) open();
  }

  open();
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}
