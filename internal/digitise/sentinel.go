package digitise

import "errors"

// ErrPageKilledEngine is the cause of an engine fault that one page brought about: it crashed the engine, outlived its deadline or
// passed its memory mark. The page is tried once more and then kept as an image.
var ErrPageKilledEngine = errors.New("the page killed or outlived its engine") //nolint:gochecknoglobals // a sentinel
