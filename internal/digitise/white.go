package digitise

import (
	"bytes"
	"compress/zlib"
)

// whitePixel is one white gray pixel as a Flate stream with a PNG predictor byte.
func whitePixel() []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte{0, 0xff}) // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}
