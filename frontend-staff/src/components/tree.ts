import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";

type Unit = components["schemas"]["OrganisationRow"];

/** The whole tree as a flat list, parents before children. */
export const treeQuery = { ...apiQuery("/api/v1/organisations"), staleTime: 5 * 60_000 };

/**
 * What each unit is called away from the tree, by code: with what it belongs to, a window's hall
 * with its street, for every street has one of that name.
 */
export function unitLabels(units: Unit[]): Map<string, string> {
  const names = new Map(units.map((unit) => [unit.code, unit.name]));
  const labels = new Map<string, string>();
  for (const { code, kind, name, parent_code } of units) {
    const above = (kind === "window" ? labels : names).get(parent_code ?? "");
    labels.set(code, above && kind !== "street" ? `${above} · ${name}` : name);
  }
  return labels;
}
