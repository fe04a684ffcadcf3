import { useQuery } from "@tanstack/react-query";
import { Alert, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { one, useFilters } from "@/app/search";
import { FilterBar, FilterField } from "@/components/FilterBar";
import { Loaded } from "@/components/Loaded";
import type { Matter } from "@/components/matters";
import { OrganisationSelect } from "@/components/OrganisationSelect";
import { Pairs } from "@/components/Pairs";
import { useWords } from "@/components/words";
import { RouteGraph, type RouteStep } from "@/pages/case/RoutePanel";
import { useMatterWords } from "@/pages/matters/words";

type Content = components["schemas"]["Content-Output"];
type Preview = components["schemas"]["RoutePreview"];

/** The process as it is defined, and as it runs for one pair of organisations. */
export function ProcessTab({ matter }: { matter: Matter }) {
  const { t } = useTranslation("matters");
  return (
    <div className="stack">
      <section className="panel">
        <h2>{t("process.title")}</h2>
        <ProcessGraph process={matter.content.process} />
      </section>
      <section className="panel">
        <h2>{t("process.routeTitle")}</h2>
        <p className="muted">{t("process.routeHint")}</p>
        <PairChoice matter={matter} />
      </section>
    </div>
  );
}

/** The definition as a graph: selectors in place of organisations. */
export function ProcessGraph({ process }: { process: Content["process"] }) {
  const { selector } = useMatterWords();
  const steps: RouteStep[] = process.map((step) => ({
    key: step.key,
    function: step.function,
    organisation: { code: step.unit, name: selector(step.unit) },
    role: step.role,
    limit_days: step.limit_days,
    parallel_group: step.parallel_group ?? null,
    merged_into: null,
    conditional: Boolean(step.condition),
  }));
  return <RouteGraph path={steps} />;
}

function PairChoice({ matter }: { matter: Matter }) {
  const { t } = useTranslation("matters");
  const { search, set } = useFilters();
  const accepting = one(search["accepting"]);
  const home = one(search["home"]);
  const draft = one(search["of"]) === "draft" || matter.state === "draft";
  return (
    <>
      <FilterBar>
        <FilterField label={t("process.accepting")} wide>
          <OrganisationSelect
            ariaLabel={t("process.accepting")}
            kinds={["hall", "community", "window"]}
            value={accepting}
            onChange={(code) => set({ accepting: code })}
          />
        </FilterField>
        <FilterField label={t("process.home")} wide>
          <OrganisationSelect
            ariaLabel={t("process.home")}
            kinds={["community"]}
            value={home}
            onChange={(code) => set({ home: code })}
          />
        </FilterField>
        {matter.has_draft && matter.state !== "draft" && (
          <FilterField label={t("process.of")}>
            <Segmented<"published" | "draft">
              aria-label={t("process.of")}
              value={draft ? "draft" : "published"}
              onChange={(of) => set({ of })}
              options={[
                { value: "published", label: t("process.published") },
                { value: "draft", label: t("process.draft") },
              ]}
            />
          </FilterField>
        )}
      </FilterBar>
      {accepting && home && (
        <Route
          code={matter.code}
          accepting={accepting}
          home={home}
          version={draft ? "draft" : undefined}
        />
      )}
    </>
  );
}

interface RouteProps {
  code: string;
  accepting: string;
  home: string;
  version: string | undefined;
}

function Route({ code, accepting, home, version }: RouteProps) {
  const preview = useQuery(
    apiQuery("/api/v1/matters/{code}/route-preview", {
      path: { code },
      query: { accepting, home, version },
    }),
  );
  return <Loaded query={preview}>{(found) => <Concrete preview={found} />}</Loaded>;
}

function Concrete({ preview }: { preview: Preview }) {
  const { t } = useTranslation("matters");
  const words = useWords();
  const { days } = useMatterWords();
  return (
    <div className="stack">
      {!preview.in_scope && <Alert type="error" showIcon title={t("process.outOfScope")} />}
      {!preview.offered && <Alert type="error" showIcon title={t("process.notOffered")} />}
      {preview.linkage === null && <Alert type="error" showIcon title={t("process.noLinkage")} />}
      <RouteGraph path={preview.steps} />
      <Pairs
        two
        items={[
          [t("process.responsible"), preview.responsible.name],
          [t("process.deciding"), preview.deciding?.name ?? "—"],
          [t("process.issuing"), preview.issuing.name],
          [t("process.collectedAt"), preview.collected_at?.name ?? "—"],
          [t("process.cross"), words("cross", preview.cross_handling)],
          [t("process.linkage"), words("linkage", preview.linkage)],
          [t("process.total"), days(preview.limit_days)],
          [t("process.promised"), days(preview.promised_days)],
        ]}
      />
    </div>
  );
}
