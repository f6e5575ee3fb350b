/** Reads only the beginning of an HTTP answer's body, because a server may send any amount. */
export async function beginningOf(response: Response, charactersMax: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= charactersMax) break;
  }
  return text.slice(0, charactersMax);
}
