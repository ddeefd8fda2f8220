package boundary

import (
	"math"
	"strconv"
)

// tens are the powers of ten that a double holds exactly.
var tens = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
	1e20, 1e21, 1e22}

// number reads the JSON number at the front of b: its value, as strconv.ParseFloat has it, and its bytes. 0 bytes mean that
// there is none. A number may go on where all of b was taken, or where none was found in a short b.
//
// A number of few digits is an integer times or divided by a power of ten that are both exact doubles, so that the one
// operation rounds once and right (Clinger 1990); the rest is left to strconv. An infinite value is one beyond all doubles.
func number(b []byte) (value float64, length int) {
	i := 0
	if i < len(b) && b[i] == '-' {
		i++
	}
	first := i
	var digits uint64
	for i < len(b) && b[i]-'0' <= 9 {
		digits = digits*10 + uint64(b[i]-'0')
		i++
	}
	count, exp := i-first, 0
	if count == 0 || count > 1 && b[first] == '0' {
		return 0, 0
	}
	if i < len(b) && b[i] == '.' {
		i++
		point := i
		for i < len(b) && b[i]-'0' <= 9 {
			digits = digits*10 + uint64(b[i]-'0')
			i++
		}
		if i == point {
			return 0, 0
		}
		exp = point - i
		count -= exp
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		e, n := exponent(b[i+1:])
		if n == 0 {
			return 0, 0
		}
		exp += e
		i += 1 + n
	}
	if count > 19 || digits > 1<<53 || exp < -22 || exp > 22 {
		value, err := strconv.ParseFloat(string(b[:i]), 64)
		if err != nil { // the grammar was right, so the value is out of range
			value = math.Inf(1)
		}
		return value, i
	}
	value = float64(digits)
	if exp < 0 {
		value /= tens[-exp]
	} else {
		value *= tens[exp]
	}
	if first == 1 {
		value = -value
	}
	return value, i
}

// exponent reads what stands behind the e. Beyond some thousands it stops counting: strconv reads such numbers.
func exponent(b []byte) (value, length int) {
	i, sign := 0, 1
	if i < len(b) && (b[i] == '-' || b[i] == '+') {
		if b[i] == '-' {
			sign = -1
		}
		i++
	}
	first := i
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		value = min(value*10+int(b[i]-'0'), 1<<20)
	}
	if i == first {
		return 0, 0
	}
	return sign * value, i
}
