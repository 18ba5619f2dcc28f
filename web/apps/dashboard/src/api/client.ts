/** One way to the server: JSON over same-origin requests with the session's cookie, errors as `ApiError`. */

import { readFree } from "../words/exact";
import { ApiError, errorFrom } from "./errors";

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer, or its error thrown. */
export async function take<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer.catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (!response.ok || error !== undefined) throw errorFrom(response.status, error);
  return data as T;
}

/** The same of an answer that came as text (`parseAs: "text"`): under the keys `free`, numbers keep every digit. */
export async function takeExact<T>(answer: Promise<Answer<string>>, free: readonly string[]): Promise<T> {
  return readFree(await take(answer), free) as T;
}

function unreachable(cause: unknown): unknown {
  if (cause instanceof DOMException && cause.name === "AbortError") return cause;
  return new ApiError(
    0,
    "unreachable",
    "The server does not answer. Check that it runs; this page tries again by itself.",
  );
}
