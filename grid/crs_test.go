package grid

import (
	"errors"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func TestFromWGS84MatchesPublishedValues(t *testing.T) {
	for _, tc := range []struct {
		situation string
		wgs       orb.Point
		to        CRS
		want      orb.Point
		tolerance float64 // degrees
	}{
		{"杭州滨江", orb.Point{120.21, 30.21}, GCJ02, orb.Point{120.214534, 30.207570}, 5e-7},
		// Test vectors that the open implementations share (eviltransform, the last of wandergis/coordtransform).
		{"上海", orb.Point{121.5272106, 31.1774276}, GCJ02, orb.Point{121.531541859215, 31.17530398364597}, 1e-12},
		{"深圳", orb.Point{113.912316, 22.543847}, GCJ02, orb.Point{113.9171764808363, 22.540796131694766}, 1e-12},
		{"北京", orb.Point{116.377817, 39.911954}, GCJ02, orb.Point{116.38404722455657, 39.91334545536069}, 1e-12},
		{"天安门", orb.Point{116.404, 39.915}, GCJ02, orb.Point{116.41024449916938, 39.91640428150164}, 1e-12},
		{"no change", orb.Point{120.21, 30.21}, WGS84, orb.Point{120.21, 30.21}, 0},
	} {
		got, err := FromWGS84(tc.wgs, tc.to)
		if err != nil || math.Abs(got[0]-tc.want[0]) > tc.tolerance || math.Abs(got[1]-tc.want[1]) > tc.tolerance {
			t.Errorf("%s: %v in %s is %v, %v; want %v", tc.situation, tc.wgs, tc.to, got, err, tc.want)
		}
	}
	// The second step alone, with coordtransform's vector: GCJ-02 116.404, 39.915.
	wgs, err := ToWGS84(orb.Point{116.404, 39.915}, GCJ02)
	if err != nil {
		t.Fatal(err)
	}
	bd, _ := FromWGS84(wgs, BD09)
	if math.Abs(bd[0]-116.41036949371029) > 1e-10 || math.Abs(bd[1]-39.92133699351021) > 1e-10 {
		t.Errorf("GCJ-02 to BD-09: %v", bd)
	}
}

func TestShiftsOverZhejiangHaveTheirKnownSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pt := orb.Point{rapid.Float64Range(118, 123).Draw(t, "lon"), rapid.Float64Range(27, 31.5).Draw(t, "lat")}
		gcj, _ := FromWGS84(pt, GCJ02)
		bd, _ := FromWGS84(pt, BD09)
		if d := Distance(pt, gcj); d < 440 || d > 640 {
			t.Fatalf("GCJ-02 shifts %v by %v m", pt, d)
		}
		if d := Distance(pt, bd); d < 1000 || d > 1280 {
			t.Fatalf("BD-09 shifts %v by %v m", pt, d)
		}
	})
}

func TestRoundTripIsFarBetterThanACentimetre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// A little inside the box: at its own edge the two directions ask about different points.
		pt := orb.Point{rapid.Float64Range(72.1, 137.7).Draw(t, "lon"), rapid.Float64Range(0.9, 55.7).Draw(t, "lat")}
		for _, crs := range []CRS{WGS84, GCJ02, BD09} {
			there, err := FromWGS84(pt, crs)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ToWGS84(there, crs)
			if err != nil || Distance(pt, again) > 1e-5 {
				t.Fatalf("%s: %v became %v, %v m off (%v)", crs, pt, again, Distance(pt, again), err)
			}
		}
	})
}

func TestOutsideChinaNothingIsShifted(t *testing.T) {
	for _, pt := range []orb.Point{{-118.24, 34.05}, {2.35, 48.85}, {151.2, -33.9}, {30.21, 60}, {0, 0}, {-180, -90}} {
		for _, crs := range []CRS{WGS84, GCJ02, BD09} {
			if got, err := FromWGS84(pt, crs); err != nil || got != pt {
				t.Errorf("FromWGS84(%v, %s) = %v, %v", pt, crs, got, err)
			}
			if got, err := ToWGS84(pt, crs); err != nil || got != pt {
				t.Errorf("ToWGS84(%v, %s) = %v, %v", pt, crs, got, err)
			}
		}
	}
}

func TestConversionsRefuseWhatIsNoPoint(t *testing.T) {
	for _, tc := range []struct {
		situation string
		pt        orb.Point
		crs       CRS
		want      error
	}{
		{"longitude not a number", orb.Point{math.NaN(), 30}, GCJ02, ErrNotFinite},
		{"latitude infinite", orb.Point{120, math.Inf(1)}, BD09, ErrNotFinite},
		{"not a number without conversion", orb.Point{math.NaN(), 30}, WGS84, ErrNotFinite},
		{"swapped", orb.Point{30.2, 120.2}, GCJ02, ErrOutOfRange},
		{"longitude too large", orb.Point{180.0001, 30}, WGS84, ErrOutOfRange},
		{"a system nobody knows", orb.Point{120, 30}, "beijing54", ErrUnknownCRS},
		{"metres that are no number", orb.Point{math.NaN(), 0}, WebMercator, ErrNotFinite},
		{"the pole or beyond the square", orb.Point{math.Inf(1), 90}, WebMercator, ErrNotFinite},
		{"no system", orb.Point{120, 30}, "", ErrUnknownCRS},
	} {
		if _, err := ToWGS84(tc.pt, tc.crs); !errors.Is(err, tc.want) {
			t.Errorf("%s: ToWGS84: %v", tc.situation, err)
		}
		if _, err := FromWGS84(tc.pt, tc.crs); !errors.Is(err, tc.want) {
			t.Errorf("%s: FromWGS84: %v", tc.situation, err)
		}
	}
}

func TestParseCRS(t *testing.T) {
	for text, want := range map[string]CRS{"": WGS84, "wgs84": WGS84, "GCJ02": GCJ02, " bd09 ": BD09} {
		if got, err := ParseCRS(text); err != nil || got != want {
			t.Errorf("ParseCRS(%q) = %q, %v", text, got, err)
		}
	}
	if _, err := ParseCRS("mars"); !errors.Is(err, ErrUnknownCRS) {
		t.Errorf("ParseCRS(mars): %v", err)
	}
}

func TestLikelySwapped(t *testing.T) {
	zhejiang := orb.Bound{Min: orb.Point{118, 27}, Max: orb.Point{123, 31.5}}
	for _, tc := range []struct {
		situation string
		pt        orb.Point
		want      bool
	}{
		{"as it should be", orb.Point{120.2, 30.2}, false},
		{"swapped", orb.Point{30.2, 120.2}, true},
		{"elsewhere either way", orb.Point{2.35, 48.85}, false},
		{"not a number", orb.Point{math.NaN(), 120.2}, false},
	} {
		if got := LikelySwapped(tc.pt, zhejiang); got != tc.want {
			t.Errorf("%s: %v", tc.situation, got)
		}
	}
	if LikelySwapped(orb.Point{30.2, 120.2}, new(Plan).Bound("")) {
		t.Error("a plan without ground has nothing to compare with")
	}
}

func TestWebMercatorMatchesPublishedValues(t *testing.T) {
	for _, tc := range []struct {
		situation string
		wgs, want orb.Point // degrees, metres
	}{
		{"the origin", orb.Point{0, 0}, orb.Point{0, 0}},
		// The example of IOGP guidance note 7-2, section 3.5.1.1 (method 1024): 24°22'54.433"N 100°20'00.000"W.
		{"the standard's example", orb.Point{-100 - 20.0/60, 24 + 22/60.0 + 54.433/3600}, orb.Point{-11169055.58, 2800000.00}},
		{"the corner of the square", orb.Point{180, 85.05112877980659}, orb.Point{20037508.342789244, 20037508.342789244}},
	} {
		got, err := FromWGS84(tc.wgs, WebMercator)
		if err != nil || math.Abs(got[0]-tc.want[0]) > 0.01 || math.Abs(got[1]-tc.want[1]) > 0.01 {
			t.Errorf("%s: %v, %v; want %v", tc.situation, got, err, tc.want)
		}
		back, err := ToWGS84(tc.want, WebMercator)
		if err != nil || math.Abs(back[0]-tc.wgs[0]) > 1e-7 || math.Abs(back[1]-tc.wgs[1]) > 1e-7 {
			t.Errorf("%s back: %v, %v; want %v", tc.situation, back, err, tc.wgs)
		}
	}
	for _, pt := range []orb.Point{{0, 90}, {0, -86}} {
		if _, err := FromWGS84(pt, WebMercator); !errors.Is(err, ErrOutOfRange) {
			t.Errorf("%v: %v", pt, err)
		}
	}
	if _, err := ToWGS84(orb.Point{0, 2.1e7}, WebMercator); !errors.Is(err, ErrOutOfRange) {
		t.Errorf("metres outside the square: %v", err)
	}
}

func TestFilesSystemsGoThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pt := orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-85, 85).Draw(t, "lat")}
		for _, crs := range []CRS{CGCS2000, WebMercator} {
			there, err := FromWGS84(pt, crs)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ToWGS84(there, crs)
			if err != nil || math.Abs(pt[0]-again[0]) > 1e-12 || math.Abs(pt[1]-again[1]) > 1e-12 {
				t.Fatalf("%s: %v became %v (%v)", crs, pt, again, err)
			}
		}
	})
}

func TestFilesSystemsAreNoneOfAPhones(t *testing.T) {
	for _, crs := range []CRS{CGCS2000, WebMercator} {
		if _, err := ParseCRS(string(crs)); !errors.Is(err, ErrUnknownCRS) {
			t.Errorf("%s: %v", crs, err)
		}
	}
}
