/** How many tasks have changes that were not sent yet, in words. */
export function waitingInWords(tasks: number): string {
  return tasks === 1 ? "1 task has changes that wait." : `${tasks} tasks have changes that wait.`;
}
