import { Button, Form, Input, Tag } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { Select } from "@/components/Select";
import { formatDate, now } from "@/components/dates";
import { useNeed } from "@/components/words";
import { Missing } from "@/devices/Missing";
import { DateInput } from "@/forms/DateInput";
import { MaterialFiles } from "@/pages/accept/MaterialFiles";
import { useShortcuts } from "@/pages/accept/Shortcuts";
import { useRoute } from "@/pages/accept/useRoute";
import type { MaterialValue, Received } from "@/pages/accept/values";

type Material = components["schemas"]["Material-Output"];

const CHOICES: Received[] = ["none", "original", "copy", "original_and_copy", "electronic"];

interface Props {
  materials: Material[];
  /** When the case is due; of one not accepted yet the preview says it. */
  due: string | null;
}

/** The tick list: what came in which form, and what is promised for later (容缺). */
export function MaterialsTicks({ materials, due }: Props) {
  const { route } = useRoute();
  const { t } = useTranslation("cases");
  const form = Form.useFormInstance();

  function takeAllRequired() {
    for (const [at, material] of materials.entries()) {
      const name = ["materials", at, "received"];
      if (material.required && form.getFieldValue(name) === "none") {
        form.setFieldValue(name, material.kind);
      }
    }
  }

  useShortcuts({ "Alt+a": takeAllRequired });

  return (
    <>
      <div className="panel-title">
        <h2 className="panel-title">{t("accept.materialsSection")}</h2>
        {materials.length > 0 && (
          <Button size="small" onClick={takeAllRequired}>
            {t("accept.allReceived")} <kbd>Alt A</kbd>
          </Button>
        )}
      </div>
      {materials.length > 0 && (
        <Missing kinds={["scanner"]} says={t("scan.missing", { ns: "devices" })} />
      )}
      <div className="scroll-box">
        <table className="plain-table ticks stacking">
          <thead>
            <tr>
              <th scope="col">{t("case.materials")}</th>
              <th scope="col">{t("accept.need")}</th>
              <th scope="col">{t("accept.got")}</th>
              <th scope="col">{t("accept.promise")}</th>
              <th scope="col">{t("case.files")}</th>
            </tr>
          </thead>
          <tbody>
            {materials.map((material, at) => (
              <MaterialTick
                key={material.key}
                material={material}
                at={at}
                last={due ?? route.data?.due_on}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface TickProps {
  material: Material;
  at: number;
  /** The last day for which a missing material may be promised. */
  last: string | undefined;
}

function MaterialTick({ material, at, last }: TickProps) {
  const { t } = useTranslation("cases");
  const need = useNeed();
  const value: MaterialValue | undefined = Form.useWatch(["materials", at]);
  const missing = value?.received === "none" || value?.received === undefined;
  return (
    <tr>
      <th scope="row">
        {material.name}{" "}
        <Tag>{t(material.required ? "accept.necessary" : "accept.unnecessary")}</Tag>
        {material.note && <div className="muted">{material.note}</div>}
        <Form.Item name={["materials", at, "key"]} initialValue={material.key} hidden>
          <Input />
        </Form.Item>
        <Form.Item name={["materials", at, "files"]} hidden>
          <Select mode="multiple" />
        </Form.Item>
        <Form.Item name={["materials", at, "note"]} hidden>
          <Input />
        </Form.Item>
      </th>
      <td data-label={t("accept.need")}>{need(material)}</td>
      <td data-label={t("accept.got")}>
        <Form.Item name={["materials", at, "received"]} initialValue="none">
          <Select
            aria-label={`${material.name} ${t("accept.got")}`}
            options={CHOICES.map((choice) => ({ value: choice, label: t(`received.${choice}`) }))}
          />
        </Form.Item>
      </td>
      <td data-label={missing && material.deferrable ? t("accept.promise") : undefined}>
        {missing && material.required && material.deferrable && (
          <Form.Item
            name={["materials", at, "promised_by"]}
            extra={last && t("accept.promiseLast", { date: formatDate(last) })}
          >
            <DateInput
              ariaLabel={`${material.name} ${t("accept.promise")}`}
              min={now().format("YYYY-MM-DD")}
              max={last}
            />
          </Form.Item>
        )}
      </td>
      <td data-label={t("case.files")}>
        <MaterialFiles material={material} at={at} />
      </td>
    </tr>
  );
}
