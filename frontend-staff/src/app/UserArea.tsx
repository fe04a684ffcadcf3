import {
  DownOutlined,
  KeyOutlined,
  LogoutOutlined,
  MenuFoldOutlined,
  MenuUnfoldOutlined,
  PoweroffOutlined,
} from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Dropdown } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { client, unwrap } from "@/api/client";
import { setAccessToken } from "@/api/session";
import { PasswordDialog } from "@/app/PasswordDialog";
import { useMe } from "@/app/me";
import { LanguageSwitch } from "@/components/LanguageSwitch";
import { useProblemMessage } from "@/components/problems";
import { DeviceIndicator } from "@/devices/DeviceIndicator";

/** The header: where one works, the language, and one's own account. */
export function UserArea({ collapsed, onToggle }: { collapsed: boolean; onToggle: () => void }) {
  const { t } = useTranslation("shell");
  const me = useMe();
  const { modal } = App.useApp();
  const report = useProblemMessage();
  const [changing, setChanging] = useState(false);
  const navigate = useNavigate();

  /** The next person at this computer starts at the beginning, not on this page. */
  async function signOut(everywhere: boolean) {
    const path = everywhere ? "/api/v1/auth/sign-out-everywhere" : "/api/v1/auth/sign-out";
    await unwrap(client.POST(path));
    await navigate({ to: "/login", search: { next: undefined }, ignoreBlocker: true });
    setAccessToken(null);
  }

  const actions: Record<string, () => void> = {
    password: () => setChanging(true),
    signOut: () => void signOut(false).catch(report),
    signOutEverywhere: () =>
      modal.confirm({
        title: t("user.signOutEverywhere"),
        content: t("user.signOutEverywhereConfirm"),
        onOk: () => signOut(true).catch(report),
      }),
  };
  return (
    <>
      <Button
        type="text"
        icon={collapsed ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
        aria-label={t("nav.toggle")}
        aria-expanded={!collapsed}
        onClick={onToggle}
      />
      <span className="shell-organisation">{me.organisation.name}</span>
      <span className="shell-space" />
      <DeviceIndicator />
      <LanguageSwitch />
      <Dropdown
        trigger={["click"]}
        getPopupContainer={(button) => button.parentElement ?? document.body}
        menu={{
          items: [
            { key: "password", icon: <KeyOutlined />, label: t("user.password") },
            { type: "divider" },
            { key: "signOut", icon: <LogoutOutlined />, label: t("user.signOut") },
            { key: "signOutEverywhere", icon: <PoweroffOutlined />, label: t("user.signOutEverywhere") },
          ],
          onClick: ({ key }) => actions[key]?.(),
        }}
      >
        <Button type="text" aria-label={`${t("user.menu")}: ${me.name}`} aria-haspopup="menu">
          {me.name}
          <DownOutlined aria-hidden />
        </Button>
      </Dropdown>
      {changing && (
        <PasswordDialog onClose={() => setChanging(false)} />
      )}
    </>
  );
}
