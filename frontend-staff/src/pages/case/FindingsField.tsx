import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { matterQuery } from "@/components/matters";
import { Select } from "@/components/Select";

/** Everything to correct, each with the place that it concerns: told once, and completely. */
export function FindingsField({ data }: { data: components["schemas"]["CaseOut"] }) {
  const { t } = useTranslation("cases");
  const matter = useQuery(matterQuery(data.matter_code));
  const places = [
    { value: "", label: t("dialog.general") },
    ...data.materials.map(({ key, name }) => ({ value: `/materials/${key}`, label: name })),
    ...(matter.data?.content.form ?? []).map(({ key, title }) => ({
      value: `/form/${key}`,
      label: title,
    })),
  ];
  return (
    <fieldset className="sub-table">
      <legend>{t("dialog.findings")}</legend>
      <p className="muted">{t("dialog.findingsHint")}</p>
      <Form.List name="findings">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row, at) => (
              <div key={row.key} className="finding">
                <Form.Item name={[row.name, "pointer"]} label={t("dialog.findingWhere")}>
                  <Select options={places} showSearch={{ optionFilterProp: "label" }} />
                </Form.Item>
                <Form.Item
                  name={[row.name, "message"]}
                  label={t("dialog.findingWhat")}
                  rules={[{ required: true, whitespace: true, message: t("dialog.commentRequired") }]}
                >
                  <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={300} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  disabled={rows.length === 1}
                  aria-label={`${t("form.removeRow")} ${at + 1}`}
                  onClick={() => remove(row.name)}
                />
              </div>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({ pointer: "", message: "" })}>
              {t("dialog.addFinding")}
            </Button>
          </>
        )}
      </Form.List>
    </fieldset>
  );
}
