/** Pages of other people that embed a conversation. */

export interface Heard {
  origin: string;
  data: unknown;
}

/** Shows `src` in a frame and writes down, in `window.heard`, every message that comes to it. */
export const embedding = (src: string, more = ''): string => `<!doctype html>
<html lang="zh-CN">
  <head><meta charset="utf-8" /><title>host</title></head>
  <body>
    <script>
      window.heard = []
      window.addEventListener('message', (event) => heard.push({ origin: event.origin, data: event.data }))
    </script>
    <iframe src="${src}" style="width: 900px; height: 700px"></iframe>
    ${more}
  </body>
</html>`;

/** In a frame beside ours: on `attack()` it sends our frame a message, and another to know when that has passed. */
export const attacker = (message: unknown): string => `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>advert</title></head>
  <body>
    <script>
      window.heard = []
      window.addEventListener('message', (event) => heard.push(event.data))
      window.attack = () => {
        parent.frames[0].postMessage(${JSON.stringify(message)}, '*')
        parent.frames[0].postMessage('barrier', '*')
      }
    </script>
  </body>
</html>`;

/** The customer-service page of the seed, its code to the letter; around it, what the seed leaves to the reader. */
export const seedsDesk = (
  origin: string,
  { token, userId, urole }: { token: string; userId: string; urole: string },
): string => `<!doctype html>
<html lang="zh-CN">
  <head><meta charset="utf-8" /><title>模拟客服</title></head>
  <body>
    <div id="list"></div>
    <iframe id="myFrame" src="${origin}/groupConversation"
frameborder="0" width="900" height="700"></iframe>
    <script>
let [token, userId, urole] = ${JSON.stringify([token, userId, urole])}

let serviceInfo = {
    token,    // token
    userId,  // 用户ID
    urole    // 用户角色
}
// 向iframe发消息公用函数
function sendToIframe({ action, payload }) {
    chatIfr = document.getElementById('myFrame')
    chatIfr.contentWindow.postMessage({
        action, payload
    }, '*')
}
window.onload = function () {
    // 传递客服用户信息，以当前客服建立websocket会话
    sendToIframe({
        action: 'transferUser',
        payload: serviceInfo
    })
}
// 监听iframe发过来的消息
window.addEventListener('message', receiveFromIframe, false)
// 绑定成功回调
function receiveFromIframe(event) {
    if (event.data && event.data.action) {
        switch(event.data.action) {
            case 'bindUserSuccess':
                // 绑定访客成功，需要的话做一些操作
                getDlgPage()
                break
        }
    }
}
function getDlgPage() {
    fetch('${origin}/api/v1/conversations?page=1&size=20', { headers: { Authorization: 'Bearer ' + token } })
        .then(function (res) { return res.json() })
        .then(function (res) {
            if (res.code !== 0) throw new Error(res.msg)
            res.data.list.forEach(function (item) {
                var row = document.createElement('button')
                row.textContent = item.name
                row.onclick = function () { select(item) }
                document.getElementById('list').appendChild(row)
            })
        })
}
function select({ dlgId, dlgKey, name }) {
    let selectedConversation = {  
      dlgId, // 群会话ID  
      dlgKey, // 群会话Key  
      name // 群名称  
    }  
    // 选择群进行对话  
    sendToIframe({  
      action: 'selectConversation',  
      payload: selectedConversation  
    })
}
    </script>
  </body>
</html>`;
