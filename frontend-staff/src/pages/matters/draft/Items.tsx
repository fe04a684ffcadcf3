/** Fields of the editor, each one line: text, number, choice, switch. */
import { AutoComplete, Form, Input, InputNumber, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/Select";

interface Base {
  name: (string | number)[] | string;
  label: string;
}

function useMissing(label: string, required: boolean) {
  const { t } = useTranslation("matters");
  return required ? [{ required: true, message: t("draft.missing", { title: label }) }] : [];
}

export function TextItem({
  name,
  label,
  required = false,
  disabled = false,
  rows,
  hint,
}: Base & { required?: boolean; disabled?: boolean; rows?: number; hint?: string }) {
  const rules = useMissing(label, required);
  return (
    <Form.Item name={name} label={label} rules={rules} extra={hint}>
      {rows ? <Input.TextArea rows={rows} disabled={disabled} /> : <Input disabled={disabled} />}
    </Form.Item>
  );
}

/** A text of which the usual beginnings are offered. */
export function SuggestItem({
  name,
  label,
  options,
  hint,
}: Base & { options: { value: string; label: string }[]; hint?: string }) {
  const rules = useMissing(label, true);
  return (
    <Form.Item name={name} label={label} rules={rules} extra={hint}>
      <AutoComplete
        options={options}
        popupMatchSelectWidth={320}
        optionRender={({ data }) => (
          <span className="option-line">
            <span>{data.label}</span>
            <span className="mono muted">{data.value}</span>
          </span>
        )}
      />
    </Form.Item>
  );
}

export function NumberItem({
  name,
  label,
  required = false,
  min,
  max,
}: Base & { required?: boolean; min?: number; max?: number }) {
  const rules = useMissing(label, required);
  return (
    <Form.Item name={name} label={label} rules={rules}>
      <InputNumber controls={false} min={min} max={max} style={{ width: "100%" }} />
    </Form.Item>
  );
}

export function ChoiceItem({
  name,
  label,
  required = true,
  options,
  multiple = false,
  placeholder,
  hint,
}: Base & {
  required?: boolean;
  placeholder?: string;
  hint?: string;
  options: { value: string; label: string }[];
  multiple?: boolean;
}) {
  const rules = useMissing(label, required);
  return (
    <Form.Item name={name} label={label} rules={rules} extra={hint}>
      <Select
        mode={multiple ? "multiple" : undefined}
        allowClear={!required}
        placeholder={placeholder}
        options={options}
        showSearch={{ optionFilterProp: "label" }}
      />
    </Form.Item>
  );
}

export function SwitchItem({ name, label }: Base) {
  return (
    <Form.Item name={name} label={label} valuePropName="checked">
      <Switch />
    </Form.Item>
  );
}
