import { useEffect, useEffectEvent, useState } from "react";
import { askDevices, DeviceFault, type Card } from "@/devices/commands";
import { devicesOf, usable, useWindows, type DeviceKind } from "@/devices/window";

const READERS: DeviceKind[] = ["id_card", "smart_card"];
/** Nothing lay on the reader: so the waiting goes on. */
const NO_CARD = new Set(["no_card", "no_smart_card", "card_still_there", "expired"]);
/** A page that was left open overnight does not ask for ever. */
const WAITS_FOR_MS = 15 * 60_000;
const SAME_CARD_PAUSE_MS = 1_500;

/** The card that was taken last on this page: it may still lie there when the next one is awaited. */
let taken: string | null = null;

export function rememberTaken(card: Card): void {
  taken = card.id_number;
}

type Waiting = "off" | "missing" | "waiting" | "read" | "failed" | "tired";

/** Waits for a card while the page is seen, and gives it once. `again` waits for the next one. */
export function useCardWait(onCard: (card: Card) => void) {
  const { mine } = useWindows();
  const window = usable(mine, ...READERS).length > 0 ? mine?.code : undefined;
  const [state, setState] = useState<Exclude<Waiting, "off" | "missing">>("waiting");
  const [fault, setFault] = useState<unknown>(null);
  /** The card of the one before still lies there. */
  const [stale, setStale] = useState(false);
  const seen = useVisible();
  const give = useEffectEvent(onCard);
  const waits = window !== undefined && seen && state === "waiting";

  useEffect(() => {
    if (!waits || window === undefined) return;
    const ended = new AbortController();
    void waitForCard(window, ended.signal, setStale).then(
      (card) => {
        if (ended.signal.aborted) return;
        setState(card ? "read" : "tired");
        if (card) give(card);
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
  const absent = known ? "missing" : "off";
  return {
    state: window === undefined && state !== "read" ? absent : state,
    fault,
    stale,
    again: () => {
      taken = null;
      setFault(null);
      setState("waiting");
    },
  };
}

async function waitForCard(
  window: string,
  signal: AbortSignal,
  onStale: (stale: boolean) => void,
): Promise<Card | null> {
  const until = Date.now() + WAITS_FOR_MS;
  while (Date.now() < until) {
    try {
      const card = await askDevices(window, { kind: "read_card", parameters: {} }, signal);
      onStale(card.id_number === taken);
      if (card.id_number !== taken) return card;
      await new Promise((resolve) => setTimeout(resolve, SAME_CARD_PAUSE_MS));
    } catch (error) {
      if (!(error instanceof DeviceFault && NO_CARD.has(error.code))) throw error;
      onStale(false);
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
