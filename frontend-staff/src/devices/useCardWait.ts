import { useEffect, useEffectEvent, useState } from "react";
import { askDevices, DeviceFault, numberRead, type Card } from "@/devices/commands";
import { pause } from "@/devices/events";
import { devicesOf, isUnknown, usable, useWindows, type DeviceKind, type Window } from "@/devices/window";

const READERS: DeviceKind[] = ["id_card", "smart_card"];
/** Nothing lay on the reader: so the waiting goes on. */
const NO_CARD = new Set(["no_card", "no_smart_card", "card_still_there", "expired"]);
/** The reader was pulled out, or its bridge stopped: the waiting goes on once it is back. */
const READER_GONE = new Set(["port_missing", "unplugged", "device_missing", "interrupted"]);
/** A page that was left open overnight does not ask for ever. */
const WAITS_FOR_MS = 15 * 60_000;
const PAUSE_MS = 1_500;

/** A card and the command that read it. */
export interface Reading {
  command: string;
  card: Card;
}

/**
 * The card that was taken last at this computer: it may still lie there when the next one is
 * awaited, also by a page opened anew. The browser keeps the command's id only; the number is the
 * API's, for a quarter of an hour and for who asked.
 */
const TAKEN = "tongban.card";
let known: { command: string; number: string | null } | null = null;

export function rememberTaken({ command, card }: Reading): void {
  known = { command, number: card.id_number };
  localStorage.setItem(TAKEN, command);
}

async function numberTaken(): Promise<string | null> {
  const command = localStorage.getItem(TAKEN);
  if (command === null) return null;
  if (known?.command !== command) known = { command, number: await numberRead(command) };
  return known.number;
}

type Waiting = "off" | "missing" | "unknown" | "waiting" | "read" | "failed" | "tired";

/** Waits for a card while the page is seen, and gives it once. `again` waits for the next one. */
export function useCardWait(onRead: (reading: Reading) => void) {
  const { mine } = useWindows();
  const { window, ready } = useReadingWindow(mine);
  const [state, setState] = useState<Exclude<Waiting, "off" | "missing" | "unknown">>("waiting");
  const [fault, setFault] = useState<unknown>(null);
  /** The card of the one before still lies there. */
  const [stale, setStale] = useState(false);
  const seen = useVisible();
  const give = useEffectEvent(onRead);
  const waits = window !== undefined && seen && state === "waiting";

  useEffect(() => {
    if (!waits || window === undefined) return;
    const ended = new AbortController();
    void waitForCard(window, ended.signal, setStale).then(
      (reading) => {
        if (ended.signal.aborted) return;
        setState(reading ? "read" : "tired");
        if (reading) give(reading);
      },
      (error: unknown) => {
        if (ended.signal.aborted) return;
        setFault(error);
        setState("failed");
      },
    );
    return () => ended.abort();
  }, [waits, window]);

  const known = devicesOf(mine).some(({ kind }) => READERS.includes(kind));
  const away = isUnknown(mine) ? "unknown" : "missing";
  const absent: Waiting = known ? away : "off";
  return {
    state: ready || state === "read" ? state : absent,
    fault,
    stale,
    again: () => {
      localStorage.removeItem(TAKEN);
      setFault(null);
      setState("waiting");
    },
  };
}

/**
 * My window if a card can be read there. A bridge that drops out meanwhile calls nothing off: what
 * it has read comes once it is back.
 */
function useReadingWindow(mine: Window | null): { window: string | undefined; ready: boolean } {
  const [kept, setKept] = useState<string | undefined>();
  const ready = usable(mine, ...READERS).length > 0;
  const away = devicesOf(mine).some(({ kind, online }) => READERS.includes(kind) && !online);
  const window = ready || (away && mine?.code === kept) ? mine?.code : undefined;
  if (window !== kept) setKept(window);
  return { window, ready };
}

async function waitForCard(
  window: string,
  signal: AbortSignal,
  onStale: (stale: boolean) => void,
): Promise<Reading | null> {
  const until = Date.now() + WAITS_FOR_MS;
  let command = "";
  const onAsked = (id: string) => {
    command = id;
  };
  while (Date.now() < until) {
    try {
      const body = { kind: "read_card" as const, parameters: {} };
      const card = await askDevices(window, body, signal, { onAsked });
      const stale = card.id_number === (await numberTaken());
      onStale(stale);
      if (!stale) return { command, card };
      await pause(PAUSE_MS, signal);
    } catch (error) {
      const code = error instanceof DeviceFault ? error.code : "";
      if (!NO_CARD.has(code) && !READER_GONE.has(code)) throw error;
      onStale(false);
      if (READER_GONE.has(code)) await pause(PAUSE_MS, signal);
    }
    if (signal.aborted) return null;
  }
  return null;
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = () => setVisible(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return visible;
}
