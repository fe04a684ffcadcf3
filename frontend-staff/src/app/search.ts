/** Filters in the address: plain `?status=accepted&status=returned`, every value a string. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export type Search = Record<string, string | string[] | undefined>;

export function parseSearch(text: string): Search {
  const found: Record<string, string | string[]> = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const earlier = found[key];
    found[key] = earlier === undefined ? value : [earlier, value].flat();
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one !== undefined && one !== null && one !== "") params.append(key, String(one));
    }
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** The page's filters and how to change them; a change starts again at the first page. */
export function useFilters() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = useCallback(
    (patch: Search) =>
      void navigate({
        to: ".",
        search: ((old: Search) => ({ ...old, cursor: undefined, page: undefined, ...patch })) as never,
        replace: true,
      }),
    [navigate],
  );
  const clear = useCallback(() => void navigate({ to: ".", search: {} as never }), [navigate]);
  return { search, set, clear };
}

export function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

export function many(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}
