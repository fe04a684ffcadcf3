import { CheckCircleFilled, PrinterOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { App, Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { CaseNumber } from "@/components/CaseNumber";
import { formatDate } from "@/components/dates";
import { PageHeader } from "@/components/PageHeader";
import { Pairs } from "@/components/Pairs";
import { useProblemMessage } from "@/components/problems";
import { StatusTag } from "@/components/StatusTag";
import { useWords } from "@/components/words";
import { Evaluation } from "@/devices/Evaluation";
import { Missing } from "@/devices/Missing";
import { usePaper } from "@/devices/usePaper";
import { RoutePanel } from "@/pages/case/RoutePanel";
import { useAct } from "@/pages/case/useAct";
import "@/pages/case/case.css";
import { useShortcuts } from "@/pages/accept/Shortcuts";
import type { Case } from "@/pages/accept/values";

/** What became of it: number, due date, the receipt, the decision where it is mine, and on to the next. */
export function Accepted({ data: accepted, onNext }: { data: Case; onNext: () => void }) {
  const { t } = useTranslation("cases");
  const words = useWords();
  const navigate = useNavigate();
  const print = useRef<HTMLButtonElement>(null);
  useEffect(() => print.current?.focus(), []);
  const [data, setData] = useState(accepted);
  const number = data.number ?? data.id;
  const atOnce = data.case_kind === "immediate" && data.allowed_actions.includes("approve");
  const { conclude, concluding } = useConclude(data, number, setData);
  const { print: printPaper, printSlip, printing } = usePaper(number);
  const receipt = () => void printPaper("receipt");
  const toCase = (action?: string) =>
    void navigate({ to: "/cases/$number", params: { number }, search: action ? { action } : {} });
  useShortcuts({ "Alt+n": onNext, "Alt+p": receipt, ...(atOnce ? { "Alt+o": conclude } : {}) });
  const received = data.status === "received";
  const title = received ? "accept.received" : data.outcome ? "accept.concluded" : "accept.success";
  return (
    <>
      <PageHeader title={t(title)} />
      <div className="stack">
        <section className="panel accepted" role="status">
          <CheckCircleFilled className="accepted-mark" aria-hidden />
          <div>
            <div className="accepted-number">
              <CaseNumber number={data.number} id={data.id} link={false} />
            </div>
            <Pairs
              items={[
                [t("col.matter"), data.matter_name],
                [t("col.applicant"), data.applicant.name],
                [t("accept.dueOn"), <DueOn key="due" data={data} />],
                [t("col.status"), <StatusTag key="status" row={data} />],
                [t("col.cross_handling"), words("cross", data.cross_handling)],
                [t("col.linkage"), words("linkage", data.linkage)],
              ]}
            />
          </div>
        </section>
        <div className="row">
          <Button
            ref={print}
            type="primary"
            size="large"
            icon={<PrinterOutlined />}
            loading={printing === "receipt"}
            onClick={receipt}
          >
            {received ? t("accept.printAcknowledgement") : t("accept.printReceipt")} <kbd>Alt P</kbd>
          </Button>
          {atOnce && (
            <Button size="large" loading={concluding} onClick={conclude}>
              {t("accept.concludeNow")} <kbd>Alt O</kbd>
            </Button>
          )}
          {printSlip && (
            <Button
              size="large"
              icon={<PrinterOutlined />}
              loading={printing === "slip"}
              onClick={printSlip}
            >
              {t("print.slip", { ns: "devices" })}
            </Button>
          )}
          <Button size="large" onClick={onNext}>
            {t("accept.next")} <kbd>Alt N</kbd>
          </Button>
          <Button size="large" onClick={() => toCase()}>
            {t("accept.openCase")}
          </Button>
          {data.allowed_actions.includes("request_correction") && (
            <Button size="large" onClick={() => toCase("request_correction")}>
              {t("accept.noticeNow")}
            </Button>
          )}
          {data.allowed_actions.includes("refuse") && (
            <Button size="large" danger onClick={() => toCase("refuse")}>
              {t("accept.refuseNow")}
            </Button>
          )}
        </div>
        <Missing kinds={["printer"]} says={t("print.missing", { ns: "devices" })} />
        <Missing kinds={["slip_printer"]} says={t("print.missingSlips", { ns: "devices" })} />
        {!received && data.case_kind === "immediate" && !atOnce && (
          <Evaluation number={number} atOnce />
        )}
        <RoutePanel path={data.path} tasks={data.tasks} />
      </div>
    </>
  );
}

function DueOn({ data }: { data: Case }) {
  const { t } = useTranslation("cases");
  return (
    <>
      {formatDate(data.due_on ?? data.acceptance_due_on)}
      {data.due.provisional && <div className="late">{t("case.provisional")}</div>}
    </>
  );
}

/** 当场办结: the decision on an immediate case, by who accepted it and may decide it too. */
function useConclude(data: Case, number: string, onDone: (after: Case) => void) {
  const { t } = useTranslation("cases");
  const { message } = App.useApp();
  const report = useProblemMessage();
  const { act } = useAct(data, number);
  const [concluding, setConcluding] = useState(false);

  async function take() {
    if (concluding) return;
    setConcluding(true);
    try {
      if (!(await act({ action: "approve" }))) return;
      const path = { number };
      onDone(await unwrap(client.GET("/api/v1/cases/{number}", { params: { path } })));
      message.success(t("dialog.done", { action: t("action.approve") }));
    } catch (error) {
      report(error);
    } finally {
      setConcluding(false);
    }
  }

  return { conclude: () => void take(), concluding };
}
