// Package local runs everything sohoa needs on one machine: a private Postgres, a private Redis and an S3 gateway.
//
// Postgres and Redis are the machine's own server programs, run as children over data below one folder and reachable
// through unix sockets only. The gateway runs in this process on the loopback interface, with a random secret. What
// always holds:
//
//   - One Stack a data folder: a lock names the process that holds it.
//   - No orphans: when this process dies, however it dies, the kernel ends the children (Pdeathsig).
//   - A child that dies is started again, with growing pauses; Postgres then recovers from its log.
//   - Nothing is trusted that was not synced: Postgres runs with fsync, and SyncFS makes what the gateway wrote durable.
//   - Folders are entered by their owner only (0700), secrets are read by their owner only (0600).
//
// Units: sizes in bytes, times as time.Duration. Socket paths are at most 107 bytes, the kernel's limit.
package local
