import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { PageLoading } from "@/components/PageLoading";
import { useTell } from "@/components/problems";
import { useWords } from "@/components/words";
import { useRoute } from "@/pages/accept/useRoute";
import { RouteGraph } from "@/pages/case/RoutePanel";
import "@/pages/case/case.css";

/** The concrete route for the chosen matter and home, while the form is being filled. */
export function RoutePreview() {
  const { t } = useTranslation("cases");
  const { ready, route } = useRoute();
  return (
    <section className="panel accept-route" aria-labelledby="accept-route">
      <h2 id="accept-route">{t("accept.routeSection")}</h2>
      {ready ? (
        <Preview preview={route} />
      ) : (
        <p className="muted">{t("accept.routeHint")}</p>
      )}
    </section>
  );
}

function Preview({ preview }: { preview: ReturnType<typeof useRoute>["route"] }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const tell = useTell();
  if (preview.isPending) return <PageLoading />;
  if (preview.isError) {
    const { title, detail } = tell(preview.error);
    return (
      <Alert type="error" showIcon role="alert" title={t("accept.routeFailed")} description={detail || title} />
    );
  }
  if (!preview.data.in_scope || !preview.data.offered) {
    return (
      <Alert
        type="error"
        showIcon
        role="alert"
        title={t("accept.routeFailed")}
        description={
          preview.data.in_scope
            ? t("accept.notOffered")
            : t("accept.outOfScope", { place: preview.data.responsible.name })
        }
      />
    );
  }
  return (
    <div>
      <p>
        {words("cross", preview.data.cross_handling)} · {words("linkage", preview.data.linkage)}
      </p>
      <RouteGraph path={preview.data.steps} />
    </div>
  );
}
