import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { getAccessToken, refresh } from "@/api/session";
import { meQuery } from "@/app/me";
import { keepZone } from "@/components/dates";
import { access, type Section } from "@/app/navigation";
import { queryClient } from "@/app/queries";
import { parseSearch, stringifySearch, type Search } from "@/app/search";
import { Gate } from "@/app/Gate";
import { LoneError, LoneNotFound } from "@/app/Lone";
import { part } from "@/app/part";
import { PageError } from "@/components/ErrorState";
import { mattersQuery } from "@/components/matters";
import { NotFound } from "@/components/NotFound";
import { PageLoading } from "@/components/PageLoading";
import { treeQuery } from "@/components/tree";

const root = createRootRoute({ notFoundComponent: LoneNotFound, errorComponent: LoneError });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search: Search) => ({
    next: typeof search["next"] === "string" ? search["next"] : undefined,
  }),
  component: lazyRouteComponent(
    part(() => import("@/pages/login/LoginPage")),
    "LoginPage",
  ),
});

/** Everything behind the sign-in. */
const desk = createRoute({
  getParentRoute: () => root,
  id: "desk",
  beforeLoad: async ({ location }) => {
    if (!getAccessToken() && !(await refresh())) {
      throw redirect({ to: "/login", search: { next: location.href } });
    }
    keepZone((await queryClient.ensureQueryData(meQuery)).time_zone);
  },
  component: lazyRouteComponent(
    part(() => import("@/app/Shell")),
    "Shell",
  ),
  errorComponent: LoneError,
});

type Page = Parameters<typeof lazyRouteComponent>[0];

/** The catalogue and the tree: there before a clerk starts to type. */
const loadCounter = () =>
  Promise.all([queryClient.ensureQueryData(mattersQuery), queryClient.ensureQueryData(treeQuery)]);

/** A page behind the sign-in, loaded when it is opened, shown to those whom its section admits. */
function page<P extends string>(
  path: P,
  load: Page,
  name: string,
  section?: Section,
  loader?: () => Promise<unknown>,
) {
  const Body = lazyRouteComponent(part(load), name);
  return createRoute({
    getParentRoute: () => desk,
    path,
    validateSearch: (search: Search): Search => search,
    loader,
    component: section
      ? () => (
          <Gate permissions={access[section]}>
            <Body />
          </Gate>
        )
      : Body,
  });
}

const accept = () => import("@/pages/accept/AcceptPage");

const tree = root.addChildren([
  login,
  desk.addChildren([
    page("/", () => import("@/pages/home/HomePage"), "HomePage"),
    page("/accept", accept, "AcceptPage", "/accept", loadCounter),
    page("/accept/$draft", accept, "AcceptPage", "/accept", loadCounter),
    page("/tasks", () => import("@/pages/tasks/TasksPage"), "TasksPage", "/tasks"),
    page("/registered", () => import("@/pages/cases/RegisteredPage"), "RegisteredPage", "/registered"),
    page("/cases/$number", () => import("@/pages/case/CasePage"), "CasePage", "/personal"),
    page("/handovers", () => import("@/pages/tasks/HandoversPage"), "HandoversPage", "/handovers"),
    page("/ledger", () => import("@/pages/ledger/LedgerPage"), "LedgerPage", "/ledger"),
    page("/personal", () => import("@/pages/cases/QueryPages"), "PersonalPage", "/personal"),
    page(
      "/comprehensive",
      () => import("@/pages/cases/QueryPages"),
      "ComprehensivePage",
      "/comprehensive",
    ),
    page("/staffing", () => import("@/pages/tasks/StaffingPage"), "StaffingPage", "/staffing"),
    page("/archives", () => import("@/pages/archives/ArchivesPage"), "ArchivesPage", "/archives"),
    page("/matters", () => import("@/pages/matters/MattersPage"), "MattersPage", "/matters"),
    page("/matters/$code", () => import("@/pages/matters/MatterPage"), "MatterPage", "/matters"),
    page("/exchange", () => import("@/pages/matters/ExchangePage"), "ExchangePage", "/exchange"),
    page("/accounts", () => import("@/pages/admin/AccountsPage"), "AccountsPage", "/accounts"),
    page(
      "/organisations",
      () => import("@/pages/admin/OrganisationsPage"),
      "OrganisationsPage",
      "/organisations",
    ),
    page("/calendar", () => import("@/pages/admin/CalendarPage"), "CalendarPage", "/calendar"),
    page("/devices", () => import("@/pages/admin/DevicesPage"), "DevicesPage", "/devices"),
    page("/audit", () => import("@/pages/admin/AuditPage"), "AuditPage", "/audit"),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  basepath: "/staff",
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
