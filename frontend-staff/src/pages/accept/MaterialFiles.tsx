import { DeleteOutlined, EyeOutlined } from "@ant-design/icons";
import { Button, Form } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "@/api/schema";
import { ScanButton } from "@/devices/ScanButton";
import type { MaterialValue } from "@/pages/accept/values";
import { FilePreview, type PreviewedFile } from "@/pages/case/FilePreview";

interface Props {
  material: components["schemas"]["Material-Output"];
  at: number;
}

/** Scans of one material before the case exists; what was scanned was brought. */
export function MaterialFiles({ material, at }: Props) {
  const { t } = useTranslation("devices");
  const form = Form.useFormInstance();
  const [shown, setShown] = useState<PreviewedFile | null>(null);
  const value: MaterialValue | undefined = Form.useWatch(["materials", at], {
    form,
    preserve: true,
  });
  const files = value?.files ?? [];

  function add(ids: string[]) {
    // Read anew: another scan may have come in meanwhile.
    const there = form.getFieldValue(["materials", at]) as MaterialValue;
    const received = there.received === "none" ? material.kind : there.received;
    const all = [...(there.files ?? []), ...ids];
    form.setFieldValue(["materials", at], { ...there, received, files: all });
  }

  return (
    <>
      <ScanButton name={material.name} onFiles={add} />
      <ul className="scan-files">
        {files.map((id, index) => {
          const name = t("scan.file", { at: index + 1 });
          return (
            <li key={id}>
              <Button
                type="link"
                size="small"
                icon={<EyeOutlined />}
                aria-label={`${t("case.preview", { ns: "cases" })} ${material.name} ${name}`}
                onClick={() =>
                  setShown({
                    id,
                    name: `${material.name} ${name}`,
                    path: filePath(id, value?.held_by?.[id]),
                  })
                }
              >
                {name}
              </Button>
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={`${t("scan.remove")} ${material.name} ${name}`}
                onClick={() =>
                  form.setFieldValue(
                    ["materials", at, "files"],
                    files.filter((one) => one !== id),
                  )
                }
              />
            </li>
          );
        })}
      </ul>
      {shown && <FilePreview file={shown} onClose={() => setShown(null)} />}
    </>
  );
}

function filePath(id: string, number: string | undefined): string {
  return number ? `/api/v1/cases/${number}/files/${id}` : `/api/v1/files/${id}`;
}
