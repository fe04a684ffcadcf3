/** The event stream of a window: read with the access token, taken up again when it breaks. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { openStream } from "@/api/client";
import { bridgesQuery, windowsQuery } from "@/devices/window";

interface ServerEvent {
  name: string;
  data: string;
}

/** Somewhere in these: all pages lose a server that restarts at once, and come back soon after. */
const FIRST_MS = [0, 2_000] as const;
const LATER_MS = [2_500, 5_000] as const;

const waiting = new Map<string, Set<() => void>>();

/** Settles when the window tells of a command, or after `patience` milliseconds. */
export function heardOf(commandId: string, patience: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const heard = waiting.get(commandId) ?? new Set();
    waiting.set(commandId, heard);
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      heard.delete(done);
      if (heard.size === 0) waiting.delete(commandId);
      resolve();
    };
    const timer = setTimeout(done, patience);
    signal.addEventListener("abort", done);
    heard.add(done);
  });
}

/** Events out of the text of a stream, whatever the pieces it comes in. */
export class EventReader {
  private rest = "";

  read(text: string): ServerEvent[] {
    const parts = (this.rest + text).split("\n\n");
    this.rest = parts.pop() ?? "";
    return parts.map(parse).filter((event) => event.name !== "");
  }
}

function parse(block: string): ServerEvent {
  const event: ServerEvent = { name: "", data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) event.name = line.slice(7);
    if (line.startsWith("data: ")) event.data = line.slice(6);
  }
  return event;
}

async function follow(
  code: string,
  onEvent: (event: ServerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const path = `/api/v1/devices/windows/${encodeURIComponent(code)}/events`;
  const stream = (await openStream(path, signal)).pipeThrough(new TextDecoderStream());
  const events = new EventReader();
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    for (const event of events.read(value)) onEvent(event);
  }
}

export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Keeps what is shown of a window's devices up to date; says whether its events arrive, null before
    the first attempt has ended. */
export function useWindowEvents(code: string | undefined): boolean | null {
  const queries = useQueryClient();
  const [live, setLive] = useState<boolean | null>(null);
  useEffect(() => {
    if (!code) return;
    const ended = new AbortController();
    let delay: readonly [number, number] = FIRST_MS;
    const onEvent = ({ name, data }: ServerEvent) => {
      setLive(true);
      delay = FIRST_MS;
      if (name === "devices") {
        void queries.invalidateQueries({ queryKey: windowsQuery.queryKey });
        void queries.invalidateQueries({ queryKey: bridgesQuery.queryKey });
      }
      if (name !== "command") return;
      const { id } = JSON.parse(data) as { id: string };
      for (const heard of waiting.get(id) ?? []) heard();
    };
    async function keep() {
      while (!ended.signal.aborted) {
        await follow(code as string, onEvent, ended.signal).catch(() => setLive(false));
        const [soonest, latest] = delay;
        await pause(soonest + Math.random() * (latest - soonest), ended.signal);
        delay = LATER_MS;
      }
    }
    void keep();
    return () => {
      ended.abort();
      setLive(null);
    };
  }, [code, queries]);
  return live;
}
