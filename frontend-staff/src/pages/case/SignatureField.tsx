import { DeleteOutlined, EyeOutlined } from "@ant-design/icons";
import { Button, Form, Space } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ScanButton } from "@/devices/ScanButton";
import { FilePreview } from "@/pages/case/FilePreview";

/** The signed slip of who collects a result over the counter: scanned, photographed or a file. */
export function SignatureField() {
  const { t } = useTranslation("cases");
  const method: string | undefined = Form.useWatch("collection_method");
  if (method === "mail" || method === "electronic") return null;
  return (
    <Form.Item name="signature_file" label={t("dialog.signature")}>
      <Signature />
    </Form.Item>
  );
}

function Signature({
  value,
  onChange,
}: {
  value?: string;
  onChange?: (id: string | undefined) => void;
}) {
  const { t } = useTranslation("cases");
  const [shown, setShown] = useState(false);
  const name = t("dialog.signature");
  if (!value) return <ScanButton name={name} onFiles={(ids) => onChange?.(ids[0])} />;
  return (
    <Space.Compact>
      <Button size="small" icon={<EyeOutlined />} onClick={() => setShown(true)}>
        {t("case.preview")} {name}
      </Button>
      <Button
        size="small"
        icon={<DeleteOutlined />}
        aria-label={`${t("scan.remove", { ns: "devices" })} ${name}`}
        onClick={() => onChange?.(undefined)}
      />
      {shown && (
        <FilePreview
          file={{ id: value, name, path: `/api/v1/files/${value}` }}
          onClose={() => setShown(false)}
        />
      )}
    </Space.Compact>
  );
}
