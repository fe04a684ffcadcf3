import type { QueryClient } from "@tanstack/react-query";

/** After any change of the catalogue: all that is shown of it is asked for again. */
export function refreshMatters(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      typeof path === "string" && path.startsWith("/api/v1/matters"),
  });
}
