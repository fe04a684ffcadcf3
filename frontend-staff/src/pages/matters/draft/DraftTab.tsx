import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery, client, unwrap } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import type { Matter } from "@/components/matters";
import { useProblemMessage } from "@/components/problems";
import { DraftEditor } from "@/pages/matters/draft/DraftEditor";
import { refreshMatters } from "@/pages/matters/draft/refreshMatters";
import { RetireButton } from "@/pages/matters/draft/RetireButton";

/** The draft beside the live version: begun, edited, checked, published, or thrown away. */
export function DraftTab({ matter }: { matter: Matter }) {
  const draft = useQuery({
    ...apiQuery("/api/v1/matters/{code}/draft", { path: { code: matter.code } }),
    enabled: matter.has_draft,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!matter.has_draft) return <NoDraft matter={matter} />;
  return (
    <Loaded query={draft}>
      {(found) => <DraftEditor key={found.revision} draft={found} matter={matter} />}
    </Loaded>
  );
}

function NoDraft({ matter }: { matter: Matter }) {
  const { t } = useTranslation("matters");
  const { message } = App.useApp();
  const queries = useQueryClient();
  const report = useProblemMessage();

  async function begin() {
    try {
      const path = "/api/v1/matters/{code}/draft";
      await unwrap(client.POST(path, { params: { path: { code: matter.code } } }));
      await refreshMatters(queries);
      message.success(t("draft.saved"));
    } catch (error) {
      report(error);
    }
  }

  return (
    <section className="panel">
      {matter.status === "retired" && (
        <Alert type="info" showIcon title={t("statuses.retired")} style={{ marginBottom: 16 }} />
      )}
      <EmptyState title={t("draft.none")} hint={t("draft.beginHint")}>
        <div className="row" style={{ justifyContent: "center" }}>
          <Button type="primary" onClick={() => void begin()}>
            {t("draft.begin")}
          </Button>
          <RetireButton matter={matter} />
        </div>
      </EmptyState>
    </section>
  );
}
