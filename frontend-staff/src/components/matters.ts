import { queryOptions } from "@tanstack/react-query";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";

export type Matter = components["schemas"]["MatterOut"];

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

/** The definition that a case goes by: the version under which it was registered. */
export function caseMatterQuery(data: components["schemas"]["CaseOut"]) {
  return queryOptions({
    ...apiQuery("/api/v1/matters/{code}/versions/{number}", {
      path: { code: data.matter_code, number: data.matter_version },
    }),
    staleTime: FRESH_FOR,
  });
}
