import { useQuery } from "@tanstack/react-query";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";

export type Permission = components["schemas"]["Permission"];

export const meQuery = apiQuery("/api/v1/auth/me");

/** Who is signed in; the shell's route has loaded it before any page shows. */
export function useMe() {
  const { data } = useQuery({ ...meQuery, staleTime: Number.POSITIVE_INFINITY });
  if (!data) throw new Error("used outside of the signed-in part");
  return data;
}

/** Whether the signed-in person holds any of these permissions. */
export function useCan() {
  const { permissions } = useMe();
  return (...wanted: Permission[]) => wanted.some((one) => permissions.includes(one));
}
