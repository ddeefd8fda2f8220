package handlers_test

import (
	"strconv"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func countyStaff() account.Place {
	return account.Place{Role: mediation.CountyStaff, Area: apptest.County}
}

// year is the one that cases are numbered by: China's.
func year() string { return strconv.Itoa(time.Now().In(time.FixedZone("CST", 8*3600)).Year()) }
