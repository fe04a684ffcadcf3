import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/Select";
import {
  OPERATORS,
  SEVERAL,
  type ConditionValue,
  type FieldValue,
} from "@/pages/matters/draft/content";
import { ChoiceItem, TextItem } from "@/pages/matters/draft/Items";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** When a step is taken: always, by one field of the form, or by several written as JSON. */
export function ConditionItems({ name }: { name: number }) {
  const { t } = useTranslation("matters");
  const fields: FieldValue[] | undefined = Form.useWatch("form");
  const held: ConditionValue | undefined = Form.useWatch(["process", name, "condition"]);
  const at = (part: keyof ConditionValue) => [name, "condition", part];
  const one = held?.field && held.field !== SEVERAL;
  const options = (fields ?? [])
    .filter((field) => field?.key)
    .map((field) => ({ value: field.key, label: field.title || field.key }));
  return (
    <>
      <ChoiceItem
        name={at("field")}
        label={t("process.condition")}
        required={false}
        placeholder={t("condition.always")}
        options={[...options, { value: SEVERAL, label: t("condition.several") }]}
      />
      {one && (
        <ChoiceItem
          name={at("is")}
          label={t("condition.is")}
          options={OPERATORS.map((value) => ({ value, label: t(`condition.${value}`) }))}
        />
      )}
      {one && held.is === "in" && (
        <Form.Item name={at("values")} label={t("condition.value")} extra={t("condition.inHint")}>
          <Select mode="tags" open={false} />
        </Form.Item>
      )}
      {one && held.is !== "in" && held.is !== "filled" && held.is !== "empty" && (
        <TextItem name={at("value")} label={t("condition.value")} required />
      )}
      {held?.field === SEVERAL && (
        <Form.Item
          name={at("json")}
          label={t("condition.several")}
          extra={<span className="mono">{'{"all":[{"field":"…","equals":true},…]}'}</span>}
          rules={[
            {
              validator: (_, text: string | undefined) =>
                isJson(text ?? "") ? Promise.resolve() : Promise.reject(new Error(t("draft.badJson"))),
            },
          ]}
        >
          <Input.TextArea autoSize spellCheck={false} />
        </Form.Item>
      )}
    </>
  );
}
