import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Alert } from "antd";
import { ApiProblem } from "@/api/problem";
import { requestSession, type Credentials } from "@/app/requestSession";
import { Brand } from "@/components/Brand";
import { LanguageSwitch } from "@/components/LanguageSwitch";
import { EnrolForm } from "@/pages/login/EnrolForm";
import { PasswordForm } from "@/pages/login/PasswordForm";
import { CodeForm, CredentialsForm } from "@/pages/login/SignInForms";

type Step =
  | { kind: "credentials" }
  | { kind: "code"; credentials: Credentials }
  | { kind: "enrol"; token: string }
  | { kind: "password"; token: string; current: string };

/** Only addresses of our own are gone back to. */
function goBackTo(next: string | undefined): string {
  return next?.startsWith("/") && !next.startsWith("//") ? next : "/";
}

/** Signing in, and what the API may ask for on the way: a code, an authenticator, a new password. */
export function LoginPage() {
  const { t } = useTranslation("shell");
  const { next } = useSearch({ from: "/login" });
  const navigate = useNavigate();
  const router = useRouter();
  const [step, setStep] = useState<Step>({ kind: "credentials" });
  const [told, setTold] = useState<string | null>(null);

  async function signIn(credentials: Credentials, totp?: string) {
    setTold(null);
    try {
      await requestSession(credentials, totp);
      router.history.push(`/staff${goBackTo(next)}`);
    } catch (error) {
      const ahead = error instanceof ApiProblem ? nextStep(error, credentials) : null;
      if (!ahead) throw error;
      setStep(ahead);
    }
  }

  function startAgain(message: string | null) {
    setTold(message);
    setStep({ kind: "credentials" });
    void navigate({ to: "/login", search: { next }, replace: true });
  }

  return (
    <div className="login">
      <aside className="login-aside">
        <Brand />
        <p>{t("login.intro")}</p>
        <span />
      </aside>
      <main className="login-main">
        <div className="login-language">
          <LanguageSwitch />
        </div>
        {told && <Alert type="success" showIcon title={told} style={{ marginBottom: 16 }} />}
        {step.kind === "credentials" && <CredentialsForm onSubmit={signIn} />}
        {step.kind === "code" && (
          <CodeForm
            onSubmit={(code) => signIn(step.credentials, code)}
            onBack={() => startAgain(null)}
          />
        )}
        {step.kind === "enrol" && (
          <EnrolForm token={step.token} onDone={() => startAgain(t("login.enrolDone"))} />
        )}
        {step.kind === "password" && (
          <PasswordForm
            token={step.token}
            current={step.current}
            onDone={() => startAgain(t("login.passwordSet"))}
          />
        )}
      </main>
    </div>
  );
}

function nextStep(problem: ApiProblem, credentials: Credentials): Step | null {
  const { code, token = "" } = problem.body;
  if (code === "totp_required") return { kind: "code", credentials };
  if (code === "totp_enrolment_required") return { kind: "enrol", token };
  if (code === "password_change_required") {
    return { kind: "password", token, current: credentials.password };
  }
  return null;
}
