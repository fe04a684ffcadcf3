import { Form } from "antd";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/Select";
import type { FieldDefinition } from "@/forms/definition";
import type { FieldValue } from "@/pages/matters/draft/content";
import { ChoiceItem, NumberItem, SwitchItem, TextItem } from "@/pages/matters/draft/Items";
import { ListEditor } from "@/pages/matters/draft/ListEditor";

type FieldType = FieldDefinition["type"];

const TYPES: FieldType[] = [
  "string",
  "enum",
  "boolean",
  "date",
  "integer",
  "number",
  "address",
  "id_number",
  "mobile",
  "array",
];
const BLANK = { key: "", title: "", type: "string", required: false };

/** The matter's form: a closed set of field types; a table holds columns of the others. */
export function FormFields() {
  const { t } = useTranslation("matters");
  return (
    <ListEditor name={["form"]} addLabel={t("draft.addField")} blank={BLANK}>
      {({ name }) => <FieldRow path={["form", name]} name={name} types={TYPES} />}
    </ListEditor>
  );
}

interface RowProps {
  /** From the root of the form, to watch the row. */
  path: (string | number)[];
  name: number;
  types: FieldType[];
}

function FieldRow({ path, name, types }: RowProps) {
  const { t } = useTranslation("matters");
  const type: FieldType | undefined = Form.useWatch([...path, "type"]);
  const numeric = type === "integer" || type === "number";
  return (
    <>
      <div className="field-grid">
        <TextItem name={[name, "title"]} label={t("field.title")} required />
        <TextItem name={[name, "key"]} label={t("field.key")} required />
        <ChoiceItem
          name={[name, "type"]}
          label={t("field.type")}
          options={types.map((value) => ({ value, label: t(`fieldType.${value}`) }))}
        />
        {type === "enum" && (
          <Form.Item name={[name, "enum"]} label={t("field.enum")}>
            <Select mode="tags" open={false} />
          </Form.Item>
        )}
        {numeric && <NumberItem name={[name, "minimum"]} label={t("field.minimum")} />}
        {numeric && <NumberItem name={[name, "maximum"]} label={t("field.maximum")} />}
        {type === "string" && (
          <NumberItem name={[name, "maxLength"]} label={t("field.maxLength")} min={1} max={5000} />
        )}
        <ShownIf path={path} name={name} />
        <SwitchItem name={[name, "required"]} label={t("field.required")} />
      </div>
      {type === "array" && (
        <fieldset className="sub-table">
          <legend>{t("field.items")}</legend>
          <ListEditor name={[name, "items"]} addLabel={t("draft.addColumn")} blank={BLANK}>
            {(item) => (
              <FieldRow
                path={[...path, "items", item.name]}
                name={item.name}
                types={TYPES.filter((one) => one !== "array")}
              />
            )}
          </ListEditor>
        </fieldset>
      )}
    </>
  );
}

/** Shown only while a field of the same list has a value. */
function ShownIf({ path, name }: { path: (string | number)[]; name: number }) {
  const { t } = useTranslation("matters");
  const siblings: FieldValue[] | undefined = Form.useWatch(path.slice(0, -1));
  const others = (siblings ?? []).filter((field, at) => at !== name && field?.key);
  return (
    <>
      <ChoiceItem
        name={[name, "visible_if", "field"]}
        label={t("field.visibleIf")}
        required={false}
        options={others.map((field) => ({ value: field.key, label: field.title || field.key }))}
      />
      <TextItem name={[name, "visible_if", "equals"]} label={t("field.equals")} />
    </>
  );
}
