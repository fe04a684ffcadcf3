import type { components } from "@/api/schema";

export const ROLES: components["schemas"]["Role"][] = [
  "clerk",
  "pre_reviewer",
  "reviewer",
  "agent_runner",
  "supervisor",
  "leader",
  "content_editor",
  "catalogue_editor",
  "system_admin",
  "security_admin",
  "audit_admin",
  "archivist",
];
