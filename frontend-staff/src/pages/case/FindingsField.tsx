import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { Select } from "@/components/Select";
import { usePlaces } from "@/pages/case/places";

/** Everything to correct, each with the place that it concerns: told once, and completely. */
export function FindingsField({ data }: { data: components["schemas"]["CaseOut"] }) {
  const { t } = useTranslation("cases");
  const places = [
    { value: "", label: t("dialog.general") },
    ...Array.from(usePlaces(data), ([value, label]) => ({ value, label })),
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
