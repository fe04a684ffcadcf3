import { client, unwrap } from "@/api/client";
import { setAccessToken } from "@/api/session";

export interface Credentials {
  username: string;
  password: string;
}

/** Signs in; what else the API asks for (a code, a new password) is thrown as its problem. */
export async function requestSession(credentials: Credentials, totp?: string): Promise<void> {
  const { access_token } = await unwrap(
    client.POST("/api/v1/auth/token", {
      body: { ...credentials, ...(totp ? { totp } : {}) },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }),
  );
  setAccessToken(access_token);
}
