import { DownOutlined, ScanOutlined } from "@ant-design/icons";
import { App, Button, Dropdown, Space } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { uploadFile } from "@/api/client";
import { CameraDialog } from "@/devices/CameraDialog";
import { askDevices } from "@/devices/commands";
import { usable, useWindows, type Window } from "@/devices/window";
import { useFaultWords } from "@/devices/words";
import "@/devices/devices.css";


type Source = "flatbed" | "feeder" | "bridgeCamera" | "webCamera" | "upload";

const ASKED = { flatbed: "flatbed", feeder: "feeder", bridgeCamera: "camera" } as const;

function sourcesOf(window: Window | null): Source[] {
  const scanner: Source[] = usable(window, "scanner").length > 0 ? ["flatbed", "feeder"] : [];
  const camera: Source[] = usable(window, "camera").length > 0 ? ["bridgeCamera"] : [];
  const own: Source[] = "mediaDevices" in navigator ? ["webCamera"] : [];
  return [...scanner, ...camera, "upload", ...own];
}

interface Props {
  /** Of the material; it names the buttons. */
  name: string;
  onFiles: (ids: string[]) => void | Promise<void>;
}

/** Takes in a paper: by the window's scanner, a camera, or as a file. The likeliest way is one click. */
export function ScanButton({ name, onFiles }: Props) {
  const { t } = useTranslation("devices");
  const { mine } = useWindows();
  const [filming, setFilming] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const { run, busy, cancel } = useTaking(onFiles);
  const [first, ...others] = sourcesOf(mine);

  function take(source: Source) {
    if (source === "upload") picker.current?.click();
    else if (source === "webCamera") setFilming(true);
    else if (mine) {
      void run(async (signal) => {
        const parameters = { source: ASKED[source], dpi: 200, colour: true, format: "pdf" as const };
        const { file_ids } = await askDevices(mine.code, { kind: "scan", parameters }, signal);
        return file_ids;
      });
    }
  }

  if (busy) {
    return (
      <Button size="small" loading onClick={cancel} aria-label={`${t("scan.cancel")} ${name}`}>
        {t("scan.scanning")}
      </Button>
    );
  }
  return (
    <>
      <Space.Compact>
        <Button
          size="small"
          icon={<ScanOutlined />}
          aria-label={`${first === "upload" ? t("scan.upload") : t("scan.scan")} ${name}`}
          onClick={() => first && take(first)}
        >
          {first === "upload" ? t("scan.upload") : t("scan.scan")}
        </Button>
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [first, ...others].map((source) => ({
              key: source as string,
              label: t(`scan.${source as Source}`),
            })),
            onClick: ({ key }) => take(key as Source),
          }}
        >
          <Button
            size="small"
            icon={<DownOutlined />}
            aria-haspopup="menu"
            aria-label={`${t("scan.more")} ${name}`}
          />
        </Dropdown>
      </Space.Compact>
      <input
        ref={picker}
        type="file"
        style={{ display: "none" }}
        multiple
        accept="image/jpeg,image/png,application/pdf"
        aria-label={`${t("scan.upload")} ${name}`}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          void run(() => uploadAll(files));
        }}
      />
      {filming && (
        <CameraDialog
          name={name}
          onClose={() => setFilming(false)}
          onPicture={async (picture) => onFiles(await uploadAll([picture]))}
        />
      )}
    </>
  );
}

async function uploadAll(files: File[]): Promise<string[]> {
  const ids: string[] = [];
  for (const file of files) ids.push((await uploadFile(file)).id);
  return ids;
}

/** One taking at a time; leaving the page calls it off. */
function useTaking(onFiles: Props["onFiles"]) {
  const { t } = useTranslation("devices");
  const { notification } = App.useApp();
  const words = useFaultWords();
  const [busy, setBusy] = useState(false);
  const ended = useRef(new AbortController());
  useEffect(() => () => ended.current.abort(), []);

  async function run(take: (signal: AbortSignal) => Promise<string[]>) {
    const current = new AbortController();
    ended.current = current;
    setBusy(true);
    try {
      await onFiles(await take(current.signal));
    } catch (error) {
      if (!current.signal.aborted) {
        notification.error({ title: t("scan.failed"), description: words.of(error), role: "alert" });
      }
    } finally {
      setBusy(false);
    }
  }

  return { run, busy, cancel: () => ended.current.abort() };
}
