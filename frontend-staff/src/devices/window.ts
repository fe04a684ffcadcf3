/**
 * Which window this computer stands at, and its devices. The choice is kept in the browser: it
 * belongs to the place, not to who sits there.
 */
import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { useCan } from "@/app/me";

export type Window = components["schemas"]["WindowOut"];
export type Device = components["schemas"]["DeviceState"];
export type DeviceKind = Device["kind"];

const STORED = "tongban.window";
const listeners = new Set<() => void>();

export const windowsQuery = apiQuery("/api/v1/devices/windows");

export const bridgesQuery = apiQuery("/api/v1/devices/bridges");

export function chooseWindow(code: string | undefined): void {
  if (code) localStorage.setItem(STORED, code);
  else localStorage.removeItem(STORED);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  globalThis.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    globalThis.removeEventListener("storage", listener);
  };
}

/** Whether a bridge is there, as a key of words: null is not known, while the API's hub is away. */
export function bridgeWord({ online }: { online: boolean | null }) {
  if (online === null) return "bridge.unknown";
  return online ? "bridge.online" : "bridge.offline";
}

/** Whether nobody knows how a window's devices are. They may be well: nothing is to be checked. */
export function isUnknown(window: Window | null): boolean {
  return window?.bridges.some(({ online }) => online === null) ?? false;
}

/** The windows at which I may work, and the one of this computer if it is among them. */
export function useWindows(): { windows: Window[]; mine: Window | null } {
  const can = useCan();
  const chosen = useSyncExternalStore(subscribe, () => localStorage.getItem(STORED));
  const query = useQuery({
    ...windowsQuery,
    enabled: can("cases.create"),
    // Its events tell when to look again.
    staleTime: 5 * 60_000,
  });
  const windows = query.data ?? [];
  return { windows, mine: windows.find(({ code }) => code === chosen) ?? null };
}

/** Devices of these kinds that can be asked for something now. */
export function usable(window: Window | null, ...kinds: DeviceKind[]): Device[] {
  return devicesOf(window).filter(
    ({ kind, state, online }) =>
      online && kinds.includes(kind) && (state === "ready" || state === "busy"),
  );
}

/** Whether a window has devices of these kinds, none of which can be asked for anything now. */
export function isMissing(window: Window | null, ...kinds: DeviceKind[]): boolean {
  const known = devicesOf(window).some(({ kind }) => kinds.includes(kind));
  return known && usable(window, ...kinds).length === 0;
}

/** Every device of a window; what a bridge that is off line last told of its own says little. */
export function devicesOf(window: Window | null): (Device & { key: string; online: boolean | null })[] {
  return (window?.bridges ?? []).flatMap((bridge) =>
    bridge.devices.map((device) => ({
      ...device,
      key: `${bridge.id} ${device.id}`,
      online: bridge.online,
    })),
  );
}

/** Whether residents can answer here: on a tablet, or on a box with keys. */
export function canEvaluate(window: Window | null): boolean {
  const tablet = window?.bridges.some(({ kind, online }) => kind === "tablet" && online);
  return Boolean(tablet) || usable(window, "evaluator").length > 0;
}
