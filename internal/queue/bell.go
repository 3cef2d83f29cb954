package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
)

// taskID is the id asynq knows a delivery by.
func taskID(r archive.Ring) string { return fmt.Sprintf("%d-%d", r.ID, r.Rings) }

// ParseRing reads the payload of a delivery.
func ParseRing(payload []byte) (archive.Ring, error) {
	var r archive.Ring
	if err := json.Unmarshal(payload, &r); err != nil || r.ID <= 0 || r.Rings <= 0 {
		return archive.Ring{}, fmt.Errorf("payload %.80q names no task: %w", payload, err)
	}
	return r, nil
}

// epochKey is lost with everything else when Redis forgets; its absence says so.
const epochKey = "sohoa:epoch"

// Bell speaks to Redis. It is safe for concurrent use.
type Bell struct {
	opt       asynq.RedisConnOpt
	redis     redis.UniversalClient
	client    *asynq.Client
	inspector *asynq.Inspector
}

// Open connects to the Redis named by url: redis://, rediss://, unix://, redis-sentinel:// (asynq's forms) or redis-cluster://host:port,host:port.
// Nothing is asked of it yet.
func Open(url string) (*Bell, error) {
	opt, err := ParseURL(url)
	if err != nil {
		return nil, err
	}
	u, ok := opt.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return nil, fmt.Errorf("no Redis client for this URL")
	}
	return &Bell{opt: opt, redis: u, client: asynq.NewClientFromRedisClient(u), inspector: asynq.NewInspectorFromRedisClient(u)}, nil
}

// Options are what an asynq server connects by.
func (b *Bell) Options() asynq.RedisConnOpt { return b.opt }

// Close ends the connections.
func (b *Bell) Close() error { return b.redis.Close() }

// Ping reports whether Redis answers.
func (b *Bell) Ping(ctx context.Context) error { return unavailable(b.redis.Ping(ctx).Err()) }

// Ring hands a delivery over. One that is there already is success.
func (b *Bell) Ring(ctx context.Context, r archive.Ring, p Policy) error {
	payload, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = b.client.EnqueueContext(ctx, asynq.NewTask(string(r.Kind), payload),
		asynq.TaskID(taskID(r)), asynq.Queue(string(r.Queue)), asynq.MaxRetry(p.MaxRetry), asynq.Timeout(p.Timeout))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil
	}
	return unavailable(err)
}

// Policy is how asynq treats a kind of task. MaxRetry counts only failures that could not be recorded in the catalogue.
type Policy struct {
	MaxRetry int
	Timeout  time.Duration
}

// Known reports whether Redis still has the delivery and means to run it.
func (b *Bell) Known(r archive.Ring) (bool, error) {
	info, err := b.inspector.GetTaskInfo(string(r.Queue), taskID(r))
	if errors.Is(err, asynq.ErrTaskNotFound) || errors.Is(err, asynq.ErrQueueNotFound) {
		return false, nil
	}
	if err != nil {
		return false, unavailable(err)
	}
	if info.State == asynq.TaskStateArchived || info.State == asynq.TaskStateCompleted {
		_ = b.inspector.DeleteTask(string(r.Queue), taskID(r)) // out of the way of a new ring
		return false, nil
	}
	return true, nil
}

// Forgot reports whether Redis has lost everything since the last call, and marks it as known again.
func (b *Bell) Forgot(ctx context.Context) (bool, error) {
	set, err := b.redis.SetNX(ctx, epochKey, time.Now().UTC().Format(time.RFC3339), 0).Result()
	return set, unavailable(err)
}

func unavailable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.Wrap(fault.QueueUnavailable, err, "the queue is not available")
}

// ParseURL reads a Redis URL; see Open.
func ParseURL(url string) (asynq.RedisConnOpt, error) {
	malformed := errors.New("the Redis URL is malformed; use redis://, rediss://, unix://, redis-sentinel:// or redis-cluster://")
	scheme, rest, _ := strings.Cut(url, "://")
	switch scheme {
	case "redis", "rediss", "unix":
		o, err := redis.ParseURL(url)
		if err != nil {
			return nil, malformed // not the cause: it may hold the password
		}
		return asynq.RedisClientOpt{Network: o.Network, Addr: o.Addr, Username: o.Username, Password: o.Password, DB: o.DB, TLSConfig: o.TLSConfig}, nil
	case "redis-cluster":
		o, err := redis.ParseClusterURL("redis://" + rest)
		if err != nil {
			return nil, malformed
		}
		return asynq.RedisClusterClientOpt{Addrs: o.Addrs, Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig}, nil
	case "redis-sentinel":
		opt, err := parseSentinel(rest)
		if err != nil {
			return nil, malformed
		}
		return opt, nil
	}
	return nil, malformed
}

// parseSentinel reads what follows redis-sentinel://. Each address is parsed by itself, since net/url of Go 1.26.0 takes no list of
// hosts with ports.
func parseSentinel(rest string) (asynq.RedisFailoverClientOpt, error) {
	var all asynq.RedisFailoverClientOpt
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	user := strings.LastIndexByte(rest[:end], '@') + 1
	for host := range strings.SplitSeq(rest[user:end], ",") {
		one, err := asynq.ParseRedisURI("redis-sentinel://" + rest[:user] + host + rest[end:])
		if err != nil {
			return all, err
		}
		opt, ok := one.(asynq.RedisFailoverClientOpt)
		if !ok {
			return all, errors.New("not a Sentinel's address")
		}
		opt.SentinelAddrs = append(all.SentinelAddrs, opt.SentinelAddrs...)
		all = opt
	}
	return all, nil
}
