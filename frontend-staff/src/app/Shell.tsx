import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { Grid, Layout, Menu } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/app/me";
import { access, navigation } from "@/app/navigation";
import { UserArea } from "@/app/UserArea";
import { Brand } from "@/components/Brand";

function useMenuItems() {
  const { t } = useTranslation("shell");
  const can = useCan();
  return useMemo(
    () =>
      navigation
        .map((group) => ({
          key: group.key,
          type: "group" as const,
          label: t(`nav.${group.key}`),
          children: group.items
            .filter((item) => can(...access[item.to]))
            .map((item) => ({
              key: item.to,
              icon: item.icon,
              label: <Link to={item.to}>{t(`nav.${item.key}`)}</Link>,
            })),
        }))
        .filter((group) => group.children.length > 0),
    [t, can],
  );
}

/** The frame of every page behind the sign-in: navigation, header, main. */
export function Shell() {
  const { t } = useTranslation("shell");
  const items = useMenuItems();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const [collapsed, setCollapsed] = useState(false);
  const phone = Grid.useBreakpoint().sm === false;
  const selected = `/${pathname.split("/")[1] ?? ""}`;
  return (
    <Layout className="shell">
      <a className="skip-link" href="#main">
        {t("skip", { ns: "common" })}
      </a>
      <Layout.Sider
        className="shell-sider"
        theme="light"
        width={216}
        collapsedWidth={phone ? 0 : 60}
        breakpoint="lg"
        collapsed={collapsed}
        onCollapse={setCollapsed}
        trigger={null}
      >
        <Brand compact={collapsed} />
        <nav aria-label={t("nav.label")}>
          <Menu
            mode="inline"
            inlineCollapsed={collapsed}
            items={items}
            selectedKeys={[selected]}
            onClick={() => phone && setCollapsed(true)}
          />
        </nav>
      </Layout.Sider>
      <Layout>
        <Layout.Header className="shell-header">
          <UserArea collapsed={collapsed} onToggle={() => setCollapsed(!collapsed)} />
        </Layout.Header>
        <Layout.Content id="main" className="shell-main" tabIndex={-1}>
          <Outlet />
        </Layout.Content>
      </Layout>
    </Layout>
  );
}
