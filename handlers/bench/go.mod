module fengqiao/handlers/bench

go 1.26.0

require (
	fengqiao v0.0.0
	github.com/klauspost/compress v1.20.1
	github.com/paulmach/orb v0.14.0
)

require (
	github.com/gogo/protobuf v1.3.2 // indirect
	github.com/hashicorp/golang-lru/v2 v2.0.7 // indirect
	github.com/paulmach/protoscan v0.2.1 // indirect
	go.mongodb.org/mongo-driver/v2 v2.5.0 // indirect
)

replace fengqiao => ../..
