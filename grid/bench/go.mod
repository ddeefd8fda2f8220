module fengqiao/grid/bench

go 1.26.0

require (
	fengqiao v0.0.0
	github.com/paulmach/orb v0.14.0
	github.com/tidwall/rtree v1.10.0
)

require github.com/tidwall/geoindex v1.7.0 // indirect

replace fengqiao => ../..
