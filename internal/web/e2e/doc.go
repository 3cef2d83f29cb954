// Package e2e has the pages driven in a real Chromium, by drive.mjs, over a whole sohoa. It holds only tests. What drive.mjs needs is
// pinned in package-lock.json and lies, once install.sh has run, in .cache/e2e.
package e2e
