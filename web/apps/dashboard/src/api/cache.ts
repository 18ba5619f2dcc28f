/** The cache of answers. A 401 anywhere means the session has ended: the sign-in page is told by `onSignedOut`. */

import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError, isSignedOut } from "./errors";

let signedOut: () => void = () => undefined;

/** Sets what happens when the server says that nobody is signed in. */
export function onSignedOut(act: () => void): void {
  signedOut = act;
}

function watch(error: unknown): void {
  if (isSignedOut(error)) signedOut();
}

/** The server's own refusals are final; only silence and 5xx are worth another try. */
function worthRetrying(failures: number, error: unknown): boolean {
  if (error instanceof ApiError && error.status >= 400 && error.status < 500) return false;
  return failures < 2;
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: watch }),
  mutationCache: new MutationCache({ onError: watch }),
  defaultOptions: { queries: { retry: worthRetrying, staleTime: 2_000 }, mutations: { retry: false } },
});
