import type { QueryClient } from "@tanstack/react-query";

const DRAFT = "/api/v1/matters/{code}/draft";

/** After a change of the catalogue: all that is shown of it is asked for again. */
export function refreshMatters(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      typeof path === "string" && path.startsWith("/api/v1/matters"),
  });
}

/** The same when the draft is no more: published or thrown away, there is none to ask for. */
export async function forgetDraft(queries: QueryClient): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      typeof path === "string" && path.startsWith("/api/v1/matters") && path !== DRAFT,
  });
  queries.removeQueries({ queryKey: [DRAFT] });
}
