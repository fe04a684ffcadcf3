import type { QueryClient } from "@tanstack/react-query";

/** After a change of the tree: whatever shows organisations asks again. */
export function refreshTree(queries: QueryClient): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      typeof path === "string" && path.startsWith("/api/v1/organisations"),
  });
}
