// 模拟客服登录，不用可删除。The simulated customer-service page: plain script, no build, as in the documentation.
//
// Served by the IM server itself it needs nothing. Served from another origin – one that ALLOWED_ORIGINS names –
// say where the IM server is: test.html?server=http://im.example:8080
'use strict';

var query = new URLSearchParams(location.search);
var server = new URL(query.get('server') || location.origin).origin;

var serviceInfo = null; // { token, userId, urole }
var conversations = [];
var selected = null;

// ---- what a real platform does in its own backend: here the demo platform signs the agent in -------------------

function request(method, path, body) {
  var init = { method: method, headers: {} };
  if (serviceInfo) init.headers['Authorization'] = 'Bearer ' + serviceInfo.token;
  if (body) {
    init.headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  return fetch(server + path, init)
    .then(function (answer) {
      return answer.json();
    })
    .then(function (envelope) {
      // 0 成功, 1 失败, 401 未授权
      if (envelope.code !== 0) throw new Error(envelope.error + ': ' + envelope.msg);
      return envelope.data;
    });
}

function login(userId) {
  serviceInfo = null;
  return request('POST', '/demo/v1/sign-in', { userId: userId }).then(function (session) {
    serviceInfo = { token: session.token, userId: session.userId, urole: session.urole };
  });
}

// ---- the conversation window --------------------------------------------------------------------------------------

function openFrame() {
  var old = document.getElementById('myFrame');
  if (old) return transferUser();
  var frame = document.createElement('iframe');
  frame.id = 'myFrame';
  frame.src = server + '/groupConversation';
  frame.title = '会话窗口';
  frame.allow = 'clipboard-write';
  document.getElementById('chat').appendChild(frame);
  // 收到 ready 后再传递客服信息，见 receiveFromIframe。The token goes out once the frame says that it listens.
}

// 1、传递客服用户信息，以当前客服建立 websocket 会话
function transferUser() {
  if (serviceInfo) sendToIframe({ action: 'transferUser', payload: serviceInfo });
}

// 向 iframe 发消息公用函数
function sendToIframe(message) {
  var chatIfr = document.getElementById('myFrame');
  if (!chatIfr) return;
  // Not '*': the message holds the agent's token. Should the frame ever show another site, the browser then
  // delivers nothing to it.
  chatIfr.contentWindow.postMessage({ action: message.action, payload: message.payload }, server);
  log('to', message.action, message.payload);
}

// 2、监听 iframe 发过来的消息
window.addEventListener('message', receiveFromIframe, false);
function receiveFromIframe(event) {
  var chatIfr = document.getElementById('myFrame');
  // Anybody can send messages to a window: only those of our frame count.
  if (event.origin !== server || !chatIfr || event.source !== chatIfr.contentWindow) return;
  if (event.data && event.data.action) {
    log('from', event.data.action, event.data.payload);
    switch (event.data.action) {
      case 'ready':
        transferUser();
        break;
      case 'bindUserSuccess':
        // 绑定成功：获取会话列表
        void getDlgPage();
        if (selected) selectConversation(selected);
        break;
      case 'unread':
        setUnread(event.data.payload.dlgId, event.data.payload.unread);
        break;
      case 'unauthorized':
        // The token is dead: sign in again, then hand the new one over.
        login(document.getElementById('who').value).then(transferUser, failed);
        break;
    }
  }
}

// 3、调用接口 getDlgPage 获取会话列表
function getDlgPage() {
  return request('GET', '/api/v1/conversations?page=1&size=50').then(function (page) {
    conversations = page.list;
    showList();
  }, failed);
}

// 4、点击对应的会话
function selectConversation(conversation) {
  selected = conversation;
  var selectedConversation = {
    dlgId: conversation.dlgId, // 群会话ID
    dlgKey: conversation.dlgKey, // 群会话Key
    name: conversation.name, // 群名称
  };
  sendToIframe({ action: 'selectConversation', payload: selectedConversation });
  showList();
}

// ---- what is on screen --------------------------------------------------------------------------------------------

function showList() {
  var list = document.getElementById('list');
  list.textContent = '';
  conversations.forEach(function (conversation) {
    var row = document.createElement('button');
    row.type = 'button';
    row.dataset.dlgId = conversation.dlgId;
    if (selected && selected.dlgId === conversation.dlgId) row.setAttribute('aria-current', 'true');
    var name = document.createElement('span');
    name.textContent = conversation.name;
    var unread = document.createElement('span');
    unread.className = 'unread';
    unread.textContent = conversation.unread > 0 ? String(conversation.unread) : '';
    row.append(name, unread);
    row.addEventListener('click', function () {
      selectConversation(conversation);
    });
    var item = document.createElement('li');
    item.appendChild(row);
    list.appendChild(item);
  });
}

function setUnread(dlgId, unread) {
  conversations.forEach(function (conversation) {
    if (conversation.dlgId === dlgId) conversation.unread = unread;
  });
  showList();
}

function log(way, action, payload) {
  var line = document.createElement('p');
  line.className = way;
  // Neither token nor key is shown: a log is read over many shoulders.
  line.textContent =
    action +
    ' ' +
    JSON.stringify(payload, function (name, value) {
      return name === 'token' || name === 'dlgKey' ? '…' : value;
    });
  document.getElementById('log').prepend(line);
}

function failed(error) {
  log('from', 'failed', { msg: String(error.message || error) });
}

document.getElementById('signIn').addEventListener('submit', function (event) {
  event.preventDefault();
  selected = null;
  login(document.getElementById('who').value).then(openFrame, failed);
});

request('GET', '/demo/v1/cast').then(function (cast) {
  var who = document.getElementById('who');
  var agent = null;
  cast.list.forEach(function (user) {
    var option = document.createElement('option');
    option.value = user.userId;
    option.textContent = user.name;
    who.appendChild(option);
    if (user.urole === 'service' && !agent) agent = user.userId;
  });
  if (agent) who.value = agent;
}, failed);
