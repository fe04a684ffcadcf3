/** What the page asks of a window's devices: through the API, never of the computer itself. */
import { client, unwrap } from "@/api/client";
import { idempotencyKey } from "@/api/idempotencyKey";
import { ApiProblem } from "@/api/problem";
import type { components } from "@/api/schema";
import { heardOf, pause } from "@/devices/events";

type Schemas = components["schemas"];
type Command = Schemas["CommandOut"];
type Asked =
  | Schemas["ReadCardIn"]
  | Schemas["ScanIn"]
  | Schemas["PrintIn"]
  | Schemas["PrintSlipIn"]
  | Schemas["EvaluateIn"];

interface Results {
  read_card: Schemas["CardOut"];
  scan: Schemas["ScanOut"];
  print: Schemas["PrintOut"];
  print_slip: Schemas["PrintOut"];
  evaluate: Schemas["EvaluateOut"];
}

export type Card = Schemas["CardOut"];

/** A command that did not end well: with the bridge's code, or `cancelled`, or `expired`. */
export class DeviceFault extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = "DeviceFault";
    this.code = code;
  }
}

/** Looks anew though nothing was heard: the first event may come before one listens. */
const PATIENCE_MS = [300, 1_000, 4_000];

/** Two minutes in all: a server that starts anew is back by then. */
const ATTEMPTS = 60;
const AGAIN_AFTER_MS = 2_000;

interface Options {
  key?: string;
  /** Hears the command's id once there is one. */
  onAsked?: (id: string) => void;
}

/**
 * Asks the devices of a window for something and sees it through, also over a time without network.
 * An aborted one is called off.
 * Throws `DeviceFault`, and `ApiProblem` where it could not be asked at all.
 */
export async function askDevices<B extends Asked>(
  windowCode: string,
  body: B,
  signal: AbortSignal,
  { key = idempotencyKey(), onAsked }: Options = {},
): Promise<Results[B["kind"]]> {
  const header = { "Idempotency-Key": key };
  const params = { path: { code: windowCode }, header };
  let command: Command = await persistently(
    () => unwrap(client.POST("/api/v1/devices/windows/{code}/commands", { params, body })),
    signal,
  );
  onAsked?.(command.id);
  const path = { command_id: command.id };
  for (let look = 0; isOpen(command); look += 1) {
    const patience = PATIENCE_MS[Math.min(look, PATIENCE_MS.length - 1)] ?? 0;
    await heardOf(command.id, patience, signal);
    if (signal.aborted) {
      // Best effort: a command that nobody awaits ends by itself too.
      await client.POST("/api/v1/devices/commands/{command_id}/cancel", { params: { path } });
      throw new DeviceFault("cancelled");
    }
    command = await persistently(
      () => unwrap(client.GET("/api/v1/devices/commands/{command_id}", { params: { path } })),
      signal,
    );
  }
  if (command.state !== "done" || !command.result) {
    throw new DeviceFault(command.problem?.code ?? command.state);
  }
  return command.result as Results[B["kind"]];
}

/** Tries again what no answer came to, or none of the API's own. */
async function persistently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const passing = !(error instanceof ApiProblem) || error.status >= 502;
      if (!passing || signal.aborted || attempt === ATTEMPTS) throw error;
      await pause(AGAIN_AFTER_MS, signal);
    }
  }
}

function isOpen({ state }: Command): boolean {
  return state === "waiting" || state === "taken";
}

/** The number on a card that was read, as long as it is kept and mine. */
export async function numberRead(commandId: string): Promise<string | null> {
  const path = { command_id: commandId };
  try {
    const get = client.GET("/api/v1/devices/commands/{command_id}", { params: { path } });
    const { result } = await unwrap(get);
    return result && "id_number" in result ? result.id_number : null;
  } catch {
    return null;
  }
}
