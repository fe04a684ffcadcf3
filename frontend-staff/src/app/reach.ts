import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useMe, type Permission } from "@/app/me";
import { treeQuery } from "@/components/tree";

/** Whether the signed-in person holds a permission at an organisation, by its code. */
export function useReach(permission: Permission) {
  const held = useMe().reach[permission];
  const units = useQuery(treeQuery).data?.items;
  return useMemo(() => {
    const top = new Set(held);
    const within = (units ?? []).filter(({ path }) => path.some((code) => top.has(code)));
    const codes = new Set(within.map(({ code }) => code));
    return (code: string) => codes.has(code);
  }, [held, units]);
}
