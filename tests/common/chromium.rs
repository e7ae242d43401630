//! Chromium without a window, told what to do over a pair of pipes (the `DevTools` protocol).
#![allow(dead_code, unreachable_pub, reason = "each user of it uses its part")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// It, with a page.
pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    /// The sessions of its telephones: see [`Browser::telephone`].
    telephones: Vec<String>,
    sent: u64,
    /// What the page has complained of.
    pub complaints: Vec<String>,
    /// What it has asked of a network or a disk.
    pub asked: Vec<String>,
    _home: TempDir,
}

impl Browser {
    /// With an empty page of so many pixels, in that language.
    pub fn start(size: (u32, u32), language: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        // The pipes have to be descriptors 3 and 4.
        let shell = r#"exec chromium --headless --no-sandbox --disable-gpu --no-first-run \
            --remote-debugging-pipe --user-data-dir="$1" --lang="$2" --accept-lang="$2" \
            about:blank 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;
        let mut child = Command::new("sh")
            .args(["-c", shell, "sh", home.path().to_str().unwrap(), language])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let from = BufReader::new(from);
        let (session, sent, complaints, asked) = (None, 0, Vec::new(), Vec::new());
        let telephones = Vec::new();
        let mut browser =
            Self { child, to, from, session, telephones, sent, complaints, asked, _home: home };
        browser.attach(&json!({"url": "about:blank"}), size);
        browser
    }

    /// One more telephone, which shares nothing with the others; what is done is done on it from now on.
    pub fn telephone(&mut self, size: (u32, u32)) {
        self.session = None;
        let context = self.ask("Target.createBrowserContext", &json!({}));
        let id = &context["browserContextId"];
        self.attach(&json!({"url": "about:blank", "browserContextId": id}), size);
        self.telephones.extend(self.session.clone());
    }

    /// What is done is done on that telephone from now on, the first being 0.
    pub fn turn_to(&mut self, telephone: usize) {
        self.session = Some(self.telephones[telephone].clone());
    }

    fn attach(&mut self, target: &Value, size: (u32, u32)) {
        let target = self.ask("Target.createTarget", target);
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let attached = self.ask("Target.attachToTarget", &target);
        self.session = attached["sessionId"].as_str().map(Into::into);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.ask(&format!("{domain}.enable"), &json!({}));
        }
        self.resize(size);
    }

    /// Asks something of it, and waits for the answer.
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.sent += 1;
        let mut told = json!({"id": self.sent, "method": method, "params": params});
        if let Some(session) = &self.session {
            told["sessionId"] = json!(session);
        }
        self.to.write_all(told.to_string().as_bytes()).unwrap();
        self.to.write_all(b"\0").unwrap();
        self.to.flush().unwrap();
        loop {
            let message = self.next();
            if message["id"] == json!(self.sent) {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    fn next(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).unwrap();
        assert!(bytes.pop().is_some(), "chromium has ended");
        let message: Value = serde_json::from_slice(&bytes).unwrap();
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled") => {
                self.complaints.push(message["params"].to_string());
            }
            Some("Network.requestWillBeSent") => {
                let url = message["params"]["request"]["url"].as_str().unwrap();
                self.asked.push(url.into());
            }
            _ => {}
        }
        message
    }

    /// So many pixels, as a telephone or a window has.
    pub fn resize(&mut self, (width, height): (u32, u32)) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600});
        self.ask("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Prefers light or dark.
    pub fn prefer(&mut self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.ask("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    pub fn open(&mut self, url: &str) {
        let opened = self.ask("Page.navigate", &json!({"url": url}));
        assert!(opened["errorText"].is_null(), "{opened}");
    }

    /// What an expression of JavaScript is, once it is.
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let told = self.ask("Runtime.evaluate", &asked);
        assert!(told["exceptionDetails"].is_null(), "{expression}: {told}");
        told["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub fn until(&mut self, what: &str) {
        let waits = format!(
            "new Promise((done) => {{ const end = Date.now() + 10000; \
             const look = () => {{ let is = false; try {{ is = !!({what}); }} catch {{}} \
             if (is || Date.now() > end) done(is); else setTimeout(look, 10); }}; look(); }})"
        );
        assert_eq!(self.value(&waits), json!(true), "never: {what}");
    }

    /// Presses a key, as JavaScript calls it.
    pub fn press(&mut self, key: &str) {
        let text = if key.chars().count() == 1 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({"type": kind, "key": key, "text": text});
            self.ask("Input.dispatchKeyEvent", &event);
        }
    }

    /// The page as PNG, in base64.
    pub fn picture(&mut self) -> String {
        let picture = self.ask("Page.captureScreenshot", &json!({"format": "png"}));
        picture["data"].as_str().unwrap().to_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
