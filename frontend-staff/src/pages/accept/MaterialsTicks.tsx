import { Button, Form, Input, Select, Tag } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { Missing } from "@/devices/Missing";
import { DateInput } from "@/forms/DateInput";
import { MaterialFiles } from "@/pages/accept/MaterialFiles";
import type { MaterialValue, Received } from "@/pages/accept/values";

type Material = components["schemas"]["Material-Output"];

const CHOICES: Received[] = ["none", "original", "copy", "original_and_copy", "electronic"];

/** The tick list: what came in which form, and what is promised for later (容缺). */
export function MaterialsTicks({ materials }: { materials: Material[] }) {
  const { t } = useTranslation("cases");
  const form = Form.useFormInstance();

  function takeAllRequired() {
    for (const [at, material] of materials.entries()) {
      if (material.required) form.setFieldValue(["materials", at, "received"], material.kind);
    }
  }

  return (
    <>
      <div className="panel-title">
        <h2 className="panel-title">{t("accept.materialsSection")}</h2>
        {materials.length > 0 && (
          <Button size="small" onClick={takeAllRequired}>
            {t("accept.allReceived")}
          </Button>
        )}
      </div>
      {materials.length > 0 && (
        <Missing kinds={["scanner"]} says={t("scan.missing", { ns: "devices" })} />
      )}
      <div style={{ overflowX: "auto" }}>
        <table className="plain-table ticks">
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
              <MaterialTick key={material.key} material={material} at={at} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function MaterialTick({ material, at }: { material: Material; at: number }) {
  const { t } = useTranslation("cases");
  const value: MaterialValue | undefined = Form.useWatch(["materials", at]);
  const missing = value?.received === "none" || value?.received === undefined;
  return (
    <tr>
      <th scope="row">
        {material.name}
        <Tag style={{ marginInlineStart: 6 }}>{t(material.required ? "accept.necessary" : "accept.unnecessary")}</Tag>
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
      <td>
        {t(`received.${material.kind}`)} · {t("case.copies", { count: material.copies })}
      </td>
      <td>
        <Form.Item name={["materials", at, "received"]} initialValue="none">
          <Select
            aria-label={`${material.name} ${t("accept.got")}`}
            options={CHOICES.map((choice) => ({ value: choice, label: t(`received.${choice}`) }))}
          />
        </Form.Item>
      </td>
      <td>
        {missing && material.required && material.deferrable && (
          <Form.Item name={["materials", at, "promised_by"]}>
            <DateInput
              ariaLabel={`${material.name} ${t("accept.promise")}`}
              min={dayjs().format("YYYY-MM-DD")}
            />
          </Form.Item>
        )}
      </td>
      <td>
        <MaterialFiles material={material} at={at} />
      </td>
    </tr>
  );
}
