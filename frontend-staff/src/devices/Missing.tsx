import { DisconnectOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { isMissing, isUnknown, useWindows, type DeviceKind } from "@/devices/window";
import "@/devices/devices.css";

interface Props {
  kinds: DeviceKind[];
  /** What to do, and how to go on without. */
  says: string;
}

/** Where a device of this window is used: that it cannot be now. Nothing where there is none. */
export function Missing({ kinds, says }: Props) {
  const { t } = useTranslation("devices");
  const { mine } = useWindows();
  if (!isMissing(mine, ...kinds)) return null;
  return (
    <p className="card-strip">
      <DisconnectOutlined aria-hidden />
      <span role="status">{isUnknown(mine) ? t("health.unknown") : says}</span>
    </p>
  );
}
