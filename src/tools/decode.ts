import { ClientError, messageOf } from '../errors.ts';
import { Interrupted } from '../signals.ts';
import { AlertPrinter } from './alerts.ts';
import { messagesIn } from './files.ts';
import { openOffline, type ToolInput } from './session.ts';

/** `antares-client decode`: what can be read is printed, what cannot is told of. @throws ClientError, Interrupted */
export async function decode(input: ToolInput): Promise<void> {
  const session = openOffline(input);
  const printer = new AlertPrinter(session);
  const files = (input.given['files'] as string[]).map(String);
  let bad = 0;
  const complain = (where: string, error: unknown): void => {
    if (error instanceof ClientError || error instanceof Interrupted) throw error;
    bad += 1;
    session.log.warn(`${where} cannot be decoded: ${messageOf(error)}`);
  };
  for (const file of files) {
    let number = 0;
    try {
      for await (const { message, isJson } of messagesIn(file)) {
        if (session.stop.aborted) throw new Interrupted(session.stop, `${file} was not read to its end`);
        number += 1;
        try {
          await printer.print(message, isJson ? 'json' : undefined);
        } catch (error) {
          complain(number === 1 ? file : `${file}, number ${number},`, error);
        }
      }
    } catch (error) {
      complain(file, error);
    }
  }
  if (bad > 0)
    throw new ClientError('BAD_MESSAGE', `${bad} ${bad === 1 ? 'part' : 'parts'} could not be decoded.`);
}
