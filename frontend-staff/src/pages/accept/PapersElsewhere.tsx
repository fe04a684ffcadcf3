import { CheckOutlined } from "@ant-design/icons";
import { App, Button, Form, Input, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { formatDate } from "@/components/dates";
import { FormDialog } from "@/components/FormDialog";
import { heldBy, type AcceptValues, type Case, type MaterialValue } from "@/pages/accept/values";

type Paper = components["schemas"]["MaterialElsewhere"];
type Material = components["schemas"]["Material-Output"];

/** Puts a paper into the stored case; whatever the form holds is kept as a draft before. */
export type TakeOver = (
  values: AcceptValues,
  key: string,
  paper: components["schemas"]["ReuseIn"],
) => Promise<Case>;

export interface TakingOver {
  takeOver: TakeOver;
  /** The form says what is stored. */
  onTaken: () => void;
}

interface Props extends TakingOver {
  papers: Paper[];
  /** What the chosen matter asks for, in the order of the form. */
  asked: Material[];
}

/** What a draft cannot do without. */
const NEEDED = [["home_code"], ["applicant", "name"], ["applicant", "id_number"]];

/** Papers that other streets checked: named only, and seen once taken over for a reason. */
export function PapersElsewhere({ papers, asked, takeOver, onTaken }: Props) {
  const { t } = useTranslation("cases");
  const form = Form.useFormInstance<AcceptValues>();
  const [wanted, setWanted] = useState<{ paper: Paper; at: number } | null>(null);
  const [taken, setTaken] = useState<string[]>([]);
  const fitting = papers.flatMap((paper) => {
    const at = asked.findIndex((material) => material.document_kind === paper.document_kind);
    return at < 0 ? [] : [{ paper, at }];
  });
  if (fitting.length === 0) return null;

  async function ask(paper: Paper, at: number) {
    try {
      await form.validateFields(NEEDED);
      setWanted({ paper, at });
    } catch {
      const first = form.getFieldsError().find((field) => field.errors.length > 0);
      if (first) form.scrollToField(first.name, { focus: true, block: "center" });
    }
  }

  return (
    <>
      <h3 className="panel-title">{t("accept.elsewhere")}</h3>
      <ul className="lines">
        {fitting.map(({ paper, at }) => (
          <li key={paper.document_kind}>
            <div className="row">
              <span>{paper.name}</span>
              {taken.includes(paper.source_case + paper.source_key) ? (
                <Tag color="green" icon={<CheckOutlined />}>
                  {t("accept.reused")}
                </Tag>
              ) : (
                <Button
                  size="small"
                  icon={<CheckOutlined />}
                  aria-label={`${t("accept.takeOver")} ${paper.name}`}
                  onClick={() => void ask(paper, at)}
                >
                  {t("accept.takeOver")}
                </Button>
              )}
            </div>
            <div className="muted">
              {t("accept.checkedOn", { date: formatDate(paper.checked_at) })}
            </div>
          </li>
        ))}
      </ul>
      {wanted && (
        <TakeOverDialog
          {...wanted}
          takeOver={takeOver}
          onClose={() => setWanted(null)}
          onTaken={() => {
            setTaken([...taken, wanted.paper.source_case + wanted.paper.source_key]);
            onTaken();
          }}
        />
      )}
    </>
  );
}

interface DialogProps extends TakingOver {
  paper: Paper;
  at: number;
  onClose: () => void;
}

function TakeOverDialog({ paper, at, takeOver, onTaken, onClose }: DialogProps) {
  const { t } = useTranslation("cases");
  const { message } = App.useApp();
  const application = Form.useFormInstance<AcceptValues>();
  const [form] = Form.useForm<{ reason: string }>();

  async function take({ reason }: { reason: string }) {
    const { source_case, source_key } = paper;
    const line = application.getFieldValue(["materials", at]) as MaterialValue;
    const data = await takeOver(application.getFieldsValue(), line.key, {
      source_case,
      source_key,
      reason,
    });
    const now = data.materials.find((material) => material.key === line.key);
    const files = now?.files ?? [];
    application.setFieldValue(["materials", at], {
      ...line,
      received: now?.received,
      files: files.map((file) => file.id),
      note: now?.note,
      held_by: heldBy(data.number ?? data.id, files),
    });
    message.success(t("accept.takenOver"));
    onTaken();
    onClose();
  }

  return (
    <FormDialog
      title={`${t("accept.takeOver")} ${paper.name}`}
      okText={t("accept.takeOver")}
      form={form}
      onSubmit={take}
      onClose={onClose}
    >
      <p>{t("accept.checkedOn", { date: formatDate(paper.checked_at) })}</p>
      <p className="muted">{t("accept.takeOverNotice")}</p>
      <Form.Item
        name="reason"
        label={t("accept.takeOverReason")}
        rules={[{ required: true, whitespace: true, min: 4, message: t("accept.takeOverShort") }]}
      >
        <Input maxLength={200} placeholder={t("accept.takeOverExample")} />
      </Form.Item>
    </FormDialog>
  );
}
