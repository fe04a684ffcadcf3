/**
 * The one renderer of matter forms: a closed set of field types, inside an antd `Form`. Fields stand
 * under `form` in the form's values, as in the body that is sent, so that pointers fit.
 */
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Form, Input, InputNumber, Radio } from "antd";
import type { Rule } from "antd/es/form";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/Select";
import { DateInput } from "@/forms/DateInput";
import { isShown, type FieldDefinition, type FormValues } from "@/forms/definition";
import { IdNumberItem } from "@/forms/IdNumberItem";
import { isMobile } from "@/forms/mobile";

const RADIO_LIMIT = 4;

export function MatterForm({ fields }: { fields: FieldDefinition[] }) {
  const siblings = Form.useWatch<FormValues | undefined>("form");
  return (
    <div className="matter-form">
      {fields
        .filter((field) => isShown(field, siblings))
        .map((field) =>
          field.type === "array" ? (
            <SubTable key={field.key} field={field} />
          ) : (
            <FieldItem key={field.key} field={field} name={["form", field.key]} />
          ),
        )}
    </div>
  );
}

interface ItemProps {
  field: FieldDefinition;
  name: (string | number)[];
  /** In a table the column's head names the field. */
  inCell?: boolean;
}

function FieldItem({ field, name, inCell = false }: ItemProps) {
  const rules = useRules(field);
  const ariaLabel = inCell ? field.title : undefined;
  if (field.type === "id_number") {
    return (
      <IdNumberItem
        name={name}
        label={inCell ? undefined : field.title}
        ariaLabel={ariaLabel}
        required={field.required}
      />
    );
  }
  return (
    <Form.Item
      name={name}
      label={inCell ? undefined : field.title}
      rules={rules}
      className={field.type === "address" ? "wide" : undefined}
    >
      <Control field={field} inCell={inCell} />
    </Form.Item>
  );
}

interface ControlProps {
  field: FieldDefinition;
  inCell: boolean;
  id?: string;
  value?: unknown;
  onChange?: (value: unknown) => void;
}

/** What one types into; antd's `Form.Item` hands it `id`, `value` and `onChange`. */
function Control({ field, inCell, id, value, onChange }: ControlProps) {
  const { t } = useTranslation();
  const ariaLabel = inCell ? field.title : undefined;
  const text = { id, "aria-label": ariaLabel, value: value as string | undefined };
  switch (field.type) {
    case "enum": {
      const options = (field.enum ?? []).map((one) => ({ value: one, label: one }));
      if (!inCell && options.length <= RADIO_LIMIT) {
        return <Choice id={id} title={field.title} options={options} value={value} onChange={onChange} />;
      }
      return (
        <Select
          id={id}
          aria-label={ariaLabel}
          showSearch
          allowClear={!field.required}
          options={options}
          value={value}
          onChange={onChange}
        />
      );
    }
    case "boolean": {
      const options = [
        { value: true, label: t("yes") },
        { value: false, label: t("no") },
      ];
      return <Choice id={id} title={field.title} options={options} value={value} onChange={onChange} />;
    }
    case "date":
      return <DateInput id={id} ariaLabel={ariaLabel} value={value as string} onChange={onChange} />;
    case "integer":
    case "number":
      return (
        <InputNumber
          controls={false}
          id={id}
          aria-label={ariaLabel}
          style={{ width: "100%" }}
          precision={field.type === "integer" ? 0 : undefined}
          inputMode={field.type === "integer" ? "numeric" : "decimal"}
          value={value as number | undefined}
          onChange={(next) => onChange?.(next ?? undefined)}
        />
      );
    case "mobile":
      return (
        <Input
          {...text}
          inputMode="tel"
          maxLength={20}
          onChange={(event) => onChange?.(event.target.value.trim())}
        />
      );
    default:
      return (
        <Input
          {...text}
          maxLength={field.maxLength ?? undefined}
          onChange={(event) => onChange?.(event.target.value || undefined)}
        />
      );
  }
}

interface ChoiceProps {
  id?: string;
  title: string;
  options: { value: string | boolean; label: string }[];
  value?: unknown;
  onChange?: (value: unknown) => void;
}

function Choice({ id, title, options, value, onChange }: ChoiceProps) {
  return (
    <Radio.Group
      id={id}
      aria-label={title}
      options={options}
      value={value}
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}

/** Rules that spare a round trip; the server checks all of them again. */
function useRules(field: FieldDefinition): Rule[] {
  const { t } = useTranslation("cases");
  const rules: Rule[] = [];
  if (field.required) {
    rules.push({ required: true, message: t("form.required", { title: field.title }) });
  }
  if (field.type === "integer" || field.type === "number") {
    const { minimum: min, maximum: max } = field;
    if (typeof min === "number") {
      rules.push({ type: "number", min, message: t("form.minimum", { value: min }) });
    }
    if (typeof max === "number") {
      rules.push({ type: "number", max, message: t("form.maximum", { value: max }) });
    }
  }
  if (field.type === "mobile") {
    rules.push({
      validator: (_, value: string | undefined) =>
        !value || isMobile(value)
          ? Promise.resolve()
          : Promise.reject(new Error(t("form.mobile"))),
      validateTrigger: "onBlur",
    });
  }
  return rules;
}

/** A table that grows: one row for each child, each household member, … */
function SubTable({ field }: { field: FieldDefinition }) {
  const { t } = useTranslation("cases");
  const columns = field.items ?? [];
  const rules = field.required
    ? [
        {
          validator: (_: unknown, rows?: unknown[]) =>
            rows?.length
              ? Promise.resolve()
              : Promise.reject(new Error(t("form.required", { title: field.title }))),
        },
      ]
    : [];
  return (
    <fieldset className="sub-table wide">
      <legend className={field.required ? "is-required" : undefined}>{field.title}</legend>
      <Form.List name={["form", field.key]} rules={rules}>
        {(rows, { add, remove }, { errors }) => (
          <>
            {rows.length > 0 && (
              <div className="sub-table-scroll">
                <table>
                  <thead>
                    <tr>
                      {columns.map((column) => (
                        <th key={column.key} scope="col">
                          <span className={column.required ? "is-required" : undefined}>
                            {column.title}
                          </span>
                        </th>
                      ))}
                      <th scope="col">
                        <span className="visually-hidden">{t("form.removeRow")}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((row, at) => (
                      <tr key={row.key}>
                        {columns.map((column) => (
                          <td key={column.key}>
                            <Cell column={column} list={field.key} row={row.name} />
                          </td>
                        ))}
                        <td>
                          <Button
                            type="text"
                            icon={<DeleteOutlined />}
                            aria-label={`${t("form.removeRow")} ${at + 1}`}
                            onClick={() => remove(row.name)}
                          />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            <Button icon={<PlusOutlined />} onClick={() => add({})}>
              {t("form.addRow")}
            </Button>
            <Form.ErrorList errors={errors} />
          </>
        )}
      </Form.List>
    </fieldset>
  );
}

function Cell({ column, list, row }: { column: FieldDefinition; list: string; row: number }) {
  const siblings = Form.useWatch<FormValues | undefined>(["form", list, row]);
  if (!isShown(column, siblings)) return null;
  return <FieldItem field={column} name={[row, column.key]} inCell />;
}
