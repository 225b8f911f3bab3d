// Before the router sees the address.
import '../lib/ticket.ts';
import { createRouter, createWebHistory } from 'vue-router';

/** Knows no page: `main.ts` adds the routes. So the HTTP layer can route without knowing the views. */
export const router = createRouter({ history: createWebHistory(), routes: [] });
