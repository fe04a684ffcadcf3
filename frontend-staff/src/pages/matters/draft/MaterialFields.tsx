import { useTranslation } from "react-i18next";
import { ChoiceItem, NumberItem, SwitchItem, TextItem } from "@/pages/matters/draft/Items";
import { ListEditor } from "@/pages/matters/draft/ListEditor";

const KINDS = ["original", "copy", "original_and_copy", "electronic"] as const;
const BLANK = {
  key: "",
  name: "",
  kind: "original_and_copy",
  copies: 1,
  required: true,
  e_licence: false,
  deferrable: false,
};

export function MaterialFields() {
  const { t } = useTranslation("matters");
  const { t: cases } = useTranslation("cases");
  return (
    <ListEditor name={["materials"]} addLabel={t("draft.addMaterial")} blank={BLANK}>
      {({ name }) => (
        <div className="field-grid">
          <TextItem name={[name, "name"]} label={t("material.name")} required />
          <TextItem name={[name, "key"]} label={t("material.key")} required />
          <ChoiceItem
            name={[name, "kind"]}
            label={t("material.kind")}
            options={KINDS.map((value) => ({ value, label: cases(`received.${value}`) }))}
          />
          <NumberItem name={[name, "copies"]} label={t("material.copies")} min={0} max={20} />
          <TextItem name={[name, "document_kind"]} label={t("material.documentKind")} />
          <TextItem name={[name, "note"]} label={t("material.note")} />
          <SwitchItem name={[name, "required"]} label={t("material.required")} />
          <SwitchItem name={[name, "deferrable"]} label={t("material.deferrable")} />
          <SwitchItem name={[name, "e_licence"]} label={t("material.eLicence")} />
        </div>
      )}
    </ListEditor>
  );
}
