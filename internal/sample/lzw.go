package sample

// lzwEncode compresses as TIFF 6.0, section 13 wants it: most significant bit first, code width growing one code early.
func lzwEncode(raw []byte) []byte {
	const (
		clear = 256
		end   = 257
	)
	var out []byte
	var acc uint32
	var n, width uint = 0, 9
	put := func(code int) {
		acc = acc<<width | uint32(code)
		n += width
		for n >= 8 {
			n -= 8
			out = append(out, byte(acc>>n))
		}
	}
	// Children by (code, byte), open addressing: a map here takes most of the time.
	const slots = 1 << 14
	keys, vals := make([]int32, slots), make([]int16, slots)
	next := 0
	reset := func() {
		for i := range keys {
			keys[i] = -1
		}
		next, width = 258, 9
	}
	put(clear)
	reset()
	if len(raw) == 0 {
		put(end)
		return append(out, byte(acc<<(8-n)))
	}
	prefix := int(raw[0])
	for _, c := range raw[1:] {
		key := int32(prefix)<<8 | int32(c)
		slot := uint32(key) * 2654435761 >> 18 & (slots - 1)
		for keys[slot] != -1 && keys[slot] != key {
			slot = (slot + 1) & (slots - 1)
		}
		if keys[slot] == key {
			prefix = int(vals[slot])
			continue
		}
		put(prefix)
		keys[slot], vals[slot] = key, int16(next)
		next++
		switch next {
		case 512, 1024, 2048: // the entries 511, 1023 and 2047 are in
			width++
		case 4095:
			put(clear)
			reset()
		}
		prefix = int(c)
	}
	put(prefix)
	next++
	if next == 512 || next == 1024 || next == 2048 {
		width++
	}
	put(end)
	if n > 0 {
		out = append(out, byte(acc<<(8-n)))
	}
	return out
}
