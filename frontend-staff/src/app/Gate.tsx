import type { ReactNode } from "react";
import { useCan, type Permission } from "@/app/me";
import { NoPermission } from "@/components/NoPermission";

/** Shows a page to those who hold one of its permissions, and says so to the others. */
export function Gate({
  permissions,
  children,
}: {
  permissions: readonly Permission[];
  children: ReactNode;
}) {
  return useCan()(...permissions) ? children : <NoPermission />;
}
