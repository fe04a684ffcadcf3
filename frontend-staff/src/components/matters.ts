import { queryOptions } from "@tanstack/react-query";
import { apiQuery } from "@/api/client";

const FRESH_FOR = 5 * 60_000;

/** The whole catalogue in one page: so the API answers by default. */
export const mattersQuery = {
  ...apiQuery("/api/v1/matters"),
  staleTime: FRESH_FOR,
};

/** One matter with its form, materials and process; none is asked for without a code. */
export function matterQuery(code: string | undefined) {
  return queryOptions({
    ...apiQuery("/api/v1/matters/{code}", { path: { code: code ?? "" } }),
    enabled: code !== undefined,
    staleTime: FRESH_FOR,
  });
}
