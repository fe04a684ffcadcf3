import { DownloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { fetchFile } from "@/api/client";
import { useDownload } from "@/components/download";
import { Loaded } from "@/components/Loaded";

export interface PreviewedFile {
  id: string;
  name: string;
  path: string;
}

/** A scan on screen: pictures and PDF; anything else is offered for download. */
export function FilePreview({ file, onClose }: { file: PreviewedFile; onClose: () => void }) {
  const { t } = useTranslation("cases");
  const { download, busy } = useDownload();
  const content = useQuery({
    queryKey: ["file", file.path],
    queryFn: () => fetchFile(file.path),
    gcTime: 0,
  });
  return (
    <Modal
      open
      width={900}
      title={`${t("case.fileTitle")} – ${file.name}`}
      onCancel={onClose}
      footer={
        <Button
          icon={<DownloadOutlined />}
          loading={busy}
          onClick={() => void download(file.path, {}, file.name)}
        >
          {t("action.download", { ns: "common" })}
        </Button>
      }
    >
      <Loaded query={content}>{(blob) => <Shown blob={blob} file={file} />}</Loaded>
    </Modal>
  );
}

function Shown({ blob, file }: { blob: Blob; file: PreviewedFile }) {
  const { t } = useTranslation("cases");
  const url = useMemo(() => URL.createObjectURL(blob), [blob]);
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  if (blob.type.startsWith("image/")) {
    return <img src={url} alt={file.name} style={{ maxWidth: "100%" }} />;
  }
  if (blob.type === "application/pdf") {
    // Not sandboxed: browsers show no PDF in a sandbox. The server has sniffed the type.
    return <iframe src={url} title={file.name} className="pdf-frame" />;
  }
  return <p>{t("case.noPreview")}</p>;
}
