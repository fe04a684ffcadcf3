import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { treeQuery, unitLabels } from "@/components/tree";
import { useWords } from "@/components/words";
import { usePlaces } from "@/pages/case/places";

type Case = components["schemas"]["CaseOut"];
type Event = components["schemas"]["EventOut"];
type Moved = { due_on?: [string, string] };

/** What an event says beyond its name, a line each: to whom, how long, which materials. */
export function useEventFacts(data: Case): (event: Event) => string[] {
  const { t } = useTranslation("cases");
  const words = useWords();
  const units = unitLabels(useQuery(treeQuery).data?.items ?? []);

  const places = usePlaces(data);

  const unit = (code: string) => units.get(code) ?? code;
  const material = (key: string) => data.materials.find((one) => one.key === key)?.name ?? key;
  const step = (key: string) => {
    const found = data.path.find((one) => one.key === key);
    return found ? `${words("function", found.function)} · ${found.organisation.name}` : key;
  };

  const readings: Record<string, (value: never) => string | string[]> = {
    days: (count: number) => t("fact.days", { count }),
    reason: (value: string) => t("fact.reason", { value: words("suspension", value) }),
    findings: (findings: Case["findings"]) =>
      findings.map(({ pointer, message }) => {
        const place = places.get(pointer);
        return place ? `${place}${t("colon", { ns: "common" })}${message}` : message;
      }),
    to_step: (value: string) => t("fact.to_step", { value: step(value) }),
    to_organisation: (value: string) => t("fact.to_organisation", { value: unit(value) }),
    to_staff: (value: string) => t("fact.to_staff", { value }),
    from_staff: (value: string) => t("fact.from_staff", { value }),
    received_by: (value: string) => (value ? t("fact.received_by", { value }) : []),
    decision: (value: string) => t("fact.decision", { value: words("decision", value) }),
    document_number: (value: string) => t("fact.document_number", { value }),
    method: (value: string) => words("collection", value),
    tracking_number: (value: string) => t("fact.tracking_number", { value }),
    materials: (keys: string[]) => keys.map((key) => material(key)),
    material: (key: string) => material(key),
    received: (value: string) => words("received", value),
    fields: (keys: string[]) => keys.map((key) => words("part", key)).join(t("comma", { ns: "common" })),
    home: (value: string) => t("fact.home", { value: unit(value) }),
    moved: ({ due_on: due }: Moved) => (due ? t("fact.moved", { from: due[0], to: due[1] }) : []),
  };
  /** A name is in no event, which nobody could remove: it stands with the case. */
  const collector = ({ at }: Event) => {
    const found = data.collections.find((one) => one.at === at);
    return found ? [t("fact.collected_by", { value: found.collected_by })] : [];
  };
  return (event) => [
    ...collector(event),
    ...Object.entries(event.details).flatMap(
      ([key, value]) => readings[key]?.(value as never) ?? [],
    ),
  ];
}
