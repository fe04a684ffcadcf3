import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";

type Unit = components["schemas"]["OrganisationRow"];

/** The whole tree as a flat list, parents before children. */
export const treeQuery = { ...apiQuery("/api/v1/organisations"), staleTime: 5 * 60_000 };

/** What each unit is called away from the tree, by code: with the body that it belongs to. */
export function unitLabels(units: Unit[]): Map<string, string> {
  const names = new Map(units.map((unit) => [unit.code, unit.name]));
  return new Map(
    units.map((unit) => {
      const parent = unit.kind === "street" ? undefined : names.get(unit.parent_code ?? "");
      return [unit.code, parent ? `${parent} · ${unit.name}` : unit.name];
    }),
  );
}
