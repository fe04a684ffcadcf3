import { useQuery } from "@tanstack/react-query";
import type { components } from "@/api/schema";
import { caseMatterQuery } from "@/components/matters";

type Case = components["schemas"]["CaseOut"];

/** What a finding can be about, by the pointer that says so: the case's materials, its form's fields. */
export function usePlaces(data: Case): Map<string, string> {
  const matter = useQuery(caseMatterQuery(data));
  return new Map([
    ...data.materials.map(({ key, name }) => [`/materials/${key}`, name] as const),
    ...(matter.data?.content.form ?? []).map(({ key, title }) => [`/form/${key}`, title] as const),
  ]);
}
