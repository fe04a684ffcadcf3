import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiQuery } from "@/api/client";
import type { components } from "@/api/schema";
import { Loaded } from "@/components/Loaded";
import { PageHeader } from "@/components/PageHeader";
import { AcceptForm } from "@/pages/accept/AcceptForm";
import { Accepted } from "@/pages/accept/Accepted";
import "./accept.css";

type Case = components["schemas"]["CaseOut"];

/** 事项受理: one case after another, by keyboard. With a draft in the address: that one. */
export function AcceptPage() {
  const { draft } = useParams({ strict: false }) as { draft?: string };
  return draft === undefined ? <Counter /> : <DraftPage key={draft} draft={draft} />;
}

/** A fresh form; once accepted, the result; then the next fresh form. */
function Counter({ draft }: { draft?: Case }) {
  const { t } = useTranslation("cases");
  const { t: c } = useTranslation();
  const [round, setRound] = useState(0);
  const [result, setResult] = useState<Case | null>(null);
  const navigate = useNavigate();
  const { message } = App.useApp();
  const editing = draft !== undefined && draft.status !== "draft";

  function finish(data: Case) {
    if (!editing) {
      setResult(data);
      return;
    }
    message.success(c("saved"));
    const number = data.number ?? data.id;
    void navigate({ to: "/cases/$number", params: { number }, ignoreBlocker: true });
  }

  const title = editing ? "case.edit" : draft ? "accept.draftTitle" : "accept.title";
  if (result) {
    return (
      <Accepted
        data={result}
        onNext={() => {
          setResult(null);
          setRound(round + 1);
        }}
      />
    );
  }
  return (
    <>
      <PageHeader title={t(title)} />
      <AcceptForm
        key={round}
        draft={draft}
        onDone={finish}
        onNew={() => setRound(round + 1)}
      />
    </>
  );
}

function DraftPage({ draft }: { draft: string }) {
  const query = useQuery({
    ...apiQuery("/api/v1/cases/{number}", { path: { number: draft } }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  return <Loaded query={query}>{(data) => <Counter draft={data} />}</Loaded>;
}
