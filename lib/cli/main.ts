export async function main(_: string[]): Promise<number> {
  return await 0;
}
