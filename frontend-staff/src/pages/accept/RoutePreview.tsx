import { useQuery } from "@tanstack/react-query";
import { Alert, Form } from "antd";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import { PageLoading } from "@/components/PageLoading";
import { useTell } from "@/components/problems";
import { useWords } from "@/components/words";
import { useCounters } from "@/pages/accept/PlaceFields";
import { RouteGraph } from "@/pages/case/RoutePanel";
import "@/pages/case/case.css";

/** The concrete route for the chosen matter and home, while the form is being filled. */
export function RoutePreview() {
  const { t } = useTranslation("cases");
  const code: string | undefined = Form.useWatch("matter_code");
  const home: string | undefined = Form.useWatch("home_code");
  const chosen: string | undefined = Form.useWatch("accepting_code");
  const counters = useCounters();
  const accepting = chosen ?? counters[0]?.code;
  return (
    <section className="panel accept-route" aria-labelledby="accept-route">
      <h2 id="accept-route">{t("accept.routeSection")}</h2>
      {code && home && accepting ? (
        <Preview code={code} home={home} accepting={accepting} />
      ) : (
        <p className="muted">{t("accept.routeHint")}</p>
      )}
    </section>
  );
}

function Preview({ code, home, accepting }: { code: string; home: string; accepting: string }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const tell = useTell();
  const preview = useQuery(
    apiQuery("/api/v1/matters/{code}/route-preview", { path: { code }, query: { accepting, home } }),
  );
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
