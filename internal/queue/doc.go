// Package queue rings workers through Redis with asynq. It is a doorbell and trusted with nothing: every open task is a row in Postgres,
// so a queue that forgets everything costs seconds.
//
// A task's id is the id of its outbox row and how often it was rung, so ringing twice is noticed and an old ring is told from a new one.
package queue
