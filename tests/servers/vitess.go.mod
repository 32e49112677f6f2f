module vitesscombo

go 1.26

require vitess.io/vitess v0.24.4
