// Development only: Ada's and Bo's conversation in two frames, embedded as a platform's page would embed them.
// A frame keeps the session that it is lent in memory, so two people fit into one browser.

const status = document.querySelector('#status');

async function demo(path, body) {
  const answer = await fetch(`/demo/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const { code, data, msg } = await answer.json();
  if (code !== 0) throw new Error(`${path}: ${msg}`);
  return data;
}

/** One person's conversation: binds once the frame listens, opens the conversation once it is bound. */
async function show({ userId, name, urole }, dlgId) {
  const { token } = await demo('/sign-in', { userId });
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  const frame = document.createElement('iframe');
  caption.textContent = `${name} (${urole})`;
  frame.title = name;
  frame.src = '/groupConversation';
  figure.append(caption, frame);
  document.body.append(figure);

  const say = (action, payload) => frame.contentWindow.postMessage({ action, payload }, location.origin);
  window.addEventListener('message', ({ source, data }) => {
    if (source !== frame.contentWindow) return;
    if (data.action === 'ready') say('transferUser', { token, userId, urole });
    else if (data.action === 'bindUserSuccess') say('selectConversation', { dlgId, name: 'Playground' });
    else if (data.action === 'unread') caption.textContent = `${name} (${urole}), ${data.payload.unread} unread`;
    else status.textContent = `${name}: ${data.action} ${JSON.stringify(data.payload)}`;
  });
}

try {
  const { list } = await demo('/cast');
  const people = ['user', 'merchant'].map((urole) => list.find((person) => person.urole === urole));
  // The conversation stays the same when the page is loaded again.
  let dlgId = location.hash.slice(1);
  if (!dlgId) {
    ({ dlgId } = await demo('/groups', { name: 'Playground', members: people.map(({ userId }) => userId) }));
    history.replaceState(null, '', `#${dlgId}`);
  }
  await Promise.all(people.map((person) => show(person, dlgId)));
  status.textContent = 'Development only. What one writes, the other sees.';
} catch (error) {
  status.textContent = `Development only. ${error.message}`;
}
