/** The stream of commands, and the answers on their way back. */

import { hello, type Identity, post } from "./identity";

const PATH = "/api/v1/devices";
const QUEUE = "tongban-tablet-deliveries";
const REVOKED = 4403;
const UNKNOWN = 4401;
/** Somewhere in these: all lose a server that restarts at once, and come back soon after. */
const FIRST_PAUSE = [0, 2_000] as const;
const LATER_PAUSE = [2_500, 5_000] as const;
const TRY_AGAIN = new Set([401, 408, 425, 429]);

/** A request to evaluate; presses count until `expires`. */
export interface Asked {
  id: string;
  expires: Date;
}

export type Answer = { level: number } | { level: null; reason: "timeout" | "skipped" };

export interface Listener {
  asked: (asked: Asked) => void;
  cancelled: (id: string) => void;
  online: (online: boolean) => void;
  revoked: () => void;
}

type Message =
  | { type: "challenge"; nonce: string }
  | { type: "ready" }
  | { type: "command"; command: { id: string; kind: string; expires_at: string } }
  | { type: "cancel"; command_id: string };

/** Keep a stream open until the returned function is called or the tablet is revoked. */
export function connect(identity: Identity, listener: Listener): () => void {
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause: readonly [number, number] = FIRST_PAUSE;
  let stopped = false;

  function open() {
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}${PATH}/stream`);
    socket.onmessage = (event) => void receive(JSON.parse(String(event.data)) as Message);
    socket.onclose = ({ code }) => {
      listener.online(false);
      if (stopped) {
        return;
      }
      if (code === REVOKED || code === UNKNOWN) {
        listener.revoked();
        return;
      }
      timer = setTimeout(open, between(pause));
      pause = LATER_PAUSE;
    };
  }

  async function receive(message: Message) {
    switch (message.type) {
      case "challenge":
        socket?.send(await hello(identity, message.nonce));
        break;
      case "ready":
        pause = FIRST_PAUSE;
        listener.online(true);
        await deliver(identity);
        break;
      case "command":
        socket?.send(JSON.stringify({ type: "taken", command_id: message.command.id }));
        listener.asked({ id: message.command.id, expires: new Date(message.command.expires_at) });
        break;
      case "cancel":
        listener.cancelled(message.command_id);
        break;
    }
  }

  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}

function between([soonest, latest]: readonly [number, number]): number {
  return soonest + Math.random() * (latest - soonest);
}

/** Keep an answer until the platform has confirmed it, also over a reload. */
export async function answer(identity: Identity, commandId: string, result: Answer): Promise<void> {
  const kept = deliveries();
  const sequence = Number(localStorage.getItem(`${QUEUE}-sequence`) ?? "0") + 1;
  localStorage.setItem(`${QUEUE}-sequence`, String(sequence));
  kept.push({
    id: crypto.randomUUID(),
    sequence,
    command_id: commandId,
    at: new Date().toISOString(),
    outcome: { state: "done", result },
  });
  keep(kept);
  await deliver(identity);
}

interface Delivery {
  id: string;
  sequence: number;
  command_id: string;
  at: string;
  outcome: { state: "done"; result: Answer };
}

let delivering = false;

/**
 * In order, each until it is confirmed or refused for good. What a busy platform did not take goes
 * soon again; the rest waits until the stream is back.
 */
async function deliver(identity: Identity): Promise<void> {
  if (delivering) {
    return;
  }
  delivering = true;
  try {
    if ((await deliverAll(identity)) >= 500) {
      setTimeout(() => void deliver(identity), between(LATER_PAUSE));
    }
  } catch (error) {
    if (!(error instanceof TypeError)) {
      throw error; // `fetch` says "no network" by a TypeError: what waits goes out when it is back
    }
  } finally {
    delivering = false;
  }
}

/** The status of what was not taken, 0 where nothing is left. */
async function deliverAll(identity: Identity): Promise<number> {
  const [next] = deliveries();
  if (!next) {
    return 0;
  }
  const { status } = await post(identity, `${PATH}/deliveries`, JSON.stringify(next));
  if (status < 500 && !TRY_AGAIN.has(status)) {
    keep(deliveries().slice(1));
    return deliverAll(identity);
  }
  return status;
}

function deliveries(): Delivery[] {
  return JSON.parse(localStorage.getItem(QUEUE) ?? "[]") as Delivery[];
}

function keep(kept: Delivery[]) {
  localStorage.setItem(QUEUE, JSON.stringify(kept));
}
