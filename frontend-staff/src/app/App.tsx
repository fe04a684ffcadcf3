import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { getAccessToken, subscribeToSession } from "@/api/session";
import { queryClient } from "@/app/queries";
import { router } from "@/app/router";
import { theme } from "@/app/theme";

async function toLogin(): Promise<void> {
  const { pathname, href } = router.state.location;
  if (pathname === "/login") return;
  await router.navigate({ to: "/login", search: { next: href }, ignoreBlocker: true });
}

/** When the sign-in ends elsewhere, this tab goes to the login page and remembers where it was. */
function useSessionEnd() {
  useEffect(
    () =>
      subscribeToSession(() => {
        if (getAccessToken()) return;
        // What was loaded is forgotten once no page shows it any more.
        void toLogin().then(() => queryClient.clear());
      }),
    [],
  );
}

export function App() {
  const { i18n } = useTranslation();
  useSessionEnd();
  return (
    <ConfigProvider
      locale={i18n.language === "en" ? enUS : zhCN}
      theme={theme}
      button={{ autoInsertSpace: false }}
    >
      <AntApp message={{ maxCount: 3 }}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
