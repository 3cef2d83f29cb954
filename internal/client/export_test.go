package client

import "time"

// SetStall sets how long a piece of a resumable upload may move no byte.
func (c *Client) SetStall(d time.Duration) { c.stall = d }
