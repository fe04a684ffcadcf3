import type { QueryClient } from "@tanstack/react-query";

export function refreshStaff(queries: QueryClient) {
  return queries.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      typeof path === "string" && path.startsWith("/api/v1/staff"),
  });
}
