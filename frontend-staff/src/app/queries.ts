import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "@/api/problem";

/** Failures the API explains are final; only a lost connection or a busy server is tried again. */
function worthRetrying(failures: number, error: Error): boolean {
  if (error instanceof ApiProblem && error.status !== 503) return false;
  return failures < 2;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, retry: worthRetrying, refetchOnWindowFocus: true },
    mutations: { retry: false },
  },
});
