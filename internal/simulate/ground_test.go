package simulate

import (
	"slices"
	"strings"
	"testing"
)

func TestGroundTellsEveryAreaThatAPointLiesIn(t *testing.T) {
	//  2 ┌────a────┐
	//    │  ┌───┐  │   hole in a
	//    │  └───┘ ┌┼──b──┐
	//  0 └────────┴┴─────┘
	//    0  1   2 3 4    6
	g, err := ReadGround(strings.NewReader(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"no":"a"},"geometry":{"type":"Polygon","coordinates":[
			[[0,0],[4,0],[4,2],[0,2],[0,0]], [[1,0.5],[2,0.5],[2,1.5],[1,1.5],[1,0.5]]]}},
		{"type":"Feature","properties":{"no":"b"},"geometry":{"type":"MultiPolygon","coordinates":[[[[3,0],[6,0],[6,1],[3,1],[3,0]]]]}}]}`), "no")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what     string
		lon, lat float64
		want     []string
	}{
		{"inside one", 0.5, 1, []string{"a"}},
		{"in the hole", 1.5, 1, nil},
		{"beyond the hole", 2.5, 1, []string{"a"}},
		{"where two overlap", 3.5, 0.5, []string{"a", "b"}},
		{"inside the other", 5, 0.5, []string{"b"}},
		{"outside", 5, 1.5, nil},
	} {
		if got := g.At(c.lon, c.lat); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v instead of %v", c.what, got, c.want)
		}
	}
}

func TestRequestsAreReadWithWhatTheyLack(t *testing.T) {
	list, err := ReadRequests(strings.NewReader("no,x,y,nc\n1,-118.5,34.1,19.0\n2,,,\n"), Columns{"no", "x", "y", "nc"})
	want := []Request{{"1", true, -118.5, 34.1, "19"}, {ID: "2"}}
	if err != nil || !slices.Equal(list, want) {
		t.Fatalf("%v %v", list, err)
	}
	if _, err := ReadRequests(strings.NewReader("no,x\n"), Columns{"no", "x", "y", "nc"}); err == nil {
		t.Error("a file without the columns was read")
	}
}
