import { DownloadOutlined, EditOutlined, PrinterOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { useDownload } from "@/components/download";
import { usePaper } from "@/devices/usePaper";

/** The papers that this case has; each opens as a PDF, from where it is printed. */
export function Papers({ data, number }: { data: components["schemas"]["CaseOut"]; number: string }) {
  const { t } = useTranslation("cases");
  const navigate = useNavigate();
  const { print, printSlip, printing } = usePaper(number);
  const { download, busy } = useDownload();
  const base = `/api/v1/cases/${encodeURIComponent(number)}`;
  const receivedOnly =
    !data.accepted_at && (data.status === "received" || data.status === "not_accepted");
  const carried = data.path.some((step) => step.function === "carry_out" && step.state === "done");
  return (
    <>
      {data.may_edit && (
        <Button
          icon={<EditOutlined />}
          onClick={() => void navigate({ to: "/accept/$draft", params: { draft: number } })}
        >
          {data.status === "draft" ? t("case.editDraft") : t("case.edit")}
        </Button>
      )}
      {(data.accepted_at || receivedOnly) && (
        <Button
          icon={<PrinterOutlined />}
          loading={printing === "receipt"}
          onClick={() => void print("receipt")}
        >
          {receivedOnly ? t("case.acknowledgement") : t("case.receipt")}
        </Button>
      )}
      {data.number && printSlip && (
        <Button icon={<PrinterOutlined />} loading={printing === "slip"} onClick={printSlip}>
          {t("print.slip", { ns: "devices" })}
        </Button>
      )}
      {(data.flags.correction_pending ||
        data.status === "not_accepted" ||
        data.status === "terminated") && (
        <Button
          icon={<PrinterOutlined />}
          loading={printing === "notice"}
          onClick={() => void print("notice")}
        >
          {t(data.status === "terminated" ? "case.terminationNotice" : "case.notice")}
        </Button>
      )}
      {data.concluded_at && (
        <Button
          icon={<PrinterOutlined />}
          loading={printing === "conclusion"}
          onClick={() => void print("conclusion")}
        >
          {t("case.conclusion")}
        </Button>
      )}
      {carried && (
        <Button
          icon={<PrinterOutlined />}
          loading={printing === "handover"}
          onClick={() => void print("handover")}
        >
          {t("case.handoverSlip")}
        </Button>
      )}
      {data.status === "archived" && (
        <Button
          icon={<DownloadOutlined />}
          loading={busy}
          onClick={() => void download(`${base}/archive`, {}, `${number}.zip`)}
        >
          {t("case.archivePackage")}
        </Button>
      )}
    </>
  );
}
