import type { DataOf, ClientApi } from '@trialogue/protocol/api';

/** All that `getConversation` told about the conversation that was entered. */
export type Conversation = DataOf<ClientApi['getConversation']>;
