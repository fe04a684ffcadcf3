import { Tag, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useFaultWords } from "@/devices/words";
import type { Device } from "@/devices/window";

const COLOURS = { ready: "green", busy: "blue", absent: "default", fault: "red" } as const;

/** A device's state in a word; what is wrong in a sentence. */
export function DeviceTag({ device }: { device: Device & { online: boolean | null } }) {
  const { t } = useTranslation("devices");
  const words = useFaultWords();
  if (!device.online) return <Tag>{t(device.online === null ? "state.unknown" : "state.offline")}</Tag>;
  const tag = (
    <Tag color={COLOURS[device.state]} style={{ margin: 0 }}>
      {t(`state.${device.state}`)}
    </Tag>
  );
  if (!device.code) return tag;
  return (
    <Tooltip title={words.ofCode(device.code)}>
      <span>{tag}</span>
    </Tooltip>
  );
}
