import { queryOptions } from "@tanstack/react-query";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import type { FieldDefinition } from "@/forms/definition";

const FRESH_FOR = 5 * 60_000;

/** The whole catalogue in one page: a district has a few hundred matters. */
export const mattersQuery = {
  ...apiQuery("/api/v1/matters", { query: { limit: 200 } }),
  staleTime: FRESH_FOR,
};

/** One matter with its form and materials, which the contract lets a definition leave out. */
export function matterQuery(code: string | undefined) {
  return queryOptions({
    ...apiQuery("/api/v1/matters/{code}", { path: { code: code ?? "" } }),
    enabled: code !== undefined,
    staleTime: FRESH_FOR,
    select: ({ content, ...matter }: components["schemas"]["MatterOut"]) => ({
      ...matter,
      content,
      fields: (content.form ?? []) as FieldDefinition[],
      materials: content.materials ?? [],
    }),
  });
}
