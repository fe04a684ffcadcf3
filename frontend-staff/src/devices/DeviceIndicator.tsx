import { ApiOutlined, DisconnectOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Badge, Button, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/Select";
import { DeviceTag } from "@/devices/DeviceTag";
import { useWindowEvents } from "@/devices/events";
import {
  bridgeWord,
  chooseWindow,
  devicesOf,
  isUnknown,
  useWindows,
  type Window,
} from "@/devices/window";
import "./devices.css";

type Health = "none" | "unknown" | "offline" | "trouble" | "ready";
const LOOKS = {
  none: "default",
  unknown: "warning",
  offline: "default",
  trouble: "warning",
  ready: "success",
} as const;

/** `live` is false while nobody tells the page what changes. */
function healthOf(window: Window | null, live: boolean | null): Health {
  if (!window || window.bridges.length === 0) return "none";
  if (live === false || isUnknown(window)) return "unknown";
  if (!window.bridges.some(({ online }) => online)) return "offline";
  const well = devicesOf(window).every(({ state }) => state === "ready" || state === "busy");
  return well ? "ready" : "trouble";
}

/** In the header: the window of this computer and how its devices are, live. */
export function DeviceIndicator() {
  const { t } = useTranslation("devices");
  const { windows, mine } = useWindows();
  const live = useWindowEvents(mine?.code);
  const [open, setOpen] = useState(false);
  if (windows.length === 0) return null;
  const health = healthOf(mine, live);
  const name = mine?.name ?? t("window.none");
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      title={t("window.title")}
      getPopupContainer={(button) => button.parentElement ?? document.body}
      content={<Panel windows={windows} mine={mine} live={live} onLeave={() => setOpen(false)} />}
    >
      <Button
        type="text"
        icon={health === "offline" ? <DisconnectOutlined /> : <ApiOutlined />}
        aria-expanded={open}
        aria-label={`${t("window.title")}: ${name}, ${t(`health.${health}`)}`}
      >
        <span className="device-window">{name}</span>
        <Badge status={LOOKS[health]} />
      </Button>
    </Popover>
  );
}

interface PanelProps {
  windows: Window[];
  mine: Window | null;
  live: boolean | null;
  onLeave: () => void;
}

function Panel({ windows, mine, live, onLeave }: PanelProps) {
  const { t } = useTranslation("devices");
  return (
    <div className="device-panel">
      <Select
        aria-label={t("window.choose")}
        placeholder={t("window.choose")}
        allowClear
        style={{ width: "100%" }}
        value={mine?.code}
        onChange={(code: string | undefined) => chooseWindow(code)}
        showSearch={{ optionFilterProp: "label" }}
        options={windows.map(({ code, name }) => ({ value: code, label: name }))}
      />
      {mine ? <Devices window={mine} live={live} /> : <p className="muted">{t("window.hint")}</p>}
      <Link to="/devices" onClick={onLeave}>
        {t("window.manage")}
      </Link>
    </div>
  );
}

function Devices({ window, live }: { window: Window; live: boolean | null }) {
  const { t } = useTranslation("devices");
  const devices = devicesOf(window);
  return (
    <>
      {window.bridges.length === 0 && <p className="muted">{t("window.unpaired")}</p>}
      {window.bridges.map((bridge) => (
        <p key={bridge.id} className="device-line">
          <span>{bridge.name}</span>
          <span className="muted">{t(bridgeWord(bridge))}</span>
        </p>
      ))}
      <ul className="lines">
        {devices.map((device) => (
          <li key={device.key} className="device-line">
            <span>{device.name}</span>
            <DeviceTag device={device} />
          </li>
        ))}
      </ul>
      {live === false && window.bridges.length > 0 && (
        <p className="muted" role="status">
          {t("window.reconnecting")}
        </p>
      )}
    </>
  );
}
