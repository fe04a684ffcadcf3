/** The stream of commands, and the answers on their way back. */

import { hello, type Identity, post } from "./identity";

const PATH = "/api/v1/devices";
const QUEUE = "tongban-tablet-deliveries";
const REVOKED = 4403;
const UNKNOWN = 4401;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
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
  let pause = FIRST_PAUSE;
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
      timer = setTimeout(open, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
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

/** In order, each until it is confirmed or refused for good; the rest waits for the next time. */
async function deliver(identity: Identity): Promise<void> {
  if (delivering) {
    return;
  }
  delivering = true;
  try {
    await deliverAll(identity);
  } catch (error) {
    if (!(error instanceof TypeError)) {
      throw error; // `fetch` says "no network" by a TypeError: what waits goes out when it is back
    }
  } finally {
    delivering = false;
  }
}

async function deliverAll(identity: Identity): Promise<void> {
  const [next] = deliveries();
  if (!next) {
    return;
  }
  const { status } = await post(identity, `${PATH}/deliveries`, JSON.stringify(next));
  if (status < 500 && !TRY_AGAIN.has(status)) {
    keep(deliveries().slice(1));
    await deliverAll(identity);
  }
}

function deliveries(): Delivery[] {
  return JSON.parse(localStorage.getItem(QUEUE) ?? "[]") as Delivery[];
}

function keep(kept: Delivery[]) {
  localStorage.setItem(QUEUE, JSON.stringify(kept));
}
