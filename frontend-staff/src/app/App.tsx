import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { App as AntApp, ConfigProvider } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { getAccessToken, settleWaiting, subscribeToSession } from "@/api/session";
import { SignInAgain } from "@/app/SignInAgain";
import { meQuery } from "@/app/me";
import { queryClient } from "@/app/queries";
import { router } from "@/app/router";
import { theme } from "@/app/theme";

async function toLogin(): Promise<void> {
  const { pathname, href } = router.state.location;
  if (pathname === "/login") return;
  await router.navigate({ to: "/login", search: { next: href }, ignoreBlocker: true });
}

/**
 * When the sign-in ends under an open page, the same person may sign in again over it. Without one
 * whom it could be, or on the login page, what was loaded is forgotten.
 */
function SessionEnd() {
  const [gone, setGone] = useState<{ username: string; name: string } | null>(null);

  async function leave() {
    await toLogin();
    settleWaiting(false);
    setGone(null);
    queryClient.clear();
  }

  const onChange = useEffectEvent(() => {
    if (getAccessToken()) return;
    const me = queryClient.getQueryData(meQuery.queryKey);
    if (me && router.state.location.pathname !== "/login") setGone(me);
    else void leave();
  });
  useEffect(() => subscribeToSession(() => onChange()), []);

  if (!gone) return null;
  return (
    <SignInAgain
      username={gone.username}
      name={gone.name}
      onBack={() => setGone(null)}
      onLeave={() => void leave()}
    />
  );
}

export function App() {
  const { i18n } = useTranslation();
  return (
    <ConfigProvider
      locale={i18n.language === "en" ? enUS : zhCN}
      theme={theme}
      button={{ autoInsertSpace: false }}
    >
      <AntApp message={{ maxCount: 3 }}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <SessionEnd />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
